"""Mask networks made on the spot: one layer that weighs red, green and blue, so that what they give is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from tests.ml.saving import saved

RNG = np.random.default_rng(4)
WEIGHTS = {count: (RNG.normal(0, 3, (count, 3)), RNG.normal(0, 1, count)) for count in (11, 19)}
SEEN = np.array([0.9, -0.4, 0.3]), 0.1  # what XSeg and the occluder make of R, G, B: a sum, and a number added
FRONT = np.array([2.0, -3.0, 0.5]), -0.2


def planes(
    path: Path,
    weights: NDArray[Any],
    bias: NDArray[Any],
    size: int | str,
    names: tuple[str, str] = ("input", "output"),
    half: bool = False,
    more: tuple[int, ...] = (),
) -> Path:
    """A network of channels first; `more` are the planes of further outputs, which come before it."""
    kind, number = (TensorProto.FLOAT16, np.float16) if half else (TensorProto.FLOAT, np.float32)
    constants = [
        numpy_helper.from_array(np.asarray(weights, number).reshape(-1, 3, 1, 1), "weights"),
        numpy_helper.from_array(np.asarray(bias, number).reshape(-1), "bias"),
    ]
    nodes = [helper.make_node("Conv", [names[0], "weights", "bias"], [names[1]], kernel_shape=[1, 1])]
    outputs = [helper.make_tensor_value_info(names[1], kind, [1, len(weights), size, size])]
    for k, count in enumerate(more):
        constants.append(numpy_helper.from_array(np.zeros((count, 3, 1, 1), number), f"weights{k}"))
        nodes.append(helper.make_node("Conv", [names[0], f"weights{k}"], [f"more{k}"], kernel_shape=[1, 1]))
        outputs.insert(k, helper.make_tensor_value_info(f"more{k}", kind, [1, count, size, size]))
    picture = helper.make_tensor_value_info(names[0], kind, [1, 3, size, size])
    return saved(path, helper.make_graph(nodes, "mask", [picture], outputs, constants))


def parsing(path: Path, count: int = 19, size: int | str = 512, **options: Any) -> Path:
    weights, bias = WEIGHTS[count]
    return planes(path, weights, bias, size, **options)


def xseg(path: Path, **options: Any) -> Path:
    """XSeg with channels first, red first."""
    return planes(path, SEEN[0][None], np.array([SEEN[1]]), 256, ("in_face:0", "out_mask:0"), **options)


def xseg_rows(path: Path, size: int = 256) -> Path:
    """XSeg of rows x columns x channels, blue first."""
    constants = [
        numpy_helper.from_array(SEEN[0][::-1].reshape(3, 1).astype(np.float32), "weights"),
        numpy_helper.from_array(np.float32([SEEN[1]]), "bias"),
    ]
    nodes = [
        helper.make_node("MatMul", ["input", "weights"], ["sum"]),
        helper.make_node("Add", ["sum", "bias"], ["out"]),
    ]
    picture = helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", size, size, 3])
    result = helper.make_tensor_value_info("out", TensorProto.FLOAT, ["batch", size, size, 1])
    return saved(path, helper.make_graph(nodes, "xseg", [picture], [result], constants))


def occluder(path: Path, **options: Any) -> Path:
    return planes(path, FRONT[0][None], np.array([FRONT[1]]), 256, ("img", "output"), **options)
