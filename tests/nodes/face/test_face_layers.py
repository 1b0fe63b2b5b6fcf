"""FaceLayers: a compositor lays the faces in anew, from the layers of a file and with another program's reader."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import OpenEXR
import OpenImageIO as oiio
import pytest

from nodegraph.data.box import Box, Format
from nodegraph.data.crop import Crop, Crops, moved
from nodegraph.data.errors import GraphError
from nodegraph.data.faces import Face, Pose, Rect
from nodegraph.data.image import Image, frozen
from nodegraph.data.shot import Frame, Shot
from nodegraph.graph.context import Context
from nodegraph.media.burn_in import notice
from nodegraph.media.layers_windows import window_of
from nodes.colour.grade import grade
from nodes.face.face_layers import face_layers
from nodes.face.paste import paste
from nodes.image.blur import blur
from nodes.image.merge import merge
from nodes.io.read import read
from nodes.io.write import write
from tests.nodes.face.shapes import face_points, tracks_of
from tests.nodes.io.pictures import chunks_of, header_of, noise, part, parts_of, planes_of, run, save

WIDTH, HEIGHT = 200, 150
LOSSLESS = ("NO", "RLE", "ZIPS", "ZIP", "PIZ", "HTJ2K32", "ZSTD")
EVERY = (*LOSSLESS, "PXR24", "B44", "DWAA", "DWAB")


@pytest.fixture
def shot() -> Shot:
    return Shot(name="sh010", first=1001, last=1004, format=Format(WIDTH, HEIGHT))


@pytest.fixture
def ctx() -> Context:
    return Context()


def crop_of(x: float, y: float, track: str, colour: float, size: int = 48, hole: bool = False) -> Crop:
    """A face about 34 pixels wide, turned a little, of one colour with some noise, its matte soft and round."""
    points = face_points(x, y, 34, roll=0.2)
    face = Face(Rect.around(points), 0.9, points, 0.8, Pose(1.0, 2.0, 3.0))
    scale = size / 60
    c, s = scale * np.cos(-0.2), scale * np.sin(-0.2)
    matrix = np.array([[c, -s, 0.0], [s, c, 0.0], [0, 0, 1]])
    matrix[:2, 2] = size / 2 - moved(np.array([[x, y]]), matrix)[0]
    rng = np.random.default_rng(round(x))
    pixels = np.full((size, size, 3), colour, np.float32) * rng.uniform(0.5, 1.5, (size, size, 3)).astype(np.float32)
    pixels[size // 2, size // 2] = 16.0
    rows, columns = np.mgrid[0:size, 0:size] + 0.5 - size / 2
    matte = np.clip((size * 0.45 - np.hypot(rows, columns)) / 6, 0, 1).astype(np.float32)
    if hole:
        matte[:] = 0
    return Crop(track, face, matrix, frozen(pixels * 0.5), frozen(pixels), frozen(matte), identity="jane")


def crops_of(*crops: Crop) -> Crops:
    return Crops(Format(WIDTH, HEIGHT), "ACEScg", crops)


ONE = crops_of(crop_of(90.0, 70.0, "face1", 0.6))
TWO = crops_of(crop_of(90.0, 70.0, "face1", 0.6), crop_of(112.0, 84.0, "face 2", -0.1))
NONE = crops_of()


def opened(path: Path, shot: Shot, ctx: Context) -> Image:
    image: Image = run(read, Frame(1001), shot, ctx, file=str(path), colorspace="ACEScg")
    return image


def written(image: Image, path: Path, shot: Shot, ctx: Context, **knobs: object) -> Path:
    result: Path = run(write, image, Frame(1001), shot, ctx, file=str(path), **knobs)
    return result


def pasted(plate: Image, crops: Crops, **knobs: object) -> Image:
    image: Image = run(paste, plate, crops, Frame(1001), Shot(format=Format(WIDTH, HEIGHT)), Context(), **knobs)
    return image


def layered(plate: Image, crops: Crops, **knobs: object) -> Image:
    image: Image = run(face_layers, pasted(plate, crops), crops, plate, **knobs)
    return image


def by_oiio(path: Path) -> dict[str, np.ndarray]:
    """Every channel of every part, in the display window; black outside its data window."""
    found: dict[str, np.ndarray] = {}
    number = 0
    while True:
        picture = oiio.ImageBuf(str(path), number, 0)
        if picture.has_error or not picture.spec().width:
            break
        spec = picture.spec()
        whole = np.zeros((spec.full_height, spec.full_width, spec.nchannels), np.float32)
        pixels = picture.get_pixels(oiio.FLOAT)
        box = Box(spec.x, spec.y, spec.x + spec.width, spec.y + spec.height).meet(Box(0, 0, WIDTH, HEIGHT))
        rows, columns = box.slices(Box(spec.x, spec.y, 0, 0))
        whole[box.y0 : box.y1, box.x0 : box.x1] = pixels[rows, columns]
        for k, name in enumerate(spec.channelnames):
            assert name not in found
            found[name] = whole[..., k]
        number += 1
        if number >= picture.nsubimages:
            break
    return found


def rgb(channels: dict[str, np.ndarray], layer: str = "") -> np.ndarray:
    return np.stack([channels[f"{layer}.{name}" if layer else name] for name in "RGB"], axis=-1)


def half_step(values: np.ndarray) -> np.ndarray:
    """The distance between neighbouring half floats at these values."""
    return np.maximum(np.spacing(np.abs(values).astype(np.float16)).astype(np.float32), np.float32(2.0**-24))


@pytest.mark.parametrize("crops", [ONE, TWO], ids=["one", "crossing"])
@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("tile", [0, 32])
def test_the_comp_is_redone_from_the_layers(
    tmp_path: Path, shot: Shot, ctx: Context, crops: Crops, name: str, tile: int
) -> None:
    source = save(
        tmp_path / "plate.exr",
        noise(WIDTH, HEIGHT),
        compression=getattr(OpenEXR, f"{name}_COMPRESSION"),
        tile=tile,
        comments="take 3",
    )
    plate = opened(source, shot, ctx)
    comp_of_ours = pasted(plate, crops)
    out = written(layered(plate, crops), tmp_path / "out.exr", shot, ctx)

    # the plate, in a part of its own: every block of it is the source's
    names = [header.get("name") for header, _ in parts_of(out)]
    mattes = ["matte_face1", "matte_face_2"][: len(crops)]
    assert names == ["rgba", "swap", *mattes, "plate"]
    was, now = chunks_of(source), chunks_of(out)
    assert {key[1:]: block for key, block in now.items() if key[0] == names.index("plate")} == {
        key[1:]: block for key, block in was.items()
    }
    # the beauty: its blocks too, but for those of the face
    beauty = {key: block for key, block in now.items() if key[0] == 0}
    assert beauty.keys() == was.keys()
    assert sum(beauty[key] == was[key] for key in was) >= (1 if name != "DWAB" or tile else 0)
    assert parts_of(out)[0][0]["comments"] == "take 3"

    channels = by_oiio(out)
    assert np.array_equal(rgb(channels, "plate"), rgb(by_oiio(source)))
    swap, cover = rgb(channels, "swap"), channels["swap.A"]
    assert cover.max() == 1.0
    comp = rgb(channels, "plate") * (1 - cover[..., None]) + swap
    if name in LOSSLESS:
        # each of swap, its alpha and the beauty was rounded to half once
        size = np.maximum(np.abs(rgb(channels, "plate")), np.maximum(np.abs(swap), np.abs(comp)))
        assert (np.abs(comp - rgb(channels)) <= 2 * half_step(size)).all()
    exact = np.zeros_like(comp)
    for k, channel in enumerate("RGB"):
        exact[..., k] = comp_of_ours.region(comp_of_ours.format.box, (channel,))[..., 0]
    size = np.maximum(np.abs(rgb(channels, "plate")), np.maximum(np.abs(swap), np.abs(exact)))
    assert (np.abs(comp - exact) <= 2 * half_step(size)).all()  # in a lossy file the layers are exact all the same


def test_layers_cost_what_the_face_costs(tmp_path: Path, shot: Shot, ctx: Context) -> None:
    source = save(tmp_path / "plate.exr", noise(WIDTH, HEIGHT))
    plate = opened(source, shot, ctx)
    image = layered(plate, ONE)
    out = written(image, tmp_path / "out.exr", shot, ctx)
    windows = {header["name"]: header["dataWindow"] for header, _ in parts_of(out)[1:]}
    for layer in ("swap", "matte_face1"):
        low, high = windows[layer]
        assert window_of(image, [f"{layer}.A"]) == Box(*low, *(high + 1))
        assert ((high - low) <= 60).all()  # the matte is 54 wide, and the filter reaches a little farther
        assert ((high - low) >= 50).all()
        middle = (low + high) / 2
        assert np.abs(middle - (90, 70)).max() <= 3
    assert (windows["plate"][1] == (WIDTH - 1, HEIGHT - 1)).all()
    channels = by_oiio(out)
    assert np.array_equal(channels["matte_face1.A"], channels["swap.A"])
    plain = written(pasted(plate, ONE), tmp_path / "plain.exr", shot, ctx).stat().st_size
    assert out.stat().st_size - plain - source.stat().st_size < 60 * 60 * 5 * 2 + 4000


@pytest.mark.parametrize("at", [(0, 0), (-7, 11)])
def test_no_pixel_of_the_plate_is_decoded_for_its_part(
    tmp_path: Path, shot: Shot, ctx: Context, at: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the rows of the face are read; the plate's window lies anywhere."""
    from nodegraph.media.open_lazy import FileSource

    planes = noise(WIDTH, HEIGHT)
    source = save(tmp_path / "plate.exr", planes, at=at, format=(WIDTH, HEIGHT))
    rows: list[Box] = []
    read_before = FileSource.read

    def noted(self: FileSource, box: Box, channels: tuple[str, ...]) -> np.ndarray:
        rows.append(box)
        return read_before(self, box, channels)

    monkeypatch.setattr(FileSource, "read", noted)
    out = written(layered(opened(source, shot, ctx), ONE), tmp_path / "out.exr", shot, ctx)
    assert rows
    assert all(box.height <= 72 for box in rows)  # of 150
    number = [header["name"] for header, _ in parts_of(out)].index("plate")
    for name, plane in planes.items():
        assert np.array_equal(planes_of(out, number)[f"plate.{name}"], plane)


