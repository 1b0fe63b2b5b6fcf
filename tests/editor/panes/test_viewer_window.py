"""The viewer in the real window, with real mouse and keys."""

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from nodegraph.data.box import Box, Format
from nodegraph.data.faces import Face, Rect
from nodegraph.data.image import Image
from nodegraph.data.shot import Shot
from nodegraph.data.tracks import Track, Tracks
from nodegraph.editor.canvas.picked import Picked
from nodegraph.editor.panes.viewer import ViewerPane
from nodegraph.editor.panes.viewer_looker import Wanted
from nodegraph.editor.panes.viewer_settings import Settings
from nodegraph.editor.viewer.compare import Compare
from nodegraph.editor.viewer.framing import fitted_format
from nodegraph.editor.viewer.grade import Channel
from nodegraph.graph.document import Document
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library
from nodegraph.graph.node import node
from nodegraph.graph.shapes import Point, Shape, Shapes
from tests.editor.driver import MIDDLE, At, Driver, opened

ANGLES = np.linspace(0, 2 * np.pi, 68, endpoint=False)
POINTS = np.stack([160 + 70 * np.cos(ANGLES * 3), 90 + 60 * np.sin(ANGLES * 5 + 0.3)], axis=1)


@node
def marked(image: Image, shot: Shot) -> Tracks:
    """A face whose landmarks are known."""
    face = Face(Rect(90.0, 30.0, 230.0, 150.0), points=POINTS, confidence=1.0)
    return Tracks(image.format, (Track("face1", dict.fromkeys(shot.frames, face)),))


@node
def layered(image: Image) -> Image:
    """A picture with a layer more."""
    return image.patched(Box(0, 0, 320, 180), np.full((180, 320), 0.25, np.float32), ("depth.Z",))


def graph() -> Graph:
    made = Graph(Library.discover().with_nodes(marked, layered)).with_shot(first=1001, last=1008)
    made = made.add("TestPlate", "Bars", pattern="SMPTE bars", size=[320, 180])
    made = made.add("Constant", "Grey", color=[0.18, 0.18, 0.18, 1.0], size=[320, 180])
    made = made.add("Transform", "Move").connect("Move", "image", "Bars")
    made = made.add("Crop", "Cut", box=[40, 30, 200, 120]).connect("Cut", "image", "Bars")
    square = tuple(Point(float(x), float(y)) for x, y in ((60, 40), (160, 40), (160, 120), (60, 120)))
    made = made.add("Roto", "Shape", shapes=Shapes((Shape(square),)))
    return made.with_shot(format=Format(320, 180))


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    from nodegraph.editor.shell import window

    before = window.SLOTS
    window.SLOTS = tuple(slot for slot in before if slot.module in ("viewer", "status"))
    try:
        folder = tmp_path_factory.mktemp("viewer")
        with opened(Document(graph(), folder / "v.ngraph.json"), folder) as driver:
            yield driver
    finally:
        window.SLOTS = before


@pytest.fixture
def pane(driver: Driver) -> ViewerPane:
    pane = driver.pane(ViewerPane)
    pane.set(Settings())
    pane.probe_to(None)
    driver.app.pick(Picked())
    driver.app.change(inputs={}, shown=1, against=0, frame=1001)
    driver.until(lambda: pane.colours.config is not None and pane.colours.views, "the views")
    pane.set(Settings())
    driver.app.look("Bars", 1)
    driver.until(lambda: shows(pane, "Bars") and not pane.stale, "the bars")
    pane.fit()
    driver.turn(4)
    return pane


def shows(pane: ViewerPane, node: str, side: str = "A") -> bool:
    at = pane.view.at.get(side)
    return at is not None and at.node == node


def middle(pane: ViewerPane) -> At:
    return at(pane, pane.room.width / 2, pane.room.height / 2)


def at(pane: ViewerPane, x: float, y: float) -> At:
    """A place of the picture's room, in the window."""
    return pane.origin[0] + x, pane.origin[1] + pane.bar_height + y


def over(pane: ViewerPane, x: float, y: float) -> At:
    """A place of the picture, in the window."""
    return at(pane, *pane.framing.to_pane(x, y))


