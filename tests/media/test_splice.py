"""Splicing: what was not touched keeps its bytes; what was is what a full encode would give."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import OpenImageIO as oiio
import pytest

from nodegraph.data.box import Box
from nodegraph.data.errors import MediaError
from nodegraph.media import exr_output
from nodegraph.media.exr_attributes import COMPRESSIONS, Attribute
from nodegraph.media.exr_file import ExrFile, open_exr
from nodegraph.media.exr_read import ExrReader
from nodegraph.media.exr_write import PartToWrite, write_exr
from nodegraph.media.splice import Change, Wanted, splice, why_not
from tests.media.test_exr import LOSSY, RGB, picture, whole

BOX = Box(-7, 11, 83, 81)
EDIT = Box(10, 30, 40, 41)


def change(seed: int = 4, box: Box = EDIT) -> Change:
    random = np.random.default_rng(seed)
    return Change(box, {name: random.random((box.height, box.width), np.float32) * 3 - 1 for name in RGB})


def block_bytes(file: ExrFile, part: int = 0) -> list[bytes]:
    data = file.path.read_bytes()
    starts = sorted(int(each) for p in file.parts for each in p.offsets)
    ends = dict(zip(starts, [*starts[1:], len(data)], strict=True))
    skip = 4 if file.multipart else 0
    return [data[int(each) + skip : ends[int(each)]] for each in file.parts[part].offsets]


def pixels_of(path: Path, part: int = 0) -> np.ndarray[Any, Any]:
    with OpenEXR.File(str(path)) as file:
        found: np.ndarray[Any, Any] = file.parts[part].channels["RGB"].pixels
        return found


@pytest.mark.parametrize("tile", [0, 16])
@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_untouched_blocks_keep_their_bytes(tmp_path: Path, compression: str, tile: int) -> None:
    source, target = tmp_path / "a.exr", tmp_path / "b.exr"
    write_exr(source, [whole(picture(), BOX, compression, tile=tile)])
    old = open_exr(source)
    done = splice(old, 0, target, [change()])
    new = open_exr(target)
    part = old.parts[0]
    cells = part.cells(EDIT)
    columns, _ = part.grid
    touched = {row * columns + column for row in range(cells.y0, cells.y1) for column in range(cells.x0, cells.x1)}
    assert (done.encoded, done.copied) == (len(touched), part.blocks - len(touched))
    for block, (a, b) in enumerate(zip(block_bytes(old), block_bytes(new), strict=True)):
        assert block in touched or a == b
    before, after = pixels_of(source), pixels_of(target)
    mask = np.zeros(before.shape[:2], bool)
    mask[EDIT.slices(BOX)] = True
    if compression not in LOSSY:
        assert np.array_equal(before[~mask], after[~mask])
        wanted = np.stack([change().planes[name] for name in RGB], axis=-1).astype(np.float16)
        assert np.array_equal(after[EDIT.slices(BOX)], wanted)
    else:
        outside = np.ones(before.shape[:2], bool)
        outside[part.cover(EDIT).slices(BOX)] = False
        assert np.array_equal(before[outside], after[outside])
    theirs = oiio.ImageBuf(str(target)).get_pixels(oiio.FLOAT)
    assert np.array_equal(theirs, after.astype(np.float32))


@pytest.mark.parametrize("compression", ["none", "zips", "zip", "piz", "pxr24", "dwaa", "htj2k32"])
def test_touched_blocks_are_what_a_full_encode_gives(tmp_path: Path, compression: str) -> None:
    source, target, full = (tmp_path / name for name in ("a.exr", "b.exr", "c.exr"))
    write_exr(source, [whole(picture(), BOX, compression)])
    splice(open_exr(source), 0, target, [change()])
    composed = pixels_of(source).copy()
    composed[EDIT.slices(BOX)] = np.stack([change().planes[name] for name in RGB], axis=-1).astype(np.float16)
    write_exr(full, [whole(composed, BOX, compression)])
    part = open_exr(source).parts[0]
    cells = part.cells(EDIT)
    mine, theirs = block_bytes(open_exr(target)), block_bytes(open_exr(full))
    assert mine[cells.y0 : cells.y1] == theirs[cells.y0 : cells.y1]


def test_several_changes_that_overlap(tmp_path: Path) -> None:
    source, target = tmp_path / "a.exr", tmp_path / "b.exr"
    write_exr(source, [whole(picture(), BOX, "zip")])
    changes = [change(1), change(2, Box(20, 35, 60, 70)), change(3, Box(-7, 11, -6, 12))]
    splice(open_exr(source), 0, target, changes)
    wanted = picture().astype(np.float32)
    for each in changes:
        wanted[each.box.slices(BOX)] = np.stack([each.planes[name] for name in RGB], axis=-1)
    assert np.array_equal(pixels_of(target), wanted.astype(np.float16))


def test_with_no_change_every_block_is_copied(tmp_path: Path) -> None:
    source, target = tmp_path / "a.exr", tmp_path / "b.exr"
    write_exr(source, [whole(picture(), BOX, "dwaa", attributes={"preview": Attribute("preview", b"\0" * 8)})])
    done = splice(open_exr(source), 0, target, attributes={"owner": "bea", "framesPerSecond": Fraction(25)})
    assert done.encoded == 0
    assert block_bytes(open_exr(source)) == block_bytes(open_exr(target))
    attributes = open_exr(target).parts[0].attributes
    assert attributes["owner"].value == "bea"
    assert "preview" not in attributes


@pytest.mark.parametrize("system", ["here", "copies by itself", "cannot", "stops"])
def test_large_files_are_copied_whole_whichever_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str
) -> None:
    """By our own hands, or by the system's where the file lies on a server; and if it gives up half way."""
    source, target = tmp_path / "a.exr", tmp_path / "b.exr"
    noise = np.random.default_rng(1).random((700, 700, 3), np.float32)
    write_exr(source, [PartToWrite(Box(0, 0, 700, 700), Box(0, 0, 700, 700), {"RGB": noise}, "none")])
    asked: list[int] = []

    def copied(handle: int, into: int, count: int, start: int) -> int:
        asked.append(count)
        if system == "cannot" or len(asked) > 2:
            raise OSError("not here")
        return os.write(into, os.pread(handle, count, start))

    monkeypatch.setattr(exr_output, "_may_copy_by_itself", lambda _: system != "here")
    if system in ("cannot", "stops"):
        monkeypatch.setattr(os, "copy_file_range", copied)
    old = open_exr(source)
    splice(old, 0, target)
    assert block_bytes(old) == block_bytes(open_exr(target))
    assert np.array_equal(pixels_of(target), noise)
    assert len(asked) == {"cannot": 1, "stops": 3}.get(system, 0)


