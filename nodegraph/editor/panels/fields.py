"""Number fields: the exact text of a value, what was typed made a value again, and steps for dragging."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from nodegraph.data.errors import GraphError
from nodegraph.editor.panels.arithmetic import HINT, worked_out
from nodegraph.graph.knob import Color, KnobType, Vec

# What may be typed behind a number whose knob has this unit, and how much of the unit it is.
UNITS: Mapping[str, Mapping[str, float]] = {
    "°": {"°": 1.0, "degrees": 1.0, "deg": 1.0, "radians": 180.0 / math.pi, "rad": 180.0 / math.pi},
    "px": {"px": 1.0, "pixels": 1.0, "pixel": 1.0},
    "frames": {"frames": 1.0, "frame": 1.0, "f": 1.0},
    "stops": {"stops": 1.0, "stop": 1.0, "ev": 1.0},
    "%": {"%": 1.0},
}
RELATIVE = re.compile(r"\s*(\*\*|[-+*/])(=?)(.*)", re.DOTALL)
FINE, COARSE = 0.1, 10.0  # Ctrl and Shift while dragging
PIXELS = 200.0  # a drag so long crosses a slider from end to end


def exact(value: float) -> str:
    """The shortest text that reads back as this very number."""
    if isinstance(value, int):
        return str(value)
    text = repr(float(value))
    return text[:-2] if text.endswith(".0") and text != "-0.0" else text


def shown(value: Any) -> str:
    """A knob's number as its field shows it; the parts of a colour or position with commas between them."""
    if isinstance(value, tuple):
        return ", ".join(exact(part) for part in value)
    return exact(value)


def entered(kind: KnobType, text: str, old: Any) -> Any:
    """The value that was typed into a knob's field, kept within its hard limits.

    `+20`, `*2`, `/2` and `-=3` go from the old value. One number in the field of a colour or position
    sets all its parts.
    """
    if not issubclass(kind.type, (Color, Vec)):
        return fitted(kind, number(text, old, kind.knob.unit))
    pieces = _pieces(text, kind.parts)
    if len(pieces) == 1:
        pieces *= kind.parts
    if len(pieces) != kind.parts:
        raise GraphError(
            f"{kind.name} has {kind.parts} parts, not {len(pieces)}",
            "put commas between them, or ; where decimals have commas, or give one for all",
        )
    return kind.type(fitted(kind, number(piece, part, kind.knob.unit)) for piece, part in zip(pieces, old, strict=True))


def entered_part(kind: KnobType, text: str, old: Any, part: int) -> Any:
    """A colour or position with one part typed anew."""
    parts = list(old)
    parts[part] = fitted(kind, number(text, parts[part], kind.knob.unit))
    return kind.type(parts)


def for_all(kind: KnobType, text: str) -> bool:
    """True if what was typed into the field of one part is for all of them: `1, 2, 3`, and not `0,5`."""
    pieces = _pieces(text, kind.parts) if {",", ";"} & set(text) else []
    if len(pieces) == kind.parts == 2 and re.fullmatch(r"[^\s;]*\d,\d[^\s;]*", text.strip()):
        one, other = pieces
        raise GraphError(
            f"{text.strip()} may be {one}.{other}, or {one} and {other}", f"type {one}.{other}, or {one}; {other}"
        )
    return len(pieces) > 1


def number(text: str, old: float, unit: str = "") -> float:
    """What a typed text comes to, given what stood there. A lone minus is a negative number: `-=3` takes away."""
    text, factor = _without_unit(text, unit)
    match = RELATIVE.fullmatch(text)
    if match is None or (match[1] == "-" and not match[2]):
        return _scaled(worked_out(text), factor)
    sign, _, rest = match.groups()
    by = worked_out(rest)
    if sign in "+-":
        by = _scaled(by, factor)
        return old + by if sign == "+" else old - by
    return worked_out(f"({exact(old)}){sign}({exact(by)})")


def _scaled(value: float, factor: float) -> float:
    return value if factor == 1.0 else value * factor


def _without_unit(text: str, unit: str) -> tuple[str, float]:
    """The text without the unit behind it, and how much of the knob's unit that is."""
    known = UNITS.get(unit) or (UNITS["%"] if unit.startswith("%") else {unit: 1.0} if unit else {})
    bare = text.rstrip()
    for word, factor in known.items():
        before = bare[: -len(word)]
        if bare.lower().endswith(word) and not before[-1:].isalpha():
            return before, factor
    for words in UNITS.values():
        for word in words:
            if len(word) > 1 and re.search(rf"[\d.)\s]{re.escape(word)}$", bare.lower()):
                raise GraphError(f"{word} is not the unit here", f"it is {unit}" if unit else "give a plain number")
    return text, 1.0


def _pieces(text: str, parts: int) -> list[str]:
    """The numbers of a text, parted by ; or commas, or, where decimals have commas, by a comma and a space."""
    signs = (";",) if ";" in text else (",", ", ")
    every = [_split(text, sign) for sign in signs]
    return next((each for each in every if len(each) in (1, parts)), every[0])


