"""Write docs/nodes.md from the signatures of the nodes; with --check, say whether it is up to date."""

from __future__ import annotations

import argparse
import difflib
import sys
from collections import defaultdict
from pathlib import Path

from nodegraph.graph.knob import KnobType, describe
from nodegraph.graph.library import Library
from nodegraph.graph.node import NodeType, Port

PAGE = Path(__file__).parents[1] / "docs" / "nodes.md"
HEAD = """# The nodes

Written by `scripts/docs_nodes.py` from the nodes themselves; edit them, not this page.
"""
TIMES = {"frame": "", "window": ", the frames near this one", "clip": ", the whole shot"}


def page() -> str:
    """The whole page."""
    menus: dict[str, list[NodeType]] = defaultdict(list)
    for kind in Library.discover().types.values():
        if kind.function.__module__.startswith("nodes."):
            menus[kind.menu].append(kind)
    parts = [HEAD]
    for menu in sorted(menus):
        names = ", ".join(f"[{kind.name}](#{kind.name.lower()})" for kind in menus[menu])
        parts.append(f"- **{menu}**: {names}")
    parts.append("")
    for menu in sorted(menus):
        parts.append(f"## {menu}\n")
        parts += [section(kind) for kind in menus[menu]]
    return "\n".join(parts)


def section(kind: NodeType) -> str:
    """One node: what it does, what goes in and out, and its knobs."""
    lines = [f"### {kind.name}\n", kind.help, ""]
    if kind.inputs:
        lines.append("Inputs: " + "; ".join(port_words(port) for port in kind.inputs) + ".")
    if kind.sink:
        lines.append("Runs only when it is rendered.")
    else:
        lines.append("Gives: " + ", ".join(f"`{out.name}` ({out.type.__name__})" for out in kind.outputs) + ".")
    if kind.version > 1:
        lines.append(f"Version {kind.version}; older files are upgraded when they are opened.")
    if kind.knobs:
        lines += ["", "| Knob | Default | Takes | |", "| --- | --- | --- | --- |"]
        lines += [knob_row(knob) for knob in kind.knobs.values()]
    return "\n".join(lines) + "\n"


def port_words(port: Port) -> str:
    """An input in words: `image` (Image), optional."""
    name = f"`{port.name}1`, `{port.name}2`, …" if port.many else f"`{port.name}`"
    return f"{name} ({port.type.__name__}{TIMES[port.time]}{', optional' if port.optional else ''})"


def knob_row(knob: KnobType) -> str:
    """A knob as a row of the table."""
    takes = describe(knob.type)
    low, high = knob.knob.low, knob.knob.high
    if low is not None or high is not None:
        ends = [("any" if end is None else f"{end:g}") for end in (low, high)]
        takes += f", {'usually ' if knob.knob.soft else ''}{ends[0]} to {ends[1]}"
    if knob.knob.unit:
        takes += f" {knob.knob.unit}"
    return f"| `{knob.name}` | {default_words(knob)} | {takes} | {knob.knob.help} |".replace("\n", " ")


def default_words(knob: KnobType) -> str:
    """The default as it would stand in a file."""
    value = knob.to_json(knob.default)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list) and all(isinstance(part, (int, float)) for part in value):
        return ", ".join(f"{part:g}" for part in value)
    if value in ("", None) or isinstance(value, (dict, list)):
        return ""
    return str(value)


def main() -> int:
    """Write the page, or check it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the page is out of date")
    fresh = page().rstrip() + "\n"
    if not parser.parse_args().check:
        PAGE.write_text(fresh, encoding="utf-8")
        return 0
    stored = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    if stored == fresh:
        return 0
    sys.stdout.writelines(difflib.unified_diff(stored.splitlines(True), fresh.splitlines(True), "docs/nodes.md", "now"))
    print("docs/nodes.md is out of date: run python scripts/docs_nodes.py")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
