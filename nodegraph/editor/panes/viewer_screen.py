"""The picture on the screen: a few textures made once, filled in place, and parked while nothing changes."""

from __future__ import annotations

import dearpygui.dearpygui as dpg
import numpy as np
from numpy.typing import NDArray

STEP = 64  # textures come in sizes of so many pixels, so that a pane that grows finds one that is there
SETTLE = 3  # frames until a changed raw texture is on the card: two, and three when it is new
MOST = 6  # textures kept: each that is deleted would leak its transfer buffer


class Screen:
    """A rectangle of a drawing layer that shows float pixels.

    All raw textures in a registry go to the card on every frame, changed or not, so they stay there only for
    the frames it takes; parked in a stage the picture stays and costs nothing.
    """

    def __init__(self, parent: int | str) -> None:
        self.parent = parent
        self.registry: int = dpg.add_texture_registry()
        self.stage: int = dpg.add_stage()
        self.textures: dict[tuple[int, int], tuple[int, NDArray[np.float32]]] = {}
        self.size = (0, 0)
        self.image = 0
        self.left = 0  # frames until it can be parked
        self.live = False

    def buffer(self, width: int, height: int) -> NDArray[np.float32]:
        """The pixels to write into, at least so large; write only what `show` is then told of."""
        if not (self.size[0] >= width and self.size[1] >= height and self._snug(self.size, width, height)):
            self._take(self._fitting(width, height))
        return self.textures[self.size][1]

    def show(self, box: tuple[float, float, float, float], width: int, height: int) -> None:
        """Have so much of the buffer on the screen, in a rectangle: left, top, right, bottom."""
        texture = self.textures[self.size][0]
        uv = (width / self.size[0], height / self.size[1])
        if not self.image:
            self.image = dpg.draw_image(texture, box[:2], box[2:], uv_max=uv, parent=self.parent)
        else:
            dpg.configure_item(self.image, texture_tag=texture, pmin=box[:2], pmax=box[2:], uv_max=uv, show=True)
        if not self.live:
            dpg.move_item(texture, parent=self.registry)
            self.live = True
        self.left = SETTLE

    def hide(self) -> None:
        """Show nothing."""
        if self.image:
            dpg.configure_item(self.image, show=False)

    def tick(self) -> bool:
        """Before each frame; True while frames must come for the picture to be seen."""
        if self.left > 0:
            self.left -= 1
            return True
        if self.live:
            dpg.move_item(self.textures[self.size][0], parent=self.stage)
            self.live = False
        return False

    def _snug(self, size: tuple[int, int], width: int, height: int) -> bool:
        return size[0] * size[1] <= 2 * max(STEP, width) * max(STEP, height)

    def _fitting(self, width: int, height: int) -> tuple[int, int]:
        wanted = (-(-max(1, width) // STEP) * STEP, -(-max(1, height) // STEP) * STEP)
        large = [size for size in self.textures if size[0] >= wanted[0] and size[1] >= wanted[1]]
        if wanted not in self.textures and large:
            best = min(large, key=lambda size: size[0] * size[1])
            if len(self.textures) >= MOST or self._snug(best, width, height):
                return best
        return wanted

    def _take(self, size: tuple[int, int]) -> None:
        if self.live:
            dpg.move_item(self.textures[self.size][0], parent=self.stage)
        self.live = False
        if size not in self.textures:
            pixels = np.zeros((size[1], size[0], 4), np.float32)
            texture = dpg.add_raw_texture(
                size[0], size[1], pixels, format=dpg.mvFormat_Float_rgba, parent=self.registry
            )
            self.textures[size] = (texture, pixels)
            self.live = True
        self.size = size
