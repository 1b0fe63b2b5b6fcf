"""Keeping an operation within a matte: the rest stays untouched to the bit, and is not even read."""

from __future__ import annotations

from collections.abc import Callable

from nodegraph.data.box import Box
from nodegraph.data.coverage import coverage
from nodegraph.data.image import Image, Matte, Pixels
from nodegraph.ops.merge import Operation, merged


def within(image: Image, work: Callable[[Box], Pixels], matte: Matte | None, mix: float = 1.0) -> Image:
    """The picture with `work(box)` in place of its main layer, as far as matte and mix let it through."""
    box = image.data if matte is None else image.data.meet(coverage(matte, image.data))
    if box.empty or mix == 0 or not image.main:
        return image
    done = work(box)
    if matte is not None or mix != 1:
        plane = matte.plane(box) if matte is not None else None
        done = merged(Operation.COPY, done, image.region(box, image.main), plane, mix)
    if box == image.data and image.main == image.channels:
        return image.with_pixels(done)
    return image.patched(box, done, image.main)