def test_a_source_of_several_parts(tmp_path: Path, shot: Shot, ctx: Context) -> None:
    planes, depth = noise(WIDTH, HEIGHT), noise(WIDTH, HEIGHT, "Z", np.float32, seed=4)
    source = tmp_path / "plate.exr"
    OpenEXR.File([part(planes, "rgba"), part(depth, "depth")]).write(str(source))
    out = written(layered(opened(source, shot, ctx), ONE), tmp_path / "out.exr", shot, ctx)
    assert [header["name"] for header, _ in parts_of(out)] == ["rgba", "depth", "swap", "matte_face1", "plate"]
    was, now = chunks_of(source), chunks_of(out)
    assert {key[1:]: block for key, block in now.items() if key[0] == 4} == {
        key[1:]: block for key, block in was.items() if key[0] == 0
    }
    assert all(now[key] == was[key] for key in was if key[0] == 1)
    channels = by_oiio(out)
    comp = rgb(channels, "plate") * (1 - channels["swap.A"][..., None]) + rgb(channels, "swap")
    np.testing.assert_allclose(comp, rgb(channels), atol=4e-3, rtol=2e-3)


def test_a_plate_in_another_space(tmp_path: Path, shot: Shot, ctx: Context) -> None:
    """The layers are in the space of the file, as the plate is."""
    source = save(tmp_path / "plate.exr", noise(WIDTH, HEIGHT))
    plate = run(read, Frame(1001), shot, ctx, file=str(source), colorspace="ACES2065-1")
    out = written(layered(plate, ONE), tmp_path / "out.exr", shot, ctx)
    channels = by_oiio(out)
    assert np.array_equal(rgb(channels, "plate"), rgb(by_oiio(source)))
    comp = rgb(channels, "plate") * (1 - channels["swap.A"][..., None]) + rgb(channels, "swap")
    np.testing.assert_allclose(comp, rgb(channels), atol=8e-3, rtol=2e-3)
    again = opened(out, shot, ctx)
    assert not np.allclose(
        again.region(Box(80, 60, 100, 80), ("swap.R",)),
        layered(plate, ONE).region(Box(80, 60, 100, 80), ("swap.R",)),
        atol=1e-2,
    )


