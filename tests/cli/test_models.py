"""`nodegraph models`: files are known by what is in them, copied whole, and fetched only as their card says."""

from __future__ import annotations

import hashlib
import json
import pickle
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from nodegraph.cli.main import main
from nodegraph.data.errors import ModelError
from nodegraph.data.model import Card
from nodegraph.ml import cards
from nodegraph.ml.probe import probe
from tests.nodes.swap import networks

Out = pytest.CaptureFixture[str]
PACKAGES = [Path(__file__).parents[2] / name for name in ("nodegraph", "nodes", "presets")]


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def listed(capsys: Out) -> list[dict[str, object]]:
    assert main(["models", "list", "--json"]) == 0
    rows: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return rows


# -- cards ---------------------------------------------------------------------------------------------


def test_the_built_in_cards_are_sound() -> None:
    built_in = cards.built_in()
    assert len({card.name.casefold() for card in built_in}) == len(built_in) >= 60
    told = [card.sha256 for card in built_in if card.sha256]
    assert len(set(told)) == len(told) >= 30
    for card in built_in:
        assert card.kind
        assert card.contract
        assert card.licence or card.note or card.source
        assert not card.url or (card.url.startswith("https://") and card.sha256), card.name
        if "Non-Commercial" in card.licence or "exclude commercial" in card.trained_on:
            assert card.commercial is False, card.name
        if card.commercial:
            assert card.licence, card.name


def test_a_card_is_found_by_content_and_not_by_name(tmp_path: Path) -> None:
    path = networks.restorer(tmp_path / "GFPGANv1.4.onnx")
    card = cards.card_of(path, digest(path))
    assert (card.kind, card.contract, card.commercial) == ("restore", "gfpgan", None)
    known = next(card for card in cards.built_in() if card.name == "GFPGANv1.4")
    assert cards.card_of(path, known.sha256).trained_on == known.trained_on != ""


def test_the_card_beside_a_file_counts_only_for_its_content(tmp_path: Path) -> None:
    path = networks.restorer(tmp_path / "ours.onnx")
    ours = Card("ours", "restore", "gfpgan", sha256=digest(path), licence="our own", commercial=True)
    cards.place_of(path).write_text(cards.text_of(ours))
    assert cards.card_of(path, digest(path)) == ours
    networks.restorer(path, add=0.5)
    assert cards.card_of(path, digest(path)).commercial is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "[" * 100_000,
        '{"name": "a"}',
        '{"name": "a", "kind": "swap", "commercial": "yes"}',
        '{"name": "a", "kind": "swap", "run": "rm"}',
        '{"name": "a", "kind": "swap", "sha256": "xyz"}',
    ],
)
def test_a_broken_card_is_told(tmp_path: Path, text: str) -> None:
    path = networks.restorer(tmp_path / "a.onnx")
    cards.place_of(path).write_text(text)
    with pytest.raises(ModelError, match=r"a\.onnx\.card\.json"):
        cards.card_of(path, digest(path))


# -- add, list, show -----------------------------------------------------------------------------------


def test_add_copies_it_and_writes_its_card(home: Path, tmp_path: Path, capsys: Out) -> None:
    source = networks.restorer(tmp_path / "mine.onnx", 1024)
    words = ["--licence", "CC0", "--commercial", "yes", "--source", "us", "--trained-on", "our own pictures"]
    assert main(["models", "add", str(source), *words]) == 0
    assert "mine.onnx" in capsys.readouterr().out
    copy = home / "mine.onnx"
    assert copy.read_bytes() == source.read_bytes()
    card = cards.card_of(copy, digest(copy))
    assert card == Card(
        "mine", "restore", "gpen", size=source.stat().st_size, sha256=digest(source), licence="CC0", commercial=True,
        source="us", trained_on="our own pictures",
    )  # fmt: skip
    assert sorted(path.name for path in home.iterdir()) == ["mine.onnx", "mine.onnx.card.json"]
    first = next(row for row in listed(capsys) if row["name"] == "mine")
    assert (first["name"], first["path"], first["commercial"]) == ("mine", str(copy), True)
    for name in ("mine", "MINE.onnx", str(copy)):
        assert main(["models", "show", name]) == 0
        told = capsys.readouterr().out
        assert "our own pictures" in told
        assert "input 1x3x1024x1024 float32" in told
    assert main(["models", "add", str(source), "--commercial", "no"]) == 0
    assert "here already" in capsys.readouterr().out
    assert cards.card_of(copy, digest(copy)).commercial is False
    assert cards.card_of(copy, digest(copy)).licence == ""  # the card beside the copy was not the source's


def test_add_never_overwrites_another_model(home: Path, tmp_path: Path, capsys: Out) -> None:
    assert main(["models", "add", str(networks.restorer(tmp_path / "a.onnx"))]) == 0
    before = digest(home / "a.onnx")
    other = networks.upscaler(tmp_path / "other" / "a.onnx")
    assert main(["models", "add", str(other)]) == 1
    assert "--as" in capsys.readouterr().err
    assert digest(home / "a.onnx") == before
    assert main(["models", "add", str(other), "--as", "../b.onnx"]) == 1
    assert main(["models", "add", str(other), "--as", "b.onnx"]) == 0
    assert digest(home / "b.onnx") == digest(other)


