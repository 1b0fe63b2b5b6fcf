"""Graphs of toys give what arithmetic says; each node runs as often as it must, and no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from nodegraph.data.box import Format
from nodegraph.data.errors import GraphError, NodeError
from nodegraph.data.faces import Face, Faces, Rect
from nodegraph.data.image import Image
from nodegraph.data.shot import Frame, Shot, Window
from nodegraph.engine.cache import Cache
from nodegraph.engine.evaluate import evaluate
from nodegraph.engine.plan import Planner
from nodegraph.engine.run import Job, Runner
from nodegraph.graph.curve import Curve
from nodegraph.graph.graph import Graph, Link
from nodegraph.graph.library import Library
from nodegraph.graph.node import node
from tests.engine.toys import LIBRARY, RECORD, empty, flat, level, runner, wired

pytestmark = pytest.mark.usefixtures("fresh_record")


def test_a_chain() -> None:
    graph = wired(empty().add("Plate", "p").add("Gain", "g", by=3.0), g__image="p")
    assert level(evaluate(graph, "g", 4)) == 12.0


def test_the_shots_first_frame_is_the_default() -> None:
    assert level(evaluate(empty(7, 9).add("Plate", "p"), "p")) == 7.0


def test_a_moving_knob() -> None:
    graph = wired(empty().add("Plate", "p").add("Gain", "g", by=Curve.of([(1, 2.0), (3, 4.0)])), g__image="p")
    assert [level(evaluate(graph, "g", frame)) for frame in (1, 2, 3)] == [2.0, 6.0, 12.0]


def test_a_knob_that_follows_another() -> None:
    graph = empty().add("Plate", "p").add("Gain", "g", by=Curve.of([(1, 2.0), (3, 4.0)])).add("Gain", "h")
    graph = wired(graph.set("h", "by", Link("g", "by")), h__image="p")
    assert level(evaluate(graph, "h", 3)) == 12.0


def test_a_window_reaches_past_the_shot() -> None:
    graph = wired(empty(1, 2).add("Plate", "p").add("Blend", "b", radius=2), b__image="p")
    assert level(evaluate(graph, "b", 1)) == -1 + 0 + 1 + 2 + 3


@node
def found(frame: Frame) -> Faces:
    """As many faces as the frame's number says."""
    return Faces(Format(8, 8), (Face(Rect(0, 0, 1, 1)),) * frame)


@node(frames=lambda frame, knobs: range(frame - 2, frame + 3))
def around(faces: Window[Faces]) -> Faces:
    """A face for every frame that was seen."""
    return Faces(Format(8, 8), (Face(Rect(0, 0, 1, 1)),) * len(faces))


def test_nobody_is_asked_for_beyond_the_shot() -> None:
    """Pictures are held there, but faces are not: who is not in the shot is not missed."""
    graph = Graph(Library.of(found, around), shot=Shot(first=1, last=4)).add("Found", "f").add("Around", "a")
    graph = graph.connect("a", "faces", "f")
    assert [len(evaluate(graph, "a", frame)) for frame in (1, 2, 3, 4, 9)] == [3, 4, 4, 3, 1]


def test_a_clip_is_the_whole_shot() -> None:
    graph = empty(1, 4).add("Plate", "p").add("Mean", "m", scale=2.0).add("Lift", "l")
    assert level(evaluate(wired(graph, m__clip="p", l__image="p", l__amount="m"), "l", 3)) == 3 + 2 * 2.5


def test_another_frame_passes_without_running() -> None:
    graph = wired(
        empty().add("Plate", "p").add("Offset", "o", by=10).add("Gain", "g", by=2.0), o__image="p", g__image="o"
    )
    assert level(evaluate(graph, "g", 1)) == 22.0


def test_outputs_by_name() -> None:
    graph = empty().add("Plate", "p").add("Halves", "h").add("Plus", "a")
    graph = wired(graph, h__image="p", a__a="h.quarter", a__b="h")
    assert level(evaluate(graph, "a", 8)) == 8 / 4 + 8 / 2
    assert level(evaluate(graph, "h", 8, "quarter")) == 2.0
    assert RECORD.take()["halves"] == 2


def test_a_picture_gives_its_matte() -> None:
    graph = empty().add("Plate", "p").add("Solid", "s", value=0.25).add("Within", "w")
    assert level(evaluate(wired(graph, w__image="p", w__matte="s"), "w", 4)) == 1.0


