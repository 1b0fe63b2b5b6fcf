"""The Graph: what the artist edits. An immutable value; every edit returns a new one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, NamedTuple

from nodegraph.data.errors import GraphError
from nodegraph.data.shot import Shot
from nodegraph.graph.carry import carried, fits, wants
from nodegraph.graph.curve import Curve
from nodegraph.graph.knob import Animated, Color, KnobType, Vec
from nodegraph.graph.library import Library
from nodegraph.graph.node import NodeType

NOTHING: Mapping[str, Any] = MappingProxyType({})


class Wire(NamedTuple):
    """Where an input gets its value: a node, and which of its outputs (empty: its first)."""

    node: str
    output: str = ""

    def __str__(self) -> str:
        return f"{self.node}.{self.output}" if self.output else self.node


class Link(NamedTuple):
    """A knob that follows another one."""

    node: str
    knob: str

    def __str__(self) -> str:
        return f"{self.node}.{self.knob}"


class Parts(tuple[Any, ...]):
    """A colour or position of which at least one part has a curve."""

    __slots__ = ()


@dataclass(frozen=True)
class Node:
    """One node of a graph: its type by name, the knobs that were turned, and what its inputs are wired to.

    A node whose type this program does not have, or has older, keeps everything it came with in
    `saved`, and stands in the graph as a placeholder.
    """

    kind: str
    version: int = 1
    knobs: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    inputs: Mapping[str, Wire] = field(default_factory=lambda: NOTHING)
    disabled: bool = False
    saved: Mapping[str, Any] | None = None
    extra: Mapping[str, Any] = field(default_factory=lambda: NOTHING)  # fields of a file that we do not know


@dataclass(frozen=True)
class Graph:
    """Nodes by name, the shot they work on, and where they stand on the canvas.

    `ui` holds layout, backdrops and notes; nothing in it ever changes a picture.
    """

    library: Library = field(repr=False, compare=False)
    nodes: Mapping[str, Node] = field(default_factory=lambda: NOTHING)
    shot: Shot = field(default_factory=Shot)
    roots: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    ui: Mapping[str, Any] = field(default_factory=lambda: NOTHING)

    # -- asking ------------------------------------------------------------------------------------

    def node(self, name: str) -> Node:
        """The node called so."""
        try:
            return self.nodes[name]
        except KeyError:
            raise GraphError(f"there is no node {name}", f"the graph has {', '.join(self.nodes) or 'none'}") from None

    def type_of(self, name: str) -> NodeType | None:
        """Its node type, that of a Dot as its wire makes it; None for a placeholder."""
        kind = self.declared(name)
        return kind.carrying(carried(self, name)) if kind is not None and kind.carries else kind

    def declared(self, name: str) -> NodeType | None:
        """Its node type as it is without a wire; None for a placeholder."""
        node = self.node(name)
        return None if node.saved is not None else self.library.types.get(node.kind)

    def known_type(self, name: str) -> NodeType:
        """Its node type; a GraphError if this program does not have it."""
        kind = self.type_of(name)
        if kind is None:
            raise GraphError(
                f"{name} is a {self.node(name).kind} of version {self.node(name).version}, which this program lacks",
                "install the package or the newer program that it comes from, or disable the node",
            )
        return kind

    def knob_type(self, name: str, knob: str) -> KnobType:
        """What kind of knob this is."""
        kind = self.known_type(name)
        try:
            return kind.knobs[knob]
        except KeyError:
            raise GraphError(
                f"{name} has no knob {knob}", f"a {kind.name} has {', '.join(kind.knobs) or 'none'}"
            ) from None

    def setting(self, name: str, knob: str) -> Any:
        """What the knob is set to: a value, a Curve, Parts or a Link."""
        return self.node(name).knobs.get(knob, self.knob_type(name, knob).default)

    def value(self, name: str, knob: str, frame: float) -> Any:
        """The knob's value at a frame, curves and links followed."""
        kind = self.knob_type(name, knob)
        setting = self.node(name).knobs.get(knob, kind.default)
        if isinstance(setting, Link):
            value = self.value(setting.node, setting.knob, frame)
            if kind.is_number and kind.parts == 1 and issubclass(kind.type, int) and isinstance(value, float):
                value = round(value)
            return kind.check(value)
        return value_at(kind, setting, frame)

    def animated(self, name: str, knob: str) -> bool:
        """True if the knob's value depends on the frame."""
        setting = self.node(name).knobs.get(knob)
        if isinstance(setting, Link):
            return self.animated(setting.node, setting.knob)
        if isinstance(setting, (Curve, Parts)):
            return True
        return isinstance(setting, Animated) and setting.animated

    def wires(self) -> Iterator[tuple[str, str, Wire]]:
        """Every wire: the node it enters, by which input, and where it comes from."""
        for name, node in self.nodes.items():
            for port, wire in node.inputs.items():
                yield name, port, wire

    def consumers(self, name: str) -> list[tuple[str, str]]:
        """The inputs that are wired to a node."""
        return [(node, port) for node, port, wire in self.wires() if wire.node == name]

    def upstream(self, name: str) -> list[str]:
        """Every node that this one gets pictures from, itself last."""
        seen: dict[str, None] = {}
        begun: set[str] = set()
        todo = [(name, False)]
        while todo:
            at, ready = todo.pop()
            if ready:
                seen.setdefault(at)
            elif at not in begun and at in self.nodes:
                begun.add(at)
                todo.append((at, True))
                todo += [(wire.node, False) for wire in self.nodes[at].inputs.values()]
        return list(seen)

    def sinks(self) -> list[str]:
        """The nodes that a render runs: those that write, and are not disabled."""
        return [
            name
            for name, node in self.nodes.items()
            if not node.disabled and (kind := self.type_of(name)) is not None and kind.sink
        ]

    # -- editing -----------------------------------------------------------------------------------

    def add(self, kind: str, name: str = "", /, **knobs: Any) -> Graph:
        """With a new node, named `Grade1` and so on if no name is given; knobs may be set at once."""
        found = self.library.get(kind)
        name = name or self.free_name(kind)
        if name in self.nodes:
            raise GraphError(f"there is a node {name} already", "give the new one another name")
        check_name(name)
        graph = self._with(name, Node(kind, found.version))
        for knob, value in knobs.items():
            graph = graph.set(name, knob, value)
        return graph

    def free_name(self, kind: str) -> str:
        """The first of Grade1, Grade2 … that is not taken."""
        number = 1
        while f"{kind}{number}" in self.nodes:
            number += 1
        return f"{kind}{number}"

    def remove(self, name: str) -> Graph:
        """Without a node; what was wired or linked to it is left unwired, at the value it had."""
        self.node(name)
        nodes: dict[str, Node] = {}
        for other, node in self.nodes.items():
            if other == name:
                continue
            inputs = {port: wire for port, wire in node.inputs.items() if wire.node != name}
            knobs = {
                knob: self.value(other, knob, self.shot.first)
                if isinstance(set_to, Link) and set_to.node == name
                else set_to
                for knob, set_to in node.knobs.items()
            }
            changed = len(inputs) != len(node.inputs) or knobs != node.knobs
            nodes[other] = replace(node, inputs=inputs, knobs=knobs) if changed else node
        places = {key: value for key, value in self.ui.get("nodes", {}).items() if key != name}
        return replace(
            self, nodes=nodes, ui={**self.ui, "nodes": places} if places != self.ui.get("nodes", {}) else self.ui
        )

    def rename(self, name: str, new: str) -> Graph:
        """With a node called otherwise, and all its wires and links kept."""
        if new == name:
            return self
        self.node(name)
        if new in self.nodes:
            raise GraphError(f"there is a node {new} already", "choose another name")
        check_name(new)
        nodes: dict[str, Node] = {}
        for other, node in self.nodes.items():
            inputs = {p: w._replace(node=new) if w.node == name else w for p, w in node.inputs.items()}
            knobs = {
                knob: Link(new, value.knob) if isinstance(value, Link) and value.node == name else value
                for knob, value in node.knobs.items()
            }
            saved = _relinked(node.saved, name, new)
            changed = inputs != node.inputs or knobs != node.knobs or saved is not node.saved
            same = node if not changed else replace(node, inputs=inputs, knobs=knobs, saved=saved)
            nodes[new if other == name else other] = same
        places = self.ui.get("nodes", {})
        if name in places:
            places = {new if key == name else key: value for key, value in places.items()}
            return replace(self, nodes=nodes, ui={**self.ui, "nodes": places})
        return replace(self, nodes=nodes)

    def connect(self, name: str, port: str, source: str | Wire) -> Graph:
        """With an input wired to a node, or to one output of it as `Track1.faces`."""
        wire = source if isinstance(source, Wire) else Wire(*source.split(".", 1))
        self.check_wire(name, port, wire)
        node = self.node(name)
        return self._with(name, replace(node, inputs={**node.inputs, port: wire}))

    def check_wire(self, name: str, port: str, wire: Wire) -> None:
        """Raise the reason why this wire cannot be."""
        self.check_types(name, port, wire)
        path = self._path(wire.node, name)
        if path:
            raise GraphError(f"a wire from {wire} to {name} would close a loop: {' → '.join([*path, name])}")

    def check_types(self, name: str, port: str, wire: Wire) -> None:
        """Raise if the ports are not there, or do not fit."""
        kind = self.type_of(name)
        giver = self.type_of(wire.node)
        if kind is not None:
            into = kind.port(port)
            if into is None:
                names = ", ".join(each.name for each in kind.inputs) or "none"
                raise GraphError(f"{name} has no input {port}", f"a {kind.name} has {names}")
            if giver is not None:
                out = giver.output(wire.output)
                if out is None:
                    names = ", ".join(each.name for each in giver.outputs) or "none: it only writes"
                    raise GraphError(f"{wire.node} has no output {wire.output or 'at all'}", f"it has {names}")
                for end, label, wanted in wants(self, name, port):
                    if not fits(out.type, wanted):
                        on = "" if end == name else f", to which {name} would carry it"
                        raise GraphError(
                            f"{wire} gives {out.type.__name__}, but {end}.{label} takes {wanted.__name__}{on}",
                            "put a node between them that makes the one of the other",
                        )

    def disconnect(self, name: str, port: str) -> Graph:
        """With an input unwired."""
        node = self.node(name)
        return self._with(name, replace(node, inputs={p: w for p, w in node.inputs.items() if p != port}))

    def set(self, name: str, knob: str, value: Any) -> Graph:
        """With a knob set to a value, a Curve, Parts, or a Link to another knob."""
        kind = self.knob_type(name, knob)
        try:
            setting = check_setting(kind, value)
        except GraphError as fault:
            raise GraphError(f"{name}: {fault.message}", fault.hint) from fault
        if isinstance(setting, Link):
            self.check_link(name, knob, setting)
        node = self.node(name)
        knobs = {key: old for key, old in node.knobs.items() if key != knob}
        if isinstance(setting, (Link, Curve, Parts)) or setting != kind.default:
            knobs[knob] = setting
        return self._with(name, replace(node, knobs=knobs))

    def disable(self, name: str, disabled: bool = True) -> Graph:
        """With a node switched off: its first input of the same type passes through."""
        return self._with(name, replace(self.node(name), disabled=disabled))

    def with_shot(self, **values: Any) -> Graph:
        """With other shot settings."""
        return replace(self, shot=replace(self.shot, **values))

    def _with(self, name: str, node: Node) -> Graph:
        return replace(self, nodes={**self.nodes, name: node})

    def _path(self, start: str, goal: str) -> list[str]:
        """The nodes by which `start` already depends on `goal`, from goal to start; empty if it does not."""
        came: dict[str, str] = {start: ""}
        todo = [start]
        while todo:
            at = todo.pop()
            if at == goal:
                path = [at]
                while came[path[-1]]:
                    path.append(came[path[-1]])
                return path
            for wire in self.nodes[at].inputs.values() if at in self.nodes else ():
                if wire.node not in came:
                    came[wire.node] = at
                    todo.append(wire.node)
        return []

    def check_link(self, name: str, knob: str, link: Link) -> None:
        """Raise the reason why a knob cannot follow this one."""
        kind, other = self.knob_type(name, knob), self.knob_type(link.node, link.knob)
        same = kind.type is other.type or (kind.is_number and other.is_number and kind.parts == other.parts)
        if not same:
            raise GraphError(f"{name}.{knob} cannot follow {link}: they are of different types")
        seen = [Link(name, knob)]
        while isinstance(link, Link):
            if link in seen:
                raise GraphError(f"knob links would go round: {' → '.join(map(str, [*seen, link]))}")
            seen.append(link)
            link = self.setting(link.node, link.knob)


