"""The viewer's parts that need no window."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from nodegraph.colour.config import load_config
from nodegraph.data.box import Box, Format
from nodegraph.data.corrections import Corrections
from nodegraph.data.errors import Cancelled
from nodegraph.data.faces import Face, Faces, Rect
from nodegraph.data.image import Image
from nodegraph.data.tracks import Track, Tracks
from nodegraph.editor.panes.viewer_looker import Looker, Wanted
from nodegraph.editor.panes.viewer_marks import before_of, marks_of, plate_of, same_above, shows_over, shows_picture
from nodegraph.editor.panes.viewer_notice import notice_of
from nodegraph.editor.panes.viewer_picture import Composer, Picture, Side, Stand
from nodegraph.editor.panes.viewer_reel import Reels, Shot
from nodegraph.editor.panes.viewer_settings import Settings
from nodegraph.editor.panes.viewer_tools import CropTool, RotoTool, TracksTool, TransformTool, tool_of
from nodegraph.editor.viewer.compare import Compare, Wipe
from nodegraph.editor.viewer.framing import Framing, Pane
from nodegraph.editor.viewer.grade import Channel
from nodegraph.editor.viewer.overlays import Dots, Role
from nodegraph.editor.viewer.proxy import proxy
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library

RNG = np.random.default_rng(4)
POINTS = RNG.uniform(20, 80, (68, 2))


def shot() -> Graph:
    graph = Graph(Library.discover()).add("Read", "Plate", file="plate.####.exr")
    graph = graph.add("Detect", "Detect").connect("Detect", "image", "Plate")
    graph = graph.add("Landmarks", "Marks").connect("Marks", "image", "Plate").connect("Marks", "faces", "Detect")
    graph = graph.add("Track", "Track").connect("Track", "faces", "Marks")
    graph = graph.add("Smooth", "Smooth").connect("Smooth", "tracks", "Track")
    graph = graph.add("Align", "Align").connect("Align", "image", "Plate").connect("Align", "tracks", "Smooth")
    return graph.add("Write", "Out", file="o.####.exr").connect("Out", "image", "Plate")


def tracks() -> Tracks:
    face = Face(Rect(20, 20, 80, 80), points=POINTS)
    return Tracks(Format(100, 100), (Track("face1", dict.fromkeys(range(1, 6), face)),))


# -- what is shown of a node ------------------------------------------------------------------------------


def test_faces_tracks_and_crops_are_shown_over_the_plate_they_are_of() -> None:
    graph = shot()
    for name in ("Detect", "Marks", "Track", "Smooth", "Align"):
        assert not shows_picture(graph, name)
        assert shows_over(graph, name)
        assert plate_of(graph, name) == ("Plate", "")
    assert shows_picture(graph, "Plate")
    assert shows_picture(graph, "Out")
    assert plate_of(graph.disconnect("Detect", "image").disconnect("Marks", "image"), "Track") is None


def test_only_what_changes_tracks_has_a_before() -> None:
    graph = shot()
    assert before_of(graph, "Smooth") == ("Track", "")
    assert before_of(graph, "Track") is None
    assert before_of(graph, "Align") is None


def test_an_edit_below_or_beside_changes_nothing_above() -> None:
    graph = shot()
    below = graph.set("Smooth", "window", 21.0)
    assert same_above(graph, below, "Track")
    assert not same_above(graph, below, "Align")
    assert not same_above(graph, graph.with_shot(last=1200), "Plate")
    assert not same_above(graph, graph.remove("Plate"), "Plate")
    assert same_above(graph, replace(graph, ui={"notes": {}}), "Align")


def test_landmarks_are_drawn_before_and_after_smoothing() -> None:
    framing, pane = Framing(), Pane(100, 100)
    drawn = marks_of([(tracks(), tracks())], 3, framing, pane)
    roles = [each.role for each in drawn if isinstance(each, Dots)]
    assert Role.BEFORE in roles
    assert Role.AFTER in roles
    alone = marks_of([(tracks(), None)], 3, framing, pane)
    assert Role.BEFORE not in [each.role for each in alone]
    assert marks_of([(Faces(Format(100, 100), ()), None)], 3, framing, pane) == []


# -- handles ----------------------------------------------------------------------------------------------


def test_each_kind_of_node_has_its_tool() -> None:
    graph = shot().add("Transform", "Move").add("Crop", "Cut").add("Roto", "Shape").add("EditTracks", "Edit")
    assert isinstance(tool_of(graph, "Move", 1), TransformTool)
    assert isinstance(tool_of(graph, "Cut", 1), CropTool)
    assert isinstance(tool_of(graph, "Shape", 1), RotoTool)
    assert isinstance(tool_of(graph, "Edit", 1, tracks=tracks()), TracksTool)
    assert tool_of(graph, "Edit", 1) is None
    assert tool_of(graph, "Plate", 1) is None


def test_a_dragged_landmark_becomes_a_key_on_its_frame_alone() -> None:
    graph = shot().add("EditTracks", "Edit")
    tool = TracksTool(graph, "Edit", 3, tracks())
    (x, y) = POINTS[30]
    moved = tool.dragged((0, 30, "landmark"), (x + 5, y - 2), False)
    corrections: Corrections = moved.setting("Edit", "corrections")
    assert list(corrections.of("face1")) == [3]
    ((number, across, down),) = corrections.of("face1")[3].offsets
    assert (number, across, down) == (30, pytest.approx(5), pytest.approx(-2))
    whole = TracksTool(moved, "Edit", 3, tracks()).dragged((0, -1, "face"), (53, 47), False)
    key = whole.setting("Edit", "corrections").of("face1")[3]
    assert key.move == pytest.approx((3, -3))
    assert key.offsets == corrections.of("face1")[3].offsets


def test_a_transform_that_moves_gets_a_key() -> None:
    graph = shot().add("Transform", "Move")
    keyed = TransformTool(graph, "Move", 5, True, Format(200, 100)).dragged(("translate",), (110, 60), False)
    assert keyed.animated("Move", "translate")
    assert tuple(keyed.value("Move", "translate", 5)) == (10, 10)


# -- the picture ------------------------------------------------------------------------------------------


def flat(value: float, size: tuple[int, int] = (40, 20)) -> Side:
    return of(np.full((size[1], size[0], 3), value, np.float32))


def of(pixels: np.ndarray[Any, Any]) -> Side:
    return Side(Picture.of(Image.of(pixels), ""))


def stand(settings: Settings) -> Stand:
    return Stand(Framing(), Pane(40, 20), settings)


def screen(side: Side, other: Side | None, settings: Settings) -> np.ndarray[Any, Any]:
    out = np.full((20, 40, 4), 9, np.float32)
    Composer().compose(out, side, other, stand(settings))
    return out


def code(light: float) -> float:
    return 1.055 * light ** (1 / 2.4) - 0.055


def test_one_picture_is_graded() -> None:
    out = screen(flat(0.18), None, Settings().exposed(1))
    assert out[..., :3] == pytest.approx(code(0.36), abs=0.003)


def test_a_wipe_has_a_on_one_side_and_b_on_the_other() -> None:
    out = screen(flat(0.1), flat(0.5), replace(Settings(), compare=Compare.WIPE, wipe=Wipe(10, 10)))
    assert out[5, 4, 0] == pytest.approx(code(0.1), abs=0.003)
    assert out[5, 30, 0] == pytest.approx(code(0.5), abs=0.003)


def test_a_dragged_wipe_reads_each_picture_twice_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Box] = []
    seen = Picture.seen

    def counted(self: Picture, framing: Framing, pane: Pane, within: Box | None = None, **more: Any) -> Any:
        made.append(within or pane.box)
        return seen(self, framing, pane, within, **more)

    monkeypatch.setattr(Picture, "seen", counted)
    a, b, composer = flat(0.1), flat(0.5), Composer()
    out = np.zeros((20, 40, 4), np.float32)
    for x in range(10, 30):
        composer.compose(out, a, b, stand(replace(Settings(), compare=Compare.WIPE, wipe=Wipe(x, 10))))
        assert out[5, x - 4, 0] == pytest.approx(code(0.1), abs=0.003)
        assert out[5, x + 4, 0] == pytest.approx(code(0.5), abs=0.003)
    assert len(made) <= 4


def test_a_difference_is_of_light_and_alike_is_black() -> None:
    settings = replace(Settings(), compare=Compare.DIFFERENCE)
    assert screen(flat(0.3), flat(0.3), settings)[..., :3].max() == 0
    assert screen(flat(0.3), flat(0.8), settings)[..., :3] == pytest.approx(code(0.5), abs=0.003)
    smaller = screen(flat(0.3), flat(0.3, (20, 20)), settings)
    assert smaller[5, 10, 0] == 0
    assert smaller[5, 30, 0] == pytest.approx(code(0.3), abs=0.003)


def test_an_onion_skin_is_half_of_each() -> None:
    out = screen(flat(0.1), flat(0.5), replace(Settings(), compare=Compare.ONION))
    assert out[5, 5, 0] == pytest.approx((code(0.1) + code(0.5)) / 2, abs=0.003)


def test_side_by_side_shows_the_same_part_of_both() -> None:
    ramp = np.linspace(0.1, 0.9, 40, dtype=np.float32)[None, :, None].repeat(20, 0).repeat(3, 2)
    out = screen(of(ramp), of(ramp * 0.5), replace(Settings(), compare=Compare.SIDES))
    assert out[5, :20, 0] == pytest.approx([code(float(v)) for v in ramp[5, :20, 0]], abs=0.003)
    assert out[5, 20:, 0] == pytest.approx([code(float(v) / 2) for v in ramp[5, :20, 0]], abs=0.003)
    small = screen(of(ramp), of(ramp[:10, :12]), replace(Settings(), compare=Compare.SIDES))
    assert small[5, 31, 3] == 1.0
    assert small[5, 33:].max() == small[12, 20:].max() == 0.0
    part = replace(Settings(), compare=Compare.SIDES, region=Box(4, 2, 10, 8), in_region=True)
    seen = screen(of(ramp), of(ramp), part)[..., 3] > 0
    assert np.argwhere(seen.any(0)).ravel().tolist() == [*range(4, 10), *range(24, 30)]


def test_only_the_region_is_shown() -> None:
    out = screen(flat(0.5), None, replace(Settings(), region=Box(10, 5, 20, 15), in_region=True))
    assert out[10, 15, 0] > 0
    assert out[2, 15, 0] == out[10, 30, 0] == 0


def test_a_proxy_draws_a_fraction_of_the_pixels() -> None:
    out = np.zeros((20, 40, 4), np.float32)
    used = Composer().compose(out, flat(0.5), None, stand(Settings().coarse(4)))
    assert used == (10, 5)
    assert out[:5, :10, 0] == pytest.approx(code(0.5), abs=0.003)
    assert out[6:, 11:].max() == 0


def test_broken_pixels_are_marked() -> None:
    side = flat(0.5)
    pixels = np.full((20, 40, 3), 0.5, np.float32)
    pixels[4, 4] = np.nan
    side = Side(Picture.of(Image.of(pixels), ""))
    out = screen(side, None, replace(Settings(), clipping=True))
    assert out[4, 4, :3] == pytest.approx([1, 0, 1])
    assert out[8, 8, 0] == pytest.approx(code(0.5), abs=0.003)


def test_the_same_key_looks_at_a_channel_and_back() -> None:
    red = Settings().on(Channel.RED)
    assert red.look.channel is Channel.RED
    assert red.on(Channel.RED).look.channel is Channel.COLOUR
    assert red.on(Channel.BLUE).look.channel is Channel.BLUE


# -- frames in memory -------------------------------------------------------------------------------------


def light(side: Side) -> Shot:
    return Shot(proxy(side.picture.image, Framing(), Pane(40, 20)), side.picture)


def test_frames_made_of_something_else_are_gone() -> None:
    reels = Reels(budget=10_000_000)
    reels.keyed("A", "one")
    for frame in (1, 2, 4):
        reels.put("A", "one", frame, light(flat(0.1)), 1, (1, 5), 1)
    reels.put("A", "other", 3, light(flat(0.1)), 1, (1, 5), 1)
    assert reels.cached(False) == [(1, 2), (4, 4)]
    assert reels.next("A", 1, (1, 5), 1) == 3
    assert reels.next("A", 1, (1, 5), 1, frozenset({3})) == 5
    assert reels.next("A", 2, (1, 5), -1) == 5
    reels.keyed("A", "other")
    assert reels.cached(False) == []


def test_no_more_is_fetched_than_there_is_room_for() -> None:
    each = light(flat(0.1)).proxy.pixels.nbytes
    reels = Reels(budget=3 * each)
    reels.keyed("A", "k")
    for frame in (1, 2):
        reels.put("A", "k", frame, light(flat(0.1)), 1, (1, 99), 1)
    assert reels.next("A", 1, (1, 99), 1) is None
    assert reels.next("A", 2, (1, 99), 1) == 3


# -- the looker -------------------------------------------------------------------------------------------


class Slow:
    """A session whose results come when the test says so."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, Future[Any]]] = []

    def view(self, node: str, frame: int, output: str = "", *, viewer: str = "A") -> Future[Any]:
        future: Future[Any] = Future()
        self.asked.append((frame, future))
        return future


