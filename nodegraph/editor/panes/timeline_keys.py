"""Keys on the timeline: those of all open nodes at a frame are moved, copied and taken out together."""

from __future__ import annotations

from collections.abc import Sequence

from nodegraph.editor.app import App
from nodegraph.editor.panels.key_times import nodes_shifted, nodes_thinned
from nodegraph.editor.panels.keys import frames_of, key_frames
from nodegraph.editor.panels.table import label_of
from nodegraph.editor.panes.timeline_ruler import KEYS
from nodegraph.editor.panes.timeline_scale import Scale
from nodegraph.editor.state import State
from nodegraph.editor.step import Step
from nodegraph.graph.graph import Graph

REACH = 6.0  # pixels about a key
HINT = "Ctrl+drag moves it, with Shift copies it, Delete takes it out"


def keyed_nodes(state: State) -> tuple[str, ...]:
    """The nodes whose keys are on the timeline: those with open panels, else those that are selected."""
    names = state.panels.names or sorted(state.picked.nodes)
    return tuple(name for name in names if name in state.graph.nodes)


def knobs_told(graph: Graph, names: Sequence[str], frame: float) -> str:
    """Whose keys lie at a frame, in words."""
    return ", ".join(
        f"{name} {label_of(knob).lower()}"
        for name in names
        for knob, setting in graph.node(name).knobs.items()
        if frame in key_frames(setting)
    )


class KeyHand:
    """The hand on a key of the timeline."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.under: float | None = None  # the frame of the key under the cursor
        self._from: float | None = None
        self._graph: Graph | None = None
        self._step = Step(app)

    @property
    def at_work(self) -> bool:
        """True while a key is dragged."""
        return self._from is not None

    def find(self, scale: Scale, x: float, y: float) -> float | None:
        """The key under a place on the ruler."""
        if abs(y - KEYS) > REACH:
            return None
        state = self.app.state
        near = [(abs(scale.x(frame) - x), frame) for frame in frames_of(state.graph, keyed_nodes(state))]
        best = min(near, default=(REACH + 1, 0.0))
        return best[1] if best[0] <= REACH else None

    def told(self) -> str:
        """What there is to the key under the cursor."""
        if self.under is None:
            return ""
        state = self.app.state
        knobs = knobs_told(state.graph, keyed_nodes(state), self.under)
        return f"{knobs or 'a key that is followed'}   {HINT}"

    def take(self, frame: float) -> None:
        """Begin to drag the keys of a frame."""
        self._from, self._graph, self._step = frame, self.app.state.graph, Step(self.app)

    def drag(self, to: int, *, keep: bool) -> None:
        """The keys go to a frame; to `keep` them leaves copies behind."""
        if self._from is None or self._graph is None or self._step.is_over:
            return
        graph = nodes_shifted(
            self._graph, keyed_nodes(self.app.state), self._from, float(to) - round(self._from), keep=keep
        )
        self._step.edit("copy keys" if keep else "move keys", graph)
        self.under = float(to)

    def drop(self) -> None:
        """The button came up."""
        self._from, self._graph = None, None

    def take_back(self) -> None:
        """Escape: the keys are where they were."""
        if self.at_work:
            self._step.take_back()

    def delete(self) -> bool:
        """Take out the keys under the cursor; False if there are none."""
        state = self.app.state
        if self.under is None or self.at_work:
            return False
        self.app.edit("delete keys", nodes_thinned(state.graph, keyed_nodes(state), self.under, state.frame))
        self.under = None
        return True
