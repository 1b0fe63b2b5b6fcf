"""Everything the viewer draws: the picture, marks, handles, the wipe, guides, annotation and words."""

from __future__ import annotations

import math
from typing import Protocol

import dearpygui.dearpygui as dpg

from nodegraph.data.box import Box
from nodegraph.data.image import Image
from nodegraph.editor.app import App
from nodegraph.editor.panes.drawing import text_width, wrapped
from nodegraph.editor.panes.viewer_hands import Hands, wipe_handles
from nodegraph.editor.panes.viewer_marks import guides_of, marks_of
from nodegraph.editor.panes.viewer_painter import Pen
from nodegraph.editor.panes.viewer_scope import Scopes
from nodegraph.editor.panes.viewer_screen import Screen
from nodegraph.editor.panes.viewer_settings import Settings
from nodegraph.editor.panes.viewer_tools import RotoTool, Tool, TracksTool
from nodegraph.editor.panes.viewer_view import View, Words
from nodegraph.editor.shell import theme
from nodegraph.editor.viewer.compare import Compare, Wipe, cut
from nodegraph.editor.viewer.framing import Framing
from nodegraph.editor.viewer.framing import Pane as Room
from nodegraph.editor.viewer.overlays import Role, rectangle

LABEL = 13.0
EDGE = (20, 20, 22, 255)


class Shown(Protocol):
    """What is painted: the pane."""

    app: App
    settings: Settings
    framing: Framing
    hands: Hands
    box: Box | None
    view: View

    @property
    def room(self) -> Room: ...

    @property
    def half(self) -> Room: ...

    @property
    def image(self) -> Image | None: ...

    def wipe_now(self) -> Wipe: ...

    def tool(self) -> Tool | None: ...


