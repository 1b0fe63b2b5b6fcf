"""Tracks in files: what was written comes back, what was corrected in Nuke moves faces, foreign files are followed."""

from __future__ import annotations

import json
import pickle
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nodegraph.data.box import Format
from nodegraph.data.errors import MediaError
from nodegraph.data.faces import Face, Rect
from nodegraph.data.shot import Shot
from nodegraph.data.tracks import Cuts, Track, Tracks
from nodegraph.engine.render import render
from nodegraph.graph.context import Context
from nodegraph.graph.graph import Graph
from nodegraph.graph.knob import File
from nodegraph.graph.library import Library
from nodegraph.graph.node import node
from nodegraph.media.nuke_tracks import Broken, CornerPin, Tracker, read_script
from nodes.face.read_tracks import read_tracks
from nodes.face.write_tracks import Nuke, write_tracks
from tests.media.test_foreign_faces import LANDMARKS, dfl, faceswap, jpeg
from tests.nodes.face.shapes import face_points

FORMAT = Format(640, 360)
SHOT = Shot(first=1001, last=1040, format=FORMAT)


def made() -> Tracks:
    """Two faces that move, turn and speak; one with a gap and a key by hand, one with a name that needs quoting."""
    tracks = []
    for number, (name, frames) in enumerate(
        {"face1": [*range(1001, 1011), *range(1020, 1030)], 'the "{hero}" $1': range(1003, 1009)}.items()
    ):
        faces = {}
        for frame in frames:
            t = frame - 1001
            points = face_points(150 + 200 * number + 3 * t, 150 + t, 80 + t, 0.02 * t, 1.0, (t % 5) / 5)
            faces[frame] = Face(Rect.around(points), 0.9, points, 0.8, descriptor=np.linspace(0, 1, 128))
        tracks.append(Track(name, faces, frozenset({1005}) if number == 0 else frozenset(), frozenset({1006})))
    return Tracks(FORMAT, tuple(tracks), Cuts((1011,), ((1013, 1018),)))


def written(tracks: Tracks, file: Path, **knobs: object) -> Path:
    return write_tracks(tracks, Context(), file=File(file), **knobs)  # type: ignore[arg-type]


def read(file: Path, tracks: Tracks | None = None, **knobs: object) -> Tracks:
    return read_tracks(SHOT, Context(), tracks, file=File(file), **knobs)  # type: ignore[arg-type]


def apart(one: Tracks, other: Tracks) -> float:
    """How far the landmarks of two sets of tracks lie apart at most."""
    assert [track.name for track in one] == [track.name for track in other]
    assert [set(track.faces) for track in one] == [set(track.faces) for track in other]
    return max(
        float(np.abs(np.asarray(face.points) - other[track.name].faces[frame].points).max())
        for track in one
        for frame, face in track.faces.items()
    )


def test_json_keeps_everything(tmp_path: Path) -> None:
    tracks = made()
    file = written(tracks, tmp_path / "out" / "faces.json")
    assert read(file).to_json() == tracks.to_json()
    later = read(file, frame_offset=100)
    assert later.tracks[0].first == 1101
    assert later.tracks[0].keys == {1105}
    assert later.cuts == Cuts((1111,), ((1113, 1118),))


def test_a_tracker_of_68_points_comes_back(tmp_path: Path) -> None:
    tracks = made()
    file = written(tracks, tmp_path / "faces.nk", nuke=Nuke.ALL)
    assert apart(tracks, read(file)) < 1e-4
    again = read(file, tracks)
    assert again.to_json() == tracks.to_json()


@pytest.mark.parametrize("nuke", list(Nuke), ids=lambda each: each.value)
def test_what_nobody_touched_stays_as_it_was(tmp_path: Path, nuke: Nuke) -> None:
    tracks = made()
    file = written(tracks, tmp_path / "faces.nk", nuke=nuke, reference=1004)
    assert read(file, tracks).to_json() == tracks.to_json()


def test_nukes_text(tmp_path: Path) -> None:
    """Against Nuke's own way of writing: y from the bottom, 31 columns, curves with frames."""
    points = {frame: face_points(100, 50, 40) for frame in (1001, 1002, 1005)}
    faces = {frame: Face(Rect.around(each), points=each) for frame, each in points.items()}
    one = Tracks(FORMAT, (Track("face1", faces),))
    text = written(one, tmp_path / "a.nk").read_text()
    assert "Tracker4 {\n tracks { { 1 31 5 }" in text
    nose = next(line for line in text.splitlines() if '"face1 nose"' in line)
    x, y = points[1001][30]
    curve = f"{{curve x1001 {x:g} x1002 {x:g} x1005 {x:g}}} {{curve x1001 {360 - y:g} x1002 {360 - y:g}"
    assert nose.startswith(f' {{ {{curve K x1001 1 x1003 0 x1005 1}} "face1 nose" {curve}')
    assert nose.count("{}") == 11
    assert text.count("{") == text.count("}")
    pin = written(one, tmp_path / "b.nk", nuke=Nuke.CORNER_PIN).read_text()
    assert "CornerPin2D {" in pin
    numbers = {line.split()[0]: line for line in pin.splitlines() if line.startswith(" from")}
    left, low = (float(word) for word in numbers["from1"].split("{")[1].rstrip("}").split())
    right, high = (float(word) for word in numbers["from3"].split("{")[1].rstrip("}").split())
    assert left < right
    assert low < high  # corner 1 is at the bottom left, and Nuke's y is up
    assert (left + right) / 2 == pytest.approx(100, abs=1)


