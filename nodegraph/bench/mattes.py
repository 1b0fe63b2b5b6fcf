"""How well a face's matte covers the face, and how still its edge is, against the demo plate's true matte."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from nodegraph.bench.exhibits import Curves, Exhibit
from nodegraph.bench.figures import Figure, at_least, at_most, shown
from nodegraph.bench.graphs import graph_of
from nodegraph.bench.performance import FIRST, FORMAT, face_plate, fitted
from nodegraph.bench.signals import Signal, jitter
from nodegraph.data.faces import Points, five_of
from nodegraph.data.image import Pixels
from nodegraph.data.shot import Shot
from nodegraph.engine.session import Session

GROUP = "faces"
COUNT = 24
WRONG = 8.0  # % of the face's area: dlib's landmarks themselves are 2 % of a face away from the truth
DIRECTIONS, REACH, STEPS = 64, 110, 4  # how many, how far in pixels, steps to a pixel
LESS = 50.0  # % of the flicker of the edge that Smooth takes out
SIZE = 256  # the upright face at about the plate's own size


def measure_matte() -> list[Figure | Exhibit]:
    """The hull of the found landmarks, laid back into the plate, against that of the true ones."""
    truth, raw, steady = followed_mattes()
    area = float(truth.sum()) / len(truth)
    wrong = [float(np.abs(matte - truth).sum()) / len(truth) for matte in (raw, steady)]
    true, *found = (edges(mattes) for mattes in (truth, raw, steady))
    old, new = (jitter(each - true) for each in found)
    return [
        shown(GROUP, "matte: hull against the true matte, before Smooth", 100 * wrong[0] / area, "% of the face"),
        at_most(
            GROUP, "matte: hull against the true matte, after Smooth", 100 * wrong[1] / area, WRONG, "% of the face"
        ),
        shown(GROUP, f"matte: flicker of its edge, crop of {SIZE}, before Smooth", old, "px"),
        shown(GROUP, f"matte: flicker of its edge, crop of {SIZE}, after Smooth", new, "px"),
        at_least(GROUP, "matte: flicker taken out of its edge by Smooth", 100 * (1 - new / old), LESS, "%"),
        Curves(
            "The edge of the matte against the true one, at the chin",
            f"px of a {SIZE} crop",
            {name: _chin(each - true) for name, each in zip(("before Smooth", "after Smooth"), found, strict=True)},
            f"Over all of the edge it trembles by {old:.2f} px before and by {new:.2f} px after.",
            FIRST,
        ),
    ]


def _chin(error: Signal) -> Signal:
    down = DIRECTIONS // 4  # directions go with the clock from the right
    return np.asarray(error[:, down - 2 : down + 3].mean(axis=1))


def edges(mattes: Signal) -> Signal:
    """How far from the middle each matte ends, frames x directions, in pixels: to a fraction of one, as it is soft."""
    import cv2

    middle = (SIZE / 2 - 0.5, 0.56 * SIZE - 0.5)  # of the face in its crop
    size = (REACH * STEPS, DIRECTIONS)
    rays = [cv2.warpPolar(matte, size, middle, REACH, cv2.INTER_LINEAR) for matte in mattes]
    return np.asarray(np.stack(rays).sum(axis=2) / STEPS)


def followed_mattes() -> tuple[Signal, Signal, Signal]:
    """Frames x rows x columns, upright: the true matte, and those of the tracks before and after Smooth."""
    played = face_plate()
    shot = Shot(name="bench", first=FIRST, last=FIRST + COUNT - 1, format=FORMAT)
    graph = graph_of(shot, found=played.found, smooth=played.smooth)
    graph = graph.add("FacePlate", "Plate", start=FIRST, occluder=False)
    for name in ("found", "smooth"):
        graph = graph.add("Align", f"align_{name}", size=320).connect(f"align_{name}", "image", "Plate.image")
        graph = graph.connect(f"align_{name}", "tracks", name)
        graph = graph.add("Mask", f"mask_{name}", shape="hull", forehead=0.0, feather=0.0)
        graph = graph.connect(f"mask_{name}", "crops", f"align_{name}")
        graph = graph.add("FaceMatte", f"matte_{name}").connect(f"matte_{name}", "image", "Plate.image")
        graph = graph.connect(f"matte_{name}", "crops", f"mask_{name}")
    rows: list[list[Signal]] = []
    with tempfile.TemporaryDirectory(prefix="nodegraph-bench-") as name, Session(graph, root=Path(name)) as session:
        for frame, head in zip(shot.frames, played.head, strict=False):
            true = session.view("Plate", frame, "matte").result()
            ours = [session.view(f"matte_{each}", frame).result() for each in ("found", "smooth")]
            rows.append([upright(matte.plane(FORMAT.box), head) for matte in (true, *ours)])
    truth, raw, steady = (np.stack([row[k] for row in rows]) for k in range(3))
    return truth, raw, steady


def upright(plane: Pixels, head: Points) -> Pixels:
    """A plane of the plate as the head itself sees it: what moves with the head keeps still."""
    import cv2

    matrix = fitted(five_of(head), SIZE)
    matrix[:, 2] += 0.5 * matrix[:, :2].sum(axis=1) - 0.5  # OpenCV counts from the middle of the first pixel
    return np.asarray(cv2.warpAffine(plane, matrix, (SIZE, SIZE)), np.float32)


MEASURES = {"matte": measure_matte}
