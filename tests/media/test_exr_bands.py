"""Large pictures are decoded in bands, a thread to each: they read as what the OpenEXR binding wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import pytest

from nodegraph.data.box import Box
from nodegraph.data.errors import MediaError
from nodegraph.media.exr_codec import decode
from nodegraph.media.exr_file import open_exr
from nodegraph.media.exr_read import ExrReader
from nodegraph.media.exr_recent import RECENT
from nodegraph.media.splice import Change, splice

FRAME = Box(0, 0, 1000, 700)
BOX = Box(300, 130, 700, 650)
GRAIN = np.asarray(np.cumsum(np.random.default_rng(8).integers(-1, 2, (700, 1000, 4)), axis=1) / 64, np.float16)

Facts = dict[str, Any]


def written(path: Path, names: str = "RGB", **facts: Any) -> Path:
    header: Facts = {"compression": OpenEXR.PIZ_COMPRESSION, "type": OpenEXR.scanlineimage, **facts}
    OpenEXR.File(header, {names: np.ascontiguousarray(GRAIN[..., : len(names)])}).write(str(path))
    return path


@pytest.mark.parametrize("names", ["RGB", "RGBA"])
@pytest.mark.parametrize("order", [OpenEXR.INCREASING_Y, OpenEXR.DECREASING_Y])
@pytest.mark.parametrize("compression", [OpenEXR.PIZ_COMPRESSION, OpenEXR.ZIP_COMPRESSION, OpenEXR.NO_COMPRESSION])
def test_every_box_reads_as_it_was_written(tmp_path: Path, names: str, order: Any, compression: Any) -> None:
    reader = ExrReader(written(tmp_path / "plate.exr", names, lineOrder=order, compression=compression))
    for box in (FRAME, BOX, Box(-20, 640, 500, 720)):
        for channels in (tuple("RGB"), tuple(names), ("G",), ("B", "G", "R")):
            RECENT.clear()
            inside = box.meet(FRAME)
            wanted = np.zeros((box.height, box.width, len(channels)), np.float32)
            picked = [names.index(channel) for channel in channels]
            wanted[inside.slices(box)] = GRAIN[inside.slices(FRAME)][..., picked]
            assert np.array_equal(reader.read(0, box, channels), wanted)


def test_a_part_among_several(tmp_path: Path) -> None:
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    planes = [np.ascontiguousarray(GRAIN[..., :3]), np.ascontiguousarray(GRAIN[..., 1:])]
    parts = [OpenEXR.Part({**header}, {"RGB": plane}, f"part{k}") for k, plane in enumerate(planes)]
    OpenEXR.File(parts).write(str(tmp_path / "parts.exr"))
    reader = ExrReader(tmp_path / "parts.exr")
    for k, plane in enumerate(planes):
        assert np.array_equal(reader.read(k, BOX, tuple("RGB")), plane[BOX.slices(FRAME)].astype(np.float32))


@pytest.mark.parametrize("read_first", [True, False])
def test_an_edit_across_bands_changes_nothing_else(tmp_path: Path, read_first: bool) -> None:
    source, target = written(tmp_path / "plate.exr"), tmp_path / "edited.exr"
    RECENT.clear()
    if read_first:  # then the splice finds the bands again
        ExrReader(source).read(0, BOX, tuple("RGB"))
    values = np.full((BOX.height, BOX.width, 3), 2.5, np.float32)
    splice(
        open_exr(source),
        0,
        target,
        [Change(BOX, {n: values[..., k] for k, n in enumerate("RGB")}, tuple("RGB"), values)],
    )
    wanted = GRAIN[..., :3].copy()
    wanted[BOX.slices(FRAME)] = 2.5
    with OpenEXR.File(str(target)) as file:
        assert np.array_equal(file.channels()["RGB"].pixels, wanted)


def test_a_damaged_block_in_any_band_is_told(tmp_path: Path) -> None:
    whole = written(tmp_path / "plate.exr").read_bytes()
    for k, start in enumerate(open_exr(tmp_path / "plate.exr").parts[0].offsets.tolist()):
        broken = bytearray(whole)
        broken[start + 8 : start + 200] = bytes([255]) * 192
        path = tmp_path / f"broken{k}.exr"
        path.write_bytes(broken)
        file = open_exr(path)
        with path.open("rb") as opened, pytest.raises(MediaError, match="cannot be decompressed"):
            decode(file, opened.fileno(), file.parts[0], FRAME)
