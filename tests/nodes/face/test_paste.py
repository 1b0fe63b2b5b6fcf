"""Paste and Finish: the plate keeps its bits, light is what it was, and edges follow closed forms."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from nodegraph.data.box import Box, Format
from nodegraph.data.crop import Crop, Crops
from nodegraph.data.errors import GraphError
from nodegraph.data.image import Image, Pixels, frozen
from nodegraph.data.shot import Frame, Shot, Window
from nodegraph.graph.context import Context
from nodegraph.ops.face_paste import Blend
from nodegraph.ops.finish import Sharpen, blurred, motion, sharpened, smeared, softness
from nodes.face.align import align
from nodes.face.finish import finish
from nodes.face.paste import paste
from tests.nodes.every_picture import with_origin
from tests.nodes.face.shapes import face_points, tracks_of

SHOT = Shot(format=Format(640, 360))
RNG = np.random.default_rng(11)


def noise(seed: int = 1, level: float = 0.4, spread: float = 0.3) -> Image:
    pixels = np.random.default_rng(seed).normal(level, spread, (360, 640, 3)).astype(np.float32)
    return Image.of(pixels, format=SHOT.format, colorspace="ACEScg")


def disc(size: int, radius: float = 0.3, soft: float = 0.05) -> Pixels:
    y, x = np.mgrid[:size, :size] + 0.5
    far = np.hypot(x - size / 2, y - size / 2) / size
    return np.clip((radius - far) / soft + 0.5, 0, 1).astype(np.float32)


def cropped(image: Image, size: int = 256, **knobs: float) -> Crops:
    crops = align(image, Frame(1), tracks_of([face_points(300, 180, 100, roll=0.15)]), Context(), size=size, **knobs)
    return crops.each(crop.with_matte(disc(size)) for crop in crops)


def painted(crops: Crops, pixels: Pixels) -> Crops:
    return crops.each(crop.with_pixels(pixels) for crop in crops)


@pytest.mark.parametrize("blend", list(Blend))
def test_beside_the_face_the_plate_keeps_its_very_bits(blend: Blend) -> None:
    image = with_origin(noise(), "plate.exr")
    crops = cropped(image)
    result = paste(
        image, painted(crops, np.full((256, 256, 3), 2.0, np.float32)), Frame(1), SHOT, Context(), blend=blend
    )
    assert result.origin is not None
    (box,) = result.origin.changed
    assert crops.crops[0].box(2).covers(box)
    outside = np.ones((360, 640), bool)
    outside[box.slices(image.data)] = False
    assert np.array_equal(result.pixels[outside], image.pixels[outside])
    assert not np.array_equal(result.pixels, image.pixels)


@pytest.mark.parametrize("grain", [0.0, 1.0])
@pytest.mark.parametrize("blend", list(Blend))
def test_a_dead_pixel_of_the_plate_stays_where_it_is(blend: Blend, grain: float) -> None:
    pixels = noise().pixels.copy()
    pixels[180, 300], pixels[150, 290], pixels[150, 310] = np.nan, np.inf, -np.inf
    image = Image.of(frozen(pixels), format=SHOT.format, colorspace="ACEScg")
    crops = cropped(image)
    assert all(np.isfinite(crop.pixels).all() for crop in crops)
    result = paste(image, crops, Frame(1), SHOT, Context(), blend=blend, grain=grain)
    assert (~np.isfinite(result.pixels).all(axis=2)).sum() <= 3
    assert abs(float(crops.crops[0].pixels.mean()) - float(cropped(noise()).crops[0].pixels.mean())) < 0.001


def test_within_the_box_what_no_matte_covers_keeps_its_bits_too() -> None:
    image = noise()
    crops = cropped(image)
    result = paste(image, painted(crops, np.full((256, 256, 3), 2.0, np.float32)), Frame(1), SHOT, Context())
    changed = (result.pixels != image.pixels).any(axis=2)
    matrix = np.linalg.inv(crops.crops[0].matrix)
    middle = matrix[:2, :2] @ (128, 128) + matrix[:2, 2]
    y, x = np.nonzero(changed)
    radius = 256 * 0.325 / crops.crops[0].scale
    assert np.hypot(x + 0.5 - middle[0], y + 0.5 - middle[1]).max() < radius + 3


def test_where_the_matte_is_whole_the_face_is_what_it_is() -> None:
    image = noise()
    colour = np.float32((16.0, -0.25, 0.5))
    result = paste(
        image, painted(cropped(image), np.broadcast_to(colour, (256, 256, 3)).copy()), Frame(1), SHOT, Context()
    )
    crop = cropped(image).crops[0]
    x, y = (np.linalg.inv(crop.matrix) @ (128, 128, 1))[:2].astype(int)
    assert np.allclose(result.pixels[y - 5 : y + 5, x - 5 : x + 5], colour, rtol=1e-5)


def test_a_crop_that_nothing_changed_gives_back_the_plate() -> None:
    """With the plate's own detail put back the way there and back costs not a bit."""
    image = noise()
    assert np.array_equal(paste(image, cropped(image), Frame(1), SHOT, Context(), detail=1.0).pixels, image.pixels)