def screen(pane: ViewerPane, x: float, y: float) -> list[float]:
    """The colour that is on the screen at a place of the picture."""
    column, row = pane.framing.to_pane(x, y)
    found: list[float] = np.round(pane.paint.screen.pixels[int(row), int(column), :3], 3)
    return [float(value) for value in found]


def test_with_nothing_to_look_at_it_says_what_to_do(driver: Driver, pane: ViewerPane) -> None:
    driver.app.change(inputs={})
    driver.until(lambda: pane.view.a is None, "nothing")
    assert pane.view.words is not None
    assert "press 1" in pane.view.words.title


def photographed(driver: Driver, pane: ViewerPane) -> NDArray[np.uint8]:
    """The picture's room as the window shows it, RGB."""
    import cv2

    found = cv2.imread(str(driver.photograph()))
    x, y = round(pane.origin[0]), round(pane.origin[1] + pane.bar_height)
    return np.asarray(found[y : y + pane.room.height, x : x + pane.room.width, ::-1], np.uint8)


@pytest.mark.parametrize("direct", [True, False])
def test_the_window_shows_the_buffer_by_either_way(driver: Driver, pane: ViewerPane, direct: bool) -> None:
    screen = pane.paint.screen
    texture = screen.direct.texture
    assert texture is not None, "this machine has OpenGL, and the texture is found"
    pane.set(replace(pane.settings, overlays=False, annotation=False))
    if not direct:
        screen.direct.texture, screen.direct._tries = None, 0
    try:
        for stops in (-1.0, 0.5):
            pane.set(pane.settings.exposed(stops))
            driver.until(lambda: not pane.stale, "the picture")
            driver.turn(0 if direct else 3)  # of its own the library shows a picture two frames late
            seen = photographed(driver, pane)
            inside = pane.framing.shown(Box(0, 0, 320, 180), pane.room).grow(-2)
            codes = screen.pixels[inside.slices(pane.room.box)][..., :3] * 255
            assert np.abs(seen[inside.slices(pane.room.box)] - codes).max() <= 1.0
            assert codes.std() > 40, "bars"
    finally:
        screen.direct.texture = texture


def test_kept_frames_are_gone_over_without_being_made_anew(driver: Driver, pane: ViewerPane) -> None:
    for frame in (1002, 1003, 1001):
        driver.app.goto(frame)
        driver.until(lambda frame=frame: pane.view.at.get("A", ("", "", 0))[2] == frame, "the frame itself")  # type: ignore[misc]
    asked: list[Wanted] = []
    ask = pane.view.looker.ask
    pane.view.looker.ask = lambda viewer, wanted, **_: asked.append(wanted) or ask(viewer, wanted)  # type: ignore[method-assign, func-returns-value]
    try:
        for frame in (1002, 1003, 1002, 1001, 1003):
            driver.app.goto(frame)
            driver.turn(1)
            assert not pane.view.a.whole, "its light alone"  # type: ignore[union-attr]
            assert "A" not in pane.view.at
        assert not asked
        driver.until(lambda: pane.view.a is not None and pane.view.a.whole, "all of it, once the hand rests")
        assert [each.frame for each in asked] == [1003]
        driver.app.goto(1002)
        driver.turn(1)
        assert not pane.view.a.whole  # type: ignore[union-attr]
        pane.zoom_to(2.0)  # its light is of no use any more
        driver.turn(1)
        assert [each.frame for each in asked] == [1003, 1002]
    finally:
        pane.view.looker.ask = ask  # type: ignore[method-assign]
        driver.until(lambda: pane.view.a is not None and pane.view.a.whole, "the frame")


def test_number_keys_look_at_inputs(driver: Driver, pane: ViewerPane) -> None:
    driver.move((5, 5))
    driver.app.change(inputs={1: "Bars", 2: "Grey"})
    driver.move(middle(pane))
    driver.key("2")
    driver.until(lambda: shows(pane, "Grey"), "input 2")
    driver.key("1")
    driver.until(lambda: shows(pane, "Bars"), "input 1")
    driver.key("shift+2")
    driver.until(lambda: shows(pane, "Grey", "B"), "B")
    assert pane.settings.compare is Compare.WIPE


