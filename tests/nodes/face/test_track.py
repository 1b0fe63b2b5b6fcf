"""Track on faces that cross, hide, leave and come back: the truth is known because it is written down here."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from nodegraph.data.errors import NodegraphError
from nodegraph.data.faces import Face, Faces, Pose, Rect
from nodegraph.data.shot import Clip
from nodegraph.data.tracks import Cuts, Track, Tracks
from nodegraph.graph.context import Context
from nodes.face.track import track
from tests.nodes.face.shapes import FORMAT, face_points

ANNA, BEN = (np.eye(128)[k] for k in (3, 77))  # 1.41 apart: two people
CARL, DORA = (np.eye(128)[k] for k in (15, 101))
PEOPLE = {"Anna": ANNA, "Ben": BEN, "Carl": CARL, "Dora": DORA}
Sights = Mapping[int, list[Face]]


def sight(x: float, y: float, who: np.ndarray | None, noise: int = 0, size: float = 60.0) -> Face:
    points = face_points(x, y, size)
    seen = None if who is None else who + np.random.default_rng(noise).normal(0, 0.02, 128)
    return Face(Rect.around(points), 1.0, points, 1.0, Pose(), seen)


def run(sights: Sights, cuts_found: Cuts | None = None, **knobs: object) -> Tracks:
    clip = Clip.of({frame: Faces(FORMAT, tuple(found)) for frame, found in sights.items()})
    return track(clip, Context(), cuts_found, **knobs)  # type: ignore[arg-type]


def people(one: Track) -> set[str]:
    """Whose sights a track is made of."""
    seen = [face.descriptor for frame, face in one.faces.items() if frame not in one.filled]
    return {min(PEOPLE, key=lambda name: np.linalg.norm(PEOPLE[name] - each)) for each in seen if each is not None}


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
    assert context.warnings == ["not seen, or not surely, and filled in between: face1 on 9"]


def test_frames_without_a_face_are_told_by_name() -> None:
    gone = {1003, 1004, 1005, 1006, 1007, 1040}
    sights = {t: [] if t in gone else [sight(200 + t - 1000, 150, ANNA, t)] for t in range(1001, 1060)}
    context = Context()
    clip = Clip.of({t: Faces(FORMAT, tuple(found)) for t, found in sights.items()})
    track(clip, context, gap=0, shortest=1)
    assert context.warnings == ["no face on 1003-1007, 1040"]
    context = Context()
    track(clip, context, gap=3, shortest=1)
    assert context.warnings == ["no face on 1003-1007", "not seen, or not surely, and filled in between: face1 on 1040"]


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


@pytest.mark.parametrize("known", [True, False], ids=["with descriptors", "by motion alone"])
@pytest.mark.parametrize("hidden", [3, 8, 11])
def test_one_walks_behind_the_other_and_comes_out_again(known: bool, hidden: int) -> None:
    """At one height, face to face: for some frames the detector sees the one in front only."""
    middle, sights = 30, {}
    truth = {t: (100 + 7 * t, 520 - 7 * t) for t in range(61)}
    for t, (one, other) in truth.items():
        front, behind = sight(one, 160, ANNA if known else None, t), sight(other, 164, BEN if known else None, t + 99)
        pair = [front] if abs(t - middle) <= hidden / 2 else [front, behind]
        sights[t] = pair if t % 2 else pair[::-1]
    tracks = run(sights)
    assert len(tracks) == 2
    for one in tracks:
        assert set(one.faces) == set(range(61))
        side = 0 if one.faces[0].box.middle[0] < 300 else 1
        for t, face in one.faces.items():
            assert face.box.middle[0] == pytest.approx(truth[t][side], abs=2.0)
    assert {frozenset(one.filled) for one in tracks} == {
        frozenset(),
        frozenset(t for t in truth if abs(t - middle) <= hidden / 2),
    }


def test_four_people_cross_hide_and_come_back_after_a_cut() -> None:
    """Two shots; each of the four on ways of its own, seen nine times of ten; names hold over the cut."""
    random = np.random.default_rng(3)
    sights: dict[int, list[Face]] = {}
    for t in range(80):
        late = t >= 40
        ways = {
            "Anna": (60 + 13 * (t % 40), 120 + 2 * (t % 40)),
            "Ben": (580 - 13 * (t % 40), 125 + 2 * (t % 40)),
            "Carl": (320 + 200 * np.sin(t / 9), 250),
            "Dora": (320 - 200 * np.sin(t / 9), 245),
        }
        if late:  # the other way round after the cut
            ways = dict(zip(["Dora", "Carl", "Ben", "Anna"], ways.values(), strict=True))
        seen = [sight(x, y, PEOPLE[name], 100 * t + k) for k, (name, (x, y)) in enumerate(ways.items())]
        seen = [face for face in seen if random.random() < 0.9]
        random.shuffle(seen)
        sights[t] = seen
    tracks = run(sights, Cuts((40,)))
    assert [len(people(one)) for one in tracks] == [1, 1, 1, 1]
    assert {name for one in tracks for name in people(one)} == set(PEOPLE)
    for one in tracks:
        assert len(one.faces) >= 76


def test_a_badly_seen_face_is_no_other_person() -> None:
    """A profile, a blur: for a few frames the descriptor is anybody's. Motion holds on to it."""
    random = np.random.default_rng(9)
    sights = {}
    for t in range(40):
        who = random.normal(0, 0.09, 128) if t in (10, 11, 20, 21, 22, 23) else ANNA
        sights[t] = [sight(100 + 6 * t, 150, who, t), sight(500, 150, BEN, t + 77)]
    tracks = run(sights)
    assert [set(one.faces) for one in tracks] == [set(range(40))] * 2
    assert all(not one.filled for one in tracks)


