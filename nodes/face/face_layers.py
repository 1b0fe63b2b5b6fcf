"""FaceLayers."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from enum import Enum
from typing import Annotated, Any

import numpy as np

from nodegraph.data.box import EMPTY, Box, joined
from nodegraph.data.coverage import covered
from nodegraph.data.crop import Crop, Crops
from nodegraph.data.errors import GraphError
from nodegraph.data.image import RGBA, Channels, Image, Pixels
from nodegraph.data.tracks import Tracks
from nodegraph.graph.knob import Knob
from nodegraph.graph.node import node
from nodegraph.media.attributes import FACES
from nodegraph.media.layers_windows import with_apart
from nodegraph.ops.black_and_white import light, main_of
from nodegraph.ops.face_paste import box_of, matte_of, placed
from nodegraph.ops.resample import Filter

NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9]+")
NOWHERE = Box(0, 0, 1, 1)  # of a layer that is black on this frame: a sequence has the same layers throughout
UNITS = "pixels of the plate from its upper left corner, y down; matrix takes them to pixels of the crop"


class Swap(Enum):
    """What the layer of the new faces shows."""

    BEFORE = "before the blend"
    AFTER = "as pasted"
    NONE = "none"


@node(revision=1)
def face_layers(
    image: Image,
    crops: Crops,
    plate: Image | None = None,
    tracks: Tracks | None = None,
    *,
    swap: Annotated[
        Swap,
        Knob(help="the new faces alone, premultiplied; or, against the plate, all that Paste did"),
    ] = Swap.BEFORE,
    mattes: Annotated[bool, Knob(help="a layer for each face's matte, named by its track")] = True,
    metadata: Annotated[bool, Knob(help="box, landmarks, pose, confidence and matrix of each face, as JSON")] = True,
    filter: Annotated[Filter, Knob(help="as on Paste")] = Filter.CUBIC,
    prefix: Annotated[str, Knob(help="in front of the names, as hero_, for several sets in one picture")] = "",
) -> Image:
    """Add what a compositor needs to lay the faces in anew: swap, mattes and the plate, as layers of their own.

    Put it between Paste and Write: the layers become further parts of the file, each as small as the face, and the
    plate's part is its own blocks once more. Laid over that plate, swap gives what Paste made: by its own matte, before
    bands, Poisson, grain or detail were added, or as pasted with all of them. With tracks wired, every frame has the
    layers of all faces of the shot, black where one is not to be seen.
    """
    placed_faces = [(crop, *_placed(crop, image.data, filter)) for crop in crops]
    added: list[str] = []
    names = [*dict.fromkeys([*(track.name for track in tracks or ()), *(crop.track for crop in crops)])]
    if swap is not Swap.NONE:
        pixels, box = _together([(face, at) for _, face, at in placed_faces])
        if swap is Swap.AFTER:
            pixels, box = _pasted(image, plate, crops, pixels, box)
        image = _with(image, f"{prefix}swap", RGBA, pixels, box, added)
    if mattes:
        for name in names:
            pixels, box = _together([(face, at) for crop, face, at in placed_faces if crop.track == name])
            layer = f"{prefix}matte_{NOT_IN_NAMES.sub('_', name)}"
            image = _with(image, layer, ("A",), pixels[..., 3:], box, added)
    if plate is not None:
        layer = f"{prefix}plate"
        image = _free(image, layer).beside(plate, {f"{layer}.{name}": name for name in main_of(plate)})
        added.append(layer)
    image = with_apart(image, added)
    if metadata:
        told = json.dumps(
            {"units": UNITS, "pixel_aspect": image.format.pixel_aspect, "faces": [_told(crop) for crop in crops]},
            ensure_ascii=False,
        )
        image = image.with_metadata(**{FACES: told})
    return image


def _placed(crop: Crop, data: Box, filter: Filter) -> tuple[Pixels, Box]:
    """A face in the plate, premultiplied, and where."""
    matte = matte_of(crop)
    box = box_of(crop, matte, data)
    if box.empty:
        return np.zeros((0, 0, 4), np.float32), box
    laid = placed(crop, crop.pixels, matte, box, filter)
    part = covered(np.clip(laid[..., 3], 0, 1))
    face = laid[part.slices(Box(0, 0, box.width, box.height))].copy()
    face[..., 3] = np.clip(face[..., 3], 0, 1)
    face[..., :3] *= face[..., 3:]
    return face, part.move(box.x0, box.y0)


def _together(faces: Sequence[tuple[Pixels, Box]]) -> tuple[Pixels, Box]:
    """Faces over each other, the later ones in front."""
    box = Box(0, 0, 0, 0)
    for _, each in faces:
        box = box.join(each)
    if box.empty:
        return np.zeros((1, 1, 4), np.float32), NOWHERE
    result = np.zeros((box.height, box.width, 4), np.float32)
    for face, each in faces:
        if not each.empty:
            part = result[each.slices(box)]
            part *= 1 - face[..., 3:]
            part += face
    return result, box


def _pasted(image: Image, plate: Image | None, crops: Crops, faces: Pixels, box: Box) -> tuple[Pixels, Box]:
    """What has to be laid over the plate, by the faces' matte, to have the picture; light beyond the matte is added."""
    if plate is None:
        raise GraphError("what Paste made of the plate cannot be told without the plate", "wire the plate to it too")
    whole = joined(crop.box() for crop in crops).join(box if len(crops) else EMPTY).meet(image.data)
    if whole.empty:
        return faces, box
    result = np.zeros((whole.height, whole.width, 4), np.float32)
    inside = box.meet(whole)
    result[inside.slices(whole)] = faces[inside.slices(box)]
    result[..., :3] = light(image, whole) - light(plate, whole) * (1 - result[..., 3:])
    part = covered(np.abs(result).max(axis=2))
    if part.empty:
        return np.zeros((1, 1, 4), np.float32), NOWHERE
    return result[part.slices(Box(0, 0, whole.width, whole.height))], part.move(whole.x0, whole.y0)


def _free(image: Image, layer: str) -> Image:
    if any(name.startswith(f"{layer}.") for name in image.channels):
        raise GraphError(f"the picture has a layer {layer} already", "give these layers a prefix, as hero_")
    return image


def _with(image: Image, layer: str, channels: Channels, pixels: Pixels, box: Box, added: list[str]) -> Image:
    """The picture with a layer beside its own; nothing is copied."""
    held = Image.of(pixels, channels=channels, data=box, format=image.format, colorspace=image.colorspace)
    added.append(layer)
    return _free(image, layer).beside(held, {f"{layer}.{name}": name for name in channels})


def _told(crop: Crop) -> dict[str, Any]:
    """What is known of a face."""
    face = crop.face
    told: dict[str, Any] = {"track": crop.track, "box": [round(value, 3) for value in face.box]}
    if crop.identity:
        told["identity"] = crop.identity
    if face.points is not None:
        told["landmarks"] = np.round(face.points, 3).tolist()
        told["pose"] = {name: round(value, 3) for name, value in face.pose._asdict().items()}
        told["confidence"] = round(face.confidence, 4)
    told |= {"score": round(face.score, 4), "matrix": np.asarray(crop.matrix, np.float64).tolist(), "crop": crop.size}
    return told