def test_channel_keys_and_back(driver: Driver, pane: ViewerPane) -> None:
    driver.move(middle(pane))
    for key, channel in (("r", Channel.RED), ("g", Channel.GREEN), ("b", Channel.BLUE), ("a", Channel.ALPHA)):
        driver.key(key)
        driver.until(lambda channel=channel: pane.settings.look.channel is channel, key)
        driver.key(key)
        driver.until(lambda: pane.settings.look.channel is Channel.COLOUR, "colour")
    driver.key("y")
    driver.until(lambda: pane.settings.look.channel is Channel.LUMA, "luminance")
    driver.key("m")
    driver.until(lambda: pane.settings.look.channel is Channel.MATTE, "matte")


def test_the_wheel_zooms_to_the_pixel_under_the_cursor(driver: Driver, pane: ViewerPane) -> None:
    place = at(pane, 300, 100)
    driver.move(place)
    x, y = (round(place[0]) - pane.origin[0]), (round(place[1]) - pane.origin[1] - pane.bar_height)
    before, zoom = pane.framing.to_picture(x, y), pane.framing.zoom
    driver.wheel(3)
    driver.until(lambda: pane.framing.zoom > zoom * 1.3, "nearer")
    assert pane.framing.to_picture(x, y) == pytest.approx(before, abs=0.6 / zoom)
    driver.key("h")
    driver.until(lambda: pane.framing.zoom == pytest.approx(zoom), "fitted")
    driver.key("ctrl+1")
    driver.until(lambda: pane.framing.zoom == 1.0, "1:1")


def test_the_middle_button_pans(driver: Driver, pane: ViewerPane) -> None:
    framing = pane.framing
    start = middle(pane)
    driver.drag(start, (start[0] + 60, start[1] + 24), button=MIDDLE)
    moved = framing.panned(60, 24)
    assert (pane.framing.x, pane.framing.y) == pytest.approx((moved.x, moved.y), abs=1.5 / framing.zoom)


def test_exposure_is_dragged_and_turns_red(driver: Driver, pane: ViewerPane) -> None:
    import dearpygui.dearpygui as dpg

    driver.app.look("Grey", 1)
    driver.until(lambda: shows(pane, "Grey"), "grey")
    driver.turn(2)
    before = screen(pane, 160, 90)[0]
    left, top = dpg.get_item_rect_min(pane.bar.exposure)
    width, height = dpg.get_item_rect_size(pane.bar.exposure)
    start = (left + width / 2, top + height / 2)
    driver.drag(start, (start[0] + 50, start[1]))
    driver.until(lambda: pane.settings.look.exposure > 0.3 and not pane.stale, "brighter")
    driver.turn(3)
    light = 0.18 * 2**pane.settings.look.exposure
    code = 1.055 * light ** (1 / 2.4) - 0.055
    assert screen(pane, 160, 90) == pytest.approx([code] * 3, abs=0.004)
    assert before < code
    assert dpg.get_item_theme(pane.bar.exposure) == pane.bar.alarm
    driver.move(middle(pane))
    driver.key("ctrl+BackSpace")
    driver.until(lambda: pane.settings.look.exposure == 0, "neutral")
    driver.turn(2)
    assert dpg.get_item_theme(pane.bar.exposure) == pane.bar.calm


def test_a_wipe_is_dragged_and_turned(driver: Driver, pane: ViewerPane) -> None:
    driver.app.change(inputs={1: "Bars", 2: "Grey"})
    driver.move(middle(pane))
    driver.key("w")
    driver.until(lambda: pane.settings.compare is Compare.WIPE and shows(pane, "Grey", "B"), "a wipe")
    driver.turn(3)
    wipe = pane.wipe_now()
    assert screen(pane, wipe.x + 40, 90) == pytest.approx([0.461] * 3, abs=0.01)
    assert screen(pane, wipe.x - 40, 60) != pytest.approx([0.461] * 3, abs=0.01)
    driver.drag(over(pane, wipe.x, wipe.y), over(pane, wipe.x - 60, wipe.y + 10))
    moved = pane.wipe_now()
    assert (moved.x, moved.y) == pytest.approx((wipe.x - 60, wipe.y + 10), abs=1.5)
    x, y = pane.framing.to_pane(moved.x, moved.y)
    driver.drag(at(pane, x + 74, y), at(pane, x + 50, y + 50), at(pane, x, y + 80))
    assert pane.wipe_now().angle == pytest.approx(90, abs=3)
    assert screen(pane, moved.x, moved.y + 30) == pytest.approx([0.461] * 3, abs=0.01)


