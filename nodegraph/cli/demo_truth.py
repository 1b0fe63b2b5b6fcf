"""What is known of every frame of the demo's plate, as a file for programs that want to be measured against it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any

from nodegraph.graph.graph import Graph
from nodegraph.ops.portrait import make_figure
from nodegraph.ops.portrait_light import Light
from nodegraph.ops.portrait_plate import Truth, truth_at
from nodegraph.ops.portrait_pose import Moves

ABOUT = (
    "landmarks: 68 points of the face (iBUG 300-W order) in pixels of the plate, x right, y down, the middle of the "
    "first pixel at 0.5, 0.5. hidden: which of them the thing in front covers. head: 4 x 4 matrix by rows, head "
    "(pixels of the 512 x 512 portrait, z towards the camera) to plate; the camera is far away. occluded: share of "
    "the face that is covered. yaw, pitch, roll in degrees: the nose to the right of the picture, up, clockwise. "
    "mouth, lids: 0 as in the portrait, 1 wide open, shut. stops: change of exposure."
)


def write_truth(path: Path, graph: Graph, node: str, frames: Iterable[int]) -> None:
    """Write what is known of the face plate `node` of a graph."""
    from nodegraph.media.atomic import atomic

    figure = make_figure()
    width, height = graph.shot.format[:2]
    rows = {}
    for frame in frames:
        moves = Moves(**{each.name: graph.value(node, each.name, frame) for each in fields(Moves)})
        light = Light(occluder=bool(graph.value(node, "occluder", frame)))
        rows[str(frame)] = row_of(truth_at(figure, frame, width, height, moves, light))
    saved = {"about": ABOUT, "format": [width, height], "fps": str(graph.shot.fps), "frames": rows}
    with atomic(path) as beside:
        beside.write_text(json.dumps(saved, indent=1) + "\n", encoding="utf-8")


def row_of(truth: Truth) -> dict[str, Any]:
    """One frame as it stands in the file."""
    pose = truth.pose
    return {
        "landmarks": [[round(float(x), 3), round(float(y), 3)] for x, y in truth.landmarks],
        "hidden": [bool(hidden) for hidden in truth.hidden],
        "head": [[round(float(value), 6) for value in row] for row in truth.head],
        "occluded": round(truth.occluded, 4),
        "yaw": round(math.degrees(pose.yaw), 4),
        "pitch": round(math.degrees(pose.pitch), 4),
        "roll": round(math.degrees(pose.roll), 4),
        "mouth": round(pose.mouth, 4),
        "lids": round(pose.lids, 4),
        "stops": round(pose.stops, 4),
    }
