"""FaceMatte."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from nodegraph.data.box import joined
from nodegraph.data.crop import Crops
from nodegraph.data.image import Image, Matte
from nodegraph.graph.knob import Knob
from nodegraph.graph.node import node
from nodegraph.ops.face_matte import onto_plate


@node
def face_matte(
    image: Image,
    crops: Crops,
    *,
    track: Annotated[str, Knob(help="only the face of this track; empty: every face")] = "",
    invert: Annotated[bool, Knob(help="cover all but the faces")] = False,
) -> Matte:
    """Show the mattes of all faces together, in the plate: to look at, to grade within, or to write."""
    chosen = [crop for crop in crops if track in ("", crop.track)]
    frame = image.format.box
    box = joined(crop.box() for crop in chosen).meet(frame)
    box = frame if invert or box.empty else box
    clear = np.ones((box.height, box.width), np.float32)
    for crop in chosen:
        part = crop.box().meet(box)
        if not part.empty:
            clear[part.slices(box)] *= 1 - onto_plate(crop.coverage(), crop, part)
    plane = clear if invert else 1 - clear
    made = image.with_pixels(plane[..., None], data=box, channels=("A",))
    return Matte.from_image(made)
