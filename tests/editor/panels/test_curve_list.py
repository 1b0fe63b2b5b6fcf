"""The curve editor's list, and keys on the clipboard."""

from __future__ import annotations

from typing import Annotated

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph.data.errors import GraphError
from nodegraph.data.image import Image
from nodegraph.editor.panels.curve_list import copied_keys, curves_of, pasted_keys, with_curve, within
from nodegraph.editor.panels.curves import deleted, moved
from nodegraph.graph.curve import Curve
from nodegraph.graph.graph import Graph
from nodegraph.graph.knob import Color, Knob
from nodegraph.graph.library import Library
from nodegraph.graph.node import node
from tests.editor.panels.curve_shapes import curves


@node(menu="Test")
def limited(
    image: Image,
    *,
    mix: Annotated[float, Knob(0, 1)] = 1.0,
    gain: Annotated[float, Knob(0, 4, soft=True)] = 1.0,
    black_tint: Color = Color((1.0, 1.0, 1.0)),
) -> Image:
    """Have limits."""
    return image


RAMP = Curve.of([(1001, 0.0), (1011, 1.0)])
GRAPH = Graph(Library.of(limited)).add("Limited", "A").add("Limited", "B")
MOVING = GRAPH.set("A", "mix", RAMP).set("A", "black_tint", [1.0, RAMP, 1.0]).set("B", "gain", RAMP)


def test_every_curve_of_the_open_nodes_is_a_row() -> None:
    assert [(row.node, row.part, row.label) for row in curves_of(MOVING, ["A", "B"])] == [
        ("A", None, "A mix"),
        ("A", 1, "A black tint.g"),
        ("B", None, "B gain"),
    ]
    assert curves_of(GRAPH, ["A"]) == []


def test_an_edited_curve_goes_back_within_limits() -> None:
    mix, tint, gain = curves_of(MOVING, ["A", "B"])
    up = moved(RAMP, {0, 1}, 0, 0.5).curve
    graph = with_curve(MOVING, mix, up, 1001)
    assert [key.value for key in graph.setting("A", "mix").keys] == [0.5, 1.0]
    graph = with_curve(MOVING, gain, moved(RAMP, {1}, 0, 9).curve, 1001)
    assert graph.value("B", "gain", 1011) == 10
    graph = with_curve(MOVING, tint, up, 1001)
    assert graph.value("A", "black_tint", 1011) == Color((1, 1.5, 1))


def test_when_the_last_key_goes_the_value_stays() -> None:
    mix, tint, _ = curves_of(MOVING, ["A", "B"])
    none = deleted(RAMP, {0, 1})
    assert with_curve(MOVING, mix, none, 1006).setting("A", "mix") == 0.5
    still = with_curve(MOVING, tint, none, 1006)
    assert still.setting("A", "black_tint") == Color((1, 0.5, 1))
    assert not still.animated("A", "black_tint")


@settings(deadline=None)
@given(curves())
def test_a_curve_within_its_limits_is_taken_by_the_knob(curve: Curve) -> None:
    graph = GRAPH.set("A", "mix", within(GRAPH.knob_type("A", "mix"), curve))
    assert all(0 <= graph.value("A", "mix", frame) <= 1 for frame in range(995, 1066, 7))
    assert within(GRAPH.knob_type("A", "gain"), curve) == curve


@settings(deadline=None)
@given(curves(), curves(), st.integers(900, 1100), st.data())
def test_keys_through_the_clipboard(source: Curve, target: Curve, frame: int, data: st.DataObject) -> None:
    held = data.draw(st.sets(st.integers(0, len(source.keys) - 1), min_size=1))
    curve, now = pasted_keys(target, copied_keys(source, held), frame)
    taken = [source.keys[index] for index in sorted(held)]
    put = [curve.keys[index] for index in sorted(now)]
    by = frame - taken[0].frame
    assert put == [key._replace(frame=key.frame + by) for key in taken]
    kept = [key for index, key in enumerate(curve.keys) if index not in now]
    assert kept == [key for key in target.keys if not put[0].frame <= key.frame <= put[-1].frame]


def test_what_is_no_key_is_told() -> None:
    with pytest.raises(GraphError, match="holds no keys"):
        pasted_keys(RAMP, "[1, 2]", 1)
    with pytest.raises(GraphError, match="holds no keys"):
        pasted_keys(RAMP, "hello", 1)
    with pytest.raises(GraphError, match="no key is selected"):
        copied_keys(RAMP, ())
