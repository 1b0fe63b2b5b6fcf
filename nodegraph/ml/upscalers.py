"""Networks that enlarge frames: ESRGAN and its kin, SwinIR, DAT, SPAN and others, all fed RGB between 0 and 1."""

from __future__ import annotations

import threading

import numpy as np

from nodegraph.data.errors import ModelError
from nodegraph.data.image import Pixels
from nodegraph.data.model import Model
from nodegraph.ml.onnx_file import OnnxFile, finite
from nodegraph.ml.probe import format_of, kind_of
from nodegraph.ml.spandrel_file import SpandrelFile

TRIED = 64  # side of the tile that tells the scale of a network that takes any size
LARGEST_SCALE = 16
HINT = "SuperResolution takes ESRGAN, SwinIR, DAT, SPAN and their like, as ONNX or as torch weights"


class Upscaler:
    """A network that makes any picture larger by a whole factor. Get one by `ctx.load`."""

    def __init__(self, model: Model) -> None:
        self.name = model.path.name
        self._lock = threading.Lock()
        self._scale = 0
        self.sides: tuple[int, int] | None = None  # rows and columns that it takes; None: any
        if format_of(model.path) == "onnx":
            self._onnx: OnnxFile | None = OnnxFile(model.path)
            self._torch: SpandrelFile | None = None
            self._bind(self._onnx, model)
        else:
            self._onnx, self._torch = None, SpandrelFile(model.path)
            if self._torch.of_faces:
                raise ModelError(
                    f"{self.name} restores faces and enlarges no frames", "Restore takes such networks, as ONNX"
                )

    def _bind(self, file: OnnxFile, model: Model) -> None:
        kind, _ = kind_of(file.inputs, file.outputs)
        (picture, *others) = file.inputs.values()
        if others or not picture.fits(None, 3, None, None) or len(picture.shape) != 4:
            told = f"it is for {kind}" if kind else "by what goes in it is none"
            raise ModelError(f"{self.name} does not enlarge frames: {told}", HINT)
        if kind not in ("upscale", "") and "upscale" not in (model.card.kind, model.card.contract):
            raise ModelError(f"{self.name} does not enlarge frames: it is for {kind}", HINT)
        rows, columns = picture.shape[2:]
        if rows is not None and columns is not None:
            self.sides = (rows, columns)
        self._picture, self._result = picture.name, next(iter(file.outputs))

    @property
    def scale(self) -> int:
        """How many times as large it makes a picture: told by a small one that it is given."""
        with self._lock:
            if not self._scale:
                self._scale = self._found_scale()
        return self._scale

    def _found_scale(self) -> int:
        height, width = self.sides or (TRIED, TRIED)
        result = self._run(np.full((height, width, 3), 0.5, np.float32))
        across, down = result.shape[1] / width, result.shape[0] / height
        if across != down or across != int(across) or not 1 <= across <= LARGEST_SCALE:
            raise ModelError(
                f"{self.name} makes {width}x{height} into {result.shape[1]}x{result.shape[0]}: no whole factor", HINT
            )
        return int(across)

    def __call__(self, picture: Pixels) -> Pixels:
        """A picture between 0 and 1, rows x columns x 3, made larger."""
        result = self._run(picture)
        wanted = (picture.shape[0] * self.scale, picture.shape[1] * self.scale)
        if result.shape[:2] != wanted:
            raise ModelError(
                f"{self.name} gave back {result.shape[1]}x{result.shape[0]} pixels instead of {wanted[1]}x{wanted[0]}",
                "try tiles of another size",
            )
        return finite(result, self.name)

    def _run(self, picture: Pixels) -> Pixels:
        planes = picture.transpose(2, 0, 1)[None]
        if self._onnx is None:
            assert self._torch is not None
            result = self._torch(planes)
        else:
            (result,) = self._onnx.run({self._picture: planes}, [self._result])
        if result.ndim != 4 or result.shape[:2] != (1, 3):
            raise ModelError(f"{self.name} gave back no picture but {'x'.join(map(str, result.shape))}", HINT)
        return np.asarray(result[0].transpose(1, 2, 0), np.float32)
