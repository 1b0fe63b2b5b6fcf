"""Make the pictures of the editor in docs/pictures: the real window on the demo, driven by mouse and keys.

They are taken in a screen that is kept in memory (Xvfb). The only faces in them are the public-domain portrait of the
demo and its digital double. Names of pictures after the command make only those.
"""

from __future__ import annotations

import argparse
import os
import shutil
import struct
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from nodegraph.cli.demo_project import Demo  # noqa: E402
from nodegraph.editor.canvas.picked import nodes  # noqa: E402
from nodegraph.graph.curve import Curve, Handle, Key, Kind  # noqa: E402
from nodegraph.graph.graph import Graph  # noqa: E402
from tests.editor.driver import Driver, opened  # noqa: E402

if TYPE_CHECKING:
    from nodegraph.editor.pane import Pane

Picture = NDArray[np.uint8]  # rows x columns x BGR
FRAMES, SIZE = (1001, 1024), (1280, 720)
FRAME = 1006
COLOURS = 256
MARKS = np.uint8([(184, 232, 104), (130, 110, 240), (70, 150, 232), (90, 205, 250), (29, 148, 247)])  # thin lines
LARGEST = 2_500_000  # bytes of all pictures together
TURNS = 24  # of the window, until panes are where they go
SLOW = 300.0  # seconds until what the graph computes is given up


class Studio:
    """The window with the demo in it, and what the pictures have in common."""

    def __init__(self, driver: Driver, folder: Path) -> None:
        self.driver, self.folder = driver, folder
        self.app = driver.app

    def pane(self, name: str) -> Pane:
        """A pane by the name of its class."""
        return next(pane for pane in self.app.panes if type(pane).__name__ == name)

    def front(self, name: str) -> Pane:
        """A pane, with its tab in front."""
        return self.driver.front(type(self.pane(name)))

    def rest(self, seconds: float = 1.0) -> None:
        """Draw until nothing has been at work for a while."""
        quiet = end = time.monotonic() + seconds
        late = time.monotonic() + SLOW
        while time.monotonic() < quiet:
            self.driver.turn()
            if self.app.working or self.pane("ViewerPane").told:
                quiet = time.monotonic() + seconds
            if time.monotonic() > late:
                raise TimeoutError(f"still at work after {SLOW:.0f} s: {self.app.working}")
        assert quiet >= end

    def until(self, condition: Callable[[], object], what: str) -> None:
        """Draw until something holds."""
        self.driver.until(condition, what, seconds=SLOW)

    def away(self) -> None:
        """Put the mouse where nothing is lit by it."""
        self.driver.move((self.driver.window.size[0] - 3, 12))
        self.driver.turn(3)

    @contextmanager
    def alone(self, pane: Pane) -> Iterator[None]:
        """With one pane in the whole window."""
        self.driver.move(self.driver.inside(pane, 0.03, 0.9))
        self.driver.key("space")
        self.driver.turn(TURNS)
        yield
        self.driver.move(self.driver.inside(pane, 0.03, 0.9))
        self.driver.key("space")
        self.driver.turn(TURNS)

    def photograph(self) -> Picture:
        """The window as it is."""
        self.away()
        with tempfile.TemporaryDirectory() as folder:
            path = self.driver.photograph(Path(folder) / "window.png")
            return np.asarray(cv2.imread(str(path), cv2.IMREAD_COLOR), np.uint8)

    def of_pane(self, pane: Pane, low: float = 1.0, high: float = 0.0) -> Picture:
        """A pane with its tabs, or the part of it between two heights."""
        import dearpygui.dearpygui as dpg

        placed = next(each for each in self.driver.window.placed if each.pane is pane)
        (x, y), (width, height) = dpg.get_item_pos(placed.docked), dpg.get_item_rect_size(placed.docked)
        return self.photograph()[int(y + height * high) : int(y + height * low), int(x) : int(x + width)]


# -- what the shot is when the pictures are taken --------------------------------------------------------------


def animated(graph: Graph) -> Graph:
    """The demo's graph with a few knobs that move, as a shot has them."""
    mix = Curve(
        (
            Key(1001, 0.0, Kind.SMOOTH),
            Key(1005, 1.0, Kind.BEZIER, Handle(-1.5, 0.0), Handle(2.4, 0.0)),
            Key(1012, 0.55, Kind.BEZIER, Handle(-2.6, 0.0), Handle(2.2, 0.0)),
            Key(1018, 0.9, Kind.BEZIER, Handle(-2.2, -0.14), Handle(2.2, 0.09)),
            Key(1024, 1.0, Kind.SMOOTH),
        )
    )
    likeness = Curve(
        (
            Key(1001, 0.35, Kind.SMOOTH),
            Key(1008, 0.62, Kind.BEZIER, Handle(-2.0, 0.08), Handle(2.0, -0.08)),
            Key(1016, 0.3, Kind.LINEAR),
            Key(1024, 0.72, Kind.LINEAR),
        )
    )
    return graph.set("Swap", "mix", mix).set("Swap", "likeness", likeness)


