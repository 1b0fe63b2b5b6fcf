"""Questions over the window: a choice, a text, a file. One at a time; the next waits."""

from __future__ import annotations

from collections.abc import Callable

import dearpygui.dearpygui as dpg

from nodegraph.editor.asking import Answer, Asked, FileWanted, Question, TextWanted
from nodegraph.editor.panes.browser import Browser
from nodegraph.editor.shell import fonts, theme
from nodegraph.editor.shell.loop import Guard

Size = tuple[int, int]
WIDTH = 440


class Dialogs:
    """Shows what is asked."""

    def __init__(self, guard: Guard, scale: float, post: Callable[[Callable[[], None]], None]) -> None:
        self.guard = guard
        self.scale = scale
        self.post = post
        self.asked: Asked | None = None
        self.browser: Browser | None = None
        self._waiting: list[Asked] = []
        self._window = 0
        self._field = 0
        self._main: Callable[[], None] | None = None
        self._last: Callable[[], None] | None = None

    @property
    def is_open(self) -> bool:
        return self.asked is not None

    def ask(self, asked: Asked) -> None:
        """Show a question, or keep it until the one before it is answered."""
        if self.asked is not None:
            self._waiting.append(asked)
            return
        self.asked = asked
        match asked:
            case Question():
                self._question(asked)
            case TextWanted():
                self._text(asked)
            case FileWanted():
                self.browser = Browser(asked, self.guard, self.scale, self.post, self._done)
                self._main, self._last = self.browser.take, self._done
                self.browser.build()
                self._window = self.browser.window

    def key(self, name: str) -> bool:
        """Return and Escape; True while something is asked, since then keys are for nobody else."""
        if self.asked is None:
            return False
        if name == "Escape" and self._last is not None:
            self.guard.run(self._last)
        elif name == "Return" and self._main is not None:
            self.guard.run(self._main)
        elif self.browser is not None:
            self.guard.run(self.browser.key, name)
        return True

    def _question(self, question: Question) -> None:
        self._frame(question.title)
        dpg.add_text(question.text, parent=self._window, wrap=round((WIDTH - 40) * self.scale))
        self._buttons([(each.label, self._answer(each)) for each in question.answers])
        self._main, self._last = self._answer(question.answers[0]), self._answer(question.answers[-1])

    def _text(self, wanted: TextWanted) -> None:
        self._frame(wanted.title)
        dpg.add_text(wanted.label, parent=self._window)
        self._field = dpg.add_input_text(
            parent=self._window, default_value=wanted.text, hint=wanted.hint, width=-1, auto_select_all=True
        )
        dpg.focus_item(self._field)

        def take() -> None:
            text = str(dpg.get_value(self._field))
            self._done()
            wanted.take(text)

        self._buttons([("OK", take), ("Cancel", self._done)])
        self._main, self._last = take, self._done

    def _frame(self, title: str) -> None:
        width = round(WIDTH * self.scale)
        pos = ((dpg.get_viewport_client_width() - width) // 2, dpg.get_viewport_client_height() // 4)
        self._window = dpg.add_window(
            label=title,
            modal=True,
            no_title_bar=True,
            no_resize=True,
            no_move=True,
            no_saved_settings=True,
            width=width,
            autosize=False,
            pos=pos,
            min_size=(width, 10),
        )
        dpg.configure_item(self._window, autosize=False, height=round(150 * self.scale))
        head = dpg.add_text(title, parent=self._window, color=theme.BRIGHT)
        dpg.bind_item_font(head, fonts.BOLD)
        dpg.add_spacer(height=2, parent=self._window)

    def _buttons(self, rows: list[tuple[str, Callable[[], None]]]) -> None:
        dpg.add_spacer(height=6, parent=self._window)
        with dpg.group(horizontal=True, parent=self._window):
            for k, (label, work) in enumerate(rows):
                button = dpg.add_button(label=label, callback=_called(self.guard, work), height=round(28 * self.scale))
                if k == 0:
                    dpg.bind_item_theme(button, theme.CHOSEN)

    def _answer(self, answer: Answer) -> Callable[[], None]:
        def given() -> None:
            self._done()
            answer.work()

        return given

    def _done(self) -> None:
        self.asked = self.browser = self._main = self._last = None
        if self._window and dpg.does_item_exist(self._window):
            dpg.delete_item(self._window)
        self._window = 0
        if self._waiting:
            self.ask(self._waiting.pop(0))


def _called(guard: Guard, work: Callable[[], None]) -> Callable[[], None]:
    return lambda: guard.run(work)
