"""The file: a graph as text. Opening it never runs code, and saving what was opened changes no byte."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from nodegraph.data.box import Format, believed
from nodegraph.data.errors import DocumentError, GraphError
from nodegraph.data.shot import Shot
from nodegraph.graph.curve import Curve
from nodegraph.graph.graph import NOTHING, Graph, Link, Node, Parts, Wire, check_name, check_setting
from nodegraph.graph.knob import Color, KnobType, Vec
from nodegraph.graph.library import Library
from nodegraph.graph.text import dumps, loads

FORMAT = "nodegraph"
VERSION = 1
BACKUPS = 10
Saved = dict[str, Any]

# How a file of the version before each number becomes one of it; pure functions of saved JSON.
UPGRADES: dict[int, Callable[[Saved], Saved]] = {}


@dataclass(frozen=True)
class Document:
    """A graph with the file it came from. `read_only` if a newer program wrote it."""

    graph: Graph
    path: Path | None = None
    read_only: bool = False
    problems: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=lambda: NOTHING)

    @property
    def folder(self) -> Path:
        """The project's folder, which relative paths start from."""
        return (self.path.parent if self.path else Path()).resolve()


def load(path: str | Path, library: Library | None = None, *, strict: bool = True) -> Document:
    """Open a graph file. A file with faults is refused, or, if not `strict`, opened with its `problems` told."""
    path = Path(path)
    document = read(text_of(path), library or Library.discover(), path.name)
    if strict and document.problems:
        raise DocumentError(f"{path.name}: " + "\n".join(document.problems), "`nodegraph check` lists what to mend")
    return replace(document, path=path)


def text_of(path: Path) -> str:
    """What a graph or preset file says."""
    if path.is_dir():
        raise DocumentError(f"{path} is a folder", "name a file in it")
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DocumentError(f"there is no file {path}", "check the path") from None
    except (OSError, UnicodeDecodeError) as fault:
        raise DocumentError(
            f"{path} cannot be read: {fault}", "check its permissions, or that it is a graph"
        ) from fault


def read(text: str, library: Library, name: str = "text") -> Document:
    """The document that a text says."""
    saved = loads(text, name)
    if not isinstance(saved, dict) or saved.get("format") != FORMAT:
        raise DocumentError(f"{name} is no graph of ours", 'a graph file says "format": "nodegraph"')
    version = saved.get("version")
    if not isinstance(version, int) or version < 1:
        raise DocumentError(f"{name} does not say its version", 'a graph file says "version": 1')
    for step in range(version + 1, VERSION + 1):
        saved = UPGRADES[step](saved)
    problems: list[str] = []
    try:
        graph = Graph(library, shot=_shot(saved.get("shot", {})), roots=_texts(saved, "roots"), ui=layout(saved))
        graph = with_nodes(graph, saved, problems)
    except GraphError as fault:
        raise DocumentError(f"{name}: {fault.message}", fault.hint) from fault
    known = ("format", "version", "app", "shot", "roots", "nodes", "ui")
    extra = {key: value for key, value in saved.items() if key not in known}
    if version > VERSION:
        extra["version"] = version
    return Document(graph, read_only=version > VERSION, problems=tuple(problems), extra=extra)


def with_nodes(graph: Graph, saved: Saved, problems: list[str]) -> Graph:
    """An empty graph with the “nodes” of a file in it; what is wrong with them is added to `problems`."""
    rows = _table(saved, "nodes").items()
    graph = replace(graph, nodes={key: _node(key, row, graph.library, problems) for key, row in rows})
    _check_wires(graph, problems)
    return graph


def write(document: Document) -> str:
    """The text of a document."""
    graph = document.graph
    saved: Saved = {"format": FORMAT, "version": VERSION, **document.extra, "nodes": node_table(graph)}
    if graph.shot != Shot():
        saved["shot"] = _shot_to_json(graph.shot)
    if graph.roots:
        saved["roots"] = dict(graph.roots)
    if graph.ui:
        saved["ui"] = dict(graph.ui)
    return dumps(saved)


def save(document: Document, path: str | Path | None = None) -> Document:
    """Save under the document's own path or another; the file before it becomes a backup, never half a file."""
    target = Path(path) if path is not None else document.path
    if target is None:
        raise DocumentError("this graph has no file yet", "say where to save it")
    if document.read_only and document.path is not None and target.resolve() == document.path.resolve():
        raise DocumentError(f"{target.name} was written by a newer program", "save it under another name")
    save_text(write(document), target)
    return replace(document, path=target)