def looking() -> tuple[Looker, Slow, list[tuple[int, Any]], list[Any]]:
    session, shown, inbox = Slow(), list[tuple[int, Any]](), list[Any]()
    app: Any = SimpleNamespace(session=session, post=inbox.append, say=lambda *_: None)
    looker = Looker(app, lambda viewer, wanted, value: value, lambda v, w, value, fault: shown.append((w.frame, value)))
    return looker, session, shown, inbox


def wanted(frame: int) -> Wanted:
    return Wanted("Plate", "", frame, 1)


def settle(inbox: list[Any], count: int) -> None:
    import time

    end = time.monotonic() + 10
    while len(inbox) < count:
        assert time.monotonic() < end, "no result"
        time.sleep(0.001)
    while inbox:
        inbox.pop(0)()


def test_of_a_hundred_frames_passed_over_two_are_made() -> None:
    looker, session, shown, inbox = looking()
    for frame in range(1, 101):
        looker.ask("A", wanted(frame))
    assert [frame for frame, _ in session.asked] == [1]
    session.asked[0][1].set_result("first")
    settle(inbox, 1)
    assert [frame for frame, _ in session.asked] == [1, 100]
    session.asked[1][1].set_result("last")
    settle(inbox, 1)
    assert shown == [(1, "first"), (100, "last")]
    looker.close()


