"""`nodegraph plan`: what a render will do, without doing it."""

from __future__ import annotations

import argparse
import json

from nodegraph.cli.arguments import for_programs
from nodegraph.cli.render import add_choice, chosen


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_choice(parser)
    for_programs(parser)


def run(args: argparse.Namespace) -> int:
    from nodegraph.engine.cautions import cautions
    from nodegraph.engine.outline import outline

    document, graph, sinks, frames = chosen(args)
    outlines = [outline(graph, sink, frames, document.folder) for sink in sinks]
    if args.json:
        print(json.dumps([each.to_json() for each in outlines], indent=2, ensure_ascii=False))
    else:
        print("\n\n".join(str(each) for each in outlines))
        for caution in cautions(graph, sinks):
            print(f"note: {caution}")
    return 1 if any(group.fault for each in outlines for group in each.groups) else 0
