"""Turning knobs, without a window: what one gesture is, and that all of it can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodegraph.data.errors import GraphError
from nodegraph.editor.app import App
from nodegraph.editor.panes.property_turn import Turning
from nodegraph.graph.curve import Curve
from nodegraph.graph.document import Document, write
from nodegraph.graph.graph import Graph, Link
from nodegraph.graph.knob import Color
from nodegraph.graph.library import Library

LIBRARY = Library.discover()
START = (
    Graph(LIBRARY)
    .with_shot(first=1001, last=1100)
    .add("Grade")
    .add("Transform")
    .set("Grade1", "mix", Curve.of([(1001, 0.0), (1051, 1.0)]))
    .set("Transform1", "skew", Link("Grade1", "mix"))
)
NUMBERS = (("Grade1", "mix"), ("Grade1", "gain"), ("Transform1", "rotate"), ("Transform1", "translate"))


@pytest.fixture(autouse=True)
def own_settings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("settings")))


@pytest.fixture
def app() -> Iterator[App]:
    app = App(Document(START))
    yield app
    app.close()


def test_a_drag_is_one_step_and_the_next_another(app: App) -> None:
    turn = Turning(app)
    for _ in range(2):
        turn.begin()
        for place in (0.6, 0.7, 0.8):
            turn.slid("Transform1", "rotate", place)
        turn.end()
        turn.slid("Transform1", "rotate", 0.1)
    steps = 0
    while app.session.undo_label:
        app.undo()
        steps += 1
    assert steps == 4
    assert app.state.graph == START


def test_what_moves_gets_a_key_where_it_is_turned(app: App) -> None:
    turn = Turning(app)
    app.goto(1021)
    turn.typed("Grade1", "mix", "*2")
    curve = app.state.graph.setting("Grade1", "mix")
    assert [(key.frame, key.value) for key in curve.keys] == [(1001, 0.0), (1021, 0.8), (1051, 1.0)]


def test_one_part_or_all_parts_of_a_colour(app: App) -> None:
    turn = Turning(app)
    turn.typed("Grade1", "gain", "2.5", 1)
    assert turn.value("Grade1", "gain") == Color((1.0, 2.5, 1.0))
    turn.typed("Grade1", "gain", "1, *2, +1", 0)
    assert turn.value("Grade1", "gain") == Color((1.0, 5.0, 2.0))


def test_what_stays_the_same_is_no_step(app: App) -> None:
    turn = Turning(app)
    turn.typed("Transform1", "rotate", "0")
    turn.rename("Grade1", "Grade1")
    assert app.session.undo_label == ""


def test_a_knob_that_follows_is_not_turned(app: App) -> None:
    with pytest.raises(GraphError, match="follows"):
        Turning(app).typed("Transform1", "skew", "1")


def test_a_link_is_broken_at_the_value_it_had(app: App) -> None:
    app.goto(1026)
    turn = Turning(app)
    turn.break_link("Transform1", "skew")
    assert app.state.graph.setting("Transform1", "skew") == 0.5


def test_a_renamed_node_keeps_its_panel_and_its_viewer(app: App) -> None:
    app.change(panels=app.state.panels.opened("Transform1").opened("Grade1").turned("Grade1"))
    app.look("Grade1")
    Turning(app).rename("Grade1", " Key ")
    assert app.state.panels.names == ("Key", "Transform1")
    assert app.state.panels.pinned == frozenset({"Key"})
    assert app.state.inputs[1] == "Key"
    assert app.state.graph.setting("Transform1", "skew") == Link("Key", "mix")


def test_copied_and_pasted_with_its_curve(app: App) -> None:
    turn = Turning(app)
    turn.paste("Transform1", "rotate", turn.copied("Grade1", "mix"))
    assert app.state.graph.setting("Transform1", "rotate") == Curve.of([(1001, 0.0), (1051, 1.0)])
    turn.paste("Transform1", "rotate", turn.copied_link("Grade1", "mix"))
    assert app.state.graph.setting("Transform1", "rotate") == Link("Grade1", "mix")


def test_jumps_follow_links(app: App) -> None:
    turn = Turning(app)
    turn.jump("Transform1", "skew", 1)
    assert app.state.frame == 1051
    turn.jump("Transform1", "skew", 1)
    assert app.state.frame == 1051
    turn.jump("Transform1", "skew", -1)
    assert app.state.frame == 1001


def _steps() -> st.SearchStrategy[Callable[[Turning], None]]:
    knob = st.sampled_from(NUMBERS)
    typed = st.builds(
        lambda at, text: lambda turn: turn.typed(*at, text),
        knob,
        st.sampled_from(["1", "+0.25", "*2", "-=1", "0.5", "1/3"]),
    )
    slid = st.builds(lambda place: lambda turn: turn.slid("Transform1", "rotate", place), st.floats(0, 1))
    keyed = st.builds(lambda at: lambda turn: turn.turn_key(*at), knob)
    reset = st.builds(lambda at: lambda turn: turn.reset(*at), knob)
    still = st.builds(lambda at: lambda turn: turn.remove_animation(*at), knob)
    gone = st.builds(lambda frame: lambda turn: turn.app.goto(frame), st.integers(1001, 1100))
    auto = st.builds(lambda on: lambda turn: turn.app.change(auto_key=on), st.booleans())
    off = st.builds(lambda on: lambda turn: turn.disable("Grade1", on), st.booleans())
    return st.one_of(typed, slid, keyed, reset, still, gone, auto, off)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_steps(), max_size=30))
def test_undo_all_is_the_start_and_redo_all_the_end(steps: list[Callable[[Turning], None]]) -> None:
    app = App(Document(START))
    turn = Turning(app)
    for step in steps:
        app.guarded(lambda step=step: step(turn))  # type: ignore[misc]
    end = write(app.state.document)
    while app.session.undo_label:
        app.undo()
    assert write(app.state.document) == write(Document(START))
    while app.session.redo_label:
        app.redo()
    assert write(app.state.document) == end
    app.close()