def begin(studio: Studio) -> None:
    """The plate on 1, the comp on 2, the swap's panel open, pictures on three nodes."""
    app, driver = studio.app, studio.driver
    app.edit("keys", animated(app.state.graph))
    graph = studio.pane("GraphPane")
    driver.move(driver.inside(graph, 0.03, 0.9))
    driver.key("f")
    app.change(panels=app.state.panels.opened("Paste").opened("Swap"), picked=nodes("Comp", "Plate"))
    driver.key("alt+p")
    app.look("Plate", 1)
    app.look("Comp", 2)
    app.change(against=1)
    app.pick(nodes("Swap"))
    viewer = studio.pane("ViewerPane")
    driver.move(driver.inside(viewer, 0.9, 0.6))
    driver.key("w")
    walked(studio)


def walked(studio: Studio) -> None:
    """The frames before the one that is shown looked at, so that they lie in memory."""
    for frame in range(FRAME - 5, FRAME + 1):
        studio.app.goto(frame)
        studio.rest(2)


# -- the pictures ----------------------------------------------------------------------------------------------


def window(studio: Studio) -> Picture:
    """The whole window: plate and comp in a wipe, the graph, the panels of two nodes, the shot's time."""
    driver = studio.driver
    studio.front("PropertiesPane")
    driver.wheel(4, driver.inside(studio.pane("ViewerPane"), 0.46, 0.28))
    walked(studio)  # the zoom has let go of what lay ready
    return studio.photograph()


def canvas(studio: Studio) -> Picture:
    """The graph alone, with pictures on the plate and the comp."""
    driver, pane = studio.driver, studio.pane("GraphPane")
    studio.app.pick(nodes())
    with studio.alone(pane):
        driver.move(driver.inside(pane, 0.03, 0.9))
        driver.key("f")
        studio.rest()
        picture = studio.of_pane(pane, 0.82, 0.16)
    driver.move(driver.inside(pane, 0.03, 0.9))
    driver.key("f")
    return picture


def viewer(studio: Studio) -> Picture:
    """Plate and comp in a wipe, with the box, the way and the landmarks of the face before and after smoothing."""
    driver, app, pane = studio.driver, studio.app, studio.pane("ViewerPane")
    app.change(panels=app.state.panels.opened("Smooth"), picked=nodes("Smooth"))
    app.goto(1009)  # here smoothing does most
    studio.rest(2)
    with studio.alone(pane):
        driver.move(driver.inside(pane, 0.9, 0.6))
        driver.key("h")
        driver.wheel(3, driver.inside(pane, 0.4, 0.45))
        studio.rest(3)
        picture = studio.of_pane(pane)
    app.goto(FRAME)
    return picture


def layers(studio: Studio) -> Picture:
    """The face alone, as it is delivered, with its matte over it; beside it the plate."""
    driver, app, pane = studio.driver, studio.app, studio.pane("ViewerPane")
    app.goto(1018)
    app.look("Layers", 2)
    driver.move(driver.inside(pane, 0.9, 0.6))
    driver.key("h", "m", "Next")
    studio.rest(3)
    driver.wheel(6, driver.inside(pane, 0.5, 0.45))
    studio.rest(3)
    picture = studio.of_pane(pane)
    driver.move(driver.inside(pane, 0.9, 0.6))
    driver.key("m", "Prior")
    app.look("Comp", 2)
    app.goto(FRAME)
    return picture


def curves(studio: Studio) -> Picture:
    """Two knobs of the swap as curves, the handles of one key in the hand."""
    driver, app = studio.driver, studio.app
    pane = studio.front("CurvesPane")
    with studio.alone(pane):
        driver.move(driver.inside(pane, 0.6, 0.5))
        driver.key("a")
        studio.rest()
        value = app.state.graph.value("Swap", "mix", 1012)
        (x, y), room = pane.ruler.to_screen(1012, value), pane.room
        driver.click((pane.corner[0] + room.left + x, pane.corner[1] + room.top + y))
        driver.turn(6)
        return studio.of_pane(pane)


