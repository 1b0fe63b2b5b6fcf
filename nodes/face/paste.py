"""Paste."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import numpy as np

from nodegraph.colour.config import load_config
from nodegraph.colour.grain import field, measure
from nodegraph.colour.lacking_grain import Under, with_lacking
from nodegraph.colour.network_light import curve, uncurve
from nodegraph.colour.written import luminance_of
from nodegraph.data.box import Box
from nodegraph.data.crop import Crops
from nodegraph.data.image import Image, Pixels
from nodegraph.data.shot import Frame, Shot
from nodegraph.graph.context import Context
from nodegraph.graph.knob import Knob
from nodegraph.graph.node import Identity, Knobs, node
from nodegraph.ops.black_and_white import grey_of, light, refuse_unless_shown
from nodegraph.ops.face_paste import Blend, Joint, joined
from nodegraph.ops.face_sampling import mended
from nodegraph.ops.resample import Filter


def _neutral(frame: int, knobs: Knobs) -> Identity:
    del frame
    return "image" if knobs["mix"] == 0 else None


@node(identity=_neutral, revision=3)
def paste(
    image: Image,
    crops: Crops,
    frame: Frame,
    shot: Shot,
    ctx: Context,
    *,
    blend: Annotated[
        Blend, Knob(help="over the plate; band by band, for edges that show; Poisson, for light that differs")
    ] = Blend.OVER,
    bands: Annotated[int, Knob(1, 8, help="multi-band: each doubles how softly the broadest light is mixed")] = 5,
    filter: Annotated[Filter, Knob(help="how pixels of the plate are made of the crop's")] = Filter.CUBIC,
    detail: Annotated[
        float, Knob(0, 1, help="of what the plate holds more finely than the crop: skin of very large faces")
    ] = 0.0,
    grain: Annotated[float, Knob(0, 4, soft=True, help="1 makes the face as grainy as the plate around it")] = 0.0,
    seed: Annotated[int, Knob(0, 9999, soft=True, help="another number, other grain")] = 0,
    mix: Annotated[float, Knob(0, 1, help="fade the faces in")] = 1.0,
) -> Image:
    """Put faces back into the plate; only the boxes that their mattes cover are touched.

    Beside the mattes the plate keeps its very bits, and a Write after it encodes only the rows of the faces anew.
    A black and white plate of one channel gets the faces' luminance.
    """
    refuse_unless_shown(image, "Paste")
    weights = luminance_of(load_config(shot.config), shot.space) if grain or grey_of(image) else ()
    joint = Joint(filter, blend, bands, detail, mix, weights)

    def grained(below: Pixels, comp: Pixels, pasted: Pixels, box: Box) -> Pixels:
        """The comp with the plate's grain, as far as the face lacks it, where and as much as it is pasted.

        The plate's is measured around the face too, where it is flat.
        """
        around = box.grow(box.width, box.height // 2).meet(image.data)
        found = measure(mended(light(image, around)), weights)
        if found.none:
            return comp
        usual = np.minimum(found.strength, 2 * np.median(found.strength, axis=1, keepdims=True))
        under = mended(below)
        face = under + (mended(comp) - under) / np.float32(mix)
        noise = field(found, box, frame=int(frame), seed=seed)
        return with_lacking(comp, Under(under, face, pasted), replace(found, strength=usual), noise, weights, grain)

    for crop in crops:
        comp = joined(image, crop, joint, curve, uncurve, grained if grain else None)
        if comp is image:
            ctx.missed(f"the matte of {crop.track} covers nothing")
        image = comp
    return image
