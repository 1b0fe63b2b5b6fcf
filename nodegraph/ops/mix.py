"""Mixing pictures of several moments into one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nodegraph.data.box import joined
from nodegraph.data.buffers import empty
from nodegraph.data.image import Image, Pixels
from nodegraph.data.threads import split_bands


def mixed(now: Image, pictures: Sequence[Image], shares: Sequence[float]) -> Image:
    """`now` with its main layer mixed of several pictures; its further layers stay as they are."""
    box = joined(picture.data for picture in pictures)
    further = tuple(name for name in now.channels if name not in now.main)
    names = now.main + further
    sources = [picture.region(box, now.main) for picture in pictures]  # may be read from files: before there is more
    total: Pixels = empty((box.height, box.width, len(names)))
    deep = len(now.main)
    if further:
        total[..., deep:] = now.region(box, further)

    def rows(first: int, end: int) -> None:
        with np.errstate(invalid="ignore"):  # a broken pixel stays broken; it is no fault of the mix
            band = total[first:end, :, :deep]
            np.multiply(sources[0][first:end], np.float32(shares[0]), out=band)
            for source, share in zip(sources[1:], shares[1:], strict=True):
                band += source[first:end] * np.float32(share)

    split_bands(rows, box.height, total.nbytes)
    return now.with_pixels(total, data=box, channels=names)
