"""A file is whole, or it is not there."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from nodegraph.data.errors import MediaError
from nodegraph.media.atomic import atomic, sweep


def test_the_name_comes_last(tmp_path: Path) -> None:
    target = tmp_path / "a.exr"
    target.write_bytes(b"old")
    with atomic(target) as beside:
        beside.write_bytes(b"new")
        assert beside.parent == tmp_path
        assert beside.suffix == ".exr"
        assert target.read_bytes() == b"old"
    assert target.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [target]


def test_two_writers_of_one_name_do_not_meet(tmp_path: Path) -> None:
    target = tmp_path / "a.exr"
    with atomic(target) as one, atomic(target) as two:
        assert one != two
        one.write_bytes(b"one")
        two.write_bytes(b"two")
    assert target.read_bytes() == b"one"  # the outer one ended last
    assert list(tmp_path.iterdir()) == [target]


def test_a_failure_leaves_all_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "a.exr"
    target.write_bytes(b"old")

    def write() -> None:
        with atomic(target) as beside:
            beside.write_bytes(b"half of it")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write()
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(
    ("path", "said"), [("gone/a.exr", "the folder is not there"), (".", "a folder"), ("file/a.exr", "is a file")]
)
def test_where_nothing_can_be_written(tmp_path: Path, path: str, said: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(MediaError, match=said) as told, atomic(tmp_path / path) as beside:
        beside.write_bytes(b"x")
    assert str(tmp_path) in told.value.message
    assert told.value.hint


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(MediaError, match="may not write"), atomic(tmp_path / "a.exr") as beside:
        beside.write_bytes(b"x")


def test_no_room(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, before[1]))
    try:
        with pytest.raises(MediaError, match=r"a\.exr cannot be written"), atomic(tmp_path / "a.exr") as beside:
            beside.write_bytes(bytes(1 << 20))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert not list(tmp_path.iterdir())


def test_killed_while_it_writes(tmp_path: Path) -> None:
    target = tmp_path / "a.exr"
    script = (
        "import sys; from nodegraph.media.atomic import atomic, sweep\n"
        "with atomic(sys.argv[1]) as beside, beside.open('wb') as file:\n"
        "    file.write(b'half'); file.flush(); print('half', flush=True); sys.stdin.read()\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", script, str(target)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stdout.readline() == "half\n"
    child.kill()
    child.wait()
    child.stdin.close()
    child.stdout.close()
    assert not target.exists()
    left = list(tmp_path.iterdir())
    assert all(each.name.startswith(".") for each in left)
    with atomic(target) as beside:
        beside.write_bytes(b"whole")
    assert target.read_bytes() == b"whole"


def test_what_a_killed_writer_left_is_swept_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "a.1001.exr"
    code = (
        "import os, signal, sys\nfrom nodegraph.media.atomic import atomic\n"
        "with atomic(sys.argv[1]) as beside:\n"
        "    beside.write_bytes(b'half')\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(target)], check=False)
    (left,) = tmp_path.iterdir()
    (tmp_path / ".hidden.exr").write_bytes(b"the artist's own")
    (tmp_path / "b.part.exr").write_bytes(b"the artist's own")
    with atomic(tmp_path / "c.exr") as beside:
        assert sweep(tmp_path) == [left]
        assert beside.exists()  # somebody writes to it
        beside.write_bytes(b"c")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".hidden.exr", "b.part.exr", "c.exr"]
    assert sweep(tmp_path / "gone") == []
