"""Results of a whole shot, kept on disk by key: the point from which a render resumes, and the next one begins."""

from __future__ import annotations

import contextlib
import json
import math
import os
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from nodegraph.data.parts import InParts, Parts
from nodegraph.engine.cache import MISSING, Missing
from nodegraph.graph.knob import Stored
from nodegraph.graph.node import NodeType
from nodegraph.media.atomic import atomic

PLAIN = (str, int, float, bool, type(None), list, dict)
NUMBERS = "biuf"  # kinds of arrays that are read: numbers, never objects
SUM = 32  # bytes of the checksum that a file begins with
LENGTH = 8  # bytes that say how long the head is
EDGE = 64  # bytes; arrays begin at multiples of it, as processors like it
LARGEST = 1 << 30  # bytes of a result that is kept
ROOM = 4 << 30  # bytes of all of a project's; what was not asked for the longest goes first


class Kept(NamedTuple):
    """A result from the disk, and the warnings that it came with."""

    value: Any
    told: tuple[str, ...]


class Disk:
    """A folder of results. A file that is cut off or changed counts as not there."""

    def __init__(self, folder: Path, *, largest: int = LARGEST, room: int = ROOM) -> None:
        self.folder = folder
        self.largest = largest
        self.room = room

    @classmethod
    def of(cls, project: Path) -> Disk:
        """The store of a project."""
        return cls(project / ".nodegraph" / "cache")

    def path(self, key: bytes) -> Path:
        return self.folder / key.hex()[:2] / f"{key.hex()}.kept"

    def get(self, key: bytes, kind: NodeType) -> Kept | Missing:
        """The result of a node by its key, or MISSING."""
        path = self.path(key)
        try:
            data = memoryview(path.read_bytes())
        except FileNotFoundError:
            return MISSING
        if sha256(data[SUM:]).digest() != data[:SUM]:
            return MISSING
        with contextlib.suppress(OSError):  # a project may be looked at that cannot be written to
            os.utime(path)
        told, rows = _read(data[SUM:])
        values = [_whole(row, output.type) for row, output in zip(rows, kind.outputs, strict=True)]
        return Kept(values[0] if len(values) == 1 else _result_type(kind)(*values), told)

    def put(self, key: bytes, kind: NodeType, value: Any, told: Sequence[str] = ()) -> None:
        """Keep a result and its warnings, if it is of a kind that a file can hold and not too large."""
        rows = [_parts(each) for each in (value if len(kind.outputs) > 1 else [value])]
        known = [row for row in rows if row is not None]
        size = sum(array.nbytes for row in known for array in row.arrays)
        if len(known) < len(rows) or size > self.largest:
            return
        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        checksum = sha256()
        with atomic(path) as beside, beside.open("wb") as file:
            file.write(bytes(SUM))
            for piece in _written(told, known):
                checksum.update(piece)
                file.write(piece)
            file.seek(0)
            file.write(checksum.digest())
        if size:
            self._make_room(path)

    def _make_room(self, newest: Path) -> None:
        """Let go of what was not asked for the longest, where all of it together is too much."""
        files: list[tuple[float, int, Path]] = []
        for path in self.folder.glob("*/*.kept"):
            with contextlib.suppress(FileNotFoundError):  # others make room as well
                state = path.stat()
                files.append((state.st_mtime, state.st_size, path))
        left = sum(size for _, size, _ in files) - self.room
        for _, size, path in sorted(files):
            if left <= 0:
                return
            if path != newest:
                path.unlink(missing_ok=True)
                left -= size


def _result_type(kind: NodeType) -> Any:
    from typing import get_type_hints

    return get_type_hints(kind.function)["return"]


def _parts(value: Any) -> Parts | None:
    """What a file is to hold of a result; None if that cannot be."""
    if isinstance(value, np.ndarray):
        parts = Parts(None, (value,))
    elif isinstance(value, InParts):
        parts = value.to_parts()
    else:
        parts = Parts(value.to_json() if isinstance(value, Stored) else value)
    numbers = all(array.dtype.kind in NUMBERS for array in parts.arrays)
    return parts if numbers and isinstance(parts.plain, PLAIN) else None


def _whole(parts: Parts, kind: type) -> Any:
    if issubclass(kind, np.ndarray):
        return parts.arrays[0]
    if issubclass(kind, InParts):
        return kind.from_parts(parts)
    from_json = getattr(kind, "from_json", None)
    return parts.plain if from_json is None else from_json(parts.plain)


def _written(told: Iterable[str], rows: Sequence[Parts]) -> Iterator[bytes | memoryview]:
    """A file's body, piece by piece: how long its head is, the head, then the arrays, each from an edge on."""
    shapes = [[[array.dtype.str, list(array.shape)] for array in row.arrays] for row in rows]
    head = json.dumps({"told": list(told), "plain": [row.plain for row in rows], "arrays": shapes}).encode()
    yield len(head).to_bytes(LENGTH, "little")
    yield head
    at = LENGTH + len(head)
    for row in rows:
        for array in row.arrays:
            yield bytes(_gap(at))
            at += _gap(at) + array.nbytes
            yield np.ascontiguousarray(array).reshape(-1).view(np.uint8).data


def _read(body: memoryview) -> tuple[tuple[str, ...], list[Parts]]:
    """The warnings and the parts in a file's body; arrays look into it, and cannot be written to."""
    at = LENGTH + int.from_bytes(body[:LENGTH], "little")
    head = json.loads(bytes(body[LENGTH:at]))
    rows = []
    for plain, shapes in zip(head["plain"], head["arrays"], strict=True):
        arrays = []
        for name, shape in shapes:
            kind = np.dtype(name)
            at += _gap(at)
            flat = np.frombuffer(body, kind, math.prod(shape), at)
            at += flat.nbytes
            arrays.append(flat.reshape(shape))
        rows.append(Parts(plain, tuple(arrays)))
    return tuple(head["told"]), rows


def _gap(at: int) -> int:
    """Bytes to the next edge of the file, given a place in its body."""
    return -(SUM + at) % EDGE
