"""The log of a job, line by line: all of it, only what went wrong, or all that was told of one frame."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

import dearpygui.dearpygui as dpg

from nodegraph.editor.pane import Point
from nodegraph.editor.panels.progress import Failure, Line
from nodegraph.editor.panels.queue import Job
from nodegraph.editor.panes import queue_row
from nodegraph.editor.panes.cards import Cards, Look
from nodegraph.editor.shell import fonts, theme

LINES = 400  # that are shown at once: the last ones
HEAD = 28.0
TOLD = 68.0  # the whole of the line that is picked


class What(Enum):
    """Which lines are shown."""

    ALL = "All"
    WRONG = "Errors"
    FRAME = "This frame"


class QueueLog:
    """Lines with their frames. A click on one goes to its frame, and to its node where it failed."""

    def __init__(self, parent: int | str, went: Callable[[Line], object]) -> None:
        self.what = What.ALL
        self.job: Job | None = None
        self.rows: dict[int, Line] = {}
        self._went = went
        self._frame = 0
        self._shown: object = None
        with dpg.group(parent=parent, horizontal=True, horizontal_spacing=4) as head:
            self.buttons = {
                what: int(dpg.add_button(label=what.value, user_data=what, callback=self._chose)) for what in What
            }
            dpg.add_spacer(width=4)
            self.heading = int(dpg.add_text("", color=theme.FAINT))
        self.head = int(head)
        dpg.bind_item_theme(self.buttons[self.what], theme.CHOSEN)
        self.cards: Cards[int] = Cards(parent, self._paint, height=queue_row.LINE, gap=0)
        self.told = int(dpg.add_child_window(parent=parent, border=False, width=-1, height=int(TOLD * fonts.scale())))
        dpg.bind_item_font(self.told, fonts.SMALL)
        self.words = int(dpg.add_text("", parent=self.told, wrap=0))

    def resized(self, width: float, height: float) -> None:
        """As much room as this, head and all."""
        self.cards.resized(width, max(1.0, height - (HEAD + TOLD + 8) * fonts.scale()))

    def show_all(self, on: bool) -> None:
        """There, or not."""
        for item in (self.head, self.cards.room, self.told):
            dpg.configure_item(item, show=on)

    def choose(self, what: What) -> None:
        """Show other lines."""
        for each, item in self.buttons.items():
            dpg.bind_item_theme(item, theme.CHOSEN if each is what else 0)
        self.what = what
        self.show(self.job, self._frame)

    def _chose(self, _sender: int, _value: object, what: What) -> None:
        self.choose(what)

    # -- lines -----------------------------------------------------------------------------------------------

    def show(self, job: Job | None, frame: int) -> None:
        """The log of a job as it is now; drawn anew only if it is another."""
        log = job.progress.log if job is not None else []
        told = (job, job and job.progress, len(log), self.what, frame if self.what is What.FRAME else 0)
        self.job, self._frame = job, frame
        if told == self._shown:
            return
        same = isinstance(self._shown, tuple) and (self._shown[0], self._shown[3:]) == (told[0], told[3:])
        self._shown = told
        lowest = dpg.get_y_scroll_max(self.cards.room) - queue_row.LINE * fonts.scale()
        at_end = dpg.get_y_scroll(self.cards.room) >= lowest
        lines = dict(enumerate(log))
        if job is not None and job.error and not job.progress.failed:
            lines |= dict(enumerate((Line(None, "", text) for text in job.error.splitlines()), len(log)))
        lines = {index: line for index, line in lines.items() if self._wanted(line)}
        self.rows = dict(list(lines.items())[-LINES:])
        self.cards.show(list(self.rows))
        dpg.set_value(self.heading, self._headed(len(lines)))
        if at_end or not same:
            self.cards.to_end()
        if not same:
            self.cards.pick()
        self._tell()

    def _headed(self, count: int) -> str:
        if self.job is None:
            return ""
        where = f", frame {self._frame}" if self.what is What.FRAME else ""
        cut = f"   the last {LINES} of {count} lines" if count > LINES else ""
        none = "" if count else "   nothing yet" if self.what is not What.WRONG else "   nothing went wrong"
        return f"Log of {', '.join(self.job.sinks)}{where}{cut}{none}"

    def _wanted(self, line: Line) -> bool:
        if self.what is What.FRAME:
            return line.frame == self._frame
        return self.what is What.ALL or self.failure(line) is not None or line.frame is None

    def failure(self, line: Line) -> Failure | None:
        """What failed, if the line tells of that."""
        if self.job is None:
            return None
        for each in self.job.progress.failed.values():
            if each.frame == line.frame and each.message == line.text:
                return each
        return None

    def _paint(self, parent: int, index: int, look: Look) -> None:
        line = self.rows[index]
        if self.job is not None:
            queue_row.paint_line(parent, line, self.failure(line) is not None, look, self.job)

    def _tell(self) -> None:
        """The whole of the line that is picked, and what to do where it failed."""
        line = self.rows.get(self.cards.picked[0]) if self.cards.picked else None
        failure = self.failure(line) if line is not None else None
        text = "" if line is None else line.text
        if failure is not None and failure.hint:
            text = f"{text}\n{failure.hint}"
        dpg.configure_item(self.words, default_value=text, color=theme.BAD if failure else theme.TEXT)

    # -- the hand --------------------------------------------------------------------------------------------

    def press(self, at: Point) -> bool:
        """Pick the line under a place, and go where it was told; True if there is one."""
        index = self.cards.at(at)
        if index is not None:
            self._pick(index)
        return index is not None

    def step(self, way: int) -> bool:
        """Pick the next line, or the one before, and go there; False if none is picked."""
        if not self.cards.picked:
            return False
        at = self.cards.keys.index(self.cards.picked[0]) + way
        if 0 <= at < len(self.cards.keys):
            self._pick(self.cards.keys[at])
            self.cards.reveal(self.cards.keys[at])
        return True

    def _pick(self, index: int) -> None:
        line = self.rows[index]
        self.cards.pick(index)
        self._tell()
        self._went(line)
