"""`nodegraph diff`: what changed between two graphs, as an artist would tell it."""

from __future__ import annotations

import argparse
from pathlib import Path

from nodegraph.graph.diff import differences
from nodegraph.graph.document import load


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("old", type=Path, help="a graph file")
    parser.add_argument("new", type=Path, help="another")


def run(args: argparse.Namespace) -> int:
    lines = differences(load(args.old, strict=False), load(args.new, strict=False))
    print("\n".join(lines) if lines else "no difference")
    return 1 if lines else 0
