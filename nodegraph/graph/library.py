"""The library: which kinds of nodes there are, found through the entry points that packages declare."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType, ModuleType
from typing import Any

from nodegraph.data.errors import GraphError
from nodegraph.graph.node import NodeType, node_type

ENTRY_POINTS = "nodegraph.nodes"


@dataclass(frozen=True, eq=False)
class Library:
    """The node types that a graph may use, by name."""

    types: Mapping[str, NodeType]

    @classmethod
    @cache
    def discover(cls) -> Library:
        """Every node of every installed package that says it has some: ours, and a studio's own."""
        from importlib.metadata import entry_points

        found: dict[str, NodeType] = {}
        for entry in sorted(entry_points(group=ENTRY_POINTS), key=lambda each: each.name):
            for kind in _types_in(entry.load()):
                if kind.name in found and found[kind.name].function is not kind.function:
                    other = found[kind.name].function.__module__
                    raise GraphError(
                        f"two nodes are called {kind.name}: in {other} and in {kind.function.__module__}",
                        "rename the one in the plug-in",
                    )
                found[kind.name] = kind
        return cls(MappingProxyType(dict(sorted(found.items()))))

    @classmethod
    def of(cls, *functions: Callable[..., Any]) -> Library:
        """A library of just these node functions."""
        return cls(MappingProxyType({kind.name: kind for kind in map(node_type, functions)}))

    def with_nodes(self, *functions: Callable[..., Any]) -> Library:
        """This library and some more node functions."""
        return Library(MappingProxyType({**self.types, **Library.of(*functions).types}))

    def get(self, name: str) -> NodeType:
        """The node type called so; a GraphError names the nearest."""
        if name in self.types:
            return self.types[name]
        near = difflib.get_close_matches(name, self.types, 3)
        raise GraphError(
            f"there is no node called {name}",
            f"did you mean {' or '.join(near)}?" if near else "`nodegraph nodes` lists them all",
        )


def _types_in(package: ModuleType) -> Iterable[NodeType]:
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if info.ispkg or info.name.rpartition(".")[2].startswith("_"):
            continue
        module = importlib.import_module(info.name)
        for value in vars(module).values():
            kind = getattr(value, "node_type", None)
            if isinstance(kind, NodeType) and kind.function.__module__ == info.name:
                yield kind