def test_a_probe_reads_floats_and_a_box_their_mean(driver: Driver, pane: ViewerPane) -> None:
    driver.app.look("Grey", 1)
    driver.until(lambda: shows(pane, "Grey"), "grey")
    driver.turn(2)
    driver.move(over(pane, 100.5, 50.5))
    driver.until(lambda: "0.18000" in words(pane), "the pixel's value")
    assert "100" in words(pane)
    driver.app.look("Bars", 1)
    driver.until(lambda: shows(pane, "Bars"), "bars")
    with driver.hold("ctrl"):
        driver.drag(over(pane, 20.5, 20.5), over(pane, 299.5, 99.5))
    assert pane.box is not None
    image = pane.image
    assert image is not None
    mean = image.region(pane.box, ("R",)).mean()
    driver.until(lambda: f"{mean:.5f}"[:6] in "".join(words(pane)), "the mean")


def test_a_probe_reads_the_picture_on_its_side_of_a_wipe(driver: Driver, pane: ViewerPane) -> None:
    driver.app.change(inputs={1: "Bars", 2: "Grey"})
    driver.move(over(pane, 20.5, 20.5))
    driver.key("w")
    driver.until(lambda: pane.settings.compare is Compare.WIPE and shows(pane, "Grey", "B"), "a wipe")
    driver.move(over(pane, pane.wipe_now().x + 60, 40.5))
    driver.until(lambda: "0.18000" in words(pane), "B's value")
    driver.move(over(pane, 20.5, 40.5))
    driver.until(lambda: "0.18000" not in words(pane), "A's value")
    driver.key("Return")
    driver.until(lambda: "0.18000" in words(pane), "they have changed places")


def test_a_probe_tells_what_stands_in_the_file(driver: Driver, pane: ViewerPane, tmp_path: Path) -> None:
    import cv2

    codes = np.zeros((180, 320, 3), np.uint8)
    codes[...] = (51, 102, 204)
    assert cv2.imwrite(str(tmp_path / "flat.png"), codes[..., ::-1])
    shot = driver.app.state.graph
    driver.app.edit("a still", shot.add("Read", "Still", file=str(tmp_path / "flat.png")))
    driver.app.look("Still", 1)
    driver.until(lambda: shows(pane, "Still") and not pane.stale, "the still")
    driver.move(over(pane, 100.5, 60.5))
    driver.until(lambda: any(text.startswith("file space ") for text in words(pane)), "the file's values")
    said = words(pane)
    start = next(k for k, text in enumerate(said) if text.startswith("file space "))
    values = [float(text) for text in said[start + 1 :] if text[:1].isdigit()]
    assert values == pytest.approx([0.2, 0.4, 0.8], abs=1e-4)
    light = float(said[said.index("r") + 1])
    assert light != pytest.approx(0.2, abs=0.05), "on the wire it is light"
    driver.app.look("Bars", 1)
    driver.until(lambda: shows(pane, "Bars") and not pane.stale, "the bars")
    assert not any(text.startswith("file space ") for text in words(pane)), "made, not read"
    driver.app.undo()


def words(pane: ViewerPane) -> list[str]:
    """What the line under the picture says."""
    pen = pane.foot.pen
    kept = [pen.shown[item] for item in pen.items.get("words", [])]
    return [str(what[1]) for what in kept if what]


def test_a_region_is_drawn_and_only_it_is_shown(driver: Driver, pane: ViewerPane) -> None:
    driver.move(middle(pane))
    driver.key("alt+w")
    driver.until(lambda: pane.hands.drawing_region, "a region wanted")
    driver.drag(over(pane, 100, 40), over(pane, 200, 120))
    driver.until(lambda: pane.settings.region is not None, "a region")
    assert pane.settings.region is not None
    assert pane.settings.region == pytest.approx((100, 40, 200, 120), abs=2)
    driver.turn(2)
    assert screen(pane, 50, 60) == [0, 0, 0]
    assert screen(pane, 150, 60) != [0, 0, 0]
    driver.drag(over(pane, *pane.settings.region[2:]), over(pane, 240, 150))
    assert pane.settings.region == pytest.approx((100, 40, 240, 150), abs=3)
    driver.key("shift+w")
    driver.until(lambda: not pane.settings.in_region, "all of it")