def test_add_takes_the_card_of_a_usual_file_only_if_it_can_be_it(home: Path, tmp_path: Path, capsys: Out) -> None:
    source = networks.restorer(tmp_path / "a.onnx")
    assert main(["models", "add", str(source), "--card", "gfpgan_1.4"]) == 0
    assert cards.card_of(home / "a.onnx", digest(source)).licence == "Apache-2.0"
    capsys.readouterr()
    for name, words in (("GFPGANv1.4", "another"), ("real_esrgan_x4", "not for upscale"), ("nothing", "no card")):
        assert main(["models", "add", str(source), "--card", name]) == 1
        assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("build", "kind", "contract"),
    [
        (lambda path: networks.restorer(path, 512), "restore", "gfpgan"),
        (lambda path: networks.restorer(path, 256), "restore", "gpen"),
        (lambda path: networks.restorer(path, 2048), "restore", "gpen"),
        (lambda path: networks.codeformer(path), "restore", "codeformer"),
        (lambda path: networks.codeformer(path, names=("x", "w", "y")), "restore", "codeformer"),
        (lambda path: networks.restoreformer(path), "restore", "restoreformer"),
        (lambda path: networks.vqfr(path), "restore", "vqfr"),
        (lambda path: networks.upscaler(path, 4), "upscale", "upscale"),
        (lambda path: networks.upscaler(path, 2, side=64), "upscale", "upscale"),
        (lambda path: networks.upscaler(path, 2, side=512, declared=False), "upscale", "upscale"),
    ],
)
def test_a_file_is_known_by_its_names_and_shapes(
    build: Callable[[Path], Path], kind: str, contract: str, tmp_path: Path
) -> None:
    found = probe(build(tmp_path / "some file"))
    assert (found.format, found.kind, found.contract) == ("onnx", kind, contract)


def safetensors(path: Path, notes: dict[str, str] | None = None, cut: int = 0) -> Path:
    data = np.arange(6, dtype=np.float32).tobytes()
    header = {"layer.weight": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, len(data)]}}
    text = json.dumps({**header, **({"__metadata__": notes} if notes else {})}).encode()
    whole = len(text).to_bytes(8, "little") + text + data
    path.write_bytes(whole[: len(whole) - cut])
    return path


def pickled(path: Path, value: object) -> Path:
    """A torch file as far as its table goes."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(value, protocol=2))
    return path


class Hostile:
    def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
        return Path, ("/tmp/pwned",)


def test_safetensors_say_their_architecture(tmp_path: Path) -> None:
    found = probe(safetensors(tmp_path / "a.bin", {"kind": "swap", "architecture": "LIAE", "contract": "torch"}))
    assert (found.format, found.kind, found.architecture) == ("safetensors", "swap", "LIAE")
    assert probe(safetensors(tmp_path / "b.bin")).kind == ""


def hostile_files(folder: Path) -> Iterator[tuple[str, Path]]:
    whole = networks.restorer(folder / "whole.onnx").read_bytes()
    for name, content in {
        "empty.onnx": b"",
        "text.onnx": b"not a model at all",
        "cut.onnx": whole[: len(whole) // 2],
        "cut.safetensors": safetensors(folder / "x", cut=3).read_bytes(),
        "huge_header.safetensors": (1 << 40).to_bytes(8, "little") + b"{}",
        "no_header.safetensors": (40).to_bytes(8, "little") + b"{" * 40,
        "old.pth": pickle.dumps({"a": 1}, protocol=2),
        "broken.pth": b"PK\x03\x04" + bytes(40),
    }.items():
        path = folder / name
        path.write_bytes(content)
        yield name, path
    yield "hostile.pth", pickled(folder / "hostile.pth", {"state": Hostile()})
    yield "stacked.pth", _stacked(folder / "stacked.pth")
    yield "outside.onnx", networks.outside(folder / "outside.onnx")
    yield "foreign.onnx", networks.foreign(folder / "foreign.onnx")
    for what in ("branch", "sparse", "foreign branch", "function"):
        yield f"{what}.onnx", networks.hidden(folder / f"{what}.onnx", what)


def _stacked(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(Hostile(), protocol=4))
    return path


def test_what_is_broken_or_hostile_is_refused_in_words(home: Path, tmp_path: Path, capsys: Out) -> None:
    files = dict(hostile_files(tmp_path))
    assert len(files) == 16
    for name, path in files.items():
        assert main(["models", "add", str(path)]) == 1, name
        told = capsys.readouterr().err
        assert name in told
        assert len(told.splitlines()) == 2, told  # what is wrong, and what to do
    assert not home.exists() or not list(home.iterdir())


def test_a_harmless_torch_file_is_taken(tmp_path: Path) -> None:
    from collections import OrderedDict

    assert probe(pickled(tmp_path / "a.pth", OrderedDict(a=1, b=[2.0]))).format == "torch"


def test_a_broken_file_in_the_folder_stops_no_list(home: Path, capsys: Out) -> None:
    networks.upscaler(home / "good.onnx")
    (home / "bad.onnx").write_bytes(b"nothing")
    rows = {Path(str(row["path"])).name: row for row in listed(capsys) if "path" in row}
    assert "bad.onnx" in str(rows["bad.onnx"]["fault"])
    assert rows["good.onnx"]["kind"] == "upscale"
    assert main(["models", "list"]) == 0
    assert "bad.onnx" in capsys.readouterr().out


def test_list_and_show_know_the_usual_ones(home: Path, capsys: Out) -> None:
    assert main(["models", "list"]) == 0
    told = capsys.readouterr().out
    assert "inswapper_128" in told
    assert "can be fetched" in told
    assert main(["models", "show", "codeformer"]) == 0
    assert "S-Lab" in capsys.readouterr().out
    assert main(["models", "show", "dlib 68 landmarks"]) == 0
    told = capsys.readouterr().out
    assert "300-W" in told
    assert "shape_predictor_68" in told  # it was installed along
    assert main(["models", "show", "no such thing"]) == 1
    assert "models list" in capsys.readouterr().err
