"""Files that are broken, mean harm or are something else (made by onnx.helper): told in words, and nothing is run."""

from __future__ import annotations

import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from nodegraph.data.errors import ModelError
from nodegraph.graph.context import Context
from nodegraph.ml.onnx_file import OnnxFile
from nodegraph.ml.swappers.contracts import called
from nodegraph.ml.swappers.source import Source
from nodegraph.ml.swappers.swapper import open_swapper
from tests.ml.saving import OPSET, saved
from tests.ml.swap_models import constant, dfm_file, model, recogniser_file, swap_file, value

INSWAPPER = called("inswapper")[0]
WHO = Source(np.ones(512, np.float32))


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was run: it stays empty."""
    done: list[Any] = []
    monkeypatch.setattr(OnnxFile, "run", lambda *given, **named: done.append(given))
    return done


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What onnxruntime was given: it stays empty."""
    import onnxruntime

    done: list[Any] = []
    monkeypatch.setattr(onnxruntime, "InferenceSession", lambda *given, **named: done.append(given))
    return done


def whole(path: Path) -> bytes:
    return swap_file(path, INSWAPPER).read_bytes()


def external(path: Path) -> None:
    swap_file(path, INSWAPPER)
    onnx.save(onnx.load(str(path)), str(path), save_as_external_data=True, location="beside.bin", size_threshold=0)


def elsewhere(path: Path) -> None:
    external(path)
    told = onnx.load(str(path), load_external_data=False)
    for each in told.graph.initializer:
        for entry in each.external_data:
            if entry.key == "location":
                entry.value = "../../../../etc/passwd"
    path.write_bytes(told.SerializeToString())


def foreign(path: Path) -> None:
    inputs = [value("target", 1, 3, 128, 128), value("source", 1, 512)]
    node = helper.make_node("Own", ["target", "source"], ["output"], domain="somebody.else")
    opset = [*OPSET, helper.make_opsetid("somebody.else", 1)]
    saved(path, helper.make_graph([node], "swap", inputs, [value("output", 1, 3, 128, 128)]), opset)


def pickled(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/data.pkl", pickle.dumps(np.zeros(2)))


BROKEN: dict[str, tuple[Callable[[Path], Any], str]] = {
    "half of it": (lambda path: path.write_bytes(whole(path)[:-50_000]), "only a part"),
    "its beginning": (lambda path: path.write_bytes(whole(path)[:100]), "only a part"),
    "nothing": (lambda path: path.write_bytes(b""), "only a part"),
    "text": (lambda path: path.write_text("a page that says that the file has moved"), "no ONNX model"),
    "weights in another file": (external, "other files"),
    "weights anywhere": (elsewhere, "other files"),
    "operators of somebody's own": (foreign, "operators of somebody.else"),
    "pickled": (pickled, "pickled"),
    "pickled, old": (lambda path: path.write_bytes(pickle.dumps(np.zeros(2))), "any program"),
    "not there": (lambda path: path.unlink(missing_ok=True), "cannot be read"),
}


@pytest.mark.parametrize(("make", "words"), BROKEN.values(), ids=list(BROKEN))
def test_broken_files_are_not_even_loaded(
    make: Callable[[Path], Any], words: str, loaded: list[Any], tmp_path: Path
) -> None:
    path = tmp_path / "inswapper_128.onnx"
    make(path)
    with pytest.raises(ModelError, match=words) as fault:
        open_swapper(model(path, "inswapper"), Context())
    assert fault.value.hint
    assert not loaded


def bare(path: Path, shapes: dict[str, tuple[int | str, ...]], outputs: dict[str, tuple[int | str, ...]]) -> Path:
    """A file of these inputs and outputs that does nothing sensible."""
    first = next(iter(shapes))
    nodes = [helper.make_node("ReduceMean", [first], ["mean"], keepdims=0)]
    nodes += [helper.make_node("Identity", ["mean"], [name]) for name in outputs]
    inputs = [value(name, *shape) for name, shape in shapes.items()]
    results = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs]
    return saved(path, helper.make_graph(nodes, "bare", inputs, results), checked=False)


OUT = {"output": (1, 3, 256, 256)}
WRONG = {
    "another size": ({"source": (1, 512), "target": (1, 3, 200, 200)}, OUT),
    "a huge size": ({"source": (1, 512), "target": (1, 3, 200_000, 200_000)}, OUT),
    "a huge dfm": ({"in_face:0": (1, 200_000, 200_000, 3)}, {"out_celeb_face:0": (1,)}),
    "an oblong dfm": ({"in_face:0": (1, 128, 256, 3)}, {"out_celeb_face:0": (1,)}),
    "a dfm of any size": ({"in_face:0": (1, "h", "w", 3)}, {"out_celeb_face:0": (1,)}),
    "a dfm without a face": ({"in_face:0": (1, 128, 128, 3)}, {"out_face_mask:0": (1,)}),
    "another embedding": ({"source": (1, 128), "target": (1, 3, 256, 256)}, OUT),
    "one channel": ({"source": (1, 512), "target": (1, 1, 256, 256)}, OUT),
    "other names": ({"who": (1, 512), "where": (1, 3, 256, 256)}, OUT),
    "one input more": ({"source": (1, 512), "target": (1, 3, 128, 128), "extra": (1,)}, OUT),
    "one input less": ({"target": (1, 3, 128, 128)}, OUT),
    "rows first": ({"source": (1, 512), "target": (1, 128, 128, 3)}, OUT),
}


