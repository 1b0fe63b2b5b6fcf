"""Keys and the list of actions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph.data.errors import GraphError
from nodegraph.editor.panels.bindings import KEYS, Bindings, Chord
from nodegraph.editor.panels.commands import ACTIONS, Action, Pane, menus
from nodegraph.graph.library import Library

chords = st.builds(Chord, st.sampled_from(sorted(KEYS.values())), st.booleans(), st.booleans(), st.booleans())


@settings(deadline=None)
@given(chords)
def test_a_chord_is_read_from_its_own_text(chord: Chord) -> None:
    assert Chord.parse(str(chord)) == chord
    assert Chord.parse(str(chord).lower()) == chord


@pytest.mark.parametrize(
    ("text", "chord"),
    [
        ("ctrl + shift+x", Chord("X", ctrl=True, shift=True)),
        ("Shift+Ctrl+X", Chord("X", ctrl=True, shift=True)),
        ("Ctrl++", Chord("Plus", ctrl=True)),
        ("+", Chord("Plus")),
        ("cmd+pgup", Chord("PageUp", ctrl=True)),
        ("/", Chord("/")),
        ("f5", Chord("F5")),
        ("esc", Chord("Escape")),
    ],
)
def test_chords_as_people_write_them(text: str, chord: Chord) -> None:
    assert Chord.parse(text) == chord


@pytest.mark.parametrize(
    ("text", "told"), [("Ctrl", "no key"), ("Foo+X", "no modifier"), ("", "no key"), ("F13", "no key")]
)
def test_what_is_no_chord(text: str, told: str) -> None:
    with pytest.raises(GraphError, match=told):
        Chord.parse(text)


def test_the_keys_it_comes_with_are_in_nobodys_way() -> None:
    assert [str(each) for each in Bindings().conflicts()] == []


def test_names_and_menus() -> None:
    assert all(name == action.name for name, action in ACTIONS.items())
    assert sum(len(rows) for rows in menus().values()) == len(ACTIONS)
    labels = [(action.menu, action.label) for action in ACTIONS.values()]
    assert len(set(labels)) == len(labels)
    assert all(action.label and action.panes for action in ACTIONS.values())


def test_what_can_be_made_by_a_key_is_in_the_library() -> None:
    made = [name.removeprefix("create.") for name in ACTIONS if name.startswith("create.")]
    assert set(made) <= set(Library.discover().types)


@pytest.mark.parametrize(
    ("text", "pane", "name"),
    [
        ("R", Pane.GRAPH, "create.Read"),
        ("R", Pane.VIEWER, "red"),
        ("Y", Pane.GRAPH, "connect"),
        ("Y", Pane.VIEWER, "luminance"),
        ("Tab", Pane.GRAPH, "search"),
        ("Ctrl+Shift+X", Pane.GRAPH, "extract"),
        ("Ctrl+Z", Pane.CURVES, "undo"),
        ("Ctrl+Y", Pane.VIEWER, "redo"),
        ("3", Pane.GRAPH, "view_a_3"),
        ("Shift+0", Pane.VIEWER, "view_b_10"),
        ("K", Pane.VIEWER, "stop"),
        ("K", Pane.CURVES, "constant"),
        ("F5", Pane.QUEUE, "render_all"),
    ],
)
def test_keys_go_to_the_pane_under_the_cursor(text: str, pane: Pane, name: str) -> None:
    found = Bindings().find(Chord.parse(text), pane)
    assert found is not None
    assert found.name == name


def test_a_key_that_nothing_has() -> None:
    assert Bindings().find(Chord.parse("Ctrl+Alt+Shift+F11"), Pane.GRAPH) is None


def test_conflicts_are_told_by_pane_and_can_be_taken_over() -> None:
    blur = Chord.parse("B")
    bound = Bindings().bound("disable", [blur])
    (conflict,) = bound.conflicts()
    assert conflict.pane is Pane.GRAPH
    assert str(conflict) == "B in graph: Disable and Blur"
    assert bound.taken(blur, "disable") == ("create.Blur",)
    taken = Bindings().taken_over("disable", blur)
    assert taken.conflicts() == ()
    assert taken.chords("disable") == (Chord("D"), blur)
    assert taken.chords("create.Blur") == ()
    assert taken.find(blur, Pane.VIEWER) == ACTIONS["blue"]
    assert taken.reset("create.Blur").chords("create.Blur") == (blur,)


def test_a_key_of_the_window_is_in_the_way_everywhere() -> None:
    bound = Bindings().bound("save", [Chord("R")])
    assert {conflict.pane for conflict in bound.conflicts()} == {Pane.GRAPH, Pane.VIEWER, Pane.QUEUE}
    twice = Bindings().bound("save", [Chord("N", ctrl=True)])
    assert [(each.pane, each.actions) for each in twice.conflicts()] == [(Pane.WINDOW, ("new", "save"))]


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(ACTIONS)), st.lists(chords, max_size=3), max_size=5))
def test_back_to_the_start(rows: dict[str, list[Chord]]) -> None:
    bindings = Bindings()
    for name, keys in rows.items():
        bindings = bindings.bound(name, keys)
    for name in rows:
        assert bindings.chords(name) == tuple(dict.fromkeys(rows[name]))
    for name in rows:
        bindings = bindings.reset(name)
    assert bindings == Bindings()


def test_the_file_holds_only_what_was_changed(tmp_path: Path) -> None:
    file = tmp_path / "nodegraph" / "keys.json"
    assert Bindings.load(file) == Bindings()
    bindings = Bindings().bound("undo", [Chord("U", ctrl=True)]).bound("quit", [])
    bindings.save(file)
    assert json.loads(file.read_text()) == {"undo": ["Ctrl+U"], "quit": []}
    assert Bindings.load(file) == bindings
    assert bindings.bound("undo", [Chord("Z", ctrl=True)]).changed.keys() == {"quit"}


def test_a_file_edited_by_hand_never_stops_the_editor(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text('{"undo": ["Ctrl+Foo"], "redo": 3, "from_the_future": ["Q"], "save": ["Ctrl+K"]}')
    bindings = Bindings.load(file)
    assert len(bindings.problems) == 2
    assert bindings.chords("undo") == (Chord("Z", ctrl=True),)
    assert bindings.shown("save") == "Ctrl+K"
    bindings.save(file)
    assert json.loads(file.read_text()) == {"from_the_future": ["Q"], "save": ["Ctrl+K"]}


def test_fields_swallow_what_is_typed() -> None:
    assert not Chord("R").passes_fields
    assert not Chord("C", ctrl=True).passes_fields
    assert not Chord("F").passes_fields
    assert Chord("S", ctrl=True).passes_fields
    assert Chord("F5").passes_fields
    assert Chord("Escape").passes_fields


def test_a_list_of_ones_own() -> None:
    one = Action("one", "One", "Test", frozenset({Pane.GRAPH}), ("Q",))
    found = Bindings({"one": one}).find(Chord("Q"), Pane.GRAPH)
    assert found is one
