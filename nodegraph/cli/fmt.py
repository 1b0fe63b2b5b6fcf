"""`nodegraph fmt`: graphs in their one canonical form, so that a diff shows what was changed."""

from __future__ import annotations

import argparse
from pathlib import Path

from nodegraph.data.errors import DocumentError
from nodegraph.graph.document import load, save, write


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("graph", nargs="+", type=Path, help="graph files")
    parser.add_argument("--check", action="store_true", help="change nothing; exit with 1 if a file would change")


def run(args: argparse.Namespace) -> int:
    changed = 0
    for path in args.graph:
        document = load(path, strict=False)
        if document.read_only:
            raise DocumentError(f"{path} was written by a newer program", "format it with that one")
        if write(document).encode() == path.read_bytes():
            continue
        changed += 1
        print(f"{path}: {'would change' if args.check else 'formatted'}")
        if not args.check:
            save(document)
    return 1 if args.check and changed else 0
