"""`nodegraph check`: faults in graph files, found without rendering anything."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from nodegraph.cli.arguments import for_programs
from nodegraph.cli.files import opened
from nodegraph.data.errors import NodegraphError
from nodegraph.engine.cautions import cautions
from nodegraph.engine.consent import problems_of as consent_problems
from nodegraph.engine.licences import problems_of as licence_problems
from nodegraph.engine.paths import absolute
from nodegraph.graph.document import Document
from nodegraph.graph.knob import File
from nodegraph.graph.preset import Preset


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("graph", nargs="+", type=Path, help="graph or preset files")
    for_programs(parser)
    parser.add_argument(
        "--commercial", action="store_true", help="refuse models that are not cleared for commercial use"
    )


def run(args: argparse.Namespace) -> int:
    found: dict[str, list[str]] = {str(path): problems_of(path, commercial=args.commercial) for path in args.graph}
    if args.json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        for path, problems in found.items():
            print(f"{path}: " + ("nothing wrong" if not problems else ""))
            for problem in problems:
                print(f"  {problem}")
            for note in notes_of(Path(path)):
                print(f"  note: {note}")
    return 1 if any(found.values()) else 0


def problems_of(path: Path, *, commercial: bool = False) -> list[str]:
    """What is wrong with a graph or preset file, in words; for commercial work, what its models do not allow too."""
    try:
        file = opened(path, strict=False)
    except NodegraphError as fault:
        return [str(fault)]
    problems = [*file.problems, *_nodes(file)]
    if isinstance(file, Document):
        problems += consent_problems(file.graph, file.folder)
    return [*problems, *licence_problems(file.graph, path.parent.resolve())] if commercial else problems


def notes_of(path: Path) -> list[str]:
    """What is no fault of a graph, but to be thought of before it is delivered."""
    try:
        file = opened(path, strict=False)
        return [str(each) for each in cautions(file.graph)]
    except NodegraphError:  # told as a problem
        return []


def _nodes(file: Document | Preset) -> list[str]:
    graph = file.graph
    open_ends = {place for places in file.inputs.values() for place in places} if isinstance(file, Preset) else set()
    result: list[str] = []
    if file.read_only:
        result.append("it was written by a newer program: it opens read-only")
    for name, node in graph.nodes.items():
        kind = graph.type_of(name)
        if kind is None:
            result.append(f"{name}: there is no node {node.kind} of version {node.version} in this program")
            continue
        wired: set[Any] = {kind.port(port) for port in node.inputs}
        for port in kind.inputs:
            if not port.optional and port not in wired and (name, port.name) not in open_ends:
                result.append(f"{name}: nothing is wired to its input {port.name}")
        if isinstance(file, Document):
            result += _paths(file, name)
    if isinstance(file, Document) and not graph.sinks():
        result.append("nothing writes: there is no Write that is not disabled")
    return result


def _paths(file: Document, name: str) -> list[str]:
    """What is wrong with where a node's files are; whether they are there is for the render to say."""
    result = []
    for knob, value in file.graph.nodes[name].knobs.items():
        if isinstance(value, File):
            try:
                absolute(value, file.folder, file.graph.roots)
            except NodegraphError as fault:
                result.append(f"{name}.{knob}: {fault.message}; {fault.hint}")
    return result
