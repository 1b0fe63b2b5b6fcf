"""`nodegraph render`: frames of a graph to files."""

from __future__ import annotations

import argparse
import shlex
import signal
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from nodegraph.cli.values import lasting, parse_bytes, with_settings
from nodegraph.data.errors import GraphError, NodeError, NodegraphError
from nodegraph.data.frames import FrameRange
from nodegraph.graph.document import Document, load
from nodegraph.graph.graph import Graph

REASONS = 5  # so many are told at the end; a movie that was cut off gives one for each frame
NOTICES = 20  # the same for what was told of frames that are there


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_choice(parser)
    parser.add_argument("--resume", action="store_true", help="leave out frames that are done and unchanged")
    parser.add_argument("--on-error", choices=("stop", "skip"), default="stop", help="when a frame fails")
    parser.add_argument("--memory", metavar="SIZE", help="for pictures, as 2G; half of the machine's if not given")
    parser.add_argument("--workers", type=int, metavar="N", help="frames side by side; one a core if not given")
    parser.add_argument("--json", action="store_true", help="tell what happens as lines of JSON")
    parser.add_argument("--checked", action="store_true", help="compute all that the cache gives anew, and compare")
    parser.add_argument(
        "--preview", action="store_true", help="without consent too: every frame is marked as a preview"
    )
    parser.add_argument("--profile", action="store_true", help="tell how long each node took")


def add_choice(parser: argparse.ArgumentParser) -> None:
    """What to render: shared with `plan`."""
    parser.add_argument("graph", type=Path, help="a .ngraph.json file")
    parser.add_argument("--node", action="append", metavar="W", help="which sink; all that are enabled if not given")
    parser.add_argument("--frames", metavar="R", help="as 1001-1100, 1-10x2 or 1-5,8; the shot's if not given")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NODE.KNOB=VALUE", help="turn a knob for this time only"
    )


def chosen(args: argparse.Namespace) -> tuple[Document, Graph, list[str], tuple[int, ...]]:
    """The document, its graph with knobs set, the sinks and the frames that the command line names."""
    document = load(args.graph)
    graph = with_settings(document.graph, args.set)
    sinks = args.node or graph.sinks()
    if not sinks:
        raise GraphError(f"nothing in {args.graph} writes", "add a Write node, enable it, or name one with --node")
    frames = FrameRange.parse(args.frames).frames if args.frames else tuple(graph.shot.frames)
    return document, graph, sinks, frames


def run(args: argparse.Namespace) -> int:
    from nodegraph.cli.progress import shown
    from nodegraph.data.memory import give_back_at_once
    from nodegraph.engine.cautions import cautions
    from nodegraph.engine.consent import demand
    from nodegraph.engine.events import Event, Finished, Report, Warned
    from nodegraph.engine.render import render

    give_back_at_once()
    document, graph, sinks, frames = chosen(args)
    memory = parse_bytes(args.memory) if args.memory else None
    if args.workers is not None and args.workers < 1:
        raise GraphError(f"{args.workers} workers render nothing", "give 1 or more")
    show = shown(args.json)
    reports: list[Report] = []

    def on_event(event: Event) -> None:
        show(event)
        if isinstance(event, Finished):
            reports.append(event.report)

    if len(sinks) > 1 and not args.preview:
        demand(graph, sinks, frames, document.folder)
    if document.read_only and document.path is not None:
        show(Warned(document.path.name, None, "a newer program wrote it: it may mean what this one does not know"))
    for caution in cautions(graph, sinks):
        show(Warned(caution.node, None, str(caution)))
    signal.signal(signal.SIGTERM, _stop)
    fault: NodegraphError | None = None
    for sink in sinks:
        try:
            render(
                graph,
                sink,
                frames,
                root=document.folder,
                on_event=on_event,
                resume=args.resume,
                on_error=args.on_error,
                memory=memory,
                workers=args.workers,
                checked=args.checked or None,
                preview=args.preview,
            )
        except NodegraphError as error:
            if not (reports and any(failed is error for _, failed in reports[-1].failed)):
                raise
            fault = error
            break
    if not args.json:
        for report in reports:
            _sum_up(report, args)
    if fault is not None and args.verbose:
        raise fault
    failed = any(report.failed for report in reports)
    some = any(report.done or report.skipped for report in reports)
    return 0 if not failed else 2 if some and fault is None else 1


def _stop(number: int, frame: Any) -> None:
    """A farm stops a render with SIGTERM: it ends as by Ctrl-C, with no half files."""
    del number, frame
    raise KeyboardInterrupt


def _sum_up(report: Any, args: argparse.Namespace) -> None:
    parts = [f"{len(report.done)} done in {lasting(report.seconds)}"]
    if report.skipped:
        parts.append(f"{len(report.skipped)} there already")
    if report.failed:
        parts.append(f"{len(report.failed)} failed")
    print(f"{report.sink}: {', '.join(parts)}{' (a preview)' if report.preview else ''}")
    if args.profile:
        for name, timing in report.timings.items():
            each = timing.seconds / timing.calls * 1000
            print(f"  {name:<20} {timing.seconds:9.2f} s {timing.calls:7} times {each:9.1f} ms each")
    notices = report.notices()
    for line in notices[:NOTICES]:
        print(f"note: {line}", file=sys.stderr)
    if len(notices) > NOTICES:
        print(f"and {len(notices) - NOTICES} more notes: --json tells them all", file=sys.stderr)
    if not report.failed:
        return
    why: dict[str, list[int]] = defaultdict(list)
    for frame, error in report.failed:
        why[_why(error)].append(frame)
    for text, frames in list(why.items())[:REASONS]:
        print(f"error at {FrameRange.of(frames)}: {text}", file=sys.stderr)
    rest = list(why.values())[REASONS:]
    if rest:
        frames = [frame for each in rest for frame in each]
        print(f"and {len(rest)} more like these, at {FrameRange.of(frames)}", file=sys.stderr)
    print(f"to render these again:\n  {_again(report, args)}", file=sys.stderr)


def _why(error: Exception) -> str:
    """The node and what is wrong with it, without the frame: so that frames that fail alike stand together."""
    if isinstance(error, NodeError) and isinstance(error.cause, NodegraphError):
        return f"{error.node}: {error.cause}"
    return str(error)


def _again(report: Any, args: argparse.Namespace) -> str:
    """The command that renders the frames that failed."""
    words = ["nodegraph", "render", str(args.graph), "--node", report.sink]
    words += ["--frames", str(FrameRange.of(frame for frame, _ in report.failed))]
    for setting in args.set:
        words += ["--set", setting]
    if args.preview:
        words.append("--preview")
    if args.on_error != "stop":
        words += ["--on-error", args.on_error]
    return shlex.join(words)
