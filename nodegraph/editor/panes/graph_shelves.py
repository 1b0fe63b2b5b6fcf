"""Where the many things of a canvas lie of which few are seen: on shelves that are hidden as a whole.

The library multiplies matrices for each child of a draw node, hidden or not, with every frame.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.scene import Key

MOST = 16  # things on a shelf


@dataclass
class Shelf:
    """A draw node, what lies on it, and what of that is seen."""

    item: int
    keys: set[Key] = field(default_factory=set)
    seen: set[Key] = field(default_factory=set)


class Shelves:
    """One after the other in the order in which things come, which is the order in which they are drawn."""

    def __init__(self, parent: int) -> None:
        self.root = dpg.add_draw_node(parent=parent)
        self._of: dict[Key, Shelf] = {}
        self._last: Shelf | None = None

    def parent(self, key: Key) -> int:
        """The draw node for a thing; a new one goes to the last."""
        shelf = self._of.get(key)
        if shelf is None:
            if self._last is None or len(self._last.keys) >= MOST:
                self._last = Shelf(dpg.add_draw_node(parent=self.root, show=False))
            shelf = self._of[key] = self._last
            shelf.keys.add(key)
        return shelf.item

    def show(self, key: Key, shown: bool) -> None:
        """A thing is seen now, or no longer."""
        shelf = self._of[key]
        before = bool(shelf.seen)
        (shelf.seen.add if shown else shelf.seen.discard)(key)
        if bool(shelf.seen) != before:
            dpg.configure_item(shelf.item, show=not before)

    def drop(self, key: Key) -> None:
        """A thing is gone."""
        if key not in self._of:
            return
        self.show(key, False)
        shelf = self._of.pop(key)
        shelf.keys.discard(key)
        if not shelf.keys:
            dpg.delete_item(shelf.item)
            if shelf is self._last:
                self._last = None
