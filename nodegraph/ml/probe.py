"""What a model file is for and how it is fed, told by what goes in and comes out: never by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from nodegraph.data.errors import ModelError
from nodegraph.ml.detectors import FED, detector_contract
from nodegraph.ml.landmark_models import KINDS, landmark_contract
from nodegraph.ml.onnx_file import Tensor, described
from nodegraph.ml.safe_weights import check_pickled, safetensors_header

Tensors = Mapping[str, Tensor]
Rule = Callable[[Tensors, Tensors], bool]


@dataclass(frozen=True)
class Probed:
    """What the content of a file tells: empty words where it does not."""

    format: str  # onnx, safetensors, torch
    kind: str = ""
    contract: str = ""
    architecture: str = ""
    inputs: tuple[Tensor, ...] = ()
    outputs: tuple[Tensor, ...] = ()


def format_of(path: Path) -> str:
    """Which kind of file it is, by how it begins: onnx, safetensors or torch."""
    try:
        with path.open("rb") as file:
            begins = file.read(9)
    except OSError as fault:
        raise ModelError(f"the model {path} cannot be read: {fault.strerror}", "check the path") from fault
    if begins[:2] == b"PK":
        return "torch"
    if begins[8:9] == b"{":
        return "safetensors"
    if begins[:1] == b"\x80":
        raise ModelError(
            f"{path.name} is an old file of torch weights, which can run any program when it is opened",
            "ask for the weights as safetensors, or convert them on a machine that you can lose",
        )
    return "onnx"


def probe(path: Path) -> Probed:
    """What a file is; ModelError if it is none of the kinds that are run, is broken, or would do harm."""
    format = format_of(path)
    if format == "torch":
        check_pickled(path)
        return Probed(format)
    if format == "safetensors":
        notes = safetensors_header(path).get("__metadata__") or {}
        kind, contract, architecture = (str(notes.get(key, "")) for key in ("kind", "contract", "architecture"))
        return Probed(format, kind, contract, architecture)
    inputs, outputs = described(path)
    kind, contract = kind_of(inputs, outputs)
    return Probed(format, kind, contract, inputs=tuple(inputs.values()), outputs=tuple(outputs.values()))


def kind_of(inputs: Tensors, outputs: Tensors) -> tuple[str, str]:
    """What it is for, and its contract; the contract is empty where several are fed alike."""
    for kind, contract, holds in RULES:
        if inputs and outputs and holds(inputs, outputs):
            return kind, contract
    return "", ""


def takes(shapes: Mapping[str, tuple[int | None, ...]], *, exactly: bool = True) -> Rule:
    """The rule that these inputs are there, of these shapes."""

    def holds(inputs: Tensors, outputs: Tensors) -> bool:
        del outputs
        return (not exactly or len(inputs) == len(shapes)) and all(
            name in inputs and inputs[name].fits(*shape) for name, shape in shapes.items()
        )

    return holds


def pictures(size: int | None, channels: int = 3) -> tuple[int | None, ...]:
    return (None, channels, size, size)


def known(tensor: Tensor) -> bool:
    """True if its sides are fixed."""
    return len(tensor.shape) == 4 and None not in tensor.shape[2:]


def one_picture(inputs: Tensors) -> Tensor | None:
    """The one input, if it is a picture of three planes."""
    (first, *others) = inputs.values()
    return first if not others and first.fits(None, 3, None, None) else None


def same_size(size: int) -> Rule:
    """The rule that one square of this size goes in and one of its size, or larger, comes out."""

    def holds(inputs: Tensors, outputs: Tensors) -> bool:
        picture, result = one_picture(inputs), next(iter(outputs.values()))
        return (
            len(outputs) == 1
            and picture is not None
            and known(picture)
            and picture.fits(*pictures(size))
            and result.fits(None, 3, None, None)
            and (not known(result) or result.fits(*pictures(size)))
        )

    return holds


def _restoreformer(inputs: Tensors, outputs: Tensors) -> bool:
    picture = one_picture(inputs)
    return (
        len(outputs) > 1
        and picture is not None
        and known(picture)
        and picture.fits(*pictures(512))
        and (any(result.fits(*pictures(512)) for result in outputs.values()))
    )


def _codeformer(inputs: Tensors, outputs: Tensors) -> bool:
    del outputs
    pairs = (("input", "weight"), ("x", "w"))
    return any(set(inputs) == set(pair) and inputs[pair[0]].fits(*pictures(512)) for pair in pairs)


def _upscale(inputs: Tensors, outputs: Tensors) -> bool:
    picture, result = one_picture(inputs), next(iter(outputs.values()))
    if picture is None or len(outputs) > 1 or not result.fits(None, 3, None, None):
        return False
    (_, _, height, width), (_, _, higher, wider) = picture.shape, result.shape
    if height is None or width is None:
        return True
    return higher is not None and wider is not None and higher > height and higher * (width or 1) == wider * height


def _embedding(size: int, length: int) -> Rule:
    def holds(inputs: Tensors, outputs: Tensors) -> bool:
        picture = one_picture(inputs)
        return (
            picture is not None
            and picture.fits(*pictures(size))
            and known(picture)
            and any(result.fits(None, length) for result in outputs.values())
        )

    return holds


def _planes(result: tuple[int | None, ...], size: int, *, rows_first: bool = False) -> Rule:
    """The rule of a mask: one square picture goes in, planes come out."""

    def holds(inputs: Tensors, outputs: Tensors) -> bool:
        (first, *others) = inputs.values()
        shape = (None, size, size, 3) if rows_first else pictures(size)
        return not others and first.fits(*shape) and any(each.fits(*result) for each in outputs.values())

    return holds


def _fixed_planes(result: tuple[int | None, ...], size: int) -> Rule:
    """The same, of a file that does not leave its size open."""
    holds = _planes(result, size)
    return lambda inputs, outputs: all(map(known, inputs.values())) and holds(inputs, outputs)


def _occluder(inputs: Tensors, outputs: Tensors) -> bool:
    return "img" in inputs and _planes((None, 1, 256, 256), 256)(inputs, outputs)


def _names(inputs: set[str], outputs: set[str]) -> Rule:
    return lambda has_in, has_out: inputs <= set(has_in) and outputs <= set(has_out)


def _ghost_unet(inputs: Tensors, outputs: Tensors) -> bool:
    return {"source", "target"} <= set(inputs) and bool({"781", "1165", "1549"} & set(outputs))


def _vqfr(inputs: Tensors, outputs: Tensors) -> bool:
    return {"x_lq", "fidelity_ratio"} <= set(inputs) and "main_dec" in outputs


def _told(told: Callable[[Tensors, Tensors], str], contract: str) -> Rule:
    """The rule that those who run such models take it for this."""
    return lambda inputs, outputs: told(inputs, outputs) == contract


EMBEDDED = {"source": (None, 512)}
RULES: tuple[tuple[str, str, Rule], ...] = (
    ("swap", "dfm", _names({"in_face:0"}, {"out_celeb_face:0", "out_celeb_face_mask:0"})),
    ("swap", "ghost_unet", _ghost_unet),
    ("swap", "inswapper", takes({**EMBEDDED, "target": pictures(128)})),
    ("swap", "simswap_512", takes({"input": pictures(512), "onnx::Gemm_1": (None, 512)})),
    ("swap", "simswap_unofficial", takes({**EMBEDDED, "target": pictures(512)})),
    ("swap", "cscs", takes({"input_1": pictures(256), "input_2": (None, 512)})),
    ("swap", "blendswap", takes({"source": pictures(112), "target": pictures(256)})),
    ("swap", "uniface", takes({"source": pictures(256), "target": pictures(256)})),
    ("swap", "", takes({**EMBEDDED, "target": pictures(256)})),  # hyperswap, simswap, ghost, hififace: fed alike
    ("restore", "codeformer", _codeformer),
    ("restore", "vqfr", _vqfr),
    ("mask", "xseg_rows", _planes((None, 256, 256, 1), 256, rows_first=True)),
    ("mask", "occluder", _occluder),  # the planes of XSeg, under other names
    ("mask", "xseg", _planes((None, 1, 256, 256), 256)),
    ("mask", "farl_11", _planes((None, 11, 448, 448), 448)),
    ("mask", "farl_19", _fixed_planes((None, 19, 448, 448), 448)),
    ("mask", "parsing_19", _planes((None, 19, 512, 512), 512)),
    *(("detect", contract, _told(detector_contract, contract)) for contract in FED),
    *(("landmarks", contract, _told(landmark_contract, contract)) for contract in KINDS),
    ("recognise", "arcface", _embedding(112, 512)),
    ("convert", "crossface", takes({"input": (None, 512)})),
    ("restore", "restoreformer", _restoreformer),
    ("restore", "gpen", same_size(256)),
    ("restore", "gfpgan", same_size(512)),
    ("restore", "gpen", same_size(1024)),
    ("restore", "gpen", same_size(2048)),
    ("upscale", "upscale", _upscale),
)
