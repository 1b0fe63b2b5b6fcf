"""Mouse and keys: to the pane under the cursor, held fast while a button is down, and never while someone types."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import dearpygui.dearpygui as dpg

from nodegraph.editor.pane import Button, Held, Pane, Point
from nodegraph.editor.panels.bindings import Chord
from nodegraph.editor.panels.commands import Pane as Place
from nodegraph.editor.shell import platform_x

NAMES: dict[str, str] = {
    **{letter: letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"},
    **{f"F{n}": f"F{n}" for n in range(1, 13)},
    **{f"NumPad{n}": f"Keypad{n}" for n in range(10)},
    **{name: name for name in ("Tab", "Return", "Escape", "Delete", "Insert", "Home", "End")},
    **{name: name for name in ("Left", "Right", "Up", "Down")},
    "Spacebar": "Space",
    "Back": "Backspace",
    "NumPadEnter": "Return",
    "Minus": "-",
    "Open_Brace": "[",
    "Close_Brace": "]",
    "Backslash": "\\",
    "Comma": ",",
    "Period": ".",
    "Slash": "/",
    "Subtract": "-",
    "Add": "=",
    "Decimal": ".",
    "Divide": "/",
}
# As ImGui counts them: what Dear PyGui calls Prior, Next, Quote, Colon, Plus and Tilde are numbers of GLFW, which
# never come, and of which a handler of their own hears at random.
PAGE_UP, PAGE_DOWN = 517, 518
IMGUI = {PAGE_UP: "PageUp", PAGE_DOWN: "PageDown", 596: "'", 601: ";", 602: "=", 606: "`"}
DOUBLE, STILL = 0.4, 6.0  # seconds and pixels between two presses that are a double click
FRAMES = 4  # or so many, where they are slow: press and release each take one


class Placed:
    """A pane in its Dear PyGui window."""

    def __init__(self, pane: Pane, window: int) -> None:
        self.pane = pane
        self.window = window  # the room that the pane fills
        self.docked = int(dpg.get_item_parent(window) or 0)

    @property
    def is_seen(self) -> bool:
        """False for a tab that is not in front."""
        return bool(dpg.is_item_visible(self.docked))

    def holds(self, at: Point) -> bool:
        """True if a point lies in the pane, seen or not."""
        (x, y), (width, height) = self.pane.origin, self.pane.size
        return x <= at[0] < x + width and y <= at[1] < y + height

    def is_hovered(self) -> bool:
        """True if nothing lies between the cursor and the pane: no menu, no question, no other window."""
        return any(bool(dpg.is_item_hovered(each)) for each in (self.window, *_inner(self.window)))

    def is_drawn(self) -> bool:
        """True if the cursor is over what the pane draws itself: to the library a draw list is a widget, too."""
        return any(dpg.is_item_hovered(each) for each in _drawlists(self.window))


def _drawlists(item: int) -> list[int]:
    rows: list[int] = []
    for child in dpg.get_item_children(item, 1) or ():
        kind = dpg.get_item_type(child)
        if kind == "mvAppItemType::mvDrawlist":
            rows.append(child)
        elif kind in ("mvAppItemType::mvChildWindow", "mvAppItemType::mvGroup"):
            rows += _drawlists(child)
    return rows


def _inner(item: int, depth: int = 3) -> list[int]:
    """The child windows in a window: hovering one is hovering the pane."""
    rows: list[int] = []
    for child in dpg.get_item_children(item, 1) or ():
        if dpg.get_item_type(child) == "mvAppItemType::mvChildWindow":
            rows.append(child)
        if depth and dpg.get_item_type(child) in ("mvAppItemType::mvChildWindow", "mvAppItemType::mvGroup"):
            rows += _inner(child, depth - 1)
    return rows


class Hands:
    """Looks at mouse and keys once a frame, and tells the panes."""

    def __init__(
        self, panes: Sequence[Placed], on_key: Callable[[Chord, Place], bool], asked: Callable[[Chord, bool], bool]
    ) -> None:
        self.panes = panes
        self.at: Point = (-1.0, -1.0)
        self.moved = False
        self.holder: Pane | None = None  # has the mouse while a button is down
        self.button = Button.LEFT
        self.last = Place.WINDOW  # over which the cursor was last
        self.double = (DOUBLE, FRAMES)
        self._on_key = on_key
        self._asked = asked  # has all keys while something is asked
        self._over: Pane | None = None
        self._was_typing = False
        self._typing_before = self._typing_now = False
        self._popup_before = False
        self._held_before = self._held_now = Held()
        self._down: set[Button] = set()
        self._pressed: tuple[Button | None, float, int, Point] = (None, 0.0, 0, (0.0, 0.0))
        self._names = {
            **{getattr(dpg, f"mvKey_{key}"): name for key, name in NAMES.items() if hasattr(dpg, f"mvKey_{key}")},
            **IMGUI,
        }

    def build(self) -> None:
        """Ask for what cannot be looked up afterwards: keys and the wheel."""
        with dpg.handler_registry():
            dpg.add_key_press_handler(callback=lambda _sender, code: self._key(int(code)))
            dpg.add_mouse_wheel_handler(callback=lambda _sender, clicks: self._wheel(float(clicks)))

    def held(self) -> Held:
        """The modifiers that are down."""
        return Held(
            dpg.is_key_down(dpg.mvKey_LControl) or dpg.is_key_down(dpg.mvKey_RControl),
            dpg.is_key_down(dpg.mvKey_LAlt) or dpg.is_key_down(dpg.mvKey_RAlt),
            dpg.is_key_down(dpg.mvKey_LShift) or dpg.is_key_down(dpg.mvKey_RShift),
        )

    def typing(self) -> bool:
        """True while someone types: a field is active, and not because a slider is being dragged."""
        active = platform_x.any_active()
        if not active:
            self._was_typing = False
        elif not any(dpg.is_mouse_button_down(button.value) for button in Button):
            self._was_typing = True
        return active and self._was_typing

    def under(self) -> Placed | None:
        """The pane under the cursor, by its place alone."""
        return next((each for each in self.panes if each.is_seen and each.holds(self.at)), None)

    def place(self) -> Place:
        """To what keys go."""
        if self.holder is not None:
            return self.holder.place
        found = self.under()
        return found.pane.place if found is not None else Place.WINDOW

    def poll(self) -> bool:
        """After a frame: tell the panes what the mouse did in it; True if it did something."""
        x, y = dpg.get_mouse_pos(local=False)
        before, self.at = self.at, (float(x), float(y))
        moved = self.moved = before != self.at
        popup, self._popup_before = platform_x.popup_open() or self._popup_before, platform_x.popup_open()
        self._typing_before, self._typing_now = self._typing_now, self.typing()
        self._held_before, self._held_now = self._held_now, self.held()
        if self.holder is not None:
            self._hold(moved)
            return True
        self._hover(moved, popup)
        return self._press(popup) or moved

    def _hold(self, moved: bool) -> None:
        pane = self.holder
        if pane is None:
            return
        if moved:
            pane.dragged(self.at, self.held())
        if not dpg.is_mouse_button_down(self.button.value):
            self.holder, self._down = None, set()
            pane.released(self.at, self.held())

    def _hover(self, moved: bool, popup: bool) -> None:
        if not moved and self._over is not None:
            return  # a pane may come under a mouse that lies still, as when the window opens
        found = None if popup else self.under()
        pane = found.pane if found is not None and found.is_hovered() else None
        if self._over is not None and self._over is not pane:
            self._over.left()
        self._over = pane
        if pane is not None:
            self.last = pane.place
        if pane is not None and not any(dpg.is_mouse_button_down(button.value) for button in Button):
            pane.hovered(self.at, self.held())

    def _press(self, popup: bool) -> bool:
        down = {button for button in Button if dpg.is_mouse_button_down(button.value)}
        clicked, self._down = [button for button in Button if button in down - self._down], down
        if not clicked:
            return bool(down)
        found = self.under()
        widget = platform_x.any_hovered() and not (found is not None and found.is_drawn())
        if popup or found is None or widget or not found.is_hovered():
            return True
        button = clicked[0]
        double = self._is_double(button)
        if found.pane.pressed(self.at, button, self.held(), double):
            self.holder, self.button = found.pane, button
        return True

    def _is_double(self, button: Button) -> bool:
        """True for the second press of two; the third begins anew."""
        now, frame = time.monotonic(), int(dpg.get_frame_count())
        last, before, frame_before, (x, y) = self._pressed
        seconds, frames = self.double
        soon = now - before < seconds or frame - frame_before <= frames
        double = last is button and soon and max(abs(x - self.at[0]), abs(y - self.at[1])) < STILL
        self._pressed = (None if double else button, now, frame, self.at)
        return double

    def _wheel(self, clicks: float) -> None:
        if self.holder is not None:
            if self.holder.turns_in_hand:
                self.holder.wheeled(self.at, clicks, self.held())
            return
        found = self.under()
        if found is not None and not platform_x.popup_open() and found.is_hovered():
            found.pane.wheeled(self.at, clicks, self.held())

    def _key(self, code: int) -> None:
        name = self._names.get(code)
        if name is None:
            return
        self._pressed = (None, 0.0, 0, (0.0, 0.0))  # a key between two presses: the second begins anew
        # Ctrl is often let go first: in a frame that took long it may be up when the key is seen.
        held = (now or before for now, before in zip(self.held(), self._held_before, strict=True))
        chord = Chord(name, *held)
        typing = self._typing_now or self._typing_before  # Return in a field ends the typing
        if self._asked(chord, typing):
            return
        if platform_x.popup_open() or self._popup_before or (typing and not chord.passes_fields):
            return
        if name == "Escape" and self.holder is not None:
            self.holder.drop_hand()
            return
        self._on_key(chord, self.place())
