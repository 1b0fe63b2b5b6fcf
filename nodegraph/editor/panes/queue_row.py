"""A job of the render queue as a row: its picture, how far it is, and what it says."""

from __future__ import annotations

import math
import re

import dearpygui.dearpygui as dpg

from nodegraph.editor.panels.progress import Line
from nodegraph.editor.panels.queue import Job, State
from nodegraph.editor.panes.cards import Look
from nodegraph.editor.panes.drawing import PLAIN, SMALL, Colour, box, fitted, text_width, write, write_right
from nodegraph.editor.shell import theme

HIGH = 78.0
PICTURE = (96, 54)
LINE = 20.0
AT = re.compile(r"\b\S+ at frame -?\d+: ")

COLOURS: dict[State, Colour] = {
    State.WAITING: theme.FAINT,
    State.RUNNING: theme.ACCENT,
    State.PAUSED: theme.WARN,
    State.DONE: theme.GOOD,
    State.FAILED: theme.BAD,
    State.CANCELLED: theme.FAINT,
    State.LEFT: theme.WARN,
}


def clock(seconds: float) -> str:
    """Seconds as 0:41 or 1:02:03."""
    whole = max(0, math.ceil(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"


def stands(job: Job) -> str:
    """How a job stands, in words."""
    left, made = job.left, len(job.progress.done)
    match job.state:
        case State.RUNNING:
            return f"{clock(left)} left" if left is not None else "starting" if not job.progress.log else "rendering"
        case State.PAUSED:
            return "paused"
        case State.DONE:
            return f"done in {clock(job.elapsed)}" if made else "all was there"
    return str(job.state.value)


def says(job: Job) -> tuple[str, Colour]:
    """The line below: what is wrong, or what is at work."""
    if job.error:
        return brief(job.error.splitlines()[0], job), theme.BAD
    if job.progress.failed:
        count = len(job.progress.failed)
        return f"{count} frame{'s' if count > 1 else ''} failed", theme.BAD
    words = job.progress.working
    if job.state is State.DONE and job.progress.preview:
        words = "a preview: every frame is marked"
    return words, theme.FAINT


def paint(parent: int, job: Job, look: Look, texture: int | None) -> None:
    """The row."""
    ground = theme.HOVERED if look.hovered and not look.picked else theme.RAISED
    box(parent, (0, 0), (look.width, look.height), ground, theme.ACCENT if look.picked else ground, 4)
    top = (look.height - PICTURE[1]) / 2
    box(parent, (10, top), PICTURE, theme.SUNK, None, 2)
    if texture is not None:
        dpg.draw_image(texture, (10, top), (10 + PICTURE[0], top + PICTURE[1]), parent=parent)
    x, right = 10.0 + PICTURE[0] + 12, look.width - 12
    state = stands(job)
    colour = COLOURS[job.state]
    write_right(parent, (right, 10), state, colour, PLAIN)
    name = ", ".join(job.sinks)
    write(parent, (x, 10), fitted(name, right - x - text_width(state) - 10, PLAIN), theme.BRIGHT, PLAIN)
    whole = job.state is State.DONE
    count = f"{len(job.frames)} frames" if whole else f"{job.progress.count} / {job.total}"
    write_right(parent, (right, 30), count, theme.FAINT, SMALL)
    frames = f"{job.name}   {job.named.replace(',', ', ')}"
    write(parent, (x, 30), fitted(frames, right - x - text_width(count, SMALL) - 10, SMALL), theme.FAINT, SMALL)
    box(parent, (x, 49), (right - x, 5), theme.SUNK, None, 2)
    part = 1.0 if whole else job.progress.part  # a movie is one file, whatever its frames
    if part > 0:
        made = theme.GOOD if job.state is State.FAILED and job.progress.failed else colour
        box(parent, (x, 49), (max(3.0, (right - x) * part), 5), made, None, 2)
    failed = len(job.progress.failed) / max(1, job.total) * (right - x)
    if failed:
        box(parent, (x + (right - x) * part - failed, 49), (max(3.0, failed), 5), theme.BAD, None, 2)
    words, tint = says(job)
    write(parent, (x, 58), fitted(words, right - x, SMALL), tint, SMALL)


def brief(text: str, job: Job) -> str:
    """A message without what its row says already: node and frame, and the project's folder before a file."""
    return AT.sub("", text.replace(f"{job.folder}/", ""))


def paint_line(parent: int, line: Line, failed: bool, look: Look, job: Job) -> None:
    """One line of the log."""
    if look.hovered or look.picked:
        box(parent, (0, 0), (look.width, look.height), theme.RAISED, None, 2)
    frame = "" if line.frame is None else str(line.frame)
    write(parent, (6, 3), frame, theme.BAD if failed else theme.FAINT, SMALL)
    node = fitted(line.node, 92, SMALL)
    write(parent, (52, 3), node, theme.FAINT, SMALL)
    text = fitted(brief(line.text.replace("\n", " "), job), look.width - 156, SMALL)
    write(parent, (150, 3), text, theme.BAD if failed else theme.TEXT, SMALL)
