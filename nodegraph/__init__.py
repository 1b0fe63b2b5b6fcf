"""nodegraph: a node compositor for replacing faces in film. `docs/api.md` shows how to use it from Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nodegraph.data.box import Box, Format
    from nodegraph.data.errors import NodegraphError
    from nodegraph.data.frames import FrameRange
    from nodegraph.data.image import Image, Matte
    from nodegraph.data.shot import Clip, Frame, Shot, Window
    from nodegraph.engine.events import Report
    from nodegraph.engine.scripting import evaluate, load, new, render, save
    from nodegraph.engine.session import Session
    from nodegraph.graph.context import Context
    from nodegraph.graph.curve import Curve
    from nodegraph.graph.document import Document
    from nodegraph.graph.graph import Graph, Link
    from nodegraph.graph.knob import Color, File, Knob, Space, Vec
    from nodegraph.graph.library import Library
    from nodegraph.graph.node import node, upgrades

# Where each name comes from: `import nodegraph` reads none of it until it is used.
HOMES = {
    "nodegraph.data.box": ("Box", "Format"),
    "nodegraph.data.errors": ("NodegraphError",),
    "nodegraph.data.frames": ("FrameRange",),
    "nodegraph.data.image": ("Image", "Matte"),
    "nodegraph.data.shot": ("Clip", "Frame", "Shot", "Window"),
    "nodegraph.engine.events": ("Report",),
    "nodegraph.engine.session": ("Session",),
    "nodegraph.graph.context": ("Context",),
    "nodegraph.graph.curve": ("Curve",),
    "nodegraph.graph.document": ("Document",),
    "nodegraph.graph.graph": ("Graph", "Link"),
    "nodegraph.graph.knob": ("Color", "File", "Knob", "Space", "Vec"),
    "nodegraph.graph.library": ("Library",),
    "nodegraph.graph.node": ("node", "upgrades"),
    "nodegraph.engine.scripting": ("evaluate", "load", "new", "render", "save"),
}
HOME_OF = {name: home for home, names in HOMES.items() for name in names}

__all__ = [
    "Box", "Clip", "Color", "Context", "Curve", "Document", "File", "Format", "Frame", "FrameRange", "Graph", "Image",
    "Knob", "Library", "Link", "Matte", "NodegraphError", "Report", "Session", "Shot", "Space", "Vec", "Window",
    "evaluate", "load", "new", "node", "render", "save", "upgrades",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("nodegraph")
    if name not in HOME_OF:
        raise AttributeError(f"nodegraph has no {name}")
    from importlib import import_module

    value = getattr(import_module(HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__, "__version__"])
