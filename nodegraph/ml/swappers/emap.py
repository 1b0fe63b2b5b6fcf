"""The matrix that inswapper and its kin keep in the file for their caller, as the last constant of the graph."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from nodegraph.data.errors import ModelError
from nodegraph.data.image import Pixels, frozen
from nodegraph.ml.swappers.contracts import EMBEDDING


class Emap(NamedTuple):
    """The matrix, and whether no operator of the network reads it: then it can be there for the caller only."""

    matrix: Pixels
    spare: bool


def read_emap(path: Path) -> Emap | None:
    """The matrix of a file; None if its last constant is no such matrix."""
    import onnx

    graph = onnx.load(str(path), load_external_data=False).graph
    if not graph.initializer or tuple(graph.initializer[-1].dims) != (EMBEDDING, EMBEDDING):
        return None
    last = graph.initializer[-1]
    try:
        matrix = np.asarray(onnx.numpy_helper.to_array(last), np.float32)
    except ValueError as fault:
        raise ModelError(
            f"the last constant of {path.name} is broken: {str(fault)[:200]}", "fetch or copy the file again"
        ) from fault
    if not np.isfinite(matrix).all():
        raise ModelError(f"the matrix at the end of {path.name} holds numbers that are none", "fetch or copy it again")
    used = any(last.name in node.input for node in graph.node)
    return Emap(frozen(matrix), not used)
