"""Presets: a piece of graph with the knobs that matter, to use again and to share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from nodegraph.data.errors import DocumentError, GraphError
from nodegraph.graph.document import Saved, node_table, save_text, text_of, with_nodes
from nodegraph.graph.graph import NOTHING, Graph, Link, Node, Wire, fits
from nodegraph.graph.knob import File
from nodegraph.graph.library import Library
from nodegraph.graph.text import dumps, loads

FORMAT = "nodegraph-preset"
VERSION = 1
SUFFIX = ".ngpreset.json"
SHA256 = re.compile(r"[0-9a-f]{64}")
# A path that means something on one machine only: from the root of a disk, or from somebody's home.
OF_ONE_MACHINE = re.compile(r"[/\\~]|[A-Za-z]:[/\\]|file:")


class Exposed(NamedTuple):
    """A knob that the preset shows: its name there, and which knobs of its nodes it turns, all alike."""

    label: str
    knobs: tuple[Link, ...]


class NeededModel(NamedTuple):
    """A model file that the preset's nodes load, whatever it is called on a machine."""

    name: str
    sha256: str


@dataclass(frozen=True)
class Preset:
    """A piece of graph. `inputs` are its open ends: a name, and the ports that whatever is wired to it feeds."""

    graph: Graph
    name: str = ""
    help: str = ""
    inputs: Mapping[str, tuple[Link, ...]] = field(default_factory=lambda: NOTHING)
    output: str = ""  # the node that the rest of a graph goes on from
    exposed: tuple[Exposed, ...] = ()
    models: tuple[NeededModel, ...] = ()
    picture: str = ""
    read_only: bool = False
    problems: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=lambda: NOTHING)


class Inserted(NamedTuple):
    """A graph with a preset in it, and what the preset's nodes are called there."""

    graph: Graph
    names: Mapping[str, str]


# -- files ---------------------------------------------------------------------------------------------


def load(path: str | Path, library: Library | None = None, *, strict: bool = True) -> Preset:
    """Open a preset file. One with faults is refused, or, if not `strict`, opened with its `problems` told."""
    path = Path(path)
    preset = read(text_of(path), library or Library.discover(), path.name)
    if strict and preset.problems:
        raise DocumentError(f"{path.name}: " + "\n".join(preset.problems), "mend the file, or make the preset anew")
    return preset if preset.name else replace(preset, name=path.name.removesuffix(SUFFIX))


def read(text: str, library: Library, name: str = "text") -> Preset:
    """The preset that a text says."""
    saved = loads(text, name)
    if not isinstance(saved, dict) or saved.get("format") != FORMAT:
        raise DocumentError(f"{name} is no preset of ours", f'a preset file says "format": "{FORMAT}"')
    version = saved.get("version")
    if not isinstance(version, int) or version < 1:
        raise DocumentError(f"{name} does not say its version", 'a preset file says "version": 1')
    problems: list[str] = []
    try:
        graph = with_nodes(Graph(library, ui=_typed(saved, "ui", dict)), saved, problems)
        known = ("format", "version", "name", "help", "nodes", "ui", "inputs", "output", "exposed", "models", "picture")
        extra = {key: value for key, value in saved.items() if key not in known}
        if version > VERSION:
            extra["version"] = version
        preset = Preset(
            graph,
            name=_typed(saved, "name", str),
            help=_typed(saved, "help", str),
            inputs={key: _places(row) for key, row in _typed(saved, "inputs", dict).items()},
            output=_typed(saved, "output", str),
            exposed=tuple(_exposed(row) for row in _typed(saved, "exposed", list)),
            models=tuple(_model(row) for row in _typed(saved, "models", list)),
            picture=_typed(saved, "picture", str),
            read_only=version > VERSION,
            extra=extra,
        )
    except GraphError as fault:
        raise DocumentError(f"{name}: {fault.message}", fault.hint) from fault
    return replace(preset, problems=(*problems, *_problems(preset)))


def write(preset: Preset) -> str:
    """The text of a preset: the same bytes for the same preset."""
    saved: Saved = {"format": FORMAT, "version": VERSION, **preset.extra, "nodes": node_table(preset.graph)}
    for key in ("name", "help", "output", "picture"):
        if getattr(preset, key):
            saved[key] = getattr(preset, key)
    if preset.inputs:
        saved["inputs"] = {key: [str(place) for place in places] for key, places in preset.inputs.items()}
    if preset.exposed:
        saved["exposed"] = [{"label": row.label, "knobs": [str(knob) for knob in row.knobs]} for row in preset.exposed]
    if preset.models:
        saved["models"] = [row._asdict() for row in preset.models]
    if preset.graph.ui:
        saved["ui"] = dict(preset.graph.ui)
    return dumps(saved)


