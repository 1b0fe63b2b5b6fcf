"""EditTracks: who is who, and where; keys by hand win on their frames and come to rest around them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nodegraph.data.corrections import Corrections, Key
from nodegraph.data.errors import GraphError, NodegraphError
from nodegraph.data.faces import Face, Rect
from nodegraph.data.tracks import Cuts, Track, Tracks
from nodegraph.graph.context import Context
from nodegraph.graph.document import Document, read, write
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library
from nodegraph.ops.smooth_tracks import motion_of
from nodegraph.ops.steady import Smoother
from nodes.face.edit_tracks import edit_tracks
from nodes.face.smooth import smooth
from tests.nodes.face.shapes import FORMAT, face_points, tracks_of

FRAMES = range(1001, 1041)


def way(frame: int, number: int = 0) -> NDArray[np.float64]:
    """A face that moves, nears and turns."""
    t = frame - 1001
    return face_points(150 + 200 * number + 2 * t, 150 + t, 80 + t, 0.01 * t)


def made(cuts: tuple[int, ...] = (), gap: range = range(0)) -> Tracks:
    tracks = []
    for number in (0, 1):
        points = {frame: way(frame, number) for frame in FRAMES if frame not in gap}
        faces = {frame: Face(Rect.around(each), 1.0, each, 0.5) for frame, each in points.items()}
        tracks.append(Track(f"face{number + 1}", faces))
    return Tracks(FORMAT, tuple(tracks), Cuts(cuts))


def edited(tracks: Tracks, **knobs: Any) -> Tracks:
    if isinstance(knobs.get("corrections"), dict):
        knobs["corrections"] = Corrections.from_json(knobs["corrections"])
    return edit_tracks(tracks, Context(), **knobs)


def points(tracks: Tracks, frame: int, name: str = "face1") -> NDArray[np.float64]:
    found = tracks[name].faces[frame].points
    assert found is not None
    return found


# -- who is who ----------------------------------------------------------------------------------------


def test_names() -> None:
    tracks = edited(made(), rename="face1 = Anna B., face2=face1")
    assert [track.name for track in tracks] == ["Anna B.", "face1"]
    assert [track.name for track in edited(made(), keep="face2")] == ["face2"]
    assert [track.name for track in edited(made(), delete="face2")] == ["face1"]


def test_split_and_merge() -> None:
    tracks = edited(made(), split="face1 at 1021")
    assert {track.name: (track.first, track.last) for track in tracks} == {
        "face1": (1001, 1020),
        "face2": (1001, 1040),
        "face3": (1021, 1040),
    }
    named = edited(made(), split="face1 at 1011 as ben\nface2 at 1031", merge="face3 into ben")
    assert {track.name: sorted(track.faces)[::39] for track in named}["face1"] == [1001]
    assert set(named["ben"].faces) == set(range(1011, 1041))
    assert points(named, 1035, "ben") == pytest.approx(way(1035, 0))  # of two sights, that of the track which stays
    again = edited(made(), split="face1 at 1021", merge="face3 into face1")
    assert again["face1"].to_json() == made()["face1"].to_json()


def test_what_was_seen_wins_over_what_was_filled_in() -> None:
    one, other = made().tracks
    one = replace(one, filled=frozenset({1010, 1011}))
    other = other.with_faces({frame: other.faces[frame] for frame in (1010, 1012)})
    merged = edited(replace(made(), tracks=(one, other)), merge="face2 into face1")
    assert merged["face1"].filled == {1011}
    assert points(merged, 1010) == pytest.approx(way(1010, 1))
    assert points(merged, 1012) == pytest.approx(way(1012, 0))


def test_deleted_frames_are_filled_in_or_left_open() -> None:
    tracks = edited(made(), delete="face1 1010-1014 1030")
    assert tracks["face1"].filled == {1010, 1011, 1012, 1013, 1014, 1030}
    assert points(tracks, 1012) == pytest.approx(way(1012), abs=0.1)
    holes = edited(made(), delete="face1 1010-1014 1030", gap=0)
    assert set(FRAMES) - set(holes["face1"].faces) == {1010, 1011, 1012, 1013, 1014, 1030}
    assert tracks["face2"] is not None
    assert len(edited(made(), delete="face1 1001-1040")) == 1


@pytest.mark.parametrize(
    "knobs",
    [
        {"rename": "nobody = anna"},
        {"rename": "face1 = face2"},
        {"rename": "face1"},
        {"merge": "face1"},
        {"merge": "face1 into face1"},
        {"merge": "face1 into nobody"},
        {"split": "face1 1020"},
        {"split": "face1 at 1020 as face2"},
        {"delete": "nobody"},
        {"delete": "face1 1003-"},
        {"keep": "nobody"},
    ],
    ids=str,
)
def test_edits_that_cannot_be(knobs: dict[str, str]) -> None:
    with pytest.raises(NodegraphError) as told:
        edited(made(), **knobs)
    assert told.value.hint


# -- where ---------------------------------------------------------------------------------------------


def test_a_key_wins_on_its_frame_and_eases_out() -> None:
    tracks = edited(made(), corrections={"face1": {"1020": {"move": [10, -5]}}}, ease=5)
    shift = np.array([points(tracks, frame)[30] - way(frame)[30] for frame in FRAMES])
    np.testing.assert_allclose(shift[19], (10, -5), atol=1e-9)
    np.testing.assert_allclose(points(tracks, 1020), way(1020) + np.array((10, -5)), atol=1e-9)
    size = np.hypot(*shift.T)
    assert (np.diff(size[13:20]) > 0).all()
    assert (np.diff(size[19:26]) < 0).all()
    np.testing.assert_allclose(size[14:20], size[19:25][::-1], atol=1e-9)
    assert not size[:14].any()
    assert not size[25:].any()
    assert tracks["face1"].keys == {1020}
    assert tracks["face1"].faces[1020].confidence == 1.0
    assert tracks["face2"].faces[1020] is not None
    assert np.array_equal(points(tracks, 1020, "face2"), way(1020, 1))
    box = tracks["face1"].faces[1020].box
    assert box.middle == pytest.approx(np.add(made()["face1"].faces[1020].box.middle, (10, -5)), abs=1e-6)


def test_between_keys_it_is_on_the_way() -> None:
    keys = {"1010": {"move": [10, 0]}, "1020": {"move": [20, 0]}, "1030": {"move": [30, 0]}}
    tracks = edited(made(), corrections={"face1": keys}, ease=0)
    for frame in range(1010, 1031):
        np.testing.assert_allclose(points(tracks, frame), way(frame) + np.array((frame - 1000, 0)), atol=1e-6)
    assert np.array_equal(points(tracks, 1009), way(1009))
    assert np.array_equal(points(tracks, 1031), way(1031))
    assert tracks["face1"].keys == {1010, 1020, 1030}
    never = edited(made(), corrections={"face1": {**keys, "1020": {"move": [10, 0]}}})
    assert max(points(never, f)[30, 0] - way(f)[30, 0] for f in range(1010, 1021)) <= 10 + 1e-9


def test_size_and_turn_are_about_the_middle_of_the_head() -> None:
    tracks = edited(made(), corrections={"face1": {"1020": {"scale": 1.2, "rotate": 10.0}}}, ease=10)
    before = motion_of(np.stack([way(1020), way(1024)]))
    after = motion_of(np.stack([points(tracks, 1020), way(1024)]))
    np.testing.assert_allclose(after.place[0], before.place[0], atol=1e-6)
    assert float(np.exp(after.size[0, 0] - before.size[0, 0])) == pytest.approx(1.2)
    turned = (after.turn[0, 0] - after.turn[1, 0]) - (before.turn[0, 0] - before.turn[1, 0])
    assert float(np.degrees(turned)) == pytest.approx(10.0, abs=1e-6)
    eye, other = points(tracks, 1020)[36], points(tracks, 1020)[45]
    assert other[1] > eye[1]  # clockwise as the camera sees it: the subject's left eye sinks


def test_points_move_with_the_head() -> None:
    """The nose put right on one frame stays right on the head as it nears and turns."""
    offset = np.array([6.0, 2.0])
    tracks = edited(made(), corrections={"face1": {"1005": {"offsets": {"30": list(offset)}}}}, ease=60)
    np.testing.assert_allclose(points(tracks, 1005)[30] - way(1005)[30], offset, atol=1e-9)
    still = [k for k in range(68) if k != 30]
    np.testing.assert_allclose(points(tracks, 1005)[still], way(1005)[still], atol=1e-9)
    later = points(tracks, 1035)[30] - way(1035)[30]
    left = 1 - 30 / 61
    fade = left * left * (3 - 2 * left)
    angle, size = 0.3, (80 + 34) / (80 + 4)
    expected = size * fade * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ offset
    np.testing.assert_allclose(later, expected, atol=1e-6)


def test_all_68_put_where_they_belong() -> None:
    random = np.random.default_rng(4)
    wanted = way(1020) * 1.1 + (-20, 12) + random.normal(0, 2, (68, 2))
    tracks = edited(made(), corrections={"face1": {"1020": {"points": wanted.tolist()}}}, ease=4)
    assert np.array_equal(points(tracks, 1020), wanted)
    far = [np.abs(points(tracks, frame) - way(frame)).mean() for frame in range(1020, 1027)]
    assert (np.diff(far[:5]) < 0).all()
    assert far[5] == far[6] == 0


def test_a_key_where_nobody_was_seen() -> None:
    wanted = way(1020) + 3
    tracks = edited(made(gap=range(1016, 1026)), corrections={"face1": {"1020": {"points": wanted.tolist()}}}, ease=0)
    assert np.array_equal(points(tracks, 1020), wanted)
    assert tracks["face1"].filled == set(range(1016, 1026)) - {1020}
    assert tracks["face1"].keys == {1020}
    assert set(tracks["face2"].faces) == set(FRAMES) - set(range(1016, 1026))
    context = Context()
    keys = Corrections.from_json({"face1": {"1020": {"move": [1, 1]}, "1021": {"move": [1, 1]}}, "nobody": {"1": {}}})
    same = edit_tracks(made(gap=range(1016, 1026)), context, corrections=keys)
    assert 1020 not in same["face1"].faces
    assert context.warnings == [
        "face1 has no face on 1020-1021 that could be corrected",
        "there is no track nobody to be corrected",
    ]


def test_a_cut_stops_a_key() -> None:
    tracks = edited(made(cuts=(1022,)), corrections={"face1": {"1020": {"move": [10, 0]}}}, ease=8)
    assert np.array_equal(points(tracks, 1022), way(1022))
    assert points(tracks, 1021)[30, 0] > way(1021)[30, 0] + 5
    both = {"1020": {"move": [10, 0]}, "1026": {"move": [-10, 0]}}
    tracks = edited(made(cuts=(1022,)), corrections={"face1": both}, ease=2)
    assert points(tracks, 1021)[30, 0] > way(1021)[30, 0]
    assert np.array_equal(points(tracks, 1022), way(1022))
    assert points(tracks, 1024)[30, 0] < way(1024)[30, 0]


@pytest.mark.parametrize("smoother", list(Smoother), ids=lambda each: each.value)
def test_smooth_keeps_the_keys(smoother: Smoother) -> None:
    random = np.random.default_rng(2)
    noisy = np.stack([way(frame) + random.normal(0, 1, (68, 2)) for frame in FRAMES])
    wanted = way(1020)
    tracks = edited(tracks_of(noisy, first=1001), corrections={"face1": {"1020": {"points": wanted.tolist()}}})
    done = smooth(tracks, smoother=smoother, window=11.0)
    assert np.array_equal(points(done, 1020), wanted)
    assert done["face1"].keys == {1020}


# -- the knob ------------------------------------------------------------------------------------------


def test_corrections_are_saved_with_the_graph() -> None:
    library = Library.discover()
    keys = {"face1": {"1010": {"move": [3.5, -1.0], "scale": 1.02, "rotate": 1.5, "offsets": {"30": [0.0, 2.0]}}}}
    keys["face1"]["1011"] = {"points": way(1011).tolist()}
    value = Corrections.from_json(keys)
    assert value.to_json() == keys
    graph = Graph(library).add("EditTracks", "E", corrections=value)
    text = write(Document(graph))
    assert read(text, library).graph.nodes["E"].knobs["corrections"] == value
    assert write(read(text, library)) == text


def test_keys_are_set_and_taken_away() -> None:
    one = Corrections().with_key("face1", 1010, Key(move=(1, 2))).with_key("face1", 1003, Key(scale=1.1))
    one = one.with_key("face1", 1010, Key(move=(5, 5)))
    assert one.of("face1") == {1003: Key(scale=1.1), 1010: Key(move=(5, 5))}
    assert one.without("face1", 1003).of("face1") == {1010: Key(move=(5, 5))}
    assert one.tracks == ("face1",)
    assert hash(one) == hash(Corrections.from_json(one.to_json()))


@pytest.mark.parametrize(
    "saved",
    [
        {"face1": {"x": {}}},
        {"face1": {"1": {"move": [1]}}},
        {"face1": {"1": {"move": [1, float("nan")]}}},
        {"face1": {"1": {"scale": 0}}},
        {"face1": {"1": {"shear": 1}}},
        {"face1": {"1": {"offsets": {"68": [1, 1]}}}},
        {"face1": {"1": {"points": [[1, 2]]}}},
        {"face1": 3},
        [1],
        "face1",
    ],
    ids=str,
)
def test_what_are_no_corrections(saved: Any) -> None:
    with pytest.raises(GraphError):
        Corrections.from_json(saved)


def test_nothing_to_do_is_nothing_done(tmp_path: Path) -> None:
    from nodegraph.engine.plan import Planner
    from tests.nodes.test_every_face_node import placed

    graph = placed(Library.discover().types["EditTracks"])
    planner = Planner(graph, tmp_path)
    source = graph.nodes["It"].inputs["tracks"].node
    assert planner.plan("It", 1001).feed.step is planner.plan(source, 1001).feed.step
