"""CutDetect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import numpy as np

from nodegraph.colour.eight_bit import eight_bit
from nodegraph.data.errors import NodegraphError
from nodegraph.data.image import Image
from nodegraph.data.shot import Clip, Shot
from nodegraph.data.tracks import Cuts
from nodegraph.graph.context import Context
from nodegraph.graph.knob import Knob
from nodegraph.graph.node import node
from nodegraph.ops.black_and_white import light
from nodegraph.ops.cuts import HEIGHT, WIDTH, Eight, Rules, find_cuts


@node(store=True, revision=1)
def cut_detect(
    image: Clip[Image],
    shot: Shot,
    ctx: Context,
    *,
    threshold: Annotated[float, Knob(0.05, 0.9, help="how different the pictures of two shots are at least")] = 0.25,
    shortest: Annotated[
        int, Knob(2, 48, unit="frames", help="what is back sooner was a flash, or something that passed by")
    ] = 5,
    longest: Annotated[int, Knob(0, 200, unit="frames", help="of a dissolve; 0 looks for hard cuts only")] = 48,
    exposure: Annotated[float, Knob(-8, 8, unit="stops", help="brighten a dark plate before it is looked at")] = 0.0,
) -> Cuts:
    """Find where one shot ends and the next begins: hard cuts, dissolves and fades.

    Frames are compared on small pictures. Flashes, pans, turning heads and changes of light are no cuts.
    """

    def pictures() -> Iterator[tuple[int, Eight]]:
        for count, (frame, picture) in enumerate(image, 1):
            yield frame, seen(picture, shot, 2.0**exposure)
            ctx.progress(count / len(image), f"frame {frame}")

    if not len(image):
        raise NodegraphError("CutDetect got no frames", "check the shot's range")
    return find_cuts(pictures(), Rules(threshold, shortest, longest))


def seen(image: Image, shot: Shot, gain: float) -> Eight:
    """A frame as a screen shows it, very small."""
    import cv2

    whole = np.nan_to_num(light(image, image.format.box), posinf=65504.0, neginf=0.0)
    small = cv2.resize(whole, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    return eight_bit(np.asarray(small, np.float32), shot, gain)
