"""ONNX files: opened with care, known by the names and shapes of what goes in and comes out, never by their name."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.errors import ModelError
from nodegraph.data.threads import cores

TYPES: Mapping[str, Any] = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
    "tensor(uint8)": np.uint8,
    "tensor(bool)": np.bool_,
}
DOMAINS = frozenset(("", "ai.onnx", "ai.onnx.ml", "com.microsoft"))  # operators that onnxruntime itself brings


@dataclass(frozen=True)
class Tensor:
    """What goes in or comes out: its name, its shape (None where any size will do) and its type."""

    name: str
    shape: tuple[int | None, ...]
    type: Any

    def fits(self, *shape: int | None) -> bool:
        """True if it can have this shape; None stands for any size."""
        return len(shape) == len(self.shape) and all(
            ours is None or theirs is None or ours == theirs for ours, theirs in zip(self.shape, shape, strict=True)
        )


class OnnxFile:
    """A network from an ONNX file, loaded once and shared by all threads. Get one by `ctx.load`."""

    def __init__(self, path: Path) -> None:
        _inspect(path)
        self.path = path
        self._session = _session(path)
        self.inputs = {tensor.name: tensor for tensor in map(_tensor, self._session.get_inputs())}
        self.outputs = {tensor.name: tensor for tensor in map(_tensor, self._session.get_outputs())}
        self._lock = threading.Lock()

    def run(self, feeds: Mapping[str, NDArray[Any]], wanted: Sequence[str] | None = None) -> list[NDArray[Any]]:
        """Run it: arrays by name, made of the type that it wants; what comes out, in the order wanted."""
        names = list(wanted or self.outputs)
        typed = {name: np.ascontiguousarray(array, self.inputs[name].type) for name, array in feeds.items()}
        try:
            return [np.asarray(result) for result in self._session.run(names, typed)]
        except Exception as fault:  # onnxruntime raises its own kinds, one for each of its states
            raise ModelError(
                f"{self.path.name} failed while it ran: {_first_line(fault)}",
                "the file does not keep to its contract; try another copy of the model",
            ) from fault


def finite(values: NDArray[Any], name: str) -> NDArray[Any]:
    """What a network gave back, if all of it is numbers."""
    if not np.isfinite(values).all():
        raise ModelError(
            f"{name} gave back numbers that are none",
            "half floats overflow in some models: try the one with full floats",
        )
    return values


def described(path: Path) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """What goes into a file's network and what comes out of it, by name; it is looked at, not loaded."""
    model = _inspect(path)
    constants = {each.name for each in model.graph.initializer}
    inputs = [_declared(each) for each in model.graph.input if each.name not in constants]
    outputs = [_declared(each) for each in model.graph.output]
    if any(None in each.shape for each in outputs) and not any(None in each.shape[1:] for each in inputs):
        import onnx

        outputs = [_declared(each) for each in onnx.shape_inference.infer_shapes(model).graph.output]
    return {each.name: each for each in inputs}, {each.name: each for each in outputs}


def _declared(value: Any) -> Tensor:
    from onnx.helper import tensor_dtype_to_np_dtype

    tensor = value.type.tensor_type
    shape = tuple(size.dim_value if size.dim_value > 0 else None for size in tensor.shape.dim)
    try:
        kind = tensor_dtype_to_np_dtype(tensor.elem_type).type
    except KeyError:  # a sequence or map, or no type at all
        kind = np.float32
    return Tensor(value.name, shape, kind)


def _no_model(path: Path) -> ModelError:
    """What to say of a file that does not hold what it should; often it is what came instead of a download."""
    with path.open("rb") as file:
        begins = file.read(256).lstrip()
    hint = "fetch or copy it again"
    if begins.startswith(b"version https://git-lfs"):
        hint = "it only names the file that git-lfs keeps elsewhere: git lfs pull fetches that"
    elif begins[:1] == b"<":
        hint = "it is a page of the web, as comes instead of a file that needs a login or a click: fetch it again"
    return ModelError(f"{path.name} is no ONNX model, or only a part of one", hint)


def _inspect(path: Path) -> Any:
    """Refuse what is no model, names other files or wants operators from outside; nothing of it is run."""
    import onnx
    from google.protobuf.message import DecodeError

    if not path.is_file():
        raise ModelError(f"there is no model file {path}", "check the path")
    try:
        model = onnx.load(str(path), load_external_data=False)
    except OSError as fault:
        raise ModelError(f"the model {path} cannot be read: {fault.strerror}", "check the path") from fault
    except (DecodeError, ValueError) as fault:
        raise _no_model(path) from fault
    if not model.graph.output or not model.ir_version:
        raise _no_model(path)
    nodes = list(_nodes([*model.graph.node, *(node for function in model.functions for node in function.node)]))
    if any(tensor.data_location == onnx.TensorProto.EXTERNAL for tensor in _tensors(model.graph, nodes)):
        raise ModelError(
            f"{path.name} keeps its weights in other files, which is not allowed: it could name any file",
            "save it as one file",
        )
    foreign = sorted({node.domain for node in nodes} - DOMAINS - {function.domain for function in model.functions})
    if foreign:
        raise ModelError(f"{path.name} needs operators of {', '.join(foreign)}", "only standard operators are run")
    return model


def _nodes(nodes: Iterable[Any]) -> Iterator[Any]:
    """All nodes, those of branches and loops too."""
    for node in nodes:
        yield node
        for branch in _branches(node):
            yield from _nodes(branch.node)


def _branches(node: Any) -> Iterator[Any]:
    for attribute in node.attribute:
        yield from ([attribute.g] if attribute.HasField("g") else [])
        yield from attribute.graphs


def _tensors(graph: Any, nodes: Iterable[Any]) -> Iterator[Any]:
    """All constants of a graph, of its branches, and within its nodes."""
    sparse = []
    for each in [graph, *(branch for node in nodes for branch in _branches(node))]:
        yield from each.initializer
        sparse += each.sparse_initializer
    for attribute in (attribute for node in nodes for attribute in node.attribute):
        yield attribute.t
        yield from attribute.tensors
        sparse += [attribute.sparse_tensor, *attribute.sparse_tensors]
    for each in sparse:
        yield from (each.values, each.indices)


def _session(path: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = cores()
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=providers())
    except Exception as fault:  # onnxruntime raises its own kinds, one for each of its states
        raise ModelError(f"{path.name} cannot be loaded: {_first_line(fault)}", "fetch or copy it again") from fault


def providers() -> list[str]:
    """What networks are run by on this machine, the fastest first."""
    import onnxruntime

    have = onnxruntime.get_available_providers()
    wanted = ("CUDAExecutionProvider", "ROCMExecutionProvider", "CoreMLExecutionProvider", "DmlExecutionProvider")
    return [*(name for name in wanted if name in have), "CPUExecutionProvider"]


def _tensor(described: Any) -> Tensor:
    shape = tuple(size if isinstance(size, int) and size > 0 else None for size in described.shape)
    return Tensor(described.name, shape, TYPES.get(described.type, np.float32))


def _first_line(fault: Exception) -> str:
    return (str(fault).strip() or type(fault).__name__).splitlines()[0][:200]
