"""`nodegraph preset`: pieces of graph to use again: list them, show one, make one, insert one."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nodegraph.cli.arguments import actions, for_programs
from nodegraph.cli.values import typed
from nodegraph.data.errors import DocumentError, GraphError, NodegraphError
from nodegraph.graph import model_files
from nodegraph.graph import preset as presets
from nodegraph.graph.document import Document, load, save
from nodegraph.graph.graph import Graph
from nodegraph.graph.knob import describe
from nodegraph.graph.layout import beside
from nodegraph.graph.library import Library
from nodegraph.graph.preset import SUFFIX, NeededModel, Preset
from nodegraph.graph.shelf import find, own_folder, shelf
from nodegraph.ml import cards


def add_arguments(parser: argparse.ArgumentParser) -> None:
    rows = actions(parser)
    row = rows.add_parser("list", help="all presets that can be found")
    for_programs(row)
    row = rows.add_parser("show", help="what a preset does, its knobs, inputs and models")
    row.add_argument("preset", help="a name from the list, or a file")
    for_programs(row)
    row = rows.add_parser("make", help="make a preset of some nodes of a graph")
    row.add_argument("graph", type=Path)
    row.add_argument("--nodes", required=True, metavar="A,B,C", help="which nodes")
    row.add_argument("--name", required=True, help="what it is called")
    row.add_argument("--help-text", default="", metavar="TEXT", help="when to use it")
    row.add_argument(
        "--expose", action="append", default=[], metavar="Node.knob[=Label]", help="show a knob; one label, many knobs"
    )
    row.add_argument("--range", action="append", default=[], metavar="Label=LOW,HIGH", help="how far its slider goes")
    row.add_argument("--menu", default="", help="under which menu it stands")
    row.add_argument("--picture", default="", metavar="FILE", help="what it looks like: a picture beside the preset")
    row.add_argument("--model", action="append", default=[], type=Path, metavar="FILE", help="a model that it needs")
    row.add_argument("--out", type=Path, metavar="FILE", help="where to save it; your own shelf if not given")
    row = rows.add_parser("insert", help="put a preset into a graph")
    row.add_argument("graph", type=Path)
    row.add_argument("preset", help="a name from the list, or a file")
    row.add_argument("--input", action="append", default=[], metavar="NAME=Node", help="wire an input of the preset")
    row.add_argument(
        "--output", action="append", default=[], metavar="NAME=Node.input", help="wire an output of the preset on"
    )
    row.add_argument("--set", action="append", default=[], metavar="Label=value", help="set a knob that it shows")
    row.add_argument("--out", type=Path, metavar="FILE", help="save under this name; the same file if not given")


def run(args: argparse.Namespace) -> int:
    return {"list": _list, "show": _show, "make": _make, "insert": _insert}[args.action](args)


def _list(args: argparse.Namespace) -> int:
    found: list[dict[str, Any]] = []
    library = Library.discover()
    for row in shelf(Path.cwd()):
        entry: dict[str, Any] = {
            "name": row.name,
            "from": row.origin,
            "path": str(row.path),
            "hidden": row.hidden,
            "menu": "",
            "help": "",
            "missing_models": [],
        }
        try:
            preset = presets.load(row.path, library)
        except NodegraphError as fault:
            entry["fault"] = fault.message
        else:
            missing = [model._asdict() for model in preset.models if _model_file(model) is None]
            entry |= {"menu": preset.menu, "help": preset.help, "missing_models": missing}
        found.append(entry)
    if args.json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
        return 0
    for entry in found:
        says = f"cannot be used: {entry['fault']}" if "fault" in entry else entry["help"].partition("\n")[0]
        hidden = "   (a nearer one of that name is used)" if entry["hidden"] else ""
        models = ", ".join(model["name"] for model in entry["missing_models"])
        lacking = f"   (a model is missing: {models})" if models else ""
        name, origin = (f"{entry[key]:<{wide(each[key] for each in found)}}" for key in ("name", "from"))
        print(f"{name}{origin}{says}{lacking}{hidden}")
    if not found:
        print("no presets are found")
    return 0


def _model_file(model: NeededModel) -> Path | None:
    return model_files.find(model.name, model.sha256, model.size, Path.cwd())


def _show(args: argparse.Namespace) -> int:
    path = find(args.preset, Path.cwd())
    preset = presets.load(path)
    if args.json:
        print(json.dumps({**as_json(preset), "path": str(path)}, indent=2, ensure_ascii=False))
    else:
        print(f"{explained(preset)}\n\n{path}")
    return 0


def as_json(preset: Preset) -> dict[str, Any]:
    """What a program needs to know of a preset."""
    graph = preset.graph
    return {
        "name": preset.name,
        "help": preset.help,
        "menu": preset.menu,
        "picture": preset.picture,
        "nodes": {name: node.kind for name, node in graph.nodes.items()},
        "inputs": {name: [str(place) for place in places] for name, places in preset.inputs.items()},
        "outputs": {name: str(wire) for name, wire in preset.outputs.items()},
        "knobs": [
            {
                "label": row.label,
                "knobs": [str(knob) for knob in row.knobs],
                "value": _setting(graph, row),
                "range": row.range,
            }
            for row in preset.exposed
        ],
        "models": [row._asdict() | {"missing": _model_file(row) is None} for row in preset.models],
    }


def explained(preset: Preset) -> str:
    """A preset on a page."""
    graph = preset.graph
    lines = [preset.name or "(it has no name)", "", preset.help or "(it does not say what it is for)"]
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
            if row.range:
                kind += f" from {row.range[0]:g} to {row.range[1]:g}"
            value = json.dumps(_setting(graph, row), ensure_ascii=False)
            lines.append(f"  {row.label:<{width}}{kind}, now {value}")
    if preset.outputs:
        lines += ["", "Outputs"]
        lines += [f"  {name:<{wide(preset.outputs)}}{wire}" for name, wire in preset.outputs.items()]
    if preset.models:
        lines += ["", "Models it needs"]
        for model in preset.models:
            file = _model_file(model)
            lines.append(f"  {model.name:<{wide(each.name for each in preset.models)}}{file or 'missing'}")
            lines.append(f"    sha256 {model.sha256}")
            lines += [f"    {text}" for text in (model.licence, model.note) if text]
    return "\n".join(lines)


def wide(names: Iterable[str]) -> int:
    """How wide a column of these names is."""
    return max(map(len, names)) + 2


def _setting(graph: Graph, row: presets.Exposed) -> Any:
    name, knob = row.knobs[0]
    if graph.type_of(name) is None:
        knobs = (graph.nodes[name].saved or {}).get("knobs")
        return knobs.get(knob) if isinstance(knobs, dict) else None
    return graph.knob_type(name, knob).to_json(graph.value(name, knob, graph.shot.first))


def _make(args: argparse.Namespace) -> int:
    document = load(args.graph)
    expose: dict[str, list[str]] = {}
    for text in args.expose:
        knob, _, label = text.partition("=")
        expose.setdefault(label or knob.rpartition(".")[2], []).append(knob)
    names = [name.strip() for name in args.nodes.split(",") if name.strip()]
    preset = presets.made(
        document.graph,
        names,
        name=args.name,
        help=args.help_text,
        menu=args.menu,
        picture=args.picture,
        expose=expose,
        ranges=dict(_range(text) for text in args.range),
        models=[_needed(path) for path in args.model],
    )
    target = args.out or own_folder() / (args.name.lower().replace(" ", "_") + SUFFIX)
    if not target.name.endswith(SUFFIX):
        raise DocumentError(f"{target.name} is no name of a preset", f"end it in {SUFFIX}")
    if args.out is None:
        target.parent.mkdir(parents=True, exist_ok=True)
    presets.save(preset, target)
    print(f"made {target}")
    return 0


def _needed(path: Path) -> NeededModel:
    sha256 = model_files.digest(path)
    card = cards.told_of(path, sha256)
    licence, note = (card.licence, card.trained_on and f"trained on {card.trained_on}") if card else ("", "")
    return NeededModel(path.name, sha256, path.stat().st_size, licence, note)


def _range(text: str) -> tuple[str, tuple[float, float]]:
    label, numbers = _pair(text, "Label=LOW,HIGH")
    try:
        low, high = (float(number) for number in numbers.split(","))
    except ValueError:
        raise GraphError(f"{text!r} is no range", "write it as Label=LOW,HIGH") from None
    return label, (low, high)


def _insert(args: argparse.Namespace) -> int:
    document = load(args.graph)
    preset = presets.load(find(args.preset, document.folder))
    inputs = dict(_pair(text, "NAME=Node") for text in args.input)
    outputs: dict[str, list[str]] = {}
    for label, place in (_pair(text, "NAME=Node.input") for text in args.output):
        outputs.setdefault(label, []).append(place)
    values: dict[str, Any] = {}
    for label, text in (_pair(text, "Label=value") for text in args.set):
        row = next((row for row in preset.exposed if row.label == label), None)
        values[label] = text if row is None else typed(preset.graph.knob_type(*row.knobs[0]), text)
    graph, names = presets.inserted(
        document.graph, preset, inputs=inputs, outputs=outputs, values=values, at=beside(document.graph)
    )
    target = args.out or args.graph
    saved = save(Document(graph, document.path, document.read_only, extra=document.extra), target)
    print(f"{saved.path}: " + ", ".join(names.values()))
    for label, places in preset.inputs.items():
        if label not in inputs:
            print(f"  nothing is wired to {', '.join(f'{names[node]}.{port}' for node, port in places)} yet")
    ends = [str(w._replace(node=names[w.node])) for label, w in preset.outputs.items() if label not in outputs]
    if ends:
        print(f"  go on from {', '.join(ends)}")
    for model in preset.models:
        if _model_file(model) is None:
            print(f"  it needs the model {model.name}, sha256 {model.sha256}, which is missing")
    return 0


def _pair(text: str, form: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise GraphError(f"{text!r} says nothing", f"write it as {form}")
    return name.strip(), value.strip()
