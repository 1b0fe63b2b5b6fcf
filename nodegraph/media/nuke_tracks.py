"""Tracks as Nuke's text: Tracker4 and CornerPin2D nodes to paste into a script, and back.

Nuke counts y from the bottom of the frame, and a pixel's middle at one half, as we do. A node is its class and a block
of knobs; a curve is `curve`, and `x` with the frame before each value (values that follow without one are a frame on).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.box import Format, believed

Path2 = Mapping[int, tuple[float, float]]  # frame -> x, y; y down, as everywhere in the program
Quad = NDArray[np.float64]  # top left, top right, bottom right, bottom left

# A tracker's columns: kind, whether it is shown, width, name, label, and whether it is drawn.
COLUMNS = (
    *("5 1 20 enable e 1", "3 1 75 name name 1", "2 1 58 track_x track_x 1", "2 1 58 track_y track_y 1"),
    *("2 1 63 offset_x offset_x 1", "2 1 63 offset_y offset_y 1", "4 1 27 T T 1", "4 1 27 R R 1", "4 1 27 S S 1"),
    *("2 0 45 error error 1", "1 1 0 error_min error_min 1", "1 1 0 error_max error_max 1"),
    *(f"1 1 0 {area}_{side} {area}_{side} 1" for area in ("pattern", "search") for side in "xyrt"),
    "2 1 0 key_track key_track 1",
    *(f"2 1 0 {area}_{side} {area}_{side} 1" for area in ("key_search", "key_track") for side in "xyrt"),
    *("2 1 0 key_centre_offset_x key_centre_offset_x 1", "2 1 0 key_centre_offset_y key_centre_offset_y 1"),
)
ORDER = (3, 2, 1, 0)  # Nuke's corners 1 to 4 begin at the bottom left, and go round to the right
ABOUT = re.compile(r"# faces of a (\d+)x(\d+) plate(?:, pixel aspect ([\d.]+))?")
DEEPEST = 50  # blocks within blocks


class Broken(ValueError):
    """A text that is no Nuke script."""


@dataclass
class Tracker:
    """A Tracker4: its points by name."""

    label: str
    points: dict[str, dict[int, tuple[float, float]]] = field(default_factory=dict)


@dataclass
class CornerPin:
    """A CornerPin2D: where the corners were, and where they are by frame."""

    label: str
    origin: Quad
    corners: dict[int, Quad] = field(default_factory=dict)


class Script(NamedTuple):
    """The tracking nodes of a script, and the format of the plate if it says so."""

    nodes: list[Tracker | CornerPin]
    format: Format | None


# -- writing -------------------------------------------------------------------------------------------


def script(nodes: Iterable[Tracker | CornerPin], form: Format) -> str:
    """A text to paste into Nuke's node graph."""
    about = f"# faces of a {form.width}x{form.height} plate"
    if form.pixel_aspect != 1:
        about += f", pixel aspect {form.pixel_aspect:.9g}"
    text = [about, "set cut_paste_input [stack 0]", "version 13.0 v1"]
    for number, each in enumerate(nodes):
        text.append("push $cut_paste_input")
        lines = _tracker(each, form) if isinstance(each, Tracker) else _corner_pin(each, form)
        text += [*lines, f" label {_quoted(each.label)}", " selected true"]
        text += [f" xpos {number * 110}", " ypos 0", "}"]
    return "\n".join(text) + "\n"


def _tracker(node: Tracker, form: Format) -> list[str]:
    frames = sorted({frame for path in node.points.values() for frame in path})
    rows = []
    for name, path in node.points.items():
        first = min(path)
        x, y = _curves(path, form)
        still = f"{{curve K x{first} 0}}"
        flags = "1 1 1" if len(node.points) > 1 else "1 0 0"
        rows.append(
            f" {{ {_enabled(path)} {_quoted(name)} {x} {y} {still} {still} {flags} {{curve x{first} 0}} 0 0"
            f" -32 -32 32 32 -22 -22 22 22 {' '.join(['{}'] * 11)} }}"
        )
    columns = "\n".join(f"{{ {column} }}" for column in COLUMNS)
    return [
        "Tracker4 {",
        f" tracks {{ {{ 1 {len(COLUMNS)} {len(rows)} }}",
        f"{{ {columns} }}",
        "{",
        *rows,
        "}",
        "}",
        f" reference_frame {frames[0] if frames else 1}",
        f" name {_name('Tracker', node.label)}",
    ]


