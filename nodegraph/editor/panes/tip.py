"""What floats over the panes: a word on what is under the cursor, and what is being carried."""

from __future__ import annotations

import dearpygui.dearpygui as dpg

from nodegraph.editor.panes.drawing import SMALL, Colour, Point, box, text_width, write
from nodegraph.editor.shell import fonts, theme


class Tip:
    """One line over everything else."""

    def __init__(self) -> None:
        self.item = int(dpg.add_viewport_drawlist(front=True, show=False))
        self._told: tuple[str, Point] | None = None

    def show(self, text: str, at: Point, colour: Colour = theme.TEXT) -> None:
        """Put it at a place, or a little beside it where the window ends."""
        if (text, at) == self._told:
            return
        self._told = (text, at)
        dpg.delete_item(self.item, children_only=True)
        scale = fonts.scale()
        width, high = (text_width(text, SMALL) + 16) * scale, (SMALL + 10) * scale
        x = min(max(2.0, at[0]), dpg.get_viewport_client_width() - width - 2)
        y = min(max(2.0, at[1]), dpg.get_viewport_client_height() - high - 2)
        box(self.item, (x, y), (width, high), theme.BACKGROUND, theme.LINE, 4)
        write(self.item, (x + 8 * scale, y + 4 * scale), text, colour, SMALL)
        dpg.configure_item(self.item, show=True)

    def hide(self) -> None:
        """Show nothing."""
        if self._told is not None:
            self._told = None
            dpg.configure_item(self.item, show=False)
