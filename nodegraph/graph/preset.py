"""Presets: a piece of graph with the knobs that matter, to use again and to share."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from nodegraph.data.errors import DocumentError, GraphError
from nodegraph.graph.carry import fits
from nodegraph.graph.document import Saved, layout, node_table, save_text, text_of, with_nodes
from nodegraph.graph.graph import NOTHING, Graph, Link, Wire
from nodegraph.graph.library import Library
from nodegraph.graph.piece import cut, joined
from nodegraph.graph.private import private
from nodegraph.graph.text import dumps, loads

FORMAT = "nodegraph-preset"
VERSION = 1
SUFFIX = ".ngpreset.json"
SHA256 = re.compile(r"[0-9a-f]{64}")
KNOWN = {"format", "version", "name", "help", "menu", "picture", "nodes", "ui"}
KNOWN |= {"inputs", "outputs", "exposed", "models"}


class Exposed(NamedTuple):
    """A knob that the preset shows: its name there, and which knobs of its nodes it turns, all alike.

    `range` is how far its slider goes here, where the knob's own range is too wide to be handy.
    """

    label: str
    knobs: tuple[Link, ...]
    range: tuple[float, float] | None = None


class NeededModel(NamedTuple):
    """A model file that the preset's nodes load, whatever it is called on a machine. `size` is in bytes, 0 unknown."""

    name: str
    sha256: str
    size: int = 0
    licence: str = ""
    note: str = ""


