"""The command line: a table of sub-commands, each in a file of its own that is read only when called."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from typing import NoReturn

COMMANDS = {
    "edit": "open the editor, with a project or without",
    "render": "render a graph to files",
    "plan": "show what a render will do, and how it will write",
    "check": "look for faults in graphs, without rendering",
    "nodes": "list the nodes, or explain one",
    "models": "list, show, add or fetch models",
    "preset": "list, show, make or insert presets",
    "diff": "tell two graphs apart, in words",
    "fmt": "write graphs in the one canonical form",
    "migrate": "bring old graphs up to this version",
    "demo": "make and render a sample project",
    "bench": "measure the figures this program promises",
}


class Parser(argparse.ArgumentParser):
    """One that ends with 1 on words it does not know: 2 means that some frames failed."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(1, f"error: {message}\n")


def parser_for(argv: Sequence[str]) -> argparse.ArgumentParser:
    """The parser; only the sub-command that is called has its module read."""
    parser = Parser(prog="nodegraph", description="A node compositor for replacing faces in film.", allow_abbrev=False)
    parser.add_argument("--version", action="store_true", help="print the version and stop")
    rows = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    called = next((word for word in argv if not word.startswith("-")), "")
    for name, help in COMMANDS.items():
        module = f"nodegraph.cli.{name}"
        if find_spec(module) is None:
            continue
        row = rows.add_parser(name, help=help, description=f"{help[0].upper()}{help[1:]}.", allow_abbrev=False)
        row.add_argument("-v", "--verbose", action="store_true", help="show where a fault came from")
        if name == called:
            command = importlib.import_module(module)
            command.add_arguments(row)
            row.set_defaults(run=command.run)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 done, 1 failed, 2 some frames failed, 130 stopped by Ctrl-C."""
    # Pictures are shared out between the cores by us. numpy's BLAS would do so too, for any product of matrices, and
    # its threads go on spinning for a tenth of a second, on cores that are ours (OpenBLAS, THREAD_TIMEOUT).
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    argv = sys.argv[1:] if argv is None else argv
    parser = parser_for(argv)
    args = parser.parse_args(argv)
    if args.version:
        from importlib.metadata import version

        print(f"nodegraph {version('nodegraph')}")
        return 0
    if args.command is None:
        parser.print_help()
        return 0
    from nodegraph.data.errors import Cancelled, NodegraphError

    try:
        return int(args.run(args))
    except (KeyboardInterrupt, Cancelled):
        print("stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return 1
    except NodegraphError as fault:
        if args.verbose:
            raise
        print(f"error: {fault.message}", file=sys.stderr)
        if fault.hint:
            print(f"  {fault.hint}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