def save(preset: Preset, path: str | Path) -> None:
    """Save under a name; what stood there becomes a backup."""
    if preset.read_only:
        raise DocumentError(f"{preset.name} was written by a newer program", "change it with that one")
    save_text(write(preset), Path(path))


def _typed(saved: Saved, key: str, kind: type) -> Any:
    value = saved.get(key, kind())
    if not isinstance(value, kind):
        raise GraphError(f"“{key}” is not what it should be", f"it is a {kind.__name__} in JSON")
    return value


def _place(text: Any) -> Link:
    node, dot, knob = text.partition(".") if isinstance(text, str) else ("", "", "")
    if not (node and dot and knob):
        raise GraphError(f"{text!r} names nothing of a node", "write it as Node.knob or Node.input")
    return Link(node, knob)


def _places(row: Any) -> tuple[Link, ...]:
    if not isinstance(row, list) or not row:
        raise GraphError(f"{row!r} names nothing", 'write a list, as in ["Node.image"]')
    return tuple(_place(text) for text in row)


def _exposed(row: Any) -> Exposed:
    if not isinstance(row, dict) or not isinstance(row.get("label"), str) or not row["label"]:
        raise GraphError(
            "a knob that the preset shows has no label", 'write {"label": "Size", "knobs": ["Blur1.size"]}'
        )
    return Exposed(row["label"], _places(row.get("knobs")))


def _model(row: Any) -> NeededModel:
    whole = isinstance(row, dict) and isinstance(row.get("name"), str) and isinstance(row.get("sha256"), str)
    if not whole or not SHA256.fullmatch(row["sha256"]):
        raise GraphError("a model is not named by its sha256", 'write {"name": …, "sha256": 64 digits 0-9 a-f}')
    return NeededModel(row["name"], row["sha256"])


def _problems(preset: Preset) -> Iterator[str]:
    """What is wrong with a preset beyond its nodes."""
    graph = preset.graph
    for knob in (knob for row in preset.exposed for knob in row.knobs):
        try:
            graph.knob_type(*knob)
        except GraphError as fault:
            if knob.node not in graph.nodes or graph.type_of(knob.node) is not None:
                yield f"it shows {knob}: {fault.message}"
    labels = [row.label for row in preset.exposed]
    yield from (f"two of its knobs are called {label}" for label in sorted({x for x in labels if labels.count(x) > 1}))
    for name, places in preset.inputs.items():
        for place in places:
            kind = graph.type_of(place.node) if place.node in graph.nodes else None
            if place.node not in graph.nodes or (kind is not None and kind.port(place.knob) is None):
                yield f"its input {name} leads to {place}, which is not there"
            elif place.knob in graph.nodes[place.node].inputs:
                yield f"its input {name} leads to {place}, which is wired already"
    if preset.output and preset.output not in graph.nodes:
        yield f"its output is {preset.output}, which is not there"
    yield from (f"{place} is the path {text}, which is of one machine only" for place, text in _private(graph))


def _private(graph: Graph) -> Iterator[tuple[str, str]]:
    """Path knobs that hold a full path, or one into somebody's home."""
    for name, node in graph.nodes.items():
        kind = graph.type_of(name)
        knobs = node.knobs if kind is not None else (node.saved or {}).get("knobs", {})
        for knob, value in knobs.items():
            path = isinstance(value, str) and (kind is None or issubclass(kind.knobs[knob].type, File))
            if path and OF_ONE_MACHINE.match(value):
                yield f"{name}.{knob}", value


# -- cutting out and inserting -------------------------------------------------------------------------


def made(
    graph: Graph,
    names: Iterable[str],
    *,
    name: str,
    help: str = "",
    expose: Mapping[str, Iterable[str]] = NOTHING,
    models: Iterable[NeededModel] = (),
) -> Preset:
    """A preset of some nodes. Wires from outside become its inputs; `expose` is label -> knobs as `Node.knob`."""
    piece, inputs = cut(graph, names)
    used = {wire.node for _, _, wire in piece.wires()}
    ends = [each for each in piece.nodes if each not in used and not _is_sink(piece, each)]
    preset = Preset(
        piece,
        name=name,
        help=help,
        inputs=inputs,
        output=ends[0] if len(ends) == 1 else "",
        exposed=tuple(Exposed(label, tuple(map(_place, knobs))) for label, knobs in expose.items()),
        models=tuple(models),
    )
    problems = tuple(_problems(preset))
    if problems:
        raise GraphError(
            f"{name} cannot be a preset: " + "\n".join(problems),
            "show knobs that are there, under different labels; make paths relative, or let them start from a {root}",
        )
    return preset


