"""A model's card entered and corrected by hand: whose it is, under which licence, and what for it may be used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import dearpygui.dearpygui as dpg

from nodegraph.data.errors import GraphError, ModelError, NodegraphError
from nodegraph.data.model import Card
from nodegraph.editor.app import App
from nodegraph.editor.shell import fonts, theme
from nodegraph.editor.shell.sheet import sheet
from nodegraph.graph.model_files import known_digest
from nodegraph.media.atomic import atomic
from nodegraph.ml import cards

WIDE = 540
USES: dict[str, bool | None] = {"Not cleared": None, "Commercial work": True, "No commercial work": False}
FIELDS = {
    "name": "as it is called in lists",
    "licence": "as its publisher states it: MIT, CC BY-NC 4.0, by contract of…",
    "source": "who publishes it, and where",
    "trained_on": "which pictures, and their terms",
    "note": "who has cleared it, and when",
}


def told(path: Path, card: Card) -> Card:
    """Write what is told of a model file beside it; the card as it stands there."""
    if not card.name.strip():
        raise GraphError("the model has no name", "type how it is called")
    if card.commercial and not card.licence.strip():
        raise GraphError("nobody knows what allows commercial work", "type the licence, or the contract, that does")
    card = replace(card, sha256=known_digest(path), size=path.stat().st_size)
    place = cards.place_of(path)
    try:
        with atomic(place) as beside:
            beside.write_text(cards.text_of(card), encoding="utf-8")
    except OSError as fault:
        raise ModelError(f"{place} cannot be written: {fault.strerror}", "ask who keeps this folder") from fault
    return card


class CardQuestion:
    """A small window over the others. Return saves, Escape leaves it."""

    def __init__(self, app: App, saved: Callable[[Path], object]) -> None:
        self.app = app
        self.fields: dict[str, int] = {}
        self.item = self.use = self.go = 0
        self._saved = saved
        self._keys = 0
        self._path = Path()
        self._card = Card("", "")

    @property
    def is_open(self) -> bool:
        return bool(self.item) and dpg.does_item_exist(self.item)

    def ask(self, path: Path, card: Card) -> None:
        """Show it for a file."""
        self.close()
        note = "" if card.note == cards.NOBODY else card.note
        self._path, self._card = path, replace(card, note=note)
        place = max(40, dpg.get_viewport_client_height() // 3 - 140)
        with sheet("What is known of this model", fonts.px(WIDE), top=place) as self.item:
            dpg.bind_item_font(dpg.add_text(str(path), color=theme.FAINT, wrap=fonts.px(WIDE - 30)), fonts.SMALL)
            dpg.add_spacer(height=4)
            for name, hint in FIELDS.items():
                with dpg.group(horizontal=True, xoffset=fonts.px(90)):
                    dpg.add_text(name.replace("_", " ").capitalize(), color=theme.FAINT)
                    self.fields[name] = int(
                        dpg.add_input_text(
                            default_value=getattr(self._card, name),
                            hint=hint,
                            width=fonts.px(WIDE - 118),
                            user_data=name,
                            callback=self._typed,
                        )
                    )
            with dpg.group(horizontal=True, xoffset=fonts.px(90)):
                dpg.add_text("May be used", color=theme.FAINT)
                word = next(word for word, value in USES.items() if value is card.commercial)
                self.use = int(
                    dpg.add_radio_button(list(USES), default_value=word, horizontal=True, callback=self._chose)
                )
            self._wrong = int(dpg.add_text("", color=theme.BAD, wrap=fonts.px(WIDE - 30), show=False))
            dpg.add_spacer(height=4)
            with dpg.group(horizontal=True):
                dpg.add_spacer(width=fonts.px(WIDE - 244))
                dpg.add_button(label="Cancel", width=fonts.px(96), callback=self.close)
                self.go = int(dpg.add_button(label="Save", width=fonts.px(104), callback=self.save))
                dpg.bind_item_theme(self.go, theme.CHOSEN)
                dpg.bind_item_font(self.go, fonts.BOLD)
        with dpg.handler_registry() as keys:
            self._keys = int(keys)
            for key in (dpg.mvKey_Return, dpg.mvKey_NumPadEnter):
                dpg.add_key_press_handler(key, callback=self.save)
            dpg.add_key_press_handler(dpg.mvKey_Escape, callback=self.close)

    def _typed(self, _sender: int, text: str, name: str) -> None:
        given: dict[str, Any] = {name: text.strip()}
        self._card = replace(self._card, **given)

    def _chose(self, _sender: int, word: str) -> None:
        self._card = replace(self._card, commercial=USES[word])

    def save(self) -> None:
        """Write it; what is wrong is said in the window."""
        try:
            told(self._path, self._card)
        except NodegraphError as fault:
            dpg.configure_item(self._wrong, default_value=str(fault), show=True)
            return
        self.close()
        self._saved(self._path)

    def close(self) -> None:
        """Take it away."""
        if self.is_open:
            dpg.delete_item(self.item)
            dpg.delete_item(self._keys)
        self.item = 0
