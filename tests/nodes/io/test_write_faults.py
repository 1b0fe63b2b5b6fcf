"""Write when the disk is against it: told in plain words, and never half a file under the final name."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest

from nodegraph.data.errors import MediaError
from nodegraph.data.image import Image
from nodegraph.data.shot import Frame, Shot
from nodegraph.graph.context import Context
from nodes.io.read import read
from nodes.io.write import write
from tests.nodes.io.pictures import noise, planes_of, run, save

Mount = Callable[[str], Path]


def picture(seed: int = 0, size: int = 96) -> Image:
    pixels = np.random.default_rng(seed).random((size, size, 3), np.float32)
    return Image.of(pixels, colorspace="ACEScg")


def put(image: Image, path: Path, shot: Shot, **knobs: object) -> Path:
    result: Path = run(write, image, Frame(1001), shot, Context(), file=str(path), **knobs)
    return result


def test_a_full_disk(mounted: Mount, shot: Shot) -> None:
    disk = mounted("size=64k")
    put(picture(size=16), disk / "small.exr", shot)
    before = planes_of(disk / "small.exr")
    for name in ("large.exr", "small.exr"):
        with pytest.raises(MediaError, match="full") as told:
            put(picture(), disk / name, shot, bits="float", compression="NONE")
        assert "room" in told.value.hint
    assert [entry.name for entry in disk.iterdir()] == ["small.exr"]
    assert np.array_equal(planes_of(disk / "small.exr")["R"], before["R"])


def test_a_full_disk_under_a_splice(mounted: Mount, tmp_path: Path, shot: Shot, ctx: Context) -> None:
    plate = save(tmp_path / "plate.exr", noise(200, 200))
    disk = mounted("size=64k")
    image = run(read, Frame(1001), shot, ctx, file=str(plate))
    with pytest.raises(MediaError, match="full"):
        put(image, disk / "out.exr", shot)
    assert list(disk.iterdir()) == []


def test_a_read_only_disk(mounted: Mount, shot: Shot) -> None:
    disk = mounted("ro")
    with pytest.raises(MediaError, match="read-only") as told:
        put(picture(), disk / "out.exr", shot)
    assert told.value.hint
    with pytest.raises(MediaError, match=r"[Rr]ead-only"):
        put(picture(), disk / "new" / "out.exr", shot)


def test_no_permission(tmp_path: Path, shot: Shot, nobody: Callable[[], AbstractContextManager[None]]) -> None:
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o555)
    with nobody():
        with pytest.raises(MediaError, match=r"may not write there|cannot be made") as told:
            put(picture(), folder / "out.exr", shot)
        with pytest.raises(MediaError, match=r"cannot be made|may not write there"):
            put(picture(), folder / "new" / "out.exr", shot)
    assert told.value.hint
    assert list(folder.iterdir()) == []


def test_a_folder_of_that_name_or_a_file_as_folder(tmp_path: Path, shot: Shot) -> None:
    (tmp_path / "out.exr").mkdir()
    with pytest.raises(MediaError, match=r"out\.exr"):
        put(picture(), tmp_path / "out.exr", shot)
    (tmp_path / "text").write_text("a file")
    with pytest.raises(MediaError, match="text"):
        put(picture(), tmp_path / "text" / "out.exr", shot)


def test_a_source_that_breaks_while_it_is_used(tmp_path: Path, shot: Shot, ctx: Context) -> None:
    plate = save(tmp_path / "plate.exr", noise(64, 64))
    image = run(read, Frame(1001), shot, ctx, file=str(plate))
    plate.write_bytes(plate.read_bytes()[:2000])
    with pytest.raises(MediaError, match=r"plate\.exr"):
        put(image, tmp_path / "out.exr", shot)
    assert not (tmp_path / "out.exr").exists()
    assert [entry.name for entry in tmp_path.iterdir()] == ["plate.exr"]


def test_two_writers_of_one_file_leave_one_whole_file(tmp_path: Path, shot: Shot) -> None:
    pictures = [picture(seed) for seed in range(4)]
    target = tmp_path / "out.exr"
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda k: put(pictures[k % 4], target, shot, bits="float"), range(24)))
    found = planes_of(target)
    assert any(np.array_equal(found["R"], each.pixels[..., 0]) for each in pictures)
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.exr"]