def test_what_takes_too_long_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nodegraph.editor.panes.viewer_looker.PATIENCE", -1.0)
    looker, session, shown, inbox = looking()
    looker.ask("A", wanted(1))
    looker.ask("A", wanted(2))
    assert [frame for frame, _ in session.asked] == [1, 2]
    session.asked[0][1].set_exception(Cancelled())
    session.asked[1][1].set_result("two")
    settle(inbox, 2)
    assert shown == [(2, "two")]
    looker.close()


def test_viewers_do_not_wait_for_each_other() -> None:
    looker, session, shown, inbox = looking()
    looker.ask("A", wanted(1))
    looker.ask("B", wanted(7))
    session.asked[1][1].set_result("b")
    settle(inbox, 1)
    assert shown == [(7, "b")]
    assert looker.busy == (wanted(1),)
    looker.close()


def test_views_have_short_names_that_are_told_apart() -> None:
    from nodegraph.editor.panes.viewer_colour import names_of

    config = load_config("ocio://default")
    names = names_of(config)
    first = next(iter(names.values()))
    assert first == (config.default_display, config.view(config.default_display))
    every = {(display, view) for display in config.displays for view in config.views(display)}
    assert set(names.values()) == every


def test_a_face_without_leave_is_noticed(tmp_path: Path) -> None:
    graph = shot().add("Identity", "Who", name="anna").add("Swap", "Swap")
    graph = graph.connect("Swap", "crops", "Align").connect("Swap", "identity", "Who")
    assert "anna" in notice_of(graph, "Swap", tmp_path)
    assert notice_of(graph, "Align", tmp_path) == ""
    assert notice_of(graph.set("Who", "reason", "own face"), "Swap", tmp_path) == ""


