"""The colour of a knob by eye: a wheel for its hue, a slider for its strength, beyond 1 if need be."""

from __future__ import annotations

import math
from typing import Any

import dearpygui.dearpygui as dpg

from nodegraph.editor.panels.fields import fitted, number
from nodegraph.editor.panes import property_look as look
from nodegraph.editor.panes.property_hands import Hands
from nodegraph.editor.shell import fonts
from nodegraph.editor.shell.theme import FAINT

STOPS = 8.0  # how far the strength slider goes, up and down


class ColourBox:
    """A box beside a swatch. The wheel holds the colour at full strength; its strength stands apart, in stops."""

    def __init__(self, hands: Hands) -> None:
        self.hands = hands
        self.turning = hands.turning
        self.node, self.knob = "", ""
        self._window = 0

    def open(self, node: str, knob: str, at: tuple[float, float]) -> None:
        """Open the box for a knob."""
        self.close()
        self.node, self.knob = node, knob
        px = look.scale()
        parts = self._value()
        with dpg.window(
            popup=True, no_title_bar=True, no_move=True, autosize=True, pos=(round(at[0]), round(at[1]))
        ) as window:
            self._window = int(window)
            title = dpg.add_text(f"{node}  {knob.replace('_', ' ')}", color=FAINT)
            dpg.bind_item_font(title, fonts.SMALL)
            self._wheel = int(
                dpg.add_color_picker(
                    self._shown(parts),
                    callback=self._picked,
                    no_alpha=True,
                    no_inputs=True,
                    no_side_preview=True,
                    no_small_preview=True,
                    no_label=True,
                    picker_mode=dpg.mvColorPicker_wheel,
                    width=round(210 * px),
                )
            )
            dpg.add_text("strength", color=FAINT)
            with dpg.group(horizontal=True):
                self._field = self.hands.field(self._typed, self.sync, width=round(70 * px))
                self._slider = int(
                    dpg.add_slider_float(
                        min_value=-STOPS,
                        max_value=STOPS,
                        default_value=0.0,
                        format="",
                        no_input=True,
                        width=round(132 * px),
                        callback=self._slid,
                    )
                )
                dpg.bind_item_theme(self._slider, look.SLIDER_THEME)
                dpg.bind_item_handler_registry(self._slider, self.hands.on_slider)
        self.sync()

    def close(self) -> None:
        """Take the box away."""
        if self._window and dpg.does_item_exist(self._window):
            self.hands.forget([self._field])
            dpg.delete_item(self._window)
        self._window = 0

    def sync(self) -> None:
        """Show the knob's colour."""
        if not self._window or not dpg.does_item_exist(self._window):
            return
        graph = self.turning.graph
        if self.node not in graph.nodes:
            self.close()
            return
        parts = self._value()
        peak = _peak(parts)
        if not dpg.is_item_active(self._wheel):
            dpg.set_value(self._wheel, self._shown(parts))
        if not dpg.is_item_active(self._slider):
            dpg.set_value(self._slider, max(-STOPS, min(STOPS, math.log2(peak))) if peak > 0 else -STOPS)
        if self.hands.active != self._field:
            dpg.set_value(self._field, look.number_text(peak, 7))

    def _value(self) -> tuple[float, ...]:
        return tuple(self.turning.value(self.node, self.knob))

    def _shown(self, parts: tuple[float, ...]) -> list[int]:
        peak = _peak(parts) or 1.0
        return [round(255 * look.bent(max(0.0, part) / peak)) for part in parts[:3]] + [255]

    def _picked(self, _item: int, told: Any, _user: Any) -> None:
        """The wheel was turned; a picker tells its parts from 0 to 1, and that it is dragged only later."""
        if not self.turning.busy:
            self.turning.begin()
        parts = self._value()
        peak = _peak(parts) or 1.0
        chosen = [look.straight(min(1.0, max(0.0, float(part)))) for part in told[:3]]
        top = max(chosen) or 1.0
        self._set([part / top * peak if top else 0.0 for part in chosen] if max(chosen) else [0.0, 0.0, 0.0], parts)

    def _slid(self, _item: int, stops: float, _user: Any) -> None:
        self._scale(round(2.0**stops, 4))

    def _typed(self, text: str) -> None:
        self._scale(number(text, _peak(self._value())))

    def _scale(self, peak: float) -> None:
        parts = self._value()
        old = _peak(parts)
        self._set([part * peak / old if old else peak for part in parts[:3]], parts)

    def _set(self, rgb: list[float], old: tuple[float, ...]) -> None:
        kind = self.turning.kind(self.node, self.knob)
        value = kind.type(fitted(kind, round(part, 5)) for part in (*rgb, *old[3:]))
        self.hands.app.guarded(lambda: self.turning.set(self.node, self.knob, value))


def _peak(parts: tuple[float, ...]) -> float:
    return max(0.0, *parts[:3])
