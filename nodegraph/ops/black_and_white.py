"""Plates of one channel: luminance alone, as black and white film is scanned. They are seen as three equal colours."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from nodegraph.data.box import Box
from nodegraph.data.crop import Crop
from nodegraph.data.errors import GraphError
from nodegraph.data.image import RGB, Channels, Image, Pixels

LUMINANCE = "Y"  # as OpenEXR calls it
NEAR = 1e-3  # share of the light by which colours may differ: a file's eight bits, brought into the working space
SPARSE = 13  # every so many pixels tell, as a rule, that a picture has colour


def grey_of(image: Image) -> str:
    """The one channel of a black and white picture; empty for any other."""
    if len(image.rgb) == 1:
        return image.rgb[0]
    return LUMINANCE if not image.rgb and LUMINANCE in image.channels else ""


def main_of(image: Image) -> Channels:
    """The channels of the main layer, luminance among them."""
    name = grey_of(image)
    return image.main if not name or name in image.main else (name, *image.main)


def shows(image: Image) -> bool:
    """True if it has red, green and blue, or is black and white: neither depth nor a matte shows a face."""
    return image.rgb == RGB or bool(grey_of(image))


def refuse_unless_shown(image: Image, node: str) -> None:
    """Stop where there is no picture to work on."""
    if not shows(image):
        has = ", ".join(image.channels) or "no channels"
        raise GraphError(
            f"{node} needs red, green and blue, or luminance (Y), and the picture has {has}",
            "wire the plate itself, or make R, G and B with a Shuffle, as R=beauty.R, G=beauty.G, B=beauty.B",
        )


def light(image: Image, box: Box) -> Pixels:
    """Red, green and blue of any rectangle; three times its luminance if it is black and white, or its matte."""
    if image.rgb == RGB:
        return image.region(box, RGB)
    name = grey_of(image) or (*image.main, *image.channels)[0]
    return np.repeat(image.region(box, (name,)), 3, axis=2)


def luminance(pixels: Pixels, weights: Sequence[float]) -> Pixels:
    """What of red, green and blue a black and white plate holds: rows x columns x 1. Equal ones stay to the bit."""
    red, others = pixels[..., :1], pixels[..., 1:] - pixels[..., :1]
    return np.asarray(red + others @ np.array(weights[1:], np.float32)[:, None], np.float32)


def colourless(pixels: Pixels) -> bool:
    """True if red, green and blue are the same everywhere."""

    def same(part: Pixels) -> bool:
        part = np.nan_to_num(part)
        apart = np.abs(part[..., 1:] - part[..., :1]).max(axis=-1)
        return bool((apart <= NEAR * np.abs(part).max(axis=-1)).all())

    return same(pixels[::SPARSE, ::SPARSE]) and same(pixels)


def like_its_plate(crop: Crop, weights: Callable[[], Sequence[float]]) -> Crop:
    """A crop of a black and white plate without colour; what is the plate's own stays to the bit."""
    if crop.pixels is crop.plate or not colourless(crop.plate):
        return crop
    new = (crop.pixels != crop.plate).any(axis=2, keepdims=True)
    return crop.with_pixels(np.where(new, luminance(crop.pixels, weights()), crop.plate))
