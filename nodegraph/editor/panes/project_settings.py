"""The shot: its name, range, rate, format, and how its colour is managed."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import dearpygui.dearpygui as dpg

from nodegraph.data.box import Format
from nodegraph.data.errors import GraphError, NodegraphError
from nodegraph.editor.app import App
from nodegraph.editor.panels.bindings import Chord
from nodegraph.editor.panels.fields import number
from nodegraph.editor.shell import theme

if TYPE_CHECKING:
    from nodegraph.editor.shell.dialogs import Dialogs

RATES = ("23.976", "24", "25", "29.97", "30", "48", "50", "59.94", "60")
EXACT = {"23.976": Fraction(24000, 1001), "29.97": Fraction(30000, 1001), "59.94": Fraction(60000, 1001)}
FORMATS = ("1280x720", "1920x1080", "2048x1080", "2048x1152", "3840x2160", "4096x2160", "4448x3096")


def rate_of(text: str) -> Fraction:
    """A rate as it is typed; those of video are exact."""
    bare = text.strip().replace(",", ".")  # no rate has thousands
    try:
        fps = EXACT.get(bare) or Fraction(bare)
    except (ValueError, ZeroDivisionError):
        raise GraphError(f"{text.strip()!r} is no rate", "give it as 24, 23.976 or 24000/1001") from None
    if not 1 <= fps <= 1000:
        raise GraphError(f"{text.strip()} is no rate of a film", "give frames in a second, as 24")
    return fps


def told_rate(fps: Fraction) -> str:
    """A rate as one says it."""
    return next((text for text, exact in EXACT.items() if exact == fps), f"{float(fps):g}")


def format_of(text: str, old: Format) -> Format:
    """A format from `2048x1080`."""
    words = text.lower().replace("×", "x").split("x")
    if len(words) != 2 or not all(word.strip().isdecimal() for word in words):
        raise GraphError(f"{text.strip()!r} is no size", "give it as 2048x1080")
    width, height = (int(word) for word in words)
    if not (1 <= width <= 65536 and 1 <= height <= 65536):
        raise GraphError(f"{text.strip()} is no size of a picture", "give it as 2048x1080")
    return Format(width, height, old.pixel_aspect)


class ProjectSettings:
    """A sheet; what is kept is one step of undo."""

    def __init__(self, app: App, dialogs: Dialogs) -> None:
        self.app = app
        self.dialogs = dialogs
        self.window = 0
        self.fields: dict[str, int] = {}

    def build(self) -> None:
        """Make the rows."""
        shot = self.app.state.graph.shot
        self.window = self.dialogs.frame("Project settings", 520)
        with dpg.table(header_row=False, parent=self.window, policy=dpg.mvTable_SizingFixedFit):
            dpg.add_table_column(width_fixed=True, init_width_or_weight=150 * self.dialogs.scale)
            dpg.add_table_column(width_stretch=True)
            self._text("name", "Shot", shot.name)
            self._text("first", "First frame", str(shot.first))
            self._text("last", "Last frame", str(shot.last))
            self._choice("fps", "Frames per second", told_rate(shot.fps), RATES)
            self._choice("format", "Format", f"{shot.format.width}x{shot.format.height}", FORMATS)
            self._text("space", "Working space", shot.space)
            self._text("config", "OCIO config", shot.config, "the built-in ACES config, or $OCIO")
            self._text("version", "Version", str(shot.version))
            self._text("production", "Production", shot.production, "the film that consent is given for")
        self._told = dpg.add_text("", parent=self.window, color=theme.BAD, show=False)
        self.dialogs.buttons(self.window, [("Keep", self.take), ("Cancel", self.closed)])

    def _text(self, name: str, label: str, value: str, hint: str = "") -> None:
        with dpg.table_row():
            dpg.add_text(label)
            self.fields[name] = int(dpg.add_input_text(default_value=value, hint=hint, width=-1, auto_select_all=True))

    def _choice(self, name: str, label: str, value: str, rows: tuple[str, ...]) -> None:
        """A field that can be typed into, with the usual ones beside it."""
        with dpg.table_row():
            dpg.add_text(label)
            with dpg.group(horizontal=True):
                side = round(110 * self.dialogs.scale)
                field = int(dpg.add_input_text(default_value=value, width=-side, auto_select_all=True))
                dpg.add_combo(
                    rows, width=-1, default_value="usual ones", callback=lambda _s, v: dpg.set_value(field, v)
                )
                self.fields[name] = field

    def key(self, _chord: Chord) -> bool:
        return False

    def take(self) -> None:
        """Keep it, if it can be."""
        try:
            values = self._values()
        except NodegraphError as fault:
            dpg.configure_item(self._told, show=True)
            dpg.set_value(self._told, str(fault))
            return
        graph = self.app.state.graph
        before = graph.shot
        changed = {name: value for name, value in values.items() if value != getattr(before, name)}
        self.dialogs.done()
        if not changed:
            return
        self.app.edit("Project settings", graph.with_shot(**changed))
        shot = self.app.state.graph.shot
        if "first" in changed or "last" in changed:
            self.app.change(first=shot.first, last=shot.last)
            self.app.goto(min(max(self.app.state.frame, shot.first), shot.last))

    def _values(self) -> dict[str, Any]:
        shot = self.app.state.graph.shot
        text = {name: str(dpg.get_value(field)).strip() for name, field in self.fields.items()}
        first, last = (round(number(text[name], float(getattr(shot, name)))) for name in ("first", "last"))
        if last < first:
            raise GraphError(f"the last frame {last} is before the first", "give a range as 1001 to 1100")
        if text["space"] != shot.space and (not text["config"] or "://" in text["config"]):
            from nodegraph.colour.config import load_config

            load_config(text["config"]).space(text["space"])
        return {
            **{name: text[name] for name in ("name", "space", "config", "production")},
            "first": first,
            "last": last,
            "fps": rate_of(text["fps"]),
            "format": format_of(text["format"], shot.format),
            "version": round(number(text["version"], float(shot.version))),
        }

    def closed(self) -> None:
        self.dialogs.done()
