"""`nodegraph migrate`: old graph files as this version writes them; the old ones stay as backups."""

from __future__ import annotations

import argparse
from pathlib import Path

from nodegraph.cli.files import opened, put_back, text_of
from nodegraph.data.errors import DocumentError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("graph", nargs="+", type=Path, help="graph or preset files")


def run(args: argparse.Namespace) -> int:
    for path in args.graph:
        file = opened(path)
        if file.read_only:
            raise DocumentError(f"{path} was written by a newer program", "update this one")
        same = text_of(file).encode() == path.read_bytes()
        put_back(file, path)
        changed = "brought up to date; the old one is in .nodegraph/backups"
        print(f"{path}: {'of this version already' if same else changed}")
    return 0