def test_a_transform_is_dragged_in_one_step_of_undo(driver: Driver, pane: ViewerPane) -> None:
    app = driver.app
    app.look("Move", 1)
    app.pick(Picked(frozenset({"Move"})))
    driver.until(lambda: shows(pane, "Move") and pane.tool() is not None, "handles")
    driver.turn(2)
    before = app.state.graph
    handle = next(each for each in handles(pane) if each.part == ("translate",))
    start = at(pane, handle.x, handle.y)
    zoom = pane.framing.zoom
    driver.drag(start, (start[0] + 40 * zoom, start[1] + 10 * zoom))
    x, y = app.state.graph.value("Move", "translate", 1001)
    assert (x, y) == pytest.approx((40, 10), abs=2 / zoom + 0.5)
    app.undo()
    driver.until(lambda: app.state.graph is before, "one step")
    handle = next(each for each in handles(pane) if each.part == ("rotate",))
    spin = next(each for each in handles(pane) if each.part == ("translate",))
    far = math.hypot(handle.x - spin.x, handle.y - spin.y)
    driver.drag(
        at(pane, handle.x, handle.y), at(pane, spin.x + far * 0.7, spin.y - far * 0.7), at(pane, spin.x, spin.y - far)
    )
    assert app.state.graph.value("Move", "rotate", 1001) == pytest.approx(90, abs=3)
    app.undo()
    driver.until(lambda: app.state.graph is before, "one step")


def handles(pane: ViewerPane) -> list:  # type: ignore[type-arg]
    tool = pane.tool()
    assert tool is not None
    return tool.handles(pane.framing)


def test_a_crop_and_a_roto_are_dragged(driver: Driver, pane: ViewerPane) -> None:
    app = driver.app
    app.pick(Picked(frozenset({"Cut"})))
    driver.turn(3)
    driver.drag(over(pane, 200, 120), over(pane, 240, 150))
    assert app.state.graph.value("Cut", "box", 1001) == pytest.approx((40, 30, 240, 150), abs=1.01)
    app.undo()
    app.pick(Picked(frozenset({"Shape"})))
    driver.turn(3)
    driver.drag(over(pane, 160, 120), over(pane, 190, 140))
    shapes = app.state.graph.setting("Shape", "shapes")
    assert shapes.shapes[0].points[2][:2] == pytest.approx((190, 140), abs=1.01)
    assert app.session.undo_label
    app.undo()
    driver.turn(2)
    assert app.state.graph.setting("Shape", "shapes").shapes[0].points[2][:2] == (160, 120)


def test_a_fault_is_told_over_the_picture_and_goes_when_mended(driver: Driver, pane: ViewerPane) -> None:
    app = driver.app
    app.edit("add", app.state.graph.add("Read", "Gone", file="nowhere.####.exr"))
    app.look("Gone", 1)
    driver.until(lambda: "Gone" in app.state.faults, "a fault")
    assert pane.view.words is not None
    assert "nowhere" in pane.view.words.title
    app.edit("mend", app.state.graph.remove("Gone").add("Constant", "Gone", size=[320, 180]))
    driver.until(lambda: "Gone" not in app.state.faults and pane.view.words is None, "mended")
    app.undo()
    app.undo()


def test_the_newest_frame_wins(driver: Driver, pane: ViewerPane) -> None:
    for frame in range(1001, 1009):
        driver.app.goto(frame)
    driver.until(lambda: pane.view.at["A"].frame == 1008, "the last frame")


def test_frames_are_played_from_memory(driver: Driver, pane: ViewerPane) -> None:
    app = driver.app
    app.change(playing=1)
    driver.until(lambda: pane.cached() == [(1001, 1008)], "all frames ready")
    shown = pane.view.a
    app.goto(1005)
    driver.until(lambda: pane.view.a is not shown, "another frame")
    app.change(playing=0)
    driver.until(lambda: pane.view.a is not None and pane.view.a.whole, "the picture itself")
    app.edit("brighter", app.state.graph.set("Bars", "size", [300, 180]))
    driver.until(lambda: pane.cached() in ([], [(1005, 1005)]), "old frames gone")
    app.undo()


