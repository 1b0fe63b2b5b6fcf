"""`nodegraph edit`: the editor's window."""

from __future__ import annotations

import argparse
from importlib.util import find_spec
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("project", type=Path, nargs="?", metavar="PROJECT", help="a *.ngraph.json; none: a new one")
    parser.add_argument("--scale", type=float, metavar="N", help="size of type and widgets; else as the screen says")
    parser.add_argument("--size", metavar="WxH", help="size of the window in pixels; else as it was last")


def run(args: argparse.Namespace) -> int:
    from nodegraph.data.errors import NodegraphError

    if find_spec("dearpygui") is None:
        raise NodegraphError("the editor is not installed", 'pip install "nodegraph[editor]"')
    from nodegraph.cli.demo import size_of
    from nodegraph.data.memory import give_back_at_once
    from nodegraph.graph.document import Document, load
    from nodegraph.graph.graph import Graph
    from nodegraph.graph.library import Library

    give_back_at_once()
    library = Library.discover()
    document = load(args.project, library, strict=False) if args.project else Document(Graph(library))
    from nodegraph.editor.panes.preferences import remembered_scale
    from nodegraph.editor.shell import layout, platform_x
    from nodegraph.editor.shell.window import SIZE, Window

    size = size_of(args.size) if args.size else layout.remembered_size() or SIZE
    found = platform_x.preflight()
    window = Window(document, size=size, scale=args.scale or remembered_scale() or found)
    window.open()
    try:
        window.run()
    finally:
        window.close()
    return 0
