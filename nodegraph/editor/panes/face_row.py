"""A track as a row: its face, when it is seen and how surely, and whose face it gets."""

from __future__ import annotations

from typing import NamedTuple

import dearpygui.dearpygui as dpg

from nodegraph.data.tracks import Cuts, Track
from nodegraph.editor.panels.consents import Person
from nodegraph.editor.panes.cards import Look
from nodegraph.editor.panes.drawing import (
    PLAIN,
    SMALL,
    Colour,
    badge,
    box,
    diamond,
    fitted,
    text_width,
    write,
    write_right,
)
from nodegraph.editor.shell import fonts, theme

HIGH = 88.0
PICTURE = (68, 68)
STRIP = 10.0
SURE, DOUBTFUL = 0.6, 0.35
PERSON_HIGH = 54.0
FACE = (40, 40)


class Seen(NamedTuple):
    """A track, and what its row shows beside it."""

    track: Track
    cuts: Cuts
    shot: tuple[int, int]
    person: Person | None


def sureness(track: Track, frame: int) -> float:
    """How sure a face is on a frame; one that was only filled in between two others counts half."""
    face = track.faces[frame]
    sure = face.confidence if face.points is not None else face.score
    return sure * (0.5 if frame in track.filled else 1.0)


def weakest(track: Track) -> list[int]:
    """Frames of which the neighbours are surer, the weakest first: where a look is worth while."""
    found: list[tuple[float, int]] = []
    frames = sorted(track.faces)
    sure = [sureness(track, frame) for frame in frames]
    for index, frame in enumerate(frames):
        left = sure[index - 1] if index else 2.0
        right = sure[index + 1] if index + 1 < len(frames) else 2.0
        if sure[index] < left and sure[index] <= right:
            found.append((sure[index], frame))
    return [frame for _, frame in sorted(found)] or frames[:1]


def best(track: Track) -> int:
    """The frame on which it is seen best."""
    return max(sorted(track.faces), key=lambda frame: sureness(track, frame))


def _colour(sure: float) -> Colour:
    return theme.GOOD if sure >= SURE else theme.WARN if sure >= DOUBTFUL else theme.BAD


def strip(look: Look) -> tuple[float, float, float]:
    """Where the strip of frames lies in a row: left, top, width."""
    left = 10.0 + PICTURE[0] + 12
    return left, look.height - STRIP - 12, look.width - left - 12


def paint(parent: int, row: Seen, look: Look, frame: int, texture: int | None, face: int | None) -> int:
    """The row; `face` is the picture of whose face it gets. Returns its playhead, for `move_head`."""
    ground = theme.HOVERED if look.hovered and not look.picked else theme.RAISED
    box(parent, (0, 0), (look.width, look.height), ground, theme.ACCENT if look.picked else ground, 4)
    box(parent, (10, 10), PICTURE, theme.SUNK, None, 3)
    if texture is not None:
        dpg.draw_image(texture, (10, 10), (10 + PICTURE[0], 10 + PICTURE[1]), parent=parent)
    x, right = 10.0 + PICTURE[0] + 12, look.width - 12
    left = _paint_person(parent, row.person, right, face)
    track = row.track
    write(parent, (x, 8), fitted(track.name, left - x - 8, PLAIN + 1), theme.BRIGHT, PLAIN + 1)
    runs = len(track.runs(row.cuts))
    sure = [sureness(track, each) for each in track.faces]
    words = f"{track.first}-{track.last}   {len(track.faces)} frames" + (f" in {runs} parts" if runs > 1 else "")
    write(parent, (x, 29), fitted(words, left - x - 8, SMALL), theme.FAINT, SMALL)
    low, mean = min(sure), sum(sure) / len(sure)
    words = f"sure {mean:.2f}"
    write(parent, (x, 46), words, _colour(mean), SMALL)
    write(parent, (x + text_width(words, SMALL) + 8, 46), f"at worst {low:.2f}", _colour(low), SMALL)
    _paint_strip(parent, row, look)
    head = int(dpg.draw_line((0, 0), (0, 0), color=list(theme.ACCENT), thickness=1.5, parent=parent))
    move_head(head, row, look, frame)
    return head


