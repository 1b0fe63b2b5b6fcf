"""insightface's own classes as witnesses: the same generated file (onnx.helper) gives the same face and embedding."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from nodegraph.graph.context import Context
from nodegraph.ml.recognisers import open_recogniser
from nodegraph.ml.swappers.contracts import called
from nodegraph.ml.swappers.source import Source
from nodegraph.ml.swappers.swapper import open_swapper
from nodegraph.ops.templates import Template, five_points
from tests.ml.swap_models import model, recogniser_file, swap_file


@pytest.fixture
def insightface() -> Iterator[Any]:
    """The package, which warns about parts of others that it uses."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield pytest.importorskip("insightface")


def picture(size: int = 200) -> np.ndarray:
    y, x = np.mgrid[0:size, 0:size] / size
    return np.asarray(np.stack([120 + 100 * x, 90 + 80 * np.sin(6 * y), 60 + 50 * x * y], axis=-1), np.uint8)


def test_inswapper(insightface: Any, tmp_path: Path) -> None:
    path = swap_file(tmp_path / "inswapper.onnx", called("inswapper")[0])
    theirs = insightface.model_zoo.get_model(str(path), providers=["CPUExecutionProvider"])
    assert type(theirs).__name__ == "INSwapper"
    embedding = np.random.default_rng(2).normal(0, 1, 512).astype(np.float32)
    normed = embedding / np.linalg.norm(embedding)
    points = (five_points(Template.ARCFACE_128) * 128 * 0.9 + 30).astype(np.float32)
    bgr = picture()
    face, matrix = theirs.get(
        bgr, SimpleNamespace(kps=points), SimpleNamespace(normed_embedding=normed), paste_back=False
    )
    aligned, _ = insightface.utils.face_align.norm_crop2(bgr, points, 128)
    shown = np.asarray(aligned[None, :, :, ::-1] / 255, np.float32)
    ours = open_swapper(model(path), Context()).swap(shown, Source(embedding)).faces[0]
    cut = np.clip(ours[..., ::-1] * 255, 0, 255)  # as whole numbers, cut off, in theirs
    assert np.abs(cut - face.astype(np.float32) - 0.5).max() <= 0.51
    # Its framing is the template's.
    np.testing.assert_allclose(
        points @ matrix[:, :2].T + matrix[:, 2], five_points(Template.ARCFACE_128) * 128, atol=2e-3
    )


def test_recogniser(insightface: Any, tmp_path: Path) -> None:
    path = recogniser_file(tmp_path / "w600k_r50.onnx")
    theirs = insightface.model_zoo.get_model(str(path), providers=["CPUExecutionProvider"])
    assert type(theirs).__name__ == "ArcFaceONNX"
    bgr = picture(112)
    embedding = theirs.get_feat(bgr)
    shown = np.asarray(bgr[None, :, :, ::-1] / 255, np.float32)
    ours = open_recogniser(model(path, "arcface", "recognise"), Context()).embed(shown)
    np.testing.assert_allclose(ours, embedding, atol=1e-5)
    assert np.abs(ours).max() > 0.1
