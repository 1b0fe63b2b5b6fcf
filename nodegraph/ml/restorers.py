"""Networks that restore faces: told apart by what goes in and comes out, fed as their publishers feed them.

All take one face, upright, RGB between -1 and 1, and give it back the same way (FaceFusion's face_enhancer,
VisoMaster's face_restorers). They differ in size, in how the face lies in it, and in what they are told besides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.errors import ModelError
from nodegraph.data.image import Pixels
from nodegraph.data.model import Model
from nodegraph.ml.onnx_file import OnnxFile, Tensor, described, finite
from nodegraph.ml.probe import format_of, kind_of
from nodegraph.ml.upscalers import Upscaler

LARGEST = 4096  # a file that says more is broken or means harm
# What the picture that comes out is called, where it is one of several.
RESULTS = ("output", "y", "main_dec", "2359")
FRAMINGS = {256: "arcface_128"}  # GPEN's smallest; all others see the face as in FFHQ
USUAL = "ffhq_512"


@dataclass(frozen=True)
class Contract:
    """How a restorer is fed: its size, its framing, and the names of what goes in and comes out."""

    name: str
    size: int
    template: str
    picture: str
    result: str
    fidelity: str = ""  # the input that says how much of the face must stay


class Restorer:
    """A restorer from an ONNX file. Get one by `ctx.load`."""

    def __init__(self, model: Model) -> None:
        self.file = OnnxFile(model.path)
        self.contract = contract_of(model, self.file.inputs, self.file.outputs)

    def __call__(self, face: Pixels, fidelity: float) -> Pixels:
        """A face between 0 and 1, rows x columns x 3, of the contract's size; as large or larger comes back.

        `fidelity` is 1 for a face that stays as it was, as far as the network can be told.
        """
        contract = self.contract
        feeds: dict[str, NDArray[np.floating]] = {contract.picture: (face.transpose(2, 0, 1) * 2 - 1)[None]}
        if contract.fidelity:
            feeds[contract.fidelity] = np.array([fidelity])
        (result,) = self.file.run(feeds, [contract.result])
        shape = result.shape
        if result.ndim != 4 or shape[:2] != (1, 3) or shape[2] != shape[3] or not contract.size <= shape[2] <= LARGEST:
            raise ModelError(
                f"{self.file.path.name} gave back {'x'.join(map(str, shape))} for a face of {contract.size}",
                "the file does not keep to its contract; try another copy of the model",
            )
        return np.asarray(finite(result, self.file.path.name)[0].transpose(1, 2, 0) / 2 + 0.5, np.float32)


def network_of(model: Model) -> Restorer | Upscaler:
    """What a model is to a face: a network that knows faces, or one that makes any picture larger."""
    if format_of(model.path) != "onnx":
        return Upscaler(model)
    kind, _ = kind_of(*described(model.path))
    return Upscaler(model) if kind == "upscale" and model.card.kind != "restore" else Restorer(model)


def contract_of(model: Model, inputs: Mapping[str, Tensor], outputs: Mapping[str, Tensor]) -> Contract:
    """How a model is fed, by the names and shapes of what goes in and comes out."""
    kind, name = kind_of(inputs, outputs)
    pictures = [each for each in inputs.values() if len(each.shape) == 4]
    if "restore" not in (kind, model.card.kind) or len(pictures) != 1 or pictures[0].shape[2] is None:
        told = f"it is for {kind}" if kind else "by what goes in and comes out it is none"
        raise ModelError(
            f"{model.path.name} is no restorer of faces: {told}",
            "Restore takes GFPGAN, CodeFormer, GPEN, RestoreFormer++ and VQFR as ONNX, and upscalers",
        )
    size = pictures[0].shape[2]
    if pictures[0].shape[3] != size or size > LARGEST:
        raise ModelError(f"{model.path.name} wants faces of {pictures[0].shape[3]}x{size}", "they must be square")
    fidelity = next((each for each in inputs if each != pictures[0].name), "")
    given = [each.name for each in outputs.values() if each.fits(None, 3, None, None)] or list(outputs)
    result = next((each for each in RESULTS if each in given), given[0])
    return Contract(model.card.contract or name, size, FRAMINGS.get(size, USUAL), pictures[0].name, result, fidelity)