def test_a_plate_that_is_no_file(tmp_path: Path, shot: Shot, ctx: Context) -> None:
    """Encoded whole, with the same parts and the same small windows."""
    pixels = np.stack([*noise(WIDTH, HEIGHT).values()], axis=-1).astype(np.float32)
    plate = Image.of(pixels, format=Format(WIDTH, HEIGHT), colorspace="ACEScg")
    out = written(layered(plate, TWO), tmp_path / "out.exr", shot, ctx)
    names = [header["name"] for header, _ in parts_of(out)]
    assert names == ["rgba", "swap", "matte_face1", "matte_face_2", "plate"]
    assert (np.subtract(*parts_of(out)[2][0]["dataWindow"][::-1]) <= 62).all()
    channels = by_oiio(out)
    comp = rgb(channels, "plate") * (1 - channels["swap.A"][..., None]) + rgb(channels, "swap")
    size = np.maximum(np.abs(rgb(channels, "plate")), np.maximum(np.abs(rgb(channels, "swap")), np.abs(comp)))
    assert (np.abs(comp - rgb(channels)) <= 2 * half_step(size)).all()


def test_what_is_known_of_each_face_goes_along(tmp_path: Path, shot: Shot, ctx: Context) -> None:
    source = save(tmp_path / "plate.exr", noise(WIDTH, HEIGHT))
    out = written(layered(opened(source, shot, ctx), TWO), tmp_path / "out.exr", shot, ctx)
    told = json.loads(str(header_of(out)["nodegraph/faces"]))
    assert [face["track"] for face in told["faces"]] == ["face1", "face 2"]
    face, crop = told["faces"][0], TWO.crops[0]
    assert (face["identity"], face["crop"], face["confidence"]) == ("jane", 48, 0.8)
    assert face["pose"] == {"pitch": 1.0, "yaw": 2.0, "roll": 3.0}
    np.testing.assert_allclose(
        face["landmarks"],
        crop.points @ np.linalg.inv(crop.matrix)[:2, :2].T + np.linalg.inv(crop.matrix)[:2, 2],
        atol=1e-3,
    )
    np.testing.assert_allclose(face["matrix"], crop.matrix)
    # it is of this graph: a file that is read again and written says nothing of it
    again = written(opened(out, shot, ctx), tmp_path / "again.exr", shot, ctx)
    assert "nodegraph/faces" not in header_of(again)
    bare = written(layered(opened(source, shot, ctx), ONE), tmp_path / "bare.exr", shot, ctx, metadata="none")
    assert "nodegraph/faces" not in header_of(bare)


