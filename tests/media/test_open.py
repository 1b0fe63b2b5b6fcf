"""Pictures behind files: names of channels, and reading no more than what is asked for."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from nodegraph.data.box import Box
from nodegraph.data.errors import MediaError
from nodegraph.data.image import RGB, Channels, Pixels, frozen
from nodegraph.media.attributes import carried, later, to_write
from nodegraph.media.burn_in import draw, fill
from nodegraph.media.exr_attributes import Attribute, TimeCode, attribute
from nodegraph.media.exr_read import ExrReader
from nodegraph.media.exr_recent import RECENT
from nodegraph.media.exr_write import PartToWrite, write_exr
from nodegraph.media.layers import (
    Layout,
    PartNames,
    Place,
    arrange,
    colours,
    fold,
    in_layer,
    is_data,
    is_measure,
    ordered,
)
from nodegraph.media.layers_depth import Depth, depths_of, loses, must_keep
from nodegraph.media.open_exr_picture import open_exr_picture
from nodegraph.media.open_lazy import FileSource, ToLight

DATA = Box(-4, 10, 60, 74)
NAMES: Channels = ("R", "G", "B", "A", "depth.Z")


class Strips:
    """A stand-in for a scanline file: strips of 16 rows, and a note of every row that was decoded."""

    recalls = False

    def __init__(self) -> None:
        rng = np.random.default_rng(3)
        self.values = rng.random((DATA.height, DATA.width, len(NAMES)), np.float32)
        self.decoded: list[Box] = []

    def cover(self, box: Box, channels: Channels) -> Box:
        first = DATA.y0 + (box.y0 - DATA.y0) // 16 * 16
        last = DATA.y0 - (DATA.y0 - box.y1) // 16 * 16
        return Box(DATA.x0, first, DATA.x1, min(last, DATA.y1))

    def decode(self, box: Box, channels: Channels) -> Pixels:
        self.decoded.append(box)
        return self.values[box.slices(DATA)][..., [NAMES.index(name) for name in channels]]

    @property
    def rows(self) -> int:
        return sum(box.height for box in self.decoded)


def test_only_the_strips_that_cover_a_box_are_decoded() -> None:
    strips = Strips()
    source = FileSource(strips, DATA, NAMES, ToLight())
    box = Box(5, 30, 20, 40)
    assert np.array_equal(source.read(box, ("R", "G", "B")), strips.values[box.slices(DATA)][..., :3])
    assert strips.decoded == [Box(-4, 26, 60, 42)]
    assert np.array_equal(source.read(Box(0, 28, 9, 41), ("A",)), strips.values[18:31, 4:13, 3:4])
    assert strips.rows == 16, "the strip was remembered, with the whole layer"
    source.read(Box(5, 30, 20, 50), ("R", "G", "B"))
    assert strips.decoded[1:] == [Box(-4, 42, 60, 58)], "only what was missing below it"
    source.read(Box(5, 12, 20, 50), ("R", "G", "B"))
    assert strips.decoded[2:] == [Box(-4, 10, 60, 26), Box(-4, 58, 60, 74)], "who wants most of it gets it all"
    source.read(DATA, ("R", "G", "B", "A"))
    assert strips.rows == 64


def test_what_a_source_remembers_is_bounded() -> None:
    strips = Strips()
    source = FileSource(strips, DATA, NAMES, ToLight(convert=lambda colour: colour * 2))
    whole = DATA.area * 4 * len(NAMES)
    for y in range(DATA.y0, DATA.y1 - 8, 3):
        for names in (("R", "G", "B", "A"), ("depth.Z",), NAMES):
            source.read(Box(0, y, 30, y + 8), names)
            assert source.nbytes <= 2 * whole
    source.read(DATA, NAMES)
    assert source.nbytes <= 2 * whole


def test_only_colour_is_converted_and_only_where_it_is_asked_for() -> None:
    strips = Strips()
    seen: list[tuple[int, ...]] = []

    def convert(colour: Pixels) -> Pixels:
        seen.append(colour.shape)
        mixed = colour[..., :3] @ np.array([[2, 0, 1], [0, 3, 0], [0, 0, 1]], np.float32)
        return frozen(np.concatenate((mixed, colour[..., 3:]), axis=2))

    source = FileSource(strips, DATA, NAMES, ToLight(convert=convert))
    box = Box(5, 30, 20, 40)
    got = source.read(box, NAMES)
    plain = strips.values[box.slices(DATA)]
    np.testing.assert_allclose(got[..., 0], plain[..., 0] * 2, rtol=1e-6)
    np.testing.assert_allclose(got[..., 2], plain[..., 0] + plain[..., 2], rtol=1e-6)
    assert np.array_equal(got[..., 3:], plain[..., 3:])
    assert seen == [(10, 15, 4)]
    source.read(Box(6, 31, 10, 35), ("R",))
    assert len(seen) == 1
    with pytest.raises(ValueError, match="read-only"):
        got[0, 0, 0] = 1


def test_unassociated_alpha_is_multiplied_after_the_conversion() -> None:
    strips = Strips()

    def squared(colour: Pixels) -> Pixels:
        return frozen(np.concatenate((colour[..., :3] ** 2, colour[..., 3:]), axis=2))

    source = FileSource(strips, DATA, NAMES, ToLight(convert=squared, unassociated=True))
    colour, alpha = strips.values[..., :3], strips.values[..., 3:4]
    np.testing.assert_allclose(source.read(DATA, ("R", "G", "B")), colour**2 * alpha, rtol=1e-5)
    np.testing.assert_array_equal(source.read(DATA, NAMES)[..., 3:], strips.values[..., 3:])


def test_names_of_a_single_part_are_kept() -> None:
    part = PartNames("", ("A", "B", "G", "R", "Z", "diffuse.B", "diffuse.G", "diffuse.R", "mask.a"))
    folded = fold([part])
    assert tuple(folded) == ("R", "G", "B", "A", "Z", "diffuse.R", "diffuse.G", "diffuse.B", "mask.a")
    assert folded["Z"] == Place(0, "Z")


def test_nukes_words_and_parts_fold_into_layers() -> None:
    parts = [
        PartNames("rgba.main", ("red", "green", "blue", "alpha"), "main"),
        PartNames("depth.main", ("Z",), "main"),
        PartNames("diffuse.main", ("blue", "green", "red"), "main"),
        PartNames("crypto00.main", ("red", "green"), "main"),
    ]
    assert fold(parts) == {
        "R": Place(0, "red"),
        "G": Place(0, "green"),
        "B": Place(0, "blue"),
        "A": Place(0, "alpha"),
        "depth.Z": Place(1, "Z"),
        "diffuse.R": Place(2, "red"),
        "diffuse.G": Place(2, "green"),
        "diffuse.B": Place(2, "blue"),
        "crypto00.red": Place(3, "red"),
        "crypto00.green": Place(3, "green"),
    }


def test_a_name_that_comes_twice_gets_its_parts_name() -> None:
    folded = fold([PartNames("rgba", ("R", "G", "B")), PartNames("main", ("R",))])
    assert folded["main.R"] == Place(1, "R")


def test_views_of_parts_and_of_a_single_part() -> None:
    parts = [PartNames("rgba.left", ("R",), "left"), PartNames("rgba.right", ("R",), "right")]
    assert fold(parts) == {"R": Place(0, "R")}
    assert fold(parts, "right") == {"R": Place(1, "R")}
    one = [PartNames("", ("R", "right.R", "diffuse.right.R", "diffuse.left.R"), "", ("left", "right"))]
    assert fold(one) == {"R": Place(0, "R"), "diffuse.R": Place(0, "diffuse.left.R")}
    assert fold(one, "right") == {"R": Place(0, "right.R"), "diffuse.R": Place(0, "diffuse.right.R")}


@pytest.mark.parametrize("layout", [layout for layout in Layout if layout is not Layout.AUTO])
def test_what_is_laid_out_folds_back(layout: Layout) -> None:
    channels = ordered(("A", "R", "G", "B", "diffuse.R", "diffuse.G", "diffuse.B", "depth.Z", "mask.key"))
    parts = arrange(channels, layout)
    assert len(parts) == (4 if layout.in_parts else 1)
    back = fold([PartNames(part.name, tuple(sorted(part.channels.values()))) for part in parts])
    assert set(back) == set(channels)
    for name, place in back.items():
        assert parts[place.part].channels[name] == place.channel


def test_nuke_layout_uses_its_words() -> None:
    (part,) = arrange(("R", "diffuse.R", "diffuse.A"), Layout.NUKE)
    assert part.channels == {"R": "R", "diffuse.R": "diffuse.red", "diffuse.A": "diffuse.alpha"}
    parts = arrange(("R", "Z", "diffuse.R"), Layout.NUKE_PARTS, "main")
    assert [(part.name, dict(part.channels)) for part in parts] == [
        ("rgba.main", {"R": "R"}),
        ("depth.main", {"Z": "Z"}),
        ("diffuse.main", {"diffuse.R": "red"}),
    ]


def test_light_measures_and_mattes() -> None:
    assert is_measure("depth.Z")
    assert is_measure("Z")
    assert is_measure("P.R")
    assert is_measure("CryptoObject00.R")
    assert is_measure("forward.u")
    assert not is_measure("diffuse.R")
    assert is_data("matte.R")
    assert is_data("A")
    assert not is_data("diffuse.left.R")
    names = ("R", "G", "B", "N.R", "N.G", "N.B", "spec.R", "spec.G", "spec.B", "spec.A")
    assert colours(names) == (("R", "G", "B"), ("spec.R", "spec.G", "spec.B", "spec.A"))


def test_layers_are_found_by_name() -> None:
    names = ("R", "G", "B", "diffuse.R", "diffuse.left.R", "rgb.R")
    assert in_layer(names, "diffuse") == ("diffuse.R", "diffuse.left.R")
    assert in_layer(names, "rgba") == ("R", "G", "B")
    assert in_layer(names, "rgb") == ("rgb.R",)


def test_bits_per_layer() -> None:
    names = ("R", "A", "depth.Z", "diffuse.R", "diffuse.G")
    assert depths_of(names, Depth.HALF)["depth.Z"] is Depth.FLOAT
    chosen = depths_of(names, Depth.HALF, "diffuse=float, depth=half", {"A": Depth.FLOAT})
    assert chosen == {
        "R": Depth.HALF,
        "A": Depth.FLOAT,
        "depth.Z": Depth.HALF,
        "diffuse.R": Depth.FLOAT,
        "diffuse.G": Depth.FLOAT,
    }
    with pytest.raises(MediaError, match="no layer specular"):
        depths_of(names, Depth.HALF, "specular=float")
    with pytest.raises(MediaError, match="depth=int"):
        depths_of(names, Depth.HALF, "depth=int")


def test_what_a_lossy_compression_spoils() -> None:
    half = dict.fromkeys(("R", "A", "mask.R", "mask.key"), Depth.HALF)
    names = {name: name for name in half}
    assert must_keep(names, half, "dwaa") == ("mask.R",)
    assert must_keep(names, half, "b44") == ("A", "mask.R", "mask.key")
    assert must_keep(names, half, "zip") == ()
    assert loses("pxr24", "depth.Z", Depth.FLOAT)
    assert not loses("pxr24", "R", Depth.HALF)


def test_burn_in_is_read_on_black_and_on_white() -> None:
    assert fill("{shot} v{version:03} {frame:04}", {"shot": "sh010", "version": 7, "frame": 99}) == "sh010 v007 0099"
    with pytest.raises(MediaError, match="take"):
        fill("{take}", {"shot": "a"})
    for level in (0.0, 1.0, 0.5):
        plain = np.full((216, 384, 3), level, np.float32)
        drawn = draw(plain, "sh010|v007|1001")
        foot = drawn[-24:]
        assert foot.max() - foot.min() > 0.6
        assert np.array_equal(drawn[:180], plain[:180])
        assert foot[:, :60].std() > 0.02
        assert foot[:, 160:220].std() > 0.02
        assert foot[:, -60:].std() > 0.02
        assert len(np.unique(foot)) > 20, "smooth edges"


@pytest.mark.parametrize(
    ("start", "rate", "frames", "drop", "wanted"),
    [
        ((1, 0, 0, 23), 24, 1, False, "01:00:01:00"),
        ((23, 59, 59, 24), 25, 1, False, "00:00:00:00"),
        ((0, 0, 59, 29), 30, 1, True, "00:01:00;02"),
        ((0, 9, 59, 29), 30, 1, True, "00:10:00;00"),
        ((0, 0, 0, 0), 30, 107892, True, "01:00:00;00"),
        ((1, 0, 0, 0), 30, -107892, True, "00:00:00;00"),
        ((0, 0, 59, 29), 60, 2, True, "00:01:00;02"),
        ((10, 0, 0, 0), 24, 0, False, "10:00:00:00"),
    ],
)
def test_a_time_code_counts_on(
    start: tuple[int, int, int, int], rate: int, frames: int, drop: bool, wanted: str
) -> None:
    code = TimeCode.of(*start, drop=drop, user_data=7)
    assert str(later(code, frames, rate)) == wanted
    assert later(code, frames, rate).user_data == 7


def test_attributes_come_along_byte_for_byte() -> None:
    header = {
        "owner": attribute("Stag"),
        "window": Attribute("v2i", struct.pack("<2i", 3, 4)),
        "curve": Attribute("studioCurve", b"\1\2\3"),
        "precise": Attribute("double", struct.pack("<d", 0.1)),
        "rate": attribute(Fraction(24000, 1001)),
        "timeCode": attribute(TimeCode.of(1, 2, 3, 4)),
        "colorInteropID": attribute("lin_ap1_scene"),
        "chunkCount": attribute(3),
        "nodegraph/version": attribute("old"),
    }
    metadata = carried(header)
    assert metadata["owner"] == "Stag"
    assert metadata["rate"] == Fraction(24000, 1001)
    assert metadata["input/colorInteropID"] == "lin_ap1_scene"
    back = to_write({**metadata, "input/filename": "a.exr", "strange": object}, "all")
    kept = ("owner", "window", "curve", "precise", "rate", "timeCode")
    assert {name: back[name] for name in kept} == {name: header[name] for name in kept}
    assert set(back) == {*kept, "strange"}
    assert set(to_write(metadata, "standard")) == {"timeCode"}
    assert to_write(metadata, "none") == {}


def test_a_face_makes_only_its_own_columns_float(tmp_path: Path) -> None:
    """A narrow box of an EXR is decoded once, and what is held of it is no wider than it is."""
    values = np.random.default_rng(4).random((96, 128, 3), np.float32).astype(np.float16)
    window = Box(0, 0, 128, 96)
    write_exr(tmp_path / "plate.exr", [PartToWrite(window, window, {"RGB": values}, "zip")])
    opened = open_exr_picture(ExrReader(tmp_path / "plate.exr"))
    source = FileSource(opened.decoder, opened.data, opened.channels, ToLight())
    RECENT.clear()
    for box in (Box(40, 20, 70, 50), Box(60, 20, 90, 40)):
        assert np.array_equal(source.read(box, RGB), values[box.slices(window)].astype(np.float32))
    assert source.nbytes < 2 * 50 * 30 * 3 * 4
    assert RECENT.nbytes == 48 * 128 * 3 * 2