def test_a_row_of_inputs_keeps_its_order_past_nine() -> None:
    @node
    def first_minus_last(*images: Image) -> Image:
        """The first less the last."""
        return flat(level(images[0]) - level(images[-1]))

    graph = Graph(LIBRARY.with_nodes(first_minus_last)).add("FirstMinusLast", "d")
    for number in (10, 2, 1, 11):
        graph = graph.add("Solid", f"s{number}", value=float(number)).connect("d", f"images{number}", f"s{number}")
    assert level(evaluate(graph, "d")) == 1 - 11


def test_a_disabled_node_is_its_inputs_very_step() -> None:
    graph = wired(empty().add("Plate", "p").add("Gain", "g", by=3.0), g__image="p")
    on, off = Planner(graph).plan("g", 2), Planner(graph.disable("g")).plan("g", 2)
    planner = Planner(graph.disable("g"))
    assert planner.plan("g", 2).feed.step is planner.plan("p", 2).feed.step
    assert on.feed.step.key != off.feed.step.key


def test_a_gain_of_one_is_its_inputs_very_step() -> None:
    planner = Planner(wired(empty().add("Plate", "p").add("Gain", "g"), g__image="p"))
    assert planner.plan("g", 2).feed.step is planner.plan("p", 2).feed.step


def test_what_never_changes_is_one_step_and_runs_once() -> None:
    graph = empty().add("Solid", "s").add("Plus", "t", bias=1.0).add("Plate", "p").add("Plus", "a")
    graph = wired(graph, t__a="s", a__a="p", a__b="t")
    planner = Planner(graph)
    assert planner.plan("t", 1).feed.step is planner.plan("t", 2).feed.step
    run = Runner(planner, Cache(1 << 30, keep=False))
    values = [level(value) for value in run.stream((planner.plan("a", frame) for frame in range(1, 20)), Job())]
    assert values == [frame + 2.0 for frame in range(1, 20)]
    assert RECORD.take() == {"solid": 1, "plus": 1 + 19, "plate": 19}


def test_a_held_frame_is_read_once() -> None:
    graph = (
        empty().add("Plate", "p").add("Hold", "h", at=3).add("Plus", "a").add("Plate", "q", scale=10.0).add("Plus", "b")
    )
    graph = wired(graph, h__image="p", a__a="h", b__a="a", b__b="q")
    planner = Planner(graph)
    run = Runner(planner, Cache(1 << 30, keep=False), workers=2)
    values = [level(value) for value in run.stream((planner.plan("b", frame) for frame in range(1, 30)), Job())]
    assert values == [3 + 10.0 * frame for frame in range(1, 30)]
    assert RECORD.take() == {"plate": 1 + 29, "plus": 1 + 29}


def test_neighbours_are_read_once_in_a_stream() -> None:
    graph = wired(empty().add("Plate", "p").add("Blend", "b", radius=2), b__image="p")
    planner = Planner(graph)
    run = Runner(planner, Cache(1 << 30, keep=False), workers=2)
    values = [level(value) for value in run.stream((planner.plan("b", frame) for frame in range(1, 51)), Job())]
    assert values == [5.0 * frame for frame in range(1, 51)]
    assert RECORD.take() == {"plate": 54, "blend": 50}
    assert len(run.cache) == 0
    assert run.cache.nbytes == 0


def test_a_fork_runs_once_a_frame_and_is_let_go() -> None:
    graph = empty().add("Plate", "p")
    for k in range(12):  # without the cache, 2 to the 12 readings of the plate
        graph = graph.add("Plus", f"a{k}").connect(f"a{k}", "a", f"a{k - 1}" if k else "p")
        graph = graph.connect(f"a{k}", "b", f"a{k - 1}" if k else "p")
    planner = Planner(graph)
    run = Runner(planner, Cache(0, keep=False))
    assert [level(v) for v in run.stream((planner.plan("a11", f) for f in (1, 2)), Job())] == [4096.0, 8192.0]
    assert RECORD.take() == {"plate": 2, "plus": 24}
    assert len(run.cache) == 0


def test_deep_graphs_need_no_deep_stack() -> None:
    graph = empty().add("Plate", "n0")
    for k in range(1, 1200):
        graph = graph.add("Plus", f"n{k}", bias=1.0).connect(f"n{k}", "a", f"n{k - 1}")
    assert level(evaluate(graph, "n1199", 1)) == 1200.0


def test_a_sink_is_looked_at_without_running() -> None:
    graph = wired(empty().add("Plate", "p").add("Save", "w", file="out/a.####.raw"), w__image="p")
    assert level(evaluate(graph, "w", 3)) == 3.0
    assert not RECORD.take()["save"]


