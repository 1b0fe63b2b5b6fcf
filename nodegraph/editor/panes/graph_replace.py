"""Search and replace in the file names of nodes: a sheet that shows what will become of them while one types."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from nodegraph.data.errors import GraphError
from nodegraph.editor.app import App
from nodegraph.editor.panels.bindings import Chord
from nodegraph.editor.panes import graph_edits as edits
from nodegraph.editor.shell import theme

if TYPE_CHECKING:
    from nodegraph.editor.shell.dialogs import Dialogs

WIDE = 620
MOST = 8  # paths that are shown


class ReplaceFiles:
    """Of the selected nodes, else of all; what is kept is one step of undo."""

    def __init__(self, app: App, dialogs: Dialogs) -> None:
        self.app = app
        self.dialogs = dialogs
        self.window = 0
        picked = app.state.picked.nodes & app.state.graph.nodes.keys()
        self.names = picked or frozenset(app.state.graph.nodes)
        self.whose = "selected nodes" if picked else "all nodes"
        self.fields: tuple[int, int] = (0, 0)

    def build(self) -> None:
        """Two fields, and the paths under them."""
        self.window = self.dialogs.frame(f"Search and replace in the file names of {self.whose}", WIDE)
        rows = []
        with dpg.table(header_row=False, parent=self.window, policy=dpg.mvTable_SizingFixedFit):
            dpg.add_table_column(width_fixed=True, init_width_or_weight=100 * self.dialogs.scale)
            dpg.add_table_column(width_stretch=True)
            for label in ("Search", "Replace by"):
                with dpg.table_row():
                    dpg.add_text(label)
                    rows.append(int(dpg.add_input_text(width=-1, auto_select_all=True, callback=self._typed)))
        self.fields = rows[0], rows[1]
        wrap = round((WIDE - 30) * self.dialogs.scale)
        self.told = dpg.add_text("", parent=self.window, color=theme.FAINT, wrap=wrap)
        self.dialogs.buttons(self.window, [("Replace", self.take), ("Cancel", self.closed)])
        self._typed()
        dpg.focus_item(self.fields[0])

    def _typed(self) -> None:
        """What would become of the paths."""
        old, new = (str(dpg.get_value(field)) for field in self.fields)
        everywhere = edits.files_with(self.app.state.graph, self.names, old)
        rows = [path.replace(old, new) if old else path for path in everywhere]
        more = [f"and {len(rows) - MOST} more"] if len(rows) > MOST else []
        self._tell("\n".join(rows[:MOST] + more) or ("no file has that in its path" if old else "no node names a file"))

    def _tell(self, text: str, wrong: bool = False) -> None:
        dpg.configure_item(self.told, default_value=text, color=theme.BAD if wrong else theme.FAINT)

    def key(self, chord: Chord) -> bool:
        """Return replaces from within a field, too."""
        if chord.key != "Return":
            return False
        self.take()
        return True

    def take(self) -> None:
        """Replace, if there is something to."""
        old, new = (str(dpg.get_value(field)) for field in self.fields)
        try:
            graph = edits.replaced(self.app.state.graph, self.names, old, new)
        except GraphError as fault:
            self._tell(str(fault), wrong=True)
            return
        self.dialogs.done()
        self.app.edit("replace in file names", graph)

    def closed(self) -> None:
        """Nothing was asked."""
        self.dialogs.done()
