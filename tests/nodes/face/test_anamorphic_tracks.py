"""Tracks on anamorphic plates: what is done to squeezed ones is, unsqueezed, what is done to them in square pixels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nodegraph.data.anamorphic import Stretch
from nodegraph.data.box import Format
from nodegraph.data.corrections import Corrections, Key
from nodegraph.data.faces import Face, Faces, Rect
from nodegraph.data.shot import Clip, Shot
from nodegraph.data.tracks import Cuts, Track, Tracks
from nodegraph.graph.context import Context
from nodegraph.graph.knob import File
from nodes.face.edit_tracks import edit_tracks
from nodes.face.jitter_plot import jitter_plot
from nodes.face.read_tracks import read_tracks
from nodes.face.smooth import smooth
from nodes.face.track import track
from nodes.face.write_tracks import Nuke, write_tracks
from tests.nodes.face.shapes import face_points

SHOT = Shot(first=1001, last=1003, format=Format(640, 360))
FRAMES = range(1001, 1041)
CONTEXT = Context()


def squeezed(form: Format, aspect: float) -> Format:
    return Format(round(form.width / aspect), form.height, aspect)


def shot_of(aspect: float, fast: float = 4.0, count: int = 1) -> Tracks:
    """Heads that move, near, turn and speak, seen through such a lens."""
    form = Format(640, 360)
    rng = np.random.default_rng(3)
    tracks = []
    for number in range(count):
        faces = {}
        for frame in FRAMES:
            t = frame - FRAMES[0]
            points = face_points(150 + 160 * number + fast * t, 150 + t, 80 + t, 0.02 * t, 1.0, (t % 5) / 5)
            points = points + rng.normal(0, 0.6, points.shape)
            faces[frame] = Face(Rect.around(points), 0.9, points, 0.8, descriptor=np.full(128, float(number)))
        tracks.append(Track(f"face{number + 1}", faces))
    seen = Tracks(form, tuple(tracks), Cuts((1031,)))
    return Stretch.squeezed(squeezed(form, aspect)).tracks(seen)


def same(narrow: Tracks, wide: Tracks, aspect: float = 2.0) -> None:
    """Unsqueezed, the one is the other."""
    assert narrow.format == squeezed(wide.format, aspect)
    assert [each.name for each in narrow] == [each.name for each in wide]
    for one, other in zip(narrow, wide, strict=True):
        assert (one.keys, one.filled) == (other.keys, other.filled)
        assert one.faces.keys() == other.faces.keys()
        for frame, face in one.faces.items():
            true = other.faces[frame]
            assert np.allclose(np.array(face.box) * (aspect, 1, aspect, 1), true.box, atol=1e-6)
            assert np.allclose(face.points * (aspect, 1.0), true.points, atol=1e-6)
            assert np.allclose(face.pose, true.pose, atol=1e-4)


def clip_of(tracks: Tracks) -> Clip[Faces]:
    return Clip.of({f: Faces(tracks.format, tuple(face for _, face in tracks.at(f))) for f in FRAMES if f != 1012})


def test_track_measures_ways_unsqueezed() -> None:
    """Two faces that go fast: squeezed ways are shorter, and a jump would be none."""
    for fast in (8.0, 60.0):
        wide, narrow = (track(clip_of(shot_of(a, fast, 2)), Context(), max_jump=0.3) for a in (1.0, 2.0))
        same(narrow, wide)
    assert len(track(clip_of(shot_of(2.0, 8.0, 2)), Context())) == 2


@pytest.mark.parametrize("part", ["position", "scale", "rotation", "shape"])
def test_smooth_parts_place_size_and_turn_unsqueezed(part: str) -> None:
    knobs = {name: float(name == part) for name in ("position", "scale", "rotation", "shape")}
    same(smooth(shot_of(2.0), **knobs), smooth(shot_of(1.0), **knobs))


def test_edits_are_in_pixels_of_the_plate_and_turn_as_seen() -> None:
    points = tuple((float(x), float(y)) for x, y in face_points(300, 190, 100, 0.3))
    keys = [Key(move=(10.0, 4.0), scale=1.2, rotate=20.0, offsets=((30, 6.0, -3.0),)), Key(points=points)]
    for key in keys:
        wide, narrow = (
            Corrections((("face1", 1010, each),)) for each in (key, Stretch(0.5, Format(320, 360, 2.0)).key(key))
        )
        same(
            edit_tracks(shot_of(2.0), CONTEXT, corrections=narrow), edit_tracks(shot_of(1.0), CONTEXT, corrections=wide)
        )


def test_jitter_is_drawn_unsqueezed(tmp_path: Path) -> None:
    drawn = []
    for aspect in (1.0, 2.0):
        before = shot_of(aspect)
        file = tmp_path / f"{aspect}.svg"
        drawn.append(jitter_plot(before, smooth(before), SHOT, Context(), file=File(str(file))).read_text("utf-8"))
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize("nuke", list(Nuke))
def test_nuke_moves_faces_on_a_squeezed_plate(nuke: Nuke, tmp_path: Path) -> None:
    """What is turned in Nuke turns the face as it is seen there, through its pixel aspect."""
    narrow, wide = shot_of(2.0), shot_of(1.0)
    file = tmp_path / "faces.nk"
    write_tracks(narrow, Context(), file=File(str(file)), nuke=nuke)
    assert "320x360 plate, pixel aspect 2" in file.read_text("utf-8")
    same(read_tracks(SHOT, Context(), narrow, file=File(str(file))), wide)
    turned = edit_tracks(wide, CONTEXT, corrections=Corrections((("face1", 1010, Key(rotate=15.0)),)), ease=0)
    write_tracks(Stretch.squeezed(narrow.format).tracks(turned), Context(), file=File(str(file)), nuke=nuke)
    (read,) = read_tracks(SHOT, Context(), narrow, file=File(str(file)))
    moved = read.faces[1010].points * (2.0, 1.0)
    assert np.abs(moved - turned["face1"].faces[1010].points).max() < 0.02
    assert read.keys == {1010}


def test_a_square_on_the_face_is_written_as_nuke_counts(tmp_path: Path) -> None:
    file = tmp_path / "pin.nk"
    write_tracks(shot_of(2.0), Context(), file=File(str(file)), nuke=Nuke.CORNER_PIN)
    corners = [
        [float(each) for each in line.split("{")[1].rstrip("}").split()]
        for line in file.read_text("utf-8").splitlines()
        if line.startswith(" from")
    ]
    (left, top), (right, bottom) = np.min(corners, axis=0), np.max(corners, axis=0)
    assert 2 * (right - left) == pytest.approx(bottom - top, rel=1e-4)
