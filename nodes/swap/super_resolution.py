"""SuperResolution."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import numpy as np

from nodegraph.colour.network_light import NetworkLight, seen
from nodegraph.data.box import Box, Format
from nodegraph.data.errors import GraphError
from nodegraph.data.image import RGB, Image, Pixels
from nodegraph.data.model import Model
from nodegraph.data.shot import Shot
from nodegraph.graph.context import Context
from nodegraph.graph.knob import Knob
from nodegraph.graph.node import node
from nodegraph.ml.upscalers import Upscaler
from nodegraph.ops.tiles import Tiles, count, in_tiles

MULTIPLE = 64  # sides of tiles: networks that fold or look through windows want them so


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
            new = _larger(
                colour,
                network,
                NetworkLight.of(shot, exposure),
                ctx,
                blend,
                _tiles(network, data, tile, margin, overlap),
            )
            for name in names:
                pixels[..., image.channels.index(name)] = new[..., names.index(name)]
    return replace(image.with_pixels(pixels, data=larger), format=format)


def _tiles(network: Upscaler, data: Box, tile: int, margin: int, overlap: int) -> Tiles:
    """How a picture is cut for a network, which may take tiles of one size only."""
    if network.sides is not None:
        tiles = Tiles(*network.sides, margin, overlap)
    else:
        side = max(MULTIPLE, tile // MULTIPLE * MULTIPLE)
        tiles = Tiles(side, side, margin, overlap).fitted(data.height, data.width, MULTIPLE)
    if min(tiles.height, tiles.width) < 2 * margin + overlap + 8:
        raise GraphError(
            f"tiles of {tiles.width}x{tiles.height} are too small for a margin of {margin} and an overlap of {overlap}",
            "make the tiles larger, or margin and overlap smaller",
        )
    return tiles


def _larger(colour: Pixels, network: Upscaler, light: NetworkLight, ctx: Context, blend: float, tiles: Tiles) -> Pixels:
    """The colour enlarged plainly, and what the network adds to that."""
    shown = light.encode(colour)
    given = np.nan_to_num(seen(shown), nan=0.0)
    height, width = given.shape[:2]
    number, done = count(height, width, tiles), 0

    def work(part: Pixels) -> Pixels:
        nonlocal done
        ctx.progress(done / number, f"tile {done + 1} of {number}")
        done += 1
        return network(part)

    scale = network.scale
    result = enlarged(shown, scale)
    if blend > 0:
        detail = in_tiles(given, tiles, scale, work)
        detail -= enlarged(given, scale)
        detail *= np.float32(blend)
        result = result + detail
    return light.decode(result)


def _plain(image: Image, name: str, scale: int) -> Pixels:
    plane = image.region(image.data, (name,))
    larger = enlarged(plane, scale)[..., 0]
    known = plane[np.isfinite(plane)]
    return np.clip(larger, known.min(), known.max()) if name == "A" and known.size else larger


def enlarged(pixels: Pixels, scale: int) -> Pixels:
    """A picture enlarged by cubics; beyond its edges it goes on with the pixels there."""
    import cv2

    if scale == 1:
        return pixels
    size = (pixels.shape[1] * scale, pixels.shape[0] * scale)
    larger = cv2.resize(np.ascontiguousarray(pixels), size, interpolation=cv2.INTER_CUBIC)
    return np.asarray(larger, np.float32).reshape(size[1], size[0], -1)
