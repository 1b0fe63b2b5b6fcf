"""MaskSmooth."""

from __future__ import annotations

from typing import Annotated

from nodegraph.data.crop import Crop, Crops
from nodegraph.data.shot import Window
from nodegraph.data.tracks import Tracks
from nodegraph.graph.knob import Knob
from nodegraph.graph.node import Identity, Knobs, node
from nodegraph.ops.mask_time import neighbours, smoothed


def _near(frame: int, knobs: Knobs) -> range:
    return range(frame - knobs["window"] // 2, frame + knobs["window"] // 2 + 1)


def _alone(frame: int, knobs: Knobs) -> Identity:
    del frame
    return "crops" if knobs["window"] <= 1 else None


@node(frames=_near, identity=_alone, revision=1)
def mask_smooth(
    crops: Window[Crops],
    tracks: Tracks | None = None,
    *,
    window: Annotated[int, Knob(1, 31, unit="frames", help="how many frames count, as many before as after")] = 7,
    motion: Annotated[
        float, Knob(0.01, 1, help="what differs more than this from a neighbour has moved and stays sharp")
    ] = 0.25,
    max_jump: Annotated[float, Knob(0.05, 4, help="a face that jumps so many of its sizes begins anew")] = 0.5,
) -> Crops:
    """Take the flicker out of mattes over time, without lag: each face for itself, in its upright crop.

    Wire the tracks too, and nothing is averaged across a cut. A hand that passes through is no flicker and is kept.
    """
    cuts = tracks.cuts if tracks is not None else None

    def steady(crop: Crop) -> Crop:
        near = neighbours(
            crops.values,
            crops.frame,
            crop.track,
            max_jump,
            lambda one, two: cuts is not None and cuts.between(one, two),
        )
        if len(near) < 2:
            return crop
        times = [frame - crops.frame for frame in near]
        return crop.with_matte(smoothed([each.coverage() for each in near.values()], times, window, motion))

    return crops.now.each(steady(crop) for crop in crops.now)
