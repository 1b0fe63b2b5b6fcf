"""What every pane of the window is: it draws the state, and turns what the hands do into edits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from nodegraph.editor.panels.bindings import Chord
from nodegraph.editor.panels.commands import Pane as Place
from nodegraph.editor.state import State

if TYPE_CHECKING:
    from nodegraph.editor.app import App

Point = tuple[float, float]
Start = Callable[[], None]


class Button(Enum):
    """A button of the mouse."""

    LEFT = 0
    RIGHT = 1
    MIDDLE = 2


class Held(NamedTuple):
    """The modifiers that are held."""

    ctrl: bool = False
    alt: bool = False
    shift: bool = False


class Pane:
    """A pane of the window. All its methods are called on the main thread, and only there may it call Dear PyGui.

    Points are in the window's pixels; `origin` and `size` say where the pane's own picture lies in them.
    """

    place: Place  # keys go to the pane under the cursor
    title = ""
    turns_in_hand = False  # the wheel is its own while a button is down on it, too

    def __init__(self, app: App) -> None:
        self.app = app
        self.origin: Point = (0.0, 0.0)
        self.size: Point = (1.0, 1.0)

    def build(self, window: int) -> None:
        """Make the widgets, once; `window` is the Dear PyGui window that holds the pane."""

    def sync(self, old: State | None, new: State) -> None:
        """Draw what differs. The first time there is no old state."""

    def resized(self) -> None:
        """The pane has another `origin` or `size`."""

    def tick(self, now: float) -> bool:
        """Called before every frame; True while something moves, so that the window does not fall asleep."""
        return False

    def actions(self) -> Mapping[str, Start]:
        """What the keys and menus of `commands.LIST` start here, by the action's name."""
        return {}

    # -- the mouse: a pane that took a press gets every move until the release, wherever it goes ---------

    def pressed(self, at: Point, button: Button, held: Held, double: bool) -> bool:
        """A button went down over the pane; True if it is the pane's own, and not some widget's."""
        return False

    def dragged(self, at: Point, held: Held) -> None:
        """The mouse moved with the button down."""

    def released(self, at: Point, held: Held) -> None:
        """The button came up."""

    def drop_hand(self) -> None:
        """Escape with the button down: as if nothing had been dragged. The release still comes."""

    def hovered(self, at: Point, held: Held) -> None:
        """The mouse moved over the pane with no button down."""

    def left(self) -> None:
        """The mouse went elsewhere."""

    def wheeled(self, at: Point, clicks: float, held: Held) -> bool:
        """The wheel turned over the pane; True if it was used."""
        return False

    def key(self, chord: Chord) -> bool:
        """A key that no action is bound to; True if it was used."""
        return False

    def dropped(self, at: Point, paths: tuple[str, ...]) -> bool:
        """Files were dropped, or their paths pasted; True if they were used."""
        return False

    def close(self) -> None:
        """The window closes: let go of threads and files."""
