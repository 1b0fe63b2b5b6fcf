"""Swap models, recognisers and converters made on the spot by onnx.helper, with answers in closed form.

Each does in its own range what no real one does: new face = face * GAIN + SHIFT * (WEIGHTS . what it is told), GAIN
being another number for each channel in RGB order.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from nodegraph.data.model import Card, Model
from nodegraph.ml.swappers.contracts import CONTRACTS, Contract, Feed
from tests.ml.saving import saved

GAIN = np.array([0.9, 0.6, 0.3], np.float32)  # of R, G, B
SHIFT = 0.2
RNG = np.random.default_rng(11)
WEIGHTS = RNG.normal(0, 1, 512).astype(np.float32)  # what it makes of an embedding: a sum
PICTURE = np.array([0.5, 0.3, 0.2], np.float32)  # what it makes of a picture: a weighted mean of R, G, B
EMAP = RNG.normal(0, 512**-0.5, (512, 512)).astype(np.float32)
NAMES = [contract.name for contract in CONTRACTS]


def value(name: str, *shape: int | str, type: int = TensorProto.FLOAT) -> Any:
    return helper.make_tensor_value_info(name, type, list(shape))


def constant(name: str, array: Any, type: Any = np.float32) -> Any:
    return numpy_helper.from_array(np.asarray(array, type), name)


def swap_file(
    path: Path,
    contract: Contract,
    size: int = 0,
    *,
    batch: int | str = 1,
    half: bool = False,
    emap: NDArray[Any] | None = EMAP,
    output: str = "",
    gain: NDArray[Any] = GAIN,
    shift: float = SHIFT,
) -> Path:
    """A file that keeps to a contract of NCHW; `gain` for each channel, or 3 x size x size."""
    size = size or contract.sizes[0]
    type, kind = (TensorProto.FLOAT16, np.float16) if half else (TensorProto.FLOAT, np.float32)
    output = output or (contract.marks[0] if contract.marks else "output")
    image = contract.feed is Feed.IMAGE
    side = contract.source_size
    constants = [
        constant("gain", gain.reshape(1, 3, *(gain.shape[1:] or (1, 1))), kind),
        constant("shift", shift, kind),
        constant("weights", PICTURE.reshape(1, 3, 1, 1) if image else WEIGHTS.reshape(1, 512), kind),
        constant("axes", [1, 2, 3] if image else [1], np.int64),
        constant("square", [-1, 1, 1, 1], np.int64),
    ]
    nodes = [
        helper.make_node("Mul", [contract.source, "weights"], ["weighted"]),
        helper.make_node("ReduceSum", ["weighted", "axes"], ["sum"], keepdims=1),
        helper.make_node("Reshape", ["sum", "square"], ["told"]),
        helper.make_node("Mul", ["told", "shift"], ["more"]),
        helper.make_node("Mul", [contract.target, "gain"], ["less"]),
        helper.make_node("Add", ["less", "more"], [output]),
    ]
    if contract.feed is Feed.EMAP and emap is not None:
        constants.append(constant("buff", emap, kind))  # no operator reads it
    told = value(contract.source, *((batch, 3, side, side) if image else (batch, 512)), type=type)
    inputs = [value(contract.target, batch, 3, size, size, type=type), told]
    results = [value(output, batch, 3, size, size, type=type)]
    return saved(path, helper.make_graph(nodes, "swap", inputs, results, constants))


def told(contract: Contract, given: NDArray[Any], emap: NDArray[Any] = EMAP) -> float:
    """What a model of `swap_file` adds, in its own range: of an embedding, or of a picture (rows x columns x 3)."""
    if contract.feed is Feed.IMAGE:
        return float(SHIFT * (given.astype(np.float64).sum(axis=(0, 1)) * PICTURE).sum())
    ready = given.astype(np.float64)
    if contract.feed is not Feed.RAW:
        ready = ready / np.linalg.norm(ready)
    if contract.feed is Feed.EMAP:
        ready = ready @ emap.astype(np.float64)
        ready = ready / np.linalg.norm(ready)
    return float(SHIFT * (ready * WEIGHTS).sum())


def dfm_file(path: Path, size: int = 64, *, morphs: bool = False, order: Sequence[int] = (0, 1, 2)) -> Path:
    """A .dfm: face * GAIN in BGR, plus a tenth of morph; its own mask is 0.8, the plate's the face's green."""
    constants = [
        constant("gain", GAIN[::-1].reshape(1, 1, 1, 3)),
        constant("most", 0.8),
        constant("none", 0.0),
        constant("tenth", 0.1),
        constant("first", [1], np.int64),
        constant("end", [2], np.int64),
        constant("axis", [3], np.int64),
    ]
    nodes = [
        helper.make_node("Slice", ["in_face:0", "first", "end", "axis"], ["out_face_mask:0"]),
        helper.make_node("Mul", ["out_face_mask:0", "none"], ["black"]),
        helper.make_node("Add", ["black", "most"], ["out_celeb_face_mask:0"]),
        helper.make_node("Mul", ["in_face:0", "gain"], ["less"]),
    ]
    inputs = [value("in_face:0", "n", size, size, 3)]
    if morphs:
        inputs.append(value("morph_value:0", 1))
        nodes.append(helper.make_node("Mul", ["morph_value:0", "tenth"], ["more"]))
    nodes.append(helper.make_node("Add", ["less", "more" if morphs else "none"], ["out_celeb_face:0"]))
    outputs = [
        value("out_face_mask:0", "n", size, size, 1),
        value("out_celeb_face:0", "n", size, size, 3),
        value("out_celeb_face_mask:0", "n", size, size, 1),
    ]
    return saved(path, helper.make_graph(nodes, "dfm", inputs, [outputs[k] for k in order], constants))


def recogniser_file(path: Path, *, batch: int | str = 1, size: int = 112) -> Path:
    """A recogniser: its 512 numbers are columns of a fixed table, weighted by the sums of R, G and B."""
    nodes = [
        helper.make_node("ReduceSum", ["input.1", "axes"], ["sums"], keepdims=0),
        helper.make_node("MatMul", ["sums", "table"], ["683"]),
    ]
    constants = [constant("axes", [2, 3], np.int64), constant("table", TABLE)]
    inputs = [value("input.1", batch, 3, size, size)]
    return saved(path, helper.make_graph(nodes, "recognise", inputs, [value("683", batch, 512)], constants))


TABLE = (RNG.normal(0, 1, (3, 512)) / 112**2).astype(np.float32)


def converter_file(path: Path) -> Path:
    """A converter: the numbers in reverse order, doubled."""
    nodes = [
        helper.make_node("Gather", ["input", "order"], ["reversed"], axis=1),
        helper.make_node("Mul", ["reversed", "two"], ["output"]),
    ]
    constants = [constant("order", np.arange(511, -1, -1), np.int64), constant("two", 2.0)]
    return saved(
        path, helper.make_graph(nodes, "convert", [value("input", 1, 512)], [value("output", 1, 512)], constants)
    )


def model(path: Path, contract: str = "", kind: str = "swap", **more: Any) -> Model:
    return Model(path, "0" * 64, Card(path.stem, kind, contract, **more))
