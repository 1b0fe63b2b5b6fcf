"""The demo's digital double as a photograph on the disk: somebody to put in who does not exist."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from nodegraph.colour.network_light import curve, uncurve
from nodegraph.data.errors import MediaError
from nodegraph.ops.double import double
from nodegraph.ops.portrait import make_figure, read_picture


def write(path: Path) -> None:
    """Save the picture of the double as PNG."""
    import cv2

    light, _ = double(uncurve(read_picture()), make_figure().landmarks)
    stored = (np.clip(curve(light), 0, 1) * 65535 + 0.5).astype(np.uint16)
    if not cv2.imwrite(str(path), np.ascontiguousarray(stored[..., ::-1])):
        raise MediaError(f"{path} cannot be written", "check the folder")
