"""Torch weights of the networks that spandrel knows by their content: ESRGAN, SwinIR, DAT, SPAN and many others.

The weights are read here, as plain numbers and nothing else; spandrel is only asked which network they are for.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.errors import MissingWeights, ModelError
from nodegraph.ml.probe import format_of
from nodegraph.ml.safe_weights import check_pickled, safetensors_header


class SpandrelFile:
    """A network from torch weights, loaded once and shared by all threads. Get one by `ctx.load`."""

    def __init__(self, path: Path) -> None:
        pickled = format_of(path) == "torch"
        if pickled:
            check_pickled(path)
        else:
            safetensors_header(path)
        spandrel, torch, load_file = _imported(path)
        self.path = path
        self._torch = torch
        try:
            state = torch.load(path, map_location="cpu", weights_only=True) if pickled else load_file(str(path))
            found: Any = spandrel.ModelLoader(device="cpu").load_from_state_dict(
                spandrel.canonicalize_state_dict(state)
            )
        except spandrel.UnsupportedModelError as fault:
            raise ModelError(
                f"{path.name} is for a network that spandrel {spandrel.__version__} does not know",
                "a newer spandrel may know it; or use the model as ONNX",
            ) from fault
        except Exception as fault:  # torch, safetensors and each of spandrel's networks raise kinds of their own
            first = (str(fault).strip() or type(fault).__name__).splitlines()[0][:200]
            raise ModelError(f"{path.name} cannot be loaded: {first}", "fetch or copy it again") from fault
        if getattr(found, "purpose", "") not in ("SR", "FaceSR", "Restoration") or found.input_channels != 3:
            raise ModelError(
                f"{path.name} is no network that takes a picture and gives one: {found.architecture.name}",
                "it may be for inpainting, or for grey pictures",
            )
        self.architecture = str(found.architecture.name)
        self.of_faces = found.purpose == "FaceSR"
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._network = found.to(self._device).eval()
        self._lock = threading.Lock()  # one at a time: each needs all the memory that there is

    def __call__(self, planes: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
        """A picture between 0 and 1, 1 x 3 x rows x columns; what comes out lies there too."""
        torch = self._torch
        given = torch.from_numpy(np.ascontiguousarray(planes, np.float32)).to(self._device)
        try:
            with self._lock:
                result: NDArray[np.float32] = self._network(given).float().cpu().numpy()
        except RuntimeError as fault:
            first = str(fault).strip().splitlines()[0][:200]
            raise ModelError(f"{self.path.name} failed while it ran: {first}", "try smaller tiles") from fault
        return result


def _imported(path: Path) -> tuple[Any, Any, Any]:
    """spandrel, torch, and what reads safetensors."""
    try:
        import spandrel
        import torch
        from safetensors.torch import load_file
    except ImportError as fault:
        raise MissingWeights(
            f"{path.name} holds torch weights, and {fault.name} is not installed",
            "pip install 'nodegraph[torch]', or use the model as ONNX",
        ) from fault
    except RuntimeError as fault:  # a torchvision that was built for another torch
        raise MissingWeights(
            f"{path.name} holds torch weights, and torch and torchvision do not fit each other: {fault}",
            "install both from the same index, or use the model as ONNX",
        ) from fault
    return spandrel, torch, load_file
