"""The picture on the screen: filled at once where OpenGL is at hand, else by textures that the library uploads."""

from __future__ import annotations

import itertools

import dearpygui.dearpygui as dpg
import numpy as np
from numpy.typing import NDArray

from nodegraph.editor.shell.opengl import Texture
from nodegraph.editor.viewer.grade import in_bytes

STEP = 64  # the library's textures come in sizes of so many pixels, so that a pane that grows finds one that is there
SETTLE = 3  # frames until a changed raw texture is on the card: two, and three when it is new
MOST = 6  # raw textures kept: each that is deleted would leak its transfer buffer
TRIES = 6  # frames in which a new texture comes into being
_wide = itertools.count(37)  # no two are as wide, so that each is found by its size
Corners = tuple[float, float, float, float]


class Direct:
    """A texture that is filled past the library. There is none until a frame was drawn, and none without OpenGL."""

    def __init__(self, registry: int) -> None:
        self.width = next(_wide)
        self.item: int = dpg.add_static_texture(self.width, 1, [0.0] * (4 * self.width), parent=registry)
        self.texture: Texture | None = None
        self.pixels: NDArray[np.float32] = np.zeros((1, 1, 4), np.float32)
        self._bytes: NDArray[np.uint8] = np.zeros((1, 1, 4), np.uint8)
        self._tries = TRIES

    def look(self) -> None:
        """Before each frame: find it, once it is there."""
        if self.texture is None and self._tries > 0:
            self._tries -= 1
            self.texture = Texture.of_size(self.width, 1)

    def buffer(self, width: int, height: int) -> NDArray[np.float32]:
        if self.pixels.shape[:2] != (height, width):
            self.pixels = np.zeros((height, width, 4), np.float32)
            self._bytes = np.zeros((height, width, 4), np.uint8)
        return self.pixels

    def fill(self, smooth: bool) -> None:
        """Have what is in the buffer shown."""
        in_bytes(self.pixels, self._bytes)
        if self.texture is not None:
            self.texture.fill(self._bytes, smooth=smooth)


class Parked:
    """Textures that the library fills, made once.

    All raw textures in a registry go to the card on every frame, changed or not, so they stay there only for
    the frames it takes; parked in a stage the picture stays and costs nothing.
    """

    def __init__(self, registry: int) -> None:
        self.registry = registry
        self.stage: int = dpg.add_stage()
        self.textures: dict[tuple[int, int], tuple[int, NDArray[np.float32]]] = {}
        self.size = (0, 0)
        self.live = False

    @property
    def pixels(self) -> NDArray[np.float32]:
        return self.textures[self.size][1]

    def buffer(self, width: int, height: int) -> NDArray[np.float32]:
        if not (self.size[0] >= width and self.size[1] >= height and self._snug(self.size, width, height)):
            self._take(self._fitting(width, height))
        return self.pixels

    def fill(self) -> int:
        """Have what is in the buffer uploaded; the texture that shows it."""
        texture = self.textures[self.size][0]
        if not self.live:
            dpg.move_item(texture, parent=self.registry)
            self.live = True
        return texture

    def park(self) -> None:
        """It is on the card now."""
        if self.live:
            dpg.move_item(self.textures[self.size][0], parent=self.stage)
            self.live = False

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
        self.park()
        if size not in self.textures:
            pixels = np.zeros((size[1], size[0], 4), np.float32)
            texture = dpg.add_raw_texture(
                size[0], size[1], pixels, format=dpg.mvFormat_Float_rgba, parent=self.registry
            )
            self.textures[size] = (texture, pixels)
            self.live = True
        self.size = size


class Screen:
    """A rectangle of a drawing layer that shows float pixels."""

    def __init__(self, parent: int | str) -> None:
        self.parent = parent
        registry: int = dpg.add_texture_registry()
        self.direct = Direct(registry)
        self.parked = Parked(registry)
        self.image = 0
        self.left = 0  # frames until it is on the screen

    @property
    def is_direct(self) -> bool:
        """True if what is shown is on the screen with the next frame."""
        return self.direct.texture is not None

    @property
    def pixels(self) -> NDArray[np.float32]:
        """The buffer that is shown."""
        return self.direct.pixels if self.is_direct else self.parked.pixels

    def buffer(self, width: int, height: int) -> NDArray[np.float32]:
        """The pixels to write into, at least so large; write only what `show` is then told of."""
        return self.direct.buffer(width, height) if self.is_direct else self.parked.buffer(width, height)

    def show(self, box: Corners, width: int, height: int) -> None:
        """Have so much of the buffer on the screen, in a rectangle: left, top, right, bottom."""
        if self.is_direct:
            self.direct.fill(smooth=(box[2] - box[0], box[3] - box[1]) != (width, height))
            self.parked.park()
            texture, self.left = self.direct.item, 1
        else:
            texture, self.left = self.parked.fill(), SETTLE
        rows, columns = self.pixels.shape[:2]
        uv = (width / columns, height / rows)
        if not self.image:
            self.image = dpg.draw_image(texture, box[:2], box[2:], uv_max=uv, parent=self.parent)
        else:
            dpg.configure_item(self.image, texture_tag=texture, pmin=box[:2], pmax=box[2:], uv_max=uv, show=True)

    def hide(self) -> None:
        """Show nothing."""
        if self.image:
            dpg.configure_item(self.image, show=False)

    def tick(self) -> bool:
        """Before each frame; True while frames must come for the picture to be seen."""
        self.direct.look()
        if self.left > 0:
            self.left -= 1
            return True
        self.parked.park()
        return False
