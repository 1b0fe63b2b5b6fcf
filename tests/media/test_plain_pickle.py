"""Pickles as data: what Python and numpy write is read as they would, what could run is refused and does not."""

from __future__ import annotations

import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nodegraph.media.plain_pickle import PickleRefused, read_pickle

PROTOCOLS = pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
SAMPLES: dict[str, Any] = {
    "plain": {"a": [1, -2, 3.5, True, None, "Ünïcode"], "b": (1, (2, (3, 4, 5, 6))), 7: b"bytes\x00\xff", "": {}},
    "large numbers": [2**31, -(2**31), 2**63, 2**200, -(2**200), 255, 256, 65535, 65536, 1e300],
    "shared": (lambda row: [row, row, {"row": row}])([1, 2]),
    "long": ["x" * 300, b"y" * 300, list(range(2000)), {str(k): k for k in range(2000)}],
    "sets": [{1, 2}, frozenset({3})],
    "ordered": OrderedDict([("x", 1), ("y", 2)]),
}
ARRAYS = [
    np.arange(136, dtype=np.float32).reshape(68, 2),
    np.asfortranarray(np.arange(12, dtype=np.float64).reshape(3, 4)),
    np.arange(5, dtype=">i4"),
    np.frombuffer(b"\xff\xd8\xff", np.uint8),
    np.array([True, False]),
    np.zeros((0, 2), np.float32),
    np.array(3.5),
]


def same(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray):
        return isinstance(other, np.ndarray) and one.shape == other.shape and bool(np.array_equal(one, other))
    return bool(one == other)


@PROTOCOLS
@pytest.mark.parametrize("value", SAMPLES.values(), ids=list(SAMPLES))
def test_plain_values(value: Any, protocol: int) -> None:
    assert read_pickle(pickle.dumps(value, protocol)) == value


@PROTOCOLS
@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: f"{array.dtype}{array.shape}")
def test_arrays(array: np.ndarray, protocol: int) -> None:
    read = read_pickle(pickle.dumps({"points": array, "again": array}, protocol))
    assert same(array, read["points"])
    assert read["points"].dtype == array.dtype.newbyteorder("=")
    assert same(array, read["again"])


@PROTOCOLS
def test_numbers_of_numpy(protocol: int) -> None:
    value = [np.float32(1.5), np.int64(-7), np.uint8(200), np.bool_(True)]
    assert read_pickle(pickle.dumps(value, protocol)) == [1.5, -7, 200, True]


def test_names_of_older_and_newer_numpy() -> None:
    data = pickle.dumps(np.arange(3.0), 2)
    for one, other in ((b"numpy._core.multiarray", b"numpy.core.multiarray"),):
        assert same(np.arange(3.0), read_pickle(data.replace(one, other)))
        assert same(np.arange(3.0), read_pickle(data.replace(other, one)))


def test_lists_within_themselves() -> None:
    loop: list[Any] = [1]
    loop.append(loop)
    read = read_pickle(pickle.dumps(loop))
    assert read[0] == 1
    assert read[1] is read


class Runs:
    """Touches a file when Python's reader opens it."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> Any:
        return Path.touch, (self.file,)


class Calls:
    """Any callable with any arguments."""

    def __init__(self, *what: Any) -> None:
        self.what = what

    def __reduce__(self) -> Any:
        return self.what[0], tuple(self.what[1:])


@PROTOCOLS
def test_what_could_run_does_not(tmp_path: Path, protocol: int) -> None:
    file = tmp_path / "ran"
    data = pickle.dumps({"landmarks": Runs(file)}, protocol)
    with pytest.raises(PickleRefused, match="names"):
        read_pickle(data)
    assert not file.exists()
    pickle.loads(data)  # the test can fail: Python's own reader does run it
    assert file.exists()


@PROTOCOLS
@pytest.mark.parametrize(
    "what",
    [(eval, "1+1"), (getattr, [], "append"), (np.load, "x"), (bytearray, 1 << 40), (__import__, "os"), (np.empty, 3)],
    ids=lambda what: what[0].__name__,
)
def test_other_names_are_refused(what: tuple[Any, ...], protocol: int) -> None:
    with pytest.raises(PickleRefused):
        read_pickle(pickle.dumps(Calls(*what), protocol))


HOSTILE = {
    "system": b"cos\nsystem\n(S'echo hi'\ntR.",
    "inst": b"(S'echo hi'\nios\nsystem\n.",
    "obj": b"(cos\nsystem\nS'echo hi'\no.",
    "newobj": b"\x80\x02cnumpy\nndarray\n)\x81.",
    "a name alone": b"cnumpy\ndtype\n.",
    "attribute of numpy": b"cnumpy\nfromfile\n(S'/etc/passwd'\ntR.",
    "dotted": b"\x80\x04\x8c\x05numpy\x8c\x0ecore.os.system\x93\x8c\x02hi\x85R.",
    "persistent": b"Pid\n.",
    "extension": b"\x80\x02\x82\x01.",
    "build on a list": b"]}b.",
    "state into a name": b"cnumpy\nndarray\n}b.",
    "objects in an array": b"cnumpy._core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR"
    b"(I1\n(I1\ntcnumpy\ndtype\n(S'O8'\nI0\nI1\ntRI00\n(lS'x'\natb.",
    "larger than it is": b"cnumpy._core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR"
    b"(I1\n(I1000000000000\ntcnumpy\ndtype\n(S'f8'\nI0\nI1\ntRI00\nS'x'\ntb.",
    "negative": b"cnumpy._core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR"
    b"(I1\n(I-1\nI-8\ntcnumpy\ndtype\n(S'u1'\nI0\nI1\ntRI00\nS'abcdefgh'\ntb.",
    "nothing": b"",
    "no end": b"\x80\x04]",
    "nothing on the stack": b".",
    "two values": b"NN.",
    "too few": b"\x80\x02\x86.",
    "no mark": b"t.",
    "no memory": b"h\x05.",
    "no pickle": b"\x89PNG\r\n\x1a\n",
    "a list as key": b"}]Ns.",
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=list(HOSTILE))
def test_hostile_and_broken(data: bytes) -> None:
    with pytest.raises(PickleRefused):
        read_pickle(data)


def test_tuples_in_tuples_take_no_time() -> None:
    """A few hundred bytes that stand for a tree of 2 to the 200 leaves."""
    tree = b"\x80\x02N" + b"".join(b"q%c" % k + b"h%c" % k + b"\x86" for k in range(200))
    assert read_pickle(tree + b".")[0][0] is not None
    with pytest.raises(PickleRefused, match="key"):
        read_pickle(b"\x80\x02}" + tree[2:] + b"Ns.")


def test_every_cut_and_every_changed_byte_is_refused_or_read() -> None:
    data = pickle.dumps({"points": np.arange(6.0).reshape(3, 2), "name": "x", "n": [1, 2]}, 4)
    for end in range(len(data)):
        with pytest.raises(PickleRefused):
            read_pickle(data[:end])
    random = np.random.default_rng(1)
    for _ in range(2000):
        broken = bytearray(data)
        for at in random.integers(0, len(data), random.integers(1, 4)):
            broken[at] = random.integers(0, 256)
        try:
            read_pickle(bytes(broken))
        except PickleRefused:
            continue