def _relinked(saved: Mapping[str, Any] | None, name: str, new: str) -> Mapping[str, Any] | None:
    """What a placeholder came with, its knobs following a node that is called otherwise now."""
    knobs = saved.get("knobs") if saved is not None else None
    moved: dict[str, Any] = {}
    for knob, value in knobs.items() if isinstance(knobs, dict) else ():
        link = value.get("link") if isinstance(value, dict) else None
        if isinstance(link, str) and link.startswith(f"{name}."):
            moved[knob] = {"link": new + link.removeprefix(name)}
    return {**saved, "knobs": {**knobs, **moved}} if saved and knobs and moved else saved


def check_name(name: str) -> None:
    """Raise if a node cannot be called so: names go into files, wires and the command line."""
    if not name.isidentifier():
        raise GraphError(f"a node cannot be called {name!r}", "use letters, digits and _, and no digit first")


def check_setting(kind: KnobType, value: Any) -> Any:
    """A knob's setting in its own type; a GraphError if it cannot be."""
    if isinstance(value, Link):
        return value
    if isinstance(value, Curve):
        if not kind.is_number or kind.parts != 1:
            raise GraphError(f"knob {kind.name} cannot have a curve", "only numbers and parts of colours can")
        for key in value.keys:
            check_number(kind, key.value)
        return value
    several = issubclass(kind.type, (Color, Vec)) and isinstance(value, (tuple, list))
    if several and any(isinstance(part, Curve) for part in value):
        if len(value) != kind.parts:
            raise GraphError(f"knob {kind.name} has {kind.parts} parts, not {len(value)}")
        for part in value:
            for number in (key.value for key in part.keys) if isinstance(part, Curve) else (part,):
                check_number(kind, number)
        return Parts(value)
    return kind.check(value)


def check_number(kind: KnobType, number: float) -> None:
    """Raise if one number is outside the limits of its knob."""
    if kind.parts > 1 or issubclass(kind.type, (Color, Vec)):
        kind.check((number,) * kind.parts)
    elif issubclass(kind.type, int):
        kind.check(round(number))
    else:
        kind.check(number)


def value_at(kind: KnobType, setting: Any, frame: float) -> Any:
    """What a setting comes to at a frame, in the knob's own type."""
    if isinstance(setting, Curve):
        value = setting.at(frame)
        low, high = kind.knob.low, kind.knob.high
        if not kind.knob.soft:  # a curve may overshoot between keys that are themselves within the limits
            value = max(value, low) if low is not None else value
            value = min(value, high) if high is not None else value
        return kind.type(round(value) if issubclass(kind.type, int) else value)
    if isinstance(setting, Parts):
        return kind.type(part.at(frame) if isinstance(part, Curve) else float(part) for part in setting)
    if isinstance(setting, Animated):
        return setting.at(frame)
    return setting
