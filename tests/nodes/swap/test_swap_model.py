"""Swap by a model, with files that onnx.helper makes (see swap_models.py), whose answers are known in closed form."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nodegraph.colour.network_light import NetworkLight
from nodegraph.data.crop import Crop, Crops
from nodegraph.data.errors import ModelError, NodegraphError
from nodegraph.data.faces import Face, Pose, Rect, five_of
from nodegraph.data.identity import Consent, Identity, Photo
from nodegraph.data.image import frozen
from nodegraph.data.shot import Shot
from nodegraph.engine.evaluate import evaluate
from nodegraph.graph.context import Context
from nodegraph.graph.graph import Graph
from nodegraph.graph.knob import File
from nodegraph.graph.library import Library
from nodegraph.graph.node import node
from nodegraph.ml.onnx_file import OnnxFile
from nodegraph.ml.swappers.contracts import CONTRACTS, Feed, called
from nodegraph.ops.reframe import framing
from nodegraph.ops.templates import Template, five_points
from nodes.swap.swap import Contract, Learned, Photographs, swap
from tests.ml.swap_models import (
    GAIN,
    TABLE,
    converter_file,
    dfm_file,
    model,
    recogniser_file,
    swap_file,
    told,
)
from tests.nodes.face.shapes import FORMAT, face_points

SHOT = Shot(format=FORMAT)
LIGHT = NetworkLight.of(SHOT)
SIZE = 256
SAME = np.ones(3, np.float32)
INSWAPPER = called("inswapper")[0]


def crop_of(pixels: np.ndarray, track: str = "face1", **more: Any) -> Crop:
    """A crop, framed as whole_face is, of a face of ellipses."""
    points = face_points(300, 180, 120, roll=0.1)
    matrix = framing(five_of(points), Template.WHOLE_FACE, SIZE)
    return Crop(track, Face(Rect.around(points), 1.0, points, 1.0), matrix, frozen(pixels), frozen(pixels), **more)


def skin(level: float = 0.3) -> np.ndarray:
    """Smooth light with grain and some colour."""
    rng = np.random.default_rng(7)
    rows, columns = np.mgrid[0:SIZE, 0:SIZE] / SIZE
    smooth = level * (0.7 + 0.3 * columns + 0.2 * rows)[..., None] * np.array([1.0, 0.8, 0.6])
    return np.asarray(smooth * rng.normal(1, 0.02, (SIZE, SIZE, 1)), np.float32)


def somebody(*levels: tuple[float, float, float]) -> Identity:
    """By photographs of one colour each, so that it does not matter how they are framed."""
    points = face_points(60, 50, 80)
    face = Face(Rect.around(points), 1.0, points, 1.0)
    photos = [Photo(f"{k}.png", frozen(np.full((120, 130, 3), level)), face) for k, level in enumerate(levels)]
    return Identity("somebody", tuple(photos), "ACEScg", Consent(reason="digital double"))


WHO = somebody((0.2, 0.1, 0.05))


def through(crops: Crop | Crops, identity: Identity = WHO, ctx: Context | None = None, **given: Any) -> Crops:
    """The node, as the runner calls it."""
    models = {name: given.pop(name, None) for name in ("model", "recogniser", "converter")}
    ready = crops if isinstance(crops, Crops) else Crops(FORMAT, "ACEScg", (crops,))
    return swap(ready, identity, *models.values(), SHOT, ctx or Context(), **given)


def shown(light: Any) -> np.ndarray:
    return np.clip(LIGHT.encode(np.asarray(light, np.float32).reshape(1, 1, 3)), 0, 1)[0, 0]


def embedding(level: Any) -> np.ndarray:
    """What the generated recogniser makes of a face of one colour."""
    return np.asarray(((shown(level).astype(np.float64) - 0.5) / 0.5 * 112**2) @ TABLE)


@pytest.fixture
def arcface(tmp_path: Path) -> Any:
    return model(recogniser_file(tmp_path / "r"), "arcface", "recognise")


# -- light ---------------------------------------------------------------------------------------------

CHEEK = (slice(100, 140), slice(60, 100))


def lit() -> np.ndarray:
    """Skin with a highlight of 16 on the cheek, and light below zero beside it."""
    pixels = skin()
    pixels[CHEEK] = (16.0, 15.0, 14.0)
    pixels[170:200, 150:190] = (-0.05, -0.02, -0.08)
    return pixels


def test_a_model_that_changes_nothing_leaves_every_bit(arcface: Any, tmp_path: Path) -> None:
    """Highlights of 16, negative light, grain: all of it."""
    same = model(swap_file(tmp_path / "m", INSWAPPER, gain=SAME, shift=0))
    before = crop_of(lit())
    (after,) = through(before, model=same, recogniser=arcface)
    assert np.array_equal(after.pixels, before.pixels)
    assert after.plate is before.plate
    assert after.identity == "somebody"


def test_a_highlight_of_16_on_the_cheek_stays_one(arcface: Any, tmp_path: Path) -> None:
    """A model that darkens sees white there; what it darkens is taken from 16, not from 1."""
    gain = np.array([0.9, 0.85, 0.8], np.float32)
    (after,) = through(crop_of(lit()), model=model(swap_file(tmp_path / "m", INSWAPPER, gain=gain, shift=0)),
                       recogniser=arcface)  # fmt: skip
    before = lit()
    exact = LIGHT.decode(LIGHT.encode(before[120:121, 80:81]) + (gain - 1))
    np.testing.assert_allclose(after.pixels[120, 80], exact[0, 0], rtol=0.02)
    assert after.pixels[CHEEK][8:-8, 8:-8].min() > 8  # all of it is a highlight, and none is cut
    # Skin beside it comes out as the model has it, within what its pixels can draw.
    part = (slice(140, 160), slice(190, 210))
    wanted = LIGHT.decode(np.clip(LIGHT.encode(before), 0, 1) * gain)
    np.testing.assert_allclose(after.pixels[part].mean(axis=(0, 1)), wanted[part].mean(axis=(0, 1)), rtol=0.01)
    # Light below zero is black to the model, which leaves black as it is.
    np.testing.assert_allclose(after.pixels[176:194, 158:182], before[176:194, 158:182], atol=2e-3)


def test_grain_and_fine_detail_stay(arcface: Any, tmp_path: Path) -> None:
    """The crop is finer than the model: what it cannot draw is the plate's."""
    darker = model(swap_file(tmp_path / "m", INSWAPPER, gain=0.9 * SAME, shift=0))
    rng = np.random.default_rng(2)
    pixels = np.asarray(0.2 * rng.normal(1, 0.05, (SIZE, SIZE, 1)) * np.ones(3), np.float32)
    middle = (slice(64, 192), slice(64, 192))

    def rough(light: np.ndarray) -> float:
        fine = LIGHT.encode(np.ascontiguousarray(light))[middle]
        return float((fine[:, 1:] - fine[:, :-1]).std())

    (kept,) = through(crop_of(pixels), model=darker, recogniser=arcface)
    (gone,) = through(crop_of(pixels), model=darker, recogniser=arcface, detail=0.0, keep_grain=0.0)
    (back,) = through(crop_of(pixels), model=darker, recogniser=arcface, detail=0.0, keep_grain=1.0)
    assert rough(kept.pixels) > 0.9 * rough(pixels)
    assert rough(gone.pixels) < 0.35 * rough(pixels)
    assert rough(back.pixels) > 2 * rough(gone.pixels)
    for each in (kept, gone, back):
        mean = LIGHT.encode(np.ascontiguousarray(each.pixels))[middle].mean()
        assert mean == pytest.approx(0.9 * LIGHT.encode(pixels)[middle].mean(), rel=0.01)


