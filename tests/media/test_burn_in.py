"""The notice of a preview: as readable on a squeezed plate, unsqueezed, as on one of square pixels."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from nodegraph.data.box import Format
from nodegraph.data.image import RGB, Image
from nodegraph.media.burn_in import notice

WIDE, HIGH = 1280, 540
TEXT = "PREVIEW - not for delivery: no consent record for jane allows this production, and none is kept for john"


def marked(width: int, aspect: float) -> NDArray[np.float32]:
    plate = Image.of(np.full((HIGH, width, 3), 0.18, np.float32), format=Format(width, HIGH, aspect))
    picture = notice(plate, TEXT)
    assert picture.format == plate.format
    return picture.region(picture.format.box, RGB)[..., 0]


@pytest.mark.parametrize("aspect", [2.0, 4 / 3, 0.5])
def test_it_reads_the_same_unsqueezed(aspect: float) -> None:
    square, narrow = marked(WIDE, 1.0), marked(round(WIDE / aspect), aspect)
    wide = cv2.resize(narrow, (WIDE, HIGH), interpolation=cv2.INTER_LINEAR)
    band = square != np.float32(0.18)
    assert np.array_equal(band.any(axis=1), (wide != np.float32(0.18)).any(axis=1))  # as many lines
    rows = np.flatnonzero(band.any(axis=1))
    one, other = (cv2.GaussianBlur(each[rows], (0, 0), 1.5) for each in (square, wide))
    assert np.corrcoef(one.ravel(), other.ravel())[0, 1] > 0.98
    assert narrow.max() > 0.8


def test_on_square_pixels_every_letter_is_sharp() -> None:
    square = marked(WIDE, 1.0)
    band = square[(square != np.float32(0.18)).any(axis=1)]
    assert ((band < 0.02) | (band > 0.98)).mean() > 0.85
