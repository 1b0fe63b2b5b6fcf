"""`nodegraph fmt`: graphs in their one canonical form, so that a diff shows what was changed."""

from __future__ import annotations

import argparse
from pathlib import Path

from nodegraph.cli.files import opened, put_back, text_of
from nodegraph.data.errors import DocumentError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("graph", nargs="+", type=Path, help="graph or preset files")
    parser.add_argument("--check", action="store_true", help="change nothing; exit with 1 if a file would change")


def run(args: argparse.Namespace) -> int:
    changed = 0
    for path in args.graph:
        file = opened(path)  # one with faults is refused: what was not understood would be lost
        if file.read_only:
            raise DocumentError(f"{path} was written by a newer program", "format it with that one")
        if text_of(file).encode() == path.read_bytes():
            continue
        changed += 1
        print(f"{path}: {'would change' if args.check else 'formatted'}")
        if not args.check:
            put_back(file, path)
    return 1 if args.check and changed else 0
