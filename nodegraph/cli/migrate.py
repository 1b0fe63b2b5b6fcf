"""`nodegraph migrate`: old graph files as this version writes them; the old ones stay as backups."""

from __future__ import annotations

import argparse
from pathlib import Path

from nodegraph.data.errors import DocumentError
from nodegraph.graph.document import load, save, write


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("graph", nargs="+", type=Path, help="graph files")


def run(args: argparse.Namespace) -> int:
    for path in args.graph:
        document = load(path)
        if document.read_only:
            raise DocumentError(f"{path} was written by a newer program", "update this one")
        same = write(document).encode() == path.read_bytes()
        save(document)
        print(f"{path}: {'is of this version' if same else 'brought up to date; the old one is in .nodegraph/backups'}")
    return 0
