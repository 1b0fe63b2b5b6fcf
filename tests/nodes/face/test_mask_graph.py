"""Mattes in a graph: knobs that are keyed, shapes that are drawn, frames that are averaged, to the ends of the shot."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from nodegraph.data.box import Box
from nodegraph.data.crop import Crops
from nodegraph.data.image import Image
from nodegraph.data.shot import Frame, Shot
from nodegraph.engine.evaluate import evaluate
from nodegraph.graph.curve import Curve
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library
from nodegraph.graph.node import node
from nodegraph.graph.shapes import Shapes
from nodegraph.ops.outline import coverage
from tests.nodes.face.masks import PLATE, crop_of, crops_of
from tests.nodes.face.shapes import FORMAT, face_points

SHOT = Shot(first=1, last=8, format=FORMAT)


@node
def plate() -> Image:
    """A black plate."""
    return PLATE


@node
def moving(frame: Frame) -> Crops:
    """A face that trembles within its crop, on the frames of the shot alone."""
    if not SHOT.first <= frame <= SHOT.last:
        return crops_of()
    rng = np.random.default_rng(int(frame))
    still = crop_of(face_points(size=140.0))
    points = face_points(size=140.0) + rng.normal(0, 1.5, 2)
    return crops_of(type(still)("face1", crop_of(points).face, still.matrix, still.plate, still.pixels))


LIBRARY = Library.discover().with_nodes(plate, moving)


def graph() -> Graph:
    made = Graph(LIBRARY, shot=SHOT).add("Plate", "plate").add("Moving", "crops")
    return made.add("Mask", "mask", feather=0.0).connect("mask", "crops", "crops")


def matte(made: Graph, name: str, frame: int) -> NDArray[np.float32]:
    (crop,) = evaluate(made, name, frame)
    assert crop.matte is not None
    return np.asarray(crop.matte)


def test_every_edge_can_be_keyed() -> None:
    """Half way between two keys of erode lies half way between the mattes' sizes, on every frame another one."""
    made = graph().set("mask", "erode", Curve.of([(1, -10.0), (8, 18.0)]))
    size = [float(np.sqrt(matte(made, "mask", frame).sum())) for frame in SHOT.frames]
    steps = np.diff(size)
    assert steps.max() < 0
    assert steps == pytest.approx(steps.mean(), rel=0.1)
    for knob in ("top", "left", "right", "bottom", "feather"):
        made = graph().set("mask", knob, Curve.of([(1, 0.0), (8, 20.0)]))
        found = [float(matte(made, "mask", frame).sum()) for frame in SHOT.frames]
        assert np.diff(found).max() < 0, knob


def test_a_roto_is_a_mask() -> None:
    """A shape drawn in the plate is the matte of the crop; together with the hull it cuts it."""
    corners = [[250, 120], [330, 120], [330, 240], [250, 240]]
    made = graph().add("Roto", "roto", shapes=Shapes.from_json([{"points": corners}]))
    made = made.connect("mask", "matte", "roto").set("mask", "shape", "matte")
    (crop,) = evaluate(made, "mask", 3)
    expected = coverage(np.array(corners, np.float64) + crop.matrix[:2, 2], Box(0, 0, 256, 256))
    np.testing.assert_allclose(crop.matte, expected, atol=1e-3)
    made = made.add("Mask", "cut", shape="hull", combine="intersection", feather=0.0).connect("cut", "crops", "mask")
    hull = matte(made.set("cut", "combine", "replace"), "cut", 3)
    np.testing.assert_allclose(matte(made, "cut", 3), np.minimum(hull, expected), atol=1e-3)


def test_frames_are_averaged_to_the_ends_of_the_shot() -> None:
    made = graph().add("MaskSmooth", "smooth", window=5).connect("smooth", "crops", "mask")
    before = np.stack([matte(made, "mask", frame) for frame in SHOT.frames])
    after = np.stack([matte(made, "smooth", frame) for frame in SHOT.frames])
    assert np.abs(np.diff(after, axis=0)).sum() < 0.5 * np.abs(np.diff(before, axis=0)).sum()
    assert np.array_equal(matte(made.set("smooth", "window", 1), "smooth", 4), before[3])
    assert len(evaluate(made, "smooth", 9)) == 0


def test_mattes_are_seen_in_the_plate() -> None:
    made = graph().add("FaceMatte", "seen").connect("seen", "image", "plate").connect("seen", "crops", "mask")
    found = evaluate(made, "seen", 2)
    assert found.plane(FORMAT.box).sum() == pytest.approx(matte(made, "mask", 2).sum(), rel=1e-3)
