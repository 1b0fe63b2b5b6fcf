"""Merge."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Any

from nodegraph.data.box import Box
from nodegraph.data.coverage import coverage
from nodegraph.data.image import RGB, RGBA, Image, Matte
from nodegraph.graph.knob import Knob
from nodegraph.graph.node import Identity, node
from nodegraph.ops.merge import KEEPS_B, Operation, merged


class Window(Enum):
    """Which data window the result has."""

    UNION = "union"
    B = "B"
    A = "A"
    INTERSECTION = "intersection"


def passes(frame: int, knobs: Mapping[str, Any]) -> Identity:
    del frame
    return "b" if knobs["mix"] == 0 else None


@node(identity=passes)
def merge(
    b: Image,
    a: Image,
    matte: Matte | None = None,
    *,
    operation: Annotated[Operation, Knob(help="what becomes of A and B")] = Operation.OVER,
    mix: Annotated[float, Knob(0, 1, help="how much of it; 0 is B alone")] = 1.0,
    window: Annotated[Window, Knob(help="the data window of the result")] = Window.UNION,
) -> Image:
    """Lay A over B, or combine them in some other way; within the matte, if there is one.

    Only the part of the frame where something can change is touched: outside A's data window an over
    leaves B as it is, to the bit. A picture without alpha counts as opaque. Further layers of B pass through.
    """
    whole = {
        Window.UNION: a.data.join(b.data),
        Window.B: b.data,
        Window.A: a.data,
        Window.INTERSECTION: a.data.meet(b.data),
    }[window]
    touched = a.content.meet(whole) if operation in KEEPS_B else whole
    if matte is not None:
        touched = coverage(matte, touched)
        if window is Window.UNION:
            whole = b.data.join(touched)
    channels = RGB if b.rgb and "A" not in b.channels else RGBA
    if touched.empty and whole == b.data:
        return b
    below = b if whole == b.data else b.with_pixels(b.region(whole), data=whole)
    if touched.empty:
        return below
    return below.patched(touched, _merged(a, below, matte, touched, channels, operation, mix), channels)


def _merged(
    a: Image, b: Image, matte: Matte | None, box: Box, channels: tuple[str, ...], operation: Operation, mix: float
) -> Any:
    above = a.region(box, RGBA if "A" in a.channels else RGB)
    plane = matte.plane(box) if matte is not None else None
    return merged(operation, above, b.region(box, channels), plane, mix)
