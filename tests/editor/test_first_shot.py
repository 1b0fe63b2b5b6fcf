"""The walk of docs/first-shot.md, with real mouse and keys: from a movie to EXR frames with another face in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from nodegraph.data.box import Format
from nodegraph.data.image import Image
from nodegraph.data.shot import Shot
from nodegraph.engine.evaluate import evaluate
from nodegraph.engine.render import render
from nodegraph.graph.document import Document, load
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library
from tests.editor.driver import At, Driver, asked, opened

SIZE = (384, 216)
FRAMES = range(1001, 1007)  # of the movie
LAST = 1003  # of the range that is worked on
DOUBLE = Path("projects/double/front.jpg").resolve()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where somebody has a movie, and photographs in a folder beside it."""
    folder = tmp_path_factory.mktemp("first") / "work"
    folder.mkdir()
    shot = Shot(first=FRAMES[0], last=FRAMES[-1], format=Format(*SIZE))
    graph = Graph(Library.discover(), shot=shot).add("FacePlate", "Face", start=FRAMES[0], length=24, occluder=False)
    graph = graph.add("WriteMovie", "Movie", file="take.mp4", codec="H.264").connect("Movie", "image", "Face.image")
    render(graph, "Movie", root=folder.parent)
    (folder.parent / "take.mp4").rename(folder / "take.mp4")
    (folder / "photographs").mkdir()
    (folder / "photographs" / DOUBLE.name).write_bytes(DOUBLE.read_bytes())
    return folder


@pytest.fixture
def driver(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Driver]:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(folder)
    with opened(Document(Graph(Library.discover())), tmp_path / "settings") as driver:
        yield driver


