"""Turning knobs: what a field, a slider, a key button or a menu does to the graph, one step of undo a gesture."""

from __future__ import annotations

from typing import Any

from nodegraph.editor.app import App
from nodegraph.editor.panels.curve_list import CurveRow, curves_of
from nodegraph.editor.panels.fields import dragged, entered, entered_part, fitted, for_all, limits_told, slider_value
from nodegraph.editor.panels.keys import State as Stand
from nodegraph.editor.panels.keys import (
    key_frames,
    state,
    with_key,
    with_value,
    without_animation,
    without_key,
)
from nodegraph.editor.panels.knob_text import copied, pasted
from nodegraph.editor.panels.table import label_of
from nodegraph.editor.step import Step
from nodegraph.graph.graph import Graph, Link
from nodegraph.graph.knob import KnobType
from nodegraph.graph.text import dumps


class Turning:
    """The hands on the knobs of all panels. A knob is named by its node and its own name."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._step: Step | None = None

    @property
    def graph(self) -> Graph:
        return self.app.state.graph

    @property
    def frame(self) -> int:
        return self.app.state.frame

    def kind(self, node: str, knob: str) -> KnobType:
        return self.graph.knob_type(node, knob)

    def value(self, node: str, knob: str) -> Any:
        """What the knob is at now."""
        return self.graph.value(node, knob, self.frame)

    # -- gestures ------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """A drag begins: all that comes until its end is one step of undo."""
        self._step = Step(self.app)

    @property
    def busy(self) -> bool:
        """True in the middle of a gesture."""
        return self._step is not None

    def end(self) -> None:
        """The drag is over."""
        self._step = None

    def take_back(self) -> None:
        """Escape in a drag: as if it had not been."""
        if self._step is not None:
            self._step.take_back()

    # -- values --------------------------------------------------------------------------------------------

    def set(self, node: str, knob: str, value: Any) -> None:
        """Set a knob at this frame: its value, or a key if it moves or keys come by themselves."""
        if not self._followed(node, knob) and value == self.value(node, knob) and not self.app.state.auto_key:
            return
        self._edit(
            f"{node} {label_of(knob)}",
            with_value(self.graph, node, knob, value, self.frame, auto_key=self.app.state.auto_key),
        )

    def typed(self, node: str, knob: str, text: str, part: int | None = None) -> None:
        """Set a number, or one part of a colour or position, to what was typed into its field.

        Numbers with commas between them are for all parts.
        """
        kind, old = self.kind(node, knob), self.value(node, knob)
        whole = part is None or for_all(kind, text)
        self.set(node, knob, entered(kind, text, old) if whole else entered_part(kind, text, old, part or 0))
        told = limits_told(kind, text, old, part)
        if told:
            self.app.say(told, True)

    def slid(self, node: str, knob: str, place: float) -> None:
        """Set a number to what its slider stands at, 0 to 1."""
        self.set(node, knob, slider_value(self.kind(node, knob), place, self.value(node, knob)))

    def pulled(self, node: str, knob: str, start: Any, pixels: float, *, ctrl: bool, shift: bool) -> None:
        """Set a number, or all parts of a colour or position, by a drag that began at a value."""
        kind = self.kind(node, knob)
        if isinstance(start, tuple):
            value = kind.type(dragged(kind, part, pixels, ctrl=ctrl, shift=shift) for part in start)
        else:
            value = dragged(kind, start, pixels, ctrl=ctrl, shift=shift)
        self.set(node, knob, value)

    def part(self, node: str, knob: str, part: int, value: float) -> None:
        """Set one part of a colour or position."""
        kind = self.kind(node, knob)
        parts = list(self.value(node, knob))
        parts[part] = fitted(kind, value)
        self.set(node, knob, kind.type(parts))

    def reset(self, node: str, knob: str) -> None:
        """Back to the default; curves and links go."""
        self._edit(f"reset {node} {label_of(knob)}", self.graph.set(node, knob, self.kind(node, knob).default))

    def reset_all(self, node: str) -> None:
        """All knobs of a node back to their defaults."""
        graph = self.graph
        for knob in graph.known_type(node).knobs.values():
            if knob.name in graph.node(node).knobs:
                graph = graph.set(node, knob.name, knob.default)
        self._edit(f"reset {node}", graph)

    # -- keys ----------------------------------------------------------------------------------------------

    def set_key(self, node: str, knob: str) -> None:
        """A key at this frame, at the value that the knob has."""
        self._edit(f"key {node} {label_of(knob)}", with_key(self.graph, node, knob, self.frame))

    def remove_key(self, node: str, knob: str) -> None:
        """The key at this frame goes."""
        self._edit(f"remove key {node} {label_of(knob)}", without_key(self.graph, node, knob, self.frame))

    def turn_key(self, node: str, knob: str) -> None:
        """Set a key, or remove the one that is there: what the key button does."""
        keyed = state(self.graph, node, knob, self.frame) is Stand.KEYED
        (self.remove_key if keyed else self.set_key)(node, knob)

    def remove_animation(self, node: str, knob: str) -> None:
        """All keys go; the knob stays at what it is now."""
        self._edit(f"still {node} {label_of(knob)}", without_animation(self.graph, node, knob, self.frame))

    def jump(self, node: str, knob: str, way: int) -> None:
        """Go to the key of this knob before (-1) or after (1) this frame."""
        frames = key_frames(self.followed(node, knob)[2])
        if way > 0:
            found = next((frame for frame in frames if frame > self.frame), None)
        else:
            found = next((frame for frame in reversed(frames) if frame < self.frame), None)
        if found is not None:
            self.app.goto(round(found))

    def curves(self, node: str, knob: str) -> list[CurveRow]:
        """The curves of a knob."""
        return [row for row in curves_of(self.graph, [node]) if row.knob == knob]

    # -- links and the clipboard ---------------------------------------------------------------------------

    def followed(self, node: str, knob: str) -> tuple[str, str, Any]:
        """The knob at the end of the links, and what it is set to."""
        setting = self.graph.setting(node, knob)
        while isinstance(setting, Link):
            node, knob = setting
            setting = self.graph.setting(node, knob)
        return node, knob, setting

    def break_link(self, node: str, knob: str) -> None:
        """The knob stands by itself, at the value that it followed."""
        self._edit(f"break link {node} {label_of(knob)}", self.graph.set(node, knob, self.value(node, knob)))

    def link(self, node: str, knob: str, source: Link) -> None:
        """The knob follows another one."""
        self._edit(f"link {node} {label_of(knob)}", self.graph.set(node, knob, source))

    def copied(self, node: str, knob: str) -> str:
        """The knob's value, curve or link as text."""
        return copied(self.kind(node, knob), self.graph.setting(node, knob))

    def copied_link(self, node: str, knob: str) -> str:
        """A link to the knob as text: pasted on another knob, that one follows this."""
        return dumps({"link": str(Link(node, knob))})

    def paste(self, node: str, knob: str, text: str) -> None:
        """Set the knob to what a text holds."""
        kind = self.kind(node, knob)
        self._edit(f"paste {node} {label_of(knob)}", self.graph.set(node, knob, pasted(kind, text)))

    # -- the node ------------------------------------------------------------------------------------------

    def rename(self, node: str, name: str) -> None:
        """Call the node otherwise; its wires, links and panel stay."""
        name = name.strip()
        if name == node:
            return
        self._edit(f"rename {node}", self.graph.rename(node, name))

    def disable(self, node: str, disabled: bool) -> None:
        """Switch the node off or on."""
        label = f"{'disable' if disabled else 'enable'} {node}"
        self._edit(label, self.graph.disable(node, disabled))

    def _followed(self, node: str, knob: str) -> bool:
        return isinstance(self.graph.setting(node, knob), Link)

    def _edit(self, label: str, graph: Graph) -> None:
        if self._step is not None:
            self._step.edit(label, graph)
        else:
            self.app.edit(label, graph)
