"""ColorTransfer."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import numpy as np

from nodegraph.colour.coding import Coding
from nodegraph.colour.config import load_config
from nodegraph.colour.written import luminance_of
from nodegraph.data.crop import Crop, Crops
from nodegraph.data.image import Pixels
from nodegraph.data.shot import Shot, Window
from nodegraph.data.tracks import Cuts, Tracks
from nodegraph.graph.knob import Color, Knob
from nodegraph.graph.node import Identity, Knobs, node
from nodegraph.ops.colour_balance import Balance
from nodegraph.ops.colour_fields import along_rim, averaged_gap, broad, enlarged, gap, rim_gap, shrunk
from nodegraph.ops.colour_match import FIELDS, Look, Method, Settings, changed, contrasted, look, matched, unbroken
from nodegraph.ops.colour_time import weight
from nodegraph.ops.colour_transfer import Affine, Root
from nodegraph.ops.mask_time import neighbours

GREY = 0.18
MAX_JUMP = 0.5  # sizes of the face from one frame to the next, at which another movement begins


class Light(Enum):
    """In which numbers colours are compared."""

    SCREEN = "screen"
    LOG = "log"
    LINEAR = "linear"


def _near(frame: int, knobs: Knobs) -> range:
    reach = 0 if knobs["method"] is Method.MANUAL else knobs["window"] // 2
    return range(frame - reach, frame + reach + 1)


def _off(frame: int, knobs: Knobs) -> Identity:
    del frame
    idle = knobs["method"] is Method.MANUAL and _balance(knobs).neutral and knobs["contrast"] == 1
    return "crops" if knobs["mix"] == 0 or idle else None


def _balance(knobs: Knobs) -> Balance:
    return Balance(tuple(knobs["gain"]), tuple(knobs["offset"]), knobs["saturation"])


@node(frames=_near, identity=_off, costly=True, revision=2)
def color_transfer(
    crops: Window[Crops],
    shot: Shot,
    tracks: Tracks | None = None,
    *,
    method: Annotated[
        Method,
        Knob(
            help="mean, rct and lct are calm, mkl closest of the straight ones; idt, sot and mix bend; low pass and "
            "seamless match place by place; manual is the balance alone"
        ),
    ] = Method.RCT,
    light: Annotated[
        Light, Knob(help="colours are compared as a screen shows them (rct: as L*a*b*), in ACEScct, or as light")
    ] = Light.SCREEN,
    root: Annotated[Root, Knob(help="which straight map lct and mix take; symmetric is mkl's")] = Root.PCA,
    estimate: Annotated[
        int, Knob(16, 2048, unit="px", help="the face is looked at no larger than this; it is worked on at full size")
    ] = 128,
    window: Annotated[int, Knob(1, 101, unit="frames", help="how many frames count, as many before as after")] = 9,
    evenness: Annotated[int, Knob(0, 8, help="how even the maps of idt, sot and mix are made")] = 1,
    width: Annotated[
        float, Knob(0.01, 0.5, help="low pass: what is broader than this share of the crop is matched")
    ] = 0.08,
    gain: Annotated[Color, Knob(0, 4, soft=True, help="afterwards, by hand: times this, in light")] = Color((1, 1, 1)),
    offset: Annotated[Color, Knob(-1, 1, soft=True, help="afterwards, by hand: plus this, in light")] = Color(
        (0, 0, 0)
    ),
    saturation: Annotated[float, Knob(0, 4, soft=True, help="afterwards, by hand")] = 1.0,
    contrast: Annotated[float, Knob(0, 4, soft=True, help="afterwards, by hand: about a grey of 0.18")] = 1.0,
    mix: Annotated[float, Knob(0, 1)] = 1.0,
) -> Crops:
    """Give a swapped face the colours that the plate has there, within its matte.

    What is averaged over the window is what the face and the plate are like, never the pixels; a cut (wire the
    tracks), a jump or a flash begins anew. Highlights and values below black stay. The matte says which colours count
    how much; where it is 0 nothing changes, and everywhere else the change is whole, for Paste fades it.
    """
    knobs = {"gain": gain, "offset": offset, "saturation": saturation}
    after = _balance(knobs).affine(luminance_of(load_config(shot.config), shot.space))
    settings = Settings(method, root, float(window), evenness)
    coding = _coding(light, shot)
    if method is Method.RCT and light is Light.SCREEN:
        coding, settings = Coding.lab(shot), Settings(method, root, float(window), evenness, opponents=True)
    cuts = tracks.cuts if tracks is not None else Cuts()
    pull = contrasted(coding.encode(np.full((1, 1, 3), GREY, np.float32))[0, 0].astype(np.float64), contrast)

    def transferred(crop: Crop) -> Crop:
        near = neighbours(crops.values, crops.frame, crop.track, MAX_JUMP, cuts.between)
        near = {at: each for at, each in near.items() if each.identity == crop.identity}
        if method is Method.MANUAL:
            result = coding.through(crop.pixels, *pull, crop.matte) if contrast != 1 else crop.pixels
        else:
            looks = {at: seen for at, each in near.items() if (seen := _seen(each, coding, estimate)) is not None}
            if crops.frame not in looks:
                return crop
            if method in FIELDS:
                frames = {at: near[at] for at in unbroken(looks, crops.frame)}
                result = _with_field(crop, frames, crops.frame, coding, settings, estimate, width, pull)
            else:
                change = matched(looks, crops.frame, settings)
                if isinstance(change, Affine):
                    result = coding.through(crop.pixels, *change.then(pull), crop.matte)
                else:
                    code = changed(coding.encode(crop.pixels), change)
                    result = coding.decode(changed(code, pull) if contrast != 1 else code)
        if after is not None:
            result = changed(result, after)
        return crop.with_pixels(_within(crop, result, mix))

    return crops.now.each(transferred(crop) for crop in crops.now)


def _coding(light: Light, shot: Shot) -> Coding:
    match light:
        case Light.SCREEN:
            return Coding.screen(shot)
        case Light.LOG:
            return Coding.log(shot)
        case Light.LINEAR:
            return Coding.linear()


def _seen(crop: Crop, coding: Coding, estimate: int) -> Look | None:
    """The colours of a frame, seen small."""
    face, plate = (coding.encode(shrunk(pixels, estimate)) for pixels in (crop.pixels, crop.plate))
    return look(face, plate, None if crop.matte is None else shrunk(crop.matte, estimate))


def _with_field(
    crop: Crop,
    near: dict[int, Crop],
    frame: int,
    coding: Coding,
    settings: Settings,
    estimate: int,
    width: float,
    pull: Affine,
) -> Pixels:
    """A face with what it lacks to the plate place by place: its broad light, or what its rim says."""
    shares = [weight(at - frame, settings.window) for at in near]
    code = coding.encode(crop.pixels)
    if settings.method is Method.SEAMLESS:
        inside = crop.coverage()
        gaps = [rim_gap(each.pixels, each.plate, inside, coding.encode) for each in near.values()]
        field = along_rim(averaged_gap(gaps, shares), inside)
    else:
        small = []
        for each in near.values():
            face, plate = (coding.encode(shrunk(pixels, estimate)) for pixels in (each.pixels, each.plate))
            small.append(gap(face, plate, None if each.matte is None else shrunk(each.matte, estimate)))
        field = enlarged(broad(averaged_gap(small, shares), width), crop.size, crop.size)
    return coding.decode(changed(code + field, pull))


def _within(crop: Crop, light: Pixels, mix: float) -> Pixels:
    """The change as far as it is wanted, and none where the matte is 0."""
    if mix != 1:
        light = crop.pixels + (light - crop.pixels) * np.float32(mix)
    if crop.matte is None:
        return light
    return np.where((crop.matte > 0)[..., None], light, crop.pixels)
