"""Generated networks on the disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import onnx
from onnx import helper

OPSET = (helper.make_opsetid("", 17),)


def saved(path: Path, graph: Any, opset: Sequence[Any] = OPSET, *, checked: bool = True) -> Path:
    """A graph as a file; the folder is made if need be. Unchecked, it may be one that no standard allows."""
    model = helper.make_model(graph, opset_imports=list(opset), ir_version=8)
    if checked:
        onnx.checker.check_model(model)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(path))
    return path