def test_the_shot_counts_only_for_those_who_name_it() -> None:
    graph = empty().add("ShotName", "n").add("Solid", "s")
    other = graph.with_shot(name="another")
    assert Planner(graph).plan("n", 1).feed.step.key != Planner(other).plan("n", 1).feed.step.key
    assert Planner(graph).plan("s", 1).feed.step.key == Planner(other).plan("s", 1).feed.step.key
    assert evaluate(other, "n") == 7.0


# -- what is wrong is told with the node's name ----------------------------------------------------


def test_a_missing_input_names_the_node() -> None:
    with pytest.raises(GraphError, match="g: nothing is wired to its input image"):
        evaluate(empty().add("Gain", "g", by=2.0), "g")


def test_an_unfinished_branch_that_is_not_used_does_no_harm() -> None:
    graph = empty().add("Plate", "p").add("Gain", "g").add("Gain", "h")
    assert level(evaluate(wired(graph, g__image="p"), "g", 2)) == 2.0


def test_a_disabled_source_that_has_nothing_to_pass_on() -> None:
    graph = wired(empty().add("Plate", "p").add("Gain", "g", by=2.0), g__image="p").disable("p")
    with pytest.raises(GraphError, match="g gets nothing from p"):
        evaluate(graph, "g")
    with pytest.raises(GraphError, match="p is disabled"):
        evaluate(graph, "p")


def test_an_optional_input_may_be_switched_off() -> None:
    graph = wired(empty().add("Plate", "p").add("Plate", "q").add("Plus", "a"), a__a="p", a__b="q").disable("q")
    assert level(evaluate(graph, "a", 2)) == 2.0


def test_an_unknown_node_is_named_and_passes_when_disabled() -> None:
    full = wired(empty().add("Plate", "p").add("Gain", "g", by=3.0), g__image="p")
    lacking = Graph(Library.of(*(t for t in (LIBRARY.types["Plate"].function,))), nodes=full.nodes, shot=full.shot)
    with pytest.raises(GraphError, match="g is a Gain"):
        evaluate(lacking, "g")
    assert level(evaluate(lacking.disable("g"), "g", 2)) == 2.0


def test_a_loop_is_told() -> None:
    graph = wired(empty().add("Gain", "g").add("Gain", "h"), h__image="g")
    from dataclasses import replace

    from nodegraph.graph.graph import Wire

    looped = replace(graph, nodes={**graph.nodes, "g": replace(graph.nodes["g"], inputs={"image": Wire("h")})})
    with pytest.raises(GraphError, match="in a loop"):
        evaluate(looped, "h")


def test_a_path_that_climbs_out_is_refused(tmp_path: Path) -> None:
    graph = wired(empty().add("Plate", "p").add("Save", "w", file="../out.raw"), w__image="p")
    with pytest.raises(GraphError, match="climbs out of the project"):
        Planner(graph, tmp_path).plan_sink("w", (1,))


def test_paths_arrive_absolute(tmp_path: Path) -> None:
    from dataclasses import replace

    graph = wired(empty().add("Plate", "p").add("Save", "w", file="a/b.raw"), w__image="p")
    knobs = Planner(graph, tmp_path).plan_sink("w", (1,)).feed.step.knobs
    assert knobs["file"] == str(tmp_path / "a" / "b.raw")
    rooted = replace(graph.set("w", "file", "{out}/c.raw"), roots={"out": "/somewhere"})
    assert Planner(rooted, tmp_path).plan_sink("w", (1,)).feed.step.knobs["file"] == "/somewhere/c.raw"
    with pytest.raises(GraphError, match="root lost"):
        Planner(graph.set("w", "file", "{lost}/c.raw"), tmp_path).plan_sink("w", (1,))


def test_an_error_names_node_and_frame_and_is_not_kept() -> None:
    luck = {"bad": True}

    @node(costly=True)
    def moody(image: Image) -> Image:
        """Fails at first."""
        if luck["bad"]:
            raise ValueError("not today")
        return image

    graph = wired(Graph(LIBRARY.with_nodes(moody)).add("Plate", "p").add("Moody", "m"), m__image="p")
    run = runner(graph, everything=True)
    with pytest.raises(NodeError, match="m at frame 3: ValueError: not today"):
        run.result(run.planner.plan("m", 3))
    luck["bad"] = False
    assert level(run.result(run.planner.plan("m", 3))) == 3.0