def _corner_pin(node: CornerPin, form: Format) -> list[str]:
    lines = ["CornerPin2D {"]
    for number, corner in enumerate(ORDER, 1):
        x, y = _curves({frame: tuple(quad[corner]) for frame, quad in node.corners.items()}, form)
        lines.append(f" to{number} {{{x} {y}}}")
    for number, corner in enumerate(ORDER, 1):
        x, y = node.origin[corner]
        lines.append(f" from{number} {{{_figure(x)} {_figure(form.height - y)}}}")
    return [*lines, f" name {_name('CornerPin', node.label)}"]


def _curves(path: Path2, form: Format) -> tuple[str, str]:
    frames = sorted(path)
    x = " ".join(f"x{frame} {_figure(path[frame][0])}" for frame in frames)
    y = " ".join(f"x{frame} {_figure(form.height - path[frame][1])}" for frame in frames)
    return f"{{curve {x}}}", f"{{curve {y}}}"


def _enabled(path: Path2) -> str:
    """On while the point is seen, off in its gaps."""
    keys = []
    for frame in sorted(path):
        if frame - 1 not in path:
            keys.append(f"x{frame} 1")
        if frame + 1 not in path and frame != max(path):
            keys.append(f"x{frame + 1} 0")
    return f"{{curve K {' '.join(keys)}}}"


