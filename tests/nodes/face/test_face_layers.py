"""FaceLayers: a compositor lays the faces in anew, from the layers of a file and with another program's reader."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import OpenEXR
import pytest

from nodegraph.data.box import Box
from nodegraph.data.crop import Crops
from nodegraph.data.errors import GraphError
from nodegraph.data.image import Image
from nodegraph.data.shot import Shot
from nodegraph.graph.context import Context
from nodegraph.media.burn_in import notice
from nodegraph.media.layers_windows import window_of
from nodes.colour.grade import grade
from nodes.face.face_layers import face_layers
from nodes.image.blur import blur
from nodes.image.merge import merge
from tests.nodes.face.layering import (
    EVERY,
    HEIGHT,
    LOSSLESS,
    NONE,
    ONE,
    TWO,
    WIDTH,
    by_oiio,
    crop_of,
    crops_of,
    half_step,
    layered,
    opened,
    pasted,
    rgb,
    written,
)
from tests.nodes.face.shapes import face_points, tracks_of
from tests.nodes.io.pictures import chunks_of, header_of, noise, parts_of, planes_of, run, save


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
