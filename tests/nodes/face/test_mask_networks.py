"""Mattes that networks find, by generated files, and differences."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nodegraph.data.crop import Crop
from nodegraph.data.errors import ModelError
from nodegraph.data.image import frozen
from nodegraph.data.model import Card, Model
from nodegraph.graph.context import Context
from nodegraph.ops.face_mask import Combine
from nodes.face.mask import LookAt, Shape, mask
from nodes.face.mask_parts import mask_parts
from tests.ml import mask_networks
from tests.ml.mask_networks import FRONT, SEEN
from tests.nodes.face.masks import (
    FACE,
    SHOT,
    Mask,
    crop_of,
    crops_of,
    disc,
    made,
    one,
)


def model(path: Path) -> Model:
    return Model(path, "0" * 64, Card(path.stem, "mask"))


def coloured(plate: tuple[float, float, float], pixels: tuple[float, float, float]) -> Crop:
    """A crop of one colour that was swapped into another, given as a screen shows them."""
    from nodegraph.colour.network_light import NetworkLight

    def light(colour: tuple[float, float, float]) -> Mask:
        return NetworkLight.of(SHOT).decode(np.full((256, 256, 3), colour, np.float32))

    crop = crop_of(FACE)
    return replace(crop, plate=frozen(light(plate)), pixels=frozen(light(pixels)))


def test_xseg_sees_the_plate_or_the_swapped_face(tmp_path: Path) -> None:
    plate, swapped = (0.7, 0.4, 0.3), (0.3, 0.1, 0.2)
    crop = coloured(plate, swapped)
    expected = [float(np.array(colour) @ SEEN[0] + SEEN[1]) for colour in (plate, swapped)]
    for make in (mask_networks.xseg, mask_networks.xseg_rows):
        file = model(make(tmp_path / f"{make.__name__}.onnx"))
        for look_at, value in zip(LookAt, [*expected, min(expected)], strict=True):
            knobs = {"shape": Shape.XSEG, "feather": 0.0, "look_at": look_at}
            done = one(mask(crops_of(crop), SHOT, Context(), None, file, **knobs))  # type: ignore[arg-type]
            assert done[128, 128] == pytest.approx(value, abs=1e-3)
            assert not done[0].any()


def test_an_occluder_cuts_where_it_is_below_zero(tmp_path: Path) -> None:
    """A plate with a slope from one colour to another: the edge lies where the sum of its colours crosses 0."""
    from nodegraph.colour.network_light import NetworkLight

    shown = np.full((256, 256, 3), (0.5, 0.0, 0.2), np.float32)
    shown[..., 1] = (np.arange(256) + 0.5) / 256
    crop = replace(crop_of(FACE), plate=frozen(NetworkLight.of(SHOT).decode(shown)))
    file = model(mask_networks.occluder(tmp_path / "any.onnx"))
    done = one(mask(crops_of(crop), SHOT, Context(), None, file, shape=Shape.OCCLUDER, feather=0.0))
    crossing = 256 * (FRONT[0] @ (0.5, 0, 0.2) + FRONT[1]) / -FRONT[0][1]
    assert done[128, 10:].sum() + 10 == pytest.approx(crossing, abs=0.1)
    assert ((done[128, 10:240] > 0.01) & (done[128, 10:240] < 0.99)).sum() <= 2


def test_parts_by_a_network(tmp_path: Path) -> None:
    crop = coloured((0.7, 0.4, 0.3), (0.7, 0.4, 0.3))
    weights, bias = mask_networks.WEIGHTS[19]
    seen = (np.array((0.7, 0.4, 0.3)) - (0.485, 0.456, 0.406)) / (0.229, 0.224, 0.225)
    shares = np.exp(weights @ seen + bias)
    shares /= shares.sum()
    file = model(mask_networks.parsing(tmp_path / "any.onnx"))
    done = one(mask_parts(crops_of(crop), SHOT, Context(), file))
    assert done[128, 128] == pytest.approx(shares[[1, 2, 3, 4, 5, 10, 11, 12, 13]].sum(), abs=1e-3)
    off = dict.fromkeys(("skin", "brows", "eyes", "nose", "mouth", "lips"), False)
    there = crops_of(crop.with_matte(disc(100, 256, 128, 128)))
    kept = one(mask_parts(there, SHOT, Context(), file, hair=True, glasses=True, combine=Combine.SUBTRACT, **off))
    assert kept[128, 128] == pytest.approx(1 - shares[[6, 17]].sum(), abs=1e-3)


def test_a_wrong_model_is_refused(tmp_path: Path) -> None:
    crops = crops_of(crop_of(FACE))
    with pytest.raises(ModelError, match="no parsing model"):
        mask_parts(crops, SHOT, Context(), model(mask_networks.xseg(tmp_path / "xseg.onnx")))
    with pytest.raises(ModelError, match="no xseg model"):
        mask(crops, SHOT, Context(), None, model(mask_networks.parsing(tmp_path / "p.onnx")), shape=Shape.XSEG)
    with pytest.raises(ModelError, match="no model file"):
        mask(crops, SHOT, Context(), None, model(tmp_path / "none.onnx"), shape=Shape.XSEG)


def test_a_difference_is_half_at_its_threshold() -> None:
    shown = 0.5
    for apart, expected in ((0.02, 0.0), (0.1, 0.5), (0.2, 1.0)):
        crop = crop_of(FACE)
        light = [((value + 0.055) / 1.055) ** 2.4 for value in (shown, shown + apart)]
        crop = replace(
            crop, plate=frozen(np.full((256, 256, 3), light[0])), pixels=frozen(np.full((256, 256, 3), light[1]))
        )
        done = made(crop, shape=Shape.DIFFERENCE, threshold=0.1, feather=0.0)
        assert done[128, 128] == pytest.approx(expected, abs=1e-3)
    context = Context()
    mask(crops_of(crop_of(FACE)), SHOT, context, shape=Shape.DIFFERENCE)
    assert "after Swap" in context.warnings[0]
