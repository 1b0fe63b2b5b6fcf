"""Questions over the window: a choice, a text, a file, a sheet of another kind. One at a time; the next waits."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

import dearpygui.dearpygui as dpg

from nodegraph.editor.asking import Answer, Asked, FileWanted, Question, TextWanted
from nodegraph.editor.panels.bindings import Chord
from nodegraph.editor.panes.browser import Browser
from nodegraph.editor.shell import theme
from nodegraph.editor.shell.loop import Guard
from nodegraph.editor.shell.sheet import sheet

WIDTH = 440
Post = Callable[[Callable[[], None]], None]
Soon = Callable[[int, Callable[[], object]], None]


class Sheet(Protocol):
    """A window over the window, which has all keys while it is open."""

    window: int

    def build(self) -> None:
        """Make its widgets."""

    def key(self, _chord: Chord, /) -> bool:
        """A key; True if it was used. Else Return takes, and Escape closes."""

    def take(self) -> None:
        """Return, or the main button."""

    def closed(self) -> None:
        """Escape, or the last button."""


class Dialogs:
    """Shows what is asked."""

    def __init__(self, guard: Guard, scale: float, post: Post, soon: Soon) -> None:
        self.guard = guard
        self.scale = scale
        self.post = post
        self.soon = soon  # a few frames from now
        self.sheet: Sheet | None = None
        self._waiting: list[Asked | Sheet] = []
        self._clearing = False  # the last sheet was taken away since the last frame

    def ask(self, asked: Asked | Sheet) -> None:
        """Show a question, or keep it until the one before it is answered."""
        if self.sheet is not None or self._clearing:
            self._waiting.append(asked)
            return
        match asked:
            case Question():
                self.sheet = Choice(asked, self)
            case TextWanted():
                self.sheet = Text(asked, self)
            case FileWanted():
                self.sheet = Browser(asked, self.guard, self.scale, self.post, self.done)
            case _:
                self.sheet = asked
        if self.guard.run(self._built) is None:
            self.done()

    def _built(self) -> bool:
        if self.sheet is not None:
            self.sheet.build()
        return True

    def key(self, chord: Chord, typing: bool) -> bool:
        """A key; True while something is asked, since then it is for nobody else."""
        sheet = self.sheet
        if sheet is None:
            return bool(self._waiting)
        if self.guard.run(sheet.key, chord):
            return True
        if chord.key == "Escape":
            self.guard.run(sheet.closed)
        elif chord.key == "Return" and not typing:
            self.guard.run(sheet.take)
        return True

    def done(self) -> None:
        """Take the sheet away, and show what waits."""
        sheet, self.sheet = self.sheet, None
        if sheet is not None and sheet.window and dpg.does_item_exist(sheet.window):
            dpg.delete_item(sheet.window)
            # A modal window that is made in the frame in which another goes is never shown.
            self._clearing = True
            self.soon(0, self._next)
        else:
            self._next()

    def _next(self) -> None:
        self._clearing = False
        if self._waiting and self.sheet is None:
            self.ask(self._waiting.pop(0))

    # -- for small sheets ------------------------------------------------------------------------------------

    def frame(self, title: str, width: int = WIDTH) -> int:
        """A small modal window with a title, in the upper middle."""
        with sheet(title, round(width * self.scale)) as window:
            dpg.add_spacer(height=1)
        return window

    def buttons(self, window: int, rows: list[tuple[str, Callable[[], None]]]) -> None:
        """Buttons at the foot; the first is the main one."""
        dpg.add_spacer(height=4, parent=window)
        with dpg.group(horizontal=True, parent=window):
            for k, (label, work) in enumerate(rows):
                button = dpg.add_button(
                    label=label,
                    callback=partial(_called, self.guard, work),
                    height=round(28 * self.scale),
                    width=max(round(90 * self.scale), 0) if len(label) < 11 else 0,
                )
                if k == 0:
                    dpg.bind_item_theme(button, theme.CHOSEN)


def _called(guard: Guard, work: Callable[[], None]) -> None:
    guard.run(work)


class Choice:
    """A question with its answers."""

    def __init__(self, question: Question, dialogs: Dialogs) -> None:
        self.question = question
        self.dialogs = dialogs
        self.window = 0

    def build(self) -> None:
        self.window = self.dialogs.frame(self.question.title)
        dpg.add_text(self.question.text, parent=self.window, wrap=round((WIDTH - 30) * self.dialogs.scale))
        self.dialogs.buttons(self.window, [(each.label, partial(self._give, each)) for each in self.question.answers])

    def key(self, _chord: Chord) -> bool:
        return False

    def take(self) -> None:
        self._give(self.question.answers[0])

    def closed(self) -> None:
        self._give(self.question.answers[-1])

    def _give(self, answer: Answer) -> None:
        self.dialogs.done()
        answer.work()


class Text:
    """A text to type."""

    def __init__(self, wanted: TextWanted, dialogs: Dialogs) -> None:
        self.wanted = wanted
        self.dialogs = dialogs
        self.window = 0
        self._field = 0

    def build(self) -> None:
        self.window = self.dialogs.frame(self.wanted.title)
        if self.wanted.label:
            dpg.add_text(self.wanted.label, parent=self.window, wrap=round((WIDTH - 30) * self.dialogs.scale))
        self._field = dpg.add_input_text(
            parent=self.window,
            default_value=self.wanted.text,
            hint=self.wanted.hint,
            width=-1,
            auto_select_all=True,
            on_enter=True,
            callback=partial(_called, self.dialogs.guard, self.take),
        )
        dpg.focus_item(self._field)
        self.dialogs.buttons(self.window, [("OK", self.take), ("Cancel", self.closed)])

    def key(self, _chord: Chord) -> bool:
        return False

    def take(self) -> None:
        text = str(dpg.get_value(self._field))
        self.dialogs.done()
        self.wanted.take(text)

    def closed(self) -> None:
        self.dialogs.done()
