"""MaskParts."""

from __future__ import annotations

from typing import Annotated

from nodegraph.colour.network_light import NetworkLight, seen
from nodegraph.data.crop import Crop, Crops
from nodegraph.data.errors import GraphError
from nodegraph.data.image import Pixels
from nodegraph.data.model import Model
from nodegraph.data.shot import Shot
from nodegraph.graph.context import Context
from nodegraph.graph.knob import Knob
from nodegraph.graph.node import node
from nodegraph.ml.mask_models import Kind, MaskNetwork
from nodegraph.ml.onnx_file import OnnxFile
from nodegraph.ops.face_mask import Combine, Edges, put
from nodegraph.ops.face_shapes import PARTS, parts


@node(costly=True, revision=1)
def mask_parts(
    crops: Crops,
    shot: Shot,
    ctx: Context,
    model: Model | None = None,
    *,
    skin: bool = True,
    brows: bool = True,
    eyes: bool = True,
    nose: bool = True,
    mouth: Annotated[bool, Knob(help="the inside of an open mouth: teeth and tongue")] = True,
    lips: bool = True,
    glasses: Annotated[bool, Knob(help="needs a model")] = False,
    ears: Annotated[bool, Knob(help="needs a model")] = False,
    hair: Annotated[bool, Knob(help="needs a model")] = False,
    hat: Annotated[bool, Knob(help="needs a model")] = False,
    neck: Annotated[bool, Knob(help="needs a model")] = False,
    cloth: Annotated[bool, Knob(help="needs a model")] = False,
    combine: Annotated[Combine, Knob(help="what the parts do with the matte that is there")] = Combine.REPLACE,
    erode: Annotated[float, Knob(-100, 100, unit="% of face", help="move the edge inwards; negative: outwards")] = 0.0,
    feather: Annotated[float, Knob(0, 100, unit="% of face", help="width of the soft edge, inside the parts")] = 0.0,
    exposure: Annotated[float, Knob(-8, 8, unit="stops", help="brighten what the network is shown")] = 0.0,
) -> Crops:
    """Make a matte of parts of the face: those of a parsing model or, without one, those that landmarks tell.

    To keep what the plate shows (hair over the forehead, glasses, teeth), choose just that and set combine to subtract.
    Hands and other things in front are no parts of a face: Mask finds them, with an XSeg or occluder model.
    """
    chosen = {
        "skin": skin,
        "brows": brows,
        "eyes": eyes,
        "nose": nose,
        "mouth": mouth,
        "lips": lips,
        "glasses": glasses,
        "ears": ears,
        "hair": hair,
        "hat": hat,
        "neck": neck,
        "cloth": cloth,
    }
    wanted = frozenset(part for part, on in chosen.items() if on)
    beyond = [part for part in chosen if part in wanted and part not in PARTS]
    if model is None and beyond:
        raise GraphError(
            f"landmarks alone do not show {', '.join(beyond)}",
            "wire a parsing model (19 classes) into the input model, or turn these parts off",
        )
    network = None
    if model is not None:
        path = model.path
        network = MaskNetwork(ctx.load(("onnx", path), lambda: OnnxFile(path)), Kind.PARSING, model.card.contract)
    light = NetworkLight.of(shot, exposure)

    def found(crop: Crop) -> Pixels:
        if network is not None:
            return network.matte(seen(light.encode(crop.plate)), wanted)
        if crop.face.points is None:
            raise GraphError(
                f"the face of {crop.track} has no landmarks to tell its parts by",
                "put Landmarks before Track and Align",
            )
        return parts(crop.points, crop.size, wanted)

    edges = Edges(erode=erode, feather=feather)
    return crops.each(put(crop, found(crop), combine, edges) for crop in crops)