# -- framing -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [contract.name for contract in CONTRACTS if contract.name != "dfm"])
def test_the_model_sees_the_face_as_it_was_trained_to(name: str, arcface: Any, tmp_path: Path) -> None:
    """A model that darkens where its template has the nose darkens the crop's nose, and no other place."""
    contract = called(name)[0]
    size = contract.sizes[0]
    x, y = five_points(Template(contract.template))[2] * size
    gain = np.ones((3, size, size), np.float32)
    rows, columns = np.mgrid[0:size, 0:size] + 0.5
    gain[:] = 1 - np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / (2 * (size / 40) ** 2))
    path = swap_file(tmp_path / "m", contract, gain=gain, shift=0)
    before = crop_of(np.ones((SIZE, SIZE, 3), np.float32))
    recogniser = model(arcface.path, contract.recogniser or "arcface", "recognise")
    cross = contract.converter if name == "hififace" else ""
    converter = model(converter_file(tmp_path / "c"), cross, "convert") if cross else None
    if name == "cscs":
        converter = model(arcface.path, contract.converter, "recognise")
    (after,) = through(
        before, model=model(path, name), recogniser=recogniser, converter=converter, contract=Contract(name)
    )
    darker = (before.pixels - after.pixels).sum(axis=2)
    nose = five_of(before.points)[2]
    matrix = framing(five_of(before.points), Template(contract.template), size)
    there = np.linalg.inv(matrix) @ (x, y, 1)
    down, across = np.unravel_index(int(np.abs(darker).argmax()), darker.shape)
    assert np.hypot(across + 0.5 - there[0], down + 0.5 - there[1]) < 2.5
    assert np.hypot(*(there[:2] - nose)) < 0.06 * SIZE  # five points fit no template exactly
    away = np.hypot(*(np.mgrid[0:SIZE, 0:SIZE][::-1] + 0.5 - there[:2, None, None])) > 0.35 * SIZE
    assert np.abs(darker[away]).max() < 0.02


