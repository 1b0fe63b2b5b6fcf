"""Track."""

from __future__ import annotations

from typing import Annotated

from nodegraph.data.anamorphic import Stretch
from nodegraph.data.box import Format
from nodegraph.data.errors import NodegraphError
from nodegraph.data.faces import Faces
from nodegraph.data.frames import FrameRange
from nodegraph.data.shot import Clip
from nodegraph.data.tracks import Cuts, Tracks
from nodegraph.graph.context import Context
from nodegraph.graph.knob import Knob
from nodegraph.graph.node import node
from nodegraph.ops.gaps import believed
from nodegraph.ops.tracking import Rules, tracked


@node(store=True, revision=3)
def track(
    faces: Clip[Faces],
    ctx: Context,
    cuts_found: Cuts | None = None,
    *,
    cuts: Annotated[
        str, Knob(help="first frames of shots after a cut, as 1013 1040, added to those that CutDetect found")
    ] = "",
    max_jump: Annotated[float, Knob(0.05, 4, help="how far a face may go in a frame, in its own sizes")] = 0.8,
    max_distance: Annotated[
        float, Knob(0.2, 1, help="how different the same person may look; 0.6 is dlib's limit")
    ] = 0.6,
    gap: Annotated[int, Knob(0, 100, unit="frames", help="how long it may be out of sight; filled in between")] = 12,
    min_confidence: Annotated[
        float,
        Knob(0, 1, help="landmarks less sure, as a share of what is usual, are filled in: something is in front"),
    ] = 0.85,
    shortest: Annotated[int, Knob(1, 100, unit="frames", help="a shorter sight is taken for an error")] = 3,
) -> Tracks:
    """Follow each face through the shot, through crossings and short gaps, by its motion and by who it is.

    Frames on which nobody is seen, and those that are filled in, are listed at the end of the render.
    """
    at = Cuts.parse(cuts)
    if cuts_found is not None:
        at = at.joined(cuts_found)
    frames: list[tuple[int, Faces]] = []
    plate: Format | None = None
    for count, (frame, found) in enumerate(faces, 1):
        frames.append((frame, Stretch.square(found.format).faces(found)))
        plate = plate or found.format
        ctx.progress(count / max(1, len(faces)))
    if plate is None:
        raise NodegraphError("Track got no frames", "check the shot's range")
    followed = tracked(frames, at, Rules(max_jump, max_distance, gap, shortest))
    tracks = tuple(believed(each, at, gap, min_confidence) for each in followed)
    empty = [frame for frame, _ in frames if all(frame not in each.faces for each in tracks)]
    if empty:
        ctx.warn(f"no face on {FrameRange.of(empty).spoken}")
    guessed = [f"{each.name} on {FrameRange.of(each.filled).spoken}" for each in tracks if each.filled]
    if guessed:
        ctx.warn(f"not seen, or not surely, and filled in between: {'; '.join(guessed)}")
    return Stretch.squeezed(plate).tracks(Tracks(frames[0][1].format, tracks, at))