def test_the_layers_are_the_same_on_every_frame(tmp_path: Path, shot: Shot, ctx: Context) -> None:
    source = save(tmp_path / "plate.exr", noise(WIDTH, HEIGHT))
    plate = opened(source, shot, ctx)
    tracks = tracks_of([face_points()], first=1001)
    tracks = replace(tracks, tracks=(*tracks.tracks, replace(tracks.tracks[0], name="face 2")))
    found = []
    for number, crops in enumerate((TWO, ONE, NONE, crops_of(crop_of(90, 70, "face1", 0.5, hole=True)))):
        image = run(face_layers, pasted(plate, crops), crops, plate, tracks)
        out = written(image, tmp_path / f"out{number}.exr", shot, ctx)
        found.append([(header["name"], sorted(planes)) for header, planes in parts_of(out)])
    assert found[1:] == found[:1] * 3
    empty = parts_of(tmp_path / "out2.exr")
    was, now = chunks_of(source), chunks_of(tmp_path / "out2.exr")
    assert {key: now[key] for key in was} == was
    assert (empty[1][0]["dataWindow"][1] == 0).all()
    assert not by_oiio(tmp_path / "out2.exr")["swap.A"].any()


def test_what_comes_after_keeps_them(tmp_path: Path, shot: Shot, ctx: Context) -> None:
    """A grade, a blur and a merge work on the main layer: the others stay as small as they were, and the plate too."""
    source = save(tmp_path / "plate.exr", noise(WIDTH, HEIGHT))
    plate = opened(source, shot, ctx)
    image = layered(plate, ONE)
    before = image.region(image.data, ("swap.R", "swap.A", "plate.G"))
    for after in (run(grade, image, gain=(1.2, 1.1, 1.0)), run(blur, image, size=(3.0, 3.0)), run(merge, image, plate)):
        assert np.array_equal(after.region(image.data, ("swap.R", "swap.A", "plate.G")), before)
        out = written(after, tmp_path / "out.exr", shot, ctx)
        assert [header["name"] for header, _ in parts_of(out)] == ["rgba", "swap", "matte_face1", "plate"]
    graded = written(run(grade, image, gain=(1.2, 1.1, 1.0)), tmp_path / "graded.exr", shot, ctx)
    assert (np.subtract(*parts_of(graded)[1][0]["dataWindow"][::-1]) <= 62).all()