def test_a_dfm_is_framed_as_the_artist_says(tmp_path: Path) -> None:
    before = crop_of(skin())
    for template in (Template.WHOLE_FACE, Template.HEAD, Template.FULL):
        (after,) = through(before, model=model(dfm_file(tmp_path / "m.dfm")), framing=template, learned=Learned.PLATE)
        matrix = framing(five_of(before.points), template, 64)
        assert after.matte is not None
        inside = seen_at(after.matte, np.linalg.inv(matrix), 64)
        assert inside[8:-8, 8:-8].min() > 0.2


def seen_at(matte: np.ndarray, back: np.ndarray, size: int) -> np.ndarray:
    """The matte at the middles of a model's pixels; 1 where those lie beyond the crop."""
    rows, columns = np.mgrid[0:size, 0:size] + 0.5
    x, y, _ = (back @ np.stack([columns.ravel(), rows.ravel(), np.ones(size * size)])).astype(int)
    inside = (x >= 0) & (y >= 0) & (x < SIZE) & (y < SIZE)
    found = np.where(inside, matte[np.clip(y, 0, SIZE - 1), np.clip(x, 0, SIZE - 1)], 1.0)
    return np.asarray(found.reshape(size, size))


# -- who -----------------------------------------------------------------------------------------------

FLAT = (0.15, 0.2, 0.25)


def shift_of(after: Crop) -> np.ndarray:
    """What a model added to a flat crop, on the curve of a screen."""
    return np.asarray(LIGHT.encode(after.pixels[120:130, 120:130]).mean(axis=(0, 1)) - shown(FLAT))


def flat() -> Crop:
    return crop_of(np.full((SIZE, SIZE, 3), FLAT, np.float32))


def test_photographs_become_an_embedding(arcface: Any, tmp_path: Path) -> None:
    adds = model(swap_file(tmp_path / "m", INSWAPPER, gain=SAME))
    for levels in ([(0.2, 0.1, 0.05)], [(0.2, 0.1, 0.05), (0.05, 0.3, 0.6), (0.4, 0.4, 0.1)]):
        (after,) = through(flat(), somebody(*levels), model=adds, recogniser=arcface)
        each = [embedding(level) for level in levels]
        mean = np.mean([one / np.linalg.norm(one) for one in each], axis=0)
        np.testing.assert_allclose(shift_of(after), told(INSWAPPER, mean), atol=2e-3)


def test_frontal_photographs_count_more(arcface: Any, tmp_path: Path) -> None:
    one, other = somebody((0.2, 0.1, 0.05), (0.05, 0.3, 0.6)).photos
    aside = replace(other, face=replace(other.face, pose=Pose(0, 80, 0)))
    who = Identity("x", (one, aside), "ACEScg", Consent(reason="own face"))
    adds = model(swap_file(tmp_path / "m", INSWAPPER, gain=SAME))
    (after,) = through(flat(), who, model=adds, recogniser=arcface, photographs=Photographs.FRONTAL)
    np.testing.assert_allclose(shift_of(after), told(INSWAPPER, embedding((0.2, 0.1, 0.05))), atol=3e-3)


