"""The ruler of the timeline: drawn once, and moved after that."""

from __future__ import annotations

from dataclasses import dataclass

import dearpygui.dearpygui as dpg

from nodegraph.editor.panes.drawing import SMALL, box, diamond, paper, text_width, write, write_centred
from nodegraph.editor.panes.timeline_scale import Tick, seen, ticks, whole
from nodegraph.editor.shell import fonts, theme

MARGIN = 26.0  # so that the numbers at both ends are whole
TICKS, BAR, KEYS, BELOW = 28.0, 29.0, 42.0, 53.0  # where the rows lie
HANDLE = 7.0
Span = tuple[int, int]


@dataclass(frozen=True)
class Marks:
    """What the ruler shows beside the frames themselves."""

    cached: tuple[Span, ...] = ()
    keys: tuple[float, ...] = ()
    cuts: tuple[int, ...] = ()
    errors: tuple[int, ...] = ()
    lost: tuple[Span, ...] = ()  # frames without a face
    filled: tuple[Span, ...] = ()  # frames with one that was not seen, but laid in

    def told(self, frame: int) -> str:
        """What there is to a frame, in words."""
        words = []
        if any(first <= frame <= last for first, last in self.cached):
            words.append("in memory")
        if frame in self.keys:
            words.append("a key")
        if frame in self.cuts:
            words.append("cut")
        if any(first <= frame <= last for first, last in self.lost):
            words.append("no face")
        if any(first <= frame <= last for first, last in self.filled):
            words.append("face filled in")
        if frame in self.errors:
            words.append("error")
        return ", ".join(words)


