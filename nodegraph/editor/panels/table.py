"""From knobs to widgets: one table says by which widget a knob of each type is turned."""

from __future__ import annotations

from enum import Enum
from typing import Any, NamedTuple

from nodegraph.data.corrections import Corrections
from nodegraph.data.errors import NodegraphError
from nodegraph.editor.panels.fields import exact, shown
from nodegraph.editor.panels.keys import State, state
from nodegraph.graph.graph import Graph, Link
from nodegraph.graph.knob import Color, File, KnobType, Space, Vec
from nodegraph.graph.shapes import Shapes


class Widget(Enum):
    """What a knob is turned by."""

    CHECKBOX = "checkbox"
    CHOICE = "choice"  # a list of words
    FILE = "file"  # a field with browser and existence mark
    SPACE = "colour space"  # a field with the spaces of the config to choose from
    COLOUR = "colour"  # numbers beside a swatch, beyond 1 if need be
    VECTOR = "vector"  # numbers side by side
    SLIDER = "slider"  # with an exact field
    NUMBER = "number"  # an exact field that can be dragged
    TEXT = "text"
    LONG_TEXT = "long text"
    SHAPES = "shapes"  # drawn in the viewer
    CORRECTIONS = "corrections"  # pulled in the viewer
    STORED = "stored"  # told, but not turned here


# The first row whose type a knob has. A whole number is a number, and a switch is no number.
TABLE: tuple[tuple[type, Widget], ...] = (
    (bool, Widget.CHECKBOX),
    (Enum, Widget.CHOICE),
    (File, Widget.FILE),
    (Space, Widget.SPACE),
    (Color, Widget.COLOUR),
    (Vec, Widget.VECTOR),
    (int, Widget.NUMBER),
    (float, Widget.NUMBER),
    (str, Widget.TEXT),
    (Shapes, Widget.SHAPES),
    (Corrections, Widget.CORRECTIONS),
    (object, Widget.STORED),
)
PART_NAMES = {Widget.COLOUR: "rgba", Widget.VECTOR: "xyzw"}


class Row(NamedTuple):
    """One knob as the panel shows it."""

    knob: str
    label: str
    widget: Widget
    value: Any  # at this frame; None if a link or its source is broken
    text: str  # of the value, exact
    state: State
    parts: tuple[State, ...] = ()  # of a colour or position, each part's own
    part_names: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    unit: str = ""
    tip: str = ""
    link: str = ""  # the knob that it follows
    problem: str = ""
    saves: bool = False  # a file that is written: its browser asks for a new name

    @property
    def modified(self) -> bool:
        return self.state is not State.DEFAULT


class Group(NamedTuple):
    """Rows that stand together; a title if they share their first word."""

    title: str
    rows: tuple[Row, ...]


def widget_of(kind: KnobType) -> Widget:
    """The widget for a knob."""
    widget = next(widget for type, widget in TABLE if issubclass(kind.type, type))
    limits = kind.knob.low is not None and kind.knob.high is not None and kind.knob.high > kind.knob.low
    if widget is Widget.NUMBER and limits:
        return Widget.SLIDER
    if widget is Widget.TEXT and kind.knob.multiline:
        return Widget.LONG_TEXT
    return widget


def rows(graph: Graph, name: str, frame: float, *, modified_only: bool = False, text: str = "") -> list[Row]:
    """The knobs of a node in the order of its signature, those changed alone or those whose label has a text."""
    kind = graph.type_of(name)
    if kind is None:
        return []
    found = [_row(graph, name, knob, frame, kind.sink) for knob in kind.knobs.values()]
    return [
        row
        for row in found
        if (row.modified or not modified_only) and all(word in row.label for word in text.lower().split())
    ]


def _row(graph: Graph, name: str, kind: KnobType, frame: float, sink: bool) -> Row:
    widget = widget_of(kind)
    setting = graph.setting(name, kind.name)
    problem = ""
    value = None
    try:
        value = graph.value(name, kind.name, frame)
    except NodegraphError as fault:
        problem = str(fault)
    names = part_names(kind)
    return Row(
        knob=kind.name,
        label=label_of(kind.name),
        widget=widget,
        value=value,
        text="" if value is None else value_text(kind, value),
        state=state(graph, name, kind.name, frame),
        parts=tuple(state(graph, name, kind.name, frame, part) for part in range(len(names))),
        part_names=names,
        choices=tuple(str(member.value) for member in kind.type) if issubclass(kind.type, Enum) else (),
        unit=kind.knob.unit,
        tip=tip_of(kind),
        link=str(setting) if isinstance(setting, Link) else "",
        problem=problem,
        saves=sink and widget is Widget.FILE,
    )


