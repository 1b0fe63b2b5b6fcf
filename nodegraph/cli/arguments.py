"""Arguments that several commands take, in the same words."""

from __future__ import annotations

import argparse
from typing import Any


def actions(parser: argparse.ArgumentParser) -> Any:
    """What takes the actions of a command: `list`, `show` and so on."""
    return parser.add_subparsers(dest="action", metavar="ACTION", required=True, title="actions")


def for_programs(parser: argparse.ArgumentParser) -> None:
    """Let a command answer in JSON."""
    parser.add_argument("--json", action="store_true", help="for programs")
