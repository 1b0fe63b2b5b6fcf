"""Swap models, by files that onnx.helper makes and whose answers are known in closed form (see swap_models.py)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from onnx import helper

from nodegraph.data.errors import ModelError
from nodegraph.graph.context import Context
from nodegraph.ml.swappers.contracts import CONTRACTS, Contract, Feed
from nodegraph.ml.swappers.source import Source, averaged
from nodegraph.ml.swappers.swapper import open_swapper
from tests.ml.saving import saved
from tests.ml.swap_models import (
    GAIN,
    NAMES,
    constant,
    dfm_file,
    model,
    swap_file,
    told,
    value,
)

OTHERS = [contract for contract in CONTRACTS if contract.name != "dfm"]
PAIRS = [pytest.param(contract, size, id=f"{contract.name}-{size}") for contract in OTHERS for size in contract.sizes]
ALIKE = ("hyperswap", "simswap", "ghost", "hififace")  # source 1 x 512, target 1 x 3 x 256 x 256


def named(name: str) -> Contract:
    return next(contract for contract in CONTRACTS if contract.name == name)


def faces(size: int, count: int = 1) -> np.ndarray:
    """Noise, another level in each channel, so that none stands for another."""
    rng = np.random.default_rng(size)
    return np.asarray(rng.uniform(0, 0.6, (count, size, size, 3)) + np.array([0.3, 0.15, 0.0]), np.float32)


def person(contract: Contract, seed: int = 3) -> Source:
    rng = np.random.default_rng(seed)
    if contract.feed is Feed.IMAGE:
        side = contract.source_size
        return Source(image=np.asarray(rng.uniform(0, seed * 1e-4, (side, side, 3)) * (0.9, 0.5, 0.2), np.float32))
    return Source(np.asarray(rng.normal(0, 0.1, 512), np.float32))


def expected(contract: Contract, shown: np.ndarray, source: Source) -> np.ndarray:
    """What the published program would feed, and what the generated model makes of it."""
    given = source.embedding if source.image is None else source.image
    assert given is not None
    own = (shown.astype(np.float64) - contract.into.mean) / contract.into.std
    return (own * GAIN + told(contract, given)) * contract.out.std + contract.out.mean


# -- the contracts, number by number, as their publishers have them ------------------------------------

IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
PLAIN, HALVES = ((0, 0, 0), (1, 1, 1)), ((0.5,) * 3, (0.5,) * 3)
PUBLISHED = {  # mean and std in, mean and std out, framing
    "inswapper": (PLAIN, PLAIN, "arcface_128"),
    "instyleswapper": (PLAIN, PLAIN, "arcface_128"),
    "hyperswap": (HALVES, HALVES, "arcface_128"),
    "simswap": (IMAGENET, PLAIN, "arcface_112_v1"),
    "simswap_unofficial": (PLAIN, PLAIN, "arcface_112_v1"),
    "simswap_ffhq": (PLAIN, PLAIN, "ffhq_512"),
    "simswap_512": (PLAIN, PLAIN, "arcface_128"),
    "ghost": (HALVES, HALVES, "arcface_112_v1"),
    "ghost_unet": (HALVES, HALVES, "arcface_128"),
    "uniface": (HALVES, HALVES, "ffhq_512"),
    "blendswap": (PLAIN, PLAIN, "ffhq_512"),
    "hififace": (HALVES, HALVES, "mtcnn_512"),
    "cscs": (HALVES, HALVES, "ffhq_512"),
}


@pytest.mark.parametrize("contract", OTHERS, ids=lambda contract: contract.name)
def test_light_is_scaled_as_the_publisher_does(contract: Contract) -> None:
    into, out, template = PUBLISHED[contract.name]
    assert (contract.into, contract.out) == (into, out)
    assert contract.template == template


@pytest.mark.parametrize(("contract", "size"), PAIRS)
def test_every_contract_at_every_size(contract: Contract, size: int, tmp_path: Path) -> None:
    path = swap_file(tmp_path / "a file of any name.bin", contract, size)
    swapper = open_swapper(model(path, contract.name), Context())
    assert swapper.contract is contract
    assert swapper.size == size
    shown, source = faces(size), person(contract)
    result = swapper.swap(shown, source)
    assert result.mattes is None
    assert result.faces.dtype == np.float32
    np.testing.assert_allclose(result.faces, expected(contract, shown, source), atol=1e-3)
    # Not by chance: another order of the channels, or another person, makes another face.
    assert np.abs(result.faces - expected(contract, shown[..., ::-1], source)).max() > 0.05
    assert np.abs(result.faces - swapper.swap(shown, person(contract, 4)).faces).max() > 0.01


@pytest.mark.parametrize("contract", OTHERS, ids=lambda contract: contract.name)
def test_half_floats(contract: Contract, tmp_path: Path) -> None:
    swapper = open_swapper(model(swap_file(tmp_path / "m", contract, half=True), contract.name), Context())
    shown, source = faces(swapper.size), person(contract)
    exact = expected(contract, shown, source)
    # A sum over a picture has few digits in halves; all else has three.
    near = 0.02 if contract.feed is Feed.IMAGE else 6e-3
    np.testing.assert_allclose(swapper.swap(shown, source).faces, exact, atol=near)


@pytest.mark.parametrize("contract", OTHERS, ids=lambda contract: contract.name)
def test_several_faces_are_those_one_by_one(contract: Contract, tmp_path: Path) -> None:
    single = open_swapper(model(swap_file(tmp_path / "one", contract), contract.name), Context())
    many = open_swapper(model(swap_file(tmp_path / "many", contract, batch="n"), contract.name), Context())
    assert not single.batches
    assert many.batches
    shown, source = faces(single.size, 3), person(contract)
    one_by_one = np.concatenate([single.swap(face[None], source).faces for face in shown])
    np.testing.assert_allclose(single.swap(shown, source).faces, one_by_one, atol=1e-6)
    np.testing.assert_allclose(many.swap(shown, source).faces, one_by_one, atol=1e-5)


def test_several_frames_on_a_fast_device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads that swap at the same time get their own faces back."""
    monkeypatch.setattr("nodegraph.ml.swappers.swapper.gathers", lambda network: True)
    swapper = open_swapper(model(dfm_file(tmp_path / "m.dfm", 32, morphs=True)), Context())
    shown = faces(32, 24)
    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(lambda k: swapper.swap(shown[k : k + 1 + k % 2], morph=k % 3 / 2).faces, range(23)))
    for k, each in enumerate(done):
        np.testing.assert_allclose(each, shown[k : k + 1 + k % 2] * GAIN + 0.1 * (k % 3 / 2), atol=1e-6)


