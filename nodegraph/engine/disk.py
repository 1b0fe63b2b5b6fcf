"""Small results of a whole shot, kept on disk by key: the point from which a render resumes."""

from __future__ import annotations

import io
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from nodegraph.engine.cache import MISSING
from nodegraph.graph.knob import Stored
from nodegraph.graph.node import NodeType
from nodegraph.media.atomic import atomic

PLAIN = (str, int, float, bool, type(None), list, dict)
SUM = 32  # bytes of the checksum that a file begins with


class Disk:
    """A folder of results. A file that is cut off or changed counts as not there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def of(cls, project: Path) -> Disk:
        """The store of a project."""
        return cls(project / ".nodegraph" / "cache")

    def path(self, key: bytes) -> Path:
        return self.folder / key.hex()[:2] / f"{key.hex()}.value"

    def get(self, key: bytes, kind: NodeType) -> Any:
        """The result of a node by its key, or MISSING."""
        try:
            data = self.path(key).read_bytes()
        except FileNotFoundError:
            return MISSING
        checksum, body = data[:SUM], data[SUM:]
        if sha256(body).digest() != checksum:
            return MISSING
        if len(kind.outputs) < 2:
            return _unpacked(body, kind.outputs[0].type)
        rows = _split(body)
        result = _result_type(kind)
        return result(*(_unpacked(row, output.type) for row, output in zip(rows, kind.outputs, strict=True)))

    def put(self, key: bytes, kind: NodeType, value: Any) -> None:
        """Keep a result, if it is of a kind that a file can hold."""
        values = list(value) if len(kind.outputs) > 1 else [value]
        rows = [_packed(each) for each in values]
        if any(row is None for row in rows):
            return
        body = rows[0] if len(rows) == 1 else _joined([row for row in rows if row is not None])
        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic(path) as beside:
            beside.write_bytes(sha256(body or b"").digest() + (body or b""))


def _result_type(kind: NodeType) -> Any:
    from typing import get_type_hints

    return get_type_hints(kind.function)["return"]


def _packed(value: Any) -> bytes | None:
    if isinstance(value, np.ndarray):
        file = io.BytesIO()
        np.save(file, value, allow_pickle=False)
        return file.getvalue()
    saved = value.to_json() if isinstance(value, Stored) else value
    return json.dumps(saved).encode() if isinstance(saved, PLAIN) else None


def _unpacked(data: bytes, kind: type) -> Any:
    if issubclass(kind, np.ndarray):
        return np.load(io.BytesIO(data), allow_pickle=False)
    saved = json.loads(data)
    from_json = getattr(kind, "from_json", None)
    return from_json(saved) if from_json is not None else saved


def _joined(rows: list[bytes]) -> bytes:
    return b"".join(len(row).to_bytes(8, "little") + row for row in rows)


def _split(data: bytes) -> list[bytes]:
    rows = []
    while data:
        size = int.from_bytes(data[:8], "little")
        rows.append(data[8 : 8 + size])
        data = data[8 + size :]
    return rows
