"""A contact sheet: a few frames of some nodes, one row a node, as a display shows them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nodegraph.colour.config import load_config
from nodegraph.colour.display import display_transform
from nodegraph.data.errors import MediaError
from nodegraph.data.image import RGB
from nodegraph.engine.evaluate import evaluate
from nodegraph.graph.graph import Graph

COLUMNS = 4
WIDTH = 480
GAP = 6


def contact_sheet(graph: Graph, nodes: Sequence[str], frames: Sequence[int], path: Path, *, root: Path) -> None:
    """Write a PNG with some frames from first to last, each node a row."""
    import cv2

    from nodegraph.media.atomic import atomic

    count = min(COLUMNS, len(frames))
    chosen = [frames[round(k * (len(frames) - 1) / max(1, count - 1))] for k in range(count)]
    config = load_config(graph.shot.config)
    rows = []
    for node in nodes:
        row = []
        for frame in chosen:
            image = evaluate(graph, node, frame, root=root)
            box = image.format.box
            small = (WIDTH, max(1, round(WIDTH * box.height / box.width)))
            light = cv2.resize(np.asarray(image.region(box, RGB)), small, interpolation=cv2.INTER_AREA)
            shown = display_transform(np.asarray(light, np.float32), config, src=image.colorspace)
            row.append(np.pad(np.clip(shown, 0.0, 1.0), ((GAP, GAP), (GAP, GAP), (0, 0)), constant_values=0.08))
        rows.append(np.concatenate(row, axis=1))
    sheet = (np.concatenate(rows)[..., ::-1] * 255.0 + 0.5).astype(np.uint8)
    done, encoded = cv2.imencode(".png", sheet)
    if not done:
        raise MediaError(f"{path.name} cannot be made", "leave it out with --no-render")
    with atomic(path) as beside:
        beside.write_bytes(encoded.tobytes())
