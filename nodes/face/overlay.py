"""Overlay."""

from __future__ import annotations

from typing import Annotated

from nodegraph.data.image import Image
from nodegraph.data.shot import Frame
from nodegraph.data.tracks import Tracks
from nodegraph.graph.knob import Color, Knob
from nodegraph.graph.node import Identity, Knobs, node
from nodegraph.ops.black_and_white import grey_of
from nodegraph.ops.drawn import Pen


def _neutral(frame: int, knobs: Knobs) -> Identity:
    del frame
    return None if knobs["boxes"] or knobs["landmarks"] or knobs["names"] else "image"


@node(identity=_neutral, revision=1)
def overlay(
    image: Image,
    frame: Frame,
    tracks: Tracks,
    before: Tracks | None = None,
    *,
    landmarks: Annotated[bool, Knob(help="draw the 68 points and the lines between them")] = True,
    boxes: Annotated[bool, Knob(help="draw the box of each face")] = True,
    names: Annotated[bool, Knob(help="write name, confidence and how the head is turned")] = True,
    color: Annotated[Color, Knob(0, 4, soft=True, help="of the tracks")] = Color((0.05, 0.8, 0.1)),
    color_before: Annotated[Color, Knob(0, 4, soft=True, help="of the tracks as they were before")] = Color(
        (0.8, 0.05, 0.02)
    ),
    width: Annotated[float, Knob(0.5, 8, unit="px", help="of lines, at 1080 lines; wider in larger frames")] = 1.0,
) -> Image:
    """Draw tracks over the picture, before and after smoothing, to be looked at."""
    if not image.rgb and not grey_of(image):
        return image
    wide = width * max(1.0, image.format.height / 1080)
    for found, light in ((before, color_before), (tracks, color)):
        if found is None:
            continue
        pen = Pen(image.format, wide)
        for track, face in found.at(int(frame)):
            if landmarks and face.points is not None:
                pen.face(face.points)
            if boxes:
                pen.rectangle(face.box)
            if names and found is tracks:
                filled = " filled" if int(frame) in track.filled else " by hand" if int(frame) in track.keys else ""
                pose = f"{face.pose.yaw:+.0f} {face.pose.pitch:+.0f} {face.pose.roll:+.0f}"
                text = f"{track.name}{filled}  {face.confidence:.2f}  {pose}"
                pen.words(text, face.box.x0, face.box.y0 - 6 * wide, 14 * wide)
        image = pen.over(image, (light[0], light[1], light[2]))
    return image
