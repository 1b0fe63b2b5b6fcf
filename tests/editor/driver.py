"""Drives the real window with real mouse and keys, and waits for what is to come instead of for a time.

The test is the window's loop: every wait draws frames until its condition holds. What fails leaves a photograph.
"""

from __future__ import annotations

import atexit
import ctypes
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from nodegraph.graph.document import Document, load

if TYPE_CHECKING:
    from nodegraph.editor.app import App
    from nodegraph.editor.pane import Pane

P = TypeVar("P", bound="Pane")
At = tuple[float, float]
SECONDS = 20.0  # until a condition is given up: a busy machine is slow
LEFT, MIDDLE, RIGHT = 1, 2, 3
WANTED = ("Xvfb", "xdotool")
HELD = {1: 0, 2: 2, 3: 1}  # a button of X, as Dear PyGui counts it


@cache
def display() -> str:
    """An X server of this process's own, until it ends; the test is skipped where there is none."""
    missing = [name for name in WANTED if shutil.which(name) is None]
    if missing and not os.environ.get("CI"):
        pytest.skip(f"not installed: {', '.join(missing)}")
    read, write = os.pipe()
    words = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1600x1000x24", "-r", "-nolisten", "tcp", "-noreset"]
    server = subprocess.Popen(words, pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as told:
        number = told.readline().strip()
    assert number, "Xvfb does not start"
    atexit.register(_end, server)
    return f":{number}"


def _end(server: subprocess.Popen[bytes]) -> None:
    server.kill()
    server.wait()


class Driver:
    """The window in the hands of a test."""

    def __init__(self, document: Document, size: tuple[int, int] = (1600, 1000), scale: float | None = None) -> None:
        os.environ["DISPLAY"] = display()
        os.environ["LIBGL_ALWAYS_SOFTWARE"] = "1"
        from nodegraph.editor.shell.window import Window

        self.window = Window(document, size=size, scale=scale)
        self.window.open()
        from tests.editor.seen import Seen

        self.seen = Seen(self.window.hands)
        self.at: At = (0.0, 0.0)
        self.turn(8)

    @property
    def app(self) -> App:
        return self.window.app

    def pane(self, kind: type[P]) -> P:
        """The pane of a class."""
        return next(each for each in self.app.panes if isinstance(each, kind))

    def front(self, kind: type[P]) -> P:
        """Bring a tab to the front; its pane."""
        import dearpygui.dearpygui as dpg

        placed = next(each for each in self.window.placed if isinstance(each.pane, kind))
        dpg.focus_item(placed.docked)
        self.until(lambda: placed.is_seen, f"{kind.__name__} in front")
        self.turn(3)
        return self.pane(kind)

    def inside(self, pane: Pane, x: float = 0.5, y: float = 0.5) -> At:
        """A point of a pane; 0.5, 0.5 is its middle."""
        return pane.origin[0] + x * pane.size[0], pane.origin[1] + y * pane.size[1]

    # -- going on ------------------------------------------------------------------------------------------

    def turn(self, frames: int = 1) -> None:
        """Draw some frames."""
        for _ in range(frames):
            self.window.turn(may_sleep=False)
            if self.window.guard.faults:
                raise AssertionError("the editor failed") from self.window.guard.faults[0]

    def until(self, condition: Callable[[], object], what: str = "", seconds: float = SECONDS) -> None:
        """Draw frames until something holds; a photograph if it never does."""
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                picture = self.photograph()
                raise AssertionError(
                    f"never came: {what or 'what was waited for'}; said {self.app.said}; see {picture}"
                )
            self.turn()

    def photograph(self, path: Path | None = None) -> Path:
        """What the window shows now, as a PNG."""
        import dearpygui.dearpygui as dpg

        path = path or Path(os.environ.get("PICTURES", "/tmp")) / f"window-{os.getpid()}-{time.time_ns()}.png"
        path.unlink(missing_ok=True)
        dpg.output_frame_buffer(str(path))
        for _ in range(4):
            self.window.turn(may_sleep=False)
        return path

    # -- mouse ---------------------------------------------------------------------------------------------

    def move(self, at: At) -> None:
        """Put the mouse at a point of the window, and see that it arrives."""
        import dearpygui.dearpygui as dpg

        x, y = round(at[0]), round(at[1])
        _xdotool("mousemove", str(x), str(y))
        self.until(lambda: tuple(dpg.get_mouse_pos(local=False)) == (x, y), f"the mouse at {x}, {y}")
        self.at = (x, y)
        self.turn()

    def press(self, button: int = LEFT) -> None:
        """Put a button down."""
        import dearpygui.dearpygui as dpg

        _xdotool("mousedown", str(button))
        self.until(lambda: dpg.is_mouse_button_down(HELD[button]), f"button {button} down")
        self.turn(2)

    def release(self, button: int = LEFT) -> None:
        """Let a button go."""
        import dearpygui.dearpygui as dpg

        _xdotool("mouseup", str(button))
        self.until(lambda: not dpg.is_mouse_button_down(HELD[button]), f"button {button} up")
        self.turn(2)

    def click(self, at: At | None = None, button: int = LEFT) -> None:
        """Click at a point, or where the mouse is."""
        if at is not None:
            self.move(at)
        self.press(button)
        self.release(button)

    def double(self, at: At | None = None, button: int = LEFT) -> None:
        """Double click at a point, or where the mouse is."""
        self.click(at, button)
        self.seen.second()
        self.click(button=button)
        self.seen.single()

    def drag(self, start: At, *stops: At, button: int = LEFT, steps: int = 4) -> None:
        """Press, go over all stops, let go."""
        self.move(start)
        self.press(button)
        for stop in stops:
            (x, y), (to_x, to_y) = self.at, stop
            for k in range(1, steps + 1):
                self.move((x + (to_x - x) * k / steps, y + (to_y - y) * k / steps))
        self.release(button)

    def wheel(self, clicks: int, at: At | None = None) -> None:
        """Turn the wheel: away from the hand is above 0."""
        if at is not None:
            self.move(at)
        for _ in range(abs(clicks)):
            self._notch(1 if clicks > 0 else -1)

    def _notch(self, by: int) -> None:
        """One click of the wheel, and see that it comes."""
        goal = self.seen.wheel + by
        _xdotool("click", "4" if by > 0 else "5")
        self.until(lambda: self.seen.wheel == goal, "the wheel")
        self.turn()

    # -- keys ----------------------------------------------------------------------------------------------

    def _struck(self, *words: str) -> None:
        """Have a key struck, and see it down and up again."""
        goal, held = self.seen.keys + 1, self.seen.held
        _xdotool(*words)
        self.until(lambda: self.seen.keys == goal and self.seen.held == held, f"a key: {' '.join(words)}")

    def key(self, *keys: str) -> None:
        """Press keys as xdotool calls them: `ctrl+z`, `Return`, `F5`."""
        for key in keys:
            self._struck("key", key)
            self.turn(2)

    def active(self) -> None:
        """Wait for a field that is active, and has been for some frames: until then Ctrl+A and its like are lost."""
        from nodegraph.editor.shell import platform_x

        self.until(platform_x.any_active, "a field to type into")
        self.turn(4)

    def type(self, text: str) -> None:
        """Type into the field that is active, as soon as it is."""
        self.active()
        for letter in text:
            self._struck("type", letter)
            self.turn()

    @contextmanager
    def hold(self, *keys: str) -> Iterator[None]:
        """With keys held down: `ctrl`, `shift`, `alt`."""
        before = self.seen.held
        _xdotool("keydown", *keys)
        self.until(lambda: self.seen.held == before | set(keys), f"{keys} down")
        try:
            yield
        finally:
            _xdotool("keyup", *keys)
            self.until(lambda: self.seen.held == before, f"{keys} up")

    def drop(self, at: At, *paths: Path) -> None:
        """Drag files from another program onto a point of the window, and let them go."""
        self.move(at)
        words = [sys.executable, str(Path(__file__).with_name("drop_source.py"))]
        words += [str(_window()), str(round(at[0])), str(round(at[1])), *map(str, paths)]
        source = subprocess.Popen(words)
        self.until(lambda: source.poll() is not None, "the end of the drag")
        assert source.returncode == 0
        self.turn(3)

    def press_close(self) -> None:
        """What the close button of a window manager sends."""
        x11: Any = ctypes.CDLL("libX11.so.6")
        x11.XOpenDisplay.restype = x11.XInternAtom.restype = ctypes.c_void_p
        server = ctypes.c_void_p(x11.XOpenDisplay(None))
        window = _window()
        atoms = [x11.XInternAtom(server, name, 0) for name in (b"WM_PROTOCOLS", b"WM_DELETE_WINDOW")]
        event = _ClientMessage(type=33, window=window, kind=atoms[0], format=32)
        event.data[0] = atoms[1]
        x11.XSendEvent(server, ctypes.c_ulong(window), 0, ctypes.c_long(0), ctypes.byref(event))
        x11.XFlush(server)
        x11.XCloseDisplay(server)
        self.turn(5)

    def close(self) -> None:
        """End the window."""
        self.window.close()


def _window() -> int:
    """X's number of the window."""
    found = subprocess.run(["xdotool", "search", "--name", "nodegraph"], capture_output=True, text=True, check=True)
    return int(found.stdout.split()[-1])


class _ClientMessage(ctypes.Structure):
    """X's own event of that name."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("sent", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("window", ctypes.c_ulong),
        ("kind", ctypes.c_ulong),
        ("format", ctypes.c_int),
        ("data", ctypes.c_long * 5),
        ("rest", ctypes.c_long * 12),
    )


def _xdotool(*words: str) -> None:
    subprocess.run(["xdotool", *words], check=True, timeout=20, stdout=subprocess.DEVNULL)


@contextmanager
def opened(
    project: Document | Path,
    settings: Path,
    size: tuple[int, int] = (1600, 1000),
    scale: float | None = None,
) -> Iterator[Driver]:
    """The editor on a document or a file, with settings of its own; closed at the end."""
    before = os.environ.get("XDG_CONFIG_HOME")
    os.environ["XDG_CONFIG_HOME"] = str(settings)
    interval = sys.getswitchinterval()
    driver = Driver(project if isinstance(project, Document) else load(project), size, scale)
    try:
        yield driver
    except BaseException:
        print("photograph:", driver.photograph())
        raise
    finally:
        driver.close()
        sys.setswitchinterval(interval)
        if before is None:
            del os.environ["XDG_CONFIG_HOME"]
        else:
            os.environ["XDG_CONFIG_HOME"] = before


def asked(driver: Driver) -> Any:
    """The sheet that is open over the window; behind another one a frame goes by."""
    driver.until(lambda: driver.window.dialogs.sheet is not None, "a question")
    return driver.window.dialogs.sheet
