"""Merge against the published formulas, and what it leaves alone."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from nodegraph.data.box import Box, Format
from nodegraph.data.image import RGB, RGBA, Image, Matte, Origin
from nodegraph.ops.merge import Operation
from nodes.image.merge import Window, merge

X, A_ALPHA = np.array([5.0, 0.3, -0.1]), 0.75  # associated colours, one far above 1, one below 0
Y, B_ALPHA = np.array([0.5, 2.0, -0.25]), 0.6

# By Porter and Duff, and as Nuke's reference says of the others; alpha follows the same formula.
FORMULAS: dict[Operation, Any] = {
    Operation.OVER: lambda x, y, a, b: x + y * (1 - a),
    Operation.UNDER: lambda x, y, a, b: x * (1 - b) + y,
    Operation.ATOP: lambda x, y, a, b: x * b + y * (1 - a),
    Operation.IN: lambda x, y, a, b: x * b,
    Operation.OUT: lambda x, y, a, b: x * (1 - b),
    Operation.MASK: lambda x, y, a, b: y * a,
    Operation.STENCIL: lambda x, y, a, b: y * (1 - a),
    Operation.XOR: lambda x, y, a, b: x * (1 - b) + y * (1 - a),
    Operation.MATTE: lambda x, y, a, b: x * a + y * (1 - a),
    Operation.PLUS: lambda x, y, a, b: x + y,
    Operation.MINUS: lambda x, y, a, b: x - y,
    Operation.FROM: lambda x, y, a, b: y - x,
    Operation.MULTIPLY: lambda x, y, a, b: x * y,
    Operation.DIVIDE: lambda x, y, a, b: x / y,
    Operation.SCREEN: lambda x, y, a, b: x + y - x * y if x <= 1 and y <= 1 else max(x, y),
    Operation.MAX: lambda x, y, a, b: max(x, y),
    Operation.MIN: lambda x, y, a, b: min(x, y),
    Operation.AVERAGE: lambda x, y, a, b: (x + y) / 2,
    Operation.DIFFERENCE: lambda x, y, a, b: abs(x - y),
    Operation.EXCLUSION: lambda x, y, a, b: x + y - 2 * x * y,
    Operation.HYPOT: lambda x, y, a, b: math.hypot(x, y),
    Operation.COPY: lambda x, y, a, b: x,
}


def flat(color: Any, data: Box, format: Format = Format(12, 10)) -> Image:
    pixels = np.broadcast_to(np.asarray(color, np.float32), (data.height, data.width, len(color)))
    return Image.of(pixels, data=data, format=format)


@pytest.mark.parametrize("operation", Operation)
def test_every_operation_is_its_formula(operation: Operation) -> None:
    box = Box(0, 0, 12, 10)
    result = merge(flat([*Y, B_ALPHA], box), flat([*X, A_ALPHA], box), operation=operation)
    formula = FORMULAS[operation]
    wanted = [formula(x, y, A_ALPHA, B_ALPHA) for x, y in zip([*X, A_ALPHA], [*Y, B_ALPHA], strict=True)]
    assert result.pixels[5, 5] == pytest.approx(np.array(wanted, np.float32), rel=2e-6)


def test_mix_and_matte_blend_with_b() -> None:
    box = Box(0, 0, 12, 10)
    b, a = flat([*Y, B_ALPHA], box), flat([*X, A_ALPHA], box)
    ramp = np.linspace(0, 1, 12, dtype=np.float32)[None, :].repeat(10, 0)
    result = merge(b, a, Matte.from_image(Image.of(ramp, channels=["A"])), mix=0.5)
    full = merge(b, a).pixels
    wanted = b.pixels + (full - b.pixels) * (0.5 * ramp[..., None])
    assert np.allclose(result.pixels, wanted, atol=1e-6)
    assert np.array_equal(result.pixels[:, 0], b.pixels[:, 0])


def test_outside_a_the_plate_keeps_every_bit_and_its_origin() -> None:
    random = np.random.default_rng(1).standard_normal((10, 12, 3)).astype(np.float32)
    origin = Origin(file=__file__, part=0, channels=RGB, space="", stamp="")  # type: ignore[arg-type]
    from dataclasses import replace

    plate = replace(Image.of(random), origin=origin)
    result = merge(plate, flat([1, 1, 1, 0.5], Box(3, 2, 6, 5)))
    assert result.origin is not None
    assert result.changed == Box(3, 2, 6, 5)
    assert result.channels == RGB
    outside = np.ones((10, 12), bool)
    outside[2:5, 3:6] = False
    assert np.array_equal(result.pixels[outside], random[outside])
    assert np.allclose(result.pixels[3, 4], 1 + random[3, 4] * 0.5)


class Counting:
    """A source that remembers what was asked of it."""

    def __init__(self) -> None:
        self.asked: list[Box] = []

    def read(self, box: Box, channels: tuple[str, ...]) -> Any:
        self.asked.append(box)
        return np.zeros((box.height, box.width, len(channels)), np.float32)

    @property
    def nbytes(self) -> int:
        return 0


def test_only_the_part_that_changes_is_read() -> None:
    source = Counting()
    plate = Image(Format(4096, 2160), Box(0, 0, 4096, 2160), RGB, "", source)
    result = merge(plate, flat([1, 0, 0, 1], Box(100, 50, 120, 60), Format(4096, 2160)))
    result.region(Box(105, 52, 110, 55))
    assert all(Box(100, 50, 120, 60).covers(box) for box in source.asked)


@pytest.mark.parametrize(
    ("window", "data"),
    [
        (Window.UNION, Box(0, 0, 14, 10)),
        (Window.B, Box(0, 0, 12, 10)),
        (Window.A, Box(8, 2, 14, 6)),
        (Window.INTERSECTION, Box(8, 2, 12, 6)),
    ],
)
def test_data_windows(window: Window, data: Box) -> None:
    b, a = flat([0.5] * 4, Box(0, 0, 12, 10)), flat([1.0, 1, 1, 1], Box(8, 2, 14, 6))
    result = merge(b, a, window=window)
    assert result.data == data
    assert result.region(Box(9, 3, 10, 4))[0, 0, 0] == 1


def test_a_picture_without_alpha_is_opaque() -> None:
    box = Box(0, 0, 12, 10)
    result = merge(flat([0.5, 0.5, 0.5, 0.25], box), flat([1.0, 2.0, 3.0], box))
    assert result.pixels[0, 0].tolist() == [1, 2, 3, 1]


def test_other_layers_of_b_pass_through() -> None:
    pixels = np.arange(10 * 12 * 4, dtype=np.float32).reshape(10, 12, 4)
    b = Image.of(pixels, channels=[*RGB, "depth.Z"])
    result = merge(b, flat([1, 1, 1, 1], Box(0, 0, 12, 10)))
    assert np.array_equal(result.region(result.data, ["depth.Z"])[..., 0], pixels[..., 3])
    assert merge(b, flat([1, 1, 1, 1], Box(20, 20, 21, 21)), window=Window.B) is b
    assert RGBA[:3] == RGB
