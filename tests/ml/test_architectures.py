"""Torch weights in safetensors: a tiny architecture comes in by an entry point, as a studio's would."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nodegraph.data.errors import MissingWeights, ModelError
from nodegraph.graph.context import Context
from nodegraph.ml.architectures import Built, TorchFile, architectures
from nodegraph.ml.onnx_file import Tensor
from nodegraph.ml.swappers.source import Source
from nodegraph.ml.swappers.swapper import open_swapper
from tests.ml.swap_models import model

GAIN = np.array([0.9, 0.6, 0.3], np.float32)
PACKAGE = """
def tiny(notes):
    import numpy as np
    import torch
    from nodegraph.ml.architectures import Built
    from nodegraph.ml.onnx_file import Tensor

    size = int(notes.get("size", 256))

    class Tiny(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.gain = torch.nn.Parameter(torch.zeros(1, 3, 1, 1))
            self.weights = torch.nn.Parameter(torch.zeros(512))

        def forward(self, target, source):
            return target * self.gain + (source * self.weights).sum(dim=1)[:, None, None, None]

    inputs = (Tensor("target", (None, 3, size, size), np.float32), Tensor("source", (None, 512), np.float32))
    return Built(Tiny(), inputs, (Tensor("output", (None, 3, size, size), np.float32),))
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package with an architecture, installed as pip would."""
    place = tmp_path / "packages"
    about = place / "a_studio-1.0.dist-info"
    about.mkdir(parents=True)
    (place / "a_studio_networks.py").write_text(PACKAGE)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: a-studio\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[nodegraph.architectures]\ntiny = a_studio_networks:tiny\n")
    monkeypatch.syspath_prepend(str(place))
    monkeypatch.delitem(sys.modules, "a_studio_networks", raising=False)


def weights(path: Path, notes: dict[str, str] | None = None, **more: np.ndarray) -> Path:
    numpy = pytest.importorskip("safetensors.numpy")
    tensors = {"gain": GAIN.reshape(1, 3, 1, 1), "weights": np.full(512, 0.01, np.float32), **more}
    numpy.save_file(tensors, str(path), metadata=notes)
    return path


@pytest.mark.usefixtures("installed")
def test_a_swap_model_of_torch_weights(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    path = weights(tmp_path / "weights of any name", {"size": "64"})
    with pytest.raises(ModelError, match="no swap model that is known: it takes target"):  # no contract has 64
        open_swapper(model(path, architecture="tiny"), Context())
    path = weights(tmp_path / "more", {"architecture": "tiny"})
    for given in (model(path, "hyperswap"), model(path, "hyperswap", architecture="tiny")):
        swapper = open_swapper(given, Context())
        assert (swapper.size, swapper.batches) == (256, True)
        shown = np.random.default_rng(1).uniform(0, 1, (2, 256, 256, 3)).astype(np.float32)
        embedding = np.random.default_rng(2).uniform(0, 1, 512).astype(np.float32)
        told = 0.01 * (embedding / np.linalg.norm(embedding)).sum()
        exact = ((shown - 0.5) / 0.5 * GAIN + told) * 0.5 + 0.5
        np.testing.assert_allclose(swapper.swap(shown, Source(embedding)).faces, exact, atol=1e-5)


@pytest.mark.usefixtures("installed")
def test_weights_of_another_network(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    path = weights(tmp_path / "w", gain=np.zeros((1, 4, 1, 1), np.float32))
    with pytest.raises(ModelError, match="holds no weights of tiny"):
        TorchFile(path, "tiny")
    with pytest.raises(ModelError, match="holds no weights of tiny"):
        TorchFile(weights(tmp_path / "v", extra=np.zeros(3, np.float32)), "tiny")


@pytest.mark.usefixtures("installed")
def test_architectures_are_those_that_are_installed(tmp_path: Path) -> None:
    assert "tiny" in architectures()
    path = weights(tmp_path / "w")
    with pytest.raises(ModelError, match="another, is not installed") as fault:
        TorchFile(path, "another")
    assert "tiny" in fault.value.hint
    with pytest.raises(ModelError, match="nobody says which architecture"):
        TorchFile(path)


def test_an_architecture_may_be_handed_in(tmp_path: Path) -> None:
    """It is called with the notes of the file, and only after these were found whole."""
    asked: list[Mapping[str, str]] = []

    def make(notes: Mapping[str, str]) -> Built:
        asked.append(notes)
        torch = pytest.importorskip("torch")

        class Plus(torch.nn.Module):  # type: ignore[misc, name-defined]
            def __init__(self) -> None:
                super().__init__()
                self.gain = torch.nn.Parameter(torch.zeros(1, 3, 1, 1))
                self.weights = torch.nn.Parameter(torch.zeros(512))

            def forward(self, x: Any) -> Any:
                return x + self.gain, x - self.gain

        pair = (Tensor("more", (1, 3, 2, 2), np.float32), Tensor("less", (1, 3, 2, 2), np.float32))
        return Built(Plus(), (Tensor("x", (1, 3, 2, 2), np.float32),), pair)

    path = weights(tmp_path / "w", {"note": "yes"})
    whole = path.read_bytes()
    for part in (whole[:20], whole[:-7], whole + b"more", b""):
        (tmp_path / "part").write_bytes(part)
        with pytest.raises(ModelError, match="no safetensors file"):
            TorchFile(tmp_path / "part", "plus", {"plus": make})
    assert not asked
    pytest.importorskip("torch")
    network = TorchFile(path, "plus", {"plus": make})
    assert asked == [{"note": "yes"}]
    (less,) = network.run({"x": np.zeros((1, 3, 2, 2))}, ["less"])
    np.testing.assert_allclose(less[0, :, 0, 0], -GAIN)
    with pytest.raises(ModelError, match="failed while it ran"):
        network.run({"x": np.zeros((1, 5, 2, 2))})


def test_without_torch_it_is_told_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    path = weights(tmp_path / "w")
    with pytest.raises(MissingWeights, match="torch is not installed") as fault:
        TorchFile(path, "plus", {"plus": lambda notes: pytest.fail("it was made")})
    assert "pip install" in fault.value.hint