def _split(text: str, sign: str) -> list[str]:
    """The pieces between signs that stand in no bracket."""
    pieces, depth = [""], 0
    bare = text.strip().strip(",;")
    for at, letter in enumerate(bare):
        depth += (letter == "(") - (letter == ")")
        if depth == 0 and bare.startswith(sign, at):
            pieces.append("")
        else:
            pieces[-1] += letter
    if not any(piece.strip() for piece in pieces):
        raise GraphError("the field is empty", HINT)
    return pieces


def fitted(kind: KnobType, value: float) -> float:
    """A number as this knob takes it: whole if it must be, and within its hard limits; soft ones let it pass."""
    if not math.isfinite(value):
        raise GraphError(f"{kind.name} is no number", "give a finite number")
    low, high = kind.knob.low, kind.knob.high
    whole = issubclass(kind.type, int)
    result = math.floor(value + 0.5) if whole and isinstance(value, float) else value
    if not kind.knob.soft:
        if low is not None and result < low:
            result = math.ceil(low) if whole else low
        if high is not None and result > high:
            result = math.floor(high) if whole else high
    return int(result) if whole else float(result)


def limits_told(kind: KnobType, text: str, old: Any, part: int | None = None) -> str:
    """Which limit a typed number was beyond, in words; empty if it was within."""
    if kind.knob.soft or (isinstance(old, tuple) and {",", ";"} & set(text)):
        return ""
    before = old[part or 0] if isinstance(old, tuple) else old
    value, (low, high) = number(text, before, kind.knob.unit), (kind.knob.low, kind.knob.high)
    if low is not None and value < low:
        return f"{kind.name} does not go below {exact(low)}"
    return f"{kind.name} does not go above {exact(high)}" if high is not None and value > high else ""


# -- dragging and sliders ------------------------------------------------------------------------------


def step(kind: KnobType, value: float, *, ctrl: bool = False, shift: bool = False) -> float:
    """How much one pixel of a drag changes a number: finer with Ctrl, coarser with Shift; 1, 2 or 5 times a ten."""
    low, high = kind.knob.low, kind.knob.high
    span = high - low if low is not None and high is not None and high > low else max(abs(value), 1.0) * 2
    size = _round_step(span / PIXELS) * (FINE if ctrl else 1.0) * (COARSE if shift else 1.0)
    return max(1.0, float(round(size))) if issubclass(kind.type, int) else size


def _round_step(size: float) -> float:
    ten = 10.0 ** math.floor(math.log10(size))
    return next((ten * each for each in (1.0, 2.0, 5.0) if ten * each >= size * 0.999), ten * 10.0)


def dragged(kind: KnobType, start: float, pixels: float, *, ctrl: bool = False, shift: bool = False) -> float:
    """The number after a drag that began at `start`, with no digits that the drag did not ask for."""
    by = step(kind, start, ctrl=ctrl, shift=shift)
    if pixels == 0:
        return fitted(kind, start)
    digits = max(0, 1 - math.floor(math.log10(by)))
    places = max(digits, len(exact(start).partition(".")[2])) if "e" not in exact(start) else 17
    return fitted(kind, round(start + round(pixels) * by, min(places, 17)))


def nudged(text: str, caret: int, up: bool) -> str:
    """The number with the digit left of the caret stepped by one, as the arrow keys do it."""
    match = re.fullmatch(r"(-?)(\d*)(?:\.(\d*))?", text.strip())
    if match is None or not (match[2] or match[3]):
        raise GraphError(f"{text!r} is no plain number", "the arrow keys step plain numbers")
    sign, whole, part = match[1], match[2] or "0", match[3] or ""
    point = len(sign) + len(match[2])
    if caret <= point:
        power = min(point - max(caret, len(sign) + 1), len(whole) - 1)
    else:
        power = -max(1, min(caret - point - 1, len(part)))
    places = max(len(part), -power, 0)
    units = int(sign + whole + part.ljust(places, "0")) + (1 if up else -1) * 10 ** (power + places)
    digits = str(abs(units)).rjust(places + 1, "0")
    body = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    return ("-" if units < 0 else "") + body


def slider_place(kind: KnobType, value: float) -> float:
    """Where a number stands on its slider, 0 to 1; beyond the ends it stands at the end."""
    low, high = slider_ends(kind, value)
    return min(1.0, max(0.0, (value - low) / (high - low)))


def slider_value(kind: KnobType, place: float, value: float) -> float:
    """The number at a place of the slider, rounded to what a pixel of it can tell."""
    low, high = slider_ends(kind, value)
    size = _round_step((high - low) / PIXELS) / 10
    digits = max(0, -math.floor(math.log10(size)))
    place = min(1.0, max(0.0, place))
    return fitted(kind, round(low + (high - low) * place, digits) if 0.0 < place < 1.0 else (low, high)[int(place)])


def slider_ends(kind: KnobType, value: float) -> tuple[float, float]:
    """From where to where a slider goes: the knob's limits, or a round span about its default."""
    low, high = kind.knob.low, kind.knob.high
    if low is not None and high is not None and high > low:
        return low, high
    default = max((abs(part) for part in kind.default), default=0.0) if kind.parts > 1 else abs(kind.default)
    reach = 10.0 ** math.ceil(math.log10(max(abs(value), default, 1.0)))
    if low is not None:
        return low, low + reach
    if high is not None:
        return high - reach, high
    return (0.0, reach) if value >= 0 and default >= 0 else (-reach, reach)