def test_a_fresh_crop_is_dragged_from_the_whole_frame() -> None:
    graph = shot().add("Crop", "Cut")
    tool = CropTool(graph, "Cut", 1, False, Format(200, 100))
    assert tool.box == (0, 0, 200, 100)
    assert tuple(tool.dragged(("box", "left top"), (20.2, 9.8), False).value("Cut", "box", 1)) == (20, 10, 200, 100)


def test_points_of_shapes_are_added_and_removed() -> None:
    graph = shot().add("Roto", "Shape")
    tool = RotoTool(graph, "Shape", 1, False, Format(200, 100))
    chosen = tool.open
    for place in ((10, 10), (50, 10), (50, 40)):
        graph, chosen = replace(tool, graph=graph, chosen=chosen).added(place)
    (shape,) = graph.setting("Shape", "shapes").shapes
    assert [point[:2] for point in shape.points] == [(10, 10), (50, 10), (50, 40)]
    other, _ = replace(tool, graph=graph).added((90, 90))
    assert len(other.setting("Shape", "shapes").shapes) == 2
    fewer = replace(tool, graph=other, chosen=frozenset({(1, 0), (0, 1)})).removed()
    (shape,) = fewer.setting("Shape", "shapes").shapes
    assert [point[:2] for point in shape.points] == [(10, 10), (50, 40)]