def test_a_file_that_only_says_that_it_takes_several(tmp_path: Path) -> None:
    path = tmp_path / "m.dfm"
    inputs, outputs = [value("in_face:0", "n", 32, 32, 3)], [value("out_celeb_face:0", "n", 32, 32, 3)]
    nodes = [helper.make_node("Reshape", ["in_face:0", "one"], ["out_celeb_face:0"])]
    one = [constant("one", [1, 32, 32, 3], np.int64)]
    swapper = open_swapper(model(saved(path, helper.make_graph(nodes, "dfm", inputs, outputs, one))), Context())
    assert swapper.batches
    np.testing.assert_array_equal(swapper.swap(faces(32, 3)).faces, faces(32, 3))
    assert not swapper.batches


def test_no_faces_are_no_faces(tmp_path: Path) -> None:
    contract = named("inswapper")
    swapper = open_swapper(model(swap_file(tmp_path / "m", contract)), Context())
    assert swapper.swap(faces(128, 0), person(contract)).faces.shape == (0, 128, 128, 3)


# -- which contract it is ------------------------------------------------------------------------------

TOLD_BY_CONTENT = [
    ("inswapper", 128, "inswapper"),
    ("inswapper", 256, "inswapper"),
    ("inswapper", 512, "inswapper"),
    ("instyleswapper", 256, "inswapper"),  # fed just alike
    ("simswap_unofficial", 224, "simswap_unofficial"),
    ("simswap_unofficial", 512, "simswap_unofficial"),
    ("simswap_unofficial", 1024, "simswap_unofficial"),
    ("simswap_512", 512, "simswap_512"),
    ("ghost_unet", 256, "ghost_unet"),
    ("uniface", 256, "uniface"),
    ("blendswap", 256, "blendswap"),
    ("cscs", 256, "cscs"),
]


@pytest.mark.parametrize(("kind", "size", "found"), TOLD_BY_CONTENT)
def test_told_by_names_shapes_and_constants(kind: str, size: int, found: str, tmp_path: Path) -> None:
    path = swap_file(tmp_path / "hyperswap_1a_256.onnx", named(kind), size)  # its name says something else
    assert open_swapper(model(path), Context()).contract.name == found


@pytest.mark.parametrize("kind", ALIKE)
def test_nothing_is_guessed_where_contracts_are_fed_alike(kind: str, tmp_path: Path) -> None:
    path = swap_file(tmp_path / f"{kind}_256.onnx", named(kind))
    with pytest.raises(ModelError, match="hyperswap or simswap or ghost or hififace") as fault:
        open_swapper(model(path), Context())
    assert "contract" in fault.value.hint
    assert open_swapper(model(path, kind), Context()).contract.name == kind  # the card says it
    assert open_swapper(model(path), Context(), kind).contract.name == kind  # the artist says it
    assert open_swapper(model(path, "hyperswap"), Context(), kind).contract.name == kind  # who goes before the card


def test_a_card_may_say_the_family(tmp_path: Path) -> None:
    for size, name in ((256, "simswap"), (512, "simswap_unofficial")):
        path = swap_file(tmp_path / str(size), named(name), size)
        assert open_swapper(model(path, "simswap"), Context()).contract.name == name
    assert open_swapper(model(path, "simswap_ffhq"), Context()).contract.template == "ffhq_512"


