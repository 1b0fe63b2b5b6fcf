"""Finish."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from nodegraph.colour.network_light import curve, uncurve
from nodegraph.data.crop import Crop, Crops
from nodegraph.data.shot import Window
from nodegraph.graph.knob import Knob
from nodegraph.graph.node import Identity, Knobs, node
from nodegraph.ops.finish import (
    PlatePixel,
    Sharpen,
    blurred_as,
    degraded,
    denoised,
    motion,
    sharpened,
    smeared,
    softness_each_way,
)


def _near(frame: int, knobs: Knobs) -> range:
    return range(frame - 1, frame + 2) if knobs["motion_blur"] else range(frame, frame + 1)


def _neutral(frame: int, knobs: Knobs) -> Identity:
    del frame
    idle = not any(knobs[name] for name in ("defocus", "blur", "motion_blur", "denoise", "degrade"))
    return "crops" if idle and (knobs["sharpen"] is Sharpen.NONE or not knobs["amount"]) else None


@node(frames=_near, identity=_neutral, revision=3)
def finish(
    crops: Window[Crops],
    *,
    defocus: Annotated[float, Knob(0, 1, help="soften the new face until it is no sharper than the plate's was")] = 1.0,
    blur: Annotated[float, Knob(0, 20, unit="px", soft=True, help="soften it by hand, in pixels of the plate")] = 0.0,
    motion_blur: Annotated[
        float, Knob(0, 2, unit="frames", help="smear it as it moves while the shutter is open: 0.5 is 180°")
    ] = 0.0,
    denoise: Annotated[float, Knob(0, 1, help="take grain out of the new face")] = 0.0,
    degrade: Annotated[float, Knob(0, 1, help="as if it had been filmed smaller")] = 0.0,
    sharpen: Annotated[Sharpen, Knob(help="how its detail is raised")] = Sharpen.NONE,
    amount: Annotated[float, Knob(0, 5, soft=True, help="of sharpening")] = 1.0,
    radius: Annotated[float, Knob(0.1, 10, unit="px", soft=True, help="of sharpening, in pixels of the plate")] = 0.7,
    threshold: Annotated[float, Knob(0, 0.5, help="unsharp mask: smaller differences are left alone")] = 0.01,
) -> Crops:
    """Make new faces as soft, or as sharp, as the plate they go into; light above white stays.

    What is told in pixels is told in the plate's, across and down: on anamorphic plates these are wider than high.
    """

    def done(crop: Crop) -> Crop:
        if crop.pixels is crop.plate:
            return crop
        pixel = crop.scale
        light = curve(crop.pixels)
        light = denoised(light, denoise)
        plate = PlatePixel.of(crop)
        if defocus:
            across, down = softness_each_way(light, curve(crop.plate), crop.coverage(), plate)
            light = blurred_as(light, defocus * across, defocus * down, plate)
        light = blurred_as(light, blur, blur, plate)
        light = degraded(light, degrade)
        light = sharpened(light, sharpen, amount, radius, threshold, plate)
        pixels = uncurve(light)
        if motion_blur:
            near = (_same(crops.values.get(crops.frame + step), crop) for step in (-1, 1))
            way = motion(crop, *near)
            pixels = smeared(pixels, (way[0] * motion_blur, way[1] * motion_blur), pixel)
        # Where nothing was put in, nothing is softened either.
        untouched = (crop.pixels == crop.plate).all(axis=2, keepdims=True)
        return crop.with_pixels(np.where(untouched, crop.plate, pixels))

    return crops.now.each(done(crop) for crop in crops.now)


def _same(others: Crops | None, crop: Crop) -> Crop | None:
    """The crop of the same face on another frame, if it is there and as large."""
    found = next((other for other in others or () if other.track == crop.track), None)
    return found if found is not None and found.size == crop.size else None
