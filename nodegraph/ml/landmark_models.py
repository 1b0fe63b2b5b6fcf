"""Landmark networks from ONNX files: told by what they take and put out, shown a square around a face, read as 68."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.errors import ModelError
from nodegraph.data.faces import COUNT, Points, Rect
from nodegraph.ml.detectors import unframed
from nodegraph.ml.dlib_models import Eight
from nodegraph.ml.heat_maps import heat_points
from nodegraph.ml.landmark_layouts import Weights, of_98, of_106, of_mesh
from nodegraph.ml.onnx_file import OnnxFile, Tensor

Tensors = Mapping[str, Tensor]
Triple = tuple[float, float, float]

# 68 points of an upright face, as tall as one from brows to chin, and the box that detectors learned from WIDER FACE
# give it: measured with YuNet on 15 pictures of three people.
FOREHEAD, CHIN = 0.27, -0.05


class View(NamedTuple):
    """A square that is looked at: its middle on the plate, its side, and its turn, clockwise in degrees."""

    x: float
    y: float
    side: float
    roll: float = 0.0

    def matrix(self, size: int) -> NDArray[np.float64]:
        """2 x 3: from the plate to a picture of the square, so many pixels large."""
        c, s = math.cos(math.radians(self.roll)), math.sin(math.radians(self.roll))
        turn = np.array([[c, s], [-s, c]]) * (size / max(1e-6, self.side))
        return np.column_stack([turn, size / 2 - turn @ (self.x, self.y)])

    def back(self, points: Points, size: int) -> Points:
        """Points of that picture on the plate."""
        matrix = self.matrix(size)
        return np.asarray((points - matrix[:, 2]) @ np.linalg.inv(matrix[:, :2]).T, np.float64)

    def near(self, other: View) -> bool:
        """True if both show nearly the same."""
        far = math.hypot(self.x - other.x, self.y - other.y) / max(1e-6, self.side)
        turn = abs((self.roll - other.roll + 180) % 360 - 180)
        return far < 0.01 and abs(other.side / max(1e-6, self.side) - 1) < 0.02 and turn < 1

    def moved(self, right: float, down: float, larger: float = 1.0, roll: float = 0.0) -> View:
        """Shifted by shares of its side along its own axes, resized and turned."""
        c, s = math.cos(math.radians(self.roll)), math.sin(math.radians(self.roll))
        x, y = self.x + (c * right - s * down) * self.side, self.y + (s * right + c * down) * self.side
        return View(x, y, self.side * larger, self.roll + roll)


class Marks(NamedTuple):
    """What a network saw in the picture it was shown: its own points in that picture's pixels, and how sure, 0 to 1."""

    points: Points
    sure: float


@dataclass(frozen=True)
class Kind:
    """How a kind of landmark network is fed and read: light as (8 bits / 255 - mean) / range, red first."""

    contract: str
    side: float  # of the square it is shown, in longer sides of a detector's box
    layout: Callable[[], Weights]
    mean: Triple = (0.0, 0.0, 0.0)
    range: Triple = (1.0, 1.0, 1.0)
    unit: Callable[[Points, int], Points] = lambda points, size: points * size  # its numbers as pixels
    certain: float = 1.0  # the score that counts as wholly sure


def _same() -> Weights:
    return np.eye(COUNT)


def _cells(points: Points, size: int) -> Points:
    return points * (size / 64)  # of heat maps of 64 cells, whatever the picture's size


def _centred(points: Points, size: int) -> Points:
    return (points + 1) * (size / 2)


def _pixels(points: Points, size: int) -> Points:
    del size
    return points


