"""Torch weights: a safetensors file whose card names an architecture, and the door by which architectures come in.

An architecture is an entry point of the group `nodegraph.architectures`: its name is what cards say, and it loads as a
function from the notes in the file to a `Built`. Code comes from installed packages alone, never out of a file.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.errors import MissingWeights, ModelError
from nodegraph.ml.onnx_file import Tensor
from nodegraph.ml.safe_weights import safetensors_header

GROUP = "nodegraph.architectures"


@dataclass(frozen=True, eq=False)
class Built:
    """A network without its weights: a torch module, called with its inputs in order, and what goes in and out."""

    module: Any  # torch.nn.Module; returns a tensor, or a tuple of them in the order of the outputs
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]


Architecture = Callable[[Mapping[str, str]], Built]


def architectures() -> Mapping[str, Architecture]:
    """All that are installed, by name; nothing is imported before one is called."""
    from importlib.metadata import entry_points

    def later(point: Any, notes: Mapping[str, str]) -> Built:
        built: Built = point.load()(notes)
        return built

    return {point.name: partial(later, point) for point in entry_points(group=GROUP)}


class TorchFile:
    """A network from safetensors, loaded once and shared by all threads. Get one by `ctx.load`."""

    def __init__(self, path: Path, architecture: str = "", known: Mapping[str, Architecture] | None = None) -> None:
        notes = {str(key): str(value) for key, value in (safetensors_header(path).get("__metadata__") or {}).items()}
        wanted = architecture or notes.get("architecture", "")
        make = _found(path, wanted, architectures() if known is None else known)
        torch, load_file = _torch(path)
        built = make(notes)
        try:
            built.module.load_state_dict(load_file(str(path)), strict=True)
        except (RuntimeError, OSError) as fault:  # RuntimeError: names or shapes that are not the architecture's
            raise ModelError(
                f"{path.name} holds no weights of {wanted}: {_short(fault)}", "its card may name another architecture"
            ) from fault
        self.path = path
        self.inputs: Mapping[str, Tensor] = {tensor.name: tensor for tensor in built.inputs}
        self.outputs: Mapping[str, Tensor] = {tensor.name: tensor for tensor in built.outputs}
        self._torch = torch
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self._module = built.module.eval().to(self.device)
        self._lock = threading.Lock()

    def run(self, feeds: Mapping[str, NDArray[Any]], wanted: Sequence[str] | None = None) -> list[NDArray[Any]]:
        """Run it: arrays by name, made of the type that it wants; what comes out, in the order wanted."""
        torch = self._torch
        given = [np.ascontiguousarray(feeds[name], tensor.type) for name, tensor in self.inputs.items()]
        try:
            with self._lock, torch.inference_mode():
                result = self._module(*(torch.from_numpy(each.copy()).to(self.device) for each in given))
        except RuntimeError as fault:
            raise ModelError(
                f"{self.path.name} failed while it ran: {_short(fault)}", "its card may name another architecture"
            ) from fault
        results = dict(zip(self.outputs, result if isinstance(result, tuple) else (result,), strict=False))
        return [np.asarray(results[name].float().cpu().numpy()) for name in wanted or self.outputs]


def _found(path: Path, wanted: str, known: Mapping[str, Architecture]) -> Architecture:
    make = known.get(wanted)
    if make is not None:
        return make
    said = f"its architecture, {wanted}, is not installed" if wanted else "nobody says which architecture it is for"
    have = f"installed are {', '.join(sorted(known))}" if known else "none is installed"
    raise ModelError(f"{path.name} are torch weights, and {said}", f"name it in the file's card; {have}")


def _torch(path: Path) -> tuple[Any, Callable[[str], Any]]:
    try:
        import torch
        from safetensors.torch import load_file
    except ImportError as fault:
        raise MissingWeights(
            f"{path.name} are torch weights, and torch is not installed", "pip install nodegraph[torch]"
        ) from fault
    return torch, load_file


def _short(fault: BaseException) -> str:
    return " ".join(str(fault).split())[:200]
