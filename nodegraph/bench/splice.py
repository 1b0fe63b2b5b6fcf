"""What splicing saves: a face edit through the real nodes against decoding and encoding all of the frame."""

from __future__ import annotations

import tempfile
from itertools import count
from pathlib import Path

import numpy as np

from nodegraph.bench import plain
from nodegraph.bench.figures import Figure, Work, at_least, exactly, seconds, shown
from nodegraph.bench.graphs import brightened, written
from nodegraph.data.box import Box, Format
from nodegraph.graph.graph import Graph
from nodegraph.media.exr_attributes import Channel
from nodegraph.media.exr_file import ExrFile, open_exr
from nodegraph.media.exr_write import PartToWrite
from nodegraph.media.splice import splice

GROUP = "engine"
FORMAT = Format(4096, 2160)
TENTH = Box(1500, 960, 2200, 1176)  # 216 of 2160 rows
THIRD = Box(1200, 700, 2300, 1413)  # 713 of 2160 rows
TILES = Box(1536, 768, 2304, 1536)  # 6 x 6 of 544 tiles, and the face's own box
GAIN = 1.25


def _ours(graph: Graph, folder: Path) -> Work:
    return lambda: written(graph, "out", folder)


def measure() -> list[Figure]:
    figures = []
    with tempfile.TemporaryDirectory(prefix="nodegraph-bench-") as name:
        folder = Path(name)
        pixels = plain.plate(FORMAT.width, FORMAT.height)
        for compression in ("zip", "piz", "dwaa"):
            source = folder / f"{compression}.exr"
            plain.write(source, pixels, compression)
            for label, box, goal in (
                ("10 % of rows", TENTH, 5.5),
                ("33 % of rows", THIRD, 2.5),
                ("untouched", Box(0, 0, 0, 0), 20),
            ):
                figures += _against_plain(folder, source, compression, label, box, goal)
            figures += _exactness(folder, source, compression)
        source = folder / "tiled.exr"
        plain.write(source, pixels, "zip", 128)
        figures += _against_plain(folder, source, "zip", "tiled 128, 9 % of tiles", TILES, 7.0, tile=128)
        zipped = folder / "zip.exr"
        ours = _ours(brightened(str(zipped), str(folder / "ours.exr"), TENTH, GAIN), folder)
        theirs, mine = seconds((lambda: plain.oiio_edit(zipped, folder / "oiio.exr", TENTH, GAIN), ours))
        figures.append(at_least(GROUP, "splice: against OpenImageIO, ZIP, 10 % of rows", theirs / mine, 6.0))
    return figures


def _against_plain(
    folder: Path, source: Path, compression: str, label: str, box: Box, goal: float, tile: int = 0
) -> list[Figure]:
    """Ours is on the disk when the clock stops, the baseline's is left to the system; beside it, both on the disk.

    Of a frame that nothing touched also what its bare bytes take, at hand in memory, written at one go and forced.
    """
    ours = _ours(brightened(str(source), str(folder / "ours.exr"), box, GAIN), folder)
    theirs = folder / "plain.exr"

    def plainly() -> None:
        plain.edit(source, theirs, box, GAIN, compression, tile)

    def safely() -> None:
        plainly()
        plain.forced(theirs)

    data, names = source.read_bytes(), (folder / f"bare{number}.exr" for number in count())

    def barely() -> None:
        bare = next(names)  # a new one: to make room of an old one takes time as well
        bare.write_bytes(data)
        plain.forced(bare)

    safe, loose, fast, *bare = seconds((safely, plainly, ours, *([barely] if box.empty else [])), 11)
    for path in folder.glob("bare*.exr"):
        path.unlink()
    name = f"splice: {compression.upper()}, {label}"
    figures = [
        at_least(GROUP, name, loose / fast, goal),
        shown(GROUP, f"{name}, both forced to the disk", safe / fast, "x"),
    ]
    return figures + [shown(GROUP, f"{name}, the bare bytes written and forced", loose / each, "x") for each in bare]


def _exactness(folder: Path, source: Path, compression: str) -> list[Figure]:
    """Count pixels outside the box that lost a bit, by two other libraries, and untouched blocks that lost a byte."""
    import OpenImageIO as oiio

    target = folder / "ours.exr"
    written(brightened(str(source), str(target), TENTH, GAIN), "out", folder)
    part = open_exr(source).parts[0]
    around = part.cover(TENTH) if compression == "dwaa" else TENTH  # a lossy block is encoded as a whole
    outside = np.ones((FORMAT.height, FORMAT.width), bool)
    outside[around.slices(FORMAT.box)] = False
    lost = int(np.count_nonzero(plain.read(source)[outside] != plain.read(target)[outside]))
    before, after = (np.asarray(oiio.ImageBuf(str(path)).get_pixels(oiio.FLOAT)) for path in (source, target))
    lost += int(np.count_nonzero(before[outside] != after[outside]))
    touched = part.cells(TENTH)
    pairs = zip(_blocks(open_exr(source)), _blocks(open_exr(target)), strict=True)
    other = sum(a != b for row, (a, b) in enumerate(pairs) if not touched.y0 <= row < touched.y1)
    return [
        exactly(GROUP, f"splice: {compression.upper()}, values outside the edit that changed", lost, 0),
        exactly(GROUP, f"splice: {compression.upper()}, untouched blocks that changed", other, 0),
    ]


def _blocks(file: ExrFile) -> list[bytes]:
    data = file.path.read_bytes()
    starts = [int(each) for each in file.parts[0].offsets]
    return [data[start:end] for start, end in zip(starts, [*starts[1:], len(data)], strict=True)]


def layers() -> list[Figure]:
    """Adding a matte as a further part of the file leaves every block of the plate as it is."""
    with tempfile.TemporaryDirectory(prefix="nodegraph-bench-") as name:
        folder = Path(name)
        source, target = folder / "plate.exr", folder / "layers.exr"
        plain.write(source, plain.plate(2048, 1080), "zip")
        box = Box(0, 0, 2048, 1080)
        matte = PartToWrite(box, box, {"matte.A": np.full((1080, 2048), 0.5, np.float16)}, "zip", name="matte")
        old = open_exr(source)
        done = splice(old, 0, target, more=[matte])
        new = open_exr(target)
        assert new.parts[1].channels == (Channel("matte.A", "half"),)
        changed = sum(a != b for a, b in zip(_blocks(old), _plate_blocks(new), strict=True))
        return [
            exactly(GROUP, "layers: blocks of the plate that changed when a matte was added", changed, 0),
            exactly(GROUP, "layers: blocks of the plate that were encoded", done.encoded, 0),
        ]


def _plate_blocks(file: ExrFile) -> list[bytes]:
    data = file.path.read_bytes()
    starts = [int(each) for part in file.parts for each in part.offsets]
    ends = [*sorted(starts)[1:], len(data)]
    return [data[start + 4 : end] for start, end in zip(starts[: len(file.parts[0].offsets)], ends, strict=False)]


MEASURES = {"splice": measure, "layers": layers}
