"""ReadTracks."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np

from nodegraph.data.anamorphic import Stretch
from nodegraph.data.box import Format
from nodegraph.data.errors import MediaError
from nodegraph.data.faces import FIVE_NAMES, Face, Faces, Points, Rect
from nodegraph.data.shot import Shot
from nodegraph.data.tracks import Cuts, Track, Tracks
from nodegraph.graph.context import Context
from nodegraph.graph.knob import File, Knob
from nodegraph.graph.node import Knobs, node
from nodegraph.media.foreign_faces import ByFrame, read_dfl, read_faceswap
from nodegraph.media.nuke_tracks import Broken, CornerPin, Tracker, read_script
from nodegraph.media.sequence import stamp_of
from nodegraph.ops.head_pose import head_pose
from nodegraph.ops.quads import moved_by_five, moved_by_quads
from nodegraph.ops.tracking import Rules, tracked

WHOLE = 68
LARGEST = 1 << 30  # bytes of a text


def _stamp(frame: int, knobs: Knobs) -> str:
    del frame
    path = Path(knobs["file"])
    if not knobs["file"] or not path.is_dir():
        return f"{path} {stamp_of(path)}"
    files = sorted(path.iterdir())
    return f"{path} {[(each.name, stamp_of(each)) for each in files]}"


@node(fingerprint=_stamp, store=True, revision=1)
def read_tracks(
    shot: Shot,
    ctx: Context,
    tracks: Tracks | None = None,
    *,
    file: Annotated[
        File, Knob(help=".json, .nk, faceswap's .fsa or .json, or a folder (or .pak) of DeepFaceLab's aligned faces")
    ] = File(""),
    frame_offset: Annotated[int, Knob(help="added to the frame numbers in the file")] = 0,
    cuts: Annotated[str, Knob(help="first frames of shots after a cut, for files that know frames only")] = "",
    gap: Annotated[int, Knob(0, 100, unit="frames", help="gaps filled in, for files that know frames only")] = 12,
) -> Tracks:
    """Read tracks that were written before, corrected in Nuke, or made with DeepFaceLab or faceswap.

    A corner pin or a tracker of five points moves the faces of `tracks`, which it was written from; where it does, they
    count as set by hand. Foreign files are read as data: nothing in them is ever run.
    """
    if not file:
        raise MediaError("ReadTracks has no file", "give tracks as .json, .nk or .fsa, or a folder of aligned faces")
    path = Path(file)
    if path.is_dir() or path.suffix.lower() == ".pak":
        found, without = read_dfl(path)
        if without:
            ctx.warn(f"{len(without)} images in {path.name} hold no face data, {without[0]} first")
        result = _followed(found, shot, cuts, gap)
    elif path.suffix.lower() == ".fsa":
        result = _followed(read_faceswap(path), shot, cuts, gap)
    elif path.suffix.lower() == ".nk":
        result = _from_nuke(path, tracks, shot, ctx, -frame_offset)
    elif path.suffix.lower() == ".json":
        result = _from_json(path, shot, cuts, gap)
    else:
        raise MediaError(f"{path} is no file of tracks", "give .json, .nk or .fsa, or a folder of aligned faces")
    return later(result, frame_offset)


def _followed(found: ByFrame, shot: Shot, cuts: str, gap: int) -> Tracks:
    """Faces that are known frame by frame, as tracks: by their motion, for files know nobody."""
    at = Cuts.parse(cuts)
    stretch = Stretch.square(shot.format)
    form = stretch.form
    frames = [
        (frame, Faces(form, tuple(_posed(stretch.face(face), form) for face in faces)))
        for frame, faces in sorted(found.items())
    ]
    followed = Tracks(form, tuple(tracked(frames, at, Rules(gap=gap, shortest=1))), at)
    return Stretch.squeezed(shot.format).tracks(followed)


def _posed(face: Face, form: Format) -> Face:
    return face if face.points is None else replace(face, pose=head_pose(face.points, form))


def _from_json(path: Path, shot: Shot, cuts: str, gap: int) -> Tracks:
    saved = _parsed(path)
    if "tracks" not in saved:
        return _followed(read_faceswap(path), shot, cuts, gap)
    try:
        return Tracks.from_json(saved)
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise MediaError(f"{path} holds no tracks: {fault}", "write it again with WriteTracks") from fault


def _parsed(path: Path) -> dict[str, Any]:
    try:
        saved = json.loads(_text(path))
    except ValueError as fault:
        raise MediaError(f"{path} is broken: {fault}", "write it again") from fault
    if not isinstance(saved, dict):
        raise MediaError(f"{path} holds no tracks", "give a file that WriteTracks or faceswap wrote")
    return saved


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise MediaError(f"{path} is larger than any file of tracks", "check the path")
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as fault:
        raise MediaError(f"{path} is no text", "give a file of tracks") from fault
    except OSError as fault:
        raise MediaError(f"{path} cannot be read: {fault.strerror}", "check the path") from fault


# -- Nuke ----------------------------------------------------------------------------------------------


def _from_nuke(path: Path, tracks: Tracks | None, shot: Shot, ctx: Context, offset: int) -> Tracks:
    try:
        read = read_script(_text(path), tracks.format if tracks is not None else shot.format)
    except Broken as fault:
        raise MediaError(
            f"{path} is no Nuke script that can be read: {fault}", "copy the nodes out of Nuke again"
        ) from (fault)
    if not read.nodes:
        raise MediaError(f"{path} holds neither trackers nor corner pins", "copy the nodes into it from Nuke")
    plate = read.format or (tracks.format if tracks is not None else shot.format)
    stretch = Stretch.square(plate)
    form = stretch.form
    base = stretch.tracks(later(tracks, offset)) if tracks is not None else None
    result: dict[str, Track] = {track.name: track for track in base} if base is not None else {}
    for each in (_stretched(found, stretch) for found in read.nodes):
        whole = _whole(each, form) if isinstance(each, Tracker) else None
        if whole is not None:
            own = result.get(each.label)
            result[each.label] = _same(own, whole)
        elif each.label in result:
            own = result[each.label]
            if isinstance(each, CornerPin):
                result[each.label] = moved_by_quads(own, each.origin, each.corners) if each.corners else own
            else:
                result[each.label] = moved_by_five(own, _five(each))
        else:
            ctx.warn(f"{each.label} has no landmarks: wire the tracks that it was written from into ReadTracks")
            result[each.label] = Track(each.label, _boxes(each))
    done = Tracks(form, tuple(track for track in result.values() if track.faces), base.cuts if base else Cuts())
    return Stretch.squeezed(plate).tracks(done)


def _stretched(node: Tracker | CornerPin, stretch: Stretch) -> Tracker | CornerPin:
    """A node whose places are in square pixels."""
    if stretch.by == 1:
        return node
    if isinstance(node, CornerPin):
        return CornerPin(node.label, stretch.points(node.origin), dict(stretch.by_frame(node.corners)))
    points = {name: {at: (x * stretch.by, y) for at, (x, y) in path.items()} for name, path in node.points.items()}
    return Tracker(node.label, points)


def _points_of(tracker: Tracker, names: tuple[str, ...]) -> dict[int, Points] | None:
    """Points whose names end as these do, by the frames on which all are there; None if one is missing."""
    paths = []
    for name in names:
        path = next((path for own, path in tracker.points.items() if own.rpartition(" ")[2] == name), None)
        if path is None:
            return None
        paths.append(path)
    frames = set.intersection(*(set(path) for path in paths))
    return {frame: np.array([path[frame] for path in paths]) for frame in sorted(frames)}


def _whole(tracker: Tracker, form: Format) -> Track | None:
    found = _points_of(tracker, tuple(f"{number:02}" for number in range(WHOLE)))
    if found is None:
        return None
    faces = {frame: _posed(Face(Rect.around(points), 1.0, points, 1.0), form) for frame, points in found.items()}
    return Track(tracker.label, faces)


def _same(own: Track | None, read: Track) -> Track:
    """What was read, with what is known of the same faces besides; frames that differ are set by hand."""
    if own is None:
        return read
    faces, keys = dict(own.faces), set(own.keys)
    for frame, face in read.faces.items():
        old = own.faces.get(frame)
        if old is None or old.points is None or face.points is None:
            faces[frame] = face
            keys.add(frame)
        elif np.abs(old.points - face.points).max() > SAME:
            faces[frame] = old.moved(face.points)
            keys.add(frame)
    return replace(own.with_faces(faces), keys=frozenset(keys), filled=own.filled - frozenset(keys))


SAME = 0.001  # pixels; the text has four digits after the point


def _five(tracker: Tracker) -> dict[int, Points]:
    return _points_of(tracker, FIVE_NAMES) or {}


def _boxes(each: Tracker | CornerPin) -> dict[int, Face]:
    if isinstance(each, CornerPin):
        return {frame: Face(Rect.around(quad)) for frame, quad in each.corners.items()}
    frames = sorted({frame for path in each.points.values() for frame in path})
    seen = {frame: np.array([path[frame] for path in each.points.values() if frame in path]) for frame in frames}
    return {frame: Face(Rect.around(points)) for frame, points in seen.items()}


def later(tracks: Tracks, offset: int) -> Tracks:
    """The same so many frames later."""
    if not offset:
        return tracks
    moved = []
    for track in tracks:
        changed = track.with_faces({frame + offset: face for frame, face in track.faces.items()})
        keys, filled = (frozenset(frame + offset for frame in part) for part in (track.keys, track.filled))
        moved.append(replace(changed, keys=keys, filled=filled))
    cuts = Cuts(
        tuple(cut + offset for cut in tracks.cuts.at),
        tuple((first + offset, last + offset) for first, last in tracks.cuts.dissolves),
    )
    return replace(tracks, tracks=tuple(moved), cuts=cuts)
