"""What Dear PyGui has no call for, by the symbols that its library lets out; each with a plain way without them.

The symbols are those of version 2.3.1 on Linux, so the version is pinned. Nobody else reaches into the library.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import dearpygui.dearpygui as dpg

from nodegraph.data.errors import NodegraphError

WAKE = "glfwPostEmptyEvent"
WINDOW = "glfwGetCurrentContext"
ACTIVE = "_ZN5ImGui15IsAnyItemActiveEv"
HOVERED = "_ZN5ImGui16IsAnyItemHoveredEv"
POPUP = "_ZN5ImGui11IsPopupOpenEji"
COLOUR = "_ZN5ImGui17GetStyleColorVec4Ei"
CLIPBOARD = "glfwGetClipboardString"
LOAD = "_ZN5ImGui25LoadIniSettingsFromMemoryEPKcm"
SAVE = "_ZN5ImGui23SaveIniSettingsToMemoryEPm"
END = ("_Z26ImGui_ImplOpenGL3_Shutdownv", "_Z23ImGui_ImplGlfw_Shutdownv")
ANY_POPUP = (1 << 10) | (1 << 11)  # at any level, of any name
INVISIBLE, FALSE, VISIBLE_HINT, CONTEXT_MAJOR, CONTEXT_MINOR = 0, 0, 0x00020004, 0x00022002, 0x00022003

DropCallback = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(ctypes.c_char_p))


@cache
def _library() -> Any:
    return ctypes.CDLL(dpg.internal_dpg.__file__)


@cache
def _symbol(name: str, result: Any = None, *arguments: Any) -> Any:
    """A function of the library; None if this build does not let it out."""
    found = getattr(_library(), name, None)
    if found is not None:
        found.restype, found.argtypes = result, list(arguments)
    return found


def waker() -> Callable[[], None] | None:
    """What wakes the sleeping window from any thread; None if it cannot be, and must not sleep."""
    found = _symbol(WAKE)

    def wake() -> None:
        found()

    return wake if found is not None else None


def any_active() -> bool:
    """True while a widget holds the keyboard or the mouse."""
    found = _symbol(ACTIVE, ctypes.c_bool)
    if found is not None:
        return bool(found())
    item = dpg.get_focused_item()
    return bool(item) and dpg.does_item_exist(item) and bool(dpg.get_item_state(item).get("active"))


def any_hovered() -> bool:
    """True while the cursor is over a widget that could be pressed, or over the edge of a pane."""
    found = _symbol(HOVERED, ctypes.c_bool)
    return found is not None and bool(found())


def popup_open() -> bool:
    """True while a menu, a list of choices or a question is open."""
    found = _symbol(POPUP, ctypes.c_bool, ctypes.c_uint32, ctypes.c_int)
    return found is not None and bool(found(0, ANY_POPUP))


def clipboard() -> str:
    """The text of the clipboard. Dear PyGui's own call ends the program where there is none."""
    found = _symbol(CLIPBOARD, ctypes.c_char_p, ctypes.c_void_p)
    if found is None:
        return str(dpg.get_clipboard_text() or "")
    text = found(_window())
    return text.decode("utf-8", "replace") if text else ""


def _window() -> Any:
    found = _symbol(WINDOW, ctypes.c_void_p)
    return found() if found is not None else None


def set_colours(colours: Mapping[int, tuple[int, int, int, int]]) -> None:
    """Colours for what no theme reaches: the bars of tabs are drawn before the windows that have themes."""
    found = _symbol(COLOUR, ctypes.POINTER(ctypes.c_float), ctypes.c_int)
    if found is None:
        return
    for number, colour in colours.items():
        place = found(number)
        for k in range(4):
            place[k] = colour[k] / 255


def load_layout(text: str) -> bool:
    """Put the panes as a layout says, while the window is open; False if that must wait for the next start."""
    found = _symbol(LOAD, None, ctypes.c_char_p, ctypes.c_size_t)
    if found is None:
        return False
    saved = text.encode()
    found(saved, len(saved))
    return True


def layout_text() -> str | None:
    """Where the panes are now, as a layout; None if it cannot be asked."""
    found = _symbol(SAVE, ctypes.c_char_p, ctypes.c_void_p)
    if found is None:
        return None
    text = found(None)
    return text.decode() if text else None


def on_drop(take: Callable[[tuple[str, ...]], None]) -> object | None:
    """Have dropped files told as paths; keep what is returned as long as the window lives. None: not possible."""
    window, install = _window(), _symbol("glfwSetDropCallback", ctypes.c_void_p, ctypes.c_void_p, DropCallback)
    if not window or install is None:
        return None

    def dropped(_window: Any, count: int, paths: Any) -> None:
        take(tuple(os.fsdecode(paths[k]) for k in range(count)))

    held = DropCallback(dropped)
    install(window, held)
    return held


def close_window() -> None:
    """End the window so that another can be opened in this process: the library by itself leaves it open."""
    window = _window()
    ends = [_symbol(name) for name in END]
    destroy = _symbol("glfwDestroyWindow", None, ctypes.c_void_p)
    if not window or destroy is None or any(end is None for end in ends):
        dpg.destroy_context()
        return
    for end in ends:
        end()
    dpg.destroy_context()
    destroy(window)


def has_window() -> bool:
    """True while there is a window to draw in, and OpenGL draws it."""
    return bool(_window())


class NoDisplay(NodegraphError):
    """There is no screen that a window could be opened on. It and the way without one are told in one line."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason}; render without a window: nodegraph render PROJECT")


def preflight() -> float:
    """How many pixels the screen wants for one.

    Refuses in words where the library would end the whole process: no display, or no OpenGL 3 on it.
    """
    start = _symbol("glfwInit", ctypes.c_int)
    create = _symbol("glfwCreateWindow", ctypes.c_void_p, *[ctypes.c_int] * 2, ctypes.c_char_p, *[ctypes.c_void_p] * 2)
    destroy = _symbol("glfwDestroyWindow", None, ctypes.c_void_p)
    expect = _symbol("glfwWindowHint", None, ctypes.c_int, ctypes.c_int)
    if start is None or create is None or destroy is None or expect is None:
        if os.name == "posix" and not os.environ.get("DISPLAY"):
            raise NoDisplay("there is no display to open a window on")
        return 1.0
    if not start():
        raise NoDisplay(f"no window can be opened: {_fault()}")
    expect(VISIBLE_HINT, FALSE)
    expect(CONTEXT_MAJOR, 3)
    expect(CONTEXT_MINOR, 0)
    window = create(64, 64, b"nodegraph", None, None)
    fault = "" if window else _fault()
    scale = _content_scale(window) if window else 1.0
    if window:
        destroy(window)
    reset = _symbol("glfwDefaultWindowHints")
    if reset is not None:
        reset()
    if not window:
        raise NoDisplay(f"no window can be opened: {fault}")
    return scale


def _content_scale(window: int) -> float:
    """As the screen says, in quarters; 1 if it does not."""
    ask = _symbol("glfwGetWindowContentScale", None, *[ctypes.c_void_p] * 3)
    if ask is None:
        return 1.0
    x, y = ctypes.c_float(1.0), ctypes.c_float(1.0)
    ask(window, ctypes.byref(x), ctypes.byref(y))
    return min(4.0, max(1.0, round(x.value * 4) / 4))


def _fault() -> str:
    ask = _symbol("glfwGetError", ctypes.c_int, ctypes.POINTER(ctypes.c_char_p))
    if ask is None:
        return "the display does not answer"
    text = ctypes.c_char_p()
    ask(ctypes.byref(text))
    return (text.value or b"the display does not answer").decode(errors="replace")
