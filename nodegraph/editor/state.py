"""What the window shows, as one value: panes draw the difference between the old one and the new."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from nodegraph.editor.canvas.picked import Picked
from nodegraph.editor.panels.table import Panels
from nodegraph.graph.document import Document
from nodegraph.graph.graph import Graph

NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class State:
    """The open document and what the artist looks at. It holds no pixels; every change makes a new one."""

    document: Document
    frame: int
    first: int  # in and out: what is played and rendered
    last: int
    picked: Picked = Picked()
    panels: Panels = Panels()
    inputs: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))  # the viewer's: 1-9 -> node
    shown: int = 1  # which input is looked at
    against: int = 0  # and with which it is compared; 0 with none
    playing: int = 0  # 1 forward, -1 back, 0 not
    auto_key: bool = False
    faults: Mapping[str, str] = field(default_factory=lambda: NOTHING)  # node -> what went wrong
    changed: bool = False  # not saved

    @property
    def graph(self) -> Graph:
        return self.document.graph
