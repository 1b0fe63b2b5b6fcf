"""Looking for faces in a plate: on a smaller picture first, in tiles where faces would be too small, turned, twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from nodegraph.data.box import Box
from nodegraph.data.faces import Face, Rect
from nodegraph.ml.detectors import FaceDetector, framed
from nodegraph.ml.dlib_models import DlibModels, Eight

Shown = Callable[[Box, float], Eight]  # a part of the plate, at a scale, as a screen would show it
Turned = Callable[[Eight, int], Eight]
TurnedBack = Callable[[Rect, int, int, int], Rect]

SAME = 0.4  # overlap from which two boxes are one face
HOG_KNOWS = 80.0  # side of the window that dlib's detectors were made for; a picture twice as large shows half of it
TILE = 1280  # side of a tile that dlib searches, in pixels
SMALL = 100.0  # a face smaller than this on the proxy is looked at again, on the plate
AGAIN = 160.0  # how large it is then


@dataclass(frozen=True)
class Eye:
    """One who looks: finds faces in a picture, if they are not too small there, and says how sure it is, 0 to 1."""

    look: Callable[[Eight], list[Face]]
    sure: Callable[[float], float]
    known: float  # the smallest face it finds, in pixels of what it is fed
    detector: FaceDetector | None = None  # a network is fed with another size than the picture's

    def smallest(self, picture: Eight) -> float:
        """The smallest face it finds in a picture, in the picture's pixels."""
        return self.known if self.detector is None else self.known / self.detector.scale_of(picture)


def hog(models: DlibModels, least: float, twice: bool) -> Eye:
    """dlib's HOG; `twice`: on a picture twice as large."""
    return Eye(
        lambda picture: models.hog(picture, int(twice), least),
        lambda score: float(1 / (1 + np.exp(-2 * (score - 0.25)))),
        HOG_KNOWS / 2 if twice else HOG_KNOWS,
    )


def cnn(models: DlibModels, least: float, twice: bool) -> Eye:
    """dlib's CNN."""
    return Eye(
        lambda picture: models.cnn(picture, int(twice), least),
        lambda score: float(np.clip(score, 0, 1)),
        HOG_KNOWS / 2 if twice else HOG_KNOWS,
    )


def network(detector: FaceDetector, least: float) -> Eye:
    """A detector from a file; its boxes as dlib would frame them.

    Its five points are not asked how a face is turned: YuNet tells those of a face on its side as if it stood upright.
    """

    def look(picture: Eight) -> list[Face]:
        seen = detector.look(picture, least)
        return [
            Face(framed(Rect(*map(float, box))), float(score))
            for box, score in zip(seen.boxes, seen.scores, strict=True)
        ]

    return Eye(look, lambda score: float(np.clip(score, 0, 1)), detector.fed.smallest, detector)


@dataclass(frozen=True)
class Search:
    """A plate's data window, and how it is shown and turned."""

    data: Box
    shown: Shown
    turned: Turned
    turned_back: TurnedBack
    quarters: Sequence[int]
    check: Callable[[], None]  # raises when the artist stopped the work

    def faces(self, eye: Eye, scale: float, smallest: float) -> list[Face]:
        """All faces that one eye sees and that are not smaller than asked for, in pixels of the plate, each once."""
        proxy = self.shown(self.data, scale)
        found = self._in(proxy, eye, self.data, scale)
        if not found and eye.detector is not None:  # a face that fills the frame is too large for some: half as large
            high, wide = proxy.shape[:2]
            found = self._in(np.pad(proxy, ((0, high), (0, wide), (0, 0))), eye, self.data, scale)
        needs = eye.smallest(proxy) / scale
        if smallest < needs:
            found += self._tiles(eye, scale, smallest, needs)
        found = once([face for face in found if face.box.size >= smallest])
        return [self._again(face, eye, scale) for face in found]

    def _in(self, picture: Eight, eye: Eye, box: Box, scale: float) -> list[Face]:
        """Faces in a picture of a part of the plate, turned by quarters if asked for."""
        found = []
        for quarter in self.quarters:
            for face in eye.look(self.turned(picture, quarter)):
                place = self.turned_back(face.box, quarter, picture.shape[1], picture.shape[0])
                whole = (value / scale + start for value, start in zip(place, (box.x0, box.y0) * 2, strict=True))
                found.append(replace(face, box=Rect(*whole), angle=float(quarter)))
            self.check()
        return found

    def _tiles(self, eye: Eye, scale: float, smallest: float, needs: float) -> Iterator[Face]:
        """Faces that the proxy cannot show, in tiles of the plate that overlap by the largest of them."""
        finest = min(1.0, eye.known / max(smallest, 1.0))
        side = TILE if eye.detector is None else max(eye.detector.size)
        if finest <= scale and side >= scale * max(self.data.width, self.data.height):
            return
        tile = round(side / finest)
        for part in tiles(self.data, tile, min(round(1.5 * needs), tile // 2)):
            yield from self._in(self.shown(part, finest), eye, part, finest)

    def _again(self, face: Face, eye: Eye, scale: float) -> Face:
        """A small face, looked at again on the plate itself."""
        size = face.box.size
        finer = min(1.0, AGAIN / max(size, 1.0))
        if size * scale >= SMALL or finer < scale * 1.25:
            return face
        around = Box(*(round(value + side * size) for value, side in zip(face.box, (-1, -1, 1, 1), strict=True)))
        part = around.meet(self.data)
        one = replace(self, quarters=(int(face.angle),))
        seen = [each for each in one._in(self.shown(part, finer), eye, part, finer) if each.box.overlap(face.box) > 0.3]
        best = max(seen, key=lambda each: each.box.overlap(face.box), default=face)
        return replace(best, score=max(best.score, face.score))


def tiles(data: Box, side: int, overlap: int) -> Iterator[Box]:
    """Boxes of a side that cover a window and overlap."""
    step = max(1, side - overlap)
    for y in range(data.y0, max(data.y0 + 1, data.y1 - overlap), step):
        for x in range(data.x0, max(data.x0 + 1, data.x1 - overlap), step):
            yield Box(x, y, min(x + side, data.x1), min(y + side, data.y1))


def once(faces: Sequence[Face]) -> list[Face]:
    """Each face once, the surest sight of it first."""
    kept: list[Face] = []
    for face in sorted(faces, key=lambda each: -each.score):
        if all(face.box.overlap(other.box) < SAME for other in kept):
            kept.append(face)
    return kept


def fused(seen: Sequence[tuple[Eye, Sequence[Face]]]) -> list[Face]:
    """What several eyes saw, each face once: boxes weighed by how sure each eye was, all else from the surest."""
    told = sorted(((eye.sure(face.score), face) for eye, faces in seen for face in faces), key=lambda each: -each[0])
    groups: list[list[tuple[float, Face]]] = []
    for each in told:
        near = [group for group in groups if each[1].box.overlap(group[0][1].box) >= SAME]
        if near:
            near[0].append(each)
        else:
            groups.append([each])
    return [_weighed(group) for group in groups]


def _weighed(group: Sequence[tuple[float, Face]]) -> Face:
    weights = np.array([sure for sure, _ in group]) + 1e-6
    boxes = np.array([face.box for _, face in group])
    box = (boxes * weights[:, None]).sum(axis=0) / weights.sum()
    return replace(group[0][1], box=Rect(*map(float, box)))
