"""The baseline of the full-frame figure does the same work: the two pictures are one."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from nodegraph.bench import plain, plain_frame
from nodegraph.bench.fullframe import difference, figure, graph
from nodegraph.bench.graphs import written

WIDTH, HEIGHT = 1024, 540


def test_graph_and_script_make_the_same_picture(tmp_path: Path) -> None:
    plate, element, ours, theirs = (tmp_path / f"{name}.exr" for name in ("plate", "element", "ours", "theirs"))
    plain.write(plate, plain.plate(WIDTH, HEIGHT), "zip")
    plain.write(element, figure(WIDTH, HEIGHT), "zip")
    written(graph(plate, element, ours, WIDTH, HEIGHT), "out", tmp_path)
    plain_frame.composite(plate, element, theirs)
    assert plain.read(ours).dtype == plain.read(theirs).dtype == np.float16
    assert difference(ours, theirs) < 2e-3
    assert difference(ours, plate) > 0.05  # the tolerance is far below what the graph does