@pytest.mark.parametrize(("inputs", "outputs"), WRONG.values(), ids=list(WRONG))
def test_a_file_that_keeps_to_no_contract_is_not_run(
    inputs: dict[str, Any], outputs: dict[str, Any], run: list[Any], tmp_path: Path
) -> None:
    path = bare(tmp_path / "inswapper_128.onnx", inputs, outputs)
    with pytest.raises(ModelError, match="no swap model that is known: it takes"):
        open_swapper(model(path), Context())
    for name in ("inswapper", "dfm"):
        with pytest.raises(ModelError, match=f"does not keep to the contract {name}"):
            open_swapper(model(path, name), Context())
    assert not run


def test_a_recogniser_is_no_swap_model(run: list[Any], tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no swap model that is known: it takes input.1 1x3x112x112"):
        open_swapper(model(recogniser_file(tmp_path / "w600k_r50.onnx")), Context())
    assert not run


@pytest.mark.parametrize("shape", [(512, 511), (3, 3), None])
def test_inswapper_without_its_matrix(shape: tuple[int, int] | None, run: list[Any], tmp_path: Path) -> None:
    emap = None if shape is None else np.zeros(shape, np.float32)
    with pytest.raises(ModelError, match="512 x 512"):
        open_swapper(model(swap_file(tmp_path / "m", INSWAPPER, emap=emap)), Context())
    broken = np.full((512, 512), np.nan, np.float32)
    with pytest.raises(ModelError, match="numbers that are none"):
        open_swapper(model(swap_file(tmp_path / "n", INSWAPPER, emap=broken)), Context())
    assert not run


def answering(path: Path, *nodes: Any, constants: tuple[Any, ...] = ()) -> Path:
    """A file of the right inputs that answers something wrong."""
    inputs = [value("target", 1, 3, 256, 256), value("source", 1, 512)]
    outputs = [helper.make_tensor_value_info("output", TensorProto.FLOAT, None)]
    return saved(path, helper.make_graph(list(nodes), "swap", inputs, outputs, list(constants)), checked=False)


def test_a_face_of_another_size_comes_out(tmp_path: Path) -> None:
    path = answering(tmp_path / "m", helper.make_node("Concat", ["target", "target"], ["output"], axis=3))
    with pytest.raises(ModelError, match="1x3x256x512 where 1x3x256x256 belongs"):
        open_swapper(model(path, "hyperswap"), Context()).swap(np.zeros((1, 256, 256, 3), np.float32), WHO)


def test_numbers_that_are_none_come_out(tmp_path: Path) -> None:
    nodes = helper.make_node("Div", ["target", "none"], ["output"])
    path = answering(tmp_path / "m", nodes, constants=(constant("none", 0.0),))
    with pytest.raises(ModelError, match="numbers that are none"):
        open_swapper(model(path, "hyperswap"), Context()).swap(np.zeros((1, 256, 256, 3), np.float32), WHO)


def test_it_fails_while_it_runs(tmp_path: Path) -> None:
    nodes = [helper.make_node("Reshape", ["target", "far"], ["output"])]
    path = answering(tmp_path / "m", *nodes, constants=(constant("far", [7, 11], np.int64),))
    with pytest.raises(ModelError, match=r"failed while it ran|cannot be loaded"):
        open_swapper(model(path, "hyperswap"), Context()).swap(np.zeros((1, 256, 256, 3), np.float32), WHO)


def test_more_memory_than_there_is(tmp_path: Path) -> None:
    far = [
        helper.make_node("ConstantOfShape", ["sides"], ["huge"]),
        helper.make_node("ReduceSum", ["huge"], ["all"], keepdims=0),
        helper.make_node("Add", ["target", "all"], ["output"]),
    ]
    path = answering(tmp_path / "m", *far, constants=(constant("sides", [1 << 22, 1 << 22], np.int64),))  # 64 TiB
    with pytest.raises(ModelError, match=r"failed while it ran|cannot be loaded"):
        open_swapper(model(path, "hyperswap"), Context()).swap(np.zeros((1, 256, 256, 3), np.float32), WHO)


def test_faces_of_another_size_are_a_fault_of_the_caller(tmp_path: Path) -> None:
    swapper = open_swapper(model(dfm_file(tmp_path / "m.dfm", 64)), Context())
    with pytest.raises(ValueError, match="64 x 64"):
        swapper.swap(np.zeros((1, 32, 32, 3), np.float32))