def test_somebody_else_in_the_same_place_is_somebody_else() -> None:
    """A cut that nobody marked: the face after it sits where the one before sat."""
    sights = {t: [sight(300 + (t % 3), 150, ANNA if t < 20 else BEN, t)] for t in range(40)}
    tracks = run(sights)
    assert [people(one) for one in tracks] in ([{"Anna"}, {"Ben"}], [{"Ben"}, {"Anna"}])
    assert [set(one.faces) for one in tracks] in (
        [set(range(20)), set(range(20, 40))],
        [set(range(20, 40)), set(range(20))],
    )


def test_two_who_change_places_at_once_keep_their_names() -> None:
    """Identity against motion: who they are is clear, so it wins over where they were."""
    sights = {}
    for t in range(40):
        left, right = (ANNA, BEN) if t < 20 else (BEN, ANNA)
        sights[t] = [sight(200, 150, left, t), sight(400, 150, right, t + 50)]
    tracks = run(sights)
    assert [len(people(one)) for one in tracks] == [1, 1]
    assert [len(one.faces) for one in tracks] == [40, 40]


def test_names_after_a_cut_go_to_those_most_alike() -> None:
    """Ben comes first after the cut and looks a little like Anna; Anna, who comes after him, is more like herself."""
    like = ANNA + 0.42 * (BEN - ANNA) / np.linalg.norm(BEN - ANNA)
    sights = {t: [sight(200, 150, ANNA, t)] for t in range(20)}
    sights |= {t: [sight(200, 150, like, t)] for t in range(20, 30)}
    sights |= {t: [sight(200, 150, like, t), sight(450, 150, ANNA, t + 50)] for t in range(30, 40)}
    tracks = run(sights, Cuts((20,)))
    assert [set(one.faces) for one in tracks] == [{*range(20), *range(30, 40)}, set(range(20, 40))]


def test_a_gap_is_filled_on_the_bow_that_the_face_was_on() -> None:
    def way(t: int) -> tuple[float, float]:
        return 100 + 6 * t, 260 - 0.12 * (t - 10) * (50 - t)

    sights = {t: [] if 26 <= t < 35 else [sight(*way(t), ANNA, t)] for t in range(60)}
    (one,) = run(sights)
    straight = abs((way(25)[1] + way(35)[1]) / 2 - way(30)[1])
    assert straight > 2.5
    for t in range(26, 35):
        assert one.faces[t].points == pytest.approx(face_points(*way(t), 60), abs=0.02)


def test_cuts_that_were_found_are_added_to_those_by_hand() -> None:
    sights = {t: [sight(100, 150, None, t)] for t in range(60)}
    tracks = run(sights, Cuts((10,), ((30, 39),)), cuts="20")
    assert tracks.cuts == Cuts((10, 20), ((30, 39),))
    assert sorted((one.first, one.last) for one in tracks) == [(0, 9), (10, 19), (20, 34), (35, 59)]
    again = Tracks.from_json(tracks.to_json())
    assert again.cuts == tracks.cuts


def test_landmarks_with_something_in_front_are_not_believed() -> None:
    """Far less sure than usual, between sure ones: the face goes on as it went, and the frames are told."""
    true = [face_points(200 + 4 * k, 180, 100) for k in range(15)]
    frames = {}
    for k, points in enumerate(true):
        hidden = 5 <= k <= 8
        seen = points + np.random.default_rng(k).normal(0, 15, points.shape) if hidden else points
        face = Face(Rect.around(points), 1.0, seen, 0.2 if hidden else 0.8)
        frames[k + 1] = Faces(FORMAT, (face,))
    context = Context()
    (one,) = track(Clip.of(frames), context)
    assert sorted(one.filled) == [6, 7, 8, 9]
    assert all(np.abs(one.faces[k + 1].points - points).max() < 1.0 for k, points in enumerate(true))
    assert "face1 on 6-9" in context.warnings[0]
    (raw,) = track(Clip.of(frames), Context(), min_confidence=0.0)
    assert not raw.filled
    assert np.abs(raw.faces[7].points - true[6]).max() > 10


@pytest.mark.parametrize("way", [1, -1])
def test_names_go_from_the_left_whoever_the_detector_saw_surest(way: int) -> None:
    tracks = run({t: [sight(100, 150, ANNA, t), sight(400, 150, None, t)][::way] for t in range(12)})
    assert [(one.name, one.faces[0].box.middle[0] < 250) for one in tracks] == [("face1", True), ("face2", False)]


@pytest.mark.parametrize("count", [1, 2])
def test_a_shot_of_fewer_frames_than_a_sight_must_have(count: int) -> None:
    """A still, or a shot of two frames: whoever is there throughout is no error of the detector."""
    tracks = run({1001 + k: [sight(100, 150, ANNA, k)] for k in range(count)})
    assert [len(each.faces) for each in tracks] == [count]


def test_between_two_cuts_that_are_near_somebody_is_seen_too() -> None:
    """An insert of two frames of somebody else; one who is in it for a frame only is still an error."""
    sights = {t: [sight(100, 150, BEN if t in (10, 11) else ANNA, t)] for t in range(20)}
    sights[11].append(sight(400, 150, CARL))
    sights[15].append(sight(400, 150, DORA))
    tracks = run(sights, cuts="10 12")
    assert [people(each) for each in tracks] == [{"Anna"}, {"Ben"}]
    assert set(tracks.tracks[1].faces) == {10, 11}
