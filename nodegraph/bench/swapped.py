"""What a swap does to a face: who it is, how it is turned, what it says, by finding it anew in the result."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.bench import double
from nodegraph.bench.clips import SOURCE, TARGET, clip
from nodegraph.bench.exhibits import Bars, Curves, Exhibit, Sheet, Shown
from nodegraph.bench.figures import Figure, at_least, at_most, shown
from nodegraph.bench.graphs import graph_of
from nodegraph.bench.performance import FIRST, FORMAT, face_plate, follow
from nodegraph.bench.signals import furthest, kept
from nodegraph.colour.eight_bit import eight_bit
from nodegraph.data.box import Box, Format
from nodegraph.data.faces import Face, Faces, Points, five_of
from nodegraph.data.image import RGB, Image
from nodegraph.data.shot import Shot
from nodegraph.engine.session import Session
from nodegraph.graph.graph import Graph
from nodegraph.media.video import VideoReader

GROUP = "faces"
SAME = 0.6  # dlib's own limit: below it two faces are taken for one person
TURNED = 4.0  # degrees that the head may seem to have turned
SPOKEN = 80.0  # % of the swing of lips that is still seen
COUNT = 24
CLIP_COUNT = 6
SHOWN = 3  # frames on the contact sheet
TIMES = 4  # by how much differences are enlarged to be seen


@dataclass(frozen=True, eq=False)
class Swapped:
    """A shot before and after, as a detector finds its face, and some frames to look at."""

    name: str
    plate: Sequence[Face]
    result: Sequence[Face]
    source: NDArray[np.float64]  # the descriptor of who was put in
    rows: Sequence[tuple[str, Sequence[Shown]]]

    def distances(self, faces: Sequence[Face]) -> tuple[float, float]:
        """How far faces are from who was put in, and from who was there."""
        known = [face.descriptor for face in faces if face.descriptor is not None]
        there = np.mean([face.descriptor for face in self.plate if face.descriptor is not None], axis=0)
        to_source = np.mean([np.linalg.norm(each - self.source) for each in known])
        return float(to_source), float(np.mean([np.linalg.norm(each - there) for each in known]))


def swap_graph(graph: Graph, plate: str, tracks: str, photographs: Path, reason: str) -> Graph:
    """Align, Mask, Swap, ColorTransfer and Paste after a plate and its tracks, all as they come, and a look at it."""
    graph = graph.add("Align", "Align").connect("Align", "image", plate).connect("Align", "tracks", tracks)
    graph = graph.add("Mask", "Mask").connect("Mask", "crops", "Align")
    graph = graph.add("Identity", "Who", file=str(photographs), reason=reason)
    graph = graph.add("Swap", "Swap").connect("Swap", "crops", "Mask").connect("Swap", "identity", "Who")
    graph = graph.add("ColorTransfer", "Colour").connect("Colour", "crops", "Swap")
    for name, crops in (("Raw", "Swap"), ("Paste", "Colour")):
        graph = graph.add("Paste", name).connect(name, "image", plate).connect(name, "crops", crops)
    graph = graph.add("FaceMatte", "Matte").connect("Matte", "image", plate).connect("Matte", "crops", "Mask")
    for name, picture in (("Before", plate), ("After", "Paste")):
        graph = graph.add("Detect", f"Detect{name}").connect(f"Detect{name}", "image", picture)
        graph = graph.add("Landmarks", name).connect(name, "image", picture)
        graph = graph.connect(name, "faces", f"Detect{name}")
    return graph


@cache
def double_in_plate() -> Swapped:
    """The demo's plate with a digital double put in."""
    shot = Shot(name="bench", first=FIRST, last=FIRST + COUNT - 1, format=FORMAT)
    with tempfile.TemporaryDirectory(prefix="nodegraph-bench-") as name:
        photograph = Path(name) / "double.png"
        double.write(photograph)
        graph = graph_of(shot, smooth=face_plate().smooth)
        graph = graph.add("FacePlate", "Plate", start=FIRST, occluder=False)
        graph = swap_graph(graph, "Plate.image", "smooth", photograph, "digital double")
        return looked_at("double in the face plate", graph, Path(name))


@cache
def clip_in_clip() -> Swapped | None:
    """The clips beside the project, one person put into the other's; None where there are none."""
    source, target = clip(SOURCE), clip(TARGET)
    if source is None or target is None:
        print(f"no {SOURCE} and {TARGET} found beside the project: rows on them are left out", file=sys.stderr)
        return None
    reader = VideoReader(target)
    form = Format(reader.info.width, reader.info.height)
    reader.close()
    graph = graph_of(Shot(name="bench", first=1, last=CLIP_COUNT, format=form)).add("Read", "Plate", file=str(target))
    with tempfile.TemporaryDirectory(prefix="nodegraph-bench-") as name:
        graph = swap_graph(follow(graph, "Plate"), "Plate", "Smooth", source, "public domain")
        return looked_at("clip in clip", graph, Path(name))