class Paint:
    """The layers of the picture's draw list, from the back to the front."""

    def __init__(self, canvas: int, scale: float = 1.0) -> None:
        self.scale = scale
        self.label = LABEL * scale
        self.screen = Screen(dpg.add_draw_layer(parent=canvas))
        self.pen = Pen(canvas)
        self.front = Pen(canvas)
        self.scopes = Scopes(canvas)
        self.above = Pen(canvas)

    def picture(self, room: Room, used: Room) -> None:
        """The buffer was filled: show so much of it over the whole room."""
        step = max(1, round(room.width / max(1, used.width)))
        self.screen.show((0.0, 0.0, float(used.width * step), float(used.height * step)), used.width, used.height)

    def blank(self) -> None:
        """No picture."""
        self.screen.hide()
        self.scopes.hide()

    def tick(self) -> bool:
        """Before a frame; True while more of them must come."""
        one, other = self.screen.tick(), self.scopes.screen.tick()
        return one or other

    def marks(self, shown: Shown) -> None:
        """Draw all that lies over the picture."""
        room, settings, view = shown.room, shown.settings, shown.view
        half = shown.half  # A's: B's picture is not A's to draw on
        self.pen.room = (float(half.width), float(half.height))
        self.pen.edge = self.front.edge = math.inf if half == room else float(half.width)
        for pen in (self.pen, self.front, self.above):
            pen.begin()
        image = shown.image
        if image is not None:
            self.pen.draw(guides_of(settings, image, shown.framing), self.scale)
            if settings.overlays:
                self._overlays(shown)
            if shown.box is not None:
                self.front.draw([rectangle(shown.box, shown.framing, Role.REGION)])
            if settings.compare is Compare.WIPE and view.two:
                self._wipe(shown)
            if half != room:
                self._beside(shown)
        if view.words is not None:
            self._words(view.words, room)
        if settings.annotation:
            self._annotation(shown)
        for pen in (self.pen, self.front, self.above):
            pen.end()

    def _overlays(self, shown: Shown) -> None:
        framing, frame = shown.framing, shown.app.state.frame
        tool = shown.tool()
        editing = isinstance(tool, TracksTool)
        found = [(each.value, each.before) for each in shown.view.over.values() if each.value is not None]
        self.pen.draw(marks_of(found, frame, framing, shown.half, editing), self.scale)
        if tool is None:
            return
        self.front.draw(tool.drawing(framing), self.scale)
        over = shown.hands.over
        for handle in tool.handles(framing):
            taken = over is not None and over.part == handle.part
            if editing and not taken:
                continue  # landmarks are dots already
            self._handle(handle.x, handle.y, taken, round_=handle.part[0] in ("rotate", "translate"))
        if over is not None and shown.hands.gesture is not None and over.part[0] not in ("wipe", "region"):
            self._handle(over.x, over.y, True, round_=True)

    def _handle(self, x: float, y: float, taken: bool, *, round_: bool) -> None:
        fill = theme.ACCENT if taken else (255, 240, 205, 255)
        if round_:
            self.front.dot(x, y, 5.0 if taken else 4.0, fill, EDGE)
        else:
            self.front.square(x, y, 4.5 if taken else 3.5, fill, EDGE)

    def _wipe(self, shown: Shown) -> None:
        room, wipe = shown.room, shown.wipe_now()
        one, other = cut(wipe, shown.framing).line(room)
        self.front.line([list(one), list(other)], (20, 20, 22, 130), 3.0)
        self.front.line([list(one), list(other)], theme.ACCENT, 1.4)
        turn, middle = wipe_handles(wipe, shown.framing)
        over = shown.hands.over
        self.front.line([[middle.x, middle.y], [turn.x, turn.y]], (*theme.ACCENT[:3], 150), 1.0)
        for handle, radius in ((turn, 4.0), (middle, 6.0)):
            taken = over is not None and over.part == handle.part
            self.front.dot(handle.x, handle.y, radius + (1.5 if taken else 0), theme.ACCENT, EDGE)
        view = shown.view
        a, b = view.name("A"), view.name("B")
        if shown.settings.swapped:
            a, b = b, a
        left, right = (a, b) if abs(wipe.angle % 360 - 180) > 90 else (b, a)
        names = ("A", "B") if left == a else ("B", "A")
        x = min(max(middle.x, 120.0), room.width - 120.0)
        self._chip(x - 14 - self._wide(f"{names[0]}  {left}"), 12, f"{names[0]}  {left}")
        self._chip(x + 14, 12, f"{names[1]}  {right}")

    def _beside(self, shown: Shown) -> None:
        """The edge between the halves, and whose the right one is."""
        state, view = shown.app.state, shown.view
        x = float(shown.half.width)
        self.front.line([[x, 0.0], [x, float(shown.room.height)]], theme.LINE, 1.0)
        if shown.settings.annotation:
            slot, name = (state.shown, view.name("A")) if shown.settings.swapped else (state.against, view.name("B"))
            self._chip(x + 12, 12, f"{slot % 10}  {name}")

    def _annotation(self, shown: Shown) -> None:
        room, state, view = shown.room, shown.app.state, shown.view
        if view.a is not None:
            self._chip(12, room.height - 30 * self.scale, f"{state.graph.shot.name}   {self._frame(shown)}")
            if not (shown.settings.compare is Compare.WIPE and view.two):
                name = view.name("A")
                text = f"{state.shown % 10}  {name}"
                if shown.half != room:
                    text = f"{state.against % 10}  {view.name('B')}" if shown.settings.swapped else text
                elif view.two:
                    text += f"   {shown.settings.compare.value}   {state.against % 10}  {view.name('B')}"
                self._chip(12, 12, text)
        if view.notice and view.a is not None:
            wide = text_width(view.notice, 14) + 20
            x = room.width - wide - 12
            self.above.fill((x, 10), (x + wide, 34), (90, 30, 26, 225), 4)
            self.above.words(x + 10, 14, view.notice, (255, 214, 200, 255), 14)
        tool = shown.tool() if shown.settings.overlays else None
        if isinstance(tool, RotoTool) and not tool.shapes.shapes:
            hint = "Ctrl+Alt-click: points of a shape.   Shift-drag a point: its tangent,   with Ctrl its feather"
            self._chip((room.width - self._wide(hint)) / 2, 12, hint)
        if shown.settings.paused:
            self._chip(room.width - 12 - self._wide("paused"), 42 if view.notice else 12, "paused", theme.WARN)

    def _frame(self, shown: Shown) -> str:
        return str(shown.app.state.frame)

    def _wide(self, text: str) -> float:
        return text_width(text, self.label) + 16 * self.scale

    def _chip(self, x: float, y: float, text: str, colour: theme.Colour = theme.TEXT) -> None:
        x, y = round(x), round(y)
        self.above.fill((x, y), (x + self._wide(text), y + 20 * self.scale), (18, 18, 20, 165), 3)
        self.above.words(x + 8 * self.scale, y + 3 * self.scale, text, colour, self.label)

    def _words(self, words: Words, room: Room) -> None:
        wide = min(560.0, room.width - 40.0)
        title = wrapped(words.title, wide - 36, 4, 16.0)
        lines = wrapped(words.text, wide - 36, 5, 13.0) if words.text else []
        need = max((*(text_width(each, 16.0) for each in title), *(text_width(each, 13.0) for each in lines), 60.0))
        width, height = need + 36, 24 + 22 * len(title) + (6 + 18 * len(lines) if lines else 0)
        x, y = round((room.width - width) / 2), round((room.height - height) / 2)
        ground = (62, 24, 22, 235) if words.bad else (38, 38, 41, 235)
        self.above.fill((x, y), (x + width, y + height), ground, 5)
        if words.bad:
            self.above.fill((x, y), (x + 4, y + height), theme.BAD, 2)
        at = y + 12
        for line in title:
            self.above.words(x + 18, at, line, theme.BRIGHT, 16.0)
            at += 22
        at += 6
        for line in lines:
            self.above.words(x + 18, at, line, theme.TEXT, 13.0)
            at += 18