HALF: Triple = (0.5, 0.5, 0.5)
WIDE: Triple = (128 / 255, 128 / 255, 128 / 255)
KINDS: Mapping[str, Kind] = {
    # MediaPipe, modules/face_landmark: the square is 1.5 times what the mesh covers; DeepFaceLive feeds 0..1.
    "facemesh": Kind("facemesh", 1.5, of_mesh, unit=_pixels),
    "478": Kind("478", 1.5, lambda: of_mesh(478), unit=_pixels),
    # face-alignment, utils.py: a box of 195 pixels in a picture of 256; scores as FaceFusion counts them.
    "2dfan": Kind("2dfan", 256 / 195, _same, unit=_cells, certain=0.9),
    # Peppa_Pig_Face_Landmark, as VisoMaster feeds it.
    "98": Kind("98", 256 / 195, of_98),
    # WFLW as heat maps: HRNet with ImageNet's norm; Adaptive Wing Loss has the outline as a 99th map.
    "98_heat": Kind("98_heat", 1.25, of_98, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    "99_heat": Kind("99_heat", 1.25, of_98),
    # insightface, model_zoo/landmark.py: the network itself takes off the mean, or it is fed (8 bits - 127.5) / 128.
    "106": Kind("106", 1.5, of_106, HALF, WIDE, _centred),
    "3d68": Kind("3d68", 1.5, _same, HALF, WIDE, _centred),
    # PFLD and its like: 68 points in shares of the picture.
    "68": Kind("68", 1.2, _same),
}
FLAT = {1404: "facemesh", 1434: "478", 3309: "3d68", 212: "106", 136: "68"}
TABLES = {(106, 2): "106", (68, 3): "2dfan", (68, 2): "68", (98, 3): "98", (98, 2): "98"}
HEAT = {68: "2dfan", 98: "98_heat", 99: "99_heat"}


def landmark_contract(inputs: Tensors, outputs: Tensors) -> str:
    """Which kind of landmark network it is, by shapes; empty if none."""
    (first, *others) = inputs.values()
    if others or not (first.fits(None, 3, None, None) or first.fits(None, None, None, 3)):
        return ""
    found = {_told(tensor) for tensor in outputs.values()} - {""}
    heat = {name for name in found if name.endswith("_heat")}
    return (sorted(found - heat) or sorted(heat) or [""])[0]


def _told(tensor: Tensor) -> str:
    """What an output is, if it is landmarks."""
    inner = tuple(side for side in tensor.shape[1:] if side != 1)
    if _is_heat(tensor):
        return HEAT[tensor.shape[1] or 0]
    if len(inner) == 2 and inner in TABLES:
        return TABLES[inner[0] or 0, inner[1] or 0]
    if len(inner) == 1 and inner[0] in (196, 294):
        return "98"
    return FLAT.get(inner[0] or 0, "") if len(inner) == 1 else ""


def _is_heat(tensor: Tensor) -> bool:
    shape = tensor.shape
    return len(shape) == 4 and shape[1] in HEAT and all(side is None or side >= 16 for side in shape[2:])


class LandmarkModel:
    """A landmark network with the way it is fed and read. Make it once, by `ctx.load`."""

    def __init__(self, file: OnnxFile) -> None:
        contract = landmark_contract(file.inputs, file.outputs)
        if not contract:
            raise ModelError(
                f"{file.path.name} is no landmark model that is known here",
                "wire FaceMesh, 2DFAN, a 106-point, a 98-point or a 68-point file: nodegraph models list",
            )
        self.file = file
        self.kind = KINDS[contract]
        (self._input,) = file.inputs.values()
        self._rows_first = not self._input.fits(None, 3, None, None)
        sides = self._input.shape[1:3] if self._rows_first else self._input.shape[2:]
        self.size = sides[0] or 256
        if len(set(sides)) != 1 or not 16 <= self.size <= 2048:
            raise ModelError(
                f"{file.path.name} wants pictures of {sides[1]} x {sides[0]}, which no landmark model does",
                "the file does not keep to its contract; try another copy",
            )
        self._heat = [name for name, tensor in file.outputs.items() if _is_heat(tensor)][-1:]
        self._flat = [
            name for name, tensor in file.outputs.items() if _told(tensor) == contract and name not in self._heat
        ]
        single = [name for name, tensor in file.outputs.items() if tensor.shape and set(tensor.shape[1:]) <= {1}]
        self._flags = single[:1] if contract in ("facemesh", "478") else []  # how sure it is that there is a face
        self._itself = self._input.type is np.uint8 or (contract in ("106", "3d68") and _takes_off_the_mean(file))
        self._layout = self.kind.layout()

    def first(self, box: Rect, roll: float) -> View:
        """What is shown of a face that was only detected: around its box, which frames it as dlib does."""
        x, y = box.middle
        learned = unframed(Rect(-box.size / 2, -box.size / 2, box.size / 2, box.size / 2))
        side = learned.size
        return View(x, y, side, roll).moved(0.0, learned.middle[1] / max(side, 1e-6), self.kind.side)

    def again(self, points: Points) -> View:
        """What is shown of a face of which the network's own points are known: upright, and framed by them alone."""
        known = self.to_68(points)
        across = known[42:48].mean(axis=0) - known[36:42].mean(axis=0)
        roll = math.degrees(math.atan2(across[1], across[0]))
        c, s = math.cos(math.radians(roll)), math.sin(math.radians(roll))
        turn = np.array([[c, s], [-s, c]])
        mesh = len(points) > 400  # covers the forehead itself
        upright = (points if mesh else known) @ turn.T
        (x0, y0), (x1, y1) = upright.min(axis=0), upright.max(axis=0)
        if not mesh:
            y0, y1 = y0 - FOREHEAD * (y1 - y0), y1 + CHIN * (y1 - y0)
        x, y = turn.T @ ((x0 + x1) / 2, (y0 + y1) / 2)
        return View(float(x), float(y), float(max(x1 - x0, y1 - y0)) * self.kind.side, roll)

    def look(self, picture: Eight) -> Marks:
        """The points of the face in a picture of the network's size."""
        light: NDArray[np.float32] = picture.astype(np.float32)
        if not self._itself:
            mean, wide = np.array(self.kind.mean, np.float32), np.array(self.kind.range, np.float32)
            light = (light / np.float32(255) - mean) / wide
        fed = light if self._rows_first else light.transpose(2, 0, 1)
        wanted = [*self._heat, *(self._flat if not self._heat else []), *self._flags]
        results = dict(zip(wanted, self.file.run({self._input.name: fed[None]}, wanted), strict=True))
        sure = 1.0
        for name in self._flags:
            sure = 1 / (1 + math.exp(-float(np.clip(results[name].ravel()[0], -30, 30))))
        if self._heat:
            return self._of_heat(results[self._heat[0]], sure)
        return self._of_numbers(results[self._flat[0]], sure)

    def to_68(self, points: Points) -> Points:
        """Its own points as the 68 of iBUG."""
        return np.asarray(self._layout @ points, np.float64)

    def _of_heat(self, maps: NDArray[np.float32], sure: float) -> Marks:
        count = self._layout.shape[1]
        heat = maps[0] if maps.ndim == 4 else maps
        if heat.ndim != 3 or heat.shape[0] < count or not np.isfinite(heat).all():
            raise self._broken(f"{count} heat maps")
        points, peaks = heat_points(heat[:count])
        high, wide = heat.shape[1:]
        placed = points * (self.size / wide, self.size / high)
        return Marks(placed, sure * float(np.clip(peaks.mean() / self.kind.certain, 0, 1)))

    def _of_numbers(self, numbers: NDArray[np.float32], sure: float) -> Marks:
        count = self._layout.shape[1]
        flat = np.asarray(numbers, np.float64).ravel()
        wide = 3 if self.kind.contract == "3d68" or flat.size == 3 * count else 2
        if flat.size % wide or flat.size // wide < count or not np.isfinite(flat).all():
            raise self._broken(f"{count} points")
        table = flat.reshape(-1, wide)[-count:]  # 1k3d68 puts out 1035 points of a mesh before the 68
        if wide == 3 and self.kind.contract in ("2dfan", "98"):
            sure *= float(np.clip(table[:, 2].mean() / (0.95 if self.kind.contract == "2dfan" else 1.0), 0, 1))
        return Marks(self.kind.unit(table[:, :2], self.size), sure)

    def _broken(self, wanted: str) -> ModelError:
        return ModelError(
            f"{self.file.path.name} does not put out {wanted}",
            "the file does not keep to its contract; try another copy",
        )


def _takes_off_the_mean(file: OnnxFile) -> bool:
    """True if the network norms its picture itself: insightface's rule, by the first of its operators."""
    import onnx

    nodes = onnx.load(str(file.path), load_external_data=False).graph.node[:8]
    kinds = [node.op_type for node in nodes]
    return {"Sub", "Mul"} <= set(kinds) or "BatchNormalization" in kinds[:2]


def shaken(view: View, count: int) -> list[View]:
    """The view, and so many less one that are shifted, sized and turned a little, evenly and always the same."""
    views: list[View] = [view]
    for k in range(1, count):
        turn = 2 * math.pi * k * 0.618033988749895  # the golden section spreads any number of them evenly
        far = math.sqrt(k / count)
        side = 1 if k % 2 else -1
        views.append(
            view.moved(
                SHIFT * far * math.cos(turn),
                SHIFT * far * math.sin(turn),
                1 + ZOOM * side * far,
                TURN * far * math.sin(k),
            )
        )
    return views


SHIFT, ZOOM, TURN = 0.02, 0.03, 2.0  # shares of the view's side; degrees


def mean_and_spread(looks: Sequence[Points]) -> tuple[Points, float]:
    """The mean of several looks, and how far they are apart, as a share of the face's height."""
    stack = np.stack(looks)
    mean = stack.mean(axis=0)
    high = float(np.ptp(mean[:, 1]) + np.ptp(mean[:, 0])) / 2
    return mean, float(np.linalg.norm(stack - mean, axis=2).mean() / max(1.0, high)) if len(looks) > 1 else 0.0
