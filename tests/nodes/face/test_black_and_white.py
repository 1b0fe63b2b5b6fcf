"""Black and white plates, of one channel or of three that are equal: faces on them are found, and get no colour."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2
import numpy as np
import OpenEXR
import pytest

from nodegraph.data.crop import Crops
from nodegraph.data.faces import Faces, Rect
from nodegraph.data.identity import Consent, Identity, Photo
from nodegraph.data.image import Image, Pixels, frozen
from nodegraph.data.shot import Clip, Frame, Shot, Window
from nodegraph.data.tracks import Track, Tracks
from nodegraph.graph.context import Context
from nodegraph.graph.knob import File
from nodegraph.ops.black_and_white import colourless, grey_of, light, luminance, shows
from nodegraph.ops.face_paste import Blend
from nodes.face.align import align
from nodes.face.cut_detect import seen
from nodes.face.detect import detect
from nodes.face.face_layers import Swap, face_layers
from nodes.face.finish import finish
from nodes.face.landmarks import landmarks
from nodes.face.mask import mask
from nodes.face.overlay import overlay
from nodes.face.paste import paste
from nodes.face.track import track
from nodes.io.read import read
from nodes.io.write import write
from nodes.swap.swap import swap
from tests.nodes.face.test_anamorphic import CONTEXT, SHOT, found, plate

# Of the working space's primaries (ACEScg): the middle row of its matrix to XYZ, as the Academy publishes it.
LUMA = np.array([0.2722287168, 0.6740817658, 0.0536895174], np.float32)


@cache
def grey() -> Pixels:
    return frozen(plate().pixels @ LUMA[:, None])


def of_one() -> Image:
    return Image.of(grey(), channels=("Y",), format=SHOT.format, colorspace="ACEScg")


def of_three() -> Image:
    return Image.of(np.repeat(grey(), 3, axis=2), format=SHOT.format, colorspace="ACEScg")


@cache
def somebody() -> Identity:
    (face,) = found(1003)
    pixels = frozen(plate(1003).pixels * np.array((0.9, 0.5, 0.3), np.float32))
    return Identity("somebody", (Photo("one", pixels, face),), "ACEScg", Consent(reason="public domain"))


def faces_of(picture: Image) -> Faces:
    return landmarks(picture, detect(picture, SHOT, CONTEXT), SHOT, CONTEXT)


def swapped(picture: Image, colour: float = 0.0) -> Crops:
    """The crops of a picture with somebody in them; `light` 0 leaves that face its own colours."""
    tracks = Tracks(SHOT.format, (Track("face1", {1001: found().faces[0]}),))
    crops = mask(align(picture, Frame(1001), tracks, Context(), size=256), SHOT, Context())
    crops = swap(crops, somebody(), None, None, None, SHOT, Context(), light=1 - colour, contrast=1 - colour)
    return finish(Window(1001, {1001: crops}))


def test_which_pictures_show_something() -> None:
    def picture(*channels: str) -> Image:
        return Image.of(np.ones((4, 4, len(channels)), np.float32), channels=channels)

    assert [grey_of(picture(*each)) for each in (("Y",), ("Y", "A"), ("R",), ("R", "G", "B"), ("Z",), ("A",))] == [
        *("Y", "Y", "R", "", "", "")
    ]
    assert shows(picture("R", "G", "B"))
    assert not shows(picture("R", "G"))
    assert not shows(picture("A"))
    assert light(picture("Y"), picture("Y").data).shape == (4, 4, 3)


def test_luminance_of_equal_channels_is_theirs_to_the_bit() -> None:
    rng = np.random.default_rng(2)
    three = np.repeat(rng.normal(0, 5, (50, 50, 1)).astype(np.float32), 3, axis=2)
    assert np.array_equal(luminance(three, LUMA), three[..., :1])
    colours = rng.normal(0, 5, (50, 50, 3)).astype(np.float32)
    assert np.allclose(luminance(colours, LUMA), colours @ LUMA[:, None], atol=1e-5)
    assert colourless(three)
    three[33, 21, 2] += 0.1
    assert not colourless(three)


def test_faces_are_found_as_on_three_equal_channels() -> None:
    (one,), (other,) = faces_of(of_one()), faces_of(of_three())
    assert one.box == other.box
    assert np.array_equal(one.points, other.points)
    assert np.linalg.norm(one.points - found().faces[0].points, axis=1).mean() < 2
    assert np.array_equal(seen(of_one(), SHOT, 1.0), seen(of_three(), SHOT, 1.0))
    (same,) = track(Clip.of(dict.fromkeys(range(1, 4), faces_of(of_one()))), Context())
    assert len(same.faces) == 3


def test_a_swapped_face_is_black_and_white_too() -> None:
    """Even where it keeps its own light; on a plate that has colours it keeps those."""
    (one,), (other,), (coloured,) = (swapped(each, 1.0) for each in (of_one(), of_three(), plate()))
    assert np.array_equal(one.plate, other.plate)
    for crop in (one, other):
        assert (crop.pixels[..., 1:] == crop.pixels[..., :1]).all()
        assert not np.array_equal(crop.pixels, crop.plate)
    assert not colourless(coloured.pixels)


@pytest.mark.parametrize("blend", list(Blend))
def test_one_channel_gets_what_three_equal_ones_get(blend: Blend) -> None:
    knobs = {"blend": blend, "grain": 1.0}
    one, other = (paste(each, swapped(each), Frame(1001), SHOT, Context(), **knobs) for each in (of_one(), of_three()))
    assert one.channels == ("Y",)
    assert np.allclose(one.pixels, other.pixels[..., :1], atol=1e-5)
    changed = (one.pixels != of_one().pixels)[..., 0]
    box = swapped(of_one()).crops[0].box()
    assert changed[box.y0 : box.y1, box.x0 : box.x1].mean() > 0.1
    changed[box.y0 : box.y1, box.x0 : box.x1] = False
    assert not changed.any()


def test_a_coloured_face_is_pasted_by_its_luminance() -> None:
    """Crops that got their colour after the swap: by hand, or from another plate."""
    crops = swapped(plate(), 1.0)
    one = paste(of_one(), crops, Frame(1001), SHOT, Context())
    three = paste(of_three(), crops, Frame(1001), SHOT, Context())
    assert np.allclose(one.pixels[..., 0], three.pixels @ LUMA, atol=1e-4)


def test_layers_and_drawings_on_one_channel() -> None:
    crops = swapped(of_one())
    comp = paste(of_one(), crops, Frame(1001), SHOT, Context())
    layered = face_layers(comp, crops, of_one(), swap=Swap.AFTER)
    box = layered.data
    over = layered.region(box, ("plate.Y",)) * (1 - layered.region(box, ("swap.A",)))
    assert np.allclose(over + layered.region(box, ("swap.G",)), comp.pixels, atol=1e-5)
    assert np.array_equal(layered.region(box, ("plate.Y",)), of_one().pixels)
    drawn = overlay(of_one(), Frame(1001), Tracks(SHOT.format, (Track("face1", {1001: found().faces[0]}),)))
    assert drawn.channels == ("Y",)
    assert (drawn.pixels != of_one().pixels).any()


def test_a_luminance_file_is_read_swapped_and_written(tmp_path: Path) -> None:
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    source = tmp_path / "plate.1001.exr"
    OpenEXR.File(header, {"Y": grey()[..., 0].astype(np.float16)}).write(str(source))
    shot = Shot(first=1001, last=1001, format=SHOT.format)
    picture = read(Frame(1001), shot, Context(), file=File(str(tmp_path / "plate.####.exr")))
    assert picture.channels == ("Y",)
    comp = paste(picture, swapped(picture), Frame(1001), shot, Context())
    write(comp, Frame(1001), shot, Context(), file=File(str(tmp_path / "comp.####.exr")))
    with OpenEXR.File(str(tmp_path / "comp.1001.exr")) as file:
        assert list(file.channels()) == ["Y"]
        result = file.channels()["Y"].pixels
    before = grey()[..., 0].astype(np.float16)
    box = swapped(picture).crops[0].box()
    inside = (slice(box.y0, box.y1), slice(box.x0, box.x1))
    assert (result[inside] != before[inside]).mean() > 0.1
    result[inside] = before[inside]
    assert np.array_equal(result, before)


def test_a_grey_still_is_black_and_white(tmp_path: Path) -> None:
    """Eight bits come into the working space through a matrix: equal but for its rounding."""
    shown = np.clip(grey() / (grey() + 0.6), 0, 1)
    cv2.imwrite(str(tmp_path / "plate.1001.png"), (shown * 255).astype(np.uint8))
    picture = read(Frame(1001), SHOT, Context(), file=File(str(tmp_path / "plate.####.png")))
    (crop,) = swapped(picture, 1.0)
    assert colourless(crop.pixels)
    assert not np.array_equal(crop.pixels, crop.plate)
    assert Rect.around(found().faces[0].points).overlap(Rect.around(faces_of(picture).faces[0].points)) > 0.9
