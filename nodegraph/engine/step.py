"""A Step: one node at one frame, with everything decided before it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from nodegraph.graph.node import NodeType


class Step:
    """One node at one frame: knobs, wires and key are settled; all that is left is to call the node.

    `frame` is None where the result is the same for the whole shot. `feeds` are the Steps it waits for,
    each once; `arguments` say how the node's positional parameters come of them.
    """

    __slots__ = ("arguments", "feeds", "frame", "key", "kind", "knobs", "node", "static", "store")

    def __init__(
        self,
        node: str,
        kind: NodeType,
        frame: int | None,
        knobs: Mapping[str, Any],
        arguments: tuple[Argument, ...],
        feeds: tuple[Step, ...],
        key: bytes,
        static: bool,
        store: bool,
    ) -> None:
        self.node = node
        self.kind = kind
        self.frame = frame
        self.knobs = knobs
        self.arguments = arguments
        self.feeds = feeds
        self.key = key
        self.static = static
        self.store = store

    def __repr__(self) -> str:
        return f"<Step {self.node}{'' if self.frame is None else f' at {self.frame}'}>"


class Feed(NamedTuple):
    """What a wire brings at one frame: the result of a Step, or one of its outputs."""

    step: Step
    pick: int = -1  # which output of a node that has several


class Given(NamedTuple):
    """A parameter settled by the planner: the frame, the shot, or nothing on an optional input."""

    value: Any


class Fed(NamedTuple):
    """A parameter that comes of one Step."""

    slot: int  # which of the Step's feeds
    pick: int
    matte: bool  # a picture where the node wants its matte


class Near(NamedTuple):
    """A parameter that wants frames near this one."""

    frame: int
    frames: tuple[int, ...]
    feds: tuple[Fed | None, ...]


@dataclass(frozen=True, eq=False)
class Whole:
    """A parameter that wants the whole shot; its Steps are planned as they stream by."""

    frames: range | tuple[int, ...]
    node: str
    output: str
    matte: bool


class Told(NamedTuple):
    """The parameter that the Context goes into."""


Argument = Given | Fed | Near | Whole | Told