def save_text(text: str, target: Path) -> None:
    """Put a text under a name; what stood there becomes a backup, and is never half replaced."""
    from nodegraph.media.atomic import atomic

    if target.is_dir():
        raise DocumentError(f"{target} is a folder", "name a file in it")
    if target.exists():
        if target.read_bytes() == text.encode():
            return
        if _is_newer(target):
            raise DocumentError(f"{target.name} was written by a newer program", "save under another name")
        _back_up(target)
    with atomic(target) as beside:
        beside.write_text(text, encoding="utf-8")


def _is_newer(path: Path) -> bool:
    """True if a newer program wrote what stands there; what is no file of ours is not newer."""
    try:
        saved = loads(text_of(path), path.name)
    except DocumentError:
        return False
    version = saved.get("version") if isinstance(saved, dict) else None
    return isinstance(version, int) and version > VERSION


def _back_up(path: Path) -> None:
    """Keep a copy of the file as it stands, and the last few of those before it."""
    folder = path.parent / ".nodegraph" / "backups"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        stamp = time.strftime("%Y%m%d-%H%M%S") + f"-{time.time_ns() % 1_000_000_000:09d}"
        copy = folder / f"{path.name}.{stamp}"
        shutil.copy2(path, copy)
        with copy.open("rb") as file:
            os.fsync(file.fileno())
    except OSError as fault:
        raise DocumentError(f"no backup of {path.name} can be made: {fault}", "nothing was saved; make room") from fault
    for old in sorted(folder.glob(f"{path.name}.*"))[:-BACKUPS]:
        old.unlink(missing_ok=True)


# -- nodes ---------------------------------------------------------------------------------------------


def node_table(graph: Graph) -> Saved:
    """The nodes of a graph as they stand in a file."""
    return {name: _node_to_json(graph, name, node) for name, node in graph.nodes.items()}


def _node_to_json(graph: Graph, name: str, node: Node) -> Saved:
    inputs = {port: str(wire) for port, wire in node.inputs.items()}
    if node.saved is not None:
        saved = dict(node.saved)
    else:
        saved = {**node.extra, "type": node.kind}
        if node.version != 1:
            saved["v"] = node.version
        kind = graph.type_of(name)
        knobs = {knob: _knob_to_json(kind.knobs[knob], value) for knob, value in node.knobs.items()} if kind else {}
        if knobs:
            saved["knobs"] = knobs
    saved.pop("inputs", None)
    saved.pop("disabled", None)
    if inputs:
        saved["inputs"] = inputs
    if node.disabled:
        saved["disabled"] = True
    return saved


def _knob_to_json(kind: KnobType, value: Any) -> Any:
    if isinstance(value, Link):
        return {"link": str(value)}
    if isinstance(value, Parts):
        return [part.to_json() if isinstance(part, Curve) else part for part in value]
    return value.to_json() if isinstance(value, Curve) else kind.to_json(value)


def knob_from_json(kind: KnobType, saved: Any) -> Any:
    """A knob's setting from the form it has in a file."""
    if isinstance(saved, dict) and set(saved) == {"link"} and isinstance(saved["link"], str):
        node, dot, knob = saved["link"].partition(".")
        if not dot:
            raise GraphError(f"knob {kind.name} follows {saved['link']!r}", "write a link as Node.knob")
        return Link(node, knob)
    if isinstance(saved, dict) and "curve" in saved:
        return check_setting(kind, _curve(kind, saved))
    if issubclass(kind.type, (Color, Vec)) and isinstance(saved, list):
        return check_setting(kind, [_curve(kind, part) if isinstance(part, dict) else part for part in saved])
    return check_setting(kind, saved)


def _curve(kind: KnobType, saved: Any) -> Curve:
    try:
        return Curve.from_json(saved)
    except GraphError as fault:
        raise GraphError(f"knob {kind.name}: {fault.message}", fault.hint) from fault


def _node(name: str, saved: Any, library: Library, problems: list[str]) -> Node:
    check_name(name)
    if not isinstance(saved, dict) or not isinstance(saved.get("type"), str):
        raise GraphError(f"node {name} does not say its type", 'write "type": "Grade"')
    version = saved.get("v", 1)
    if not isinstance(version, int):
        raise GraphError(f"node {name} has a version that is no number")
    disabled = saved.get("disabled", False) is True
    inputs = {port: Wire(*wire.split(".", 1)) for port, wire in _texts(saved, "inputs", name).items()}
    kind = library.types.get(saved["type"])
    if kind is None or version > kind.version:
        return Node(saved["type"], version, NOTHING, inputs, disabled, saved)
    for step in range(version + 1, kind.version + 1):
        saved = kind.upgrades[step](saved)
        inputs = {port: Wire(*wire.split(".", 1)) for port, wire in _texts(saved, "inputs", name).items()}
    knobs: dict[str, Any] = {}
    for knob, value in _table(saved, "knobs", name).items():
        if knob not in kind.knobs:
            problems.append(f"{name}: a {kind.name} has no knob {knob}")
            continue
        try:
            knobs[knob] = knob_from_json(kind.knobs[knob], value)
        except GraphError as fault:
            problems.append(f"{name}: {fault.message}; {fault.hint}" if fault.hint else f"{name}: {fault.message}")
    known = ("type", "v", "knobs", "inputs", "disabled")
    extra = {key: value for key, value in saved.items() if key not in known}
    return Node(kind.name, kind.version, knobs, inputs, disabled, None, extra)