# As Nuke itself writes a tracker; its first key has no x before the frames that follow.
FROM_NUKE = """#! /usr/local/Nuke13.2v1/libnuke-13.2.1.so -nx
version 13.2 v1
define_window_layout_xml {<?xml version="1.0" encoding="UTF-8"?>
<layout version="1.0"> </layout>
}
Root {
 inputs 0
 name /shots/a.nk
 format "640 360 0 0 640 360 1 small"
}
Tracker4 {
tracks { { 1 31 1 }
{ { 5 1 20 enable e 1 }
{ 3 1 75 name name 1 }
{ 2 1 58 track_x track_x 1 }
{ 2 1 58 track_y track_y 1 }
{ 2 1 63 offset_x offset_x 1 }
}
{
 { {curve K x1001 1} "track 1" {curve x1001 222.5 224.75 225 x1010 230} {curve x1001 60 63.25 65 x1010 70} {} 1 0 0 }
}
}
name Tracker1
selected true
}
CornerPin2D {
 to1 {{curve x1001 10 x1003 14} {curve x1001 20 20}}
 to2 {110 20}
 to3 {{curve i x1001 110} 120}
 to4 {10 120}
 from1 {10 20}
 from2 {110 20}
 from3 {110 120}
 from4 {10 120}
 name CornerPin2D1
}
"""


def test_what_nuke_wrote_itself() -> None:
    script = read_script(FROM_NUKE, FORMAT)
    tracker, pin = script.nodes
    assert isinstance(tracker, Tracker)
    assert tracker.points == {
        "track 1": {1001: (222.5, 300.0), 1002: (224.75, 296.75), 1003: (225.0, 295.0), 1010: (230.0, 290.0)}
    }
    assert isinstance(pin, CornerPin)
    assert pin.origin.tolist() == [[10, 240], [110, 240], [110, 340], [10, 340]]
    assert sorted(pin.corners) == [1001, 1002, 1003]
    assert pin.corners[1002].tolist() == [[10, 240], [110, 240], [110, 340], [12, 340]]


def test_a_corner_pin_that_was_moved_moves_the_face(tmp_path: Path) -> None:
    tracks = made()
    file = written(tracks, tmp_path / "a.nk", nuke=Nuke.CORNER_PIN)
    script = read_script(file.read_text(), FORMAT)
    text = file.read_text()
    pin = script.nodes[0]
    assert isinstance(pin, CornerPin)
    for number, corner in enumerate((3, 2, 1, 0)):  # 5 to the right and 3 up, on one frame
        x, y = pin.corners[1007][corner]
        for old, new in (
            (f"x1007 {x:.4f}".rstrip("0"), f"x1007 {x + 5:.4f}"),
            (f"x1007 {360 - y:.4f}".rstrip("0"), f"x1007 {360 - y + 3:.4f}"),
        ):
            assert old in text, number
            text = text.replace(old, new, 1)
    file.write_text(text)
    moved = read(file, tracks)
    face, before = moved["face1"].faces[1007], tracks["face1"].faces[1007]
    np.testing.assert_allclose(face.points, before.points + np.array((5.0, -3.0)), atol=2e-3)
    assert moved["face1"].keys == {1005, 1007}
    rest = {frame: each for frame, each in moved["face1"].faces.items() if frame != 1007}
    assert all(each is tracks["face1"].faces[frame] for frame, each in rest.items())


def test_five_points_that_were_moved_shift_size_and_turn_the_face(tmp_path: Path) -> None:
    tracks = made()
    angle, scale = 0.1, 1.2
    turn = scale * np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    wanted = {
        frame: replace(face, points=(np.asarray(face.points) - 100) @ turn + 120)
        for frame, face in tracks["face1"].faces.items()
    }
    other = replace(tracks, tracks=(replace(tracks["face1"], faces=wanted), tracks.tracks[1]))
    file = written(other, tmp_path / "a.nk", nuke=Nuke.FIVE)
    got = read(file, tracks)
    assert apart(got, other) < 2e-3
    assert got["face1"].keys == set(wanted)


def test_without_tracks_a_corner_pin_is_a_box(tmp_path: Path) -> None:
    file = written(made(), tmp_path / "a.nk", nuke=Nuke.CORNER_PIN)
    context = Context()
    got = read_tracks(SHOT, context, file=File(file))
    assert len(got) == 2
    assert got.tracks[0].faces[1001].points is None
    assert got.tracks[0].faces[1001].box.middle == pytest.approx(made().tracks[0].faces[1001].box.middle, abs=1)
    assert "wire the tracks" in context.warnings[0]


