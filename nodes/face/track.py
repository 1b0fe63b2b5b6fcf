"""Track."""

from __future__ import annotations

from typing import Annotated

from nodegraph.data.errors import NodegraphError
from nodegraph.data.faces import Faces
from nodegraph.data.shot import Clip
from nodegraph.data.tracks import Cuts, Tracks
from nodegraph.graph.context import Context
from nodegraph.graph.knob import Knob
from nodegraph.graph.node import node
from nodegraph.ops.tracking import Rules, tracked


@node(store=True)
def track(
    faces: Clip[Faces],
    ctx: Context,
    *,
    cuts: Annotated[str, Knob(help="first frames of shots after a cut, as 1013 1040; CutDetect finds them")] = "",
    max_jump: Annotated[float, Knob(0.05, 4, help="how far a face may go in a frame, in its own sizes")] = 0.8,
    max_distance: Annotated[
        float, Knob(0.2, 1, help="how different the same person may look; 0.6 is dlib's limit")
    ] = 0.6,
    gap: Annotated[int, Knob(0, 100, unit="frames", help="how long it may be out of sight; filled in between")] = 12,
    shortest: Annotated[int, Knob(1, 100, unit="frames", help="a shorter sight is taken for an error")] = 3,
) -> Tracks:
    """Follow each face through the shot, through crossings and short gaps, by its motion and by who it is."""
    try:
        at = Cuts(tuple(int(word) for word in cuts.replace(",", " ").split()))
    except ValueError as fault:
        raise NodegraphError(f"{cuts!r} are no frames of cuts", "write frame numbers, as in 1013 1040") from fault
    frames: list[tuple[int, Faces]] = []
    for count, (frame, found) in enumerate(faces, 1):
        frames.append((frame, found))
        ctx.progress(count / max(1, len(faces)))
    if not frames:
        raise NodegraphError("Track got no frames", "check the shot's range")
    empty = [frame for frame, found in frames if not len(found)]
    if empty:
        ctx.warn(f"no face was found on {len(empty)} frames, the first is {empty[0]}")
    return Tracks(frames[0][1].format, tuple(tracked(frames, at, Rules(max_jump, max_distance, gap, shortest))), at)
