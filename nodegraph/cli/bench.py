"""`nodegraph bench`: measure the figures that this program promises."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from nodegraph.bench import groups


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("group", nargs="+", choices=sorted(groups.GROUPS), help="which figures")
    parser.add_argument("--only", default="", metavar="WORD", help="only the rows that begin with this word")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a file as well")
    parser.add_argument("--html", type=Path, metavar="FILE", help="draw figures, plots and pictures as one page")


def run(args: argparse.Namespace) -> int:
    from nodegraph.bench.exhibits import Exhibit
    from nodegraph.bench.figures import Figure, table
    from nodegraph.bench.groups import measures

    figures: list[Figure] = []
    exhibits: list[Exhibit] = []
    for group in args.group:
        for name, measure in measures(group, args.only):
            print(f"measuring {group}: {name} …", file=sys.stderr, flush=True)
            for each in measure():
                if isinstance(each, Figure):
                    figures.append(each)
                else:
                    exhibits.append(each)
    print(table(figures))
    if args.json:
        args.json.write_text(json.dumps([figure.to_json() for figure in figures], indent=2) + "\n", encoding="utf-8")
    if args.html:
        from nodegraph.bench.page import page

        args.html.write_text(page(f"Measured: {', '.join(args.group)}", figures, exhibits), encoding="utf-8")
    return 0 if all(figure.ok for figure in figures) else 1
