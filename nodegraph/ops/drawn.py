"""Lines, points and words drawn over a picture, in fractions of pixels and with soft edges."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.anamorphic import Stretch
from nodegraph.data.box import Box, Format
from nodegraph.data.faces import JAW, Points, Rect
from nodegraph.data.image import Image
from nodegraph.ops.black_and_white import grey_of

FINE = 4  # binary digits after the point that OpenCV draws with
Colour = tuple[float, float, float]
# The lines that join the 68: closed or not.
LINES = (
    (JAW, False),
    (slice(17, 22), False),
    (slice(22, 27), False),
    (slice(27, 31), False),
    (slice(31, 36), False),
    (slice(36, 42), True),
    (slice(42, 48), True),
    (slice(48, 60), True),
    (slice(60, 68), True),
)


class Pen:
    """Draws into coverage of the frame, one colour at a time: in square pixels, that a circle be round."""

    def __init__(self, form: Format, width: float = 1.0) -> None:
        self.box = form.box
        self.stretch = Stretch.square(form)
        self.width = max(1, round(width))
        self.coverage = np.zeros((form.height, self.stretch.form.width), np.uint8)

    def _fixed(self, points: Points) -> NDArray[np.int32]:
        return np.rint((self.stretch.points(points) - 0.5) * (1 << FINE)).astype(np.int32)

    def line(self, points: Points, closed: bool = False) -> None:
        import cv2

        cv2.polylines(self.coverage, [self._fixed(points)], closed, 255, self.width, cv2.LINE_AA, FINE)

    def dots(self, points: Points, radius: float) -> None:
        import cv2

        for x, y in self._fixed(points):
            cv2.circle(self.coverage, (int(x), int(y)), round(radius * (1 << FINE)), 255, -1, cv2.LINE_AA, FINE)

    def rectangle(self, box: Rect) -> None:
        self.line(np.array([(box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1)]), closed=True)

    def face(self, points: Points) -> None:
        """The lines of a face, and its points."""
        for part, closed in LINES:
            self.line(points[part], closed)
        self.dots(points, 1.2 * self.width)

    def words(self, text: str, x: float, y: float, height: float) -> None:
        import cv2

        scale = height / 22.0
        at = (round(x * self.stretch.by), round(y))
        cv2.putText(self.coverage, text, at, cv2.FONT_HERSHEY_SIMPLEX, scale, 255, self.width, cv2.LINE_AA)

    def over(self, image: Image, colour: Colour) -> Image:
        """The picture with the drawing over it, in a colour of light."""
        import cv2

        coverage = self.coverage
        if self.stretch.by != 1:
            size = (self.box.width, self.box.height)
            coverage = np.asarray(cv2.resize(coverage, size, interpolation=cv2.INTER_AREA), np.uint8)
        rows, columns = (np.flatnonzero(coverage.any(axis=axis)) for axis in (1, 0))
        names = image.rgb or (grey_of(image),)
        if rows.size == 0:
            return image
        box = Box(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1).meet(image.data)
        if box.empty:
            return image
        share = coverage[box.slices(self.box)].astype(np.float32)[..., None] / np.float32(255)
        below = image.region(box, names)
        light = np.array(colour[: len(names)] if len(names) > 1 else [max(colour)], np.float32)
        return image.patched(box, below + (light - below) * share, names)
