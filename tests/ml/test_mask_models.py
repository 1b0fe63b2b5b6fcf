"""Mask networks: generated files of one layer, and what they must give by the published contracts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from nodegraph.data.errors import ModelError
from nodegraph.ml.mask_models import FARL_11, FARL_19, PARTS, Kind, MaskNetwork, contract_of
from nodegraph.ml.onnx_file import OnnxFile
from nodegraph.ml.probe import probe
from tests.ml import mask_networks
from tests.ml.mask_networks import FRONT, SEEN, WEIGHTS
from tests.ml.saving import saved

MEAN, STD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
# The classes as their publishers number them.
BISENET = {
    "skin": [1],
    "brows": [2, 3],
    "eyes": [4, 5],
    "glasses": [6],
    "ears": [7, 8, 9],
    "nose": [10],
    "mouth": [11],
    "lips": [12, 13],
    "neck": [14, 15],
    "cloth": [16],
    "hair": [17],
    "hat": [18],
}
LAPA = {"skin": [1], "brows": [2, 3], "eyes": [4, 5], "nose": [6], "lips": [7, 9], "mouth": [8], "hair": [10]}
CELEBM = {
    "neck": [1, 18],
    "skin": [2],
    "cloth": [3],
    "ears": [4, 5, 17],
    "brows": [6, 7],
    "eyes": [8, 9],
    "nose": [10],
    "mouth": [11],
    "lips": [12, 13],
    "hair": [14],
    "glasses": [15],
    "hat": [16],
}


def picture(size: int) -> NDArray[np.float32]:
    """Colours that change slowly, other ones everywhere."""
    y, x = np.mgrid[:size, :size] / size
    return np.stack([x, y, 0.5 + 0.5 * np.sin(3 * x + 2 * y)], axis=-1).astype(np.float32)


def likely(shown: NDArray[np.float32], count: int, chosen: list[int]) -> NDArray[np.float64]:
    weights, bias = WEIGHTS[count]
    scores = shown.astype(np.float64) @ weights.T + bias
    shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray((shares / shares.sum(axis=-1, keepdims=True))[..., chosen].sum(axis=-1))


@pytest.mark.parametrize("part", PARTS)
def test_bisenet_of_19_classes(part: str, tmp_path: Path) -> None:
    network = MaskNetwork(OnnxFile(mask_networks.parsing(tmp_path / "any.onnx")), Kind.PARSING)
    shown = picture(512)
    expected = likely((shown - MEAN) / STD, 19, BISENET[part])
    np.testing.assert_allclose(network.matte(shown, frozenset([part])), expected, atol=2e-5)


@pytest.mark.parametrize(("count", "classes"), [(11, LAPA), (19, CELEBM)])
def test_farl_looks_at_448_and_norms_by_itself(count: int, classes: dict[str, list[int]], tmp_path: Path) -> None:
    network = MaskNetwork(OnnxFile(mask_networks.parsing(tmp_path / "any.onnx", count, 448)), Kind.PARSING)
    shown = picture(448)
    assert network.contract.classes == (FARL_11 if count == 11 else FARL_19)
    for part, numbers in classes.items():
        np.testing.assert_allclose(network.matte(shown, frozenset([part])), likely(shown, count, numbers), atol=2e-5)


def test_all_parts_and_none(tmp_path: Path) -> None:
    network = MaskNetwork(OnnxFile(mask_networks.parsing(tmp_path / "any.onnx")), Kind.PARSING)
    shown = picture(512)
    every = network.matte(shown, frozenset(PARTS))
    np.testing.assert_allclose(every, 1 - likely((shown - MEAN) / STD, 19, [0]), atol=2e-5)
    assert not network.matte(shown).any()


def test_further_outputs_and_open_sizes(tmp_path: Path) -> None:
    """Some files carry more heads, or leave their size open; a head of 19 planes is found by its planes."""
    several = MaskNetwork(OnnxFile(mask_networks.parsing(tmp_path / "a.onnx", more=(1, 7))), Kind.PARSING)
    open_ = MaskNetwork(OnnxFile(mask_networks.parsing(tmp_path / "b.onnx", size="side")), Kind.PARSING)
    assert several.contract.output == "output"
    assert open_.contract.size == 512
    shown, hair = picture(300), frozenset(["hair"])
    assert np.array_equal(several.matte(shown, hair), open_.matte(shown, hair))
    assert several.matte(shown, hair).shape == (300, 300)


@pytest.mark.parametrize("make", [mask_networks.xseg, mask_networks.xseg_rows], ids=["channels first", "rows first"])
def test_both_layouts_of_xseg_see_the_same(make, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """One of RGB planes, one of rows of BGR: the weights are the same, so that the mattes must be."""
    network = MaskNetwork(OnnxFile(make(tmp_path / "any.onnx")), Kind.XSEG)
    assert network.contract.rows_first == (make is mask_networks.xseg_rows)
    shown = picture(256)
    expected = np.clip(shown @ SEEN[0] + SEEN[1], 0, 1)
    assert expected.min() == 0
    np.testing.assert_allclose(network.matte(shown), expected, atol=1e-5)
    small = network.matte(picture(64))
    np.testing.assert_allclose(small, np.clip(picture(64) @ SEEN[0] + SEEN[1], 0, 1), atol=0.02)


def test_an_occluder_gives_what_is_above_zero(tmp_path: Path) -> None:
    network = MaskNetwork(OnnxFile(mask_networks.occluder(tmp_path / "any.onnx")), Kind.OCCLUDER)
    shown = picture(256)
    np.testing.assert_allclose(network.matte(shown), shown @ FRONT[0] + FRONT[1], atol=1e-5)


def test_half_precision(tmp_path: Path) -> None:
    whole, half = (
        MaskNetwork(OnnxFile(mask_networks.xseg(tmp_path / f"{half}.onnx", half=half)), Kind.XSEG)
        for half in (False, True)
    )
    np.testing.assert_allclose(half.matte(picture(256)), whole.matte(picture(256)), atol=2e-3)


def test_what_a_network_sees_lies_in_its_range(tmp_path: Path) -> None:
    """Highlights, negative light and broken pixels never reach it."""
    network = MaskNetwork(OnnxFile(mask_networks.xseg(tmp_path / "any.onnx")), Kind.XSEG)
    shown = picture(256)
    wild = shown.copy()
    wild[10, 10], wild[20, 20], wild[30, 30] = 16.0, -1.0, np.nan
    tame = shown.copy()
    tame[10, 10], tame[20, 20], tame[30, 30] = 1.0, 0.0, 0.0
    assert np.array_equal(network.matte(wild), network.matte(tame))


WRONG = {
    "an occluder as xseg": (mask_networks.occluder, Kind.XSEG, "an occluder model"),
    "xseg as occluder": (mask_networks.xseg, Kind.OCCLUDER, "an xseg model"),
    "xseg of rows as occluder": (mask_networks.xseg_rows, Kind.OCCLUDER, "no occluder model"),
    "xseg as parsing": (mask_networks.xseg, Kind.PARSING, "no parsing model"),
    "parsing as xseg": (mask_networks.parsing, Kind.XSEG, "no xseg model"),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=list(WRONG))
def test_a_file_of_another_kind_is_refused(wrong, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    make, wanted, words = wrong
    with pytest.raises(ModelError, match=words) as caught:
        contract_of(OnnxFile(make(tmp_path / "any.onnx")), wanted)
    assert caught.value.hint


KNOWN = {
    "bisenet": (mask_networks.parsing, "parsing_19"),
    "bisenet of any size": (lambda path: mask_networks.parsing(path, size="side"), "parsing_19"),
    "farl of 11": (lambda path: mask_networks.parsing(path, 11, 448), "farl_11"),
    "farl of 19": (lambda path: mask_networks.parsing(path, 19, 448), "farl_19"),
    "xseg": (mask_networks.xseg, "xseg"),
    "xseg of rows": (mask_networks.xseg_rows, "xseg_rows"),
    "occluder": (mask_networks.occluder, "occluder"),
}


@pytest.mark.parametrize("known", KNOWN.values(), ids=list(KNOWN))
def test_models_tells_the_same_of_a_file(known, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """What `nodegraph models add` and LoadModel say is what the masks feed it by."""
    make, contract = known
    found = probe(make(tmp_path / "any.onnx"))
    assert (found.kind, found.contract) == ("mask", contract)
    wanted = Kind.XSEG if "xseg" in contract else Kind.OCCLUDER if contract == "occluder" else Kind.PARSING
    file = OnnxFile(tmp_path / "any.onnx")
    assert contract_of(file, wanted, contract) == contract_of(file, wanted)


def test_a_card_settles_what_a_file_leaves_open(tmp_path: Path) -> None:
    """An XSeg under an occluder's names, and a FaRL of any size."""
    named = OnnxFile(mask_networks.occluder(tmp_path / "named.onnx"))
    assert contract_of(named, Kind.XSEG, "xseg").kind is Kind.XSEG
    open_ = contract_of(OnnxFile(mask_networks.parsing(tmp_path / "o.onnx", size="side")), Kind.PARSING, "farl_19")
    assert open_.classes == FARL_19
    assert open_.size == 448
    assert open_.mean == (0, 0, 0)


