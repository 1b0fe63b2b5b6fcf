"""Associated alpha: multiplied into the colour, and taken out again."""

from __future__ import annotations

import numpy as np

from nodegraph.data.image import Image


def associated(image: Image) -> Image:
    """Colour times alpha; a picture without alpha as it is."""
    if "A" not in image.channels or not image.rgb:
        return image
    pixels = image.region(image.data, (*image.rgb, "A"))
    return image.patched(image.data, pixels[..., :-1] * pixels[..., -1:], image.rgb)


def unassociated(image: Image) -> Image:
    """Colour over alpha, where there is alpha."""
    if "A" not in image.channels or not image.rgb:
        return image
    pixels = image.region(image.data, (*image.rgb, "A"))
    alpha = pixels[..., -1:]
    there = alpha != 0
    return image.patched(
        image.data, np.where(there, pixels[..., :-1] / np.where(there, alpha, 1), pixels[..., :-1]), image.rgb
    )
