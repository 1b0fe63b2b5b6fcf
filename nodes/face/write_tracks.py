"""WriteTracks."""

from __future__ import annotations

import json
from enum import Enum
from pathlib import Path
from typing import Annotated

from nodegraph.data.anamorphic import Stretch
from nodegraph.data.box import Format
from nodegraph.data.errors import MediaError
from nodegraph.data.faces import FIVE_NAMES, five_of
from nodegraph.data.tracks import Track, Tracks
from nodegraph.graph.context import Context
from nodegraph.graph.knob import File, Knob
from nodegraph.graph.node import Saved, node, reworded, upgrades
from nodegraph.media.atomic import atomic, make_room, sweep
from nodegraph.media.nuke_tracks import CornerPin, Tracker, script
from nodegraph.ops.quads import quads


class Nuke(Enum):
    """What a Nuke script gets for each face."""

    FIVE = "five points"
    ALL = "all 68 points"
    CORNER_PIN = "corner pin"


@node(sink=True)
def write_tracks(
    tracks: Tracks,
    ctx: Context,
    *,
    file: Annotated[File, Knob(help="name.json for everything, name.nk to paste into Nuke")] = File(""),
    nuke: Annotated[
        Nuke, Knob(help="what a .nk file holds for each face: a tracker of its points, or a corner pin")
    ] = Nuke.FIVE,
    reference: Annotated[int, Knob(help="a corner pin's reference frame; 0 is each track's first")] = 0,
    create_folders: Annotated[bool, Knob(help="make folders that are not there")] = True,
    overwrite: Annotated[bool, Knob(help="replace a file that is there")] = True,
) -> Path:
    """Write tracks to a file: all that is known of them as JSON, or Nuke's trackers and corner pins.

    ReadTracks reads both back: what was corrected in Nuke moves the faces.
    """
    if not file:
        raise MediaError("WriteTracks has no file", "give a name such as faces.json or faces.nk")
    target = Path(file)
    suffix = target.suffix.lower()
    if suffix == ".json":
        text = json.dumps(tracks.to_json(), indent=1) + "\n"
    elif suffix == ".nk":
        nodes = [each for track in tracks if (each := _nuke(track, nuke, reference, tracks.format)) is not None]
        if len(nodes) < len(tracks):
            ctx.warn(f"{target.name}: tracks without landmarks are left out; a corner pin would hold their boxes")
        text = script(nodes, tracks.format)
    else:
        raise MediaError(f"{target.name} is no name that tracks are written to", "end it in .json or .nk")
    make_room(target, create=create_folders, overwrite=overwrite)
    ctx.load(("swept", target.parent), lambda: sweep(target.parent))
    with atomic(target) as beside:
        beside.write_text(text, encoding="utf-8")
    return target


@upgrades(write_tracks, to=2)
def _without_tracker(saved: Saved) -> Saved:
    """Choices got shorter words."""
    return reworded(saved, "nuke", {"tracker, five points": "five points", "tracker, all 68 points": "all 68 points"})


def _nuke(track: Track, nuke: Nuke, reference: int, plate: Format) -> Tracker | CornerPin | None:
    if nuke is Nuke.CORNER_PIN:
        origin, corners = quads(Stretch.square(plate).track(track), reference or None)
        back = Stretch.squeezed(plate)
        return CornerPin(track.name, back.points(origin), dict(back.by_frame(corners)))
    found = {frame: face.points for frame, face in track.faces.items() if face.points is not None}
    if not found:
        return None
    tracker = Tracker(track.name)
    names = FIVE_NAMES if nuke is Nuke.FIVE else [f"{number:02}" for number in range(68)]
    shown = {frame: five_of(points) if nuke is Nuke.FIVE else points for frame, points in found.items()}
    for number, name in enumerate(names):
        tracker.points[f"{track.name} {name}"] = {
            frame: (float(points[number, 0]), float(points[number, 1])) for frame, points in shown.items()
        }
    return tracker
