"""Putting a face of 512 pixels back into a 4K frame: our Paste, and what insightface does after its own network."""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
import warnings
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from nodegraph.bench import plain
from nodegraph.bench.exhibits import Exhibit
from nodegraph.bench.figures import Figure, at_least, seconds, shown
from nodegraph.bench.graphs import graph_of
from nodegraph.bench.performance import tracks_of
from nodegraph.data.crop import Crops
from nodegraph.data.faces import Points, Rect, five_of
from nodegraph.data.image import RGB, Image, Pixels, frozen
from nodegraph.data.shot import Shot
from nodegraph.engine.cache import Cache
from nodegraph.engine.evaluate import evaluate
from nodegraph.engine.plan import Planner
from nodegraph.engine.run import Runner
from nodegraph.ops.face_paste import box_of, matte_of
from nodegraph.ops.portrait import make_figure

GROUP = "faces"
WIDTH, HEIGHT, SIZE = 4096, 2160, 512
FRAME = 1001
FASTER = 80.0
TURN = 12.0  # degrees that the face is tilted by
MIDDLE = (2210.3, 980.7)
GAIN = 0.8  # of the swapped face against the plate: something to see


def landmarks() -> Points:
    """A tilted face of 512 pixels, from brows to chin, in the plate."""
    points = make_figure().landmarks
    angle = np.radians(TURN)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    placed: Points = (points - points.mean(axis=0)) * (SIZE / Rect.around(points).size) @ turn.T + np.array(MIDDLE)
    return placed


def crops(plate: Image) -> Crops:
    """The face as Align and Mask give it on their own, made darker."""
    shot = Shot(name="bench", first=FRAME, last=FRAME, format=plate.format)
    graph = graph_of(shot, plate=plate, tracks=tracks_of(landmarks()[None], FRAME, plate.format))
    graph = graph.add("Align", "Align", size=SIZE).connect("Align", "image", "plate")
    graph = graph.connect("Align", "tracks", "tracks").add("Mask", "Mask").connect("Mask", "crops", "Align")
    made: Crops = evaluate(graph, "Mask", FRAME)
    return made.each(crop.with_pixels(crop.plate * np.float32(GAIN)) for crop in made)


def make_model(path: Path) -> None:
    """A network of insightface's contract: a picture and a face's numbers in, a somewhat darker picture out."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    number = TensorProto.FLOAT
    table = np.eye(SIZE, dtype=np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("ReduceMean", ["source"], ["one"], axes=[1], keepdims=0),
            helper.make_node("Mul", ["one", "nothing"], ["none"]),
            helper.make_node("Mul", ["target", "gain"], ["darker"]),
            helper.make_node("Add", ["darker", "none"], ["output"]),
        ],
        "paste",
        [
            helper.make_tensor_value_info("target", number, [1, 3, SIZE, SIZE]),
            helper.make_tensor_value_info("source", number, [1, 512]),
        ],
        [helper.make_tensor_value_info("output", number, [1, 3, SIZE, SIZE])],
        [
            numpy_helper.from_array(np.array(0.0, np.float32), "nothing"),
            numpy_helper.from_array(np.array(GAIN, np.float32), "gain"),
            numpy_helper.from_array(table, "emap"),  # insightface takes the last for its table
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(model, str(path))


def insightface_paste(path: Path, frame: Any) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """insightface's class on a frame: with its paste-back, and its network and crop alone."""
    import onnxruntime
    from insightface.model_zoo.inswapper import INSwapper

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    with contextlib.redirect_stdout(io.StringIO()):
        swapper = INSwapper(model_file=str(path), session=session)
    target = SimpleNamespace(kps=five_of(landmarks()).astype(np.float32))
    source = SimpleNamespace(normed_embedding=np.full(512, 512**-0.5, np.float32))
    return (
        partial(swapper.get, frame, target, source, paste_back=True),
        partial(swapper.get, frame, target, source, paste_back=False),
    )


def measure() -> list[Figure | Exhibit]:
    """Both on one frame, the fastest of each; of insightface only what comes after crop and network counts."""
    light = frozen(plain.plate(WIDTH, HEIGHT).astype(np.float32))
    frame = np.ascontiguousarray((np.clip(light, 0, 1) ** (1 / 2.2) * 255).astype(np.uint8)[..., ::-1])
    image = Image.of(light, colorspace="ACEScg")
    face = crops(image)
    crop = face.crops[0]
    box = box_of(crop, matte_of(crop), image.data)
    graph = graph_of(Shot(name="bench", first=FRAME, last=FRAME, format=image.format), plate=image, face=face).add(
        "Paste", "Paste"
    )
    graph = graph.connect("Paste", "image", "plate").connect("Paste", "crops", "face")

    def ours() -> Pixels:
        planner = Planner(graph)
        done: Image = Runner(planner, Cache(1 << 30)).result(planner.plan("Paste", FRAME))
        return done.region(box, RGB)

    [mine] = seconds((ours,), 40, min)
    told = [shown(GROUP, "paste: ours, float, the box of the face", mine * 1000, "ms")]
    if find_spec("insightface") is None:
        print("insightface is not installed: what it takes is left out", file=sys.stderr)
        return [*told]
    with tempfile.TemporaryDirectory(prefix="nodegraph-bench-") as name:
        model = Path(name) / "model.onnx"
        make_model(model)
        whole, without = insightface_paste(model, frame)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # insightface asks scikit-image in a way that will go
            all_of_it, network = seconds((whole, without), 7, min)
    theirs = all_of_it - network
    return [
        at_least(GROUP, f"paste: a face of {SIZE} into 4K, against insightface's own", theirs / mine, FASTER),
        *told,
        shown(GROUP, "paste: insightface's, 8 bits, without its network and crop", theirs * 1000, "ms"),
    ]


MEASURES = {"paste": measure}
