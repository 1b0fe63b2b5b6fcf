"""Finish's motion blur where a face does not move but is elsewhere: at cuts, at jumps, at the ends of a track."""

from __future__ import annotations

import numpy as np
import pytest

from nodegraph.data.crop import Crop, Crops
from nodegraph.data.shot import Frame, Window
from nodegraph.graph.context import Context
from nodegraph.ops.finish import motion
from nodes.face.align import align
from nodes.face.finish import finish
from tests.nodes.face.shapes import face_points, tracks_of
from tests.nodes.face.test_paste import noise, painted

SIZE = 100.0  # of the face, in pixels of the plate


def crops(*places: tuple[float, float]) -> list[Crops]:
    """A face at these places, frame by frame."""
    tracks = tracks_of([face_points(x, y, SIZE) for x, y in places])
    return [align(noise(), Frame(1 + k), tracks, Context(), size=200) for k in range(len(places))]


def way(one: Crop | None, here: Crop, other: Crop | None) -> np.ndarray:
    """The motion in pixels of the plate."""
    return np.linalg.solve(here.matrix[:2, :2], motion(here, one, other))


@pytest.mark.parametrize("before", [(520.0, 180.0), (300.0, 60.0), (240.0, 180.0)])
def test_the_first_frame_after_a_cut_is_blurred_as_the_next_moves(before: tuple[float, float]) -> None:
    """The same person, elsewhere in the next shot: Track keeps the name."""
    one, here, other = (each.crops[0] for each in crops(before, (300, 180), (304, 180)))
    assert np.allclose(way(one, here, other), (4, 0), atol=1e-6)
    assert np.allclose(way(other, here, one), (-4, 0), atol=1e-6)  # the last one before it


def test_one_frame_between_two_cuts_is_not_blurred_across_the_frame() -> None:
    one, here, other = (each.crops[0] for each in crops((100, 180), (300, 180), (520, 90)))
    assert np.allclose(way(one, here, other), 0)
    assert np.allclose(way(one, here, None), 0)


def test_a_face_that_runs_is_blurred_all_the_way() -> None:
    """More than its own size in a frame, and still motion: where it came from and goes to agree."""
    one, here, other = (each.crops[0] for each in crops((170, 180), (300, 180), (440, 180)))
    assert np.allclose(way(one, here, other), (135, 0), atol=1e-6)
    one, here, other = (each.crops[0] for each in crops((240, 180), (300, 180), (375, 180)))
    assert np.allclose(way(one, here, other), (67.5, 0), atol=1e-6)


def test_finish_does_not_smear_a_face_at_a_cut() -> None:
    """A face that rests on either side of a cut keeps its detail on the frames beside it."""
    shot = crops((200, 180), (200, 180), (420, 180), (420, 180))
    new = noise(5).pixels[:200, :200]
    swapped = {1 + k: painted(each, new) for k, each in enumerate(shot)}
    for frame in (2, 3):
        near = {at: swapped[at] for at in (frame - 1, frame, frame + 1)}
        done = finish(Window(frame, near), defocus=0.0, motion_blur=0.5)
        assert np.allclose(done.crops[0].pixels, new, atol=1e-4)
