"""Values as people type them: `Grade1.gain=1.2`, `2G`, and times to read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from enum import Enum
from typing import Any

from nodegraph.data.errors import GraphError
from nodegraph.graph.curve import Curve
from nodegraph.graph.graph import Graph
from nodegraph.graph.knob import Color, KnobType, Vec

UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}


def with_settings(graph: Graph, settings: Iterable[str]) -> Graph:
    """The graph with knobs set as `Node.knob=value` says."""
    for setting in settings:
        place, equals, text = setting.partition("=")
        name, dot, knob = place.strip().partition(".")
        if not (equals and dot and name and knob):
            raise GraphError(f"{setting!r} sets no knob", "write it as Node.knob=value")
        try:
            value = typed(graph.knob_type(name, knob), text.strip())
        except GraphError as fault:
            raise GraphError(f"{place.strip()}: {fault.message}", fault.hint) from fault
        graph = graph.set(name, knob, value)
    return graph


def typed(found: KnobType, text: str) -> Any:
    """What somebody typed for a knob, as a value that it may take."""
    kind = found.type
    if issubclass(kind, (str, Enum)) and not text.startswith('"'):
        return text
    listed = f"[{text}]" if issubclass(kind, (Color, Vec)) and "[" not in text else text
    try:
        value = json.loads(listed)
    except ValueError:
        return {"on": True, "yes": True, "off": False, "no": False}.get(text, text)
    if isinstance(value, list) and len(value) == 1 and issubclass(kind, Color):
        value *= found.parts  # one number for all parts of a colour
    return Curve.from_json(value) if isinstance(value, dict) and "curve" in value else value


def parse_bytes(text: str) -> int:
    """A size such as 2G, 512M or a plain number of bytes."""
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?\s*", text, re.IGNORECASE)
    if found is None or float(found[1]) <= 0:
        raise GraphError(f"{text!r} is no amount of memory", "write 2G or 512M")
    return int(float(found[1]) * UNITS[found[2].upper()])


def lasting(seconds: float) -> str:
    """A time to read: 0.4 s, 12 s, 3 min 5 s, 2 h 10 min."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
