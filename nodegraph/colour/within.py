"""Colour work on a picture: its main layer's colour only, within a matte, mixed with what was there."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from nodegraph.data.box import Box
from nodegraph.data.buffers import empty
from nodegraph.data.coverage import coverage
from nodegraph.data.image import RGB, Image, Matte, Pixels, frozen
from nodegraph.data.shot import Shot
from nodegraph.data.threads import split_rows

# Takes colour (rows x columns x 3, or 4 with alpha), returns it changed; never writes to what it was given.
Work = Callable[[Pixels], Pixels]


def on_colour(
    image: Image,
    work: Work,
    *,
    matte: Matte | None = None,
    mix: float = 1.0,
    unpremult: bool = False,
    with_alpha: bool = False,
) -> Image:
    """The picture with `work` done on its red, green and blue.

    A matte limits the work to where it covers: the rest stays untouched to the bit, and is not even read.
    Alpha and other layers pass through. With `unpremult` the work sees colour divided by alpha; `with_alpha`
    hands it alpha too, where there is some, to do so itself. A picture that lacks red, green or blue passes
    through.
    """
    if image.rgb != RGB or mix == 0:
        return image
    box = image.data if matte is None else image.data.meet(coverage(matte, image.data))
    if box.empty:
        return image
    whole = box == image.data and set(image.channels) == set(image.main)
    before = image.region(box, image.main if whole or unpremult or with_alpha else RGB)
    after = _worked(before, work, unpremult)
    if after is before:
        return image
    if matte is not None or mix != 1:
        after = _blended(before, after, matte, mix, box)
    if whole:
        return image.with_pixels(after, channels=image.main)
    return image.patched(box, after[..., :3], RGB)


def space_of(image: Image, shot: Shot) -> str:
    """The colour space a picture on a wire is in: its own, or the shot's working space."""
    return image.colorspace or shot.space


def _worked(before: Pixels, work: Work, unpremult: bool) -> Pixels:
    if not unpremult or before.shape[2] != 4:
        return work(before)
    from nodegraph.colour.kernels import associate, straighten

    straight = empty(before.shape)

    def divide(first: int, end: int) -> None:
        straight[first:end] = before[first:end]
        straighten(straight[first:end])

    split_rows(divide, straight.shape[0], straight.nbytes)
    given = frozen(straight)
    after = work(given)
    if after is given:
        return before
    result = after.copy()
    split_rows(lambda first, end: associate(result[first:end], before[first:end]), result.shape[0], result.nbytes)
    return result


def _blended(before: Pixels, after: Pixels, matte: Matte | None, mix: float, box: Box) -> Pixels:
    from nodegraph.colour.kernels import blend

    plane = np.broadcast_to(np.float32(1.0), before.shape[:2]) if matte is None else matte.plane(box)
    result = after if after.flags.writeable else after.copy()
    share = np.float32(mix)
    split_rows(
        lambda first, end: blend(before[first:end], plane[first:end], share, result[first:end]),
        result.shape[0],
        result.nbytes,
    )
    return result
