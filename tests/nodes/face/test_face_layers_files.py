"""Layers of faces in files: with the plate's own parts, by other names, and as Paste laid them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import OpenEXR
import pytest

from nodegraph.data.box import Box, Format
from nodegraph.data.crop import Crops
from nodegraph.data.errors import GraphError
from nodegraph.data.image import Image
from nodegraph.data.shot import Frame, Shot
from nodegraph.graph.context import Context
from nodes.face.face_layers import face_layers
from nodes.io.read import read
from tests.nodes.face.layering import (
    HEIGHT,
    NONE,
    ONE,
    TWO,
    WIDTH,
    by_oiio,
    half_step,
    layered,
    opened,
    pasted,
    rgb,
    written,
)
from tests.nodes.io.pictures import chunks_of, noise, part, parts_of, planes_of, run, save


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
