"""What the window has seen of mouse and keys, and what it takes for a double click or a key held down.

A press that was sent is on its way for as long as the machine likes: the driver waits until it is counted here.
"""

from __future__ import annotations

import ctypes
import struct
from typing import Any

import dearpygui.dearpygui as dpg

from nodegraph.editor.panes import browser
from nodegraph.editor.shell.input import Hands

MODIFIERS = {"ctrl": dpg.mvKey_LControl, "shift": dpg.mvKey_LShift, "alt": dpg.mvKey_LAlt}
KEYS = range(512, 632)  # as ImGui counts them: above are pads, buttons and modifiers once more
# How ImGui keeps its times: double click, two distances, a key's first repetition and the next.
TIMES = struct.pack("<5f", 0.30, 6.0, 6.0, 0.275, 0.05)
FOREVER = 1e6  # seconds


class Seen:
    """Counts keys and the wheel as the window tells of them, after its own hands have had them."""

    def __init__(self, hands: Hands) -> None:
        self.pressed: list[int] = []
        self.released: list[int] = []
        self.wheel = 0.0
        self._hands = hands
        with dpg.handler_registry():
            dpg.add_key_press_handler(callback=lambda _sender, code: self._key(self.pressed, int(code)))
            dpg.add_key_release_handler(callback=lambda _sender, code: self._key(self.released, int(code)))
            dpg.add_mouse_wheel_handler(callback=lambda _sender, clicks: self._turned(float(clicks)))
        library: Any = ctypes.CDLL(dpg.internal_dpg.__file__)
        ask = library._ZN5ImGui5GetIOEv
        ask.restype = ctypes.c_void_p
        held = ask()
        at = ctypes.string_at(held, 512).find(TIMES)
        assert at >= 0, "ImGui keeps its times elsewhere"
        self._times = (ctypes.c_float * 5).from_address(held + at)
        self._times[3] = FOREVER  # a key is pressed once, however late its release comes
        self.single()

    def single(self) -> None:
        """The next press is the first one, however soon it comes."""
        self._double(0.0)

    def second(self) -> None:
        """The next press is the second of a double click, however late it comes."""
        self._double(FOREVER)

    def _double(self, seconds: float) -> None:
        self._times[0] = seconds
        self._hands.double = browser.DOUBLE, browser.FRAMES = seconds, 0

    @property
    def keys(self) -> int:
        """How many keys were pressed and let go."""
        return min(len(self.pressed), len(self.released))

    @property
    def held(self) -> set[str]:
        """The modifiers that are down."""
        return {name for name, key in MODIFIERS.items() if dpg.is_key_down(key)}

    def _key(self, row: list[int], code: int) -> None:
        if code in KEYS and code not in MODIFIERS.values():
            row.append(code)

    def _turned(self, clicks: float) -> None:
        self.wheel += clicks
