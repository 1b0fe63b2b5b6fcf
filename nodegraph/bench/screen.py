"""A screen and windows to measure on: the editor's, and bare ones of Dear PyGui beside it."""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.errors import NodegraphError

if TYPE_CHECKING:
    from nodegraph.editor.shell.window import Window
    from nodegraph.graph.document import Document

SIZE = (1600, 1000)
SCREEN = (2400, 1500)
Turn = Callable[[], None]


@contextlib.contextmanager
def screen() -> Iterator[None]:
    """The screen that there is; else one in memory, where Xvfb is installed.

    It stays until the program ends: the library keeps its connection once a window was open, and a broken
    connection ends the whole program.
    """
    if not os.environ.get("DISPLAY"):
        os.environ["DISPLAY"] = _in_memory()
    yield


def _in_memory() -> str:
    """Start a screen in memory; its name."""
    if shutil.which("Xvfb") is None:
        raise NodegraphError("there is no screen to measure the editor on", "start it on a desktop, or install Xvfb")
    read, write = os.pipe()
    size = f"{SCREEN[0]}x{SCREEN[1]}x24"
    # Without `-noreset` it would forget everything when the last window before another program's goes.
    words = ["Xvfb", "-displayfd", str(write), "-screen", "0", size, "-nolisten", "tcp", "-noreset"]
    server = subprocess.Popen(words, pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as told:
        number = told.readline().strip()
    atexit.register(_end, server)
    return f":{number}"


def _end(server: subprocess.Popen[bytes]) -> None:
    server.kill()
    server.wait()


@contextlib.contextmanager
def editor(document: Document, size: tuple[int, int] = SIZE) -> Iterator[Window]:
    """The whole editor on a document, with settings of its own."""
    from nodegraph.editor.shell.window import Window

    before = os.environ.get("XDG_CONFIG_HOME")
    with tempfile.TemporaryDirectory(prefix="nodegraph-bench-") as settings:
        os.environ["XDG_CONFIG_HOME"] = settings
        window = Window(document, size=size)
        window.open()
        try:
            settle(lambda: window.turn(may_sleep=False))
            yield window
        finally:
            window.close()
            if before is None:
                del os.environ["XDG_CONFIG_HOME"]
            else:
                os.environ["XDG_CONFIG_HOME"] = before


@contextlib.contextmanager
def bare(build: Callable[[], object], size: tuple[int, int] = SIZE) -> Iterator[Turn]:
    """A window of Dear PyGui with nothing in it but what `build` makes."""
    import dearpygui.dearpygui as dpg

    from nodegraph.editor.shell import platform_x

    dpg.create_context()
    dpg.create_viewport(width=size[0], height=size[1], x_pos=0, y_pos=0, vsync=False)
    with dpg.window(no_scrollbar=True) as inside:
        build()
    dpg.set_primary_window(inside, True)
    dpg.setup_dearpygui()
    dpg.show_viewport()
    try:
        settle(dpg.render_dearpygui_frame)
        yield dpg.render_dearpygui_frame
    finally:
        platform_x.close_window()


def empty_canvas(size: tuple[int, int] = SIZE) -> Callable[[], object]:
    """A draw list with nothing on it."""

    def build() -> object:
        import dearpygui.dearpygui as dpg

        return dpg.add_drawlist(size[0] - 16, size[1] - 16)

    return build


class Sheet:
    """One picture of Dear PyGui's own."""

    def __init__(self, width: int, height: int) -> None:
        self.size = width, height
        self.pixels: NDArray[np.float32] = np.zeros((height, width, 4), np.float32)

    def build(self) -> None:
        import dearpygui.dearpygui as dpg

        with dpg.texture_registry():
            picture = dpg.add_raw_texture(*self.size, self.pixels, format=dpg.mvFormat_Float_rgba)
        dpg.add_image(picture)


def settle(turn: Turn, frames: int = 12) -> None:
    """Frames in which a window comes to rest."""
    for _ in range(frames):
        turn()


def milliseconds(work: Callable[[int], object], rounds: int = 25) -> float:
    """The median time of some work, which is told the round."""
    taken = []
    for k in range(rounds):
        start = time.perf_counter()
        work(k)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken) * 1000


def until(window: Window, holds: Callable[[], object], seconds: float = 60.0) -> None:
    """Go round until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise NodegraphError(f"the editor did not come so far; it says {window.app.said[0]!r}")
        window.turn(may_sleep=False)
