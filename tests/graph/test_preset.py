"""Presets: cut out, saved, shared, put back; and what they refuse."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import presets as shipped
from nodegraph.data.errors import DocumentError, GraphError, NodegraphError
from nodegraph.graph import preset as presets
from nodegraph.graph.curve import Curve
from nodegraph.graph.graph import Graph, Link, Wire
from nodegraph.graph.library import Library
from nodegraph.graph.node import node, upgrades
from nodegraph.graph.preset import NeededModel
from nodegraph.graph.shelf import find, shelf

LIBRARY = Library.discover()


@pytest.fixture
def graph() -> Graph:
    """A plate, graded and blurred; the grade follows the blur, the blur follows a node outside."""
    graph = (
        Graph(LIBRARY).add("TestPlate", "Plate").add("Grade", "Outside", mix=0.25).connect("Outside", "image", "Plate")
    )
    graph = graph.add("Grade", "Warm", multiply=(1.2, 1.0, 0.8)).connect("Warm", "image", "Plate")
    graph = graph.add("Blur", "Soft", size=(3.0, 3.0)).connect("Soft", "image", "Warm")
    graph = graph.add("Merge", "Comp").connect("Comp", "b", "Plate").connect("Comp", "a", "Soft")
    graph = graph.set("Warm", "mix", Link("Soft", "mix")).set("Soft", "mix", Link("Outside", "mix"))
    return graph.set("Comp", "mix", Curve.of([(1001, 0.0), (1010, 1.0)]))


CHOSEN = ("Warm", "Soft", "Comp")


def warm(graph: Graph) -> presets.Preset:
    return presets.made(graph, CHOSEN, name="Warm glow", help="When it is cold.", expose={"Width": ["Soft.size"]})


def test_what_is_cut_out(graph: Graph) -> None:
    preset = warm(graph)
    assert tuple(preset.graph.nodes) == CHOSEN
    assert preset.inputs == {"image": (Link("Warm", "image"), Link("Comp", "b"))}  # one wire from outside: one input
    assert preset.outputs == {"out": Wire("Comp")}
    assert preset.graph.nodes["Comp"].inputs == {"a": Wire("Soft")}
    assert preset.graph.setting("Warm", "mix") == Link("Soft", "mix")  # inside: it still follows
    assert preset.graph.setting("Soft", "mix") == 0.25  # outside: the value it had


def test_where_a_graph_goes_on_from_a_piece(graph: Graph) -> None:
    assert presets.made(graph, ["Warm"], name="x").outputs == {"out": Wire("Warm")}
    face = (
        graph.add("FacePlate", "Face")
        .connect("Comp", "matte", Wire("Face", "occluder"))
        .connect("Soft", "matte", "Face")
    )
    outputs = presets.made(face, ["Face", "Outside"], name="x").outputs
    assert outputs == {"Face_occluder": Wire("Face", "occluder"), "Face": Wire("Face"), "Outside": Wire("Outside")}
    written = graph.add("Write", "Out", file="a.exr").connect("Out", "image", "Comp")
    assert presets.made(written, ["Comp", "Out"], name="x").outputs == {}


def test_saving_what_was_read_changes_no_byte(graph: Graph, tmp_path: Path) -> None:
    text = presets.write(warm(graph))
    assert presets.write(presets.read(text, LIBRARY)) == text
    path = tmp_path / "warm.ngpreset.json"
    presets.save(warm(graph), path)
    presets.save(presets.load(path), path)
    assert path.read_text("utf-8") == text
    assert not (tmp_path / ".nodegraph").exists()  # nothing changed: no backup
    saved = json.loads(text)
    assert list(saved) == sorted(saved)
    assert "multiply" in saved["nodes"]["Warm"]["knobs"]
    assert "offset" not in saved["nodes"]["Warm"]["knobs"]  # as it is by default


def test_put_back_beside_the_originals(graph: Graph) -> None:
    whole, names = presets.inserted(
        graph, warm(graph), inputs={"image": "Outside"}, values={"Width": (9.0, 9.0)}, at=(500, 40)
    )
    assert names == {"Warm": "Warm1", "Soft": "Soft1", "Comp": "Comp1"}
    assert whole.nodes["Warm1"].inputs == {"image": Wire("Outside")}
    assert whole.nodes["Comp1"].inputs == {"a": Wire("Soft1"), "b": Wire("Outside")}
    assert whole.setting("Warm1", "mix") == Link("Soft1", "mix")
    assert whole.value("Soft1", "size", 1001) == (9.0, 9.0)
    assert whole.value("Soft", "size", 1001) == (3.0, 3.0)
    assert whole.value("Comp1", "mix", 1010) == 1.0
    assert all(whole.nodes[name] == graph.nodes[name] for name in graph.nodes)


def test_where_it_is_put(graph: Graph) -> None:
    placed = Graph(LIBRARY, graph.nodes, ui={"nodes": {"Warm": {"at": [10, 20]}, "Comp": {"at": [0, 90]}}})
    preset = warm(placed)
    whole, _ = presets.inserted(placed, preset, at=(500, 40))
    assert whole.ui["nodes"]["Warm1"]["at"] == [510, 40]
    assert whole.ui["nodes"]["Comp1"]["at"] == [500, 110]
    assert whole.ui["nodes"]["Warm"]["at"] == [10, 20]


def test_a_name_that_ends_in_a_number_counts_on(graph: Graph) -> None:
    one = Graph(LIBRARY).add("Grade", "Grade1").add("Grade", "Grade2").connect("Grade2", "image", "Grade1")
    whole, names = presets.inserted(one, presets.made(one, one.nodes, name="two"))
    assert names == {"Grade1": "Grade3", "Grade2": "Grade4"}
    assert whole.nodes["Grade4"].inputs == {"image": Wire("Grade3")}


def test_copy_and_paste(graph: Graph) -> None:
    text = presets.copied(graph, ("Warm", "Soft"))
    empty = Graph(LIBRARY).add("TestPlate", "Other")
    whole, names = presets.pasted(empty, text, source="Other")
    assert names == {"Warm": "Warm", "Soft": "Soft"}
    assert whole.nodes["Warm"].inputs == {"image": Wire("Other")}
    for other in ("some other text", "{}", "", "x" * 30_000_000):
        with pytest.raises(DocumentError, match="the clipboard holds no nodes"):
            presets.pasted(empty, other)
    with pytest.raises(DocumentError, match="copy the nodes again"):
        presets.pasted(empty, text[:-20])


def test_copying_keeps_full_paths_and_presets_refuse_them(graph: Graph, tmp_path: Path) -> None:
    for path in (str(tmp_path / "a.exr"), "~/plates/a.exr", "C:\\plates\\a.exr", "\\\\server\\a.exr", "file:///a.exr"):
        read = graph.add("Read", "Plates", file=path)
        assert presets.pasted(graph, presets.copied(read, ["Plates"])).graph.value("Plates", "file", 1) == path
        with pytest.raises(GraphError, match=r"Plates\.file holds"):
            presets.made(read, ["Plates"], name="mine")
    for path in ("plates/a.####.exr", "{plates}/a.exr"):
        presets.made(graph.add("Read", "Plates", file=path), ["Plates"], name="ours")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("/mnt/plates/a.exr", True),
        ("A=1, B=/mnt/plates/x", True),
        ("~", True),
        ("~artist/luts", True),
        ("see file:///tmp/x", True),
        (r"as in C:\shots\a", True),
        (r"\\server\share", True),
        ("and/or, 24 / 25 fps, 1/2", False),
        ("sRGB - Display/ACES 1.0", False),
        ("https://example.org/a/b", False),
        ("{root}/a/b and plates/a.exr", False),
        ("about ~3 stops", False),
    ],
)
def test_paths_of_one_machine_are_seen_in_any_text(graph: Graph, text: str, told: bool) -> None:
    def refused(place: str, graph: Graph, name: str, **said: Any) -> None:
        if told:
            with pytest.raises(GraphError, match=f"{place} holds"):
                presets.made(graph, [name], name="mine", **said)
        else:
            presets.made(graph, [name], name="mine", **said)

    refused(r"Move\.mapping", graph.add("Shuffle", "Move", mapping=text), "Move")
    refused("help", graph, "Warm", help=text)
    refused("models", graph, "Warm", models=[NeededModel("a.onnx", "ab" * 32, note=text)])
    refused("ui", Graph(LIBRARY, graph.nodes, ui={"nodes": {"Warm": {"note": text}}}), "Warm")


def test_a_node_that_this_program_lacks_is_kept(graph: Graph) -> None:
    saved = json.loads(presets.write(warm(graph)))
    saved["nodes"]["Future"] = {
        "type": "Relight",
        "v": 7,
        "knobs": {"sun": [1, {"deep": True}], "mix": {"link": "Warm.mix"}},
        "inputs": {"image": "Comp"},
    }
    saved["exposed"].append({"label": "Sun", "knobs": ["Future.sun"]})
    saved["studio"] = {"ticket": 12}
    text = presets.write(presets.read(json.dumps(saved), LIBRARY))
    assert json.loads(text) == saved
    whole, names = presets.inserted(graph, presets.read(text, LIBRARY))
    assert whole.nodes[names["Future"]].inputs == {"image": Wire("Comp1")}
    again = json.loads(presets.copied(whole, names.values()))["nodes"]["Future"]["knobs"]
    assert again == {"sun": [1, {"deep": True}], "mix": {"link": "Warm1.mix"}}  # follows its own, not the namesake


def test_a_newer_file_is_used_and_not_overwritten(graph: Graph, tmp_path: Path) -> None:
    saved = json.loads(presets.write(warm(graph)))
    saved["version"] = 99
    path = tmp_path / "new.ngpreset.json"
    path.write_text(json.dumps(saved))
    preset = presets.load(path)
    assert presets.inserted(graph, preset).names["Warm"] == "Warm1"
    for other in (preset, warm(graph)):
        with pytest.raises(DocumentError, match="newer program"):
            presets.save(other, path)
    assert json.loads(path.read_text()) == saved


def test_old_nodes_in_a_preset_are_upgraded() -> None:
    @node(name="Gain")
    def newer(*, exposure: float = 0.0) -> float:
        """A gain whose knob was called otherwise."""
        return exposure

    @upgrades(newer, to=2)
    def _in_stops(saved: dict[str, Any]) -> dict[str, Any]:
        knobs = saved.get("knobs", {})
        return {**saved, "knobs": {"exposure": knobs["amount"] - 1}} if "amount" in knobs else saved

    library = Library.of(newer)
    old = {"format": "nodegraph-preset", "version": 1, "nodes": {"g": {"type": "Gain", "knobs": {"amount": 3.0}}}}
    preset = presets.read(json.dumps(old), library)
    whole, names = presets.inserted(Graph(library), preset)
    assert whole.value(names["g"], "exposure", 1) == 2.0
    assert json.loads(presets.write(preset))["nodes"]["g"] == {"type": "Gain", "v": 2, "knobs": {"exposure": 2.0}}


def test_models_by_sha256(graph: Graph) -> None:
    needed = NeededModel("swap.onnx", "ab" * 32)
    known = NeededModel("mask.onnx", "cd" * 32, 1200, "CC BY-NC 4.0", "from its maker's page")
    preset = presets.made(graph, CHOSEN, name="m", models=[needed, known])
    text = presets.write(preset)
    assert presets.read(text, LIBRARY).models == (needed, known)
    assert json.loads(text)["models"][0] == {"name": "swap.onnx", "sha256": "ab" * 32}


def test_what_a_preset_says_of_itself_comes_back(graph: Graph) -> None:
    shown: Any = {"Share": ["Soft.mix", "Warm.mix"], "Width": ["Soft.size"]}
    preset = presets.made(
        graph, CHOSEN, name="m", help="h", menu="Look", picture="m.jpg", expose=shown, ranges={"Share": (0, 0.5)}
    )
    again = presets.read(presets.write(preset), LIBRARY)
    assert again.exposed == preset.exposed
    assert [row.range for row in again.exposed] == [(0, 0.5), None]
    assert (again.name, again.help, again.menu, again.picture) == ("m", "h", "Look", "m.jpg")
    whole, names = presets.inserted(graph, again, values={"Share": 0.3})
    assert {whole.value(names[name], "mix", 1001) for name in ("Soft", "Warm")} == {0.3}


def broken(graph: Graph, **changes: object) -> str:
    return json.dumps({**json.loads(presets.write(warm(graph))), **changes})


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"format": "nodegraph"}, "no preset"),
        ({"version": "one"}, "version"),
        ({"models": [{"name": "a.onnx", "sha256": "12"}]}, "sha256"),
        ({"exposed": [{"label": "A", "knobs": ["Soft.wrong"]}]}, "no knob wrong"),
        ({"exposed": [{"label": "A", "knobs": ["Gone.size"]}]}, "no node Gone"),
        ({"exposed": [{"label": "A", "knobs": ["Soft.size"]}, {"label": "A", "knobs": ["Warm.mix"]}]}, "called A"),
        ({"exposed": [{"label": "", "knobs": ["Soft.size"]}]}, "no label"),
        ({"exposed": {"A": 1}}, "exposed"),
        ({"exposed": [{"label": "A", "knobs": ["Soft.size"], "range": [2, 1]}]}, "range"),
        ({"exposed": [{"label": "A", "knobs": ["Soft.size"], "range": [True, 2]}]}, "range"),
        ({"exposed": [{"label": "A", "knobs": ["Soft.hold_edges"], "range": [0, 1]}]}, "no number"),
        ({"models": [{"name": "a.onnx", "sha256": "ab" * 32, "size": "big"}]}, "something wrong"),
        ({"outputs": {"out": "Soft.wrong"}}, "not there"),
        ({"outputs": {"out": 3}}, "no output"),
        ({"picture": "../a.jpg"}, "picture"),
        ({"picture": "/a.jpg"}, "picture"),
        ({"help": "as in /home/me/a.exr"}, "one machine"),
        ({"inputs": {"image": ["Warm.wrong"]}}, "not there"),
        ({"inputs": {"image": ["Soft.image"]}}, "wired already"),
        ({"inputs": {"image": []}}, "names nothing"),
        ({"outputs": {"out": "Gone"}}, "Gone"),
        ({"nodes": {"A": {"type": "Blur", "inputs": {"image": "A"}}}}, "go round"),
        ({"nodes": {"A": {"type": "Read", "knobs": {"file": "/home/me/a.exr"}}}}, "one machine"),
        ({"nodes": {"A": {"type": "Lost", "knobs": {"file": "/home/me/a.exr"}}}}, "one machine"),
        ({"nodes": {"A": {"type": "Blur", "knobs": {"mix": "much"}}}}, "mix"),
        ({"nodes": []}, "nodes"),
    ],
)
def test_a_broken_file_is_refused_in_words(graph: Graph, tmp_path: Path, changes: dict[str, object], says: str) -> None:
    path = tmp_path / "broken.ngpreset.json"
    path.write_text(broken(graph, **changes))
    with pytest.raises(DocumentError, match=says):
        presets.load(path)


def spots(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if at:
        yield at
    rows = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in rows:
        yield from spots(part, (*at, key))


def test_junk_anywhere_in_a_file_is_a_fault_in_words_or_does_no_harm(graph: Graph) -> None:
    whole = json.loads(presets.write(warm(Graph(LIBRARY, graph.nodes, ui={"nodes": {"Warm": {"at": [10, 20]}}}))))
    whole["nodes"]["Future"] = {"type": "Relight", "knobs": {"sun": {"link": "Warm.mix"}}, "inputs": {"image": "Comp"}}
    whole["models"] = [{"name": "a.onnx", "sha256": "ab" * 32}]
    refused = 0
    for spot in spots(whole):
        for junk in (None, 3, True, "", "x", "a.b.c", [], {}, [[1]], {"a": 1}, {"at": [1, "b"]}):
            saved = copy.deepcopy(whole)
            holder = saved
            for key in spot[:-1]:
                holder = holder[key]
            holder[spot[-1]] = junk
            try:
                preset = presets.read(json.dumps(saved), LIBRARY)
                presets.write(preset)
                presets.inserted(graph, preset, at=(3, 4))
            except NodegraphError:
                refused += 1
    assert refused > 100


def test_a_piece_with_faults_is_not_put_in(graph: Graph) -> None:
    text = broken(graph, inputs={"image": ["Gone.image"]})
    for put in (lambda: presets.pasted(graph, text), lambda: presets.inserted(graph, presets.read(text, LIBRARY))):
        with pytest.raises(GraphError, match=r"Gone\.image"):
            put()


def test_put_between_two_nodes(graph: Graph) -> None:
    graph = graph.add("Saturation", "Last").connect("Last", "image", "Comp").add("Dot", "Other")
    whole, _ = presets.inserted(
        graph, warm(graph), inputs={"image": "Comp"}, outputs={"out": ["Last.image", "Other.image"]}
    )
    assert [whole.nodes[name].inputs["image"] for name in ("Last", "Other")] == [Wire("Comp1")] * 2
    with pytest.raises(GraphError, match="loop"):
        presets.inserted(graph, warm(graph), inputs={"image": "Comp"}, outputs={"out": ["Warm.image"]})


def test_what_inserting_refuses(graph: Graph) -> None:
    preset = warm(graph)
    with pytest.raises(GraphError, match="no output mask"):
        presets.inserted(graph, preset, outputs={"mask": ["Comp.matte"]})
    with pytest.raises(GraphError, match="names nothing"):
        presets.inserted(graph, preset, outputs={"out": ["Comp"]})
    with pytest.raises(GraphError, match="no input plate"):
        presets.inserted(graph, preset, inputs={"plate": "Plate"})
    with pytest.raises(GraphError, match="no knob Height"):
        presets.inserted(graph, preset, values={"Height": 1})
    with pytest.raises(NodegraphError, match="size"):
        presets.inserted(graph, preset, values={"Width": "wide"})
    with pytest.raises(GraphError, match="no knob"):
        presets.made(graph, CHOSEN, name="x", expose={"A": ["Soft.nothing"]})


def test_what_a_package_brings_is_its_own_wherever_it_is_met(graph: Graph, tmp_path: Path) -> None:
    brought = Path(shipped.__file__).parent
    here = {row.origin for row in shelf(brought.parent) if row.path.parent.resolve() == brought.resolve()}
    assert here == {"nodegraph"}, "not the project's, where the project is a checkout of the program"
    own, other = tmp_path / "film" / "presets", tmp_path / "checkout" / "presets"
    for folder in (own, other):
        folder.mkdir(parents=True)
        presets.save(warm(graph), folder / "soft_glow.ngpreset.json")
    (other / "__init__.py").touch()
    origins = {
        folder: row.origin for folder in (own, other) for row in shelf(folder.parent) if row.path.parent == folder
    }
    assert origins == {own: "project", other: "package"}


def test_the_nearest_of_a_name_is_used(graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    studio, project = tmp_path / "studio", tmp_path / "project"
    monkeypatch.setenv("NODEGRAPH_PRESETS", str(studio))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    for folder in (studio, project / "presets"):
        folder.mkdir(parents=True)
        presets.save(warm(graph), folder / "soft_glow.ngpreset.json")
    assert find("soft_glow", project) == project / "presets" / "soft_glow.ngpreset.json"
    assert find("soft_glow") == studio / "soft_glow.ngpreset.json"
    rows = [row for row in shelf(project) if row.name == "soft_glow"]
    assert [(row.origin, row.hidden) for row in rows] == [("project", False), ("studio", True), ("nodegraph", True)]
    with pytest.raises(DocumentError, match="no preset soft_glo") as told:
        find("soft_glo")
    assert "soft_glow" in told.value.hint
