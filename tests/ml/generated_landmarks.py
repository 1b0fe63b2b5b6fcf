"""Landmark networks made here, to the contracts of the published ones. They hold no trained weights.

Those that put out numbers say the same points of every picture, known ones, but that the mean red, green and blue they
were fed are added to x of the first three: so one sees what they were fed. Those that put out heat maps draw in map k
how red the picture is, shifted by so many cells as `shift_of(k)` says.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from tests.ml.saving import saved

# Contract: input's name, its shape, output's name and shape, and how many numbers come before the points.
MADE: dict[str, tuple[str, tuple[int, ...], str, tuple[int, ...], int]] = {
    "facemesh": ("input_1", (1, 192, 192, 3), "conv2d_21", (1, 1, 1, 1404), 0),
    "478": ("input_12", (1, 3, 256, 256), "Identity", (1, 1, 1, 1434), 0),
    "2dfan": ("input", (1, 3, 256, 256), "landmarks", (1, 68, 3), 0),
    "98": ("input", (1, 3, 256, 256), "landmarks_xyscore", (1, 98, 3), 0),
    "98 flat": ("input", (1, 3, 112, 112), "output", (1, 196), 0),
    "106": ("data", (1, 3, 192, 192), "fc1", (1, 212), 0),
    "3d68": ("data", (1, 3, 192, 192), "fc1", (1, 3309), 3 * 1035),
    "68": ("input", (1, 3, 112, 112), "output", (1, 136), 0),
}


def numbers_of(contract: str, points: np.ndarray, score: float = 1.0) -> np.ndarray:
    """Points in shares of the picture as the numbers that such a network puts out."""
    size = MADE[contract][1][2]
    shape, before = MADE[contract][3:]
    shown = {"facemesh": points * size, "478": points * size, "2dfan": points * 64}
    values = shown.get(contract, points * 2 - 1 if contract in ("106", "3d68") else points)
    if int(np.prod(shape)) - before == 3 * len(points):
        values = np.column_stack([values, np.full(len(points), score)])
    return np.concatenate([np.full(before, 7.0), values.ravel()])


def regressor(
    path: Path,
    contract: str,
    points: np.ndarray,
    *,
    score: float = 1.0,
    normed: bool = False,
    flag: float | None = None,
) -> Path:
    """A network that puts out numbers; `normed`: it takes off the mean itself; `flag`: it says if there is a face."""
    put, picture, got, shape, before = MADE[contract]
    numbers = numbers_of(contract, points, score)
    wide = (len(numbers) - before) // len(points)
    weights = np.zeros((3, len(numbers)), np.float32)
    for channel in range(3):
        weights[channel, before + channel * wide] = 1
    axes = [1, 2] if picture[-1] == 3 else [2, 3]
    nodes, constants, source = [], [], put
    if normed:
        constants += [
            numpy_helper.from_array(np.float32(value), name) for value, name in ((127.5, "m"), (1 / 128, "r"))
        ]
        nodes += [helper.make_node("Sub", [put, "m"], ["less"]), helper.make_node("Mul", ["less", "r"], ["norm"])]
        source = "norm"
    constants += [
        numpy_helper.from_array(weights, "w"),
        numpy_helper.from_array(numbers.astype(np.float32)[None], "b"),
        numpy_helper.from_array(np.array(shape, np.int64), "shape"),
    ]
    nodes += [
        helper.make_node("ReduceMean", [source], ["means"], axes=axes, keepdims=0),
        helper.make_node("MatMul", ["means", "w"], ["seen"]),
        helper.make_node("Add", ["seen", "b"], ["sum"]),
        helper.make_node("Reshape", ["sum", "shape"], [got]),
    ]
    outputs = [helper.make_tensor_value_info(got, TensorProto.FLOAT, shape)]
    if flag is not None:
        tensor = helper.make_tensor("f", TensorProto.FLOAT, (1, 1, 1, 1), [flag])
        nodes.append(helper.make_node("Constant", [], ["Identity_1"], value=tensor))
        outputs.append(helper.make_tensor_value_info("Identity_1", TensorProto.FLOAT, (1, 1, 1, 1)))
    return _save(path, nodes, put, picture, outputs, constants)


def shift_of(k: int) -> tuple[int, int]:
    """By how many cells map k is shifted, right and down."""
    return k % 5 - 2, k // 5 % 5 - 2


def heat_maps(path: Path, count: int, *, points: bool = False, size: int = 256) -> Path:
    """Heat maps of a quarter of the picture's size; `points`: with a useless list of points beside them, too."""
    weights = np.zeros((count, 3, 20, 20), np.float32)
    for k in range(count):
        right, down = shift_of(k)
        weights[k, 0, 8 - 4 * down : 12 - 4 * down, 8 - 4 * right : 12 - 4 * right] = 1 / 16
    nodes = [
        helper.make_node("Conv", ["input", "w"], ["heatmaps"], kernel_shape=[20, 20], strides=[4, 4], pads=[8] * 4)
    ]
    side = size // 4
    outputs = [helper.make_tensor_value_info("heatmaps", TensorProto.FLOAT, (1, count, side, side))]
    if points:
        zeros = helper.make_tensor("z", TensorProto.FLOAT, (1, count, 3), np.zeros(count * 3, np.float32))
        nodes.append(helper.make_node("Constant", [], ["landmarks"], value=zeros))
        outputs.insert(0, helper.make_tensor_value_info("landmarks", TensorProto.FLOAT, (1, count, 3)))
    return _save(path, nodes, "input", (1, 3, size, size), outputs, [numpy_helper.from_array(weights, "w")])


def _save(
    path: Path,
    nodes: list[onnx.NodeProto],
    put: str,
    picture: tuple[int, ...],
    outputs: list[onnx.ValueInfoProto],
    constants: list[onnx.TensorProto],
) -> Path:
    source = helper.make_tensor_value_info(put, TensorProto.FLOAT, picture)
    graph = helper.make_graph(nodes, "generated", [source], outputs, constants)
    return saved(path, graph)


def steady_face(path: Path) -> Path:
    """A network of 68 points that says of every picture that a small face is in its middle."""
    y, x = np.divmod(np.arange(68), 9)
    return regressor(path, "68", np.column_stack([0.3 + 0.05 * x, 0.3 + 0.05 * y]))
