"""FrameBlend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from nodegraph.data.image import Image
from nodegraph.data.shot import Window
from nodegraph.graph.knob import Knob
from nodegraph.graph.node import Identity, node
from nodegraph.ops.mix import mixed


def near(frame: int, knobs: Mapping[str, Any]) -> range:
    return range(frame - knobs["radius"], frame + knobs["radius"] + 1)


def alone(frame: int, knobs: Mapping[str, Any]) -> Identity:
    del frame
    return "image" if knobs["radius"] == 0 else None


@node(frames=near, identity=alone)
def frame_blend(image: Window[Image], *, radius: Annotated[int, Knob(0, 12, unit="frames")] = 1) -> Image:
    """Average the frames around this one, on both sides alike."""
    pictures = [image[frame] for frame in image]
    return mixed(image.now, pictures, [1 / len(pictures)] * len(pictures))
