"""What the timeline hears from other panes, and the words beside its buttons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Protocol, runtime_checkable

import dearpygui.dearpygui as dpg

from nodegraph.data.errors import GraphError
from nodegraph.editor.pane import Pane
from nodegraph.editor.panels.fields import number
from nodegraph.editor.panels.keys import frames_of
from nodegraph.editor.panes import drawing
from nodegraph.editor.panes.timeline_keys import keyed_nodes
from nodegraph.editor.panes.timeline_ruler import Marks
from nodegraph.editor.shell import theme
from nodegraph.editor.state import State

BAR = 110.0
Work = tuple[str, float, str]  # a job, how far it is, and how long it takes yet


@runtime_checkable
class Remembers(Protocol):
    """A pane that keeps pictures of frames: the viewer."""

    missed: int  # frames that were due while it played, and were never shown

    def cached(self) -> Iterable[tuple[int, int]]: ...


@runtime_checkable
class Plays(Protocol):
    """A pane that makes frames ahead of play, and knows which could not be made: the viewer."""

    def unmade(self) -> Iterable[int]: ...


@runtime_checkable
class KnowsFaces(Protocol):
    """A pane that knows who is on which frame."""

    def cuts(self) -> tuple[int, ...]: ...

    def lost(self) -> tuple[tuple[int, int], ...]: ...

    def filled(self) -> tuple[tuple[int, int], ...]: ...


@runtime_checkable
class Renders(Protocol):
    """A pane that renders: which frames failed, and how far the job at work is."""

    def failed_frames(self) -> frozenset[int]: ...

    def at_work(self) -> tuple[str, float, str] | None: ...


def gathered(panes: Sequence[Pane], state: State, errors: Mapping[int, str]) -> Marks:
    """Marks from all who know something; `errors` are those that the timeline saw itself."""
    keys = frames_of(state.graph, keyed_nodes(state))
    cached: tuple[tuple[int, int], ...] = ()
    cuts: tuple[int, ...] = ()
    lost: tuple[tuple[int, int], ...] = ()
    filled: tuple[tuple[int, int], ...] = ()
    failed = set(errors)
    for pane in panes:  # before each frame; to ask whether a pane keeps to a protocol takes long, for its name does not
        if hasattr(pane, "cached") and isinstance(pane, Remembers):
            cached = tuple(pane.cached())
        if hasattr(pane, "cuts") and isinstance(pane, KnowsFaces):
            cuts, lost, filled = pane.cuts(), pane.lost(), pane.filled()
        if hasattr(pane, "failed_frames") and isinstance(pane, Renders):
            failed |= pane.failed_frames()
    return Marks(cached, keys, cuts, tuple(sorted(failed)), lost, filled)


def draw_rate(sheet: int, words: str, width: float, colour: drawing.Colour) -> None:
    """The rate, and what was dropped."""
    dpg.delete_item(sheet, children_only=True)
    drawing.write(drawing.paper(sheet), (0, 12), drawing.fitted(words, width), colour)


def draw_work(sheet: int, work: Work | None, width: float) -> None:
    """The render that is at work: its name, a bar, and how long it takes yet."""
    dpg.delete_item(sheet, children_only=True)
    if work is None:
        return
    name, part, left = work
    after = drawing.text_width(left)
    if width < BAR + after + 20:
        return
    pen = drawing.paper(sheet)
    drawing.write_right(pen, (width, 12), left, theme.TEXT)
    x = width - after - 10 - BAR
    drawing.box(pen, (x, 13), (BAR, 14), theme.SUNK, None, 2)
    if part > 0:
        drawing.box(pen, (x, 13), (max(2.0, BAR * part), 14), theme.ACCENT, None, 2)
    drawing.write_right(pen, (x - 10, 12), drawing.fitted(name, x - 20), theme.FAINT)


def whole_frame(text: str, old: int) -> int:
    """A frame that was typed."""
    value = number(text, old)
    if abs(value) > 10_000_000:
        raise GraphError(f"{text.strip()} is no frame", "frames are whole numbers")
    return round(value)


def rate_told(fps: Fraction) -> str:
    """Frames a second, as 24 or 23.976."""
    return str(fps.numerator) if fps.denominator == 1 else f"{float(fps):.3f}".rstrip("0").rstrip(".")
