"""Mask."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Annotated

import numpy as np

from nodegraph.colour.network_light import NetworkLight, curve, seen
from nodegraph.data.crop import Crop, Crops
from nodegraph.data.errors import GraphError
from nodegraph.data.faces import Points
from nodegraph.data.image import Matte, Pixels
from nodegraph.data.model import Model
from nodegraph.data.shot import Shot
from nodegraph.graph.context import Context
from nodegraph.graph.knob import Knob
from nodegraph.graph.node import node
from nodegraph.ml.mask_models import Kind, MaskNetwork
from nodegraph.ml.onnx_file import OnnxFile
from nodegraph.ops import face_shapes
from nodegraph.ops.face_mask import Combine, Edges, above_zero, differing, put, size_in
from nodegraph.ops.face_matte import into_crop


class Shape(Enum):
    """What a matte is made of."""

    HULL = "hull"
    COMPONENTS = "components"
    EXTENDED = "extended"
    UPPER = "upper face"
    LOWER = "lower face"
    BOX = "box"
    ELLIPSE = "ellipse"
    CROP = "crop"
    LEARNED = "learned"
    MATTE = "matte"
    DIFFERENCE = "difference"
    XSEG = "xseg"
    OCCLUDER = "occluder"


class LookAt(Enum):
    """What a network is shown."""

    PLATE = "plate"
    SWAPPED = "swapped"
    BOTH = "both"


Drawn = Callable[[Points, int, float], Pixels]
DRAWN: Mapping[Shape, Drawn] = MappingProxyType(
    {
        Shape.HULL: face_shapes.hull,
        Shape.COMPONENTS: lambda points, size, _: face_shapes.pieces(points, size),
        Shape.EXTENDED: face_shapes.pieces,
        Shape.UPPER: face_shapes.upper,
        Shape.LOWER: face_shapes.lower,
        Shape.BOX: face_shapes.box,
        Shape.ELLIPSE: face_shapes.ellipse,
    }
)
NETWORKS: Mapping[Shape, Kind] = MappingProxyType({Shape.XSEG: Kind.XSEG, Shape.OCCLUDER: Kind.OCCLUDER})


@node(costly=True, revision=1)
def mask(
    crops: Crops,
    shot: Shot,
    ctx: Context,
    matte: Matte | None = None,
    model: Model | None = None,
    *,
    shape: Annotated[Shape, Knob(help="what the matte is made of")] = Shape.HULL,
    combine: Annotated[Combine, Knob(help="what it does with the matte that is already there")] = Combine.REPLACE,
    invert: Annotated[bool, Knob(help="cover what is outside")] = False,
    forehead: Annotated[float, Knob(0, 4, help="how far the brows are raised; 0 ends at them, 1 is DeepFaceLab's")] = (
        face_shapes.FOREHEAD
    ),
    erode: Annotated[float, Knob(-100, 100, unit="% of face", help="move the edge inwards; negative: outwards")] = 0.0,
    top: Annotated[float, Knob(-100, 100, unit="% of face", help="the same for the edge above alone")] = 0.0,
    bottom: Annotated[float, Knob(-100, 100, unit="% of face", help="the same for the edge below alone")] = 0.0,
    left: Annotated[float, Knob(-100, 100, unit="% of face", help="the same for the picture's left alone")] = 0.0,
    right: Annotated[float, Knob(-100, 100, unit="% of face", help="the same for the picture's right alone")] = 0.0,
    feather: Annotated[float, Knob(0, 100, unit="% of face", help="width of the soft edge, inside the matte")] = 10.0,
    threshold: Annotated[float, Knob(0, 1, help="difference: what counts as one, on a screen's scale")] = 0.06,
    look_at: Annotated[LookAt, Knob(help="networks: what they are shown")] = LookAt.PLATE,
    exposure: Annotated[float, Knob(-8, 8, unit="stops", help="networks: brighten what they are shown")] = 0.0,
) -> Crops:
    """Say how far each face reaches: a shape from its landmarks, a matte, a difference, or what a network finds.

    hull: around the landmarks, with the forehead as far as the brows are raised. components: eight pieces, without
    bridging hollows; extended: the same with the forehead. upper face, lower face: above and below the tip of the nose.
    box, ellipse: around the landmarks. crop: everything. learned: the matte that is there, of a swap that brought its
    own or of a Mask before. matte: the one that is wired, in the plate (Roto, a rendered matte). difference: where a
    swap changed the face. xseg, occluder: what the wired model finds; these leave out hands and whatever passes in
    front. Single parts of the face are MaskParts'. A matte always fades before the border of its crop.
    """
    edges = Edges(erode, top, bottom, left, right, feather)
    light = NetworkLight.of(shot, exposure)
    network = _network(NETWORKS[shape], model, ctx) if shape in NETWORKS else None

    def shaped(crop: Crop) -> Pixels:
        if shape in DRAWN:
            return DRAWN[shape](_points(crop), crop.size, forehead)
        if network is not None:
            return _found(network, crop, light, look_at)
        if shape is Shape.MATTE:
            if matte is None:
                raise GraphError("Mask has no matte to follow", "wire one into its input matte, or set another shape")
            return into_crop(matte, crop)
        if shape is Shape.DIFFERENCE:
            if crop.pixels is crop.plate:
                ctx.warn("Mask: a difference is asked for where nothing has changed yet; place it after Swap")
            return differing(curve(crop.pixels), curve(crop.plate), threshold, size_in(crop))
        if shape is Shape.LEARNED and crop.matte is None:
            ctx.warn("Mask: no matte was learned or made before this node; all of the crop is covered")
        return crop.coverage() if shape is Shape.LEARNED else np.ones((crop.size, crop.size), np.float32)

    return crops.each(put(crop, shaped(crop), combine, edges, invert) for crop in crops)


def _points(crop: Crop) -> Points:
    if crop.face.points is None:
        raise GraphError(
            f"the face of {crop.track} has no landmarks to draw a matte from", "put Landmarks before Track and Align"
        )
    return crop.points


def _network(kind: Kind, model: Model | None, ctx: Context) -> MaskNetwork:
    if model is None:
        raise GraphError(
            f"an {kind.value} matte needs a model: landmarks do not tell hands or hair from a face",
            f"wire an {kind.value} file into the input model, or draw a Roto and set shape to matte",
        )
    return MaskNetwork(ctx.load(("onnx", model.path), lambda: OnnxFile(model.path)), kind, model.card.contract)


def _found(network: MaskNetwork, crop: Crop, light: NetworkLight, look_at: LookAt) -> Pixels:
    """What a network finds in a crop, in what is to be looked at; in both, what it finds in each of them."""
    pictures = {LookAt.PLATE: [crop.plate], LookAt.SWAPPED: [crop.pixels]}.get(look_at, [crop.plate, crop.pixels])
    mattes = [network.matte(seen(light.encode(picture))) for picture in pictures]
    if network.contract.kind is Kind.OCCLUDER:
        mattes = [above_zero(matte) for matte in mattes]
    return np.minimum(mattes[0], mattes[-1])