def test_mix_fades() -> None:
    image = noise()
    crops = painted(cropped(image), np.full((256, 256, 3), 2.0, np.float32))
    whole, half = (paste(image, crops, Frame(1), SHOT, Context(), mix=mix).pixels for mix in (1.0, 0.5))
    assert np.allclose(half, (whole + image.pixels) / 2, atol=1e-5)


def test_poisson_takes_a_shift_of_light_away() -> None:
    """A face that is the plate under half the light comes out as the plate."""
    x, y = np.meshgrid(np.linspace(0.2, 0.9, 640), np.linspace(0.3, 0.6, 360))
    image = Image.of(np.stack([x, y, x * y], axis=2).astype(np.float32), format=SHOT.format, colorspace="ACEScg")
    crops = cropped(image)
    dimmed = painted(crops, crops.crops[0].plate * np.float32(0.5))
    before = np.abs(paste(image, dimmed, Frame(1), SHOT, Context()).pixels - image.pixels).max()
    after = np.abs(paste(image, dimmed, Frame(1), SHOT, Context(), blend=Blend.POISSON).pixels - image.pixels).max()
    assert before > 0.2
    assert after < 0.15 * before


def test_bands_of_a_face_that_is_the_plate_are_the_plate() -> None:
    x, y = np.meshgrid(np.linspace(0.2, 16, 640), np.linspace(-0.1, 0.6, 360))
    image = Image.of(np.stack([x, y, x * y], axis=2).astype(np.float32), format=SHOT.format, colorspace="ACEScg")
    result = paste(image, cropped(image), Frame(1), SHOT, Context(), blend=Blend.MULTIBAND)
    assert np.allclose(result.pixels, image.pixels, rtol=2e-3, atol=2e-3)


@pytest.mark.parametrize("side", ["left", "right", "top", "bottom"])
@pytest.mark.parametrize("blend", list(Blend))
def test_a_face_that_the_frame_cuts_off_is_whole_up_to_the_last_pixel(blend: Blend, side: str) -> None:
    """A plate cut through the middle of a face is pasted as the whole plate is: no rim of the plate at the cut."""
    plate = np.random.default_rng(3).normal(0.5, 0.01, (360, 640, 3)).astype(np.float32)
    face = np.random.default_rng(4).normal(0.2, 0.01, (360, 640, 3)).astype(np.float32)
    kept = {"left": Box(300, 0, 640, 360), "right": Box(0, 0, 300, 360)}
    kept |= {"top": Box(0, 180, 640, 360), "bottom": Box(0, 0, 640, 180)}
    box = kept[side]

    def done(pixels: Pixels, x: float, y: float) -> Pixels:
        frame = Format(pixels.shape[1], pixels.shape[0])
        image = Image.of(frozen(np.ascontiguousarray(pixels)), format=frame, colorspace="ACEScg")
        crops = align(image, Frame(1), tracks_of([face_points(x, y, 120)]), Context(), size=256)
        crops = crops.each(crop.with_matte(disc(256, 0.35)).with_pixels(of_face) for crop in crops)
        return paste(image, crops, Frame(1), SHOT, Context(), blend=blend, bands=3).pixels

    whole_image = Image.of(frozen(face), format=SHOT.format, colorspace="ACEScg")
    of_face = align(whole_image, Frame(1), tracks_of([face_points(300, 180, 120)]), Context(), size=256).crops[0].pixels
    whole = done(plate, 300, 180)[box.slices(SHOT.format.box)]
    cut = done(plate[box.slices(SHOT.format.box)], 300 - box.x0, 180 - box.y0)
    change = np.abs(whole - plate[box.slices(SHOT.format.box)]).max(axis=2)
    assert change.max() > (0.02 if blend is Blend.POISSON else 0.25)
    assert np.abs(cut - whole).max() < {Blend.OVER: 1e-6, Blend.MULTIBAND: 0.02, Blend.POISSON: 0.02}[blend]


