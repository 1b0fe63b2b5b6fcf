"""Restore."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import numpy as np

from nodegraph.colour.network_light import NetworkLight, seen
from nodegraph.data.crop import Crop, Crops
from nodegraph.data.faces import five_of
from nodegraph.data.image import Pixels, frozen
from nodegraph.data.model import Model
from nodegraph.data.shot import Shot
from nodegraph.graph.context import Context
from nodegraph.graph.knob import Knob
from nodegraph.graph.node import Identity, Knobs, node
from nodegraph.ml.restorers import Restorer, network_of
from nodegraph.ml.upscalers import Upscaler
from nodegraph.ops.keep_grain import lost_grain
from nodegraph.ops.reframe import brought_back, enlarged, framing, scale_of, seen_through, sized
from nodegraph.ops.templates import Template
from nodegraph.ops.upscaled import tiles_for, upscaled

LARGEST = 2048  # no crop is larger
SMALLEST = 1.0  # pixels of the crop: landmarks that lie closer together say nothing
WORTH_IT = 1.02  # a crop that would grow by less stays as it is
TILE, MARGIN = 512, 16  # pixels in which upscalers work
QUIET = 2.0**-20  # on the curve: smaller changes are nothing but rounding


def _nothing(frame: int, knobs: Knobs) -> Identity:
    del frame
    return "crops" if knobs["blend"] == 0 else None


@node(identity=_nothing, costly=True)
def restore(
    crops: Crops,
    model: Model,
    shot: Shot,
    ctx: Context,
    *,
    blend: Annotated[float, Knob(0, 1, help="how much of what the model changes is taken")] = 0.8,
    fidelity: Annotated[float, Knob(0, 1, help="CodeFormer and VQFR: 1 keeps the face as it is, 0 repairs most")] = 0.5,
    keep_grain: Annotated[float, Knob(0, 1, help="how much of the grain that the model removes is put back")] = 1.0,
    grow: Annotated[bool, Knob(help="crops grow to the model's size where that is larger, so that no gain is lost")] = (
        True
    ),
    exposure: Annotated[float, Knob(-8, 8, unit="stops", help="brighten what the model sees")] = 0.0,
) -> Crops:
    """Repair soft, noisy or compressed faces with GFPGAN, CodeFormer, GPEN, RestoreFormer++, VQFR or an upscaler.

    The model sees each face as it was trained to, between black and white. What it changes is added as a difference,
    so that light above white stays, and what it leaves alone comes back as it was.
    """
    network = ctx.load(("restorer", model.path, model.sha256), lambda: network_of(model))
    light = NetworkLight.of(shot, exposure)
    done = []
    for crop in crops:
        ctx.check_cancel()
        if isinstance(network, Upscaler):
            done.append(sharpened(crop, network, light, blend, keep_grain, grow, ctx))
        elif crop.face.points is None or np.ptp(crop.points, axis=0).max() < SMALLEST:
            ctx.missed("a face without landmarks")
            done.append(crop)
        else:
            done.append(restored(crop, network, light, blend, fidelity, keep_grain, grow))
    return crops.each(done)


def restored(
    crop: Crop, network: Restorer, light: NetworkLight, blend: float, fidelity: float, keep_grain: float, grow: bool
) -> Crop:
    """One face through the network."""
    size = network.contract.size
    shown = light.encode(crop.pixels)
    matrix = framing(five_of(crop.points), Template(network.contract.template), size)
    face = seen(seen_through(shown, matrix, size))
    new = network(face, fidelity)
    if new.shape[0] != size:
        matrix = sized(new.shape[0] / size) @ matrix
        face = seen(seen_through(shown, matrix, new.shape[0]))
    side = min(round(crop.size * scale_of(matrix)), LARGEST)
    if grow and side > crop.size * WORTH_IT:
        matrix = matrix @ sized(crop.size / side)
        crop = grown(crop, light, side)
        shown = light.encode(crop.pixels)
    change = brought_back(_loud(new - face), matrix, crop.size)
    return _changed(crop, shown, change, light, blend, keep_grain)


def sharpened(
    crop: Crop, network: Upscaler, light: NetworkLight, blend: float, keep_grain: float, grow: bool, ctx: Context
) -> Crop:
    """One face made larger by a network that knows nothing of faces."""
    shown = light.encode(crop.pixels)
    tiles = tiles_for(network.sides, crop.size, crop.size, TILE, MARGIN, MARGIN)

    def work(part: Pixels) -> Pixels:
        ctx.check_cancel()
        return network(part)

    new = upscaled(shown, tiles, network.scale, work)
    side = min(new.shape[0], LARGEST)
    if grow and side > crop.size:
        crop = grown(crop, light, side)
        shown = light.encode(crop.pixels)
    return _changed(crop, shown, _loud(enlarged(new, crop.size) - shown), light, blend, keep_grain)


def _loud(change: Pixels) -> Pixels:
    """A change without what is nothing but rounding."""
    return np.where(np.abs(change) > QUIET, change, np.float32(0))


def _changed(crop: Crop, shown: Pixels, change: Pixels, light: NetworkLight, blend: float, keep_grain: float) -> Crop:
    if keep_grain:
        change = change + lost_grain(shown, change, crop.scale) * np.float32(keep_grain)
    return crop.with_pixels(light.changed(crop.pixels, change * np.float32(blend)))


def grown(crop: Crop, light: NetworkLight, size: int) -> Crop:
    """The same face in a larger crop: all of it is enlarged, and the way back to the plate is too."""
    factor = size / crop.size
    plate = light.decode(enlarged(light.encode(crop.plate), size))
    pixels = plate if crop.pixels is crop.plate else light.decode(enlarged(light.encode(crop.pixels), size))
    matte = None if crop.matte is None else frozen(np.clip(enlarged(crop.matte[..., None], size)[..., 0], 0, 1))
    return replace(crop, matrix=sized(factor) @ crop.matrix, plate=frozen(plate), pixels=frozen(pixels), matte=matte)
