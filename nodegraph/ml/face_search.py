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

SURE = 0.5  # how sure an eye is when what it saw is no chance: a HOG score of 0.25
SAME = 0.4  # overlap from which two boxes are one face
KNOWN = 72.0  # side of the smallest box that dlib's detectors draw, in pixels of what they are shown
LARGEST = 2.0  # times; what they are shown is enlarged no more than so, for smaller faces
TILE = 1280  # side of a tile that dlib searches, in pixels
SMALL = 100.0  # a face smaller than this on the proxy is looked at again, on the plate
AGAIN = 160.0  # how large it is then
HINT = 1.3  # how much less sure than asked for HOG may be of a face that the frame cuts off, to look there again
HINTS = 4  # and at how many such places
CUT = 96.0  # how large a face is then, in pixels
AROUND = 0.45  # and what is seen around it, as a share of its size
MIRRORED = 0.25  # of the picture's height: how far it is continued where nobody is seen
CUTS, VISIBLE = 0.05, 0.45  # how much of a face that is cut off lies beyond the frame at least, and how much is seen
SURER = 0.05  # how much surer than asked for they must be: a mirror makes faces of what is none
APART = 0.2  # of the smaller of two boxes: those that share less are two faces


@dataclass(frozen=True)
class Eye:
    """One who looks: finds faces in a picture, if they are not too small there, and says how sure it is, 0 to 1."""

    look: Callable[[Eight], list[Face]]
    sure: Callable[[float], float]
    known: float  # the smallest face it finds, in pixels of what it is fed
    detector: FaceDetector | None = None  # a network is fed with another size than the picture's
    least: float = -np.inf  # what it is less sure of is only a hint that there may be half a face

    def smallest(self, picture: Eight) -> float:
        """The smallest face it finds in a picture, in the picture's pixels."""
        return self.known if self.detector is None else self.known / self.detector.scale_of(picture)


def hog(models: DlibModels, least: float, larger: float) -> Eye:
    """dlib's HOG, shown everything so many times larger; its hints cost nothing."""
    return Eye(
        _enlarging(lambda picture: models.hog(picture, 0, least - HINT), larger),
        lambda score: float(1 / (1 + np.exp(-2 * (score - 0.25)))),
        KNOWN / larger,
        least=least,
    )


def cnn(models: DlibModels, least: float, larger: float) -> Eye:
    """dlib's CNN, shown everything so many times larger."""
    return Eye(
        _enlarging(lambda picture: models.cnn(picture, 0, least), larger),
        lambda score: float(np.clip(score, 0, 1)),
        KNOWN / larger,
    )


def enlarged(smallest: float) -> float:
    """How many times larger dlib must be shown a picture, as far as is allowed, to find faces of so many pixels."""
    return min(max(1.0, KNOWN / max(smallest, 1.0)), LARGEST)


def in_tiles(smallest: float) -> bool:
    """True if a picture shows faces of so many pixels to dlib neither as it is nor enlarged."""
    return smallest < KNOWN / LARGEST


def _enlarging(look: Callable[[Eight], list[Face]], by: float) -> Callable[[Eight], list[Face]]:
    import cv2

    def looks(picture: Eight) -> list[Face]:
        high, wide = picture.shape[:2]
        size = round(by * wide), round(by * high)
        if size == (wide, high):
            return look(picture)
        large = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR), np.uint8)
        across, down = wide / size[0], high / size[1]
        return [replace(face, box=_sized(face.box, across, down)) for face in look(large)]

    return looks


