"""How the window behaves: asleep, woken, started, and while something is rendered in the background."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import threading
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from nodegraph.bench import screen
from nodegraph.bench.figures import Figure, at_most, shown
from nodegraph.bench.splice import FORMAT
from nodegraph.data.shot import Shot
from nodegraph.editor.panels.queue import Job
from nodegraph.graph.document import Document, load, save
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library

if TYPE_CHECKING:
    from nodegraph.editor.shell.window import Window

GROUP = "editor"
ASLEEP = 4.0  # seconds that it is left alone
FRAMES = 120
BARE = """
import time
import dearpygui.dearpygui as dpg
dpg.create_context(); dpg.create_viewport(width=1600, height=1000)
with dpg.window() as inside: dpg.add_drawlist(1500, 900)
dpg.set_primary_window(inside, True); dpg.setup_dearpygui(); dpg.show_viewport()
for _ in range(4): dpg.render_dearpygui_frame()
print(time.time(), flush=True)
import os; os._exit(0)
"""
OURS = """
import time
from nodegraph.graph.document import Document
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library
from nodegraph.editor.shell import platform_x
from nodegraph.editor.shell.window import Window
platform_x.preflight()
window = Window(Document(Graph(Library.discover()))); window.open()
for _ in range(4): window.turn(may_sleep=False)
print(time.time(), flush=True)
import os; os._exit(0)
"""


def film(frames: int = 1) -> Graph:
    """A 4K plate that keeps a machine busy."""
    shot = Shot(name="bench", first=1001, last=1000 + frames, format=FORMAT)
    graph = Graph(Library.discover(), shot=shot).add("TestPlate", "plate")
    return graph.add("Blur", "soft", size=(40.0, 40.0)).connect("soft", "image", "plate")


def idle() -> list[Figure]:
    """What the window takes of a core while nobody touches it, and how soon it is there again."""
    with screen.screen(), screen.editor(Document(film())) as window:
        woken: list[float] = []
        end = threading.Event()

        def answered(asked: float) -> None:
            woken.append(time.perf_counter() - asked)

        def knock() -> None:
            """Leave it alone; then ask for something, ten times."""
            time.sleep(1.0)
            began = time.process_time()
            time.sleep(ASLEEP)
            spent.append((time.process_time() - began) / ASLEEP)
            for _ in range(10):
                asked = time.perf_counter()
                window.app.post(partial(answered, asked))
                time.sleep(0.4)
            end.set()
            window.app.post(lambda: None)

        spent: list[float] = []
        other = threading.Thread(target=knock)
        other.start()
        while not end.is_set():
            window.turn()
        other.join()
    return [
        at_most(GROUP, "idle: of one core, asleep", 100 * spent[0], 1.0, "%"),
        at_most(GROUP, "idle: awake after", 1000 * max(woken), 100.0, "ms"),
    ]


def start() -> list[Figure]:
    """From the command to a window that can be worked in."""
    with screen.screen():
        bare, ours = (statistics.median(_started(script) for _ in range(3)) for script in (BARE, OURS))
    return [
        at_most(GROUP, "start: later than a bare window", ours - bare, 1.5, "s"),
        shown(GROUP, "start: a window that can be used", ours, "s"),
    ]


def _started(script: str) -> float:
    began = time.time()
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1]) - began


def background() -> list[Figure]:
    """Frames of the window while a 4K shot is rendered beside it, as the queue does."""
    with screen.screen(), tempfile.TemporaryDirectory(prefix="nodegraph-bench-") as name:
        folder = Path(name)
        graph = film(200).add("Write", "out", file=str(folder / "out.####.exr")).connect("out", "image", "soft")
        path = folder / "film.ngraph.json"
        save(Document(graph), path)
        with screen.editor(Document(film())) as window:
            calm = [_frame(window) for _ in range(FRAMES)]
            job = Job(load(path))
            job.start()
            try:
                screen.until(window, lambda: any(folder.glob("out.*.exr")))
                busy = [_frame(window) for _ in range(FRAMES)]
            finally:
                job.cancel()
                job.close()
    middle, beside = statistics.median(calm), statistics.median(busy)
    return [
        at_most(GROUP, "background: a frame while 4K is rendered, against a calm one", beside / middle, 2),
        at_most(GROUP, "background: the longest frame", 1000 * max(busy), 250, "ms"),
        shown(GROUP, "background: a calm frame", 1000 * middle, "ms"),
    ]


def _frame(window: Window) -> float:
    began = time.perf_counter()
    window.turn(may_sleep=False)
    return time.perf_counter() - began


MEASURES = {"idle": idle, "start": start, "background": background}
