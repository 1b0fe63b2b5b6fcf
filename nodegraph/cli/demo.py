"""`nodegraph demo`: a sample project out of nothing, and its render."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="where the project goes; new or empty")
    parser.add_argument("--frames", default="1001-1024", metavar="RANGE", help="frames of the shot (1001-1024)")
    parser.add_argument("--size", default="2048x1080", metavar="WxH", help="size of the plate (2048x1080)")
    parser.add_argument("--no-render", action="store_true", help="make the plate and the graph, do not render it")
    parser.add_argument("--force", action="store_true", help="use a folder that has files in it")


def run(args: argparse.Namespace) -> int:
    from nodegraph.cli.demo_project import Demo
    from nodegraph.data.errors import MediaError
    from nodegraph.data.frames import FrameRange

    frames = FrameRange.parse(args.frames)
    folder: Path = args.folder
    if folder.is_file():
        raise MediaError(f"{folder} is a file", "name a folder that is new or empty")
    if folder.is_dir() and any(folder.iterdir()) and not args.force:
        raise MediaError(f"{folder} is not empty", "name a folder that is new or empty, or use --force")
    demo = Demo(folder, tuple(frames), size_of(args.size))
    demo.make()
    if not args.no_render:
        demo.render()
    print(demo.told(rendered=not args.no_render))
    sys.stdout.flush()
    return 0


def size_of(text: str) -> tuple[int, int]:
    """Width and height from `2048x1080`."""
    from nodegraph.data.errors import MediaError

    match = re.fullmatch(r"(\d+)[xX×](\d+)", text.strip())
    if match is None:
        raise MediaError(f"{text!r} is no size", "write width x height: 2048x1080")
    width, height = int(match[1]), int(match[2])
    if not (64 <= width <= 8192 and 64 <= height <= 8192):
        raise MediaError(f"a plate of {width}x{height} is not made here", "keep both sides from 64 to 8192 pixels")
    if width % 2 or height % 2:
        raise MediaError(f"movies have even sides, {width}x{height} has not", "add a pixel")
    return width, height
