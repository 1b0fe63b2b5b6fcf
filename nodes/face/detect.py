"""Detect."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from nodegraph.colour.eight_bit import eight_bit
from nodegraph.data.anamorphic import Stretch
from nodegraph.data.box import Box
from nodegraph.data.errors import ModelError
from nodegraph.data.faces import Face, Faces, Rect
from nodegraph.data.image import Image
from nodegraph.data.model import Model
from nodegraph.data.shot import Shot
from nodegraph.graph.context import Context
from nodegraph.graph.knob import Knob, Vec
from nodegraph.graph.node import Knobs, node
from nodegraph.ml.detectors import FaceDetector
from nodegraph.ml.dlib_models import DlibModels, Eight
from nodegraph.ml.face_search import SURE, Eye, Search, cnn, enlarged, fused, hog, in_tiles, network, once
from nodegraph.ml.onnx_file import OnnxFile
from nodegraph.ops.black_and_white import refuse_unless_shown
from nodegraph.ops.looked_at import looked_at
from nodegraph.ops.turned import QUARTERS, turned, turned_back


class Detector(Enum):
    """Who looks for faces."""

    HOG = "dlib HOG"
    CNN = "dlib CNN"
    BOTH = "both"
    MODEL = "model"
    HOG_MODEL = "HOG and model"
    CNN_MODEL = "CNN and model"
    ALL = "all"


Seen = tuple[Eye, list[Face]]  # who looks, and what of

WITH_HOG = (Detector.HOG, Detector.BOTH, Detector.HOG_MODEL, Detector.ALL)
WITH_CNN = (Detector.CNN, Detector.BOTH, Detector.CNN_MODEL, Detector.ALL)
WITH_MODEL = (Detector.MODEL, Detector.HOG_MODEL, Detector.CNN_MODEL, Detector.ALL)


def _brings(knobs: Knobs, wired: frozenset[str]) -> tuple[str, ...]:
    """dlib's network, if it looks; its HOG detector is a part of dlib itself."""
    del wired
    return ("dlib CNN detector",) if knobs["detector"] in WITH_CNN else ()


@node(costly=True, models=_brings, revision=1)
def detect(
    image: Image,
    shot: Shot,
    ctx: Context,
    model: Model | None = None,
    *,
    detector: Annotated[
        Detector,
        Knob(help="HOG is fast and looks into faces; CNN finds profiles, slowly; several find more and jump less"),
    ] = Detector.HOG,
    proxy: Annotated[int, Knob(320, 4096, unit="px", help="width of the picture that is searched")] = 1280,
    min_score: Annotated[
        float, Knob(-1, 4, help="how sure dlib must be: HOG's score goes from about 0 to 4, CNN's from 0 to 1.1")
    ] = 0.0,
    model_score: Annotated[
        float,
        Knob(0, 1, help="how sure a model must be: 0.5 for YuNet, SCRFD, RetinaFace and YOLO, 0.9 for S3FD"),
    ] = 0.5,
    min_size: Annotated[
        float, Knob(0, 1, help="smallest face, as a share of the frame's height; very small ones are searched in tiles")
    ] = 0.06,
    beside: Annotated[
        float, Knob(0, 1, help="smallest face that is looked for beside a larger one; 0 finds all, but takes longer")
    ] = 0.1,
    turns: Annotated[bool, Knob(help="look for faces that lie on their side or upside down, too")] = False,
    exposure: Annotated[float, Knob(-8, 8, unit="stops", help="brighten what the detector sees")] = 0.0,
    box: Annotated[
        Vec, Knob(-100, 100000, unit="px", soft=True, help="left, top, right, bottom: a face by hand")
    ] = Vec((0.0, 0.0, 0.0, 0.0)),
) -> Faces:
    """Find faces: where they are and how sure it is; landmarks come after.

    The search is on a smaller picture. For small faces it is enlarged where nobody is seen, or if `beside` is 0. Faces
    too small even so are searched in tiles of the plate; small finds are looked at again on the plate itself. A box is
    a square from the brows to the chin, whoever found it.
    An anamorphic plate is searched unsqueezed; boxes are in its own pixels. Black and white plates are searched too.
    A box by hand, keyframed if need be, is taken instead of any search.
    """
    if box[2] > box[0] and box[3] > box[1]:
        return Faces(image.format, (Face(Rect(*box), 1.0),))
    if image.data.empty:
        return Faces(image.format)
    refuse_unless_shown(image, "Detect")
    stretch = Stretch.square(image.format)
    window = stretch.box(image.data)
    scale = min(1.0, proxy / window.width)
    search = Search(
        window,
        lambda part, size: shown(image, shot, part, size, 2.0**exposure),
        turned,
        turned_back,
        QUARTERS if turns else QUARTERS[:1],
        ctx.check_cancel,
    )

    def look(all_from: float) -> list[Seen]:
        eyes = _eyes(ctx, detector, model, min_score, model_score, enlarged(all_from * scale))
        return [(eye, search.faces(eye, scale, smallest, all_from)) for eye in eyes]

    smallest = min_size * image.format.height
    everywhere = detector is Detector.MODEL or in_tiles(smallest * scale)
    easy = smallest if everywhere else max(smallest, beside * image.format.height)
    seen = look(easy)
    if not _sure(seen):
        cut = [search.cut_off(eye, scale, easy, faces) for eye, faces in seen]

        def all_of(seen: list[Seen]) -> list[Seen]:
            return [(eye, once([*faces, *more])) for (eye, faces), more in zip(seen, cut, strict=True)]

        if smallest < easy and not _sure(all_of(seen)):
            seen = look(smallest)
        seen = all_of(seen)
    found = Faces(stretch.form, tuple(fused(seen) if len(seen) > 1 else seen[0][1]))
    return Stretch.squeezed(image.format).faces(found)


def _sure(seen: list[Seen]) -> bool:
    """True if anybody is seen whom an eye is sure of."""
    return any(eye.sure(face.score) >= SURE for eye, faces in seen for face in faces)


def _eyes(
    ctx: Context, detector: Detector, model: Model | None, min_score: float, model_score: float, larger: float
) -> list[Eye]:
    """Those who look; dlib's do so on a picture so many times larger."""
    eyes = []
    if detector in WITH_HOG or detector in WITH_CNN:
        models = ctx.load("dlib", DlibModels)
        if detector in WITH_HOG:
            eyes.append(hog(models, min_score, larger))
        if detector in WITH_CNN:
            eyes.append(cnn(models, max(min_score, 0.0), larger))
    if detector in WITH_MODEL:
        if model is None:
            raise ModelError(
                f"Detect is set to {detector.value!r}, but no model is wired to it",
                "wire a LoadModel with a detector's file to the input model, or take one of dlib's detectors",
            )
        path = model.path
        eyes.append(network(FaceDetector(ctx.load(("onnx", path), lambda: OnnxFile(path))), model_score))
    elif model is not None:
        ctx.warn(f"a model is wired to Detect, but {detector.value} looks for faces: set detector to model to use it")
    return eyes


def shown(image: Image, shot: Shot, part: Box, scale: float, gain: float) -> Eight:
    """A part of the plate as a detector sees it, unsqueezed, at a scale."""
    return eight_bit(looked_at(image, part, scale), shot, gain)
