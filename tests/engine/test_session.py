"""A session: history, viewers, and checked mode."""

from __future__ import annotations

import itertools
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from nodegraph.data.errors import Cancelled, NodeError
from nodegraph.data.image import Image
from nodegraph.data.shot import Frame
from nodegraph.engine.cache import Cache
from nodegraph.engine.plan import Planner
from nodegraph.engine.render import render
from nodegraph.engine.run import Runner
from nodegraph.engine.session import Session
from nodegraph.graph.context import Context
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library
from nodegraph.graph.node import node
from tests.engine.toys import LIBRARY, RECORD, empty, flat, level, wired


def test_undo_and_redo() -> None:
    start = empty()
    one, two = start.add("Plate", "p"), start.add("Plate", "p").add("Gain", "g")
    with Session(start) as session:
        session.edit("add a plate", one)
        session.edit("add a gain", two)
        assert (session.undo_label, session.redo_label) == ("add a gain", "")
        assert session.undo() is one
        assert session.redo_label == "add a gain"
        assert session.undo() is start
        assert session.undo() is start
        assert session.redo() is one
        session.edit("another way", one.add("Solid", "s"))
        assert session.redo_label == ""
        assert session.redo().nodes.keys() == {"p", "s"}


def test_a_drag_is_one_step_of_undo() -> None:
    graph = empty().add("Gain", "g")
    with Session(graph) as session:
        for by in (1.5, 2.0, 2.5):
            session.edit("gain", session.graph.set("g", "by", by), merge="g.by")
        session.edit("gain", session.graph.set("g", "by", 9.0), merge="another drag")
        session.undo()
        assert session.graph.value("g", "by", 1) == 2.5
        assert session.undo() is graph


def test_a_drag_back_to_where_it_began_is_no_step_and_takes_no_redo_away() -> None:
    graph = empty().add("Gain", "g")
    with Session(graph) as session:
        session.edit("gain", graph.set("g", "by", 2.0))
        session.undo()
        session.edit("drag", graph.set("g", "by", 3.0), merge="drag")
        session.edit("drag", graph, merge="drag")
        assert session.graph is graph
        assert (session.undo_label, session.redo_label) == ("", "gain")
        session.edit("drag", graph.set("g", "by", 4.0), merge="drag")
        assert (session.undo_label, session.redo_label) == ("drag", "")
        assert session.undo() is graph


def test_a_drag_that_makes_the_graph_it_began_with_anew_is_no_step_either() -> None:
    graph = empty().add("Gain", "g", by=2.0)
    with Session(graph) as session:
        session.edit("drag", graph.set("g", "by", 3.0), merge="drag")
        session.edit("drag", session.graph.set("g", "by", 2.0), merge="drag")
        assert session.graph is graph
        assert session.undo_label == ""


def test_what_was_seen_is_not_computed_again(tmp_path: Path, unchecked: None) -> None:
    graph = wired(empty().add("Plate", "p").add("Gain", "g", by=2.0).add("Plus", "a"), g__image="p", a__a="g")
    RECORD.take()
    with Session(graph, root=tmp_path) as session:
        assert level(session.view("a", 3).result(10)) == 6.0
        session.edit("bias", session.graph.set("a", "bias", 1.0))
        assert level(session.view("a", 3).result(10)) == 7.0
        session.undo()
        assert level(session.view("a", 3).result(10)) == 6.0
        session.edit("rename", session.graph.rename("g", "other"))
        assert level(session.view("a", 3).result(10)) == 6.0
    assert RECORD.take() == {"plate": 1, "gain": 1, "plus": 2}


def test_the_newest_look_wins(tmp_path: Path) -> None:
    begun = threading.Event()

    @node
    def slow(frame: Frame, ctx: Context) -> Image:
        """Frame 1 never ends of itself."""
        begun.set()
        while frame == 1:
            ctx.check_cancel()
            time.sleep(0.005)
        return flat(frame)

    with Session(Graph(Library.of(slow)).add("Slow", "s"), root=tmp_path) as session:
        old = session.view("s", 1)
        assert begun.wait(10)
        new = session.view("s", 2)
        with pytest.raises(Cancelled):
            old.result(10)
        assert level(new.result(10)) == 2.0


def test_a_session_renders_its_graph(tmp_path: Path) -> None:
    graph = wired(empty(1, 2).add("Plate", "p").add("Save", "w", file="a.####.raw"), w__image="p")
    with Session(graph, root=tmp_path) as session:
        assert session.render("w").done == [1, 2]


# -- checked mode ----------------------------------------------------------------------------------


def counting(**options: Any) -> Any:
    ticks = itertools.count()

    @node(**options)
    def hidden(*, value: float = 1.0) -> Image:
        """Depends on something that it does not say."""
        return flat(next(ticks))

    return hidden


def test_checked_mode_names_the_node_with_a_hidden_dependency(tmp_path: Path, unchecked: None) -> None:
    graph = Graph(LIBRARY.with_nodes(counting()), shot=empty(1, 4).shot).add("Hidden", "h").add("Plate", "p")
    graph = graph.add("Plus", "after", bias=1.0).add("Plus", "a").add("Save", "w", file="a.####.raw")
    graph = wired(graph, after__a="h", a__a="p", a__b="after", w__image="a")
    assert render(graph, "w", root=tmp_path).ok
    with pytest.raises(NodeError, match="h: computed anew"):
        render(graph, "w", root=tmp_path, checked=True)


def test_checked_mode_finds_a_changed_input() -> None:
    @node
    def spoils(image: Image) -> Image:
        """Writes to what it was given."""
        array: Any = image.pixels.base
        while array.base is not None:
            array = array.base
        array += 1
        return image

    graph = wired(Graph(LIBRARY.with_nodes(spoils)).add("Plate", "p").add("Spoils", "x"), x__image="p")
    runner = Runner(Planner(graph), Cache(1 << 30), everything=True, checked=True)
    runner.result(runner.planner.plan("x", 3))
    with pytest.raises(NodeError, match="p at frame 3"):
        runner.result(runner.planner.plan("p", 3))


def test_checked_mode_lets_honest_nodes_pass(tmp_path: Path) -> None:
    graph = empty(1, 6).add("Plate", "p").add("Blend", "b", radius=1).add("Mean", "m").add("Lift", "l")
    graph = graph.add("Halves", "h").add("Plus", "a").add("Save", "w", file="a.####.raw")
    graph = wired(
        graph, b__image="p", m__clip="b", l__image="b", l__amount="m", h__image="l", a__a="h.half", a__b="h.quarter",
        w__image="a",
    )  # fmt: skip
    plain = render(graph, "w", root=tmp_path)
    contents = [path.read_bytes() for path in plain.files]
    checked = render(graph, "w", root=tmp_path, checked=True)
    assert [path.read_bytes() for path in checked.files] == contents
