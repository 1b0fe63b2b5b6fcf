"""`nodegraph nodes`: the library, by menu, or one node in full."""

from __future__ import annotations

import argparse
import json
from itertools import groupby
from typing import Any

from nodegraph.cli.arguments import for_programs
from nodegraph.graph.knob import KnobType, describe
from nodegraph.graph.library import Library
from nodegraph.graph.node import NodeType


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", help="explain this node")
    for_programs(parser)


def run(args: argparse.Namespace) -> int:
    library = Library.discover()
    kinds = [library.get(args.name)] if args.name else sorted(library.types.values(), key=lambda k: (k.menu, k.name))
    if args.json:
        print(json.dumps([as_json(kind) for kind in kinds], indent=2))
    elif args.name:
        print(explained(kinds[0]))
    else:
        for menu, rows in groupby(kinds, key=lambda kind: kind.menu):
            print(menu)
            for kind in rows:
                print(f"  {kind.name:<16}{kind.help.splitlines()[0]}")
    return 0


def as_json(kind: NodeType) -> dict[str, Any]:
    """Everything about a node type, as plain values."""
    return {
        "name": kind.name,
        "menu": kind.menu,
        "version": kind.version,
        "help": kind.help,
        "sink": kind.sink,
        "inputs": [
            {"name": p.name, "type": p.type.__name__, "time": p.time, "optional": p.optional, "many": p.many}
            for p in kind.inputs
        ],
        "outputs": [{"name": out.name, "type": out.type.__name__} for out in kind.outputs],
        "knobs": [
            {
                "name": knob.name,
                "type": describe(knob.type),
                "default": knob.to_json(knob.default),
                "low": knob.knob.low,
                "high": knob.knob.high,
                "unit": knob.knob.unit,
                "help": knob.knob.help,
            }
            for knob in kind.knobs.values()
        ],
    }


def explained(kind: NodeType) -> str:
    """A node type on a page."""
    lines = [f"{kind.name}  ({kind.menu}, version {kind.version})", "", kind.help]
    if kind.inputs:
        lines += ["", "Inputs"]
        for port in kind.inputs:
            when = {"frame": "", "window": ", frames near this one", "clip": ", the whole shot"}[port.time]
            need = ", as many as you like" if port.many else ", optional" if port.optional else ""
            lines.append(f"  {port.name:<16}{port.type.__name__}{when}{need}")
    if kind.knobs:
        width = max(map(len, kind.knobs)) + 2
        lines += ["", "Knobs"]
        lines += [f"  {knob.name:<{width}}{_knob(knob)}" for knob in kind.knobs.values()]
    return "\n".join(lines)


def _knob(knob: KnobType) -> str:
    low, high = knob.knob.low, knob.knob.high
    parts = [describe(knob.type)]
    if low is not None or high is not None:
        ends = f"from {low:g}" * (low is not None) + f" to {high:g}" * (high is not None)
        parts.append(ends.strip() + (" (slider)" if knob.knob.soft else ""))
    default = json.dumps(knob.to_json(knob.default), ensure_ascii=False)
    parts.append(f"default {default}{knob.knob.unit and ' ' + knob.knob.unit}")
    return ", ".join(parts) + (f". {knob.knob.help}" if knob.knob.help else "")
