"""Half and float: how much faster than numpy, and whether the library's threads are set."""

from __future__ import annotations

import numpy as np

from nodegraph.bench.figures import Figure, at_least, exactly, ratio
from nodegraph.data.threads import cores
from nodegraph.media.exr_codec import library
from nodegraph.media.half import to_float, to_half

GROUP = "engine"


def measure() -> list[Figure]:
    pixels = np.random.default_rng(1).standard_normal((2160, 4096, 3)).astype(np.float32)
    halves = pixels.astype(np.float16)
    return [
        at_least(
            GROUP,
            "half: float to half, against numpy",
            ratio(lambda: pixels.astype(np.float16), lambda: to_half(pixels), 9),
            5.0,
        ),
        at_least(
            GROUP,
            "half: half to float, against numpy",
            ratio(lambda: halves.astype(np.float32), lambda: to_float(halves), 9),
            5.0,
        ),
        exactly(GROUP, "half: threads of the EXR library", library().global_thread_count(), cores()),
    ]


MEASURES = {"half": measure}
