"""FaceMatte."""

from __future__ import annotations

from typing import Annotated

from nodegraph.data.box import Box, joined
from nodegraph.data.crop import Crops
from nodegraph.data.image import Image, Matte
from nodegraph.graph.knob import Knob
from nodegraph.graph.node import node
from nodegraph.ops.face_matte import clear_of
from nodegraph.ops.face_paste import box_of, matte_of
from nodegraph.ops.resample import Filter


@node
def face_matte(
    image: Image,
    crops: Crops,
    *,
    filter: Annotated[Filter, Knob(help="as on Paste")] = Filter.CUBIC,
    track: Annotated[str, Knob(help="names of the tracks wanted, as in face1 face3; empty: every face")] = "",
    invert: Annotated[bool, Knob(help="cover all but the faces")] = False,
) -> Matte:
    """Show the mattes of all faces together, as Paste lays them into the plate: to look at, or to work within."""
    names = track.split()
    chosen = [crop for crop in crops if not names or crop.track in names]
    frame = image.format.box.join(image.data)
    box = joined(box_of(crop, matte_of(crop), frame) for crop in chosen)
    if invert:
        box = frame
    elif box.empty:
        box = Box(frame.x0, frame.y0, frame.x0 + 1, frame.y0 + 1)
    clear = clear_of(chosen, box, filter)
    made = image.with_pixels((clear if invert else 1 - clear)[..., None], data=box, channels=("A",))
    return Matte.from_image(made)