@pytest.mark.parametrize("blend", list(Blend))
def test_a_face_larger_than_the_frame_goes_in(blend: Blend) -> None:
    """There is no rim at all: nothing of the plate is left to meet."""
    image = noise(spread=0.02)
    crops = align(image, Frame(1), tracks_of([face_points(320, 180, 2500)]), Context(), size=512)
    new = painted(crops.each(crop.with_matte(np.ones((512, 512))) for crop in crops), np.full((512, 512, 3), 2.0))
    result = paste(image, new, Frame(1), SHOT, Context(), blend=blend)
    assert np.allclose(result.pixels, 2.0, atol=1e-3)


def test_a_clean_face_gets_the_grain_of_its_plate() -> None:
    image = noise(spread=0.03)
    crops = painted(cropped(image, 512), np.full((512, 512, 3), 0.4, np.float32))
    crops = crops.each(crop.with_matte(disc(512)) for crop in crops)
    crop = crops.crops[0]
    x, y = (np.linalg.inv(crop.matrix) @ (256, 256, 1))[:2].astype(int)
    part = np.s_[y - 20 : y + 20, x - 20 : x + 20]
    clean = paste(image, crops, Frame(1), SHOT, Context()).pixels[part]
    grainy = paste(image, crops, Frame(1), SHOT, Context(), grain=1.0).pixels[part]
    again = paste(image, crops, Frame(1), SHOT, Context(), grain=1.0).pixels[part]
    assert clean.std() < 1e-4
    assert 0.7 < grainy.std() / 0.03 < 1.3
    assert np.array_equal(grainy, again)
    assert not np.array_equal(grainy, paste(image, crops, Frame(2), SHOT, Context(), grain=1.0).pixels[part])


def grainy_and_clean(blend: Blend, grain: float, hole: float, mix: float = 1.0) -> tuple[Image, Image, np.ndarray]:
    """A grainy plate, a smooth face on it that has something before it (its matte lower there), and the whole matte.

    Beside the matte the crop is as grainy as the plate: it is the plate.
    """
    image = noise(spread=0.03)
    crops = cropped(image, 512)
    (crop,) = crops
    matte = (disc(512) > 0.5).astype(np.float32)
    pixels = np.where(matte[..., None] > 0, np.float32(0.4), crop.plate)
    matte[:, 240:272] *= hole
    crops = crops.each([crop.with_pixels(pixels).with_matte(matte)])
    result = paste(image, crops, Frame(1), SHOT, Context(), blend=blend, grain=grain, mix=mix)
    shown = np.zeros((*image.pixels.shape[:2], 3), np.float32)
    one = crops.each([crop.with_pixels(np.ones((512, 512, 3))).with_matte(matte)])
    black = Image.of(shown, format=SHOT.format, colorspace="ACEScg")
    return image, result, paste(black, one, Frame(1), SHOT, Context()).pixels[..., 0]


@pytest.mark.parametrize("blend", list(Blend))
def test_a_clean_face_is_as_grainy_as_its_plate_whatever_lies_beside_its_matte(blend: Blend) -> None:
    image, result, matte = grainy_and_clean(blend, 1.0, 0.0)
    inside = cv2.erode(matte, np.ones((9, 9))) > 0.99
    fine = result.pixels - cv2.GaussianBlur(result.pixels, (0, 0), 1.5)
    plate = image.pixels - cv2.GaussianBlur(image.pixels, (0, 0), 1.5)
    assert inside.sum() > 3000
    assert 0.85 < fine[inside].std() / plate[inside].std() < 1.15


@pytest.mark.parametrize("blend", list(Blend))
def test_grain_is_put_on_nothing_that_is_before_the_face(blend: Blend) -> None:
    """In the hole of the matte, and beside it, the comp with grain is the one without, to the bit."""
    _, with_it, matte = grainy_and_clean(blend, 1.0, 0.0)
    _, without, _ = grainy_and_clean(blend, 0.0, 0.0)
    changed = (with_it.pixels != without.pixels).any(axis=2)
    assert changed[matte > 0.5].mean() > 0.9
    assert not changed[cv2.dilate(matte, np.ones((3, 3))) == 0].any()