def test_layers_are_added_as_parts_beside_the_plate(tmp_path: Path) -> None:
    source, target = tmp_path / "a.exr", tmp_path / "b.exr"
    write_exr(source, [whole(picture(), BOX, "piz")])
    matte = np.linspace(0, 1, 30 * 11, dtype=np.float16).reshape(11, 30)
    extra = PartToWrite(EDIT, Box(0, 0, 100, 80), {"matte.A": matte}, "zip", name="matte")
    done = splice(open_exr(source), 0, target, [change()], more=[extra])
    assert done.copied > 0
    old, new = open_exr(source), open_exr(target)
    cells = old.parts[0].cells(EDIT)
    for block, (a, b) in enumerate(zip(block_bytes(old), block_bytes(new), strict=True)):
        assert cells.y0 <= block < cells.y1 or a == b
    with OpenEXR.File(str(target), separate_channels=True) as file:
        assert [part.name() for part in file.parts] == ["rgba", "matte"]
        assert np.array_equal(file.parts[1].channels["matte.A"].pixels, matte)
    again = tmp_path / "c.exr"
    splice(new, 0, again, [change(9)], more=[extra])
    with OpenEXR.File(str(again), separate_channels=True) as file:
        assert [part.name() for part in file.parts] == ["rgba", "matte", "matte2"]
    back = oiio.ImageInput.open(str(again))
    assert back.seek_subimage(2, 0)
    back.close()


def test_other_parts_are_copied_whole(tmp_path: Path) -> None:
    source, target = tmp_path / "a.exr", tmp_path / "b.exr"
    box = Box(0, 0, 90, 70)
    depth = np.random.default_rng(1).random((70, 90)).astype(np.float32)
    parts = [
        PartToWrite(box, box, {"Z": depth}, "zips", name="depth"),
        PartToWrite(box, box, {"RGB": picture()}, "zip", name="rgb", tile=16),
    ]
    write_exr(source, parts)
    splice(open_exr(source), 1, target, [change(box=Box(20, 20, 30, 30))])
    assert block_bytes(open_exr(source), 0) == block_bytes(open_exr(target), 0)
    with OpenEXR.File(str(target), separate_channels=True) as file:
        assert np.array_equal(file.parts[0].channels["Z"].pixels, depth)


def test_reasons_not_to_splice(tmp_path: Path) -> None:
    source = tmp_path / "a.exr"
    write_exr(source, [whole(picture(), BOX, "zip")])
    file = open_exr(source)
    part = file.parts[0]
    same = Wanted(part.channels, "zip", part.data, part.display)
    assert why_not(file, 0, same) == ""
    for other, says in (
        (Wanted(part.channels[:2], "zip", part.data, part.display), "channels differ"),
        (Wanted(part.channels, "piz", part.data, part.display), "compression differs"),
        (Wanted(part.channels, "zip", Box(0, 0, 90, 70), part.display), "data window differs"),
        (Wanted(part.channels, "zip", part.data, part.display, 64), "tiled"),
    ):
        assert says in why_not(file, 0, other)
    deeper = tuple(each._replace(type="float") for each in part.channels)
    assert "float" in why_not(file, 0, Wanted(deeper, "zip", part.data, part.display))


def test_mip_maps_are_not_spliced(tmp_path: Path) -> None:
    buffer = oiio.ImageBuf(picture(64, 64).astype(np.float32))
    oiio.ImageBufAlgo.make_texture(oiio.MakeTxTexture, buffer, str(tmp_path / "a.exr"))
    file = open_exr(tmp_path / "a.exr")
    part = file.parts[0]
    assert part.levels
    assert "mip" in why_not(file, 0, Wanted(part.channels, part.compression, part.data, part.display))
    theirs = oiio.ImageBuf(str(tmp_path / "a.exr")).get_pixels(oiio.FLOAT)
    assert np.array_equal(ExrReader(tmp_path / "a.exr").read(0, part.data, RGB), theirs[..., :3])


def test_a_source_cut_off_leaves_the_target_alone(tmp_path: Path) -> None:
    source, target = tmp_path / "a.exr", tmp_path / "b.exr"
    write_exr(source, [whole(picture(), BOX, "zip")])
    data = source.read_bytes()
    source.write_bytes(data[:-30])
    target.write_bytes(b"as it was")
    with pytest.raises(MediaError, match="cut off"):
        splice(open_exr(source), 0, target, [change()])
    assert target.read_bytes() == b"as it was"
    assert sorted(os.listdir(tmp_path)) == ["a.exr", "b.exr"]
