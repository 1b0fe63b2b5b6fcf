"""SuperResolution."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import numpy as np

from nodegraph.colour.network_light import NetworkLight
from nodegraph.data.box import Box, Format
from nodegraph.data.image import RGB, Image, Pixels
from nodegraph.data.model import Model
from nodegraph.data.shot import Shot
from nodegraph.graph.context import Context
from nodegraph.graph.knob import Knob
from nodegraph.graph.node import node
from nodegraph.ml.upscalers import Upscaler
from nodegraph.ops.tiles import Tiles, count
from nodegraph.ops.upscaled import enlarged, tiles_for, upscaled

STRIP = 512  # rows that are made light again at a time: a large picture is large enough once


@node(
    costly=True,
    caution="a network made up its detail, which may not be that of the scene and may flicker: look at it closely",
)
def super_resolution(
    image: Image,
    model: Model,
    shot: Shot,
    ctx: Context,
    *,
    blend: Annotated[float, Knob(0, 1, help="how much of the model's detail is added to a plain enlargement")] = 1.0,
    tile: Annotated[int, Knob(64, 4096, unit="px", help="side of the tiles it works in; smaller takes less memory")] = (
        512
    ),
    margin: Annotated[int, Knob(0, 256, unit="px", help="seen around each tile and thrown away")] = 16,
    overlap: Annotated[int, Knob(0, 256, unit="px", help="over which two tiles are blended")] = 16,
    exposure: Annotated[float, Knob(-8, 8, unit="stops", help="brighten what the model sees")] = 0.0,
) -> Image:
    """Enlarge the picture with ESRGAN, SwinIR, DAT, SPAN or their like; the format grows by the model's factor.

    The model sees the picture between black and white. What it adds to a plain enlargement is taken as a difference,
    so that light above white stays. All other channels are enlarged plainly.
    """
    network = ctx.load(("upscaler", model.path, model.sha256), lambda: Upscaler(model))
    scale, data = network.scale, image.data
    format = Format(image.format.width * scale, image.format.height * scale, image.format.pixel_aspect)
    larger = Box(data.x0 * scale, data.y0 * scale, data.x1 * scale, data.y1 * scale)
    pixels = np.zeros((larger.height, larger.width, len(image.channels)), np.float32)
    if not data.empty:
        for name in image.channels:
            if name not in image.rgb:
                pixels[..., image.channels.index(name)] = _plain(image, name, scale)
        names = image.rgb
        if names:
            colour = image.region(data, names if names == RGB else (names * 3)[:3])
            light = NetworkLight.of(shot, exposure)
            tiles = tiles_for(network.sides, data.height, data.width, tile, margin, overlap)
            shown = _larger(light.encode(colour), network, ctx, blend, tiles)
            for first in range(0, larger.height, STRIP):
                rows = slice(first, min(first + STRIP, larger.height))
                new = light.decode(shown[rows])
                for k, name in enumerate(names):
                    pixels[rows, :, image.channels.index(name)] = new[..., k]
    return replace(image.with_pixels(pixels, data=larger), format=format)


def _larger(shown: Pixels, network: Upscaler, ctx: Context, blend: float, tiles: Tiles) -> Pixels:
    """The colour enlarged plainly, and what the network adds to that."""
    number, done = count(shown.shape[0], shown.shape[1], tiles), 0

    def work(part: Pixels) -> Pixels:
        nonlocal done
        ctx.progress(done / number, f"tile {done + 1} of {number}")
        done += 1
        return network(part)

    return upscaled(shown, tiles, network.scale, work, blend)


def _plain(image: Image, name: str, scale: int) -> Pixels:
    plane = image.region(image.data, (name,))
    larger = enlarged(plane, scale)[..., 0]
    known = plane[np.isfinite(plane)]
    return np.clip(larger, known.min(), known.max()) if name == "A" and known.size else larger