def test_read_and_written_again_it_is_still_spliced(tmp_path: Path, shot: Shot, ctx: Context) -> None:
    source = save(tmp_path / "plate.exr", noise(WIDTH, HEIGHT))
    first = written(layered(opened(source, shot, ctx), ONE), tmp_path / "first.exr", shot, ctx)
    again = opened(first, shot, ctx)
    assert set(again.channels) >= {"R", "G", "B", "swap.R", "swap.A", "matte_face1.A", "plate.G"}
    second = written(again, tmp_path / "second.exr", shot, ctx)
    assert chunks_of(second) == chunks_of(first)
    for name, values in by_oiio(first).items():
        assert np.array_equal(again.region(Box(0, 0, WIDTH, HEIGHT), (name,))[..., 0], values), name


def test_a_notice_marks_the_layers_too(tmp_path: Path, shot: Shot, ctx: Context) -> None:
    source = save(tmp_path / "plate.exr", noise(WIDTH, HEIGHT))
    marked = notice(layered(opened(source, shot, ctx), ONE), "PREVIEW - no consent for jane")
    out = written(marked, tmp_path / "out.exr", shot, ctx)
    channels = by_oiio(out)
    for name in ("R", "swap.R", "plate.R"):
        band = channels[name][:10]
        assert ((band >= 0) & (band <= 1)).all(), name
        assert band.max() > 0.8, name


def test_as_channels_if_that_is_asked_for(tmp_path: Path, shot: Shot, ctx: Context) -> None:
    source = save(tmp_path / "plate.exr", noise(WIDTH, HEIGHT))
    image = layered(opened(source, shot, ctx), ONE)
    out = written(image, tmp_path / "out.exr", shot, ctx, layout="as channels")
    assert len(parts_of(out)) == 1
    assert np.array_equal(
        by_oiio(out)["swap.A"], np.float16(image.region(Box(0, 0, WIDTH, HEIGHT), ("swap.A",)))[..., 0]
    )