def cut(graph: Graph, names: Iterable[str]) -> tuple[Graph, dict[str, tuple[Link, ...]]]:
    """Some nodes as a graph of their own, and where wires from outside entered it.

    A knob that followed one outside keeps the value it had.
    """
    chosen = dict.fromkeys(names)
    for name in chosen:
        graph.node(name)
    open_: dict[Wire, list[Link]] = {}
    nodes: dict[str, Node] = {}
    for name in chosen:
        node = graph.nodes[name]
        for port, wire in node.inputs.items():
            if wire.node not in chosen:
                open_.setdefault(wire, []).append(Link(name, port))
        nodes[name] = replace(
            node,
            inputs={port: wire for port, wire in node.inputs.items() if wire.node in chosen},
            knobs={
                knob: graph.value(name, knob, graph.shot.first)
                if isinstance(value, Link) and value.node not in chosen
                else value
                for knob, value in node.knobs.items()
            },
        )
    inputs: dict[str, tuple[Link, ...]] = {}
    for places in open_.values():
        inputs[_free(places[0].knob, inputs)] = tuple(places)
    places_ = {name: place for name, place in graph.ui.get("nodes", {}).items() if name in chosen}
    return Graph(graph.library, nodes, ui={"nodes": places_} if places_ else NOTHING), inputs


def inserted(
    graph: Graph,
    preset: Preset,
    *,
    inputs: Mapping[str, str | Wire] = NOTHING,
    values: Mapping[str, Any] = NOTHING,
    at: tuple[float, float] | None = None,
) -> Inserted:
    """The graph with the preset's nodes in it, wired to `inputs`, its shown knobs set to `values` by label.

    Names that are taken get a number; `at` is where its upper left corner goes.
    """
    for label in inputs:
        if label not in preset.inputs:
            raise GraphError(f"{preset.name} has no input {label}", f"it has {', '.join(preset.inputs) or 'none'}")
    piece, names = _renamed(preset.graph, graph)
    ui = _placed(graph.ui, piece.ui, at)
    whole = replace(graph, nodes={**graph.nodes, **piece.nodes}, ui=ui)
    for label, source in inputs.items():
        for place in preset.inputs[label]:
            whole = whole.connect(names[place.node], place.knob, source)
    shown = {row.label: row for row in preset.exposed}
    for label, value in values.items():
        if label not in shown:
            raise GraphError(f"{preset.name} has no knob {label}", f"it has {', '.join(shown) or 'none'}")
        for knob in shown[label].knobs:
            whole = whole.set(names[knob.node], knob.knob, value)
    return Inserted(whole, names)


def copied(graph: Graph, names: Iterable[str]) -> str:
    """The text of some nodes, for the clipboard: a preset without a name. Paths are kept as they are."""
    piece, inputs = cut(graph, names)
    return write(Preset(piece, inputs=inputs))


def pasted(graph: Graph, text: str, *, source: str = "", at: tuple[float, float] | None = None) -> Inserted:
    """The graph with the nodes of a copied text in it; `source` is wired to the first input that takes it."""
    preset = read(text, graph.library, "the clipboard")
    wired: dict[str, str | Wire] = {}
    if source and (giver := graph.type_of(source)) is not None and giver.outputs:
        for label, places in preset.inputs.items():
            taker = preset.graph.type_of(places[0].node)
            port = taker.port(places[0].knob) if taker is not None else None
            if port is not None and fits(giver.outputs[0].type, port.type):
                wired = {label: source}
                break
    return inserted(graph, preset, inputs=wired, at=at)


def _renamed(piece: Graph, graph: Graph) -> tuple[Graph, dict[str, str]]:
    """The piece with names that are free in the graph, its own wires and links gone along."""
    names: dict[str, str] = {}
    for name in tuple(piece.nodes):
        new = name
        if name in graph.nodes:
            base, number = name.rstrip("0123456789"), 1
            while f"{base}{number}" in graph.nodes or f"{base}{number}" in piece.nodes:
                number += 1
            new = f"{base}{number}"
        names[name] = new
        piece = piece.rename(name, new)
    return piece, names


def _placed(ui: Mapping[str, Any], more: Mapping[str, Any], at: tuple[float, float] | None) -> Mapping[str, Any]:
    places: Mapping[str, Any] = more.get("nodes", {})
    corners = [place["at"] for place in places.values() if "at" in place]
    if not places:
        return ui
    if at is not None and corners:
        dx, dy = (at[k] - min(corner[k] for corner in corners) for k in (0, 1))
        places = {
            name: {**place, "at": [place["at"][0] + dx, place["at"][1] + dy]} if "at" in place else place
            for name, place in places.items()
        }
    return {**ui, "nodes": {**ui.get("nodes", {}), **places}}


def _free(name: str, taken: Mapping[str, Any]) -> str:
    number = 1
    while (label := name if number == 1 else f"{name}{number}") in taken:
        number += 1
    return label


def _is_sink(graph: Graph, name: str) -> bool:
    kind = graph.type_of(name)
    return kind is not None and kind.sink
