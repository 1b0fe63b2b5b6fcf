"""`nodegraph preset`: pieces of graph to use again: list them, show one, make one, insert one."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

from nodegraph.cli.values import typed
from nodegraph.data.errors import DocumentError, GraphError, NodegraphError
from nodegraph.graph import preset as presets
from nodegraph.graph.document import Document, load, save
from nodegraph.graph.graph import Graph
from nodegraph.graph.knob import describe
from nodegraph.graph.preset import SUFFIX, NeededModel, Preset
from nodegraph.graph.shelf import find, own_folder, shelf

CHUNK = 1 << 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    rows = parser.add_subparsers(dest="action", metavar="ACTION", required=True, title="actions")
    row = rows.add_parser("list", help="all presets that can be found")
    row.add_argument("--json", action="store_true", help="for programs")
    row = rows.add_parser("show", help="what a preset does, its knobs, inputs and models")
    row.add_argument("preset", help="a name from the list, or a file")
    row.add_argument("--json", action="store_true", help="for programs")
    row = rows.add_parser("make", help="make a preset of some nodes of a graph")
    row.add_argument("graph", type=Path)
    row.add_argument("--nodes", required=True, metavar="A,B,C", help="which nodes")
    row.add_argument("--name", required=True, help="what it is called")
    row.add_argument("--help-text", default="", metavar="TEXT", help="when to use it")
    row.add_argument(
        "--expose", action="append", default=[], metavar="Node.knob[=Label]", help="show a knob; one label, many knobs"
    )
    row.add_argument("--model", action="append", default=[], type=Path, metavar="FILE", help="a model that it needs")
    row.add_argument("--out", type=Path, metavar="FILE", help="where to save it; your own shelf if not given")
    row = rows.add_parser("insert", help="put a preset into a graph")
    row.add_argument("graph", type=Path)
    row.add_argument("preset", help="a name from the list, or a file")
    row.add_argument("--input", action="append", default=[], metavar="NAME=Node", help="wire an input of the preset")
    row.add_argument("--set", action="append", default=[], metavar="Label=value", help="set a knob that it shows")
    row.add_argument("--out", type=Path, metavar="FILE", help="save under this name; the same file if not given")


def run(args: argparse.Namespace) -> int:
    return {"list": _list, "show": _show, "make": _make, "insert": _insert}[args.action](args)


def _list(args: argparse.Namespace) -> int:
    found: list[dict[str, Any]] = []
    for row in shelf(Path.cwd()):
        entry: dict[str, Any] = {
            "name": row.name,
            "from": row.origin,
            "path": str(row.path),
            "hidden": row.hidden,
            "help": "",
        }
        try:
            entry["help"] = presets.load(row.path).help
        except NodegraphError as fault:
            entry["fault"] = fault.message
        found.append(entry)
    if args.json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
        return 0
    for entry in found:
        says = f"cannot be used: {entry['fault']}" if "fault" in entry else entry["help"].partition("\n")[0]
        hidden = "   (a nearer one of that name is used)" if entry["hidden"] else ""
        name, origin = (f"{entry[key]:<{wide(each[key] for each in found)}}" for key in ("name", "from"))
        print(f"{name}{origin}{says}{hidden}")
    if not found:
        print("no presets are found")
    return 0


def _show(args: argparse.Namespace) -> int:
    preset = presets.load(find(args.preset, Path.cwd()))
    print(json.dumps(as_json(preset), indent=2, ensure_ascii=False) if args.json else explained(preset))
    return 0


def as_json(preset: Preset) -> dict[str, Any]:
    """What a program needs to know of a preset."""
    graph = preset.graph
    return {
        "name": preset.name,
        "help": preset.help,
        "nodes": {name: node.kind for name, node in graph.nodes.items()},
        "inputs": {name: [str(place) for place in places] for name, places in preset.inputs.items()},
        "output": preset.output,
        "knobs": [
            {"label": row.label, "knobs": [str(knob) for knob in row.knobs], "value": _setting(graph, row)}
            for row in preset.exposed
        ],
        "models": [row._asdict() for row in preset.models],
    }


def explained(preset: Preset) -> str:
    """A preset on a page."""
    graph = preset.graph
    lines = [preset.name, "", preset.help or "(it does not say what it is for)"]
    lines += ["", "Nodes", "  " + ", ".join(f"{name} ({node.kind})" for name, node in graph.nodes.items())]
    if preset.inputs:
        lines += ["", "Inputs"]
        lines += [
            f"  {name:<{wide(preset.inputs)}}{', '.join(map(str, places))}" for name, places in preset.inputs.items()
        ]
    if preset.exposed:
        lines += ["", "Knobs"]
        width = wide(row.label for row in preset.exposed)
        for row in preset.exposed:
            lacking = graph.type_of(row.knobs[0].node) is None
            kind = "of a node that this program lacks" if lacking else describe(graph.knob_type(*row.knobs[0]).type)
            value = json.dumps(_setting(graph, row), ensure_ascii=False)
            lines.append(f"  {row.label:<{width}}{kind}, now {value}")
    if preset.models:
        lines += ["", "Models it needs"]
        lines += [
            f"  {row.name:<{wide(each.name for each in preset.models)}}sha256 {row.sha256}" for row in preset.models
        ]
    return "\n".join(lines)


def wide(names: Iterable[str]) -> int:
    """How wide a column of these names is."""
    return max(map(len, names)) + 2


def _setting(graph: Graph, row: presets.Exposed) -> Any:
    name, knob = row.knobs[0]
    if graph.type_of(name) is None:
        return (graph.nodes[name].saved or {}).get("knobs", {}).get(knob)
    return graph.knob_type(name, knob).to_json(graph.value(name, knob, graph.shot.first))


def _make(args: argparse.Namespace) -> int:
    document = load(args.graph)
    expose: dict[str, list[str]] = {}
    for text in args.expose:
        knob, _, label = text.partition("=")
        expose.setdefault(label or knob.rpartition(".")[2], []).append(knob)
    names = [name.strip() for name in args.nodes.split(",") if name.strip()]
    models = [NeededModel(path.name, _sha256(path)) for path in args.model]
    preset = presets.made(document.graph, names, name=args.name, help=args.help_text, expose=expose, models=models)
    target = args.out or own_folder() / (args.name.lower().replace(" ", "_") + SUFFIX)
    if not target.name.endswith(SUFFIX):
        raise DocumentError(f"{target.name} is no name of a preset", f"end it in {SUFFIX}")
    if args.out is None:
        target.parent.mkdir(parents=True, exist_ok=True)
    presets.save(preset, target)
    print(f"made {target}")
    return 0


def _sha256(path: Path) -> str:
    total = sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                total.update(chunk)
    except OSError as fault:
        raise DocumentError(f"the model {path} cannot be read: {fault.strerror}", "check the path") from fault
    return total.hexdigest()


def _insert(args: argparse.Namespace) -> int:
    document = load(args.graph)
    preset = presets.load(find(args.preset, document.folder))
    inputs = dict(_pair(text, "NAME=Node") for text in args.input)
    values: dict[str, Any] = {}
    for label, text in (_pair(text, "Label=value") for text in args.set):
        row = next((row for row in preset.exposed if row.label == label), None)
        values[label] = text if row is None else typed(preset.graph.knob_type(*row.knobs[0]), text)
    graph, names = presets.inserted(document.graph, preset, inputs=inputs, values=values)
    target = args.out or args.graph
    saved = save(Document(graph, document.path, document.read_only, extra=document.extra), target)
    print(f"{saved.path}: " + ", ".join(names.values()))
    for label, places in preset.inputs.items():
        if label not in inputs:
            print(f"  nothing is wired to {', '.join(f'{names[node]}.{port}' for node, port in places)} yet")
    if preset.output:
        print(f"  go on from {names[preset.output]}")
    for model in preset.models:
        print(f"  it needs the model {model.name}, sha256 {model.sha256}")
    return 0


def _pair(text: str, form: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise GraphError(f"{text!r} says nothing", f"write it as {form}")
    return name.strip(), value.strip()
