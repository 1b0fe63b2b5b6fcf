"""What an artist chooses for the window: its scale, and the memory for pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from nodegraph.editor.panels.bindings import Chord
from nodegraph.editor.panels.settings import remember, remembered, settings_folder
from nodegraph.editor.shell import theme

if TYPE_CHECKING:
    from nodegraph.editor.shell.dialogs import Dialogs

SCREEN = "as the screen says"
SCALES = {SCREEN: 0.0, "100 %": 1.0, "125 %": 1.25, "150 %": 1.5, "175 %": 1.75, "200 %": 2.0, "250 %": 2.5}
LEAST = 0.5  # gigabytes


def preferences_file() -> Path:
    """Where they are kept."""
    return settings_folder() / "preferences.json"


def remembered_scale() -> float:
    """The scale that the artist chose; 0 for the screen's."""
    value = remembered(preferences_file()).get("scale", 0)
    return min(4.0, max(0.5, float(value))) if isinstance(value, int | float) and value else 0.0


def remembered_memory() -> int | None:
    """The bytes for pictures that the artist chose; None for as many as the machine's memory suggests."""
    value = remembered(preferences_file()).get("memory_gb", 0)
    return round(max(LEAST, float(value)) * 1e9) if isinstance(value, int | float) and value else None


class Preferences:
    """A sheet; what is chosen holds from the next start."""

    def __init__(self, dialogs: Dialogs) -> None:
        self.dialogs = dialogs
        self.window = 0

    def build(self) -> None:
        """Make the rows."""
        saved = remembered(preferences_file())
        scale = self.dialogs.scale
        chosen = next((label for label, value in SCALES.items() if value == saved.get("scale", 0)), SCREEN)
        memory = saved.get("memory_gb", 0)
        self.window = self.dialogs.frame("Preferences")
        with dpg.table(header_row=False, parent=self.window, policy=dpg.mvTable_SizingFixedFit):
            dpg.add_table_column(width_fixed=True, init_width_or_weight=170 * scale)
            dpg.add_table_column(width_stretch=True)
            with dpg.table_row():
                dpg.add_text("Size of type and signs")
                self.scale_field = dpg.add_combo(list(SCALES), default_value=chosen, width=-1)
            with dpg.table_row():
                dpg.add_text("Memory for pictures")
                self.memory_field = dpg.add_input_float(
                    default_value=float(memory) if isinstance(memory, int | float) else 0.0,
                    format="%.1f GB",
                    step=0,
                    width=-1,
                )
        dpg.add_text("0 GB leaves it to the machine. Both hold from the next start.", parent=self.window)
        dpg.configure_item(dpg.last_item(), color=theme.FAINT)
        self.dialogs.buttons(self.window, [("Keep", self.take), ("Cancel", self.closed)])

    def key(self, _chord: Chord) -> bool:
        return False

    def take(self) -> None:
        """Keep what is chosen."""
        memory = max(0.0, float(dpg.get_value(self.memory_field)))
        scale = SCALES[str(dpg.get_value(self.scale_field))]
        saved = {**remembered(preferences_file()), "scale": scale, "memory_gb": round(memory, 1)}
        remember(preferences_file(), saved)
        self.dialogs.done()

    def closed(self) -> None:
        self.dialogs.done()