@dataclass(frozen=True)
class Preset:
    """A piece of graph. `inputs` are its open ends: a name, and the ports that whatever is wired to it feeds.

    `outputs` is where the rest of a graph goes on, by name. `picture` stands beside the file, as a relative path.
    """

    graph: Graph
    name: str = ""
    help: str = ""
    menu: str = ""
    inputs: Mapping[str, tuple[Link, ...]] = field(default_factory=lambda: NOTHING)
    outputs: Mapping[str, Wire] = field(default_factory=lambda: NOTHING)
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
    preset = replace(preset, problems=(*preset.problems, *_private(preset)))
    if strict and preset.problems:
        raise DocumentError(f"{path.name}: " + "\n".join(preset.problems), "mend the file, or make the preset anew")
    return preset


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
        graph = with_nodes(Graph(library, ui=layout(saved)), saved, problems)
        extra = {key: value for key, value in saved.items() if key not in KNOWN}
        if version > VERSION:
            extra["version"] = version
        preset = Preset(
            graph,
            name=_typed(saved, "name", str),
            help=_typed(saved, "help", str),
            menu=_typed(saved, "menu", str),
            inputs={key: _places(row) for key, row in _typed(saved, "inputs", dict).items()},
            outputs={key: _wire(text) for key, text in _typed(saved, "outputs", dict).items()},
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
    return dumps(_saved(preset))


def _saved(preset: Preset) -> Saved:
    saved: Saved = {"format": FORMAT, "version": VERSION, **preset.extra, "nodes": node_table(preset.graph)}
    for key in ("name", "help", "menu", "picture"):
        if getattr(preset, key):
            saved[key] = getattr(preset, key)
    if preset.inputs:
        saved["inputs"] = {key: [str(place) for place in places] for key, places in preset.inputs.items()}
    if preset.outputs:
        saved["outputs"] = {key: str(wire) for key, wire in preset.outputs.items()}
    if preset.exposed:
        saved["exposed"] = [
            {"label": row.label, "knobs": [str(knob) for knob in row.knobs]}
            | ({"range": list(row.range)} if row.range else {})
            for row in preset.exposed
        ]
    if preset.models:
        saved["models"] = [{key: part for key, part in row._asdict().items() if part} for row in preset.models]
    if preset.graph.ui:
        saved["ui"] = dict(preset.graph.ui)
    return saved


def save(preset: Preset, path: str | Path) -> None:
    """Save under a name; what stood there becomes a backup, unless a newer program wrote it: then it stays."""
    if preset.read_only:
        raise DocumentError(f"{preset.name or 'this preset'} was written by a newer program", "change it with that one")
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


def _wire(text: Any) -> Wire:
    if not isinstance(text, str) or not text:
        raise GraphError(f"{text!r} is no output", "write it as Node, or as Node.output")
    return Wire(*text.split(".", 1))


def _exposed(row: Any) -> Exposed:
    if not isinstance(row, dict) or not isinstance(row.get("label"), str) or not row["label"]:
        raise GraphError(
            "a knob that the preset shows has no label", 'write {"label": "Size", "knobs": ["Blur1.size"]}'
        )
    return Exposed(row["label"], _places(row.get("knobs")), _range(row["label"], row.get("range")))


def _range(label: str, row: Any) -> tuple[float, float] | None:
    if row is None:
        return None
    numbers = isinstance(row, (list, tuple)) and all(type(part) in (int, float) and math.isfinite(part) for part in row)
    if not numbers or len(row) != 2 or row[0] >= row[1]:
        raise GraphError(f"{label} cannot go over the range {row!r}", "write its lowest and highest number: [0, 2]")
    return row[0], row[1]


def _model(row: Any) -> NeededModel:
    texts = isinstance(row, dict) and all(isinstance(row.get(key, ""), str) for key in ("name", "licence", "note"))
    if not texts or not row.get("name") or not SHA256.fullmatch(str(row.get("sha256"))):
        raise GraphError("a model is not named by its sha256", 'write {"name": …, "sha256": 64 digits 0-9 a-f}')
    size = row.get("size", 0)
    if type(size) is not int or size < 0 or set(row) - set(NeededModel._fields):
        raise GraphError(f"the model {row['name']} says something wrong", "it has name, sha256, size, licence, note")
    return NeededModel(row["name"], row["sha256"], size, row.get("licence", ""), row.get("note", ""))


def _problems(preset: Preset) -> Iterator[str]:
    """What is wrong with a preset beyond its nodes."""
    graph = preset.graph
    for row in preset.exposed:
        for knob in row.knobs:
            try:
                kind = graph.knob_type(*knob)
            except GraphError as fault:
                if knob.node not in graph.nodes or graph.type_of(knob.node) is not None:
                    yield f"it shows {knob}: {fault.message}"
            else:
                if row.range and not kind.is_number:
                    yield f"{row.label} has a range, but {knob} is no number"
    labels = [row.label for row in preset.exposed]
    yield from (f"two of its knobs are called {label}" for label in sorted({x for x in labels if labels.count(x) > 1}))
    for name, places in preset.inputs.items():
        for place in places:
            node = graph.nodes.get(place.node)
            taker = graph.type_of(place.node) if node is not None else None
            if node is None or (taker is not None and taker.port(place.knob) is None):
                yield f"its input {name} leads to {place}, which is not there"
            elif place.knob in node.inputs:
                yield f"its input {name} leads to {place}, which is wired already"
    for name, wire in preset.outputs.items():
        giver = graph.type_of(wire.node) if wire.node in graph.nodes else None
        if wire.node not in graph.nodes or (giver is not None and giver.output(wire.output) is None):
            yield f"its output {name} is {wire}, which is not there"
    if Path(preset.picture).is_absolute() or ".." in Path(preset.picture).parts:
        yield f"its picture {preset.picture} is not beside it"


def _private(preset: Preset) -> Iterator[str]:
    yield from (f"{place} holds {text!r}, a path of one machine only" for place, text in private(_saved(preset)))


# -- cutting out and inserting -------------------------------------------------------------------------


def made(
    graph: Graph,
    names: Iterable[str],
    *,
    name: str,
    help: str = "",
    menu: str = "",
    picture: str = "",
    expose: Mapping[str, Iterable[str]] = NOTHING,
    ranges: Mapping[str, tuple[float, float]] = NOTHING,
    models: Iterable[NeededModel] = (),
) -> Preset:
    """A preset of some nodes. Wires from outside become its inputs, those that leave it its outputs.

    `expose` is label -> knobs as `Node.knob`, `ranges` label -> how far its slider goes.
    """
    piece, inputs, outputs = cut(graph, names)
    if not piece.nodes:
        raise GraphError(f"{name} would be an empty preset", "name at least one node")
    exposed = (
        Exposed(label, tuple(map(_place, knobs)), _range(label, ranges.get(label))) for label, knobs in expose.items()
    )
    preset = Preset(piece, name, help, menu, inputs, outputs, tuple(exposed), tuple(models), picture)
    problems = (*_problems(preset), *(f"{label} is not shown" for label in ranges if label not in expose))
    problems += tuple(_private(preset))
    if problems:
        raise GraphError(
            f"{name} cannot be a preset: " + "\n".join(problems),
            "show knobs that are there, under different labels; make paths relative, or let them start from a {root}",
        )
    return preset


def inserted(
    graph: Graph,
    preset: Preset,
    *,
    inputs: Mapping[str, str | Wire] = NOTHING,
    outputs: Mapping[str, Iterable[str]] = NOTHING,
    values: Mapping[str, Any] = NOTHING,
    at: tuple[float, float] | None = None,
) -> Inserted:
    """The graph with the preset's nodes in it, wired to `inputs`, its shown knobs set to `values` by label.

    `outputs` is output -> where it goes to, as `Node.input`; what was wired there gives way. Names that are taken
    get a number; `at` is where the upper left corner goes.
    """
    title = preset.name or "the preset"
    if preset.problems:
        raise GraphError(f"{title} has faults: " + "\n".join(preset.problems), "mend it before it is used")
    for label in inputs:
        if label not in preset.inputs:
            raise GraphError(f"{title} has no input {label}", f"it has {', '.join(preset.inputs) or 'none'}")
    whole, names = joined(graph, preset.graph, at)
    for label, source in inputs.items():
        for place in preset.inputs[label]:
            whole = whole.connect(names[place.node], place.knob, source)
    for label, takers in outputs.items():
        if label not in preset.outputs:
            raise GraphError(f"{title} has no output {label}", f"it has {', '.join(preset.outputs) or 'none'}")
        wire = preset.outputs[label]
        for taker in map(_place, takers):
            whole = whole.connect(taker.node, taker.knob, wire._replace(node=names[wire.node]))
    shown = {row.label: row for row in preset.exposed}
    for label, value in values.items():
        if label not in shown:
            raise GraphError(f"{title} has no knob {label}", f"it has {', '.join(shown) or 'none'}")
        for knob in shown[label].knobs:
            whole = whole.set(names[knob.node], knob.knob, value)
    return Inserted(whole, names)


def copied(graph: Graph, names: Iterable[str]) -> str:
    """The text of some nodes, for the clipboard: a preset without a name. Paths are kept as they are."""
    piece, inputs, outputs = cut(graph, names)
    return write(Preset(piece, inputs=inputs, outputs=outputs))


def pasted(graph: Graph, text: str, *, source: str = "", at: tuple[float, float] | None = None) -> Inserted:
    """The graph with the nodes of a copied text in it; `source` is wired to the first input that takes it."""
    if FORMAT not in text:
        raise DocumentError("the clipboard holds no nodes", "copy nodes first, or paths of pictures, movies or presets")
    try:
        preset = replace(read(text, graph.library, "the clipboard"), name="what was copied")
    except DocumentError as fault:
        raise DocumentError(fault.message, "a part of it may be missing: copy the nodes again") from fault
    wired: dict[str, str | Wire] = {}
    if source and (giver := graph.type_of(source)) is not None and giver.outputs:
        for label, places in preset.inputs.items():
            taker = preset.graph.type_of(places[0].node)
            port = taker.port(places[0].knob) if taker is not None else None
            if port is not None and fits(giver.outputs[0].type, port.type):
                wired = {label: source}
                break
    return inserted(graph, preset, inputs=wired, at=at)
