"""The small map in the corner: the whole graph as blocks, and a frame around what is seen."""

from __future__ import annotations

from collections.abc import Iterable

import dearpygui.dearpygui as dpg
import numpy as np
from numpy.typing import NDArray

from nodegraph.editor.canvas.minimap import Minimap, minimap
from nodegraph.editor.canvas.scene import NodeItem, PanelItem, Scene, box_of
from nodegraph.editor.canvas.view import Rect, View
from nodegraph.editor.panes import graph_ink as inks
from nodegraph.editor.panes.graph_far import block_ink
from nodegraph.editor.panes.graph_ink import Ink, faded, ink
from nodegraph.graph.layout import Point

SIZE = (180.0, 116.0)
MARGIN = 12.0
LEAST_CANVAS = 380.0  # in a smaller one it would be in the way
FINER = 2  # pixels are painted so many times finer, each way, and averaged
ROUND = 4.0
GROUND = faded(inks.DARK, 232)
SETTLE = 3  # frames until a new raw texture has come to the card

Block = tuple[Rect, Ink]


class SmallMap:
    """Painted as one picture, its ground included, when the graph is another: a pan costs nothing."""

    def __init__(self, drawlist: int, unit: float = 1.0) -> None:
        self._unit = unit
        self.root = dpg.add_draw_node(parent=drawlist)
        corner = (-10.0, -10.0)
        self._wide, self._high = round(SIZE[0] * unit), round(SIZE[1] * unit)
        self._pixels: NDArray[np.float32] = np.zeros((self._high, self._wide, 4), np.float32)
        self._registry, self._stage = dpg.add_texture_registry(), dpg.add_stage()
        self._texture = dpg.add_raw_texture(
            self._wide, self._high, self._pixels, format=dpg.mvFormat_Float_rgba, parent=self._registry
        )
        self._left = SETTLE  # frames that it has to be in the registry; there it costs something with each frame
        self._image = dpg.draw_image(self._texture, corner, corner, parent=self.root)
        self._window = dpg.draw_rectangle(
            corner,
            corner,
            color=faded(inks.TEXT, 220),
            fill=(255, 255, 255, 12),
            thickness=max(1.0, round(unit)),
            parent=self.root,
        )
        self.wanted = True
        self._map: Minimap | None = None

    @property
    def shown(self) -> bool:
        return self._map is not None

    def holds(self, pixel: Point) -> bool:
        """True if a pixel of the canvas is the map's."""
        return self._map is not None and self._map.frame.holds(pixel)

    def tick(self) -> bool:
        """Before a frame; True while more of them must come until the map is seen."""
        if self._left > 0:
            self._left -= 1
            if self._left == 0:
                dpg.move_item(self._texture, parent=self._stage)
        return self._left > 0

    def draw(self, scene: Scene, view: View, size: Point) -> None:
        """The graph as it is now, if there is room."""
        unit = self._unit
        room = size[1] >= LEAST_CANVAS * 0.6 * unit and size[0] >= LEAST_CANVAS * unit
        shown = self.wanted and room and bool(scene.nodes)
        self._map = None
        dpg.configure_item(self.root, show=shown)
        if not shown:
            return
        right, bottom = round(size[0] - MARGIN * unit), round(size[1] - MARGIN * unit)
        frame = Rect(right - self._wide, bottom - self._high, right, bottom)
        items = [item for item in scene.items.values() if isinstance(item, (PanelItem, NodeItem))]
        self._map = found = minimap([box_of(item) for item in items], frame)
        blocks = (
            (
                found.place(box_of(item)).moved((-frame.left, -frame.top)),
                block_ink(item) if isinstance(item, NodeItem) else ink(item.look.colour, 120),
            )
            for item in sorted(items, key=lambda item: isinstance(item, NodeItem))
        )
        self._pixels[:] = framed(picture(blocks, self._wide, self._high), ROUND * unit, max(1.0, round(unit)))
        dpg.configure_item(self._image, pmin=(frame.left, frame.top), pmax=(frame.right, frame.bottom))
        dpg.move_item(self._texture, parent=self._registry)
        self._left = SETTLE + 1
        self.look(view, size)

    def look(self, view: View, size: Point) -> None:
        """Another part of the graph is seen."""
        if self._map is not None:
            box = self._map.window(view, size)
            dpg.configure_item(self._window, pmin=(box.left, box.top), pmax=(box.right, box.bottom))

    def went_to(self, view: View, size: Point, pixel: Point) -> View:
        """The view after a click or a drag in the map."""
        return self._map.went_to(view, size, pixel) if self._map is not None else view


def framed(inside: NDArray[np.float32], radius: float, thickness: float) -> NDArray[np.float32]:
    """A picture on the map's own ground, with a line around it and round corners."""
    high, wide = inside.shape[:2]
    across, down = (
        np.maximum(np.abs(np.arange(length) + 0.5 - length / 2) - length / 2 + radius, 0.0) for length in (wide, high)
    )
    depth = (radius - np.hypot(across[None, :], down[:, None]))[..., None]  # from the edge inward, near it
    ground, line = np.array(GROUND, np.float32) / 255, np.array(inks.LINE, np.float32) / 255
    over = inside[..., 3:]
    found = np.empty_like(inside)
    found[..., 3:] = over + ground[3] * (1 - over)
    found[..., :3] = (inside[..., :3] * over + ground[:3] * ground[3] * (1 - over)) / found[..., 3:]
    found += (line - found) * np.clip(thickness + 0.5 - depth, 0.0, 1.0)
    found[..., 3:] *= np.clip(depth + 0.5, 0.0, 1.0)
    return found


def picture(blocks: Iterable[Block], width: int, height: int) -> NDArray[np.float32]:
    """Blocks of one colour each, the later over the earlier, as pixels: colour and how much of it, 0 to 1."""
    fine = np.zeros((height * FINER, width * FINER), np.uint8)  # which of the inks
    known: dict[Ink, int] = {inks.CLEAR: 0}
    for box, colour in blocks:
        left, top = round(box.left * FINER), round(box.top * FINER)
        right, bottom = max(left + 1, round(box.right * FINER)), max(top + 1, round(box.bottom * FINER))
        number = known.setdefault(colour, min(len(known), 255))
        fine[max(0, top) : bottom, max(0, left) : right] = number
    table = np.array(list(known), np.float32) / 255
    table[:, :3] *= table[:, 3:]
    found = np.zeros((height, width, 4), np.float32)
    for row in range(FINER):
        for column in range(FINER):
            found += table[fine[row::FINER, column::FINER]] / FINER**2
    covered = found[..., 3:]
    found[..., :3] /= np.where(covered > 0, covered, 1)
    return found
