"""Recognisers and converters, by files that onnx.helper makes and whose answers are known (see swap_models.py)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nodegraph.data.errors import ModelError
from nodegraph.data.model import Card, Model
from nodegraph.graph.context import Context
from nodegraph.ml.recognisers import Identifier, open_converter, open_identifier, open_recogniser
from nodegraph.ml.swappers.contracts import called
from tests.ml.swap_models import TABLE, converter_file, model, recogniser_file

HALVES = ((0.5,) * 3, (0.5,) * 3)
IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
KINDS = {
    "arcface": (HALVES, "arcface_112_v2"),
    "arcface_simswap": (IMAGENET, "arcface_112_v2"),
    "arcface_ghost": (HALVES, "arcface_112_v2"),
    "arcface_cscs": (HALVES, "ffhq_512"),
    "cscs_id_adapter": (HALVES, "ffhq_512"),
}


def faces(count: int = 2, seed: int = 5) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.asarray(rng.uniform(0, 0.6, (count, 112, 112, 3)) + np.array([0.3, 0.15, 0.0]), np.float32)


def says(shown: np.ndarray, kind: str) -> np.ndarray:
    """What a generated recogniser makes of faces."""
    (mean, std), _ = KINDS[kind]
    return np.asarray(((shown.astype(np.float64) - mean) / std).sum(axis=(1, 2)) @ TABLE)


def unit(rows: np.ndarray) -> np.ndarray:
    return np.asarray(rows / np.linalg.norm(rows, axis=-1, keepdims=True))


@pytest.mark.parametrize("batch", [1, "n"])
@pytest.mark.parametrize("kind", list(KINDS))
def test_each_is_shown_faces_in_its_own_way(kind: str, batch: int | str, tmp_path: Path) -> None:
    given = model(recogniser_file(tmp_path / "r", batch=batch), kind, "recognise")
    recogniser = open_recogniser(given, Context(), kind)
    assert recogniser.seen.template == KINDS[kind][1]
    rows = recogniser.embed(faces())
    np.testing.assert_allclose(rows, says(faces(), kind), atol=1e-4)
    assert np.abs(rows - says(faces()[..., ::-1], kind)).max() > 0.05  # RGB, not BGR
    assert recogniser.embed(faces(0)).shape == (0, 512)


def test_converters(tmp_path: Path) -> None:
    converter = open_converter(
        model(converter_file(tmp_path / "c"), "crossface", "convert"), Context(), "crossface_ghost"
    )
    rows = np.random.default_rng(1).normal(0, 1, (3, 512)).astype(np.float32)
    np.testing.assert_allclose(converter.convert(rows), 2 * rows[:, ::-1], rtol=1e-6)


def opened(name: str, recogniser: Model | None, converter: Model | None = None) -> Identifier | None:
    return open_identifier(called(name)[0], recogniser, converter, Context())


def test_several_photographs_are_one_person(tmp_path: Path) -> None:
    given = model(recogniser_file(tmp_path / "r"), "arcface", "recognise")
    identifier = opened("inswapper", given)
    assert identifier is not None
    shown = faces(3)
    one = unit(says(shown, "arcface"))
    for weights in (None, np.array([1, 2, 5], np.float32)):
        source = identifier.source(shown, weights).embedding
        assert source is not None
        np.testing.assert_allclose(unit(source), unit(np.average(one, axis=0, weights=weights)), atol=1e-5)


@pytest.mark.parametrize("name", ["simswap", "ghost", "hififace"])
def test_w600k_is_converted(name: str, tmp_path: Path) -> None:
    given = model(recogniser_file(tmp_path / "r"), "arcface", "recognise")
    identifier = opened(name, given, model(converter_file(tmp_path / "c"), f"crossface_{name}", "convert"))
    assert identifier is not None
    source = identifier.source(faces(1)).embedding
    np.testing.assert_allclose(source, 2 * says(faces(1), "arcface")[0, ::-1], atol=1e-3)


def test_cscs_adds_two(tmp_path: Path) -> None:
    path = recogniser_file(tmp_path / "r")
    identifier = opened("cscs", model(path, "arcface_cscs", "recognise"), model(path, "cscs_id_adapter", "recognise"))
    assert identifier is not None
    np.testing.assert_allclose(identifier.look(faces()), 2 * unit(says(faces(), "arcface_cscs")), atol=1e-5)


def test_what_is_missing_or_does_not_belong_is_told(tmp_path: Path) -> None:
    arcface = model(recogniser_file(tmp_path / "r"), "arcface", "recognise")
    cross = model(converter_file(tmp_path / "c"), "crossface_ghost", "convert")
    assert opened("uniface", None) is None
    assert opened("dfm", None) is None
    for name, words in (("inswapper", "arcface"), ("ghost", "crossface_ghost"), ("hififace", "converter")):
        with pytest.raises(ModelError, match="no recogniser is wired") as fault:
            opened(name, None)
        assert words in fault.value.hint
    with pytest.raises(ModelError, match="crossface_hififace"):
        opened("hififace", arcface)
    with pytest.raises(ModelError, match="cscs_id_adapter"):
        opened("cscs", arcface)
    with pytest.raises(ModelError, match="crossface_ghost, and the swap model needs crossface_simswap"):
        opened("simswap", arcface, cross)
    with pytest.raises(ModelError, match="arcface_ghost, and the swap model knows arcface_simswap"):
        opened("simswap", model(arcface.path, "arcface_ghost", "recognise"))
    known = Card(
        "w600k", "recognise", "arcface", sha256="4c06341c33c2ca1f86781dab0e829f88ad5b64be9fba56e56bc9ebdefc619e43"
    )
    with pytest.raises(ModelError, match="does not know the embeddings"):
        opened("ghost", Model(arcface.path, known.sha256, known))
    with pytest.raises(ModelError, match="no recogniser: one takes a picture of 112"):
        opened("inswapper", model(cross.path, "", "recognise"))
    with pytest.raises(ModelError, match="no recogniser: one takes a picture of 112"):
        opened("inswapper", model(recogniser_file(tmp_path / "large", size=224), "", "recognise"))
    with pytest.raises(ModelError, match="no converter"):
        opened("ghost", arcface, model(arcface.path, "", "convert"))
