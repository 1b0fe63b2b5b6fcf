"""Smooth."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from nodegraph.data.anamorphic import Stretch
from nodegraph.data.box import Format
from nodegraph.data.tracks import Track, Tracks
from nodegraph.graph.knob import Knob
from nodegraph.graph.node import Identity, Knobs, Saved, node, reworded, upgrades
from nodegraph.ops.corrected import led_up
from nodegraph.ops.head_pose import head_pose
from nodegraph.ops.smooth_tracks import Strength, smooth_track
from nodegraph.ops.steady import Smoother


def _neutral(frame: int, knobs: Knobs) -> Identity:
    del frame
    parts = ("position", "scale", "rotation", "shape")
    return "tracks" if knobs["window"] <= 1 or not any(knobs[part] for part in parts) else None


@node(identity=_neutral, store=True)
def smooth(
    tracks: Tracks,
    *,
    smoother: Annotated[Smoother, Knob(help="how neighbouring frames are weighed")] = Smoother.SAVGOL,
    window: Annotated[float, Knob(1, 101, unit="frames", help="how many frames count, as many before as after")] = 11.0,
    position: Annotated[float, Knob(0, 1, help="share of the window for where the head is")] = 1.0,
    scale: Annotated[float, Knob(0, 1, help="share of the window for how large it is")] = 1.0,
    rotation: Annotated[float, Knob(0, 1, help="share of the window for how it is turned")] = 1.0,
    shape: Annotated[
        float, Knob(0, 1, help="share of the window for the face itself; blinks and words are kept")
    ] = 0.5,
    max_jump: Annotated[float, Knob(0.05, 4, help="a jump of so many face sizes in a frame is kept as it is")] = 0.5,
) -> Tracks:
    """Take the tremble out of tracks without lag: each shot and each face for itself, before anything is aligned.

    Where the head is, how large and how turned is smoothed over the window; the shape of the face less, and never what
    is more than noise: a blink or a mouth that closes stays as sharp as it was. Keys by hand stay exactly where they
    are, and the frames around them lead up to them.
    """
    strength = Strength(position, scale, rotation, shape)
    done, plate = [], tracks.format
    tracks = Stretch.square(plate).tracks(tracks)
    for track in tracks:
        smoothed = smooth_track(track, tracks.cuts, smoother, window, strength, max_jump)
        if track.keys:
            smoothed = led_up(smoothed, track, tracks.cuts, round(window / 2))
        done.append(posed(smoothed, track, tracks.format))
    return Stretch.squeezed(plate).tracks(replace(tracks, tracks=tuple(done)))


@upgrades(smooth, to=2)
def _shorter_names(saved: Saved) -> Saved:
    """Choices got shorter words."""
    return reworded(saved, "smoother", {"One Euro, both ways": "One Euro", "Kalman smoother": "Kalman"})


def posed(track: Track, before: Track, form: Format) -> Track:
    """The track with heads turned as its landmarks now say, where they have moved."""
    faces = {
        frame: replace(face, pose=head_pose(face.points, form))
        if face.points is not None and face is not before.faces[frame]
        else face
        for frame, face in track.faces.items()
    }
    return track.with_faces(faces)