def _figure(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")


def _quoted(text: str) -> str:
    return '"' + re.sub(r'([\\"$\[\]{}])', r"\\\1", text) + '"'


def _name(kind: str, label: str) -> str:
    return f"{kind}_{re.sub(r'[^A-Za-z0-9_]', '_', label)}"


# -- reading -------------------------------------------------------------------------------------------


def read_script(text: str, form: Format) -> Script:
    """The trackers and corner pins of a Nuke script; `form` is the plate's, where the script does not say."""
    said = ABOUT.search(text)
    own = _format(said, form) if said else None
    height = (own or form).height
    nodes: list[Tracker | CornerPin] = []
    for kind, knobs in _nodes(text):
        label = _words(knobs.get("label")) or _words(knobs.get("name")) or kind
        if kind.startswith("Tracker"):
            nodes.append(_read_tracker(label, knobs, height))
        elif kind.startswith("CornerPin"):
            nodes.append(_read_pin(label, knobs, height))
    return Script(nodes, own)


def _format(said: re.Match[str], form: Format) -> Format:
    """The format that a script tells; one that tells no aspect is of a plate like the one at hand."""
    width, height = int(said[1]), int(said[2])
    if said[3]:
        return Format(width, height, believed(_number(said[3])))
    return form if form[:2] == (width, height) else Format(width, height)


def _read_tracker(label: str, knobs: Mapping[str, Any], height: int) -> Tracker:
    table = knobs.get("tracks")
    if not isinstance(table, list) or len(table) < 3 or not all(isinstance(part, list) for part in table[:3]):
        raise Broken(f"the tracker {label} has no table of tracks")
    columns = [column[3] for column in table[1] if isinstance(column, list) and len(column) > 3]
    try:
        name, x, y = (columns.index(each) for each in ("name", "track_x", "track_y"))
    except ValueError as fault:
        raise Broken(f"the tracker {label} has no columns name, track_x and track_y") from fault
    found = Tracker(label)
    for row in table[2]:
        if not isinstance(row, list) or len(row) <= max(name, x, y):
            raise Broken(f"a row of the tracker {label} is too short")
        found.points[str(row[name])] = _joined(_curve(row[x]), _curve(row[y]), height)
    return found


def _read_pin(label: str, knobs: Mapping[str, Any], height: int) -> CornerPin:
    to = [_corner(knobs.get(f"to{number}"), height) for number in (4, 3, 2, 1)]
    origin = [_corner(knobs.get(f"from{number}"), height) for number in (4, 3, 2, 1)]
    frames = {frame for path in to for frame in path.frames()}
    corners = {frame: np.array([path.at(frame) for path in to]) for frame in sorted(frames)}
    return CornerPin(label, np.array([path.at(0) for path in origin]), corners)


class _Curve(NamedTuple):
    """A number over time: its keys, or the same throughout."""

    keys: Mapping[int, float]
    still: float = 0.0

    def at(self, frame: int) -> float:
        """Its value at a frame, straight from key to key."""
        if not self.keys:
            return self.still
        frames = sorted(self.keys)
        return float(np.interp(frame, frames, [self.keys[each] for each in frames]))


class _Corner(NamedTuple):
    x: _Curve
    y: _Curve
    height: int

    def frames(self) -> set[int]:
        return {*self.x.keys, *self.y.keys}

    def at(self, frame: int) -> tuple[float, float]:
        return self.x.at(frame), self.height - self.y.at(frame)


def _corner(value: Any, height: int) -> _Corner:
    """A pair of curves or numbers."""
    if not isinstance(value, list) or len(value) != 2:
        raise Broken("a corner is no pair")
    return _Corner(_curve(value[0]), _curve(value[1]), height)


def _joined(x: _Curve, y: _Curve, height: int) -> dict[int, tuple[float, float]]:
    return {frame: (x.keys[frame], height - y.keys[frame]) for frame in sorted(x.keys.keys() & y.keys.keys())}


def _curve(value: Any) -> _Curve:
    words = value if isinstance(value, list) else [value]
    if words[:1] != ["curve"]:
        return _Curve({}, _number(words[0]) if len(words) == 1 else 0.0)
    keys: dict[int, float] = {}
    frame = 0
    for word in words[1:]:
        if not isinstance(word, str):
            raise Broken("a curve within a curve")
        if word[:1] == "x" and len(word) > 1:
            frame = int(_number(word[1:]))
        elif word[:1].isalpha():  # how to go on to the next key, and slopes
            continue
        else:
            keys[frame] = _number(word)
            frame += 1
    return _Curve(keys)


def _number(word: Any) -> float:
    try:
        value = float(word)
    except (TypeError, ValueError) as fault:
        raise Broken(f"{str(word)[:30]} is no number") from fault
    if not math.isfinite(value):
        raise Broken("a number without end")
    return value


def _words(value: Any) -> str:
    return value if isinstance(value, str) else ""


WORD = re.compile(
    r'[ \t\r]+|(?P<end>[\n;])|(?P<open>\{)|(?P<close>\})|"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>[^\s{}]+)', re.S
)


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        match = WORD.match(text, at)
        if match is None:
            raise Broken("a quotation mark is not closed")
        at = match.end()
        if match.lastgroup is not None:
            yield match.lastgroup, match[match.lastgroup]


def _nodes(text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each node of a script: its class and its knobs, a knob's value as text or as a list."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for line in _lines(_tokens("\n".join(lines))):
        if len(line) == 2 and isinstance(line[0], str) and isinstance(line[1], _Block):
            yield line[0], {str(knob[0]): _value(knob[1:]) for knob in line[1].lines if len(knob) > 1}


class _Block:
    """What stands between braces, by lines."""

    __slots__ = ("lines",)

    def __init__(self) -> None:
        self.lines: list[list[Any]] = [[]]

    def flat(self) -> list[Any]:
        return [item.flat() if isinstance(item, _Block) else item for line in self.lines for item in line]


def _value(words: Sequence[Any]) -> Any:
    plain = [word.flat() if isinstance(word, _Block) else word for word in words]
    return plain[0] if len(plain) == 1 else plain


def _lines(tokens: Iterator[tuple[str, str]]) -> list[list[Any]]:
    stack = [_Block()]
    for kind, word in tokens:
        if kind == "end":
            stack[-1].lines.append([])
        elif kind == "open":
            if len(stack) > DEEPEST:
                raise Broken("blocks within blocks without end")
            inner = _Block()
            stack[-1].lines[-1].append(inner)
            stack.append(inner)
        elif kind == "close":
            if len(stack) == 1:
                raise Broken("a brace is closed that was not opened")
            stack.pop()
        else:
            stack[-1].lines[-1].append(re.sub(r"\\(.)", r"\1", word) if kind == "quoted" else word)
    if len(stack) > 1:
        raise Broken("it is cut off: a brace is not closed")
    return stack[0].lines