class Reader:
    """Somebody who does what the page says: what has a label on the screen is found by it."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.app = driver.app

    def items(self, item: int, wanted: Callable[[int], bool]) -> Iterator[int]:
        import dearpygui.dearpygui as dpg

        if wanted(item) and dpg.is_item_visible(item):
            yield item
        for slot in (1,):
            for child in dpg.get_item_children(item, slot) or ():
                yield from self.items(child, wanted)

    def middle(self, item: int) -> At:
        import dearpygui.dearpygui as dpg

        (x, y), (width, height) = dpg.get_item_rect_min(item), dpg.get_item_rect_size(item)
        return x + width / 2, y + height / 2

    def labelled(self, label: str) -> int:
        """What has a label, anywhere in the window."""
        import dearpygui.dearpygui as dpg

        found: list[int] = []

        def look() -> bool:
            roots = [root for root in dpg.get_windows() if dpg.get_item_type(root) == "mvAppItemType::mvWindowAppItem"]
            found[:] = [
                each for root in roots for each in self.items(root, lambda item: dpg.get_item_label(item) == label)
            ]
            return bool(found)

        self.driver.until(look, label)
        self.driver.turn(3)
        return found[-1]

    def press(self, label: str) -> None:
        self.driver.click(self.middle(self.labelled(label)))
        self.driver.turn(3)

    def choose_file(self, name: str, *, whole_folder: bool = False) -> None:
        """Double click a row of the file browser, or click it and take the whole folder."""
        self.driver.until(lambda: self.driver.window.dialogs.sheet is not None, "the file browser")
        sheet = asked(self.driver)
        self.driver.until(lambda: any(each.label == name for each in sheet.listing.entries), name)
        self.driver.turn(6)
        at = self.middle(sheet.rows[next(k for k, each in enumerate(sheet.listing.entries) if each.label == name)])
        if whole_folder:
            self.driver.click(at)
            self.press("Whole folder")
        else:
            self.driver.double(at)
        self.driver.until(lambda: self.driver.window.dialogs.sheet is None, "the choice")
        self.driver.turn(3)

    def into(self, field: int, text: str) -> None:
        """Click a field and type over what is in it."""
        self.driver.click(self.middle(field))
        self.driver.key("ctrl+a")
        self.driver.type(text)

    def node(self, name: str) -> At:
        """The middle of a node on the canvas."""
        from nodegraph.editor.panes.graph import GraphPane

        pane = self.driver.pane(GraphPane)
        left, top = pane.view.to_screen(pane.scene.boxes([name])[name].centre)
        return left + pane.origin[0], top + pane.origin[1]

    def canvas(self) -> None:
        """The cursor over an empty place of the graph, where its keys go."""
        from nodegraph.editor.panes.graph import GraphPane

        self.driver.move(self.driver.inside(self.driver.pane(GraphPane), 0.15, 0.4))


def test_the_walk_of_the_page(driver: Driver, folder: Path) -> None:
    from nodegraph.editor.panels.queue import State as JobState
    from nodegraph.editor.panes.models import ModelsPane
    from nodegraph.editor.panes.presets import PresetsPane
    from nodegraph.editor.panes.properties import PropertiesPane
    from nodegraph.editor.panes.queue import QueuePane
    from nodegraph.editor.panes.viewer import ViewerPane
    from nodegraph.editor.viewer.compare import Compare

    reader, app = Reader(driver), driver.app
    viewer = driver.pane(ViewerPane)

    # 1. A shot from a movie.
    reader.press("New shot")
    reader.choose_file("take.mp4")
    driver.until(lambda: app.state.graph.shot.last == FRAMES[-1], "the shot")
    driver.until(lambda: viewer.image is not None, "its first frame", seconds=60)

    # 2. The range.
    reader.canvas()
    driver.key("s")
    driver.until(lambda: driver.window.dialogs.sheet is not None, "Project settings")
    driver.turn(4)
    reader.into(asked(driver).fields["last"], str(LAST))
    reader.press("Keep")
    driver.until(lambda: app.state.graph.shot.last == LAST, "the range")
    assert app.state.last == LAST

    # 3. The preset: wired to the reader, and under it.
    presets = driver.front(PresetsPane)
    driver.until(lambda: presets.rows, "the shelf")
    reader.into(presets.search, "film, from photographs")
    driver.until(lambda: len(presets.cards.keys) >= 1 and presets.cards.keys != [each.path for each in presets.rows])
    driver.turn(4)
    driver.double(presets.cards.middle(presets.cards.keys[0]))
    driver.until(lambda: "Paste" in app.state.graph.nodes, "the preset")
    assert app.state.graph.nodes["Paste"].inputs["image"].node == "Read1"

    # 4. Saved; until then nothing was left beside the movie.
    assert not (folder / ".nodegraph").exists()
    reader.canvas()
    driver.key("ctrl+s")
    driver.until(lambda: driver.window.dialogs.sheet is not None, "where to save")
    driver.turn(4)
    driver.key("Return")
    driver.until(lambda: app.state.document.path is not None, "saved")
    assert app.state.document.path == folder / "take_v001.ngraph.json"

    # 5. Whose face it is, and why it may be used.
    models = driver.front(ModelsPane)
    reader.press("Identities")
    driver.turn(4)
    reader.press("Choose…")
    reader.choose_file("photographs/", whole_folder=True)
    driver.until(lambda: app.state.graph.value("Who", "file", 1001).endswith("photographs"), "the photographs")
    reader.into(models.form.fields["name"], "the double")
    reason = reader.middle(models.form.fields["reason"])
    driver.click(reason)
    driver.turn(6)
    for _ in range(40):  # down the list that has opened, until its second row is taken
        driver.move((driver.at[0], driver.at[1] + 4))
        if driver.at[1] >= reason[1] + 48:
            break
    driver.click()
    driver.until(lambda: app.state.graph.value("Who", "reason", 1001).value == "digital double", "the reason")
    assert app.state.graph.value("Who", "name", 1001) == "the double"

    # 6. The result, and the wipe.
    driver.click(reader.node("Paste"))
    driver.key("2")
    driver.until(lambda: (at := viewer.view.at.get("A")) and at.node == "Paste", "the swap", seconds=120)
    driver.move(driver.inside(viewer, 0.5, 0.5))
    driver.key("w")
    driver.until(lambda: viewer.settings.compare is Compare.WIPE and viewer.view.b is not None, "the wipe")
    driver.key("w")
    driver.until(lambda: viewer.settings.compare is Compare.OFF, "no wipe")

    # 7. A landmark, corrected by hand: the panel is seen, the landmarks are drawn, one is dragged.
    driver.double(reader.node("Edit"))
    driver.until(lambda: app.state.panels.names[:1] == ("Edit",), "the panel")
    placed = next(each for each in driver.window.placed if isinstance(each.pane, PropertiesPane))
    driver.until(lambda: placed.is_seen, "Properties in front")
    driver.until(lambda: viewer.tool() is not None, "the landmarks", seconds=60)
    tool = viewer.tool()
    assert tool is not None
    tip = next(each for each in tool.handles(viewer.framing) if each.part[1] == 8)  # the chin: nothing else is near
    at = (tip.x + viewer.origin[0], tip.y + viewer.origin[1] + viewer.bar_height)
    driver.drag(at, (at[0], at[1] + 5))
    driver.until(lambda: app.state.graph.setting("Edit", "corrections").tracks, "a key")

    # 8. The writer.
    driver.click(reader.node("Paste"))
    driver.key("w")
    driver.until(lambda: "Write1" in app.state.graph.nodes, "the writer")
    assert app.state.graph.nodes["Write1"].inputs["image"].node == "Paste"
    properties = driver.pane(PropertiesPane)
    driver.until(lambda: "Write1" in properties.panels, "its panel")
    driver.turn(6)
    reader.into(
        next(row for row in properties.panels["Write1"].rows if row.knob == "file").fields[0], "renders/take.####.exr"
    )
    driver.key("Return")
    driver.until(lambda: app.state.graph.value("Write1", "file", 1001), "the file")

    # 9. The queue.
    reader.canvas()
    driver.key("F5")
    queue = driver.pane(QueuePane)
    driver.until(lambda: queue.question.is_open, "what to render")
    driver.turn(4)
    driver.key("Return")
    driver.until(lambda: queue.queue.jobs, "a job")
    job = queue.queue.jobs[0]
    driver.until(lambda: job.state in (JobState.DONE, JobState.FAILED), "the end of the render", seconds=180)
    assert job.state is JobState.DONE, job.error
    driver.front(QueuePane)

    # 10. The result in the viewer; the plate stays on 1.
    driver.double(queue.rows.middle(job))
    driver.until(lambda: "Read2" in app.state.graph.nodes, "the result")
    driver.until(lambda: (at := viewer.view.at.get("A")) and at.node == "Read2", "the result in the viewer")
    assert app.state.inputs[1] == "Read1"
    driver.key("ctrl+s")
    driver.until(lambda: not app.state.changed, "saved")

    _beside_the_face(folder)


def _beside_the_face(folder: Path) -> None:
    """The frames on the disk have another face, and are the plate beside it, as half floats hold it."""
    graph = load(folder / "take_v001.ngraph.json").graph
    for frame in range(FRAMES[0], LAST + 1):
        plate, comp = (_pixels(evaluate(graph, name, frame, root=folder)) for name in ("Read1", "Read2"))
        assert comp.shape == plate.shape == (SIZE[1], SIZE[0], 3)
        ((_, face),) = list(evaluate(graph, "Smooth", frame, root=folder).at(frame))
        box = face.box
        width, height = box.x1 - box.x0, box.y1 - box.y0
        y, x = np.mgrid[: SIZE[1], : SIZE[0]] + 0.5
        apart = (np.abs(x - (box.x0 + box.x1) / 2) > width) | (np.abs(y - (box.y0 + box.y1) / 2) > height)
        assert 0.2 < apart.mean() < 1.0
        np.testing.assert_array_equal(comp[apart], plate.astype(np.float16).astype(np.float32)[apart])
        assert np.abs(comp - plate)[~apart].max() > 0.02, "the same face"


def _pixels(image: Image) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return image.pixels[..., :3]
