"""Align: crops against closed forms, another library, and what is read of the plate."""

from __future__ import annotations

import numpy as np
import pytest
from skimage.transform import SimilarityTransform

from nodegraph.data.box import Box, Format
from nodegraph.data.crop import moved
from nodegraph.data.faces import five_of
from nodegraph.data.image import Image
from nodegraph.data.shot import Frame
from nodegraph.graph.context import Context
from nodegraph.graph.knob import Vec
from nodegraph.ops.align import Estimator, similarity
from nodegraph.ops.resample import Filter
from nodegraph.ops.templates import Template, five_points
from nodes.face.align import Follow, align
from tests.nodes.every_picture import Watched
from tests.nodes.face.shapes import FORMAT, face_points, tracks_of

RNG = np.random.default_rng(7)


def plate(width: int = 640, height: int = 360) -> Image:
    """Red rises to the right, green downwards, blue along both: light at a place is known."""
    x, y = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    pixels = np.stack([x / 100, y / 100, (x + y) / 200], axis=2).astype(np.float32)
    return Image.of(pixels, format=Format(width, height), colorspace="ACEScg")


@pytest.mark.parametrize("estimator", list(Estimator))
@pytest.mark.parametrize("template", list(Template))
def test_points_that_are_the_template_turned_and_sized_are_laid_onto_it(
    template: Template, estimator: Estimator
) -> None:
    target = five_points(template) * 256
    angle, size = 0.3, 0.37
    turn = size * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = similarity(target @ turn.T + (411, 97), target, estimator, 256)
    assert np.allclose(moved(target @ turn.T + (411, 97), matrix), target, atol=1e-3)


def test_umeyama_is_that_of_another_library() -> None:
    points = RNG.uniform(0, 100, (5, 2))
    target = five_points(Template.FFHQ) * 512
    theirs = SimilarityTransform.from_estimate(points, target)
    assert np.allclose(similarity(points, target, Estimator.UMEYAMA), theirs.params, atol=1e-6)


def test_procrustes_keeps_the_spread_of_the_template() -> None:
    points = RNG.uniform(0, 100, (5, 2))
    target = five_points(Template.FFHQ) * 512
    laid = moved(points, similarity(points, target, Estimator.PROCRUSTES))
    assert np.isclose(laid.std(axis=0) @ laid.std(axis=0), target.std(axis=0) @ target.std(axis=0))


def test_ransac_is_not_led_astray_by_one_wrong_point() -> None:
    target = five_points(Template.ARCFACE_128) * 512
    points = target * 0.5 + 40
    points[2] += (60, -45)
    matrix = similarity(points, target, Estimator.RANSAC, 512)
    assert np.allclose(np.delete(moved(points, matrix), 2, 0), np.delete(target, 2, 0), atol=0.5)


def test_the_margins_of_face_types_are_those_of_deepfacelab() -> None:
    """The sides of the crops around one face, as 1 + 2 sqrt(2) padding."""
    eyes = {
        each: float(np.ptp(five_points(each)[:2, 0]))
        for each in (Template.HALF, Template.MID_FULL, Template.FULL, Template.WHOLE_FACE, Template.HEAD)
    }
    paddings = {
        Template.HALF: 0.0, Template.MID_FULL: 0.0675, Template.FULL: 0.2109375, Template.WHOLE_FACE: 0.4,
        Template.HEAD: 0.7,
    }  # fmt: skip
    for each, padding in paddings.items():
        assert np.isclose(eyes[Template.HALF] / eyes[each], 1 + 2 * np.sqrt(2) * padding)


