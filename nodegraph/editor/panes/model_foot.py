"""What stands below the models: all that is known of the one that is picked, and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from nodegraph.editor.panes import model_rows
from nodegraph.editor.shell import fonts, theme
from nodegraph.graph.model_files import ENDINGS

if TYPE_CHECKING:
    from nodegraph.editor.panes.models import ModelsPane


def tell(pane: ModelsPane) -> None:
    """Write it anew."""
    foot = pane.foot
    dpg.delete_item(foot, children_only=True)
    row = pane.picked
    if row is None:
        here = sum(each.state == model_rows.HERE for each in pane.rows)
        words = f"{here} models are here, {len(pane.rows) - here} more are known."
        dpg.add_text(words, parent=foot, color=theme.FAINT)
        return
    with dpg.group(parent=foot, horizontal=True, horizontal_spacing=4):
        if row.state == model_rows.MISSING:
            find = dpg.add_button(label="Find the file…", callback=lambda: pane.find(row.users[0]))
            dpg.bind_item_theme(find, theme.CHOSEN)
        elif row.path is not None and row.path.suffix.lower() in ENDINGS:
            load = dpg.add_button(label="Load in the graph", callback=lambda: pane.app.guarded(pane.load))
            dpg.bind_item_theme(load, theme.CHOSEN)
            if row.card is not None:
                label = "Enter its licence…" if row.card.commercial is None else "Correct the card…"
                pane.card_button = int(dpg.add_button(label=label, callback=pane.ask_card))
        if row.users:
            dpg.add_button(label="Go to node", callback=lambda: pane.go(row.users[0]))
        dpg.bind_item_font(dpg.add_text(row.name), fonts.BOLD)
    for label, text in model_rows.told(row):
        with dpg.group(parent=foot, horizontal=True, xoffset=round(72 * fonts.scale())):
            dpg.add_text(label, color=theme.FAINT)
            dpg.add_text(text, wrap=0)
