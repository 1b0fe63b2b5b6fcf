"""Small ONNX networks made to the contracts of known files: names, shapes and types as theirs, the sum one can do in
one's head. None of the real weights is needed, and none is like them in anything but how it is fed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from tests.ml.saving import saved

OPSET = (helper.make_opsetid("", 13),)

FLOAT, HALF, DOUBLE = TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.DOUBLE
Side = int | str | None


def tensor(name: str, shape: Sequence[Side], kind: int = FLOAT) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, list(shape))


def constant(name: str, value: Any, kind: type = np.float32) -> onnx.TensorProto:
    return numpy_helper.from_array(np.asarray(value, kind), name)


def save(
    path: Path,
    nodes: Sequence[onnx.NodeProto],
    inputs: Sequence[onnx.ValueInfoProto],
    outputs: Sequence[onnx.ValueInfoProto],
    constants: Sequence[onnx.TensorProto] = (),
) -> Path:
    graph = helper.make_graph(list(nodes), "generated", list(inputs), list(outputs), list(constants))
    return saved(path, graph, OPSET)


def restorer(
    path: Path, size: int = 512, *, add: float = 0.0, names: tuple[str, str] = ("input", "output"), grow: int = 1
) -> Path:
    """GFPGAN, GPEN and their like: one square in -1 to 1, the same brighter by `add` (in those units) out."""
    put, got = names
    nodes = [helper.make_node("Add", [put, "more"], ["sum"])]
    if grow == 1:
        nodes.append(helper.make_node("Identity", ["sum"], [got]))
    else:
        nodes.append(helper.make_node("Resize", ["sum", "", "scales"], [got], mode="nearest"))
    constants = [constant("more", add)] + ([constant("scales", [1, 1, grow, grow])] if grow > 1 else [])
    large = size * grow
    return save(path, nodes, [tensor(put, (1, 3, size, size))], [tensor(got, (1, 3, large, large))], constants)


def codeformer(path: Path, *, names: tuple[str, str, str] = ("input", "weight", "output"), size: int = 512) -> Path:
    """CodeFormer: the picture and a weight of double; the weight, as it is, is added."""
    put, weight, got = names
    nodes = [
        helper.make_node("Cast", [weight], ["w32"], to=FLOAT),
        helper.make_node("Add", [put, "w32"], [got]),
    ]
    inputs = [tensor(put, (1, 3, size, size)), tensor(weight, (1,), DOUBLE)]
    return save(path, nodes, inputs, [tensor(got, (1, 3, size, size))])


def restoreformer(path: Path, *, add: float = 0.0, size: int = 512, first: bool = True) -> Path:
    """RestoreFormer++: the picture comes out as one of many (first, or last), under a number for a name."""
    nodes = [helper.make_node("Add", ["input", "more"], ["2359"])]
    nodes += [helper.make_node("ReduceMean", ["input"], [f"feature{k}"], axes=[1, 2, 3]) for k in range(13)]
    outputs = [tensor("2359", (1, 3, size, size)), *(tensor(f"feature{k}", (1, 1, 1, 1)) for k in range(13))]
    if not first:
        nodes[0] = helper.make_node("Add", ["input", "more"], ["4711"])
        outputs = [*outputs[1:], tensor("4711", (1, 3, size, size))]
    return save(path, nodes, [tensor("input", (1, 3, size, size))], outputs, [constant("more", add)])


def vqfr(path: Path, *, size: int = 512) -> Path:
    """VQFR v2: a fidelity from 0 to 1 beside the picture, `main_dec` among four outputs; the fidelity is added."""
    nodes = [
        helper.make_node("Add", ["x_lq", "fidelity_ratio"], ["main_dec"]),
        *(helper.make_node("Identity", ["x_lq"], [name]) for name in ("enc_feat", "quant_logit", "texture_dec")),
    ]
    shape = (1, 3, size, size)
    outputs = [tensor(name, shape) for name in ("enc_feat", "quant_logit", "texture_dec", "main_dec")]
    return save(path, nodes, [tensor("x_lq", shape), tensor("fidelity_ratio", (1,))], outputs)


def upscaler(
    path: Path,
    scale: int = 4,
    *,
    names: tuple[str, str] = ("input", "output"),
    side: int | None = None,
    kind: int = FLOAT,
    declared: bool = True,
) -> Path:
    """An upscaler of any frame (or of squares of `side`): each pixel becomes a block of `scale` by `scale`."""
    put, got = names
    sides = ("h", "w") if side is None else (side, side)
    larger = ("H", "W") if side is None or not declared else (side * scale, side * scale)
    nodes = [helper.make_node("Resize", [put, "", "scales"], [got], mode="nearest")]
    return save(
        path,
        nodes,
        [tensor(put, (1, 3, *sides), kind)],
        [tensor(got, (1, 3, *larger), kind)],
        [constant("scales", [1, 1, scale, scale])],
    )


def mixing_upscaler(path: Path, scale: int = 2, reach: int = 4) -> Path:
    """One that looks around: the mean of the pixels up to `reach` away, then depth to space.

    As trained ones do, it goes on with black beyond the edges of what it is given.
    """
    taps = 2 * reach + 1
    kernel = np.zeros((3 * scale * scale, 3, taps, taps))
    rng = np.random.default_rng(3)
    for k in range(3 * scale * scale):
        kernel[k, k // (scale * scale)] = rng.uniform(0.5, 1.5, (taps, taps)) / taps**2
    nodes = [
        helper.make_node("Conv", ["input", "kernel"], ["deep"], pads=[reach] * 4, kernel_shape=[taps, taps]),
        helper.make_node("DepthToSpace", ["deep"], ["output"], blocksize=scale, mode="CRD"),
    ]
    inputs, outputs = [tensor("input", (1, 3, "h", "w"))], [tensor("output", (1, 3, "H", "W"))]
    return save(path, nodes, inputs, outputs, [constant("kernel", kernel)])


def outside(path: Path) -> Path:
    """A restorer whose constant lies in another file, which could be any."""
    model = onnx.load(str(restorer(path)))
    (constant,) = model.graph.initializer
    constant.ClearField("raw_data")
    constant.data_location = onnx.TensorProto.EXTERNAL
    entry = constant.external_data.add()
    entry.key, entry.value = "location", "../../../../etc/passwd"
    path.write_bytes(model.SerializeToString())
    return path


def foreign(path: Path) -> Path:
    """A restorer that wants an operator that no standard has."""
    model = onnx.load(str(restorer(path)))
    model.graph.node[0].domain = "studio.custom"
    path.write_bytes(model.SerializeToString())
    return path


def painter(path: Path, paint: Any, size: int = 512, *, grow: int = 1) -> Path:
    """A restorer that adds a picture of its own: planes x rows x columns, or anything that spreads to that."""
    model = onnx.load(str(restorer(path, size, grow=grow)))
    more = next(each for each in model.graph.initializer if each.name == "more")
    more.CopyFrom(constant("more", np.asarray(paint, np.float32)[None]))
    path.write_bytes(model.SerializeToString())
    return path


def smoother(path: Path, size: int = 512, reach: int = 4) -> Path:
    """A restorer that takes away all that is fine: the mean of the pixels around each."""
    taps = 2 * reach + 1
    kernel = constant("kernel", np.full((3, 1, taps, taps), 1 / taps**2))
    nodes = [
        helper.make_node("Pad", ["input", "pads"], ["wide"], mode="edge"),
        helper.make_node("Conv", ["wide", "kernel"], ["output"], group=3, kernel_shape=[taps, taps]),
    ]
    pads = constant("pads", [0, 0, reach, reach] * 2, np.int64)
    shape = (1, 3, size, size)
    return save(path, nodes, [tensor("input", shape)], [tensor("output", shape)], [kernel, pads])


def broken_restorer(path: Path, what: str) -> Path:
    """One that looks right, and gives back numbers that are none, or a picture that is too small."""
    shape = (1, 3, 512, 512)
    if what == "numbers":
        nodes = [helper.make_node("Log", ["input"], ["output"])]  # of values below 0
    else:
        nodes = [
            helper.make_node("ReduceMin", ["input"], ["least"], keepdims=0),
            helper.make_node("Mul", ["least", "nothing"], ["zero"]),
            helper.make_node("Add", ["scales", "zero"], ["half"]),  # so that nobody knows before it runs
            helper.make_node("Resize", ["input", "", "half"], ["output"], mode="nearest"),
        ]
    out = tensor("output", (1, 3, "H", "W") if what != "numbers" else shape)
    constants = [constant("scales", [1, 1, 0.5, 0.5]), constant("nothing", 0.0)]
    return save(path, nodes, [tensor("input", shape)], [out], constants)


def odd_scale(path: Path, scale: float) -> Path:
    """One that changes the size by a factor that is none for pictures."""
    nodes = [helper.make_node("Resize", ["input", "", "scales"], ["output"], mode="nearest")]
    inputs, outputs = [tensor("input", (1, 3, "h", "w"))], [tensor("output", (1, 3, "H", "W"))]
    return save(path, nodes, inputs, outputs, [constant("scales", [1, 1, scale, scale])])


def masker(path: Path, size: int = 256) -> Path:
    """A mask of one plane."""
    nodes = [helper.make_node("ReduceMean", ["input"], ["output"], axes=[1])]
    return save(path, nodes, [tensor("input", (1, 3, size, size))], [tensor("output", (1, 1, size, size))])


def hidden(path: Path, what: str) -> Path:
    """A restorer that hides, in a branch or in a function, a constant of another file or a foreign operator."""
    lost = numpy_helper.from_array(np.zeros(4, np.float32), "lost")
    lost.ClearField("raw_data")
    lost.data_location = onnx.TensorProto.EXTERNAL
    entry = lost.external_data.add()
    entry.key, entry.value = "location", "../../secret"
    model = onnx.load(str(restorer(path)))
    if what == "branch":
        branch = helper.make_graph([], "branch", [], [tensor("lost", (4,))], [lost])
        model.graph.node.append(helper.make_node("If", ["more"], ["chosen"], then_branch=branch, else_branch=branch))
    elif what == "sparse":
        sparse = model.graph.sparse_initializer.add()
        sparse.values.CopyFrom(lost)
    elif what == "foreign branch":
        nodes = [helper.make_node("Evil", [], ["lost"], domain="studio.custom")]
        branch = helper.make_graph(nodes, "branch", [], [tensor("lost", (4,))])
        model.graph.node.append(helper.make_node("If", ["more"], ["chosen"], then_branch=branch, else_branch=branch))
    else:
        nodes = [helper.make_node("Constant", [], ["y"], value=lost)]
        imports = [helper.make_opsetid("", 13)]
        model.functions.append(helper.make_function("ours", "Made", ["x"], ["y"], nodes, imports))
    path.write_bytes(model.SerializeToString())
    return path