@pytest.mark.parametrize(("hole", "mix"), [(0.5, 1.0), (1.0, 0.5), (0.25, 0.5)])
def test_grain_is_as_much_as_the_face_is_pasted(hole: float, mix: float) -> None:
    _, with_it, matte = grainy_and_clean(Blend.OVER, 1.0, hole, mix)
    _, without, _ = grainy_and_clean(Blend.OVER, 0.0, hole, mix)
    _, whole, _ = grainy_and_clean(Blend.OVER, 1.0, 1.0)
    _, clean, _ = grainy_and_clean(Blend.OVER, 0.0, 1.0)
    veiled = cv2.erode(((matte > hole - 0.05) & (matte < hole + 0.05)).astype(np.uint8), np.ones((5, 5))) > 0
    assert veiled.sum() > 300
    added, all_of_it = (with_it.pixels - without.pixels)[veiled], (whole.pixels - clean.pixels)[veiled]
    assert added.std() == pytest.approx(hole * mix * all_of_it.std(), rel=0.15)


@pytest.mark.parametrize("half", [0.0, 0.5, 1.0])
def test_each_part_of_a_face_gets_the_grain_it_lacks(half: float) -> None:
    """On the left the face is clean, on the right it has a share of the plate's grain; both end with all of it."""
    image = noise(spread=0.03)
    crops = cropped(image, 512)
    (crop,) = crops
    own = cropped(noise(seed=5, level=0.0, spread=0.03), 512).crops[0].plate
    pixels = np.float32(0.4) + own * (np.arange(512) >= 256)[None, :, None] * np.float32(half)
    crops = crops.each([crop.with_pixels(pixels).with_matte(disc(512))])
    comp = paste(image, crops, Frame(1), SHOT, Context(), grain=1.0).pixels
    fine = comp - cv2.GaussianBlur(comp, (0, 0), 1.5)
    plate = image.pixels - cv2.GaussianBlur(image.pixels, (0, 0), 1.5)
    y, x = (np.linalg.inv(crop.matrix) @ (256, 256, 1))[:2].astype(int)[::-1]
    rows = slice(y - 20, y + 20)
    for columns in (slice(x - 28, x - 8), slice(x + 8, x + 28)):
        assert 0.85 < fine[rows, columns].std() / plate.std() < 1.15


def test_leaves_around_a_face_that_has_no_grain_are_not_taken_for_grain() -> None:
    leaves = noise(spread=0.1).pixels
    far = np.hypot(*(np.mgrid[:360, :640] - np.array([180, 300])[:, None, None]))
    image = noise().with_pixels(np.where((far < 90)[..., None], np.float32(0.4), leaves))
    crops = cropped(image, 512).each(
        crop.with_pixels(np.full((512, 512, 3), 0.3)).with_matte(disc(512)) for crop in cropped(image, 512)
    )
    comp, clean = (paste(image, crops, Frame(1), SHOT, Context(), grain=grain).pixels for grain in (1.0, 0.0))
    assert np.abs(comp - clean).max() < 0.002


# -- Finish --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sigma", [0.8, 1.5, 3.0])
def test_the_softness_of_a_plate_is_found(sigma: float) -> None:
    """A picture blurred by a known sigma is met by that sigma."""
    sharp = RNG.normal(0.5, 0.2, (200, 200, 3)).astype(np.float32)
    found = softness(sharp, blurred(sharp, sigma), np.ones((200, 200), np.float32), 1.0)
    assert abs(found - sigma) < 0.1 * sigma + 0.05


def test_a_face_softer_than_the_plate_is_left_alone() -> None:
    sharp = RNG.normal(0.5, 0.2, (200, 200, 3)).astype(np.float32)
    assert softness(blurred(sharp, 2), sharp, np.ones((200, 200), np.float32), 1.0) == 0