@pytest.mark.parametrize("filter", [each for each in Filter if each is not Filter.IMPULSE])
@pytest.mark.parametrize("size", [64, 200, 512])
def test_a_crop_shows_the_light_of_the_place_it_is_of(size: int, filter: Filter) -> None:
    image, tracks = plate(), tracks_of([face_points(300, 180, 100, roll=0.2)])
    (crop,) = align(image, Frame(1), tracks, Context(), size=size, filter=filter)
    inner = np.arange(size // 8, size - size // 8, max(1, size // 40))
    x, y = np.meshgrid(inner + 0.5, inner + 0.5)
    there = moved(np.stack([x.ravel(), y.ravel()], axis=1), np.linalg.inv(crop.matrix))
    seen = crop.plate[np.ix_(inner, inner)].reshape(-1, 3)
    # A windowed sinc, or a tent wider than a pixel, does not quite keep a straight line straight between the pixels.
    slack = 3e-3 if filter in (Filter.LANCZOS4, Filter.LANCZOS6, Filter.LINEAR) else 1e-4
    assert np.allclose(seen[:, 0], there[:, 0] / 100, atol=slack)
    assert np.allclose(seen[:, 1], there[:, 1] / 100, atol=slack)


def test_only_the_rows_of_the_face_are_read() -> None:
    image = plate()
    watched = Watched(image.source, [])
    seen = Image(image.format, image.data, image.channels, image.colorspace, watched)
    (crop,) = align(seen, Frame(1), tracks_of([face_points(300, 180, 60)]), Context(), size=128)
    for box in watched.seen:
        assert crop.box(12).covers(box)


def test_the_head_does_not_move_when_the_mouth_opens() -> None:
    """Five points nod with every word, since the corners of the mouth do; the head stays where it is."""
    talking = [face_points(300, 180, 100, mouth=m) for m in (0, 0, 0, 0, 1.0)]
    for points in talking:
        points[48:60] += (talking[-1][48:60] - talking[0][48:60]) * 0
    talking[-1][[48, 54]] += (0, 9)
    tracks = tracks_of(talking)
    for follow, still in ((Follow.HEAD, True), (Follow.FIVE, False)):
        (shut,) = align(plate(), Frame(1), tracks, Context(), size=256, follow=follow)
        (open_,) = align(plate(), Frame(5), tracks, Context(), size=256, follow=follow)
        assert np.allclose(shut.matrix, open_.matrix, atol=1e-9) == still


def test_knobs_move_the_face_within_its_crop() -> None:
    tracks = tracks_of([face_points(300, 180, 100)])
    (crop,) = align(plate(), Frame(1), tracks, Context(), size=256)
    (other,) = align(plate(), Frame(1), tracks, Context(), size=256, offset=Vec((0.1, -0.05)), scale=1.5, rotation=90.0)
    middle = np.array([128.0, 128.0])
    from_middle = crop.points - middle
    turned = np.stack([-from_middle[:, 1], from_middle[:, 0]], axis=1)  # a quarter with the clock, y down
    assert np.allclose(other.points, middle + 1.5 * turned + (25.6, -12.8), atol=1e-6)


def test_a_frame_without_a_face_is_told() -> None:
    context = Context()
    assert len(align(plate(), Frame(9), tracks_of([face_points()]), context)) == 0
    assert context.misses == ["no face"]


def test_faces_are_chosen_by_track() -> None:
    tracks = tracks_of([face_points()])
    assert len(align(plate(), Frame(1), tracks, Context(), track="face1 face7", size=64)) == 1
    context = Context()
    assert len(align(plate(), Frame(1), tracks, context, track="face7 face9", size=64)) == 0
    assert context.misses == [f"no face7 or face9, only {', '.join(track.name for track in tracks)}"]


def test_a_face_at_the_edge_goes_on_with_the_edge() -> None:
    """Beyond the plate there is no black: a network would see it, and a mask would bring it back."""
    (crop,) = align(plate(), Frame(1), tracks_of([face_points(20, 180, 100)]), Context(), size=128)
    assert crop.box(0).x0 < 0
    assert crop.plate[..., 1].min() > 0.3
    assert FORMAT.box == Box(0, 0, 640, 360)
    assert np.isclose(five_of(crop.points)[0, 0], five_of(moved(crop.face.points, crop.matrix))[0, 0])  # type: ignore[arg-type]
