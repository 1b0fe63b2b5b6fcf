"""How the viewer stands: exposure, comparison, layer, marks and guides. Nothing of it is in the graph."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from nodegraph.data.box import Box
from nodegraph.editor.viewer.compare import Compare, Wipe
from nodegraph.editor.viewer.grade import Channel, Look
from nodegraph.editor.viewer.layers import MAIN

PROXIES = (1, 2, 4, 8, 16)
FARTHEST, DARKEST = 16.0, -16.0  # stops
SMALLEST_GAMMA, LARGEST_GAMMA = 0.1, 8.0


class Guides(Enum):
    """Which guides lie over the picture."""

    NONE = "no guides"
    THIRDS = "thirds"
    SAFE = "safe areas"
    CROSS = "middle"
    ALL = "all guides"


@dataclass(frozen=True)
class Settings:
    """What the tool bar and the keys of the viewer set."""

    look: Look = field(default_factory=Look)
    layer: str = MAIN
    compare: Compare = Compare.OFF
    wipe: Wipe | None = None  # where it was put; until then it goes through the picture's middle
    swapped: bool = False  # A and B have changed places
    down: int = 2  # how coarse the proxy is, if it is on
    proxy: bool = False
    region: Box | None = None
    in_region: bool = False  # only the region is shown
    overlays: bool = True
    clipping: bool = False
    false_colour: bool = False
    scopes: bool = False
    guides: Guides = Guides.NONE
    aspect: str = ""  # a mask of viewer.overlays.ASPECTS
    annotation: bool = True
    paused: bool = False

    @property
    def step(self) -> int:
        """Screen pixels to a drawn one, each way."""
        return self.down if self.proxy else 1

    @property
    def within(self) -> Box | None:
        """The pixels that alone are shown, if not all."""
        return self.region if self.in_region else None

    @property
    def bright(self) -> bool:
        """True if the exposure is not as the picture's maker left it."""
        return self.look.exposure != 0.0

    @property
    def bent(self) -> bool:
        """True if the gamma is not neutral."""
        return self.look.gamma != 1.0

    def exposed(self, stops: float) -> Settings:
        """At another exposure."""
        return self._looking(exposure=min(FARTHEST, max(DARKEST, round(stops, 4))))

    def curved(self, gamma: float) -> Settings:
        """At another gamma."""
        return self._looking(gamma=min(LARGEST_GAMMA, max(SMALLEST_GAMMA, round(gamma, 4))))

    def neutral(self) -> Settings:
        """With exposure and gamma as they were."""
        return self._looking(exposure=0.0, gamma=1.0)

    def on(self, channel: Channel) -> Settings:
        """Looking at one channel; a second time at colour again, as in Nuke."""
        return self._looking(channel=Channel.COLOUR if self.look.channel is channel else channel)

    def viewed(self, display: str, view: str) -> Settings:
        """Through another display and view."""
        return self._looking(display=display, view=view)

    def comparing(self, how: Compare) -> Settings:
        """Comparing so; a second time not at all."""
        return replace(self, compare=Compare.OFF if self.compare is how else how)

    def coarse(self, down: int) -> Settings:
        """At a proxy; a second time at full."""
        if self.proxy and self.down == down:
            return replace(self, proxy=False)
        return replace(self, proxy=True, down=down)

    def _looking(self, **changes: Any) -> Settings:
        return replace(self, look=replace(self.look, **changes))
