"""Disks that are full or read-only, folders without permission: whole renders of the command line against them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import OpenEXR
import pytest

import nodegraph as ng
from nodegraph.cli.main import main

Out = pytest.CaptureFixture[str]
Mount = Callable[[str], Path]
LAST = 1008


def project(folder: Path, target: str) -> Path:
    """A shot of grain, which no compression makes small: 40 KB a frame."""
    rng = np.random.default_rng(1)
    pixels = rng.random((64, 104, 3)).astype(np.float16)
    OpenEXR.File({"compression": OpenEXR.NO_COMPRESSION, "type": OpenEXR.scanlineimage}, {"RGB": pixels}).write(
        str(folder / "grain.exr")
    )
    graph = ng.new(first=1001, last=LAST, format=ng.Format(104, 64))
    graph = graph.add("Read", "Plate", file="grain.exr").add("Grade", "Warm", multiply=(2.0, 1.0, 1.0))
    graph = graph.add("Write", "Out", file=target).connect("Warm", "image", "Plate").connect("Out", "image", "Warm")
    path = folder / "shot.ngraph.json"
    ng.save(graph, path)
    return path


def whole(folder: Path) -> list[int]:
    """The frames there, each decoded to its last pixel; nothing else may lie beside them."""
    frames = []
    for path in sorted(folder.iterdir()):
        with OpenEXR.File(str(path)) as file:
            assert np.isfinite(file.channels()["RGB"].pixels.astype(np.float32)).all()
        frames.append(int(path.suffixes[0][1:]))
    return frames


def test_a_disk_that_fills_up_and_the_render_goes_on_when_there_is_room(
    mounted: Mount, tmp_path: Path, capsys: Out
) -> None:
    disk = mounted("size=160k")
    graph = project(tmp_path, f"{disk}/o.####.exr")
    assert main(["render", str(graph), "--workers", "1"]) == 1
    told = capsys.readouterr().err
    there = whole(disk)
    assert 0 < len(there) < 8
    assert f"error at {there[-1] + 1}: Out: {disk}/o.{there[-1] + 1}.exr cannot be written: the disk is full" in told
    assert "--resume" in told
    assert "Traceback" not in told
    subprocess.run(["mount", "-o", "remount,size=4m", str(disk)], check=True)
    assert main(["render", str(graph), "--resume"]) == 0
    assert f"{len(there)} there already" in capsys.readouterr().out
    assert whole(disk) == list(range(1001, LAST + 1))


def test_a_full_disk_under_a_movie(mounted: Mount, tmp_path: Path, capsys: Out) -> None:
    disk = mounted("size=8k")
    graph = ng.load(project(tmp_path, "x.####.exr")).graph.add("WriteMovie", "Movie", file=f"{disk}/m.mov")
    ng.save(graph.connect("Movie", "image", "Warm"), tmp_path / "movie.ngraph.json")
    assert main(["render", str(tmp_path / "movie.ngraph.json"), "--node", "Movie"]) == 1
    told = capsys.readouterr().err
    assert f"Movie: {disk}/m.mov cannot be written: the disk is full" in told
    assert list(disk.iterdir()) == []


def test_a_project_on_a_full_disk(mounted: Mount, capsys: Out) -> None:
    disk = mounted("size=128k")
    graph = project(disk, "out/o.####.exr")
    (disk / "fill").write_bytes(b"0" * (os.statvfs(disk).f_bavail * os.statvfs(disk).f_bsize))
    assert main(["render", str(graph)]) == 1
    told = capsys.readouterr().err
    assert "the disk is full" in told
    assert "fault of the node" not in told
    assert "Traceback" not in told
    assert [path for path in disk.rglob("*.exr") if path.name != "grain.exr"] == []


def test_a_read_only_project(mounted: Mount, tmp_path: Path, capsys: Out) -> None:
    disk = mounted("size=1m")
    graph = project(disk, "out/o.####.exr")
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    assert main(["render", str(graph)]) == 1
    told = capsys.readouterr().err
    assert "read-only" in told
    assert "Traceback" not in told
    assert main(["check", str(graph)]) == 0
    assert main(["plan", str(graph)]) == 0
    assert main(["fmt", "--check", str(graph)]) == 0


def test_a_read_only_output(mounted: Mount, tmp_path: Path, capsys: Out) -> None:
    disk = mounted("size=1m,ro")
    graph = project(tmp_path, f"{disk}/o.####.exr")
    assert main(["render", str(graph), "--on-error", "skip"]) == 1
    told = capsys.readouterr().err
    assert f"{disk}/o.1001.exr cannot be written: the disk is read-only" in told
    assert told.count("Out: ") >= 1


@contextmanager
def nobody(folder: Path) -> Iterator[None]:
    """Work without the rights of root, which may read and write everything."""
    for each in (folder, *folder.parents):
        if "pytest-of-" in str(each):  # those that pytest made for one user alone, and none above
            each.chmod(0o755)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def test_no_permission(tmp_path: Path, capsys: Out) -> None:
    """To write a frame, to read a plate, to open the graph."""
    graph = project(tmp_path, "out/o.####.exr")
    words = ["render", str(graph), "--frames", "1001"]
    assert main(words) == 0  # as root: what is imported late may lie where nobody else may look
    for path in (tmp_path / ".nodegraph").rglob("*"):
        path.chmod(0o777)
    (tmp_path / "out" / "o.1001.exr").unlink()
    (tmp_path / "out").chmod(0o555)
    capsys.readouterr()
    with nobody(tmp_path):
        assert main(words) == 1
    told = capsys.readouterr().err
    assert f"error at 1001: Out: {tmp_path}/out/o.1001.exr cannot be written: you may not write there" in told
    (tmp_path / "grain.exr").chmod(0)
    with nobody(tmp_path):
        assert main(words) == 1
    told += capsys.readouterr().err
    assert f"error at 1001: Plate: {tmp_path}/grain.exr" in told
    assert "permission" in told
    graph.chmod(0)
    with nobody(tmp_path):
        assert main(words) == 1
    told += capsys.readouterr().err
    assert "shot.ngraph.json cannot be read" in told
    assert "Traceback" not in told
    assert list((tmp_path / "out").iterdir()) == []