def test_marks_scopes_and_guides_by_keys(driver: Driver, pane: ViewerPane) -> None:
    driver.move(middle(pane))
    for key, name in (("z", "clipping"), ("shift+f", "false_colour"), ("s", "scopes"), ("o", "overlays")):
        before = getattr(pane.settings, name)
        driver.key(key)
        driver.until(lambda name=name, before=before: getattr(pane.settings, name) is not before, name)
    driver.key("shift+g")
    driver.until(lambda: pane.settings.guides.value == "thirds", "guides")
    driver.key("alt+2")
    driver.until(lambda: pane.settings.step == 4, "proxy")
    driver.key("alt+2")
    driver.until(lambda: pane.settings.step == 1, "full")


def test_a_shape_is_drawn_point_by_point(driver: Driver, pane: ViewerPane) -> None:
    app = driver.app
    app.edit("add", app.state.graph.add("Roto", "Fresh"))
    app.pick(Picked(frozenset({"Fresh"})))
    driver.turn(3)
    places = [(50.0, 40.0), (150.0, 50.0), (100.0, 130.0)]
    for place in places:
        with driver.hold("ctrl", "alt"):
            driver.click(over(pane, *place))
    (shape,) = app.state.graph.setting("Fresh", "shapes").shapes
    assert [point[:2] for point in shape.points] == [pytest.approx(place, abs=1) for place in places]
    with driver.hold("shift"):
        driver.drag(over(pane, 150, 50), over(pane, 170, 80))
    (shape,) = app.state.graph.setting("Fresh", "shapes").shapes
    assert shape.points[1][4:6] == pytest.approx((20, 30), abs=1.5)
    driver.key("Delete")
    driver.until(lambda: len(app.state.graph.setting("Fresh", "shapes").shapes[0].points) < 3, "a point less")
    for _ in range(6):
        app.undo()
    assert "Fresh" not in app.state.graph.nodes


def test_a_landmark_is_dragged_and_becomes_a_key(driver: Driver, pane: ViewerPane) -> None:
    app = driver.app
    app.edit("add", app.state.graph.add("Marked", "Found").connect("Found", "image", "Bars"))
    app.edit("add", app.state.graph.add("EditTracks", "Edit").connect("Edit", "tracks", "Found"))
    app.look("Edit", 1)
    app.pick(Picked(frozenset({"Edit"})))
    driver.until(lambda: pane.view.tracks_of("Edit") is not None and shows(pane, "Bars"), "tracks over the plate")
    driver.turn(3)
    x, y = POINTS[30]
    before = app.session.undo_label
    driver.drag(over(pane, x, y), over(pane, x + 20, y + 12))
    key = app.state.graph.setting("Edit", "corrections").of("face1")[1001]
    ((number, across, down),) = key.offsets
    assert number == 30
    assert (across, down) == pytest.approx((20, 12), abs=1.5)
    driver.until(lambda: moved(pane) == pytest.approx((x + across, y + down), abs=0.1), "the track follows")
    app.undo()
    assert app.session.undo_label == before
    app.undo()
    app.undo()


def moved(pane: ViewerPane) -> tuple[float, float]:
    found = pane.view.tracks_of("Edit")
    points = found["face1"].faces[1001].points if found is not None else None
    return (float(points[30, 0]), float(points[30, 1])) if points is not None else (0.0, 0.0)


def test_a_mask_is_chosen_in_the_menu_of_guides(driver: Driver, pane: ViewerPane) -> None:
    import dearpygui.dearpygui as dpg

    left, top = dpg.get_item_rect_min(pane.bar.guides)
    driver.click((left + 10, top + 10))
    (entry,) = (
        item
        for item in dpg.get_all_items()
        if dpg.get_item_type(item).endswith("Selectable") and dpg.get_item_label(item) == "1.85"
    )
    driver.until(lambda: dpg.is_item_visible(entry), "the menu")
    driver.turn(3)
    x, y = dpg.get_item_rect_min(entry)
    driver.click((x + 20, y + 8))
    driver.until(lambda: pane.settings.aspect == "1.85", "the mask")