def test_foreign_files_become_tracks(tmp_path: Path) -> None:
    """Two people in a clip of another program, in any order: followed by motion, offset, posed."""
    frames = {}
    for k in range(1, 21):
        pair = [faceswap(k, 2.0 * k), faceswap(k, 0.0, x=20, y=10, landmarks_xy=LANDMARKS * 0.5)]
        pair[0] |= {"x": 250 + 2 * k, "y": 120 + 2 * k}
        frames[f"clip_{k:06d}.png"] = {"faces": pair if k % 3 else pair[::-1], "video_meta": {}}
    file = tmp_path / "clip_alignments.fsa"
    file.write_bytes(zlib.compress(pickle.dumps({"__meta__": {"version": 2.3}, "__data__": frames})))
    tracks = read(file, frame_offset=1000)
    assert [(track.first, track.last, len(track.faces)) for track in tracks] == [(1001, 1020, 20)] * 2
    assert tracks.format == FORMAT
    first = next(track for track in tracks if track.faces[1001].box.x0 > 200)
    np.testing.assert_allclose(first.faces[1020].points, LANDMARKS + 40.5, atol=1e-3)
    assert first.faces[1020].pose != (0, 0, 0)
    cut = read(file, cuts="11")
    assert cut.cuts == Cuts((11,))
    assert len(cut) == 4

    folder = tmp_path / "aligned"
    folder.mkdir()
    for k in range(1, 9):
        if k != 4:
            (folder / f"{k:05d}_0.jpg").write_bytes(jpeg(dfl(f"{k:05d}.png", source_landmarks=LANDMARKS + k)))
    (one,) = read(folder)
    assert set(one.faces) == set(range(1, 9))
    assert one.filled == {4}


def test_a_file_that_changes_is_read_again(tmp_path: Path) -> None:
    folder = tmp_path / "aligned"
    folder.mkdir()
    (folder / "00001_0.jpg").write_bytes(jpeg(dfl("00001.png")))
    graph = Graph(Library.discover(), shot=SHOT).add("ReadTracks", "R", file=File(str(folder)))
    from nodegraph.engine.evaluate import evaluate

    assert set(evaluate(graph, "R", root=tmp_path).tracks[0].faces) == {1}
    (folder / "00002_0.jpg").write_bytes(jpeg(dfl("00002.png")))
    assert set(evaluate(graph, "R", root=tmp_path).tracks[0].faces) == {1, 2}


def test_a_render_writes_the_file_once_and_finds_it_again(tmp_path: Path) -> None:
    @node
    def somebody() -> Tracks:
        """Tracks of a shot."""
        return made()

    graph = Graph(Library.discover().with_nodes(somebody), shot=SHOT).add("Somebody", "S")
    graph = graph.add("WriteTracks", "W", file=File("faces.json")).connect("W", "tracks", "S")
    report = render(graph, "W", root=tmp_path)
    assert report.files == [tmp_path / "faces.json"]
    assert report.done == list(SHOT.frames)
    assert json.loads(report.files[0].read_text())["tracks"][0]["name"] == "face1"
    assert render(graph, "W", root=tmp_path, resume=True).skipped == list(SHOT.frames)


BAD = {
    "a.json": ["", "[]", "{", '{"tracks": 3, "format": [1, 2, 1]}', '{"tracks": [{"name": "a"}], "format": [1, 2]}'],
    "a.nk": [
        "",
        "Tracker4 {",
        "}",
        'Tracker4 {\n tracks "',
        "Tracker4 {\n tracks { 1 }\n}",
        "CornerPin2D {\n to1 {1}\n}",
    ],
    "a.fsa": ["hello"],
    "a.txt": ["hello"],
}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in BAD.items() for text in texts])
def test_files_that_are_none(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(MediaError) as told:
        read(tmp_path / name)
    assert told.value.hint


def test_no_file_and_wrong_names(tmp_path: Path) -> None:
    for file in ("", str(tmp_path / "none.json"), str(tmp_path / "none.nk"), str(tmp_path / "none.fsa")):
        with pytest.raises(MediaError):
            read_tracks(SHOT, Context(), file=File(file))
    for file in ("", str(tmp_path / "a.exr")):
        with pytest.raises(MediaError):
            write_tracks(made(), Context(), file=File(file))
    written(made(), tmp_path / "a.json")
    with pytest.raises(MediaError, match="already there"):
        written(made(), tmp_path / "a.json", overwrite=False)
    (tmp_path / "binary.nk").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(MediaError, match="no text"):
        read(tmp_path / "binary.nk")


def test_blocks_without_end() -> None:
    with pytest.raises(Broken, match="within"):
        read_script("A {" + "{" * 100_000, FORMAT)
    with pytest.raises(Broken):
        read_script("Tracker4 {\n tracks { { 1 } { { 1 1 1 name } } { { x } } }\n}\n", FORMAT)
