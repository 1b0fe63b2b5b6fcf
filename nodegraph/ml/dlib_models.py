"""dlib's detectors, 68 landmarks and face descriptor, from the files that the package of models ships."""

from __future__ import annotations

import threading
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.errors import MissingWeights
from nodegraph.data.faces import Face, Points, Rect

Eight = NDArray[np.uint8]
FILES = {
    "landmarks": "shape_predictor_68_face_landmarks.dat",
    "cnn": "mmod_human_face_detector.dat",
    "descriptor": "dlib_face_recognition_resnet_model_v1.dat",
}


def model_file(name: str) -> str:
    """Where a model lies. The package is not imported: doing so warns about a part of setuptools that is no more."""
    spec = find_spec("face_recognition_models")
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        path = Path(folder) / "models" / FILES[name]
        if path.is_file():
            return str(path)
    raise MissingWeights(
        f"dlib's model {FILES[name]} is not installed", "pip install face-recognition-models, which brings it along"
    )


class DlibModels:
    """Loaded when first used, and shared: dlib's objects keep state while they work, so one at a time.

    Of HOG, the slowest by far, there are as many as are wanted at once.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[Any] = []  # HOG detectors that do nothing
        self._loaded: dict[str, Any] = {}

    def _get(self, name: str) -> Any:
        import dlib

        if name not in self._loaded:
            makers = {
                "cnn": lambda: dlib.cnn_face_detection_model_v1(model_file("cnn")),
                "landmarks": lambda: dlib.shape_predictor(model_file("landmarks")),
                "descriptor": lambda: dlib.face_recognition_model_v1(model_file("descriptor")),
            }
            self._loaded[name] = makers[name]()
        return self._loaded[name]

    def hog(self, picture: Eight, upsample: int, least: float) -> list[Face]:
        """Faces that look into the camera, by gradients; scores from about 0 to 4."""
        import dlib

        with self._lock:
            hog = self._idle.pop() if self._idle else None
        hog = hog or dlib.get_frontal_face_detector()
        found, scores, _ = hog.run(_whole(picture), upsample, least)
        with self._lock:
            self._idle.append(hog)
        return [Face(_rect(box), float(score)) for box, score in zip(found, scores, strict=True)]

    def cnn(self, picture: Eight, upsample: int, least: float) -> list[Face]:
        """Faces from more sides, by a network; scores from 0 to about 1.1."""
        with self._lock:
            found = self._get("cnn")(_whole(picture), upsample)
        return [Face(_rect(each.rect), float(each.confidence)) for each in found if each.confidence >= least]

    def landmarks(self, picture: Eight, box: Rect) -> Points:
        """The 68 points of the face in a box, to whole pixels."""
        with self._lock:
            return _points(self._get("landmarks")(_whole(picture), _dlib(box)))

    def descriptor(self, picture: Eight, points: Points, box: Rect) -> NDArray[np.float64]:
        """128 numbers: below 0.6 apart it is the same person, as dlib counts."""
        import dlib

        places = dlib.points([dlib.point(*map(int, np.rint(point))) for point in points])
        with self._lock:
            shape = dlib.full_object_detection(_dlib(box), places)
            return np.array(self._get("descriptor").compute_face_descriptor(_whole(picture), shape))


def _whole(picture: Eight) -> Eight:
    """In one piece of memory: dlib takes a part of a picture for nothing, or for another."""
    return np.ascontiguousarray(picture)


def _rect(box: Any) -> Rect:
    return Rect(float(box.left()), float(box.top()), float(box.right() + 1), float(box.bottom() + 1))


def _dlib(box: Rect) -> Any:
    import dlib

    left, top, right, bottom = (round(value) for value in box)
    return dlib.rectangle(left, top, right - 1, bottom - 1)


def _points(shape: Any) -> Points:
    return np.array([(part.x + 0.5, part.y + 0.5) for part in shape.parts()], np.float64)
