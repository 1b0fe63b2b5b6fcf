"""Keys of several curves edited at once: which are held, and the graph after each edit. No window in here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from nodegraph.data.errors import GraphError
from nodegraph.editor.panels.curve_list import CurveRow, copied_keys, curves_of, pasted_keys, with_curve
from nodegraph.editor.panels.curve_view import Ruler, extent, in_box
from nodegraph.editor.panels.curves import Edited, Point, deleted, inserted, levelled, moved, scaled, with_kind
from nodegraph.editor.panels.fields import number
from nodegraph.graph.curve import Curve, Kind
from nodegraph.graph.graph import Graph

RowId = tuple[str, str, int | None]
Held = Mapping[RowId, frozenset[int]]
Change = Callable[[Curve, frozenset[int]], Edited | None]
NONE: frozenset[int] = frozenset()


def id_of(row: CurveRow) -> RowId:
    """By what a curve is known from edit to edit."""
    return row.node, row.knob, row.part


class Bounds(NamedTuple):
    """The box about the keys that are held, in frames and values."""

    first: float
    low: float
    last: float
    high: float


class Keys(NamedTuple):
    """The curves on show, and which of their keys are held, by their place in the curve."""

    graph: Graph
    rows: tuple[CurveRow, ...] = ()
    held: Held = MappingProxyType({})

    @classmethod
    def of(cls, graph: Graph, names: Iterable[str], held: Held | None = None) -> Keys:
        """The curves of these nodes; of what was held, what there still is."""
        rows = tuple(curves_of(graph, [name for name in names if name in graph.nodes]))
        kept = {
            id_of(row): frozenset(index for index in (held or {}).get(id_of(row), NONE) if index < len(row.curve.keys))
            for row in rows
        }
        return cls(graph, rows, {key: value for key, value in kept.items() if value})

    @property
    def total(self) -> int:
        """How many keys are held."""
        return sum(map(len, self.held.values()))

    def held_of(self, row: CurveRow) -> frozenset[int]:
        """Which keys of a curve are held."""
        return self.held.get(id_of(row), NONE)

    def row(self, key: RowId) -> CurveRow | None:
        """The curve that is known so."""
        return next((row for row in self.rows if id_of(row) == key), None)

    # -- holding -----------------------------------------------------------------------------------------------

    def holding(self, held: Held) -> Keys:
        """With other keys held."""
        return self._replace(held={key: value for key, value in held.items() if value})

    def toggled(self, key: RowId, index: int) -> Keys:
        """With one key held that was not, or let go that was."""
        return self.holding({**self.held, key: self.held.get(key, NONE) ^ {index}})

    def boxed(self, among: Collection[RowId], ruler: Ruler, one: Point, other: Point, *, add: bool) -> Keys:
        """With the keys in a box held, and, to `add`, those that were."""
        found = {id_of(row): in_box(row.curve, ruler, one, other) for row in self.rows if id_of(row) in among}
        if add:
            found = {key: found.get(key, NONE) | self.held.get(key, NONE) for key in {*found, *self.held}}
        return self.holding(found)

    def all(self, among: Collection[RowId]) -> Keys:
        """With every key of these curves held."""
        return self.holding(
            {id_of(row): frozenset(range(len(row.curve.keys))) for row in self.rows if id_of(row) in among}
        )

    def bounds(self) -> Bounds | None:
        """The box about the keys that are held, if there are two or more."""
        places = [
            (row.curve.keys[index].frame, row.curve.keys[index].value)
            for row in self.rows
            for index in self.held_of(row)
        ]
        if len(places) < 2:
            return None
        frames, values = [place[0] for place in places], [place[1] for place in places]
        return Bounds(min(frames), min(values), max(frames), max(values))

    # -- editing -----------------------------------------------------------------------------------------------

    def changed(self, frame: float, change: Change) -> Keys:
        """With every curve that has held keys changed; where all keys go, the value at this frame stays."""
        graph, held = self.graph, dict(self.held)
        for row in self.rows:
            keys = self.held_of(row)
            if not keys:
                continue
            edited = change(row.curve, keys)
            graph = with_curve(graph, row, edited.curve if edited else None, frame)
            held[id_of(row)] = edited.held if edited else NONE
        return Keys.of(graph, list(dict.fromkeys(row.node for row in self.rows)), held)

    def moved(self, frame: float, frames: float, value: float) -> Keys:
        """With the held keys moved together."""
        return self.changed(frame, lambda curve, held: moved(curve, held, frames, value))

    def scaled(self, frame: float, about: Point, frames: float, value: float) -> Keys:
        """With the held keys scaled about a point."""
        return self.changed(frame, lambda curve, held: scaled(curve, held, about, frames, value))

    def deleted(self, frame: float) -> Keys:
        """Without the held keys."""

        def change(curve: Curve, held: frozenset[int]) -> Edited | None:
            rest = deleted(curve, held)
            return Edited(rest, NONE) if rest is not None else None

        return self.changed(frame, change)

    def with_kind(self, frame: float, kind: Kind) -> Keys:
        """With the stretches after the held keys of another kind."""
        return self.changed(frame, lambda curve, held: Edited(with_kind(curve, held, kind), held))

    def levelled(self, frame: float) -> Keys:
        """With level handles at the held keys."""
        return self.changed(frame, lambda curve, held: Edited(levelled(curve, held), held))

    def inserted(self, key: RowId, at: float, frame: float) -> Keys:
        """With a key put on a curve, which keeps its shape; the new key is held."""
        return self.holding({key: NONE | {0}}).changed(frame, lambda curve, _: inserted(curve, float(round(at))))

    def typed_value(self, frame: float, text: str) -> Keys:
        """With the value of every held key set to what was typed; sums go from each key's own value."""

        def change(curve: Curve, held: frozenset[int]) -> Edited:
            for index in sorted(held):
                old = curve.keys[index].value
                curve = moved(curve, [index], 0.0, number(text, old) - old).curve
            return Edited(curve, held)

        return self.changed(frame, change)

    def typed_frame(self, frame: float, text: str) -> Keys:
        """With the held keys at the frame that was typed; several of one curve can only be moved along."""

        def change(curve: Curve, held: frozenset[int]) -> Edited:
            ways = {number(text, curve.keys[index].frame) - curve.keys[index].frame for index in held}
            if len(ways) > 1:
                raise GraphError("two keys of a curve cannot be at one frame", "type +5 or -=5 to move them along")
            return moved(curve, held, ways.pop(), 0.0)

        return self.changed(frame, change)

    def copied(self) -> str:
        """The held keys of the first curve that has some, as text."""
        row = next((row for row in self.rows if self.held_of(row)), None)
        if row is None:
            raise GraphError("no key is selected", "draw a box around some")
        return copied_keys(row.curve, self.held_of(row))

    def pasted(self, among: Collection[RowId], text: str, frame: float) -> Keys:
        """With keys from a text put into these curves, the first at this frame."""
        held = {id_of(row): frozenset({0}) for row in self.rows if id_of(row) in among}
        return self.holding(held).changed(frame, lambda curve, _: Edited(*pasted_keys(curve, text, frame)))


