"""The Context: the one door through which a node reaches live things, progress and cancel."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from nodegraph.data.errors import Cancelled

T = TypeVar("T")


@dataclass(frozen=True)
class Stamp:
    """What a render says in all that it writes, whatever lies between: whoever writes a file puts it there."""

    preview: str = ""  # stands on every picture that a sink gets for a preview; empty in a final render
    notes: Mapping[str, str] = field(default_factory=dict)  # the file's metadata, as consent/NAME

    @property
    def metadata(self) -> dict[str, str]:
        """The notes and the preview's notice, under the program's prefix."""
        told = {"preview": self.preview} if self.preview else {}
        return {f"nodegraph/{name}": text for name, text in {**self.notes, **told}.items()}

    @property
    def words(self) -> str:
        """The same as lines, for files that hold one text."""
        return "\n".join(f"{name}: {text}" for name, text in reversed(self.metadata.items()))


UNSTAMPED = Stamp()


class Context:
    """Handed to a node that names it. This plain one serves tests and single calls; the engine has its own."""

    stamp = UNSTAMPED  # for nodes that write

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self.misses: list[str] = []
        self._loaded: dict[Hashable, Any] = {}
        self._lock = threading.RLock()
        self._cancel = threading.Event()

    def load(self, key: Hashable, make: Callable[[], T]) -> T:
        """A live thing (a decoder, a network) made once and shared: never keep one anywhere else.

        It is closed by its `close()`, if it has one, when the engine lets go of it.
        """
        with self._lock:
            if key not in self._loaded:
                self._loaded[key] = make()
            return cast(T, self._loaded[key])

    def progress(self, done: float, message: str = "") -> None:
        """Tell how far this node is, 0 to 1; a slow node calls it often. Raises Cancelled when stopped."""
        del done, message
        self.check_cancel()

    def check_cancel(self) -> None:
        """Raise Cancelled if the artist stopped the work."""
        if self._cancel.is_set():
            raise Cancelled

    def cancel(self) -> None:
        self._cancel.set()

    def warn(self, message: str) -> None:
        """Tell the artist of something doubtful; the render goes on, and the message is listed at its end."""
        with self._lock:
            if message not in self.warnings:
                self.warnings.append(message)

    def missed(self, why: str) -> None:
        """Tell that there was nothing to do on this frame, and why: `ctx.missed("no face")`.

        What came in goes out as it is; the frames are listed at the end of the render, in ranges.
        """
        with self._lock:
            if why not in self.misses:
                self.misses.append(why)