def _sized(box: Rect, across: float, down: float) -> Rect:
    return Rect(box.x0 * across, box.y0 * down, box.x1 * across, box.y1 * down)


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

    def faces(self, eye: Eye, scale: float, smallest: float, all_from: float = 0.0) -> list[Face]:
        """All faces that one eye sees and that are not smaller than asked for, in pixels of the plate, each once.

        Those below `all_from` may be missing: no tiles are searched for them.
        """
        proxy = self.shown(self.data, scale)
        seen = self._hinted(proxy, eye, self.data, scale)
        found = [face for face in seen if face.score >= eye.least]
        if not found and eye.detector is not None:  # a face that fills the frame is too large for some: half as large
            high, wide = proxy.shape[:2]
            found = self._in(np.pad(proxy, ((0, high), (0, wide), (0, 0))), eye, self.data, scale)
        needs = eye.smallest(proxy) / scale
        wanted = max(smallest, all_from)
        if wanted < needs:
            found += self._tiles(eye, scale, wanted, needs)
        found = once([face for face in found if face.box.size >= smallest])
        found = [self._again(face, eye, scale) for face in found]
        hints = [face for face in seen if face.score < eye.least and face.box.size >= smallest]
        return found + self._where_hinted(hints, found, eye)

    def cut_off(self, eye: Eye, scale: float, smallest: float, known: Sequence[Face]) -> list[Face]:
        """Faces that the frame cuts off, besides those known: looked for in the whole picture, mirrored beyond it."""
        proxy = self.shown(self.data, scale)
        if eye.least == -np.inf:
            return []
        more = round(MIRRORED * proxy.shape[0])
        found = self._beside(proxy, (more,) * 4, eye, self.data, scale)
        return self._cut_ones([face for face in found if face.box.size >= smallest], known, eye)

    def _where_hinted(self, hints: Sequence[Face], known: Sequence[Face], eye: Eye) -> list[Face]:
        """Faces that the frame cuts off, where an eye had a hint of them: half a face is no face to HOG."""
        found = []
        likely = sorted((face for face in hints if self._beyond(face.box) >= CUTS), key=lambda face: -face.score)
        for hint in likely[:HINTS]:
            around = hint.box.grown(AROUND)
            whole = Box(*(round(value) for value in around))
            part = whole.meet(self.data)
            if part.empty:
                continue
            finer = min(1.5, CUT / hint.box.size)
            far = (part.x0 - whole.x0, part.y0 - whole.y0, whole.x1 - part.x1, whole.y1 - part.y1)
            left, top, right, bottom = (round(side * finer) for side in far)
            one = replace(self, quarters=(int(hint.angle),))
            seen = one._beside(self.shown(part, finer), (left, top, right, bottom), eye, part, finer)
            found += [face for face in seen if face.box.overlap(hint.box) > 0.3]
        return self._cut_ones(found, known, eye)

    def _beside(self, picture: Eight, sides: tuple[int, int, int, int], eye: Eye, box: Box, scale: float) -> list[Face]:
        """Faces in a picture of a part of the plate that goes on mirrored by so much."""
        x, y = sides[0] / scale, sides[1] / scale
        return [
            replace(face, box=Rect(face.box.x0 - x, face.box.y0 - y, face.box.x1 - x, face.box.y1 - y))
            for face in self._in(mirrored(picture, sides), eye, box, scale)
        ]

    def _cut_ones(self, faces: Sequence[Face], known: Sequence[Face], eye: Eye) -> list[Face]:
        """Of what was seen in a mirrored picture the faces that the frame cuts off, as sure as what is seen of them."""
        cut = []
        for face in faces:
            beyond = self._beyond(face.box)
            sure = replace(face, score=face.score * (1 - beyond))
            if CUTS <= beyond <= 1 - VISIBLE and sure.score >= eye.least + SURER:
                cut.append(sure)
        return [face for face in once(cut) if all(_shared(face.box, other.box) < APART for other in known)]

    def _beyond(self, box: Rect) -> float:
        """How much of a box lies beyond the plate, 0 to 1."""
        across = min(box.x1, self.data.x1) - max(box.x0, self.data.x0)
        down = min(box.y1, self.data.y1) - max(box.y0, self.data.y0)
        return 1 - max(0.0, across) * max(0.0, down) / max(1e-9, box.width * box.height)

    def _in(self, picture: Eight, eye: Eye, box: Box, scale: float) -> list[Face]:
        """Faces in a picture of a part of the plate, turned by quarters if asked for."""
        return [face for face in self._hinted(picture, eye, box, scale) if face.score >= eye.least]

    def _hinted(self, picture: Eight, eye: Eye, box: Box, scale: float) -> list[Face]:
        """The same, and what an eye is less sure of."""
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


def mirrored(picture: Eight, sides: tuple[int, int, int, int]) -> Eight:
    """A picture that goes on mirrored by so many pixels: left, top, right, bottom."""
    left, top, right, bottom = sides
    return np.pad(picture, ((top, bottom), (left, right), (0, 0)), mode="symmetric")


def _shared(one: Rect, other: Rect) -> float:
    """Shared area over that of the smaller, 0 to 1."""
    across = min(one.x1, other.x1) - max(one.x0, other.x0)
    down = min(one.y1, other.y1) - max(one.y0, other.y0)
    least = max(1e-9, min(one.width * one.height, other.width * other.height))
    return max(0.0, across) * max(0.0, down) / least


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
