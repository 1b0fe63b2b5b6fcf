"""The timeline: the range, where we are in it, what is in memory, and playing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import dearpygui.dearpygui as dpg

from nodegraph.editor.app import App
from nodegraph.editor.pane import Button, Held, Pane, Point, Start
from nodegraph.editor.panels.bindings import Chord
from nodegraph.editor.panels.commands import Pane as Place
from nodegraph.editor.panels.keys import next_key, previous_key
from nodegraph.editor.panes.drawing import inside, local, sheet
from nodegraph.editor.panes.timeline_keys import KeyHand, keyed_nodes
from nodegraph.editor.panes.timeline_others import (
    Plays,
    Renders,
    draw_rate,
    draw_work,
    gathered,
    rate_told,
    whole_frame,
)
from nodegraph.editor.panes.timeline_play import Player
from nodegraph.editor.panes.timeline_ruler import MARGIN, Marks, Ruler
from nodegraph.editor.panes.timeline_scale import Hold, Scale, dragged, followed, grabbed, whole
from nodegraph.editor.panes.transport import HIGH, WIDTH, Sign, Transport
from nodegraph.editor.shell import theme
from nodegraph.editor.state import State
from nodegraph.editor.viewer.playback import Ends

STRIP = 40.0  # the row of fields and buttons
STEP = 10  # frames, with Shift
FIELD, ENDS = 62, 84
ZOOM = 1.25  # for a click of the wheel


class TimelinePane(Pane):
    """Ruler, transport and range."""

    place = Place.TIMELINE
    title = "Timeline"

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self.player = Player(app)
        self.keys = KeyHand(app)
        self._middle = 300.0  # where the buttons begin
        self._rate_room = self._work_room = (0.0, 1.0)  # left and right of what is told beside them
        self._hold: Hold | None = None
        self._grip: Point = (0.0, 0.0)
        self._down = ""
        self._marks = Marks()
        self._errors: dict[int, str] = {}
        self._told = ""

    # -- the widgets -----------------------------------------------------------------------------------------

    def build(self, window: int) -> None:
        self.ground = int(dpg.add_child_window(parent=window, border=False, no_scrollbar=True, width=-1, height=-1))
        with dpg.theme() as bare, dpg.theme_component(dpg.mvChildWindow):
            dpg.add_theme_style(dpg.mvStyleVar_WindowPadding, 0, 0)
            dpg.add_theme_color(dpg.mvThemeCol_ChildBg, theme.PANEL)
        dpg.bind_item_theme(self.ground, bare)
        self.ruler = Ruler(self.ground)
        self.rate, self._rate_holder = sheet(self.ground, 10, STRIP)
        self.work, self._work_holder = sheet(self.ground, 10, STRIP)
        self.words = {name: int(dpg.add_text(name, parent=self.ground, color=theme.FAINT)) for name in ("in", "out")}
        self.transport = Transport(self.ground)
        self.fields = {
            name: self._field(name, take)
            for name, take in {"in": self._set_in, "out": self._set_out, "frame": self._set_frame}.items()
        }
        self.ends_list = int(
            dpg.add_combo(
                [each.value.capitalize() for each in Ends], default_value="Loop",
                width=round(ENDS * self.app.scale), parent=self.ground,
                callback=lambda _sender, chosen: self._set_ends(Ends(str(chosen).lower())),
            )
        )  # fmt: skip
        with dpg.tooltip(self.ends_list, delay=0.6):
            dpg.add_text("What play does at the end of the range")
        self.resized()

    def _field(self, name: str, take: Callable[[str], None]) -> int:
        item = int(
            dpg.add_input_text(
                parent=self.ground, width=round(FIELD * self.app.scale), on_enter=True, hint=name,
                callback=lambda _sender, text: self.app.guarded(lambda: take(str(text))),
            )
        )  # fmt: skip
        tips = {
            "in": "First frame that is played and rendered   Alt+I",
            "out": "Last frame that is played and rendered   Alt+O",
            "frame": "Where we are. Type a frame, or sums as +20   Alt+G",
        }
        with dpg.tooltip(item, delay=0.6):
            dpg.add_text(tips[name])
        return item

    def resized(self) -> None:
        width, height = self.size
        if not hasattr(self, "ruler") or width < 50:
            return
        full = (self.ruler.scale.first, self.ruler.scale.last)
        scale = self.app.scale
        self.ruler.resized(width, max(30.0, height - STRIP * scale))
        width, height = width / scale, height / scale
        self.ruler.scale = self.ruler.scale._replace(first=full[0], last=full[1])
        top = height - STRIP
        row = top + 8
        self._middle = max(300.0, min((width - WIDTH) / 2, width - WIDTH - 420))
        after = self._middle + WIDTH + 14
        self._rate_room = (128 + FIELD + 10, self._middle - 8)
        self._work_room = (after + FIELD + 8 + ENDS + 12, width - 12)
        places = {
            self.transport.holder: (self._middle, top + (STRIP - HIGH) / 2),
            self.words["in"]: (12, row + 1),
            self.fields["in"]: (30, row),
            self.words["out"]: (102, row + 1),
            self.fields["out"]: (128, row),
            self.fields["frame"]: (after, row),
            self.ends_list: (after + FIELD + 8, row),
            self._rate_holder: (self._rate_room[0], top),
            self._work_holder: (self._work_room[0], top),
        }
        for item, (x, y) in places.items():
            dpg.set_item_pos(item, [int(x * scale), int(y * scale)])
        for item, (left, right) in ((self.rate, self._rate_room), (self.work, self._work_room)):
            dpg.configure_item(item, width=max(1, int((right - left) * scale)), height=int(STRIP * scale))
        self._draw_all()

    def _draw_all(self) -> None:
        state = self.app.state
        shot = state.graph.shot
        self.ruler.draw_ticks((shot.first, shot.last))
        self.ruler.draw_marks(self._marks)
        self.ruler.draw_handles((state.first, state.last))
        self.ruler.show_frame(state.frame)
        self._told = "anew"
        self._draw_strip()

    # -- drawing what differs --------------------------------------------------------------------------------

    def sync(self, old: State | None, new: State) -> None:
        shot = new.graph.shot
        if old is None or (old.graph.shot.first, old.graph.shot.last) != (shot.first, shot.last):
            self.ruler.scale = whole(shot.first, shot.last, MARGIN, self.ruler.size[0] - MARGIN)
            if old is not None:
                before, marks = old.graph.shot, (new.first, new.last)
                first, last = followed(marks, (before.first, before.last), (shot.first, shot.last))
                self.app.change(first=first, last=last)
            old = None
        if old is None or old.graph is not new.graph:
            self._errors.clear()
        if old is None or old.faults is not new.faults or old.frame != new.frame:
            self._note_errors(new)
        self._gather(new)
        if old is None:
            self._draw_all()
        elif (old.first, old.last) != (new.first, new.last):
            self.ruler.draw_handles((new.first, new.last))
        if old is None or old.frame != new.frame:
            self.ruler.show_frame(new.frame)
        for name, frame in (("in", new.first), ("out", new.last), ("frame", new.frame)):
            if not dpg.is_item_focused(self.fields[name]):
                dpg.set_value(self.fields[name], str(frame))
        if old is None or old.playing != new.playing:
            self.transport.light(*({1: ("play",), -1: ("play_back",)}.get(new.playing, ())))
            self._draw_strip()

    def _note_errors(self, state: State) -> None:
        if state.playing:  # what failed is told of frames that are looked at, not of those that play passes
            return
        if state.faults:
            self._errors[state.frame] = next(iter(state.faults.values()))
        else:
            self._errors.pop(state.frame, None)

    def _gather(self, state: State) -> None:
        """Marks from all who know something; drawn anew only if they differ."""
        if state.playing:
            for pane in self.app.panes:
                for frame in pane.unmade() if isinstance(pane, Plays) else ():
                    self._errors.setdefault(frame, "it could not be made")
        found = gathered(self.app.panes, state, self._errors)
        if found != self._marks:
            self._marks = found
            self.ruler.draw_marks(found)

    def _draw_strip(self) -> None:
        """The words beside fields and buttons, and the render that is at work."""
        state = self.app.state
        rate = rate_told(state.graph.shot.fps)
        tally, skipped = self.player.tally, self.player.skipped
        words = f"{tally.reached:.1f} of {rate} fps" if state.playing and tally is not None else f"{rate} fps"
        words += f", {skipped} dropped" if skipped else ""
        work = next((pane.at_work() for pane in self.app.panes if isinstance(pane, Renders)), None)
        told = f"{words} {work} {self.size}"
        if told == self._told:
            return
        self._told = told
        draw_rate(self.rate, words, self._rate_room[1] - self._rate_room[0], theme.WARN if skipped else theme.FAINT)
        draw_work(self.work, work, self._work_room[1] - self._work_room[0])

    def tick(self, now: float) -> bool:
        self._gather(self.app.state)
        moves = self.player.tick(now)
        self._draw_strip()
        return moves

    # -- where to go -----------------------------------------------------------------------------------------

    def go(self, frame: float) -> None:
        """Go to a frame of the shot, and stop playing."""
        shot = self.app.state.graph.shot
        self.player.stop()
        self.app.goto(min(max(round(frame), shot.first), shot.last))

    def _to_first(self) -> None:
        """The first frame of the range; from there on, that of the shot."""
        state = self.app.state
        self.go(state.first if state.frame > state.first else state.graph.shot.first)

    def _to_last(self) -> None:
        """The last frame of the range; from there on, that of the shot."""
        state = self.app.state
        self.go(state.last if state.frame < state.last else state.graph.shot.last)

    def _by(self, frames: int) -> Start:
        return lambda: self.go(self.app.state.frame + frames)

    def _key(self, find: Callable[..., float | None]) -> Start:
        def go() -> None:
            state = self.app.state
            found = find(state.graph, keyed_nodes(state), state.frame)
            if found is None:
                self.app.say("no more keys on the nodes that are open or selected")
            else:
                self.go(found)

        return go

    def _toggle(self, way: int) -> Start:
        return lambda: self.player.stop() if self.app.state.playing == way else self.player.play(way)

    def _mark(self, first: int | None = None, last: int | None = None) -> None:
        """Set in or out; the other goes along where they would cross."""
        state, shot = self.app.state, self.app.state.graph.shot
        if first is not None:
            first = min(max(first, shot.first), shot.last)
            self.app.change(first=first, last=max(first, state.last))
        if last is not None:
            last = min(max(last, shot.first), shot.last)
            self.app.change(first=min(last, state.first), last=last)

    def _set_in(self, text: str) -> None:
        self._mark(first=whole_frame(text, self.app.state.first))

    def _set_out(self, text: str) -> None:
        self._mark(last=whole_frame(text, self.app.state.last))

    def _set_frame(self, text: str) -> None:
        self.go(whole_frame(text, self.app.state.frame))
        dpg.set_value(self.fields["frame"], str(self.app.state.frame))

    def _set_ends(self, ends: Ends) -> None:
        self.player.ends = ends
        dpg.set_value(self.ends_list, ends.value.capitalize())

    def _next_ends(self) -> None:
        rows = list(Ends)
        self._set_ends(rows[(rows.index(self.player.ends) + 1) % len(rows)])
        self.app.say(f"play: {self.player.ends.value} at the end of the range")

    def actions(self) -> Mapping[str, Start]:
        return {
            "back": self._by(-1),
            "forward": self._by(1),
            "back_step": self._by(-STEP),
            "forward_step": self._by(STEP),
            "first": self._to_first,
            "last": self._to_last,
            "key_before": self._key(previous_key),
            "key_after": self._key(next_key),
            "play": lambda: self.player.play(1),
            "play_back": lambda: self.player.play(-1),
            "stop": self.player.stop,
            "mark_in": lambda: self._mark(first=self.app.state.frame),
            "mark_out": lambda: self._mark(last=self.app.state.frame),
            "loop": self._next_ends,
            "go_to_frame": lambda: dpg.focus_item(self.fields["frame"]),
        }

    # -- the mouse -------------------------------------------------------------------------------------------

    def pressed(self, at: Point, button: Button, held: Held, double: bool) -> bool:
        sign = self.transport.at(at)
        if sign is not None and button is Button.LEFT:
            self._down = sign.action
            self.transport.press(sign.action)
            return True
        if not inside(at, self.ruler.item):
            return False
        state, x = self.app.state, local(at, self.ruler.item)[0]
        self._grip = at
        if button is Button.MIDDLE:
            self._hold = Hold.VIEW
        elif button is Button.RIGHT:
            self._hold = None
            shot = state.graph.shot
            self._show(whole(shot.first, shot.last, MARGIN, self.ruler.size[0] - MARGIN))
        elif held.ctrl and (key := self.keys.find(self.ruler.scale, x, local(at, self.ruler.item)[1])) is not None:
            self.player.stop()
            self._hold = None
            self.keys.take(key)
        else:
            self._hold = grabbed(self.ruler.scale, x, state.frame, (state.first, state.last))
            if self._hold is Hold.PLAYHEAD:
                self.dragged(at, held)
        self.ruler.show_hover(None)
        return True

    def dragged(self, at: Point, held: Held) -> None:
        shot = self.app.state.graph.shot
        ends = (shot.first, shot.last)
        frame = dragged(self.ruler.scale, local(at, self.ruler.item)[0], ends)
        if self.keys.at_work:
            self.app.guarded(lambda: self.keys.drag(frame, keep=held.shift))
            self.ruler.show_hover(frame)
            return
        match self._hold:
            case Hold.PLAYHEAD:
                self.go(frame)
            case Hold.IN:
                self._mark(first=min(frame, self.app.state.last))
            case Hold.OUT:
                self._mark(last=max(frame, self.app.state.first))
            case Hold.VIEW:
                self._show(self.ruler.scale.panned(at[0] - self._grip[0], ends))
                self._grip = at

    def released(self, at: Point, held: Held) -> None:
        down, self._down = self._down, ""
        self._hold = None
        self.keys.drop()
        self.transport.press("")
        sign = self.transport.at(at)
        if down and sign is not None and sign.action == down:
            {"play": self._toggle(1), "play_back": self._toggle(-1)}.get(down, self.actions()[down])()

    def drop_hand(self) -> None:
        self.keys.take_back()

    def hovered(self, at: Point, held: Held) -> None:
        sign = self.transport.at(at)
        self.transport.hover(sign, self._keys(sign))
        if inside(at, self.ruler.item):
            shot = self.app.state.graph.shot
            x, y = local(at, self.ruler.item)
            frame = dragged(self.ruler.scale, x, (shot.first, shot.last))
            self.keys.under = self.keys.find(self.ruler.scale, x, y)
            told = self.keys.told() or self._marks.told(frame)
            self.ruler.show_hover(frame, f"error: {self._errors[frame]}" if frame in self._errors else told)
        else:
            self.keys.under = None
            self.ruler.show_hover(None)

    def key(self, chord: Chord) -> bool:
        return chord.key in ("Delete", "Backspace") and self.app.guarded(self.keys.delete)

    def _keys(self, sign: Sign | None) -> str:
        return self.app.bindings.shown(sign.action) if sign is not None else ""

    def left(self) -> None:
        self.transport.hover(None)
        self.keys.under = None
        self.ruler.show_hover(None)

    def wheeled(self, at: Point, clicks: float, held: Held) -> bool:
        if not inside(at, self.ruler.item):
            return False
        shot = self.app.state.graph.shot
        x = local(at, self.ruler.item)[0]
        self._show(self.ruler.scale.zoomed(ZOOM**clicks, x, (shot.first, shot.last)))
        return True

    def _show(self, scale: Scale) -> None:
        if scale != self.ruler.scale:
            self.ruler.scale = scale
            self._draw_all()
