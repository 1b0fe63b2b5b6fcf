"""What the viewer costs on a 4K float plate: against one picture of Dear PyGui's own of the same size, in the same run.

A picture is on the screen two frames after it was given: the library uploads a frame late.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nodegraph.bench import plain, screen
from nodegraph.bench.figures import Figure, at_most, shown
from nodegraph.data.box import Format
from nodegraph.data.shot import Shot
from nodegraph.graph.document import Document
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library

if TYPE_CHECKING:
    from nodegraph.editor.panes.viewer import ViewerPane
    from nodegraph.editor.shell.window import Window

GROUP = "editor"
WIDTH, HEIGHT = 4096, 2160
VIEW = (1280, 720)
FRAMES = 3
UPLOAD = 2  # frames until a picture that was given is seen


def plate_document(folder: Path) -> Document:
    """A shot of three 4K plates in float."""
    import OpenEXR

    for k in range(FRAMES):
        pixels = plain.plate(WIDTH, HEIGHT, seed=k).astype(np.float32)
        header = {"compression": OpenEXR.NO_COMPRESSION, "type": OpenEXR.scanlineimage}
        OpenEXR.File(header, {"RGB": pixels}).write(str(folder / f"plate.{1001 + k}.exr"))
    shot = Shot(name="bench", first=1001, last=1000 + FRAMES, format=Format(WIDTH, HEIGHT))
    graph = Graph(Library.discover(), shot=shot)
    for name in ("plate", "other"):
        graph = graph.add("Read", name, file=str(folder / "plate.####.exr"), colorspace="ACEScg")
    return Document(graph)


def fitting_size(document: Document) -> tuple[int, int]:
    """How large the window must be for the viewer's picture to have the size that is measured."""
    with screen.editor(document) as window:
        room = viewer(window).room
    across, down = VIEW[0] / room.width, VIEW[1] / room.height
    return round(screen.SIZE[0] * across), round(screen.SIZE[1] * down)


def viewer(window: Window) -> ViewerPane:
    """The viewer of a window."""
    from nodegraph.editor.panes.viewer import ViewerPane

    return next(each for each in window.app.panes if isinstance(each, ViewerPane))


def measure() -> list[Figure]:
    """Exposure, a display and view of OpenColorIO, a wipe, and going to a frame that is cached."""
    with screen.screen(), tempfile.TemporaryDirectory(prefix="nodegraph-bench-") as name:
        document = plate_document(Path(name))
        size = fitting_size(document)
        with screen.editor(document, size) as window:
            room = viewer(window).room
            rows = _measured(window)
        sheet = screen.Sheet(room.width, room.height)
        with screen.bare(sheet.build, size) as turn:

            def replaced(k: int) -> None:
                sheet.pixels[:] = 0.1 * (k % 9)
                screen.settle(turn, UPLOAD)

            single = screen.milliseconds(replaced)
    exposed, viewed, one, wiped, scrubbed = rows
    what = f"a 4K plate in {room.width}x{room.height}"
    return [
        at_most(GROUP, f"viewer: exposure of {what}, less 10 ms, against one replaced", (exposed - 10) / single, 1.5),
        at_most(GROUP, "viewer: the same through an OCIO view less 20 ms", (viewed - 20) / single, 2.0),
        at_most(GROUP, "viewer: a wipe, against one picture", wiped / one, 1.6),
        at_most(GROUP, "scrub: to a cached frame less 10 ms, against one replaced", (scrubbed - 10) / single, 1.5),
        shown(GROUP, "viewer: a picture of Dear PyGui's own replaced", single, "ms"),
        shown(GROUP, "viewer: exposure", exposed, "ms"),
        shown(GROUP, "scrub: to a cached frame", scrubbed, "ms"),
    ]


def _measured(window: Window) -> tuple[float, float, float, float, float]:
    """Milliseconds: exposure plain, exposure through a view, one picture moved, two in a wipe, another frame."""
    from nodegraph.editor.viewer.compare import Compare

    pane, app = viewer(window), window.app

    def seen() -> None:
        screen.settle(lambda: window.turn(may_sleep=False), UPLOAD)

    def exposure(k: int) -> None:
        pane.set(pane.settings.exposed(0.1 * (k % 7)))
        seen()

    def panned(k: int) -> None:
        pane.frame_to(pane.framing.panned(3.0 * (-1) ** k, 0.0))
        seen()

    app.look("other", 2)
    app.look("plate", 1)
    screen.until(window, lambda: pane.settings.look.view and pane.image is not None)

    def another(k: int) -> None:
        before = pane.view.a
        app.goto(1001 + k % FRAMES)
        screen.until(window, lambda: pane.view.a is not before and not pane.stale)
        window.turn(may_sleep=False)

    for k in range(1, 2 * FRAMES):  # all of them are decoded, and kept
        another(k)
    screen.settle(lambda: window.turn(may_sleep=False), 30)
    through = screen.milliseconds(exposure)
    pane.set(pane.settings.viewed("", ""))
    screen.settle(lambda: window.turn(may_sleep=False))
    alone = screen.milliseconds(exposure)
    one = screen.milliseconds(panned)
    scrubbed = screen.milliseconds(another)
    pane.compare_with("other")
    pane.set(replace(pane.settings, compare=Compare.WIPE))
    screen.until(window, lambda: pane.view.b is not None)
    screen.settle(lambda: window.turn(may_sleep=False), 30)
    wiped = screen.milliseconds(panned)
    return alone, through, one, wiped, scrubbed


MEASURES = {"viewer": measure}
