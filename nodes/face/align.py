"""Align."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from nodegraph.data.anamorphic import Stretch
from nodegraph.data.crop import Crop, Crops
from nodegraph.data.faces import five_of
from nodegraph.data.image import Image
from nodegraph.data.shot import Frame
from nodegraph.data.tracks import Tracks
from nodegraph.graph.context import Context
from nodegraph.graph.knob import Knob, Vec
from nodegraph.graph.node import Saved, node, reworded, upgrades
from nodegraph.ops.align import Estimator, HeadFrame, adjusted, similarity
from nodegraph.ops.face_sampling import sampled
from nodegraph.ops.resample import Filter
from nodegraph.ops.templates import Template, five_points


class Follow(Enum):
    """What of the face its crop follows."""

    HEAD = "head"
    FIVE = "five points"


@node(revision=1)
def align(
    image: Image,
    frame: Frame,
    tracks: Tracks,
    ctx: Context,
    *,
    template: Annotated[
        Template, Knob(help="how the face lies in its crop; a model resamples it to what it was trained with")
    ] = Template.WHOLE_FACE,
    size: Annotated[
        int, Knob(64, 2048, unit="px", help="of the square crop; as large as the face in the plate, or more")
    ] = 512,
    follow: Annotated[
        Follow, Knob(help="head: what words and blinks do not move, against the mean face of the track")
    ] = Follow.HEAD,
    estimator: Annotated[Estimator, Knob(help="how the points are laid onto the template")] = Estimator.UMEYAMA,
    offset: Annotated[Vec, Knob(-1, 1, help="move the face in its crop, in sizes of the crop")] = Vec((0.0, 0.0)),
    scale: Annotated[float, Knob(0.25, 4, help="enlarge the face in its crop")] = 1.0,
    rotation: Annotated[float, Knob(-180, 180, unit="°", help="turn the face in its crop, with the clock")] = 0.0,
    filter: Annotated[Filter, Knob(help="how pixels of the crop are made of the plate's")] = Filter.CUBIC,
    track: Annotated[str, Knob(help="names of the tracks wanted, as in face1 face3; empty: every face")] = "",
) -> Crops:
    """Take each face out of the plate, upright and of one size, sampled once.

    Only the rows of the plate that a face lies on are read. Faces of an anamorphic plate are unsqueezed.
    """
    wanted = track.split()
    stretch = Stretch.square(image.format)
    crops = []
    for each, face in tracks.at(int(frame)):
        if face.points is None or (wanted and each.name not in wanted):
            continue
        ctx.check_cancel()
        points = stretch.points(face.points)
        if follow is Follow.HEAD:
            points = HeadFrame(each, stretch).steady(points)
        target = five_points(template) * size
        fit = similarity(five_of(points), target, estimator, size)
        matrix = adjusted(fit, size, (offset[0], offset[1]), scale, rotation) @ stretch.matrix
        plate = sampled(image, matrix, size, filter)
        crops.append(Crop(each.name, face, matrix, plate, plate))
    if not crops:
        there = [each.name for each, _ in tracks.at(int(frame))] if wanted else []
        ctx.missed(f"no {' or '.join(wanted)}, only {', '.join(there)}" if there else "no face")
    return Crops(image.format, image.colorspace, tuple(crops))


@upgrades(align, to=2)
def _head_alone(saved: Saved) -> Saved:
    """“the head” is now “head”."""
    return reworded(saved, "follow", {"the head": "head"})