def queue(studio: Studio) -> Picture:
    """The comp at work in the queue, and a movie that waits for it."""
    driver, app = studio.driver, studio.app
    pane = studio.front("QueuePane")
    driver.move(driver.inside(studio.pane("GraphPane"), 0.03, 0.9))
    for count, writer in enumerate(("WriteComp", "Review"), 1):
        app.pick(nodes(writer))
        driver.key("F7")
        studio.until(lambda: pane.question.is_open, "the question")
        driver.key("Return")
        studio.until(lambda count=count: len(pane.queue.jobs) == count, "a job")
    job = pane.queue.jobs[0]
    studio.until(lambda: job.progress.count >= 9, "nine frames")
    return studio.of_pane(pane, 0.5)


def faces(studio: Studio) -> Picture:
    """Who is in the shot, and who plays whom."""
    pane = studio.front("FacesPane")
    studio.app.guarded(pane.tracks.look)
    studio.until(lambda: pane.tracks.found is not None, "faces")
    studio.rest(3)
    return studio.of_pane(pane, 0.3)


def presets(studio: Studio) -> Picture:
    """Presets with their pictures."""
    driver, pane = studio.driver, studio.front("PresetsPane")
    studio.rest(3)
    driver.wheel(-9, driver.inside(pane, 0.4, 0.4))
    studio.rest(2)
    driver.click(driver.inside(pane, 0.3, 0.4))
    studio.rest()
    return studio.of_pane(pane)


def models(studio: Studio) -> Picture:
    """Models, and what they may be used for."""
    driver, pane = studio.driver, studio.front("ModelsPane")
    studio.rest(3)
    driver.click(driver.inside(pane, 0.4, 0.2))
    studio.rest()
    return studio.of_pane(pane)


PICTURES: dict[str, Callable[[Studio], Picture]] = {
    each.__name__: each for each in (window, canvas, viewer, layers, curves, queue, faces, presets, models)
}


# -- files -----------------------------------------------------------------------------------------------------


def write(picture: Picture, path: Path) -> int:
    """Write a PNG of few colours, which is a third of one of all; its bytes."""
    rows, columns = picture.shape[:2]
    pixels = picture.reshape(-1, 3)
    some = np.float32(pixels[np.random.default_rng(1).choice(len(pixels), 40_000)])
    flat, count = np.unique(pixels[::7], axis=0, return_counts=True)
    grounds = np.concatenate([flat[np.argsort(-count)[:24]], MARKS])  # these stay exactly what they are
    cv2.setRNGSeed(1)
    stop = (cv2.TERM_CRITERIA_MAX_ITER + cv2.TERM_CRITERIA_EPS, 20, 0.5)
    _, _, centres = cv2.kmeans(some, COLOURS - len(grounds), np.empty(0), stop, 1, cv2.KMEANS_PP_CENTERS)
    palette = np.concatenate([grounds, np.uint8(np.clip(np.round(centres), 0, 255))])
    every, back = np.unique(pixels, axis=0, return_inverse=True)
    nearest = np.empty(len(every), np.uint8)
    for start in range(0, len(every), 4096):
        part = every[start : start + 4096].astype(np.float32)
        nearest[start : start + 4096] = ((part[:, None] - palette[None].astype(np.float32)) ** 2).sum(2).argmin(1)
    indices = nearest[back.ravel()].reshape(rows, columns)
    lines = np.concatenate([np.zeros((rows, 1), np.uint8), indices], axis=1).tobytes()
    head = struct.pack(">IIBBBBB", columns, rows, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", head), (b"PLTE", palette[:, ::-1].tobytes()), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )
    path.write_bytes(data)
    return len(data)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {', '.join(PICTURES)} (all)")
    parser.add_argument("--demo", type=Path, metavar="DIR", help="a demo that is there already, 24 frames")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "pictures", metavar="DIR")
    args = parser.parse_args()
    unknown = set(args.names) - set(PICTURES)
    if unknown:
        parser.error(f"no such picture: {', '.join(sorted(unknown))}")
    args.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = args.demo
        if folder is None:
            folder = Path(scratch) / "demo"
            Demo(folder, tuple(range(FRAMES[0], FRAMES[1] + 1)), SIZE).make()
        shutil.rmtree(folder / ".nodegraph" / "autosave", ignore_errors=True)  # of the last time: none is asked for
        os.environ["XDG_DATA_HOME"] = f"{scratch}/data"
        os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
        with opened(folder / "demo.ngraph.json", Path(scratch) / "config") as driver:
            studio = Studio(driver, folder)
            studio.rest()
            begin(studio)
            for name in args.names or PICTURES:
                size = write(PICTURES[name](studio), args.out / f"{name}.png")
                print(f"{name:10} {size / 1000:6.0f} kB", flush=True)
    whole = sum(path.stat().st_size for path in args.out.glob("*.png"))
    if whole > LARGEST:
        sys.exit(f"the pictures take {whole / 1e6:.1f} MB, more than {LARGEST / 1e6:.1f}")


if __name__ == "__main__":
    main()
