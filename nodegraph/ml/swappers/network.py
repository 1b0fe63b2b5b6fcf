"""A network from a file of either kind: ONNX, or torch weights whose card names an architecture."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from numpy.typing import NDArray

from nodegraph.data.errors import ModelError
from nodegraph.data.model import Model
from nodegraph.ml.onnx_file import OnnxFile, Tensor

T = TypeVar("T")


class Loader(Protocol):
    """What loads live things once and shares them: the Context of a node."""

    def load(self, key: Hashable, make: Callable[[], T]) -> T: ...


class Network(Protocol):
    """Tensors go in by name, tensors come out."""

    @property
    def inputs(self) -> Mapping[str, Tensor]: ...

    @property
    def outputs(self) -> Mapping[str, Tensor]: ...

    def run(self, feeds: Mapping[str, NDArray[Any]], wanted: Sequence[str] | None = None) -> list[NDArray[Any]]: ...


def open_network(model: Model, ctx: Loader) -> Network:
    """The live network of a model, told by how the file begins."""
    from nodegraph.ml.architectures import TorchFile
    from nodegraph.ml.probe import format_of

    path, architecture = model.path, model.card.architecture
    format = format_of(path)
    if format == "torch":
        raise ModelError(
            f"{path.name} is a pickled file, which swap models are never read from",
            "convert it to safetensors, and name its architecture in a card",
        )
    if format == "safetensors":
        return ctx.load(("torch", path, architecture), lambda: TorchFile(path, architecture))
    return ctx.load(("onnx", path), lambda: OnnxFile(path))
