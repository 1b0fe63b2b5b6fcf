"""What is kept on disk comes back the same to the bit, runs nothing, and never takes more room than it may."""

from __future__ import annotations

import os
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from nodegraph.data.faces import Face, Pose, Rect
from nodegraph.data.identity import Consent, Identity, Photo
from nodegraph.engine.cache import MISSING
from nodegraph.engine.check import same
from nodegraph.engine.disk import Disk, Kept
from nodegraph.engine.render import render
from nodegraph.graph.context import Context
from nodegraph.graph.document import Document, write
from nodegraph.graph.graph import Graph
from nodegraph.graph.node import node, node_type
from tests.engine.toys import LIBRARY, RECORD, empty, wired

Array = np.ndarray
KEY = bytes(range(16))


class Pair(NamedTuple):
    """Two results of one node."""

    name: str
    table: Array


@node(store=True)
def pair() -> Pair:
    """A name and a table."""
    return Pair("", np.zeros(0))


@node(store=True)
def table() -> Array:
    """A table."""
    return np.zeros(0)


@node(store=True)
def somebody() -> Identity:
    """A person."""
    return Identity("", (), "")


def person(seed: int = 0, size: int = 5) -> Identity:
    random = np.random.default_rng(seed)

    def photo(name: str, descriptor: NDArray[Any] | None) -> Photo:
        points = random.uniform(-1, 1 / 3, (68, 2))
        face = Face(Rect(0.1, 1 / 3, 2.0, 3e-9), 1 / 7, points, 0.3, Pose(1.0, 2.0, 1 / 3), descriptor, 90.0)
        return Photo(name, random.uniform(-1, 70000, (size, size + 2, 3)).astype(np.float32), face)

    consent = Consent("S", "G", "all", "P", date(2031, 2, 28), "D")
    return Identity("ö", (photo("a", random.uniform(size=128)), photo("b", None)), "ACEScg", consent)


@pytest.mark.parametrize("array", [np.arange(24.0).reshape(2, 3, 4).T, np.float32(3.5), np.zeros((0, 3), np.uint8)])
def test_arrays_come_back_the_same(tmp_path: Path, array: Any) -> None:
    disk, array = Disk(tmp_path), np.asarray(array)
    disk.put(KEY, node_type(table), array)
    kept = disk.get(KEY, node_type(table))
    assert isinstance(kept, Kept)
    assert kept.value.dtype == array.dtype
    assert np.array_equal(kept.value, array)
    assert not kept.value.flags.writeable
    assert kept.value.flags.aligned


def test_several_outputs_and_their_warnings_come_back(tmp_path: Path) -> None:
    disk = Disk(tmp_path)
    disk.put(KEY, node_type(pair), Pair("one", np.arange(3)), ["look out"])
    value, told = disk.get(KEY, node_type(pair))
    assert isinstance(value, Pair)
    assert value.name == "one"
    assert value.table.tolist() == [0, 1, 2]
    assert told == ("look out",)


def test_a_person_comes_back_the_same_to_the_bit(tmp_path: Path) -> None:
    disk, who = Disk(tmp_path), person()
    disk.put(KEY, node_type(somebody), who)
    kept, _ = disk.get(KEY, node_type(somebody))
    assert same(kept, who)
    assert not same(kept, person(seed=1))
    assert kept.consent == who.consent
    assert np.array_equal(kept.descriptor, who.descriptor)
    assert kept.photos[1].face.descriptor is None


def test_objects_are_neither_kept_nor_read(tmp_path: Path) -> None:
    """A file that asks for an array of objects, with a true checksum, is refused before anything is made of it."""
    disk = Disk(tmp_path)
    disk.put(KEY, node_type(table), np.array([print], object))
    assert disk.get(KEY, node_type(table)) is MISSING
    disk.put(KEY, node_type(table), np.arange(4))
    whole = disk.path(KEY).read_bytes()[32:]
    assert b'"<i8"' in whole
    forged = whole.replace(b'"<i8"', b'"|O8"')
    disk.path(KEY).write_bytes(sha256(forged).digest() + forged)
    with pytest.raises(ValueError, match="OBJECT"):
        disk.get(KEY, node_type(table))


def test_what_is_too_large_is_not_kept(tmp_path: Path) -> None:
    disk = Disk(tmp_path, largest=1000)
    disk.put(KEY, node_type(table), np.zeros(126))
    assert disk.get(KEY, node_type(table)) is MISSING
    disk.put(KEY, node_type(table), np.zeros(125))
    assert isinstance(disk.get(KEY, node_type(table)), Kept)


def test_what_was_not_asked_for_the_longest_goes_first(tmp_path: Path) -> None:
    disk, keys = Disk(tmp_path, room=10_000), [bytes([k]) * 16 for k in range(4)]
    for k, key in enumerate(keys[:3]):
        disk.put(key, node_type(table), np.zeros(375))  # of 3000 bytes, and a head
        os.utime(disk.path(key), (k, k))
    assert isinstance(disk.get(keys[0], node_type(table)), Kept)  # the oldest, but asked for now
    disk.put(keys[3], node_type(table), np.zeros(375))
    there = [isinstance(disk.get(key, node_type(table)), Kept) for key in keys]
    assert there == [True, False, True, True]


def test_warnings_of_what_is_on_disk_are_told_again(tmp_path: Path, unchecked: None) -> None:
    @node(store=True)
    def wary(ctx: Context) -> float:
        """A value to be careful with."""
        RECORD.ran("wary")
        ctx.warn("be careful")
        return 1.0

    graph = Graph(LIBRARY.with_nodes(wary), shot=empty(1, 3).shot).add("Plate", "p").add("Lift", "l").add("Wary", "x")
    graph = wired(graph.add("Save", "w", file="out/a.####.raw"), l__image="p", l__amount="x", w__image="l")
    RECORD.take()
    for runs in (1, 0):
        report = render(graph, "w", root=tmp_path)
        assert RECORD.take()["wary"] == runs
        assert [(each.node, each.message) for each in report.warnings] == [("x", "be careful")]


def test_what_older_code_has_kept_is_not_used(tmp_path: Path, unchecked: None) -> None:
    """A node that comes to compute something else is run again; its file stays as it was."""

    def made(revision: int) -> int:
        @node(store=True, revision=revision)
        def wary() -> float:
            """A value that was once another."""
            RECORD.ran("wary")
            return float(revision)

        graph = Graph(LIBRARY.with_nodes(wary), shot=empty(1, 2).shot).add("Plate", "p").add("Lift", "l")
        graph = graph.add("Wary", "x").add("Save", "w", file="out/a.####.raw")
        graph = wired(graph, l__image="p", l__amount="x", w__image="l")
        assert '"v"' not in write(Document(graph))
        RECORD.take()
        assert render(graph, "w", root=tmp_path).ok
        return RECORD.take()["wary"]

    assert [made(revision) for revision in (0, 0, 1, 1, 0)] == [1, 0, 1, 0, 0]
