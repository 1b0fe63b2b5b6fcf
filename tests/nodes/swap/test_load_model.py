"""LoadModel: the right file, known by its content, looked at once for the shot."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from nodegraph.data.errors import MissingWeights, ModelError, NodeError
from nodegraph.data.model import Card, Model
from nodegraph.engine.evaluate import evaluate
from nodegraph.engine.plan import Planner
from nodegraph.engine.render import render
from nodegraph.graph import model_files
from nodegraph.graph.graph import Graph
from nodegraph.graph.knob import File
from nodegraph.graph.library import Library
from nodegraph.ml import cards
from nodegraph.ml.upscalers import Upscaler
from nodes.swap.load_model import load_model
from tests.nodes.swap import networks


@pytest.fixture(autouse=True)
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for models, beside none of the artist's own."""
    folder = tmp_path / "shelf"
    monkeypatch.setenv(model_files.VARIABLE, str(folder))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return folder


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_file_where_it_is_said_to_be(tmp_path: Path, shelf: Path) -> None:
    path = networks.restorer(tmp_path / "a.onnx")
    networks.restorer(shelf / "a.onnx", add=0.5)
    model = load_model(file=File(path))
    assert model == Model(path, digest(path), model.card)
    assert (model.card.kind, model.card.contract, model.card.commercial) == ("restore", "gfpgan", None)


@pytest.mark.parametrize("place", ["shelf", "shelf/deep/down", "models", "data/nodegraph/models"])
def test_a_file_is_found_by_name_in_the_folders(place: str, tmp_path: Path) -> None:
    path = networks.restorer(tmp_path / place / "a.onnx")
    assert load_model(file=File(tmp_path / "a.onnx")).path == path


def test_the_nearest_folder_goes_first(tmp_path: Path, shelf: Path) -> None:
    networks.restorer(shelf / "a[1].onnx", add=0.5)
    near = networks.restorer(tmp_path / "models" / "a[1].onnx")
    assert load_model(file=File(tmp_path / "a[1].onnx")).path == near


def test_with_a_sha256_only_that_content_will_do(tmp_path: Path, shelf: Path) -> None:
    """Not another file of that name, but that file under another name."""
    networks.restorer(tmp_path / "a.onnx")
    other = networks.restorer(shelf / "renamed.onnx", add=0.5)
    assert load_model(file=File(tmp_path / "a.onnx"), sha256=digest(other).upper()).path == other
    with pytest.raises(MissingWeights, match=r"a\.onnx with the content 000000000000"):
        load_model(file=File(tmp_path / "a.onnx"), sha256="0" * 64)


def test_what_is_missing_or_broken_is_told(tmp_path: Path) -> None:
    with pytest.raises(MissingWeights, match=r"gone\.onnx is not here") as told:
        load_model(file=File(tmp_path / "gone.onnx"))
    assert "nodegraph models add" in told.value.hint
    with pytest.raises(MissingWeights, match="no file"):
        load_model()
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"\x08\x07nothing")
    with pytest.raises(ModelError, match=r"broken\.onnx"):
        load_model(file=File(broken))


def test_the_card_and_a_contract_by_hand(tmp_path: Path) -> None:
    path = networks.restorer(tmp_path / "a.onnx")
    card = Card("ours", "restore", "gpen", licence="own", commercial=True, sha256=digest(path))
    cards.place_of(path).write_text(cards.text_of(card))
    assert load_model(file=File(path)).card == card
    assert load_model(file=File(path), contract="other").card.contract == "other"


def graph(file: str) -> Graph:
    made = (
        Graph(Library.discover()).add("TestPlate", "Plate", size=(32.0, 24.0)).add("LoadModel", "Load", file=File(file))
    )
    made = made.add("SuperResolution", "Up").connect("Up", "image", "Plate").connect("Up", "model", "Load")
    return made.add("Write", "Out", file=File("out/a.####.exr")).connect("Out", "image", "Up")


def test_it_is_the_same_step_on_every_frame_and_follows_the_file(tmp_path: Path) -> None:
    path = networks.upscaler(tmp_path / "up.onnx", 2)

    def key(frame: int = 1001) -> bytes:
        return Planner(graph("up.onnx"), tmp_path).plan("Load", frame).feed.step.key

    planner = Planner(graph("up.onnx"), tmp_path)
    assert planner.plan("Load", 1001).feed.step is planner.plan("Load", 1050).feed.step
    assert planner.plan("Load", 1001).feed.step.static
    before = key()
    assert key(1050) == before
    shutil.copyfile(path, tmp_path / "copy.onnx")
    networks.upscaler(path, 4)
    assert key() != before  # another content
    shutil.copyfile(tmp_path / "copy.onnx", path)
    assert key() == before  # the same again, at another time
    cards.place_of(path).write_text(cards.text_of(Card("ours", "upscale", commercial=True)))
    assert key() != before  # another card
    path.unlink()
    assert key() != before
    with pytest.raises(NodeError, match=r"Load.*up\.onnx is not here"):
        evaluate(graph("up.onnx"), "Load", root=tmp_path)


def test_a_network_is_loaded_once_for_a_render(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = networks.upscaler(tmp_path / "up.onnx", 2)
    opened: list[Path] = []
    start = Upscaler.__init__

    def counted(self: Upscaler, model: Model) -> None:
        opened.append(model.path)
        start(self, model)

    monkeypatch.setattr(Upscaler, "__init__", counted)
    report = render(graph("up.onnx"), "Out", range(1001, 1005), root=tmp_path, workers=2)
    assert len(report.done) == 4
    assert opened == [path]
    assert evaluate(graph("up.onnx"), "Up", 1001, root=tmp_path).format == (64, 48, 1.0)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 554253681\n", "git lfs pull"),
        ("<!DOCTYPE html><html><body>Sign in to download</body></html>", "a page of the web"),
        ("nothing in particular", "copy it again"),
    ],
)
def test_what_came_instead_of_a_download_is_told(text: str, hint: str, tmp_path: Path) -> None:
    path = tmp_path / "inswapper.onnx"
    path.write_text(text)
    with pytest.raises(ModelError, match="is no ONNX model") as told:
        load_model(file=File(path))
    assert hint in told.value.hint
