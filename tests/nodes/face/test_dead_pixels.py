"""Dead pixels of a plate below a face: it hides them, and is lit as if they had not been."""

from __future__ import annotations

import numpy as np
import pytest

from nodegraph.data.image import Image, frozen
from nodegraph.data.shot import Frame
from nodegraph.graph.context import Context
from nodegraph.ops.face_paste import Blend
from nodegraph.ops.face_sampling import mended
from nodegraph.ops.resample import Filter
from nodes.face.paste import paste
from tests.nodes.face.test_paste import SHOT, cropped, noise, painted


@pytest.mark.parametrize("filter", list(Filter))
@pytest.mark.parametrize("blend", list(Blend))
def test_a_whole_matte_hides_every_dead_pixel_below_it(blend: Blend, filter: Filter) -> None:
    """The weights of a filter sum to a little less than 1 here and there: no reason to let them through."""
    pixels = noise().pixels.copy()
    pixels[175:190, 290:310] = np.nan
    image = Image.of(frozen(pixels), format=SHOT.format, colorspace="ACEScg")
    crops = painted(cropped(image), np.full((256, 256, 3), 0.5, np.float32))
    result = paste(image, crops, Frame(1), SHOT, Context(), blend=blend, filter=filter).pixels
    assert np.isfinite(result).all()


def test_a_wide_hole_is_filled_with_what_is_around_it() -> None:
    """Not with black, which would darken the face that takes the light of its plate."""
    pixels = np.full((120, 160, 3), 0.4, np.float32)
    pixels[:, 80:] = 0.8
    pixels[20:90, 30:130] = np.nan
    whole = mended(frozen(pixels))
    broken = ~np.isfinite(pixels)
    assert np.array_equal(whole[~broken], pixels[~broken])
    assert whole[broken].min() > 0.39
    assert whole[broken].max() < 0.81
    assert np.allclose(whole[55, 31], 0.4, atol=1e-5)
    assert np.allclose(whole[55, 128], 0.8, atol=1e-5)


def test_nothing_but_dead_pixels_is_black() -> None:
    assert not mended(np.full((9, 9, 3), np.inf, np.float32)).any()