@pytest.mark.parametrize("way", [(9.0, 0.0), (0.0, 5.0), (6.0, -8.0)])
def test_motion_smears_along_its_way_and_no_other(way: tuple[float, float]) -> None:
    """A point becomes a line of even light: its variance is a twelfth of its length squared."""
    point = np.zeros((61, 61, 3), np.float32)
    point[30, 30] = 1
    line = smeared(point, way, 1.0)[..., 0].astype(np.float64)
    y, x = np.mgrid[:61, :61] - 30
    assert np.isclose(line.sum(), 1)
    assert abs((x * line).sum()) < 1e-3
    assert abs((y * line).sum()) < 1e-3
    length = np.hypot(*way)
    along = (x * way[0] + y * way[1]) / length
    across = (x * way[1] - y * way[0]) / length
    assert abs((along**2 * line).sum() - length**2 / 12) < 0.12 * length**2 / 12 + 0.4
    assert (across**2 * line).sum() < 0.5


def test_the_motion_of_a_face_is_that_of_its_middle() -> None:
    image = noise()
    tracks = tracks_of([face_points(300 + 6 * k, 180 - 2 * k, 100) for k in range(3)])
    one, two, three = (align(image, Frame(k), tracks, Context(), size=200).crops[0] for k in (1, 2, 3))
    way = np.array(motion(two, one, three))
    assert np.allclose(way, two.matrix[:2, :2] @ (6, -2), atol=1e-6)
    assert motion(two, None, None) == (0, 0)


def test_sharpening_raises_what_a_blur_takes_away() -> None:
    pixels = RNG.normal(0.5, 0.2, (64, 64, 3)).astype(np.float32)
    raised = sharpened(pixels, Sharpen.GAUSSIAN, 1.5, 2.0, 0.0)
    assert np.allclose(raised, pixels + 1.5 * (pixels - blurred(pixels, 2.0)), atol=1e-5)
    assert sharpened(pixels, Sharpen.NONE, 1.5, 2.0, 0.0) is pixels


def test_what_was_not_swapped_is_not_finished(tmp_path: Path) -> None:
    image = noise()
    crops = cropped(image)
    crop = crops.crops[0]
    assert finish(Window(1, {1: crops}), blur=3.0).crops[0] is crop
    half = np.array(crop.plate)
    half[:, 128:] = RNG.normal(0.5, 0.2, (256, 128, 3))
    result = finish(Window(1, {1: crops.each([crop.with_pixels(half)])}), blur=3.0).crops[0]
    assert np.array_equal(result.pixels[:, :128], crop.plate[:, :128])
    assert result.pixels[:, 140:].std() < 0.5 * half[:, 140:].std()


def test_a_lamp_in_the_face_stays_a_lamp() -> None:
    image = noise(spread=0.0)
    crops = cropped(image)
    lit = np.full((256, 256, 3), 0.4, np.float32)
    lit[100:140, 100:140] = 16.0
    result = finish(Window(1, {1: painted(crops, lit)}), defocus=0.0, blur=1.0).crops[0]
    assert abs(result.pixels[120, 120, 0] - 16.0) < 0.05


def test_two_faces_go_in_one_after_the_other() -> None:
    image = noise()
    one = cropped(image).crops[0].with_pixels(np.full((256, 256, 3), 2.0, np.float32))
    matrix = one.matrix.copy()
    matrix[:2, 2] -= 180
    other: Crop = replace(one, track="face2", matrix=matrix, pixels=frozen(np.full((256, 256, 3), 3.0, np.float32)))
    result = paste(image, Crops(image.format, "ACEScg", (one, other)), Frame(1), SHOT, Context()).pixels
    for crop, level in ((one, 2.0), (other, 3.0)):
        x, y = (np.linalg.inv(crop.matrix) @ (128, 128, 1))[:2].astype(int)
        assert np.allclose(result[y, x], level, rtol=1e-4)
    assert Box(0, 0, 640, 360).covers(one.box(0))


def test_a_matte_that_covers_nothing_is_told() -> None:
    image, context = noise(), Context()
    crops = cropped(image)
    bare = crops.each(crop.with_matte(np.zeros((256, 256), np.float32)) for crop in crops)
    assert paste(image, bare, Frame(1), SHOT, context) is image
    assert context.misses == [f"the matte of {crops.crops[0].track} covers nothing"]


def test_a_plate_that_shows_nothing_is_refused() -> None:
    image = noise()
    depth = Image.of(frozen(image.pixels[..., :1].copy()), channels=("Z",), format=SHOT.format)
    with pytest.raises(GraphError, match="Paste needs red, green and blue, or luminance"):
        paste(depth, cropped(image), Frame(1), SHOT, Context())
