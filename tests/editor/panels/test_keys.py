"""Keys of knobs, and knobs on the clipboard."""

from __future__ import annotations

from typing import Annotated

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph.data.corrections import Corrections
from nodegraph.data.corrections import Key as Correction
from nodegraph.data.errors import GraphError
from nodegraph.data.image import Image
from nodegraph.editor.panels.keys import (
    State,
    frames_of,
    key_frames,
    next_key,
    previous_key,
    state,
    with_key,
    with_value,
    without_animation,
    without_key,
)
from nodegraph.editor.panels.knob_text import copied, pasted
from nodegraph.graph.curve import Curve, Handle, Key, Kind
from nodegraph.graph.graph import Graph, Link, Parts
from nodegraph.graph.knob import Color, Knob, Vec
from nodegraph.graph.library import Library
from nodegraph.graph.node import node
from tests.editor.panels.curve_shapes import curves


@node(menu="Test")
def turned(
    image: Image,
    *,
    gain: float = 1.0,
    count: Annotated[int, Knob(0, 50)] = 1,
    tint: Color = Color((1.0, 1.0, 1.0)),
    centre: Vec = Vec((0.0, 0.0)),
    label: str = "",
) -> Image:
    """Turn knobs."""
    return image


GRAPH = Graph(Library.of(turned)).add("Turned", "T").add("Turned", "U")


def test_a_still_knob_stays_still() -> None:
    graph = with_value(GRAPH, "T", "gain", 3.0, 1010)
    assert graph.setting("T", "gain") == 3.0
    assert state(graph, "T", "gain", 1010) is State.SET
    assert state(GRAPH, "T", "gain", 1010) is State.DEFAULT


def test_auto_key_begins_a_curve_and_goes_on_without() -> None:
    graph = with_value(GRAPH, "T", "gain", 3.0, 1010, auto_key=True)
    assert graph.animated("T", "gain")
    graph = with_value(graph, "T", "gain", 5.0, 1020)
    assert [graph.value("T", "gain", frame) for frame in (1000, 1010, 1015, 1020)] == [3, 3, 4, 5]
    assert state(graph, "T", "gain", 1020) is State.KEYED
    assert state(graph, "T", "gain", 1015) is State.ANIMATED
    graph = with_value(graph, "T", "gain", 9.0, 1020)
    assert key_frames(graph.setting("T", "gain")) == (1010, 1020)
    assert graph.value("T", "gain", 1020) == 9


@settings(deadline=None)
@given(curves(), st.integers(995, 1070), st.floats(-50, 50))
def test_the_value_is_there_and_the_other_keys_stay(curve: Curve, frame: int, value: float) -> None:
    graph = with_value(GRAPH.set("T", "gain", curve), "T", "gain", value, frame)
    assert graph.value("T", "gain", frame) == value
    for key in curve.keys:
        if key.frame != frame:
            assert graph.value("T", "gain", key.frame) == pytest.approx(key.value, abs=1e-6)


def test_a_key_keeps_its_handles() -> None:
    curve = Curve((Key(1, 0, Kind.BEZIER, after=Handle(2, 3)), Key(9, 1, Kind.BEZIER, Handle(-2, 1))))
    graph = with_value(GRAPH.set("T", "gain", curve), "T", "gain", 7.0, 1)
    assert graph.setting("T", "gain").keys[0] == curve.keys[0]._replace(value=7.0)


def test_only_parts_that_change_get_keys() -> None:
    graph = with_value(GRAPH, "T", "tint", Color((1.0, 2.0, 1.0)), 1001, auto_key=True)
    tint = graph.setting("T", "tint")
    assert [isinstance(part, Curve) for part in tint] == [False, True, False]
    assert [state(graph, "T", "tint", 1001, part) for part in range(3)] == [State.DEFAULT, State.KEYED, State.DEFAULT]
    assert state(graph, "T", "tint", 1002) is State.ANIMATED
    graph = with_value(graph, "T", "tint", Color((5.0, 4.0, 1.0)), 1003)
    assert graph.value("T", "tint", 1002) == Color((5, 3, 1))
    graph = without_key(without_key(graph, "T", "tint", 1001), "T", "tint", 1003)
    assert graph.setting("T", "tint") == Color((5, 4, 1))


def test_setting_a_key_keeps_the_value_and_taking_the_last_leaves_it() -> None:
    graph = with_key(GRAPH.set("T", "count", 7), "T", "count", 1005)
    assert graph.value("T", "count", 1005) == 7
    graph = without_key(graph, "T", "count", 1005)
    assert graph.setting("T", "count") == 7
    assert isinstance(graph.setting("T", "count"), int)
    with pytest.raises(GraphError, match="takes no keys"):
        with_key(GRAPH, "T", "label", 1)
    moving = GRAPH.set("T", "centre", [Curve.of([(1, 0), (11, 10)]), 3.0])
    assert without_animation(moving, "T", "centre", 4).setting("T", "centre") == Vec((3, 3))


def test_a_linked_knob_is_not_turned() -> None:
    graph = GRAPH.set("U", "gain", Curve.of([(1001, 0), (1010, 1)])).set("T", "gain", Link("U", "gain"))
    assert state(graph, "T", "gain", 1001) is State.LINKED
    with pytest.raises(GraphError, match=r"follows U\.gain"):
        with_value(graph, "T", "gain", 3.0, 1001)
    assert frames_of(graph, ["T"]) == (1001, 1010)


def test_from_key_to_key() -> None:
    graph = GRAPH.set("T", "gain", Curve.of([(1001, 0), (1010, 1)])).set("U", "count", Curve.of([(1005, 0), (1010, 1)]))
    assert next_key(graph, ["T", "U"], 1001) == 1005
    assert next_key(graph, ["T"], 1001) == 1010
    assert next_key(graph, ["T", "U"], 1010) is None
    assert previous_key(graph, ["T", "U"], 1010) == 1005
    assert previous_key(graph, ["T"], 1001) is None


def test_corrections_by_hand_are_keys() -> None:
    corrections = Corrections().with_key("A", 1004, Correction()).with_key("B", 1002, Correction())
    assert key_frames(corrections) == (1002, 1004)


# -- the clipboard -------------------------------------------------------------------------------------


@settings(deadline=None)
@given(curves())
def test_a_curve_goes_through_the_clipboard(curve: Curve) -> None:
    gain = GRAPH.knob_type("T", "gain")
    assert pasted(gain, copied(gain, curve)) == curve
    assert pasted(gain, copied(gain, curve), at=2000).keys[0].frame == 2000
    tint = GRAPH.knob_type("T", "tint")
    assert pasted(tint, copied(gain, curve)) == Parts([curve] * 3)
    whole = Parts([curve, 1.0, 2.0])
    assert pasted(tint, copied(tint, whole)) == whole


def test_values_and_links_on_the_clipboard() -> None:
    kinds = GRAPH.known_type("T").knobs
    for kind, setting in [
        (kinds["tint"], Color((1.0, 2.0, 3.0))),
        (kinds["label"], "a"),
        (kinds["gain"], Link("U", "gain")),
    ]:
        assert pasted(kind, copied(kind, setting)) == setting
    assert pasted(kinds["tint"], "2") == Color((2, 2, 2))
    with pytest.raises(GraphError, match="holds no knob"):
        pasted(kinds["gain"], "hello")
    with pytest.raises(GraphError):
        pasted(kinds["count"], "1000")
