"""RAM playback: which frames lie ready, which are made next, and how many came too late."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from itertools import islice

from nodegraph.editor.panes.viewer_picture import Picture
from nodegraph.editor.viewer.proxy import Proxy
from nodegraph.editor.viewer.reel import Reel, order, ranges
from nodegraph.engine.cache import default_budget

SHARE = 4  # one in so many bytes of what the engine's cache may take
AT_ONCE = 2  # frames made side by side


@dataclass(frozen=True, eq=False)
class Shot:
    """A frame as it lies in the reel: its light in the pane, without the picture that it was made of."""

    proxy: Proxy
    picture: Picture  # its layer and windows; its pixels are the proxy's alone


@dataclass(eq=False)
class Reels:
    """The frames of A and of B."""

    budget: int = field(default_factory=lambda: default_budget() // SHARE)
    a: Reel[Shot] = field(init=False)
    b: Reel[Shot] = field(init=False)
    keys: dict[str, Hashable] = field(default_factory=dict)
    due: int | None = None  # the frame that play has asked for, and that is not on the screen
    dropped: int = 0

    def __post_init__(self) -> None:
        self.a, self.b = Reel(self.budget), Reel(self.budget // 2)

    def of(self, side: str) -> Reel[Shot]:
        return self.a if side == "A" else self.b

    def keyed(self, side: str, key: Hashable) -> None:
        """What frames of a side are made of now; frames made of anything else go."""
        if self.keys.get(side) != key:
            self.keys[side] = key
            self.of(side).clear()

    def get(self, side: str, frame: int) -> Shot | None:
        return self.of(side).get(frame, self.keys.get(side))

    def put(
        self, side: str, key: Hashable, frame: int, shot: Shot, playhead: int, span: tuple[int, int], way: int
    ) -> None:
        """Keep a frame, if it still is one of those that are wanted."""
        if self.keys.get(side) == key:
            nbytes = shot.proxy.pixels.nbytes
            self.of(side).put(frame, key, shot, nbytes, playhead, span, way)

    def next(
        self, side: str, playhead: int, span: tuple[int, int], way: int, making: frozenset[int] = frozenset()
    ) -> int | None:
        """The frame that play will miss first; None if all that there is room for are there."""
        reel = self.of(side)
        each = max((kept.nbytes for kept in reel.kept.values()), default=1)
        most = max(1, reel.budget // each - 1)
        for frame in islice(order(playhead, span, way), most):
            if frame not in reel.kept and frame not in making:
                return frame
        return None

    def cached(self, both: bool) -> list[tuple[int, int]]:
        """The stretches of frames that lie ready."""
        return ranges(set(self.a.kept) & set(self.b.kept) if both else self.a.kept)

    def clear(self) -> None:
        """Let go of all frames."""
        self.a.clear()
        self.b.clear()