def test_a_model_that_is_shown_a_picture(tmp_path: Path) -> None:
    contract = called("blendswap")[0]
    tiny = (1e-5, 2e-5, 3e-5)  # its generated model sums a whole picture
    (after,) = through(flat(), somebody(tiny), model=model(swap_file(tmp_path / "m", contract, gain=SAME)))
    picture = np.broadcast_to(shown(tiny), (112, 112, 3))
    wanted = np.clip(shown(FLAT) + told(contract, picture), 0, 1) - shown(FLAT)
    np.testing.assert_allclose(shift_of(after), wanted, atol=3e-3)


@pytest.mark.parametrize(("strength", "share"), [(0.0, 0.35), (1.0, -0.35)])
def test_strength(strength: float, share: float, arcface: Any, tmp_path: Path) -> None:
    adds = model(swap_file(tmp_path / "m", INSWAPPER, gain=SAME))
    (after,) = through(flat(), model=adds, recogniser=arcface, strength=strength)
    own, plate = told(INSWAPPER, embedding((0.2, 0.1, 0.05))), told(INSWAPPER, embedding(FLAT))
    np.testing.assert_allclose(shift_of(after), (1 - share) * own + share * plate, atol=3e-3)


def test_each_track_gets_its_own_face(arcface: Any, tmp_path: Path) -> None:
    adds = model(swap_file(tmp_path / "m", INSWAPPER, gain=0.5 * SAME, shift=0))
    both = Crops(FORMAT, "ACEScg", (crop_of(skin()), crop_of(skin(), "face2")))
    one, other = through(both, model=adds, recogniser=arcface, track="face2")
    assert one is both.crops[0]
    assert other.pixels.mean() < 0.5 * one.pixels.mean()
    nobody = through(Crops(FORMAT, "ACEScg", ()), model=adds, recogniser=arcface)
    assert len(nobody) == 0


def test_a_face_without_landmarks_is_told(tmp_path: Path) -> None:
    blind, ctx = replace(flat(), face=Face(Rect(0, 0, 9, 9))), Context()
    (after,) = through(blind, ctx=ctx, model=model(dfm_file(tmp_path / "m.dfm")))
    assert after is blind
    assert ctx.misses == ["a face without landmarks"]


