"""Finish on anamorphic plates, and Paste's grain: by the plate's pixels across and down, however the face is turned."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from nodegraph.colour.network_light import curve, uncurve
from nodegraph.data.box import Format
from nodegraph.data.crop import Crop, Crops
from nodegraph.data.faces import Face, Rect
from nodegraph.data.image import Image, Pixels, frozen
from nodegraph.data.shot import Frame, Shot, Window
from nodegraph.graph.context import Context
from nodegraph.ops.finish import PlatePixel, Sharpen, blurred_as, sharpened, softness_each_way
from nodes.face.finish import finish
from nodes.face.paste import paste

SIZE = 240


def crop_of(plate: Pixels, pixels: Pixels, aspect: float, turn: float, scale: float = 1.5) -> Crop:
    """A crop whose face stands in the plate turned by so many degrees, pixels `aspect` times as wide as high."""
    angle = np.radians(turn)
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = np.eye(3)
    matrix[:2, :2] = scale * rotation @ np.diag([aspect, 1.0])
    face = Face(Rect(0, 0, SIZE / scale / aspect, SIZE / scale))
    return Crop("face1", face, matrix, frozen(plate), frozen(pixels))


def texture(seed: int = 5) -> NDArray[np.float32]:
    drawn = np.random.default_rng(seed).normal(0.5, 0.15, (SIZE, SIZE, 1)).astype(np.float32)
    return np.repeat(cv2.GaussianBlur(drawn, (0, 0), 0.8)[..., None], 3, axis=2)


def spread(picture: NDArray[np.float32], crop: Crop) -> NDArray[np.float64]:
    """Deviations of a dot's light across the plate and down, in pixels of the plate."""
    light = np.array(picture[..., 0], np.float64)
    light /= light.sum()
    y, x = np.mgrid[:SIZE, :SIZE]
    places = np.stack([x - (x * light).sum(), y - (y * light).sum()], axis=-1) @ np.linalg.inv(crop.matrix[:2, :2]).T
    return np.sqrt((places**2 * light[..., None]).sum(axis=(0, 1)))


@pytest.mark.parametrize("turn", [0.0, 25.0, -70.0])
@pytest.mark.parametrize("aspect", [2.0, 0.5])
def test_a_blur_is_as_many_pixels_of_the_plate_across_as_down(aspect: float, turn: float) -> None:
    dot = np.zeros((SIZE, SIZE, 3), np.float32)
    dot[SIZE // 2, SIZE // 2] = 1
    crop = crop_of(dot, dot, aspect, turn)
    assert spread(blurred_as(dot, 3.0, 3.0, PlatePixel.of(crop)), crop) == pytest.approx([3.0, 3.0], rel=0.03)
    assert spread(blurred_as(dot, 4.0, 2.0, PlatePixel.of(crop)), crop) == pytest.approx([4.0, 2.0], rel=0.03)


@pytest.mark.parametrize("turn", [0.0, 25.0])
@pytest.mark.parametrize("wanted", [(1.0, 3.0), (2.5, 0.0), (0.0, 2.0)])
def test_the_softness_of_a_plate_is_found_each_way(wanted: tuple[float, float], turn: float) -> None:
    sharp = texture()
    plate = PlatePixel.of(crop_of(sharp, sharp, 2.0, turn))
    y, x = np.mgrid[:SIZE, :SIZE] - SIZE / 2
    face = (np.hypot(x, y) < SIZE / 3).astype(np.float32)
    found = softness_each_way(sharp, blurred_as(sharp, *wanted, plate), face, plate)
    # Turned, no kernel is narrower than a pixel of the crop.
    assert found == pytest.approx(wanted, rel=0.05, abs=0.1 if not turn else 0.4)


def test_square_pixels_are_blurred_as_ever() -> None:
    sharp = texture()
    assert np.allclose(
        blurred_as(sharp, 2.0, 2.0, PlatePixel(1.5, 1.5)), cv2.GaussianBlur(sharp, (0, 0), 3.0, None, 3.0, 1)
    )


def detail(picture: NDArray[np.float32]) -> NDArray[np.float64]:
    """How much neighbours differ, across and down, in the middle."""
    inner = picture[30:-30, 30:-30, 0].astype(np.float64)
    return np.array([np.abs(np.diff(inner, axis=way)).mean() for way in (1, 0)])


def test_a_face_becomes_as_soft_as_its_squeezed_plate_each_way() -> None:
    """The plate is soft across only, as a lens that squeezes makes it; the face is another of the same skin, sharp."""
    plate, sharp = texture(1), texture(2)
    soft = cv2.GaussianBlur(plate, (0, 0), 5.0, None, 0.6, cv2.BORDER_REPLICATE)
    crop = crop_of(uncurve(soft), uncurve(sharp), 2.0, 0.0)
    (done,) = finish(Window(1, {1: Crops(Format(320, 240, 2.0), "ACEScg", (crop,))}))
    wanted, found = detail(soft), detail(curve(done.pixels))
    assert found[0] == pytest.approx(wanted[0], rel=0.25)
    assert found[1] == pytest.approx(wanted[1], rel=0.25)


def test_sharpening_goes_by_the_same_pixels() -> None:
    sharp = texture()
    plate = PlatePixel.of(crop_of(sharp, sharp, 2.0, 0.0))
    raised = sharpened(sharp, Sharpen.GAUSSIAN, 1.0, 1.0, 0.0, plate)
    assert np.allclose(
        raised, 2 * sharp - cv2.GaussianBlur(sharp, (0, 0), 3.0, None, 1.5, cv2.BORDER_REPLICATE), atol=1e-5
    )


def test_grain_is_as_long_and_as_high_as_the_plates() -> None:
    """On a plate whose grain is drawn out across, as where it was unsqueezed and squeezed again."""
    drawn = np.random.default_rng(3).normal(0, 1, (240, 320, 3)).astype(np.float32)
    long = cv2.GaussianBlur(drawn, (0, 0), 1.6, None, 0.5, cv2.BORDER_REFLECT)
    plate = Image.of(frozen(0.3 + 0.02 * long / long.std()), format=Format(320, 240, 2.0), colorspace="ACEScg")
    matrix = np.array([[1.6, 0, -100.0], [0, 0.8, 20.0], [0, 0, 1]])
    face = Face(Rect(80, 30, 180, 190))
    clean = np.full((SIZE, SIZE, 3), 0.3, np.float32)
    crops = Crops(plate.format, "ACEScg", (Crop("face1", face, matrix, frozen(clean), frozen(clean)),))
    shot = Shot(first=1, last=1, format=plate.format)
    grained, bare = (paste(plate, crops, Frame(1), shot, Context(), grain=amount).pixels for amount in (1.0, 0.0))
    put = (grained - bare)[60:140, 100:170, 1]

    def drop(grain: NDArray[np.float32]) -> NDArray[np.float64]:
        """How like the next pixels are, across and down."""
        return np.array(
            [
                np.corrcoef(a.ravel(), b.ravel())[0, 1]
                for a, b in ((grain[:, 1:], grain[:, :-1]), (grain[1:], grain[:-1]))
            ]
        )

    assert put.std() == pytest.approx(0.02, rel=0.2)
    assert drop(put) == pytest.approx(drop(plate.pixels[:, 200:, 1]), abs=0.12)
