"""Compiled loops that are kept: each its own, whoever compiles at the same time, and never those of other code."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nodegraph.data.compiled import reach

KERNELS = """
from nodegraph.data.compiled import compiled
from helper import step

def adding(what):
    @compiled()
    def loop(numbers):
        for i in range(numbers.size):
            numbers[i] += step(what)
    return loop
"""
HELPER = """
from nodegraph.data.compiled import compiled

@compiled()
def step(what):
    return what * 1
"""
EVEN = """
import odd as other
from nodegraph.data.compiled import compiled

@compiled()
def even(n):
    return True if n == 0 else odd(n - 1)

odd = other.odd
other.even = even
"""
ODD = """
from nodegraph.data.compiled import compiled

@compiled()
def odd(n):
    return False if n == 0 else even(n - 1)
"""
RUN = """
import sys
import numpy as np
from kernels import adding
for what in map(int, sys.argv[1:]):
    loop, numbers = adding(what), np.zeros(3)
    loop(numbers)
    print(int(numbers[0]), len(loop.stats.cache_hits))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in {"kernels": KERNELS, "helper": HELPER, "run": RUN}.items():
        (tmp_path / f"{name}.py").write_text(text)
    return tmp_path


def start(folder: Path, *whats: int, **environment: str) -> subprocess.Popen[str]:
    env = {**os.environ, "NUMBA_CACHE_DIR": str(folder / "kept"), **environment}
    words = [sys.executable, "run.py", *map(str, whats)]
    return subprocess.Popen(words, cwd=folder, env=env, stdout=subprocess.PIPE, text=True)


def ran(folder: Path, *whats: int, **environment: str) -> list[tuple[int, bool]]:
    """What each loop gave, and whether it was found compiled."""
    process = start(folder, *whats, **environment)
    said = process.communicate()[0]
    assert process.returncode == 0
    return [(int(line.split()[0]), line.split()[1] == "1") for line in said.splitlines()]


def test_what_was_compiled_is_found_again(folder: Path) -> None:
    assert ran(folder, 1, 2) == [(1, False), (2, False)]
    assert ran(folder, 2, 1, 3) == [(2, True), (1, True), (3, False)]


def loops(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Any]:
    monkeypatch.syspath_prepend(str(folder))
    for name in ("kernels", "helper"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    import kernels  # type: ignore[import-not-found]

    return kernels.adding  # type: ignore[no-any-return]


def test_two_that_compile_at_the_same_time_keep_their_own(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One process looks what is there, another keeps its loop, the first one keeps its own.

    In this order numba's own index gives both loops one file, and one of them runs as the other.
    """
    adding = loops(folder, monkeypatch)
    original, inside = Path.write_bytes, []

    def write(path: Path, data: bytes) -> int:
        count = original(path, data)
        if not inside and "adding" in path.name:
            inside.append(path)
            adding(5)(np.zeros(3))
        return count

    monkeypatch.setattr(Path, "write_bytes", write)
    adding(4)(np.zeros(3))
    assert inside
    for what in (4, 5):
        loop, numbers = adding(what), np.zeros(3)
        loop(numbers)
        assert len(loop.stats.cache_hits) == 1
        assert numbers.tolist() == [what] * 3


def test_many_processes_from_nothing(folder: Path) -> None:
    processes = [start(folder, *(range(k, 12 + k))) for k in range(4)]
    for k, process in enumerate(processes):
        said = process.communicate()[0]
        assert [int(line.split()[0]) for line in said.splitlines()] == list(range(k, 12 + k))
    assert ran(folder, *range(15)) == [(what, True) for what in range(15)]


def test_a_function_that_it_calls_from_another_file_was_changed(folder: Path) -> None:
    assert ran(folder, 1) == [(1, False)]
    (folder / "helper.py").write_text(HELPER.replace("* 1", "* 2"))
    assert ran(folder, 1) == [(2, False)]
    assert ran(folder, 1) == [(2, True)]


def test_functions_that_call_each_other(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each one's file is known, and looking for them ends."""
    (folder / "even.py").write_text(EVEN)
    (folder / "odd.py").write_text(ODD)
    monkeypatch.syspath_prepend(str(folder))
    from even import even  # type: ignore[import-not-found]

    assert [Path(each).name for each in reach(even.py_func).files] == ["even.py", "odd.py"]


def test_a_constant_that_another_file_gives_was_changed(folder: Path) -> None:
    """The loop's own file and those it calls stay as they are, to the time they were written."""
    (folder / "helper.py").write_text(
        HELPER.replace("what * 1", "what * TIMES").replace("\n@", "from values import TIMES\n@")
    )
    (folder / "values.py").write_text("TIMES = 3")
    assert ran(folder, 1) == [(3, False)]
    assert ran(folder, 1) == [(3, True)]
    (folder / "values.py").write_text("TIMES = 55")
    assert ran(folder, 1) == [(55, False)]


@pytest.mark.parametrize("harm", ["empty", "cut", "flipped"])
def test_a_damaged_file_is_compiled_again(folder: Path, harm: str) -> None:
    """A power cut may leave a file without its end."""
    assert ran(folder, 1) == [(1, False)]
    for path in (folder / "kept").rglob("*.nbc"):
        data = bytearray(path.read_bytes())
        if harm == "flipped":
            data[len(data) // 2] ^= 0x10
        path.write_bytes({"empty": b"", "cut": bytes(data[:-100]), "flipped": bytes(data)}[harm])
    assert ran(folder, 1) == [(1, False)]
    assert ran(folder, 1) == [(1, True)]


def test_where_nothing_can_be_kept_it_still_runs(folder: Path) -> None:
    """A folder in the way of the files, as root may write anywhere."""
    (folder / "kept").write_text("a file where a folder is wanted")
    home = folder / "no home"
    home.write_text("")
    (folder / "__pycache__").write_text("")
    assert ran(folder, 1, 2, HOME=str(home), XDG_CACHE_HOME=str(home)) == [(1, False), (2, False)]


def test_a_full_disk_stops_no_render(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    adding = loops(folder, monkeypatch)

    def full(_path: Path, _data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    loop, numbers = adding(7), np.zeros(3)
    loop(numbers)
    assert numbers.tolist() == [7, 7, 7]
    assert not [path for path in folder.rglob("*") if path.suffix in (".part", ".nbc") and "adding" in path.name]