def part_names(kind: KnobType) -> tuple[str, ...]:
    """What the parts of a colour or position are called; nothing for a knob of one value."""
    letters = PART_NAMES.get(widget_of(kind))
    if letters is None:
        return ()
    return tuple(letters[part] if part < len(letters) else str(part + 1) for part in range(kind.parts))


def label_of(knob: str) -> str:
    """A knob's name as the panel writes it."""
    return knob.replace("_", " ")


def value_text(kind: KnobType, value: Any) -> str:
    """A value in words or exact numbers."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, (int, float, tuple)):
        return shown(value)
    if isinstance(value, str):
        return str(value)
    return _counted(value) or f"a {kind.type.__name__}"


def _counted(value: Any) -> str:
    if isinstance(value, Shapes):
        return "nothing drawn" if not value.shapes else f"{len(value.shapes)} shape{'s' * (len(value.shapes) > 1)}"
    if isinstance(value, Corrections):
        return "nothing corrected" if not value.keys else f"{len(value.keys)} key{'s' * (len(value.keys) > 1)}"
    return ""


def tip_of(kind: KnobType) -> str:
    """What is shown while the cursor rests on a knob: its help, its limits and its default."""
    low, high, unit = kind.knob.low, kind.knob.high, kind.knob.unit
    lines = [kind.knob.help] if kind.knob.help else []
    limits = ""
    if low is not None and high is not None:
        limits = f"{exact(low)} to {exact(high)}"
    elif low is not None:
        limits = f"{exact(low)} or more"
    elif high is not None:
        limits = f"{exact(high)} or less"
    if limits:
        space = "" if unit in ("°", "") or unit.startswith("%") else " "
        lines.append(f"{limits}{space}{unit}" + (", and beyond if typed" if kind.knob.soft else ""))
    default = value_text(kind, kind.default)
    if default:
        lines.append(f"default: {default}")
    return "\n".join(lines)


def grouped(found: list[Row]) -> list[Group]:
    """Neighbours whose names begin with the same word stand together under it; the others stand free."""
    groups: list[Group] = []
    at = 0
    while at < len(found):
        word = _first_word(found[at])
        end = at + 1
        while end < len(found) and _first_word(found[end]) == word:
            end += 1
        title = word if end - at > 1 else ""
        if not title and groups and not groups[-1].title:
            groups[-1] = Group("", (*groups[-1].rows, found[at]))
        else:
            groups.append(Group(title, tuple(found[at:end])))
        at = end
    return groups


def _first_word(row: Row) -> str:
    return row.label.partition(" ")[0]


class Panels(NamedTuple):
    """Which nodes have their panels open, the newest first; those that are pinned stay."""

    names: tuple[str, ...] = ()
    pinned: frozenset[str] = frozenset()
    most: int = 10

    def opened(self, name: str) -> Panels:
        """With a node's panel in front; past the limit the oldest that is not pinned gives way."""
        names = [name, *(each for each in self.names if each != name)]
        for each in reversed(names):
            if len(names) > self.most and each not in self.pinned and each != name:
                names.remove(each)
        return self._replace(names=tuple(names))

    def closed(self, name: str) -> Panels:
        return self._replace(names=tuple(each for each in self.names if each != name), pinned=self.pinned - {name})

    def cleared(self) -> Panels:
        """With all closed but the pinned."""
        return self._replace(names=tuple(each for each in self.names if each in self.pinned))

    def turned(self, name: str) -> Panels:
        """With a panel pinned, or no longer."""
        return self._replace(pinned=self.pinned ^ {name})

    def after(self, graph: Graph) -> Panels:
        """With only those nodes that are still there, after an edit or an undo."""
        return self._replace(
            names=tuple(each for each in self.names if each in graph.nodes),
            pinned=frozenset(each for each in self.pinned if each in graph.nodes),
        )
