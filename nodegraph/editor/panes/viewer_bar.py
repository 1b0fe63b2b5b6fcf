"""The viewer's tool bar: inputs, comparison, layer and channel, view, exposure and gamma, marks, zoom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Protocol

import dearpygui.dearpygui as dpg

from nodegraph.editor.panes.viewer_settings import (
    DARKEST,
    FARTHEST,
    LARGEST_GAMMA,
    PROXIES,
    SMALLEST_GAMMA,
    Guides,
    Settings,
)
from nodegraph.editor.shell import fonts, theme
from nodegraph.editor.state import State
from nodegraph.editor.viewer.compare import Compare
from nodegraph.editor.viewer.grade import Channel
from nodegraph.editor.viewer.overlays import ASPECTS

HEIGHT, ROW = 36, 30  # of the bar, and of each row more
WIDE = 1080  # from here on it is one row
FIRST = 511  # as FIXED, of the first of two rows
FIXED = 857  # of the width: all but the combos that share what is left
NOBODY = "–"  # no second picture
QUICK = "sRGB, clipped"
CHANNELS = {
    "RGB": Channel.COLOUR,
    "R": Channel.RED,
    "G": Channel.GREEN,
    "B": Channel.BLUE,
    "A": Channel.ALPHA,
    "Y": Channel.LUMA,
    "Matte": Channel.MATTE,
}
ZOOMS = ("fit", "12.5 %", "25 %", "50 %", "100 %", "200 %", "400 %", "800 %")
OPEN = "no mask"
RED = (122, 34, 30, 255)


class Wishes(Protocol):
    """What the bar asks of the pane."""

    def set(self, settings: Settings) -> None: ...

    def run(self, action: str) -> None: ...

    def look_at(self, node: str) -> None: ...

    def compare_with(self, node: str) -> None: ...

    def view_through(self, name: str) -> None: ...

    def zoom_to(self, percent: float | None) -> None: ...


class Bar:
    """The widgets; `sync` sets them, and their callbacks ask the pane."""

    def __init__(self, parent: int | str, wishes: Wishes, keys: Callable[[str], str], scale: float = 1.0) -> None:
        self.scale = scale
        self.rows = 1
        self.wishes = wishes
        self.keys = keys
        self.settings = Settings()
        self.shown: dict[int, Any] = {}
        self.bound: dict[int, int] = {}
        self.loose: list[tuple[int, float]] = []  # combos that share the width that is left
        self._themes()
        with dpg.child_window(
            parent=parent, height=self.px(HEIGHT), border=False, no_scrollbar=True, always_use_window_padding=True
        ) as self.bar:
            dpg.bind_item_theme(self.bar, self.room)
            with dpg.group(horizontal=True) as self.halves:
                dpg.bind_item_theme(self.halves, self.gaps)
                with dpg.group(horizontal=True):
                    self._build_look()
                with dpg.group(horizontal=True):
                    self._build_marks()

    @property
    def height(self) -> int:
        """In screen pixels."""
        return self.px(HEIGHT + (self.rows - 1) * ROW)

    def px(self, size: float) -> int:
        """Screen pixels for a size: more of them on fine screens."""
        return round(size * self.scale)

    def _themes(self) -> None:
        with dpg.theme() as self.room, dpg.theme_component(dpg.mvAll):
            dpg.add_theme_style(dpg.mvStyleVar_WindowPadding, self.px(8), self.px(5))
            dpg.add_theme_style(dpg.mvStyleVar_ItemSpacing, 0, 0)  # it goes below the bar, too: no gap to the picture
            dpg.add_theme_color(dpg.mvThemeCol_ChildBg, theme.PANEL)
        with dpg.theme() as self.gaps, dpg.theme_component(dpg.mvAll):
            dpg.add_theme_style(dpg.mvStyleVar_ItemSpacing, self.px(5), self.px(4))
            dpg.add_theme_style(dpg.mvStyleVar_FramePadding, self.px(6), self.px(4))
        with dpg.theme() as self.off, dpg.theme_component(dpg.mvAll):
            dpg.add_theme_color(dpg.mvThemeCol_Button, theme.CLEAR)
            dpg.add_theme_color(dpg.mvThemeCol_Text, theme.TEXT)
        with dpg.theme() as self.on, dpg.theme_component(dpg.mvAll):
            dpg.add_theme_color(dpg.mvThemeCol_Button, theme.ACCENT_DIM)
            dpg.add_theme_color(dpg.mvThemeCol_ButtonHovered, theme.ACCENT_DIM)
            dpg.add_theme_color(dpg.mvThemeCol_Text, theme.BRIGHT)
        with dpg.theme() as self.alarm, dpg.theme_component(dpg.mvAll):
            dpg.add_theme_color(dpg.mvThemeCol_FrameBg, RED)
            dpg.add_theme_color(dpg.mvThemeCol_FrameBgHovered, RED)
            dpg.add_theme_color(dpg.mvThemeCol_FrameBgActive, RED)
            dpg.add_theme_color(dpg.mvThemeCol_Text, theme.BRIGHT)
        with dpg.theme() as self.calm, dpg.theme_component(dpg.mvAll):
            dpg.add_theme_color(dpg.mvThemeCol_Text, theme.TEXT)
        with dpg.theme() as self.alarmed, dpg.theme_component(dpg.mvAll):
            dpg.add_theme_color(dpg.mvThemeCol_Button, theme.CLEAR)
            dpg.add_theme_color(dpg.mvThemeCol_Text, theme.BAD)

    def _build_look(self) -> None:
        wishes = self.wishes
        self.a = self._combo("A", 132, lambda name: wishes.look_at(_name(name)), "what is looked at", True)
        self.b = self._combo("B", 132, lambda name: wishes.compare_with(_name(name)), "what it is compared with", True)
        self.wipe = self._button("\uf042", "wipe", "Wipe")
        self.difference = self._button("\uf53e", "difference", "Difference of A and B")
        self.onion = self._button("\uf5fd", "onion", "Onion skin")
        self.sides = self._button("\uf0db", "sides", "A and B side by side")
        self._gap()
        self.layer = self._combo("", 62, lambda name: self._set(layer="" if name == "rgba" else name), "layer")
        self.channel = self._combo("", 48, self._channel, "channel: R G B A, Y luminance, M matte over the picture")
        dpg.configure_item(self.channel, items=list(CHANNELS))
        self.view = self._combo("", 150, wishes.view_through, "display and view")
        self._gap()
        self.bright = self._button("\uf185", "", "Exposure, in stops. Click: back to neutral", self._unbright)
        self.exposure = self._drag(
            "f/ %+.2f", 70, 0.02, DARKEST, FARTHEST, lambda x: self._put(self.settings.exposed(x))
        )
        self.bent = self._button("γ", "", "Gamma. Click: back to neutral", self._unbend, icon=False)
        self.gamma = self._drag(
            "%.2f", 48, 0.01, SMALLEST_GAMMA, LARGEST_GAMMA, lambda x: self._put(self.settings.curved(x))
        )
        self.loose = [(self.a, 0.9), (self.b, 0.9), (self.view, 2.15)]

    def _build_marks(self) -> None:
        self.overlays = self._button("\uf247", "overlays", "Overlays")
        self.clipping = self._button("\uf071", "clipping", "Zebra on clipped and broken pixels")
        self.false = self._button("\uf53f", "false_colour", "False colour")
        self.scopes = self._button("\uf080", "scopes", "Scopes")
        self.region = self._button("\uf125", "roi", "Region of interest")
        self.guides = self._button("\uf00a", "guides", "Guides and aspect mask", _nothing)
        self._guide_menu()
        self.proxy = self._combo("", 36, self._proxy, "proxy: screen pixels to a drawn one")
        dpg.configure_item(self.proxy, items=[f"1:{down}" for down in PROXIES])
        self.paused = self._button("\uf04c", "hold", "Pause the viewer")
        self._gap()
        self._button("\uf31e", "fit_picture", "Fit the picture")
        self.zoom = self._combo("", 58, self._zoomed, "zoom")
        dpg.configure_item(self.zoom, items=list(ZOOMS))

    # -- showing ---------------------------------------------------------------------------------------------

    def sync(self, settings: Settings, view: str, zoom: float) -> None:
        """Show how the viewer stands."""
        self.settings = settings
        look = settings.look
        self._value(self.exposure, look.exposure)
        self._value(self.gamma, look.gamma)
        self._bind(self.exposure, self.alarm if settings.bright else self.calm)
        self._bind(self.gamma, self.alarm if settings.bent else self.calm)
        self._bind(self.bright, self.alarmed if settings.bright else self.off)
        self._bind(self.bent, self.alarmed if settings.bent else self.off)
        self._value(self.channel, next(name for name, channel in CHANNELS.items() if channel is look.channel))
        self._value(self.layer, settings.layer or "rgba")
        self._value(self.view, view)
        self._value(self.zoom, f"{zoom * 100:.{0 if zoom >= 1 else 1}f} %")
        self._value(self.proxy, f"1:{settings.step}")
        for item, on in (
            (self.wipe, settings.compare is Compare.WIPE),
            (self.difference, settings.compare is Compare.DIFFERENCE),
            (self.onion, settings.compare is Compare.ONION),
            (self.sides, settings.compare is Compare.SIDES),
            (self.overlays, settings.overlays),
            (self.clipping, settings.clipping),
            (self.false, settings.false_colour),
            (self.scopes, settings.scopes),
            (self.region, settings.in_region),
            (self.guides, settings.guides is not Guides.NONE or bool(settings.aspect)),
            (self.paused, settings.paused),
        ):
            self._bind(item, self.on if on else self.off)

    def inputs(self, state: State) -> None:
        """The nodes that can be looked at, and the two that are; a number stands before those on a key."""
        keys = {name: slot for slot, name in sorted(state.inputs.items(), reverse=True)}

        def label(name: str) -> str:
            return f"{keys[name] % 10} {name}" if name in keys else name or NOBODY

        names = [
            label(each) for each in sorted(state.graph.nodes, key=lambda each: (keys.get(each, 99), each.casefold()))
        ]
        self._items(self.a, names)
        self._items(self.b, [NOBODY, *names])
        self._value(self.a, label(state.inputs.get(state.shown, "")))
        self._value(self.b, label(state.inputs.get(state.against, "")))

    def layers(self, names: Sequence[str]) -> None:
        self._items(self.layer, list(names))

    def views(self, names: Sequence[str]) -> None:
        self._items(self.view, [*names, QUICK])

    def fit(self, width: float) -> None:
        """Give the combos what the pane's width leaves for them; in a narrow pane the bar has two rows."""
        fixed = FIXED if width / self.scale >= WIDE else FIRST
        if (rows := 1 if fixed == FIXED else 2) != self.rows:
            self.rows = rows
            dpg.configure_item(self.halves, horizontal=rows == 1)
            dpg.configure_item(self.bar, height=self.height)
        each = max(60.0, min(170.0, (width / self.scale - fixed) / sum(share for _, share in self.loose)))
        for item, share in self.loose:
            dpg.set_item_width(item, self.px(each * share))

    def _value(self, item: int, value: Any) -> None:
        if self.shown.get(item) != value:
            self.shown[item] = value
            dpg.set_value(item, value)

    def _items(self, item: int, names: list[str]) -> None:
        if self.shown.get(-item) != names:
            self.shown[-item] = names
            dpg.configure_item(item, items=names)

    def _bind(self, item: int, which: int) -> None:
        if self.bound.get(item) != which:
            self.bound[item] = which
            dpg.bind_item_theme(item, which)

    # -- asking ----------------------------------------------------------------------------------------------

    def _set(self, **changes: Any) -> None:
        self._put(replace(self.settings, **changes))

    def _put(self, settings: Settings) -> None:
        self.settings = settings
        self.wishes.set(settings)

    def _channel(self, name: str) -> None:
        self._put(replace(self.settings, look=replace(self.settings.look, channel=CHANNELS[name])))

    def _proxy(self, name: str) -> None:
        down = int(name.partition(":")[2])
        self._set(proxy=down > 1, down=down if down > 1 else self.settings.down)

    def _zoomed(self, name: str) -> None:
        self.shown.pop(self.zoom, None)
        self.wishes.zoom_to(None if name == "fit" else float(name.split()[0]) / 100)

    def _unbright(self) -> None:
        self._put(self.settings.exposed(0.0))

    def _unbend(self) -> None:
        self._put(self.settings.curved(1.0))

    # -- building --------------------------------------------------------------------------------------------

    def _guide_menu(self) -> None:
        with dpg.popup(self.guides, mousebutton=dpg.mvMouseButton_Left):
            for which in Guides:
                dpg.add_selectable(
                    label=which.value, width=120, user_data=which, callback=lambda _s, _a, it: self._set(guides=it)
                )
            dpg.add_separator()
            for name in ("", *(each.name for each in ASPECTS)):
                dpg.add_selectable(
                    label=name or OPEN, width=120, user_data=name, callback=lambda _s, _a, it: self._set(aspect=it)
                )

    def _gap(self) -> None:
        dpg.add_spacer(width=self.px(2))

    def _combo(self, label: str, width: int, chosen: Callable[[str], None], tip: str, arrow: bool = False) -> int:
        if label:
            dpg.add_text(label, color=theme.FAINT)
        item: int = dpg.add_combo(
            [], width=self.px(width), no_arrow_button=not arrow, callback=lambda _s, value: chosen(str(value))
        )
        self._tip(item, tip[0].upper() + tip[1:])
        return item

    def _button(
        self, sign: str, action: str, tip: str, pressed: Callable[[], None] | None = None, *, icon: bool = True
    ) -> int:
        start = pressed or partial(self.wishes.run, action)
        item: int = dpg.add_button(label=sign, width=self.px(25), callback=lambda _s, _a: start())
        if icon:
            dpg.bind_item_font(item, fonts.ICONS)
        dpg.bind_item_theme(item, self.off)
        keys = self.keys(action) if action else ""
        self._tip(item, f"{tip}   {keys}" if keys else tip)
        return item

    def _drag(
        self, form: str, width: int, speed: float, least: float, most: float, put: Callable[[float], None]
    ) -> int:
        item: int = dpg.add_drag_float(
            width=self.px(width),
            speed=speed,
            min_value=least,
            max_value=most,
            clamped=True,
            format=form,
            callback=lambda _s, value: put(float(value)),
        )
        self._tip(item, "Drag, or double-click and type")
        return item

    def _tip(self, item: int, text: str) -> None:
        with dpg.tooltip(item, delay=0.5):
            dpg.add_text(text)


def _nothing() -> None:
    """The button opens a menu by itself."""


def _name(label: str) -> str:
    """The node of an entry, without its number."""
    return "" if label == NOBODY else label.rpartition(" ")[2]