def _check_wires(graph: Graph, problems: list[str]) -> None:
    """Add what is wrong with wires and links; loops are told once."""
    for name, port, wire in graph.wires():
        if wire.node not in graph.nodes:
            problems.append(f"{name}.{port} is wired to {wire.node}, which is not there")
    whole = replace(
        graph,
        nodes={
            name: replace(node, inputs={p: w for p, w in node.inputs.items() if w.node in graph.nodes})
            for name, node in graph.nodes.items()
        },
    )
    loop = _find_loop(whole)
    if loop:
        problems.append(f"the wires go round: {' → '.join(loop)}")
    else:
        for name, port, wire in whole.wires():
            try:
                whole.check_types(name, port, wire)
            except GraphError as fault:
                problems.append(fault.message)
    for name, node in graph.nodes.items():
        for knob, value in node.knobs.items():
            if isinstance(value, Link):
                try:
                    graph.check_link(name, knob, value)
                except GraphError as fault:
                    problems.append(fault.message)


def _find_loop(graph: Graph) -> list[str]:
    done: set[str] = set()
    for start in graph.nodes:
        path: list[str] = []
        on_path: set[str] = set()
        todo: list[tuple[str, bool]] = [(start, False)]
        while todo:
            at, leaving = todo.pop()
            if leaving:
                path.pop()
                on_path.discard(at)
                done.add(at)
            elif at in on_path:
                return [*path[path.index(at) :], at]
            elif at not in done:
                path.append(at)
                on_path.add(at)
                todo.append((at, True))
                todo += [(wire.node, False) for wire in graph.nodes[at].inputs.values()]
    return []


# -- the shot ------------------------------------------------------------------------------------------


def _shot(saved: Any) -> Shot:
    plain = Shot()
    try:
        width, height, *aspect = saved.get("format", plain.format)
        shot = Shot(
            name=str(saved.get("name", plain.name)),
            first=int(saved.get("first", plain.first)),
            last=int(saved.get("last", max(plain.last, saved.get("first", plain.first)))),
            fps=Fraction(str(saved.get("fps", plain.fps))),
            format=Format(int(width), int(height), float(aspect[0]) if aspect else 1.0),
            space=str(saved.get("space", plain.space)),
            config=str(saved.get("config", plain.config)),
            version=int(saved.get("version", plain.version)),
            production=str(saved.get("production", plain.production)),
        )
    except (TypeError, ValueError, AttributeError, ZeroDivisionError) as fault:
        raise GraphError(f"the shot's settings are wrong: {fault}", "see “shot” in the file") from fault
    width, height, wide = shot.format
    if shot.last < shot.first or shot.fps <= 0 or min(width, height) < 1 or believed(wide) != wide:
        raise GraphError("the shot's range, rate or format cannot be", "see “shot” in the file")
    return shot


def _shot_to_json(shot: Shot) -> Saved:
    plain = Shot()
    saved: Saved = {}
    for name in ("name", "first", "last", "space", "config", "version", "production"):
        if getattr(shot, name) != getattr(plain, name):
            saved[name] = getattr(shot, name)
    if shot.fps != plain.fps:
        saved["fps"] = str(shot.fps)
    if shot.format != plain.format:
        square = shot.format.pixel_aspect == 1.0
        saved["format"] = list(shot.format[:2]) if square else list(shot.format)
    return saved


def _table(saved: Saved, key: str, where: str = "the file") -> Saved:
    value = saved.get(key, {})
    if not isinstance(value, dict):
        raise GraphError(f"“{key}” of {where} is no table", "it stands in braces")
    return value


def layout(saved: Saved) -> Saved:
    """What a file says of where things stand on the canvas."""
    ui = _table(saved, "ui")
    _table(ui, "nodes", "“ui”")
    return ui


def _texts(saved: Saved, key: str, where: str = "the file") -> dict[str, str]:
    value = _table(saved, key, where)
    if not all(isinstance(text, str) and text for text in value.values()):
        raise GraphError(f"“{key}” of {where} holds something that is no text")
    return value
