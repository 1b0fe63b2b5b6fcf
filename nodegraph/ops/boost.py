"""Several looks at a crop, shifted by parts of a network's pixel, and one finer answer woven of them.

A network's picture is mostly coarser than the crop. With a boost of k it looks k x k times: what it changes comes back
steadier and with finer edges, at k x k times the cost. Each look is filtered to the network's own pixels; taking every
k-th pixel of a larger picture as it is, the usual way, shows the network a face full of aliasing. Detail that is finer
than its pixels is the plate's: it stays where it fits to what the network drew.
"""

from __future__ import annotations

import numpy as np

from nodegraph.data.crop import Matrix
from nodegraph.data.image import Pixels
from nodegraph.ops.reframe import brought_back, seen_through, sized

STRUCTURE = 0.05  # a change of this contrast within a few of the network's pixels halves the plate's own fine detail


def looks(crop: Pixels, matrix: Matrix, size: int, boost: int = 1) -> Pixels:
    """Pictures of a crop for a network: boost² x size x size x channels. `matrix` takes the crop to its picture."""
    seen = []
    for k in range(boost * boost):
        down, across = divmod(k, boost)
        shift = np.array([[1, 0, 0.5 - (across + 0.5) / boost], [0, 1, 0.5 - (down + 0.5) / boost], [0, 0, 1]])
        seen.append(seen_through(crop, shift @ matrix, size))
    return np.stack(seen)


def woven(looked: Pixels, boost: int) -> Pixels:
    """One picture, boost times as large, of as many answers to `looks`."""
    size = looked.shape[1]
    squares = looked.reshape(boost, boost, size, size, -1)
    return np.ascontiguousarray(squares.transpose(2, 0, 3, 1, 4).reshape(size * boost, size * boost, -1))


def change_of(crop: Pixels, fed: Pixels, answered: Pixels, matrix: Matrix, boost: int, detail: float) -> Pixels:
    """What a network changed, as a difference to add to a square crop; all of it between black and white.

    `fed` are the looks, `answered` what the network made of them. Without detail the answer stands alone: what is finer
    in the crop is taken away.
    """
    difference, shown = woven(answered - fed, boost), woven(fed, boost)
    gone = 1 - np.float32(detail) * kept_detail(difference, boost)[..., None]
    finer, size = sized(boost) @ matrix, crop.shape[0]
    back = brought_back(difference, finer, size)
    old = brought_back(np.concatenate([gone * shown, gone], axis=2), finer, size)  # four planes: as fast as three
    return np.asarray(back - (old[..., 3:] * crop - old[..., :3]), np.float32)


def kept_detail(change: Pixels, pixel: float = 1.0) -> Pixels:
    """How much of a plate's own fine detail fits to what has changed: 1 to 0.

    Where skin became darker or redder, pores and grain stay; where another contour was drawn, the old one has to go.
    `pixel` is one of the network's, in those of the change.
    """
    import cv2

    near = max(pixel, 1.0)
    smooth = cv2.GaussianBlur(change, (0, 0), 3 * near, borderType=cv2.BORDER_REPLICATE)
    contrast = np.abs(change - smooth).max(axis=2)
    contrast = cv2.GaussianBlur(contrast, (0, 0), near, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(1 / (1 + (contrast / STRUCTURE) ** 2), np.float32)
