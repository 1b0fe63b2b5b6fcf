"""EditTracks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Annotated

from nodegraph.data.anamorphic import Stretch
from nodegraph.data.corrections import Corrections, Key
from nodegraph.data.errors import NodegraphError
from nodegraph.data.frames import FrameRange
from nodegraph.data.tracks import Track, Tracks
from nodegraph.graph.context import Context
from nodegraph.graph.knob import Knob
from nodegraph.graph.node import Identity, Knobs, node
from nodegraph.ops.corrected import corrected
from nodegraph.ops.gaps import filled


def _neutral(frame: int, knobs: Knobs) -> Identity:
    del frame
    edits = any(knobs[name].strip() for name in ("split", "merge", "rename", "delete", "keep"))
    return None if edits or knobs["corrections"].keys else "tracks"


@node(identity=_neutral, store=True, revision=1)
def edit_tracks(
    tracks: Tracks,
    ctx: Context,
    *,
    split: Annotated[str, Knob(help="face1 at 1040: another track from there on; face1 at 1040 as ben")] = "",
    merge: Annotated[str, Knob(help="face3 into face1: both are one person")] = "",
    rename: Annotated[str, Knob(help="face1 = anna, face2 = ben")] = "",
    delete: Annotated[str, Knob(help="face4, or only some of its frames: face1 1003-1010 1040")] = "",
    keep: Annotated[str, Knob(help="anna, ben: all others go; empty keeps all")] = "",
    corrections: Annotated[Corrections, Knob(help="keys by hand, set in the viewer")] = Corrections(),
    ease: Annotated[int, Knob(0, 200, unit="frames", help="how far the outermost keys reach beyond themselves")] = 8,
    gap: Annotated[int, Knob(0, 100, unit="frames", help="gaps that the edits leave are filled in up to this")] = 12,
) -> Tracks:
    """Correct tracks by hand: split, merge, rename and delete them, and put faces where they belong on any frame.

    The edits are made in this order, several parted by commas; names are those the edit before has left. A key by hand
    wins on its frame, is on the way to the next between, and eases out beyond; Smooth leaves it alone.
    """
    plate, stretch = tracks.format, Stretch.square(tracks.format)
    tracks = stretch.tracks(tracks)
    done = {track.name: track for track in tracks}
    touched: set[str] = set()
    _split(done, split)
    _merge(done, merge, touched)
    done = _renamed(done, rename, touched)
    _delete(done, delete, touched)
    for name in touched & done.keys():
        done[name] = filled(done[name], tracks.cuts, gap)
    if keep.strip():
        names = [_named(done, part) for part in _parts(keep)]
        done = {name: track for name, track in done.items() if name in names}
    for name in corrections.tracks:
        if name not in done:
            ctx.warn(f"there is no track {name} to be corrected")
            continue
        keys = {frame: stretch.key(key) for frame, key in corrections.of(name).items()}
        done[name] = _corrected(done[name], keys, tracks, ctx, ease, gap)
    edited = replace(tracks, tracks=tuple(track for track in done.values() if track.faces))
    return Stretch.squeezed(plate).tracks(edited)


def _corrected(track: Track, keys: Mapping[int, Key], tracks: Tracks, ctx: Context, ease: int, gap: int) -> Track:
    lost = [frame for frame, key in keys.items() if not key.points and not _seen(track, frame)]
    if lost:
        ctx.warn(f"{track.name} has no face on {FrameRange.of(lost).spoken} that could be corrected")
    return corrected(track, keys, tracks.cuts, ease, gap, tracks.format)


def _seen(track: Track, frame: int) -> bool:
    face = track.faces.get(frame)
    return face is not None and face.points is not None


def _parts(text: str) -> Iterator[str]:
    """The edits of a knob, parted by commas or lines."""
    return (part.strip() for part in re.split(r"[,;\n]", text) if part.strip())


def _named(tracks: dict[str, Track], name: str) -> str:
    name = name.strip()
    if name not in tracks:
        raise NodegraphError(f"there is no track {name}", f"there are {', '.join(tracks) or 'none'}")
    return name


def _match(pattern: str, part: str, example: str) -> re.Match[str]:
    match = re.fullmatch(pattern, part)
    if match is None:
        raise NodegraphError(f"{part!r} is no such edit", f"write it as in {example}")
    return match


def _split(tracks: dict[str, Track], text: str) -> None:
    for part in _parts(text):
        match = _match(r"(.+?)\s+at\s+(-?\d+)(?:\s+as\s+(.+))?", part, "face1 at 1040 as ben")
        name, at = _named(tracks, match[1]), int(match[2])
        track = tracks[name]
        other = match[3] or next(f"face{k}" for k in range(1, 10_000) if f"face{k}" not in tracks)
        if other in tracks:
            raise NodegraphError(f"there is a track {other} already", "give the new one another name")
        tracks[name] = _only(track, [frame for frame in track.faces if frame < at])
        tracks[other] = replace(_only(track, [frame for frame in track.faces if frame >= at]), name=other)


def _merge(tracks: dict[str, Track], text: str, touched: set[str]) -> None:
    for part in _parts(text):
        match = _match(r"(.+?)\s+into\s+(.+)", part, "face3 into face1")
        name, into = _named(tracks, match[1]), _named(tracks, match[2])
        if name == into:
            raise NodegraphError(f"{name} cannot be merged into itself", "name two tracks")
        one, other = tracks[into], tracks.pop(name)
        # What was seen wins over what was filled in; of two sights, that of the track which stays.
        wins = {frame for frame in other.faces if frame not in one.faces or frame in one.filled - other.filled}
        faces = {**one.faces, **{frame: other.faces[frame] for frame in wins}}
        tracks[into] = replace(
            one.with_faces(faces),
            keys=one.keys | other.keys & wins,
            filled=frozenset(one.filled - wins | other.filled & wins),
        )
        touched.add(into)


def _renamed(tracks: dict[str, Track], text: str, touched: set[str]) -> dict[str, Track]:
    new: dict[str, str] = {}
    for part in _parts(text):
        match = _match(r"(.+?)\s*=\s*(.+)", part, "face1 = anna")
        new[_named(tracks, match[1])] = match[2]
    names = [new.get(name, name) for name in tracks]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise NodegraphError(f"two tracks would be called {twice}", "merge them, or give another name")
    touched |= {new[name] for name in touched & new.keys()}
    return {new.get(name, name): replace(track, name=new.get(name, name)) for name, track in tracks.items()}


def _delete(tracks: dict[str, Track], text: str, touched: set[str]) -> None:
    for part in _parts(text):
        if part in tracks:
            del tracks[part]
            continue
        match = _match(r"(.+?)\s+(-?\d[\d\sx-]*)", part, "face4, or face1 1003-1010 1040") if " " in part else None
        name = _named(tracks, match[1] if match else part)
        if match is None:
            continue
        gone = set(FrameRange.parse(match[2]))
        tracks[name] = _only(tracks[name], [frame for frame in tracks[name].faces if frame not in gone])
        touched.add(name)


def _only(track: Track, frames: list[int]) -> Track:
    """The track on some of its frames."""
    kept = frozenset(frames)
    return replace(
        track.with_faces({frame: track.faces[frame] for frame in frames}),
        keys=track.keys & kept,
        filled=track.filled & kept,
    )