def test_a_person_is_looked_at_once(arcface: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names: list[str] = []
    run = OnnxFile.run
    monkeypatch.setattr(OnnxFile, "run", lambda self, *given: names.append(self.path.name) or run(self, *given))
    adds, ctx = model(swap_file(tmp_path / "m", INSWAPPER)), Context()
    for _ in range(3):
        through(flat(), ctx=ctx, model=adds, recogniser=arcface)
    assert names == ["r", "m", "m", "m"]
    through(flat(), somebody((0.3, 0.3, 0.3)), ctx=ctx, model=adds, recogniser=arcface)
    assert names[4:] == ["r", "m"]


# -- looks, mattes, faults -----------------------------------------------------------------------------


@pytest.mark.parametrize("boost", [2, 3])
def test_a_boost_looks_more_often_and_says_the_same(
    boost: int, arcface: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    darker = model(swap_file(tmp_path / "m", INSWAPPER, gain=GAIN, shift=0))
    (once,) = through(crop_of(skin()), model=darker, recogniser=arcface)
    counted: list[int] = []
    run = OnnxFile.run
    monkeypatch.setattr(
        OnnxFile, "run", lambda self, feeds, *given: counted.append(len(feeds)) or run(self, feeds, *given)
    )
    (more,) = through(crop_of(skin()), model=darker, recogniser=arcface, boost=boost)
    assert counted == [1, *[2] * boost**2]
    np.testing.assert_allclose(more.pixels, once.pixels, atol=0.012)


MATTES = {
    Learned.PRODUCT: lambda new, plate: new * plate,
    Learned.MINIMUM: np.minimum,
    Learned.NEW: lambda new, plate: new,
    Learned.PLATE: lambda new, plate: plate,
}


@pytest.mark.parametrize("learned", list(Learned))
def test_a_dfm_draws_mattes(learned: Learned, tmp_path: Path) -> None:
    file = model(dfm_file(tmp_path / "m.dfm", 128))
    outside = np.linspace(0, 1, SIZE * SIZE, dtype=np.float32).reshape(SIZE, SIZE)
    for matte in (None, outside):
        before = crop_of(np.full((SIZE, SIZE, 3), FLAT, np.float32), matte=None if matte is None else frozen(matte))
        (after,) = through(before, model=file, learned=learned)
        np.testing.assert_allclose(LIGHT.encode(after.pixels[120:121, 120:121])[0, 0], shown(FLAT) * GAIN, atol=2e-3)
        if learned is Learned.NONE:
            assert after.matte is before.matte
            continue
        assert after.matte is not None
        wanted = MATTES[learned](0.8, shown(FLAT)[1])
        found = after.matte[40:216, 40:216] / (1 if matte is None else matte[40:216, 40:216])
        np.testing.assert_allclose(found, wanted, atol=2e-3)


def test_a_dfm_morphs(tmp_path: Path) -> None:
    file = model(dfm_file(tmp_path / "m.dfm", 128, morphs=True))
    values = [through(flat(), model=file, morph=morph).crops[0] for morph in (0.0, 1.0)]
    np.testing.assert_allclose(shift_of(values[1]) - shift_of(values[0]), 0.1, atol=1e-3)


def test_mix(tmp_path: Path) -> None:
    file = model(dfm_file(tmp_path / "m.dfm", 128))
    (whole,), (half,) = through(flat(), model=file), through(flat(), model=file, mix=0.5)
    np.testing.assert_allclose(shift_of(half), shift_of(whole) / 2, atol=1e-4)


def test_what_is_wrong_is_told(arcface: Any, tmp_path: Path) -> None:
    alike = model(swap_file(tmp_path / "a", called("hyperswap")[0]))
    with pytest.raises(ModelError, match="hyperswap or simswap or ghost or hififace"):
        through(flat(), model=alike, recogniser=arcface)
    assert through(flat(), model=alike, recogniser=arcface, contract=Contract.HYPERSWAP)
    with pytest.raises(ModelError, match="no recogniser is wired"):
        through(flat(), model=model(swap_file(tmp_path / "b", INSWAPPER)))
    with pytest.raises(ModelError, match="no photographs"):
        through(flat(), Identity("nobody", (), "ACEScg"), model=alike, recogniser=arcface, contract=Contract.HYPERSWAP)
    with pytest.raises(ModelError, match="no swap model"):
        through(flat(), model=arcface, recogniser=arcface)


def test_the_knob_knows_every_contract() -> None:
    assert {each.value for each in Contract} == {contract.name for contract in CONTRACTS} | {"auto"}
    assert all(Template(contract.template) for contract in CONTRACTS)
    assert all(Template(each.source_template) for each in CONTRACTS if each.feed is Feed.IMAGE)


def test_the_page_has_every_contract() -> None:
    page = (Path(__file__).parents[3] / "docs" / "swap-models.md").read_text("utf-8")
    for contract in CONTRACTS:
        (row,) = [line for line in page.splitlines() if line.startswith(f"| `{contract.name}`")]
        assert contract.name == "dfm" or contract.template in row
        for size in contract.sizes:
            assert str(size) in row
        if contract.converter:
            assert contract.converter in row


@node
def flat_crops() -> Crops:
    """A face on a flat plate."""
    return Crops(FORMAT, "ACEScg", (flat(),))


@node
def one_person() -> Identity:
    """Somebody."""
    return WHO


def test_files_from_load_model_through_the_engine(tmp_path: Path) -> None:
    """A graph as an artist wires it; the files are found relative to the project."""
    swap_file(tmp_path / "a.onnx", INSWAPPER, gain=GAIN)
    recogniser_file(tmp_path / "b.onnx")
    graph = Graph(Library.discover().with_nodes(flat_crops, one_person), shot=SHOT)
    graph = graph.add("FlatCrops", "C").add("OnePerson", "I").add("Swap", "S")
    graph = graph.add("LoadModel", "A", file=File("a.onnx")).add("LoadModel", "B", file=File("b.onnx"))
    wires = {"crops": "C", "identity": "I", "model": "A", "recogniser": "B"}
    for name, source in wires.items():
        graph = graph.connect("S", name, source)
    (after,) = evaluate(graph, "S", 1001, root=tmp_path)
    wanted = shown(FLAT) * GAIN + told(INSWAPPER, embedding((0.2, 0.1, 0.05))) - shown(FLAT)
    np.testing.assert_allclose(shift_of(after), wanted, atol=3e-3)
    with pytest.raises(NodegraphError, match=r"^S: inswapper is told who it is by an embedding"):
        evaluate(graph.disconnect("S", "recogniser"), "S", 1001, root=tmp_path)
