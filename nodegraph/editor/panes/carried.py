"""Something that is carried from one pane to another with the mouse."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar, runtime_checkable

from nodegraph.editor.app import App
from nodegraph.editor.canvas.view import View
from nodegraph.editor.pane import Pane, Point
from nodegraph.editor.panes.tip import Tip

T = TypeVar("T")
FAR = 5.0  # pixels: a shorter way is a click


@runtime_checkable
class Canvas(Protocol):
    """The pane that shows the graph."""

    view: View

    def local(self, at: Point) -> Point: ...


class Carried(Generic[T]):
    """What the hand took up, until it is put down."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.what: T | None = None
        self.moving = False
        self._name = ""
        self._start: Point = (0.0, 0.0)
        self._tip = Tip()

    def take(self, what: T, name: str, at: Point) -> None:
        """The button went down on it."""
        self.what, self._name, self._start, self.moving = what, name, at, False

    def move(self, at: Point, hint: str = "") -> None:
        """The mouse moves on."""
        if self.what is None:
            return
        far = max(abs(at[0] - self._start[0]), abs(at[1] - self._start[1])) > FAR
        self.moving = self.moving or far
        if self.moving:
            self._tip.show(f"{self._name}   {hint}" if hint else self._name, (at[0] + 14, at[1] + 12))

    def drop(self) -> T | None:
        """The button came up: what was carried, None if it was only clicked."""
        found = self.what if self.moving else None
        self.what, self.moving = None, False
        self._tip.hide()
        return found


def pane_at(app: App, at: Point) -> Pane | None:
    """The pane in front at a place of the window."""
    import dearpygui.dearpygui as dpg

    for pane in app.panes:
        (x, y), (width, height) = pane.origin, pane.size
        room = getattr(pane, "room", None)  # the viewer's is a size, and it is always seen
        seen = not isinstance(room, int) or bool(dpg.get_item_state(room).get("visible", True))
        if seen and x <= at[0] < x + width and y <= at[1] < y + height:
            return pane
    return None


def over_canvas(app: App, at: Point) -> bool:
    """True if a place of the window is on the graph."""
    return isinstance(pane_at(app, at), Canvas)


def canvas_of(app: App) -> Pane | None:
    """The pane of the graph."""
    return next((pane for pane in app.panes if isinstance(pane, Canvas)), None)
