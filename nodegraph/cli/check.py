"""`nodegraph check`: faults in graph files, found without rendering anything."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from nodegraph.data.errors import NodegraphError
from nodegraph.graph.document import Document, load


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("graph", nargs="+", type=Path, help="graph files")
    parser.add_argument("--json", action="store_true", help="for programs")


def run(args: argparse.Namespace) -> int:
    found: dict[str, list[str]] = {str(path): problems_of(path) for path in args.graph}
    if args.json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        for path, problems in found.items():
            print(f"{path}: " + ("nothing wrong" if not problems else ""))
            for problem in problems:
                print(f"  {problem}")
    return 1 if any(found.values()) else 0


def problems_of(path: Path) -> list[str]:
    """What is wrong with a graph file, in words."""
    try:
        document = load(path, strict=False)
    except NodegraphError as fault:
        return [str(fault)]
    return [*document.problems, *_nodes(document)]


def _nodes(document: Document) -> list[str]:
    graph = document.graph
    result: list[str] = []
    if document.read_only:
        result.append("it was written by a newer program: it opens read-only")
    for name, node in graph.nodes.items():
        kind = graph.type_of(name)
        if kind is None:
            result.append(f"{name}: there is no node {node.kind} of version {node.version} in this program")
            continue
        wired: set[Any] = {kind.port(port) for port in node.inputs}
        for port in kind.inputs:
            if not port.optional and port not in wired:
                result.append(f"{name}: nothing is wired to its input {port.name}")
    if not graph.sinks():
        result.append("nothing writes: there is no Write that is not disabled")
    return result