def test_keys_go_to_the_picture_through_the_bars_lists(driver: Driver, pane: ViewerPane) -> None:
    import dearpygui.dearpygui as dpg

    left, top = dpg.get_item_rect_min(pane.bar.channel)
    driver.click((left + 10, top + 10))
    driver.turn(6)
    driver.click((left + 16, top + 10 + 24 * 3))
    driver.until(lambda: pane.settings.look.channel is not Channel.COLOUR, "a channel from the list")
    driver.move(middle(pane))
    driver.key("n")
    driver.until(lambda: driver.app.said[1], "nothing to compare with is said")
    driver.app.change(inputs={1: "Bars", 3: "Grey"})
    driver.key("d")
    driver.until(lambda: pane.settings.compare is Compare.DIFFERENCE and shows(pane, "Grey", "B"), "the difference")
    driver.key("n")
    driver.until(lambda: pane.settings.compare is Compare.ONION, "onion skin")
    driver.key("Return")
    driver.until(lambda: pane.settings.swapped, "changed places")


def test_two_pictures_stand_side_by_side(driver: Driver, pane: ViewerPane) -> None:
    driver.app.change(inputs={1: "Bars", 3: "Grey"}, against=3)
    driver.move(middle(pane))
    driver.key("shift+n")
    driver.until(lambda: pane.settings.compare is Compare.SIDES and shows(pane, "Grey", "B"), "side by side")
    driver.until(lambda: not pane.stale and pane.half.width == pane.room.width // 2, "halves")
    assert pane.framing == fitted_format(Format(320, 180), pane.half), "A fits in its half"
    driver.turn(2)
    column, row = (int(each) for each in pane.framing.to_pane(20, 20))
    shown = pane.paint.screen.pixels
    assert shown[row, column, :3] == pytest.approx(screen(pane, 20, 20), abs=1e-3)
    assert shown[row, column + pane.half.width, 0] == pytest.approx(1.055 * 0.18 ** (1 / 2.4) - 0.055, abs=0.005)
    x, y = pane.framing.to_pane(20.5, 20.5)
    driver.move(at(pane, x + pane.half.width, y))
    driver.until(lambda: "0.18000" in words(pane), "the value of B's pixel")
    assert {"20"} <= set(words(pane))
    driver.move(at(pane, x, y))
    driver.until(lambda: "0.18000" not in words(pane), "A's")
    zoom, place = pane.framing.zoom, pane.framing.to_picture(x, y)
    driver.move(at(pane, x + pane.half.width, y))
    driver.wheel(2)
    driver.until(lambda: pane.framing.zoom > zoom * 1.2, "nearer")
    assert pane.framing.to_picture(x, y) == pytest.approx(place, abs=0.6 / zoom), "about B's pixel"
    driver.key("h")
    driver.key("shift+n")
    driver.until(lambda: pane.settings.compare is Compare.OFF and pane.half == pane.room, "one picture")
    driver.until(lambda: pane.framing == fitted_format(Format(320, 180), pane.room), "fitted")


def test_layers_are_gone_through(driver: Driver, pane: ViewerPane) -> None:
    app = driver.app
    app.edit("add", app.state.graph.add("Layered", "Deep").connect("Deep", "image", "Bars"))
    app.look("Deep", 1)
    driver.until(lambda: shows(pane, "Deep"), "layers")
    driver.move(middle(pane))
    driver.key("Next")
    driver.until(lambda: pane.settings.layer == "depth" and not pane.stale, "the layer of depth")
    driver.turn(2)
    assert screen(pane, 160, 90) == pytest.approx([0.25] * 3, abs=0.004)  # no light: as it is
    driver.key("Prior")
    driver.until(lambda: pane.settings.layer == "", "colour")
    app.undo()


def test_a_flipbook_plays_when_all_frames_are_there(driver: Driver, pane: ViewerPane) -> None:
    driver.move(middle(pane))
    driver.app.look("Grey", 1)
    driver.until(lambda: shows(pane, "Grey"), "grey")
    driver.key("alt+f")
    driver.until(lambda: driver.app.state.playing == 1, "play")
    assert pane.cached() == [(1001, 1008)]
    driver.app.change(playing=0)
    driver.turn(3)