def move_head(head: int, row: Seen, look: Look, frame: int) -> None:
    """The playhead of a row on another frame."""
    left, top, width = strip(look)
    first, last = row.shot
    x = left + (min(max(frame, first), last) - first + 0.5) * width / max(1, last - first + 1)
    dpg.configure_item(head, p1=(x, top - 3), p2=(x, top + STRIP + 3))


def _paint_person(parent: int, person: Person | None, right: float, face: int | None) -> float:
    """Whose face it gets, on the right; returns where that begins."""
    if person is None:
        write_right(parent, (right, 8), "own face", theme.FAINT, SMALL)
        return right - text_width("own face", SMALL)
    x = right
    if face is not None:
        dpg.draw_image(face, (right - 34, 8), (right, 42), parent=parent)
        x -= 42
    name = fitted(person.name, 110, PLAIN)
    write_right(parent, (x, 8), name, theme.TEXT, PLAIN)
    colour = theme.BAD if person.problem else theme.WARN if person.ends_soon else theme.GOOD
    write_right(parent, (x, 27), person.state, colour, SMALL)
    return x - max(text_width(name, PLAIN), text_width(person.state, SMALL))


def shades(track: Track, shot: tuple[int, int]) -> list[tuple[int, int, Colour]]:
    """The stretches of a track in the shot, first and last frame, each with how sure it is; filled ones are fainter."""
    found: list[tuple[int, int, Colour]] = []
    for frame in sorted(each for each in track.faces if shot[0] <= each <= shot[1]):
        colour = _colour(sureness(track, frame))
        if frame in track.filled:
            colour = (*colour[:3], 110)
        if found and found[-1][1] == frame - 1 and found[-1][2] == colour:
            found[-1] = (found[-1][0], frame, colour)
        else:
            found.append((frame, frame, colour))
    return found


def _paint_strip(parent: int, row: Seen, look: Look) -> None:
    left, top, width = strip(look)
    first, last = row.shot
    step = width / max(1, last - first + 1)
    box(parent, (left, top), (width, STRIP), theme.SUNK, None, 2)
    track = row.track
    for begun, end, colour in shades(track, row.shot):
        wide = max(1.0, (end + 1 - begun) * step)
        box(parent, (left + (begun - first) * step, top + 2), (wide, STRIP - 4), colour, None, 0)
    for cut in row.cuts.starts:
        x = left + (cut - first) * step
        dpg.draw_line((x, top - 2), (x, top + STRIP + 2), color=list(theme.TEXT), parent=parent)
    for key in track.keys:
        diamond(parent, (left + (key - first + 0.5) * step, top + STRIP / 2), 4, theme.KEYED)


def frame_at(row: Seen, look: Look, x: float, y: float) -> int | None:
    """The frame of the strip that is under a place of the row."""
    left, top, width = strip(look)
    if not (top - 4 <= y <= top + STRIP + 4 and left <= x <= left + width):
        return None
    first, last = row.shot
    return min(last, first + int((x - left) / width * (last - first + 1)))


def paint_person(parent: int, person: Person | None, look: Look, face: int | None) -> None:
    """An identity that can be carried onto a track."""
    ground = theme.HOVERED if look.hovered else theme.RAISED
    box(parent, (0, 0), (look.width, look.height), ground, theme.ACCENT if look.picked else ground, 4)
    top = (look.height - FACE[1]) / 2
    box(parent, (7, top), FACE, theme.SUNK, None, 3)
    if face is not None:
        dpg.draw_image(face, (7, top), (7 + FACE[0], top + FACE[1]), parent=parent)
    x = 7 + FACE[0] + 10
    if person is None:
        middle = (7 + FACE[0] / 2, look.height / 2)
        dpg.draw_circle(middle, 11 * fonts.scale(), color=list(theme.FAINT), thickness=1.5, parent=parent)
        slash = ((middle[0] - 8, middle[1] + 8), (middle[0] + 8, middle[1] - 8))
        dpg.draw_line(*slash, color=list(theme.FAINT), thickness=1.5, parent=parent)
        write(parent, (x, 10), "own face", theme.TEXT, PLAIN)
        write(parent, (x, 30), "nobody is put in", theme.FAINT, SMALL)
        return
    write(parent, (x, 8), fitted(person.name, look.width - x - 8, PLAIN), theme.TEXT, PLAIN)
    colour = theme.BAD if person.problem else theme.WARN if person.ends_soon else theme.GOOD
    badge(parent, (x, 28), fitted(person.state, look.width - x - 24, SMALL), colour)