def looked_at(name: str, graph: Graph, folder: Path) -> Swapped:
    """Run a graph over its shot and find the faces of plate and result."""
    frames = list(graph.shot.frames)
    chosen = {frames[round(k * (len(frames) - 1) / (SHOWN - 1))] for k in range(SHOWN)}
    before, after, rows = [], [], []
    with Session(graph, root=folder) as session:

        def at(node: str, frame: int) -> Any:
            return session.view(node, frame).result()

        for frame in frames:
            faces: tuple[Faces, Faces] = at("Before", frame), at("After", frame)
            if all(len(each) for each in faces):
                before.append(faces[0].faces[0])
                after.append(faces[1].faces[0])
            if frame in chosen:
                rows.append((f"{name}, {frame}", pictures(graph.shot, before[-1].box, at, frame)))
        who = at("Who", frames[0]).descriptor
    return Swapped(name, before, after, who, rows)


def pictures(shot: Shot, around: Any, at: Any, frame: int) -> list[Shown]:
    """Plate, swapped face as it is, in the plate's colours, matte, and how far it is from the plate; the face alone."""
    half = 0.85 * around.size
    x, y = around.middle
    box = Box(int(x - half), int(y - half), int(x + half), int(y + half)).meet(shot.format.box)

    def seen(node: str) -> NDArray[np.uint8]:
        image: Image = at(node, frame)
        return smaller(eight_bit(image.region(box, RGB), shot))

    plate, raw, done = (seen(each) for each in ("Plate", "Raw", "Paste"))
    matte = at("Matte", frame).plane(box)
    white = smaller(np.asarray(np.repeat(np.clip(matte, 0, 1)[..., None], 3, axis=2) * 255 + 0.5, np.uint8))
    apart = TIMES * np.abs(done.astype(np.int32) - plate.astype(np.int32))
    return [plate, raw, done, white, np.asarray(np.clip(apart, 0, 255), np.uint8)]


def smaller(picture: Shown, side: int = 260) -> Shown:
    """A picture as it goes on the sheet."""
    import cv2

    size = (side, max(1, round(side * picture.shape[0] / picture.shape[1])))
    kind = cv2.INTER_AREA if picture.shape[1] > side else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, size, interpolation=kind), np.uint8)


def shots() -> list[Swapped]:
    clips = clip_in_clip()
    return [double_in_plate(), *([clips] if clips is not None else [])]


def measure_identity() -> list[Figure | Exhibit]:
    """Who the face is taken for: the distance of dlib's descriptors before and after."""
    rows: list[Figure | Exhibit] = []
    before, after = {}, {}
    for each in shots():
        old, new = each.distances(each.plate), each.distances(each.result)
        before[each.name], after[each.name] = old[0], new[0]
        rows += [
            shown(GROUP, f"identity: {each.name}, plate to source", old[0], ""),
            at_most(GROUP, f"identity: {each.name}, result to source", new[0], SAME, ""),
            shown(GROUP, f"identity: {each.name}, result to plate", new[1], ""),
            at_most(GROUP, f"identity: {each.name}, to source against before", new[0] / old[0], 0.95),
        ]
    sheets = [row for each in shots() for row in each.rows]
    columns = ("plate", "swapped", "in the plate's colours", "matte", f"difference x {TIMES}")
    rows.append(Sheet("Contact sheet", columns, sheets, "As a screen shows it, highlights rolled off."))
    rows.append(Bars("Distance to who was put in", f"dlib; {SAME:g} is its limit", after, before))
    return rows


def _points(face: Face) -> Points:
    if face.points is None:
        raise ValueError("this face has no landmarks")
    return face.points


def measure_pose() -> list[Figure | Exhibit]:
    """Whether the head is still turned as it was, and says what it said."""
    rows: list[Figure | Exhibit] = []
    for each in shots():
        pairs = list(zip(each.plate, each.result, strict=True))
        turned = np.array([np.subtract(b.pose, a.pose) for a, b in pairs])
        far = [np.linalg.norm(_points(b) - _points(a), axis=1).mean() / a.box.size for a, b in pairs]
        rows += [
            at_most(GROUP, f"pose: {each.name}, head against the plate's", float(np.abs(turned).mean()), TURNED, "°"),
            shown(
                GROUP, f"pose: {each.name}, landmarks against the plate's", 100 * float(np.mean(far)), "% of the face"
            ),
        ]
    played = double_in_plate()
    plates, results = ([(face.eyes, apart(face)) for face in faces] for faces in (played.plate, played.result))
    for k, (name, truth) in enumerate((("lids", face_plate().lids), ("mouth", face_plate().mouth))):
        old, new = (np.array([pair[k] for pair in pairs]) for pairs in (plates, results))
        if name == "lids":  # other eyes open less far: how far they shut is told by how far they open
            old, new = old / np.median(old), new / np.median(new)
        peaks = furthest(truth[: len(old)])
        left = 100 * kept(old, new, peaks)
        rows += [
            at_least(GROUP, f"pose: {played.name}, swing of {name} kept", left, SPOKEN, "%"),
            Curves(
                f"{name.capitalize()} before and after the swap",
                "gap / width, of open eyes 1" if name == "lids" else "gap / distance of eyes",
                {"plate": old, "swapped": new},
                f"Found anew in the result; {left:.0f} % of the swing is kept.",
                FIRST,
            ),
        ]
    return rows


def apart(face: Face) -> float:
    """How far the lips are apart, as a share of how far the eyes are: somebody else's mouth may be broader."""
    if face.points is None:
        return 0.0
    return face.mouth * float(np.linalg.norm(face.points[54] - face.points[48]) / np.ptp(five_of(face.points)[:2, 0]))


MEASURES = {"identity": measure_identity, "pose": measure_pose}
