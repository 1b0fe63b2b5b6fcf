"""Track on faces that cross, hide, leave and come back: the truth is known because it is written down here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from nodegraph.data.errors import NodegraphError
from nodegraph.data.faces import Face, Faces, Pose, Rect
from nodegraph.data.shot import Clip
from nodegraph.data.tracks import Cuts, Tracks
from nodegraph.graph.context import Context
from nodegraph.ops.tracking import with_keys
from nodes.face.track import track
from tests.nodes.face.shapes import FORMAT, face_points

ANNA, BEN = (np.eye(128)[k] for k in (3, 77))  # 1.41 apart: two people
Sights = Mapping[int, list[Face]]


def sight(x: float, y: float, who: np.ndarray | None, noise: int = 0, size: float = 60.0) -> Face:
    points = face_points(x, y, size)
    seen = None if who is None else who + np.random.default_rng(noise).normal(0, 0.02, 128)
    return Face(Rect.around(points), 1.0, points, 1.0, Pose(), seen)


def run(sights: Sights, **knobs: object) -> Tracks:
    return track(Clip.of({frame: Faces(FORMAT, tuple(found)) for frame, found in sights.items()}), Context(), **knobs)  # type: ignore[arg-type]


def path(tracks: Tracks, number: int) -> dict[int, float]:
    return {frame: face.box.middle[0] for frame, face in tracks.tracks[number].faces.items()}


@pytest.mark.parametrize("known", [True, False], ids=["with descriptors", "by motion alone"])
def test_two_faces_cross(known: bool) -> None:
    """They pass each other at frame 30, one a little lower; the detector tells them in any order."""
    sights: dict[int, list[Face]] = {}
    for t in range(60):
        pair = [
            sight(100 + 8 * t, 150, ANNA if known else None, t),
            sight(580 - 8 * t, 230, BEN if known else None, t + 100),
        ]
        sights[t] = pair if t % 3 else pair[::-1]
    tracks = run(sights)
    assert len(tracks) == 2
    for number in (0, 1):
        places = path(tracks, number)
        assert len(places) == 60
        steps = np.diff([places[t] for t in range(60)])
        assert np.allclose(steps, steps[0], atol=0.5)
        assert abs(steps[0]) == pytest.approx(8, abs=0.5)


def test_a_face_that_hides_for_a_while_is_filled_in() -> None:
    sights = {t: [] if 20 <= t < 26 else [sight(100 + 5 * t, 150, ANNA, t)] for t in range(50)}
    tracks = run(sights, gap=8)
    (one,) = tracks
    assert one.filled == frozenset(range(20, 26))
    assert path(tracks, 0)[23] == pytest.approx(100 + 5 * 23, abs=0.6)
    assert one.faces[23].confidence < one.faces[19].confidence
    assert one.faces[22].points == pytest.approx(face_points(100 + 5 * 22, 150, 60), abs=0.6)


def test_a_longer_absence_is_not_filled_but_the_same_person() -> None:
    sights = {t: [] if 20 <= t < 60 else [sight(100 + (300 if t >= 60 else 0), 150, ANNA, t)] for t in range(80)}
    (one,) = run(sights, gap=8)
    assert one.filled == frozenset()
    assert set(one.faces) == {*range(20), *range(60, 80)}
    assert [len(run_) for run_ in one.runs(Cuts())] == [20, 20]


def test_behind_somebody_else_names_are_not_swapped() -> None:
    """Ben walks in front of Anna, who is not seen for ten frames; both go on as who they are."""
    sights: dict[int, list[Face]] = {}
    for t in range(60):
        sights[t] = [sight(60 + 9 * t, 160, BEN, t)]
        if not 25 <= t < 35:
            sights[t].append(sight(330, 170, ANNA, t + 500))
    tracks = run(sights, gap=12)
    assert len(tracks) == 2
    for one in tracks:
        who = [
            np.linalg.norm(face.descriptor - ANNA) < 0.7 for face in one.faces.values() if face.descriptor is not None
        ]
        assert len(set(who)) == 1


def test_a_cut_ends_a_track_and_nothing_is_filled_over_it() -> None:
    sights = {
        t: [sight(100 if t < 12 else 420, 150, ANNA if t < 12 else BEN, t)] for t in range(24) if t not in (11, 12)
    }
    sights |= {11: [], 12: []}
    tracks = run(sights, cuts="12")
    assert [set(one.faces) for one in tracks] in (
        [set(range(11)), set(range(13, 24))],
        [set(range(13, 24)), set(range(11))],
    )
    assert all(not one.filled for one in tracks)
    assert tracks.cuts.between(11, 12)
    assert not tracks.cuts.between(12, 13)


def test_the_same_person_after_a_cut_keeps_the_name() -> None:
    sights = {t: [sight(100 if t < 12 else 420, 150, ANNA, t)] for t in range(24)}
    (one,) = run(sights, cuts="12")
    assert len(one.faces) == 24
    assert [run_[0] for run_ in one.runs(Cuts((12,)))] == [0, 12]


def test_errors_of_the_detector_are_dropped_and_frames_without_a_face_are_told() -> None:
    sights = {t: [sight(200, 150, ANNA, t)] for t in range(20)}
    sights[7].append(sight(500, 300, None, 1, 30.0))
    sights[9] = []
    context = Context()
    tracks = track(Clip.of({t: Faces(FORMAT, tuple(found)) for t, found in sights.items()}), context)
    assert len(tracks) == 1
    assert context.warnings == ["no face was found on 1 frames, the first is 9"]


def test_a_face_set_by_hand_wins_and_gaps_follow_it() -> None:
    sights = {t: [] if 10 < t < 20 else [sight(100, 150, ANNA, t)] for t in range(30)}
    (one,) = run(sights)
    moved = replace(one.faces[15], box=Rect(300, 100, 360, 160), points=face_points(330, 130, 60))
    keyed = with_keys(one, {15: moved}, Cuts(), 12)
    assert keyed.faces[15] is moved
    assert keyed.keys == {15}
    assert keyed.faces[13].points == pytest.approx(
        one.faces[10].points + (moved.points - one.faces[10].points) * 3 / 5, abs=1e-6
    )
    assert 15 not in keyed.filled


def test_tracks_are_kept_in_a_file() -> None:
    tracks = run({t: [] if t == 5 else [sight(100 + t, 150, ANNA, t)] for t in range(12)}, cuts="30")
    again = Tracks.from_json(tracks.to_json())
    assert again.to_json() == tracks.to_json()
    assert again.cuts == tracks.cuts
    assert again.tracks[0].filled == {5}


def test_no_faces_at_all_and_wrong_cuts() -> None:
    assert len(run({t: [] for t in range(5)})) == 0
    with pytest.raises(NodegraphError, match="no frames of cuts"):
        run({1: []}, cuts="one two")
