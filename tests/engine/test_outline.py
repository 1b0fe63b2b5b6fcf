"""The outline of a render says which frames of which nodes run, and what is kept."""

from __future__ import annotations

from pathlib import Path

from nodegraph.engine.outline import outline
from nodegraph.engine.render import render
from tests.engine.toys import empty, wired


def test_frames_that_run_alike_stand_together(tmp_path: Path) -> None:
    graph = empty(1, 10).add("Plate", "p").add("Blend", "b").add("Solid", "s").add("Hold", "h", at=3)
    graph = graph.add("Plus", "one").add("Plus", "two").add("Save", "w", file="o.####.raw")
    graph = wired(graph, b__image="p", h__image="p", one__a="b", one__b="s", two__a="one", two__b="h", w__image="two")
    (group,) = outline(graph, "w", tuple(range(1, 11)), tmp_path).groups
    assert str(group.frames) == "1-10"
    assert {row.node: row.when for row in group.rows} == {
        "p": "frames -1 0 +1 and frame 3 held",
        "s": "once for the shot",
        "b": "each frame",
        "one": "each frame",
        "two": "each frame",
        "w": "each frame",
    }


def test_a_moving_switch_parts_the_frames(tmp_path: Path) -> None:
    from nodegraph.graph.curve import Curve, Key, Kind

    graph = empty(1, 6).add("Plate", "p").add("Gain", "g").add("Save", "w", file="o.####.raw")
    curve = Curve((Key(1, 1.0, Kind.CONSTANT), Key(4, 2.0, Kind.CONSTANT)))
    graph = wired(graph.set("g", "by", curve), g__image="p", w__image="g")
    groups = outline(graph, "w", tuple(range(1, 7)), tmp_path).groups
    assert [(str(group.frames), [row.node for row in group.rows]) for group in groups] == [
        ("1-3", ["p", "w"]),
        ("4-6", ["p", "g", "w"]),
    ]


def test_whole_shots_and_what_is_there_already(tmp_path: Path) -> None:
    graph = empty(1, 4).add("Plate", "p").add("Measure", "m").add("Lift", "l").add("Film", "w", file="film.raw")
    graph = wired(graph, m__clip="p", l__image="p", l__amount="m", w__clip="l")
    before = outline(graph, "w", (1, 2, 3, 4), tmp_path)
    rows = {row.node: (row.when, row.kept) for row in before.groups[0].rows}
    assert rows["m"] == ("once for the shot", "will be kept on disk")
    assert rows["l"][0] == "streams 1-4 into w"
    assert rows["w"][0] == "once, over all frames"
    assert before.done == 0
    render(graph, "w", root=tmp_path)
    after = outline(graph, "w", (1, 2, 3, 4), tmp_path)
    assert after.done == 4
    assert {row.node: row.kept for row in after.groups[0].rows}["m"] == "on disk already"
    assert "4 of them there already" in str(after)


def test_a_fault_is_told_for_its_frames(tmp_path: Path) -> None:
    graph = empty(1, 3).add("Save", "w", file="o.####.raw")
    (group,) = outline(graph, "w", (1, 2, 3), tmp_path).groups
    assert str(group.frames) == "1-3"
    assert "nothing is wired" in group.fault