def test_a_card_that_is_wrong_is_told(tmp_path: Path) -> None:
    path = swap_file(tmp_path / "m.onnx", named("uniface"))
    with pytest.raises(ModelError, match=r"contract inswapper that its card names.*source 1x3x256x256") as fault:
        open_swapper(model(path, "inswapper"), Context())
    assert "uniface" in fault.value.hint
    with pytest.raises(ModelError, match="called gfpgan"):
        open_swapper(model(path, "gfpgan"), Context())


# -- who goes in ---------------------------------------------------------------------------------------


def test_a_matrix_may_come_from_another_file(tmp_path: Path) -> None:
    without = model(swap_file(tmp_path / "style", named("instyleswapper"), emap=None), "instyleswapper")
    with pytest.raises(ModelError, match="matrix of inswapper"):
        open_swapper(without, Context())
    other = np.random.default_rng(8).normal(0, 0.05, (512, 512)).astype(np.float32)
    swapper = open_swapper(without, Context(), emap=model(swap_file(tmp_path / "in", named("inswapper"), emap=other)))
    shown, source = faces(256), person(named("inswapper"))
    assert source.embedding is not None
    exact = shown * GAIN + told(named("inswapper"), source.embedding, other)
    np.testing.assert_allclose(swapper.swap(shown, source).faces, exact, atol=1e-3)


@pytest.mark.parametrize("name", ["inswapper", "hyperswap", "simswap", "ghost", "hififace"])
@pytest.mark.parametrize(("strength", "share"), [(0.0, 0.35), (0.25, 0.175), (0.5, 0.0), (1.0, -0.35)])
def test_strength_goes_between_the_two_persons(name: str, strength: float, share: float, tmp_path: Path) -> None:
    contract = named(name)
    swapper = open_swapper(model(swap_file(tmp_path / "m", contract), name), Context())
    shown, source = faces(swapper.size, 2), person(contract)
    target = np.random.default_rng(4).normal(0, 2, (2, 512)).astype(np.float32)
    assert source.embedding is not None
    own = (shown - contract.into.mean) / contract.into.std * GAIN
    for k in range(2):
        more = (1 - share) * told(contract, source.embedding) + share * told(contract, target[k])
        exact = (own[k] + more) * contract.out.std + contract.out.mean
        result = swapper.swap(shown, source, target=target, strength=strength).faces[k]
        np.testing.assert_allclose(result, exact, atol=1e-3)


def test_the_mean_of_several_is_of_their_directions() -> None:
    one, other = np.zeros((2, 512), np.float32)
    one[0], other[1] = 10, 2
    mean = averaged(np.stack([one, other]))
    np.testing.assert_allclose(
        mean[:2], np.array([6, 6]) / np.sqrt(2), rtol=1e-6
    )  # half-way, and as long as on average
    weighted = averaged(np.stack([one, other]), [3, 1])
    np.testing.assert_allclose(weighted[:2], np.array([3, 1]) / np.sqrt(10) * 8, rtol=1e-6)
    np.testing.assert_allclose(averaged(one[None]), one, rtol=1e-6)


def test_what_is_missing_is_told(tmp_path: Path) -> None:
    embedded = open_swapper(model(swap_file(tmp_path / "a", named("inswapper"))), Context())
    with pytest.raises(ModelError, match="embedding"):
        embedded.swap(faces(128))
    with pytest.raises(ModelError, match="512 finite numbers"):
        embedded.swap(faces(128), Source(np.full(512, np.nan, np.float32)))
    pictured = open_swapper(model(swap_file(tmp_path / "b", named("uniface"))), Context())
    with pytest.raises(ModelError, match="256 x 256"):
        pictured.swap(faces(256), Source(np.ones(512, np.float32)))


# -- DeepFaceLab ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
def test_dfm_is_bound_by_name(order: tuple[int, ...], tmp_path: Path) -> None:
    swapper = open_swapper(model(dfm_file(tmp_path / "somebody.dfm", 96, order=order)), Context())
    assert swapper.contract.name == "dfm"
    assert (swapper.size, swapper.morphs, swapper.batches) == (96, False, True)
    shown = faces(96, 2)
    result = swapper.swap(shown)
    np.testing.assert_allclose(result.faces, shown * GAIN, atol=1e-6)  # RGB again
    assert result.mattes is not None
    np.testing.assert_allclose(result.mattes.swapped, np.full((2, 96, 96), 0.8), atol=1e-6)
    np.testing.assert_allclose(result.mattes.plate, shown[..., 1], atol=1e-6)


@pytest.mark.parametrize("morph", [0.0, 0.75, 1.0])
def test_dfm_morphs(morph: float, tmp_path: Path) -> None:
    swapper = open_swapper(model(dfm_file(tmp_path / "amp.dfm", morphs=True)), Context())
    assert swapper.morphs
    shown = faces(64)
    np.testing.assert_allclose(swapper.swap(shown, morph=morph).faces, shown * GAIN + 0.1 * morph, atol=1e-6)


def test_every_contract_has_a_generated_model() -> None:
    assert set(NAMES) == set(PUBLISHED) | {"dfm"}
