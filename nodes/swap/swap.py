"""Swap."""

from __future__ import annotations

from typing import Annotated

from nodegraph.data.crop import Crops
from nodegraph.data.identity import Identity
from nodegraph.graph.context import Context
from nodegraph.graph.knob import Knob
from nodegraph.graph.node import Identity as Same
from nodegraph.graph.node import Knobs, node
from nodegraph.ops.warp_swap import Warp, warped


def _neutral(frame: int, knobs: Knobs) -> Same:
    del frame
    return "crops" if knobs["mix"] == 0 else None


@node(identity=_neutral, costly=True)
def swap(
    crops: Crops,
    identity: Identity,
    ctx: Context,
    *,
    track: Annotated[
        str, Knob(help="tracks that get this face, as in face1 face3; empty: every one")
    ] = "",
    likeness: Annotated[
        float, Knob(0, 1, help="how far features go where the new face has them, rather than the plate's")
    ] = 0.6,
    light: Annotated[float, Knob(0, 1, help="how much of its broad light and colour comes from the plate")] = 1.0,
    softness: Annotated[float, Knob(0.03, 0.6, help="how broad that light is, in sizes of the face")] = 0.14,
    eyes: Annotated[float, Knob(0, 1, help="how much of the plate's own eyes is kept between the lids")] = 1.0,
    mouth: Annotated[float, Knob(0, 1, help="how much of the inside of the plate's own mouth is kept")] = 1.0,
    highlights: Annotated[float, Knob(0, 1, help="how much of the plate's light above white is kept")] = 1.0,
    mix: Annotated[float, Knob(0, 1, help="between the face as it was and the new one")] = 1.0,
) -> Crops:
    """Put somebody's face in: bent from photographs, in the plate's place, expression and light. Needs no model."""
    wanted = track.split()
    settings = Warp(likeness, light, softness, eyes, mouth, highlights)
    done = []
    for crop in crops:
        if (wanted and crop.track not in wanted) or crop.face.points is None:
            done.append(crop)
            continue
        ctx.check_cancel()
        done.append(warped(crop, identity, settings, mix))
    return crops.each(done)
