"""What can be settled once per graph: knobs that do not move, where wires lead, what forks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from enum import Enum
from hashlib import blake2b
from pathlib import Path
from typing import Any

from nodegraph.colour.config import config_stamp
from nodegraph.data.errors import GraphError
from nodegraph.data.shot import Shot
from nodegraph.engine.paths import absolute
from nodegraph.engine.step import Feed, Step
from nodegraph.graph.carry import fits
from nodegraph.graph.graph import Graph, Wire
from nodegraph.graph.knob import Color, File, KnobType, Vec
from nodegraph.graph.node import NodeType, Port

PLAIN = (bool, int, float, str, Enum, Color, Vec)  # settings that are the value itself, at every frame


def _at_home(graph: Graph, folder: Path) -> Shot:
    """The shot as nodes get it: an OCIO config beside the project is found wherever the program was started."""
    shot = replace(graph.shot, production="")
    config = shot.config
    if config.startswith("ocio://"):
        return shot
    return replace(shot, config=str(absolute(config, folder, graph.roots)))


class Source:
    """The giving end of a wire."""

    __slots__ = ("entry", "output", "pick", "wire")

    def __init__(self, entry: Entry, wire: Wire) -> None:
        self.entry = entry
        self.wire = wire
        self.output, self.pick = _output(entry, wire.output)


class Entry:
    """One node of the graph, looked up once."""

    __slots__ = (
        "always",
        "disabled",
        "fixed",
        "forks",
        "head",
        "kind",
        "memo",
        "moving",
        "name",
        "passed",
        "ports",
        "prefix",
        "problem",
        "said",
        "wired",
    )

    def __init__(self, name: str, kind: NodeType | None, disabled: bool, forks: bool) -> None:
        self.name = name
        self.kind = kind
        self.disabled = disabled
        self.problem: GraphError | None = None  # told when the node is asked for: an unused branch may be unfinished
        self.wired: dict[str, Source] = {}
        self.ports: dict[str, list[Source]] = {}  # by the port's name; a row of inputs has several
        self.fixed: dict[str, Any] = {}
        self.moving: tuple[KnobType, ...] = ()
        self.said: dict[str, Any] = {}  # the knobs as they go into the key
        self.head = blake2b(digest_size=16)  # the beginning of the key: type, edition, shot
        self.prefix = self.head  # the same, and the knobs, where none of them moves
        self.forks = forks  # worth keeping: several readers, one at other frames, or costly
        self.always: Step | None = None  # the Step of every frame
        self.memo: dict[int, Step] = {}
        self.passed: dict[tuple[int, str], Feed | None] = {}

    def with_knobs(self, moving: Mapping[str, Any]) -> blake2b:
        """The beginning of the key with all knobs in it: those that move as they are at a frame."""
        digest = self.head.copy()
        digest.update(json.dumps({**self.said, **moving}, sort_keys=True).encode())
        return digest


class Index:
    """A graph looked through once: order, loops, and an Entry per node, made when first asked for."""

    def __init__(self, graph: Graph, folder: Path) -> None:
        import networkx

        self.graph = graph
        self.folder = folder
        net: networkx.DiGraph[str] = networkx.DiGraph()
        net.add_nodes_from(graph.nodes)
        net.add_edges_from((wire.node, name) for name, _, wire in graph.wires() if wire.node in graph.nodes)
        self._net = net
        self.loops: dict[str, list[str]] = {}
        try:
            self.order = list(networkx.topological_sort(net))
        except networkx.NetworkXUnfeasible:
            self.order = self._around_loops()
        self._forks = _forks(graph)
        self.shot = _at_home(graph, folder)
        config = self.shot.config  # on disk it may be mended meanwhile; where the project lies does not count
        self._shot = f"{graph.shot!r} {config_stamp(config).removeprefix(config)}"
        self._entries: dict[str, Entry] = {}

    def _around_loops(self) -> list[str]:
        """An order in which nodes of a loop stand together; notes the loops down."""
        import networkx

        groups = networkx.condensation(self._net)
        order: list[str] = []
        for number in networkx.topological_sort(groups):
            group: set[str] = groups.nodes[number]["members"]
            order.extend(group)
            name = min(group)
            if len(group) > 1 or self._net.has_edge(name, name):
                path = [edge[0] for edge in networkx.find_cycle(self._net.subgraph(group), name)]
                self.loops.update(dict.fromkeys(group, path))
        return order

    def entry(self, name: str) -> Entry:
        """The Entry of a node, with those of all that it reads."""
        if name not in self._entries:
            import networkx

            self.graph.node(name)
            needed = networkx.ancestors(self._net, name) | {name}
            for other in self.order:
                if other in needed and other not in self._entries:
                    self._entries[other] = self._make(other)
        return self._entries[name]

    @property
    def entries(self) -> Mapping[str, Entry]:
        """The Entries made so far."""
        return self._entries

    def _make(self, name: str) -> Entry:
        node = self.graph.nodes[name]
        kind = self.graph.type_of(name)
        entry = Entry(name, kind, node.disabled, name in self._forks or (kind is not None and kind.costly))
        try:
            self._fill(entry)
        except GraphError as fault:
            entry.problem = fault
        return entry

    def _fill(self, entry: Entry) -> None:
        name = entry.name
        if name in self.loops:
            path = self.loops[name]
            raise GraphError(
                f"{name} is in a loop: {' → '.join([*path, path[0]])}",
                "take one of its wires away: no node can feed itself",
            )
        for port, wire in self.graph.nodes[name].inputs.items():
            if wire.node not in self._entries:
                raise GraphError(
                    f"{name}: its input {port} is wired to {wire.node}, which is not there", "wire it anew"
                )
            entry.wired[port] = Source(self._entries[wire.node], wire)
        if entry.disabled:
            return
        kind = self.graph.known_type(name)
        for port in entry.wired:
            if kind.port(port) is None:
                raise GraphError(f"{name} has no input {port}", "take that wire away")
        for each in kind.inputs:
            entry.ports[each.name] = self._sources(entry, kind, each)
        self._knobs(entry, kind)

    def _sources(self, entry: Entry, kind: NodeType, port: Port) -> list[Source]:
        if port.many:
            names = [name for name in entry.wired if kind.port(name) == port]
            names.sort(key=lambda name: int(name[len(port.name) :] or 0))
        else:
            names = [port.name] if port.name in entry.wired else []
            if not names and not port.optional:
                raise GraphError(
                    f"{entry.name}: nothing is wired to its input {port.name}",
                    f"wire a node to it that gives {port.type.__name__}, or disable {entry.name}",
                )
        sources = [entry.wired[name] for name in names]
        for source in sources:
            given = source.output
            if given is not None and not fits(given, port.type):
                raise GraphError(
                    f"{entry.name}: {source.wire} gives {given.__name__}, and its input {port.name} takes "
                    f"{port.type.__name__}",
                    "put a node between them that makes the one of the other",
                )
        return sources

    def _knobs(self, entry: Entry, kind: NodeType) -> None:
        graph, name = self.graph, entry.name
        settings = graph.nodes[name].knobs
        moving: list[KnobType] = []
        for knob in kind.knobs.values():
            value = settings.get(knob.name, knob.default)
            try:
                if not isinstance(value, PLAIN):
                    if graph.animated(name, knob.name):
                        moving.append(knob)
                        continue
                    value = graph.value(name, knob.name, graph.shot.first)
                entry.said[knob.name] = self.said(value, knob)
                entry.fixed[knob.name] = self.file(value) if isinstance(value, File) else value
            except GraphError as fault:
                message = fault.message if fault.message.startswith(name) else f"{name}: {fault.message}"
                raise GraphError(message, fault.hint) from fault
        entry.moving = tuple(moving)
        entry.head.update(json.dumps([kind.name, kind.edition, self._shot if kind.sees_shot else ""]).encode())
        entry.prefix = entry.with_knobs({})

    def file(self, value: File) -> File:
        """A path knob's value as the node gets it."""
        return absolute(value, self.folder, self.graph.roots)

    def said(self, value: Any, knob: KnobType) -> Any:
        """A knob's value as it goes into the key. A path inside the project counts as it is written."""
        if isinstance(value, File) and value.startswith("{"):
            return str(self.file(value))
        if isinstance(value, Enum):
            return value.value
        return value if isinstance(value, PLAIN) else knob.to_json(value)


def _forks(graph: Graph) -> set[str]:
    """The nodes that several inputs read, or one that wants frames near its own."""
    seen: set[str] = set()
    forks: set[str] = set()
    for name, port, wire in graph.wires():
        kind = graph.type_of(name)
        found = kind.port(port) if kind is not None else None
        if wire.node in seen or (found is not None and found.time == "window"):
            forks.add(wire.node)
        seen.add(wire.node)
    return forks


def _output(entry: Entry, name: str) -> tuple[type | None, int]:
    """The type of an output, and its place where a node has several."""
    if entry.kind is None:
        return None, -1
    found = entry.kind.output(name)
    if found is None:
        names = ", ".join(each.name for each in entry.kind.outputs) or "none"
        raise GraphError(f"{entry.name} has no output {name or 'at all'}", f"it has {names}")
    return found.type, entry.kind.outputs.index(found) if len(entry.kind.outputs) > 1 else -1
