"""How steady a followed face is: jitter, lag, and what is left of blinks and words, before and after Smooth."""

from __future__ import annotations

import numpy as np

from nodegraph.bench.exhibits import Curves, Exhibit
from nodegraph.bench.figures import Figure, at_least, at_most, shown
from nodegraph.bench.performance import (
    CROP,
    FIRST,
    Performance,
    Stack,
    eyes_and_mouth,
    face_plate,
    fitted,
    moved_portrait,
    noisy_truth,
    stacked,
)
from nodegraph.bench.signals import furthest, jitter, kept, lag
from nodegraph.data.faces import five_of
from nodegraph.data.tracks import Tracks
from nodegraph.ops.align import HeadFrame
from nodegraph.ops.smooth_tracks import STILL

GROUP = "faces"
LESS = 80.0  # % of the jitter that Smooth takes out at least
LAG = 0.05  # frames: no more than the measurement itself is unsure by
KEPT = 95.0  # % of the swing of lids and lips


def performances() -> tuple[Performance, ...]:
    return face_plate(), noisy_truth(), moved_portrait()


def measure_jitter() -> list[Figure | Exhibit]:
    """How far a crop trembles against the face it follows, as its template fit says."""
    rows: list[Figure | Exhibit] = []
    for played in performances():
        before, after = (played.crop_error(points) for points in (played.before, played.after))
        old, new = jitter(before), jitter(after)
        rows += [
            shown(GROUP, f"jitter: {played.name}, aligned crop of {CROP}, before Smooth", old, "px"),
            shown(GROUP, f"jitter: {played.name}, aligned crop of {CROP}, after Smooth", new, "px"),
            at_least(GROUP, f"jitter: {played.name}, taken out of the aligned crop", 100 * (1 - new / old), LESS, "%"),
            at_least(
                GROUP,
                f"jitter: {played.name}, taken out of the crop that Align makes, which follows the head",
                100 * (1 - jitter(played.crop_error(by_head(played.smooth))) / old),
                LESS,
                "%",
            ),
            *_landmarks(played),
            Curves(
                f"The crop against the face: {played.name}",
                f"px of a {CROP} crop",
                {name: _sideways(error) for name, error in (("before Smooth", before), ("after Smooth", after))},
                f"How far the crop lies from where it should. Jitter {old:.2f} px before, {new:.2f} after.",
                FIRST,
            ),
        ]
    return rows


def by_head(tracks: Tracks) -> Stack:
    """The landmarks that Align fits a crop to, when it follows the head: the mean face, where the head is."""
    head = HeadFrame(tracks.tracks[0])
    return np.stack([head.steady(points) for points in stacked(tracks)])


def _sideways(error: Stack) -> Stack:
    """The middle of the five points, sideways, about its mean."""
    across = error.mean(axis=1)[:, 0]
    return np.asarray(across - across.mean())


def _landmarks(played: Performance) -> list[Figure]:
    """Their distance from the truth, and how much less those tremble that neither lids nor jaw move."""
    before, after = played.before - played.truth, played.after - played.truth
    far_before, far_after = (float(np.linalg.norm(error, axis=2).mean()) for error in (before, after))
    less = 100 * (1 - jitter(after[:, STILL]) / jitter(before[:, STILL]))
    return [
        shown(GROUP, f"jitter: {played.name}, taken out of landmarks that the face does not move", less, "%"),
        shown(GROUP, f"jitter: {played.name}, landmarks from the truth before Smooth", far_before, "px"),
        at_most(GROUP, f"jitter: {played.name}, the same after against before", far_after / far_before, 1.02),
    ]


def measure_lag() -> list[Figure | Exhibit]:
    """Whether what follows the face comes later than it did: where the crops go, before and after Smooth."""
    rows: list[Figure | Exhibit] = []
    for played in performances():
        way, old, new = (_way(points) for points in (played.truth, played.before, played.after))
        rows += [
            at_most(GROUP, f"lag: {played.name}, added by Smooth", abs(lag(old, new)), LAG, "frames"),
            shown(GROUP, f"lag: {played.name}, of the crop against the truth", lag(way, new), "frames"),
        ]
    return rows


def _way(points: Stack) -> Stack:
    """Where on the plate the middle and the top of the crop are, frame by frame."""
    ends = np.array([[CROP / 2, CROP / 2], [CROP / 2, 0.0]])
    result = []
    for each in points:
        there = fitted(five_of(each))
        result.append((ends - there[:, 2]) @ np.linalg.inv(there[:, :2]).T)
    return np.stack(result)


def measure_blink() -> list[Figure | Exhibit]:
    """Whether shut lids stay shut and an open mouth open."""
    rows: list[Figure | Exhibit] = []
    for played in (face_plate(), noisy_truth()):
        truth, before, after = (eyes_and_mouth(points) for points in (played.truth, played.before, played.after))
        for k, (name, moved) in enumerate((("lids", played.lids), ("mouth", played.mouth))):
            peaks = furthest(moved)
            left = 100 * kept(before[k], after[k], peaks)
            rows += [
                at_least(GROUP, f"blink: {played.name}, swing of {name} kept by Smooth", left, KEPT, "%"),
                shown(
                    GROUP, f"blink: {played.name}, {name} against the truth", 100 * kept(truth[k], after[k], peaks), "%"
                ),
                Curves(
                    f"{name.capitalize()}: {played.name}",
                    "gap / width",
                    {"truth": truth[k], "before Smooth": before[k], "after Smooth": after[k]},
                    f"{left:.1f} % of the swing is left after Smooth.",
                    FIRST,
                ),
            ]
    return rows


MEASURES = {"jitter": measure_jitter, "lag": measure_lag, "blink": measure_blink}