class Ruler:
    """Numbers, ticks, marks, in and out, and the playhead."""

    def __init__(self, parent: int | str) -> None:
        self.item = int(dpg.add_drawlist(100, 60, parent=parent))
        pen = paper(self.item)
        self._ground = int(dpg.add_draw_node(parent=pen))
        self._ticks = int(dpg.add_draw_node(parent=pen))
        self._marks = int(dpg.add_draw_node(parent=pen))
        self._handles = int(dpg.add_draw_node(parent=pen))
        self._hover = int(dpg.add_draw_node(parent=pen, show=False))
        self._head = int(dpg.add_draw_node(parent=pen))
        self.scale = whole(1001, 1100, MARGIN, 100.0)
        self.size = (100.0, 60.0)
        self._labels: list[tuple[Tick, int]] = []
        self._made_head()
        self._made_hover()

    def _made_head(self) -> None:
        self._line = int(dpg.draw_line((0, 0), (0, 1), color=list(theme.ACCENT), thickness=1.5, parent=self._head))
        self._tag = box(self._head, (0, 0), (1, 1), theme.ACCENT, None, 4)
        self._number = write(self._head, (0, 0), "", theme.BACKGROUND, SMALL + 1)

    def _made_hover(self) -> None:
        self._hover_line = int(dpg.draw_line((0, 0), (0, 1), color=[*theme.TEXT[:3], 70], parent=self._hover))
        self._hover_tag = box(self._hover, (0, 0), (1, 1), theme.RAISED, theme.LINE, 3)
        self._hover_text = write(self._hover, (0, 0), "", theme.TEXT, SMALL)

    def resized(self, width: float, height: float) -> None:
        """Another size in pixels: the scale keeps its frames."""
        dpg.configure_item(self.item, width=int(width), height=int(height))
        width, height = width / fonts.scale(), height / fonts.scale()
        self.size = (width, height)
        self.scale = self.scale._replace(left=MARGIN, right=max(MARGIN + 10, width - MARGIN))
        dpg.delete_item(self._ground, children_only=True)
        right = self.scale.right + MARGIN
        dpg.draw_line((0, TICKS + 0.5), (right, TICKS + 0.5), color=list(theme.LINE), parent=self._ground)

    # -- what is drawn anew when the view, the range or the marks differ ------------------------------------

    def draw_ticks(self, ends: Span) -> None:
        """Numbers and ticks."""
        dpg.delete_item(self._ticks, children_only=True)
        self._labels = []
        for tick in ticks(self.scale, ends, text_width(str(ends[1]), SMALL) + 14):
            top = TICKS - (8 if tick.label else 4)
            colour = theme.FAINT if tick.label else [*theme.FAINT[:3], 120]
            dpg.draw_line((tick.x, top), (tick.x, TICKS), color=list(colour), parent=self._ticks)
            if tick.label:
                item = write_centred(self._ticks, (tick.x, 4), tick.label, theme.FAINT, SMALL)
                self._labels.append((tick, item))

    def draw_marks(self, marks: Marks) -> None:
        """The cached bar, keys, cuts, errors, and where there is no face, or one that was filled in."""
        dpg.delete_item(self._marks, children_only=True)
        height = self.size[1]
        for left, right in seen(self.scale, marks.cached):
            box(self._marks, (left, BAR), (right - left, 3), theme.GOOD, None, 0)
        for stretches, colour in ((marks.filled, theme.WARN), (marks.lost, theme.BAD)):
            for left, right in seen(self.scale, stretches):
                box(self._marks, (left, BELOW - 1), (right - left, 4), [*colour[:3], 110], None, 1)
        for cut in marks.cuts:
            for left, _ in seen(self.scale, [(cut, cut)]):
                for top in range(int(BAR) + 4, int(height) - 2, 6):
                    dpg.draw_line((left, top), (left, top + 3), color=list(theme.TEXT), parent=self._marks)
        for frame in marks.errors:
            for left, right in seen(self.scale, [(frame, frame)]):
                x = (left + right) / 2
                dpg.draw_triangle(
                    (x - 5, BELOW + 5), (x + 5, BELOW + 5), (x, BELOW - 4),
                    color=list(theme.BAD), fill=list(theme.BAD), parent=self._marks,
                )  # fmt: skip
        for key in marks.keys:
            if self.scale.first - 0.5 <= key <= self.scale.last + 0.5:
                diamond(self._marks, (self.scale.x(key), KEYS), 4, theme.KEYED)

    def draw_handles(self, marks: Span) -> None:
        """In and out: what is outside them is dimmed."""
        dpg.delete_item(self._handles, children_only=True)
        width, height = self.size
        first, last = (self.scale.x(frame) for frame in marks)
        dim = [*theme.BACKGROUND[:3], 150]
        if first > 0:
            box(self._handles, (0, TICKS - 10), (min(first - 1, width), height), dim, None, 0)
        if last < width:
            left = max(0.0, last + 1)
            box(self._handles, (left, TICKS - 10), (width - left, height), dim, None, 0)
        for x, way in ((first, 1), (last, -1)):
            if -HANDLE <= x <= width + HANDLE:
                dpg.draw_line((x, TICKS - 10), (x, height), color=list(theme.TEXT), parent=self._handles)
                dpg.draw_triangle(
                    (x, TICKS - 10), (x + way * HANDLE, TICKS - 10), (x, TICKS - 10 + HANDLE),
                    color=list(theme.TEXT), fill=list(theme.TEXT), parent=self._handles,
                )  # fmt: skip

    # -- what only moves -------------------------------------------------------------------------------------

    def show_frame(self, frame: int) -> None:
        """The playhead on a frame; numbers that it would cover are hidden."""
        x, text = self.scale.x(frame), str(frame)
        there = -1 <= x <= self.size[0] + 1
        dpg.configure_item(self._head, show=there)
        half = text_width(text, SMALL + 1) / 2 + 7
        middle = min(max(x, half + 1), self.size[0] - half - 1)
        dpg.configure_item(self._line, p1=(x, 18), p2=(x, self.size[1]))
        dpg.configure_item(self._tag, pmin=(middle - half, 2), pmax=(middle + half, 19))
        dpg.configure_item(self._number, pos=(round(middle - half + 7), 3), text=text)
        for tick, item in self._labels:
            reach = half + text_width(tick.label, SMALL) / 2 + 3
            dpg.configure_item(item, show=not there or abs(tick.x - middle) >= reach)

    def show_hover(self, frame: int | None, told: str = "") -> None:
        """A faint line under the cursor, and what there is to its frame."""
        dpg.configure_item(self._hover, show=frame is not None)
        if frame is None:
            return
        x, text = self.scale.x(frame), f"{frame}  {told}" if told else str(frame)
        width = text_width(text, SMALL) + 12
        left = min(max(0.0, x + 6), self.size[0] - width)
        top = self.size[1] - 19
        dpg.configure_item(self._hover_line, p1=(x, TICKS - 10), p2=(x, self.size[1]))
        dpg.configure_item(self._hover_tag, pmin=(left, top), pmax=(left + width, top + 17))
        dpg.configure_item(self._hover_text, pos=(round(left + 6), round(top + 2)), text=text)
