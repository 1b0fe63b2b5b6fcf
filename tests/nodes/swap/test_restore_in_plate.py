"""Restore between Align and Paste: what a network does to a face arrives in the plate where the face is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nodegraph.colour.network_light import NetworkLight
from nodegraph.data.box import Format
from nodegraph.data.faces import five_of
from nodegraph.data.image import Image
from nodegraph.data.model import Card, Model
from nodegraph.data.shot import Frame, Shot
from nodegraph.graph.context import Context
from nodegraph.ops.templates import Template
from nodes.face.align import align
from nodes.face.paste import paste
from nodes.swap.restore import restore
from tests.nodes.face.shapes import face_points, tracks_of
from tests.nodes.swap import networks
from tests.nodes.swap.test_restore import FFHQ

SHOT = Shot(format=Format(640, 360))
POINTS = face_points(300, 180, 100, roll=0.3)


def plate() -> Image:
    """Soft light, so that going through a crop and back changes little; a highlight of 20 on the cheek."""
    y, x = np.mgrid[:360, :640] + 0.5
    level = 0.3 + 0.1 * np.sin(x / 40) * np.cos(y / 30) + 20 * np.exp(-((x - 275) ** 2 + (y - 190) ** 2) / (2 * 6**2))
    pixels = np.stack([level, 0.8 * level, 0.6 * level], axis=-1).astype(np.float32)
    return Image.of(pixels, format=SHOT.format, colorspace="ACEScg")


def through(image: Image, path: Path, template: Template, size: int, **knobs: float) -> Image:
    crops = align(image, Frame(1), tracks_of([POINTS]), Context(), template=template, size=size)
    settings = {"blend": 1.0, "keep_grain": 0.0, "grow": True, **knobs}
    done = restore(crops, Model(path, "", Card("a", "")), SHOT, Context(), **settings)  # type: ignore[arg-type]
    return paste(image, done, Frame(1), SHOT, Context())


@pytest.mark.parametrize("size", [1024, 512])
@pytest.mark.parametrize("template", [Template.WHOLE_FACE, Template.FFHQ, Template.HEAD])
def test_spots_on_eyes_and_mouth_lie_on_eyes_and_mouth(template: Template, size: int, tmp_path: Path) -> None:
    """Whatever the framing of the crop, and whether it grows (from 256) or not."""
    y, x = np.mgrid[:size, :size] + 0.5
    image = plate()
    light = NetworkLight.of(SHOT)
    for point in (0, 1, 4):
        px, py = FFHQ[point] * size
        spot = 0.5 * np.exp(-((x - px) ** 2 + (y - py) ** 2) / (2 * (size / 50) ** 2))
        path = networks.painter(tmp_path / f"{point}.onnx", spot[None], size)
        after = through(image, path, template, 256)
        change = np.clip((light.encode(after.pixels) - light.encode(image.pixels)).sum(axis=2), 0, None)
        change[change < 0.05 * change.max()] = 0
        rows, columns = np.mgrid[:360, :640] + 0.5
        found = np.array([(change * columns).sum(), (change * rows).sum()]) / change.sum()
        # FFHQ's five points are not in the proportions of this face: the fit is the best there is
        assert np.linalg.norm(found - five_of(POINTS)[point]) < 6


@pytest.mark.parametrize("crop", [128, 512])
def test_what_the_network_leaves_alone_is_the_plate(crop: int, tmp_path: Path) -> None:
    image = plate()
    after = through(image, networks.restorer(tmp_path / "a.onnx", 1024), Template.WHOLE_FACE, crop)
    assert np.allclose(after.pixels, image.pixels, rtol=0.015, atol=1e-3)