def test_a_part_that_the_model_does_not_know(tmp_path: Path) -> None:
    network = MaskNetwork(OnnxFile(mask_networks.parsing(tmp_path / "any.onnx", 11, 448)), Kind.PARSING)
    with pytest.raises(ModelError, match="does not know glasses") as caught:
        network.matte(picture(64), frozenset(["skin", "glasses"]))
    assert "hair" in caught.value.hint


def test_a_file_that_says_one_size_and_gives_another(tmp_path: Path) -> None:
    """Its declared sizes are open, and what comes out is half as large."""
    from onnx import TensorProto, helper

    nodes = [
        helper.make_node("AveragePool", ["input"], ["small"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("ReduceMean", ["small"], ["output"], axes=[1], keepdims=1),
    ]
    graph = helper.make_graph(
        nodes,
        "half",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, "h", "w"])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 1, "a", "b"])],
    )
    path = saved(tmp_path / "half.onnx", graph)
    network = MaskNetwork(OnnxFile(path), Kind.XSEG)
    with pytest.raises(ModelError, match="1x1x128x128, not 1x1x256x256"):
        network.matte(picture(256))


def test_numbers_that_are_none(tmp_path: Path) -> None:
    path = mask_networks.planes(tmp_path / "nan.onnx", np.full((1, 3), np.nan), np.zeros(1), 256)
    network = MaskNetwork(OnnxFile(path), Kind.XSEG)
    with pytest.raises(ModelError, match="numbers that are none"):
        network.matte(picture(256))


def test_a_truncated_file_runs_nothing(tmp_path: Path) -> None:
    path = mask_networks.xseg(tmp_path / "cut.onnx")
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(ModelError):
        OnnxFile(path)