def span(rows: Iterable[CurveRow], held: Held) -> tuple[float, float, float, float] | None:
    """The first and last frame, and the least and greatest value, of held keys; of whole curves if none are held."""
    rows = list(rows)
    if any(held.get(id_of(row)) for row in rows):
        keys = [row.curve.keys[index] for row in rows for index in held.get(id_of(row), NONE)]
        values = [key.value for key in keys]
        return min(key.frame for key in keys), max(key.frame for key in keys), min(values), max(values)
    if not rows:
        return None
    extents = [extent(row.curve) for row in rows]
    return (
        min(row.curve.keys[0].frame for row in rows),
        max(row.curve.keys[-1].frame for row in rows),
        min(low for low, _ in extents),
        max(high for _, high in extents),
    )


def framed(area: tuple[float, float, float, float], width: float, height: float) -> Ruler:
    """The ruler that shows frames and values with some room about them; never so close that all is one line."""
    first, last, low, high = area
    if last - first < 1.0:
        first, last = first - 5, last + 5
    if high - low <= 1e-9 * max(1.0, abs(high)):
        reach = 0.5 * max(1.0, abs(high))
        low, high = low - reach, high + reach
    across, up = width * 0.84 / (last - first), height * 0.76 / (high - low)
    return Ruler(first - width * 0.08 / across, high + height * 0.12 / up, across, up)


def steps(least: float) -> float:
    """The smallest of 1, 2, 5 times a ten that is no less."""
    ten = 1e-9
    while ten * 10 <= least:
        ten *= 10
    return next((ten * each for each in (1.0, 2.0, 5.0, 10.0) if ten * each >= least * 0.999), ten * 10)