def test_layers_of_one_name_are_refused(shot: Shot) -> None:
    image = Image.of(np.zeros((HEIGHT, WIDTH, 3), np.float32), colorspace="ACEScg")
    once = run(face_layers, image, ONE)
    with pytest.raises(GraphError, match="swap already"):
        run(face_layers, once, ONE)
    twice = run(face_layers, once, ONE, prefix="hero_")
    assert {"swap.A", "hero_swap.A", "hero_matte_face1.A"} <= set(twice.channels)


def test_only_what_is_wanted() -> None:
    image = Image.of(np.zeros((HEIGHT, WIDTH, 3), np.float32), colorspace="ACEScg")
    nothing = run(face_layers, image, ONE, swap="none", mattes=False, metadata=False)
    assert nothing.channels == image.channels
    assert run(face_layers, image, TWO, swap="none").channels == (*image.channels, "matte_face1.A", "matte_face_2.A")


BLENDS = {
    "over": {},
    "bands": {"blend": "multi-band", "bands": 3},
    "Poisson": {"blend": "Poisson"},
    "grain": {"grain": 1.0, "detail": 0.5},
    "half way": {"mix": 0.5},
}


@pytest.mark.parametrize("knobs", BLENDS.values(), ids=list(BLENDS))
@pytest.mark.parametrize("crops", [ONE, TWO], ids=["one", "crossing"])
def test_whatever_paste_does_can_be_redone(
    tmp_path: Path, shot: Shot, ctx: Context, crops: Crops, knobs: dict[str, object]
) -> None:
    source = save(tmp_path / "plate.exr", noise(WIDTH, HEIGHT))
    plate = opened(source, shot, ctx)
    comp = pasted(plate, crops, **knobs)
    out = written(run(face_layers, comp, crops, plate, swap="as pasted"), tmp_path / "out.exr", shot, ctx)
    channels = by_oiio(out)
    swap, cover, below = rgb(channels, "swap"), channels["swap.A"][..., None], rgb(channels, "plate")
    size = np.maximum(np.abs(below), np.maximum(np.abs(swap), np.abs(rgb(channels))))
    assert (np.abs(below * (1 - cover) + swap - rgb(channels)) <= 2 * half_step(size)).all()
    low, high = parts_of(out)[1][0]["dataWindow"]
    assert ((high - low) <= 110).all()


def test_as_pasted_needs_the_plate_and_shows_nothing_without_a_face(shot: Shot) -> None:
    image = Image.of(np.ones((HEIGHT, WIDTH, 3), np.float32), colorspace="ACEScg")
    with pytest.raises(GraphError, match="without the plate"):
        run(face_layers, image, ONE, swap="as pasted")
    for crops in (NONE, ONE):
        untouched = run(face_layers, image, crops, image, swap="as pasted", mattes=False)
        picture = untouched.region(Box(0, 0, WIDTH, HEIGHT), ("swap.R", "swap.A"))
        assert np.allclose(picture[..., 0], picture[..., 1], atol=1e-6)  # the plate itself, where the matte is


@pytest.mark.parametrize(("layout", "red"), [("as parts", "plate.R"), ("Nuke parts", "red")])
def test_parts_by_other_names(tmp_path: Path, shot: Shot, ctx: Context, layout: str, red: str) -> None:
    source = save(tmp_path / "plate.exr", noise(WIDTH, HEIGHT))
    image = layered(opened(source, shot, ctx), ONE)
    out = written(image, tmp_path / "out.exr", shot, ctx, layout=layout)
    parts = parts_of(out)
    assert [header["name"] for header, _ in parts] == ["rgba", "swap", "matte_face1", "plate"]
    assert np.array_equal(parts[3][1][red], planes_of(source)["R"])
    assert parts[1][1][red.replace("plate", "swap")].shape[1] < 70
    was, now = chunks_of(source), chunks_of(out)
    assert all(now[3, *key[1:]] == block for key, block in was.items())
    again = opened(out, shot, ctx)
    assert {"plate.R", "swap.A", "matte_face1.A"} <= set(again.channels)
