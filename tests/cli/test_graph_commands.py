"""`check`, `nodes`, `diff`, `fmt`, `migrate`, `bench` and help: what they say, and with which exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import nodegraph as ng
from nodegraph.cli.main import COMMANDS, main
from nodegraph.data.threads import cores
from nodegraph.graph.curve import Curve, Handle, Key, Kind
from nodegraph.graph.library import Library

Out = pytest.CaptureFixture[str]


@pytest.fixture
def shot(tmp_path: Path) -> Path:
    graph = ng.new(first=1001, last=1002).add("TestPlate", "Plate").add("Grade", "Warm", multiply=(2.0, 1.0, 1.0))
    graph = graph.connect("Warm", "image", "Plate").add("Write", "Out", file="out/a.####.exr")
    path = tmp_path / "shot.ngraph.json"
    ng.save(graph.connect("Out", "image", "Warm"), path)
    return path


def edited(path: Path, name: str, **changes: object) -> Path:
    """The graph file with its top-level entries changed, under another name and not canonical."""
    saved = {**json.loads(path.read_text()), **changes}
    other = path.with_name(name)
    other.write_text(json.dumps(saved))
    return other


def test_check_finds_nothing_wrong(shot: Path, capsys: Out) -> None:
    assert main(["check", str(shot)]) == 0
    assert "nothing wrong" in capsys.readouterr().out


def test_check_lists_all_that_is_wrong(shot: Path, capsys: Out) -> None:
    nodes = {
        "Loop": {"type": "Blur", "inputs": {"image": "Loop"}},
        "Lost": {"type": "Relight", "v": 3},
        "Bare": {"type": "Grade", "knobs": {"gain": "much", "gian": 1}},
        "Sum": {"type": "Merge", "inputs": {"a": "Gone", "b": "Lost"}},
    }
    assert main(["check", str(edited(shot, "bad.ngraph.json", nodes=nodes))]) == 1
    told = capsys.readouterr().out
    for words in ("go round: Loop", "no node Relight", "gain", "no knob gian", "Gone", "nothing writes", "its input"):
        assert words in told, words
    assert main(["check", "--json", str(shot), str(shot.with_name("bad.ngraph.json"))]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found[str(shot)] == []
    assert len(found[str(shot.with_name("bad.ngraph.json"))]) >= 6


def test_nodes_by_menu_and_one_in_full(capsys: Out) -> None:
    assert main(["nodes"]) == 0
    told = capsys.readouterr().out
    for name, kind in Library.discover().types.items():
        assert f"  {name}" in told
        assert kind.menu in told.splitlines()
    assert main(["nodes", "Grade"]) == 0
    told = capsys.readouterr().out
    assert "matte" in told
    assert "whitepoint" in told
    assert main(["nodes", "--json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["Merge"]["inputs"][0] == {
        "name": "b", "type": "Image", "time": "frame", "optional": False, "many": False
    }  # fmt: skip
    assert main(["nodes", "Graed"]) == 1
    assert "Grade" in capsys.readouterr().err


def test_diff_in_words(shot: Path, capsys: Out) -> None:
    assert main(["diff", str(shot), str(shot)]) == 0
    same = capsys.readouterr().out
    graph = ng.load(shot).graph
    graph = graph.set("Warm", "multiply", (3.0, 1.0, 1.0)).add("Blur", "Soft").connect("Soft", "image", "Warm")
    graph = graph.connect("Out", "image", "Soft").rename("Plate", "Bars")
    other = shot.with_name("other.ngraph.json")
    ng.save(graph, other)
    main(["diff", str(shot), str(other)])
    told = capsys.readouterr().out
    assert told != same
    for words in ("Soft", "multiply", "Out", "Bars"):
        assert words in told, words


def test_diff_tells_curves_apart(shot: Path, capsys: Out) -> None:
    graph = ng.load(shot).graph
    texts = []
    for curve in (
        Curve.of([(1, 0.0), (9, 1.0)]),
        Curve.of([(1, 0.0), (9, 0.5)]),
        Curve.of([(1, 0.0), (9, 0.5)], Kind.SMOOTH),
        Curve((Key(1, 0.0, Kind.BEZIER, Handle(0, 0), Handle(2, 0.25)), Key(9, 0.5))),
    ):
        other = shot.with_name("other.ngraph.json")
        ng.save(graph.set("Warm", "mix", curve).set("Warm", "multiply", (curve, 1.0, 1.0)), other)
        assert main(["diff", str(shot), str(other)]) == 1
        texts.append(capsys.readouterr().out)
    assert texts[0] == ("~ Warm.mix: 1 (default) → [1: 0, 9: 1]\n~ Warm.multiply: (2, 1, 1) → ([1: 0, 9: 1], 1, 1)\n")
    assert "[1: 0 smooth, 9: 0.5 smooth]" in texts[2]
    assert len(set(texts)) == 4


def test_fmt_makes_it_canonical_and_loses_nothing(shot: Path, capsys: Out) -> None:
    loose = edited(shot, "loose.ngraph.json", studio={"ticket": 7})
    before = json.loads(loose.read_text())
    assert main(["fmt", "--check", str(loose)]) == 1
    assert "would change" in capsys.readouterr().out
    assert json.loads(loose.read_text()) == before
    assert main(["fmt", str(loose)]) == 0
    assert main(["fmt", "--check", str(loose)]) == 0
    assert json.loads(loose.read_text()) == before
    assert loose.read_text().startswith("{\n  ")
    assert main(["fmt", str(shot)]) == 0
    newer = edited(shot, "newer.ngraph.json", version=99)
    text = newer.read_text()
    assert main(["fmt", str(newer)]) == 1
    assert newer.read_text() == text


def test_migrate_says_that_all_is_new(shot: Path, capsys: Out) -> None:
    before = shot.read_bytes()
    assert main(["migrate", str(shot)]) == 0
    assert shot.read_bytes() == before
    assert capsys.readouterr().out


def test_bench_as_a_table_and_as_json(tmp_path: Path, capsys: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nodegraph.bench.recompute.GRAPHS", 5)
    monkeypatch.setattr("nodegraph.bench.groups.GROUPS", {"engine": ("nodegraph.bench.recompute",)})
    file = tmp_path / "figures.json"
    assert main(["bench", "engine", "--json", str(file)]) == 0
    assert capsys.readouterr().out.startswith("| figure")
    rows = json.loads(file.read_text())
    assert [set(row) for row in rows] == [{"group", "name", "value", "unit", "goal", "ok"}] * len(rows)
    assert all(row["group"] == "engine" and row["name"].startswith("recompute") for row in rows)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, capsys: Out) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert "usage: nodegraph" in capsys.readouterr().out


def test_help_reads_nothing_heavy() -> None:
    """So it answers at once; what an answer needs is imported when it is asked for."""
    code = (
        "import sys\nfrom nodegraph.cli.main import parser_for\nparser_for(['--help']).print_help()\n"
        "heavy = ('numpy', 'numba', 'cv2', 'OpenEXR', 'PyOpenColorIO', 'av', 'networkx', 'nodes', 'skimage')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert all(name in done.stdout for name in COMMANDS)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["check", "gone.ngraph.json"], "gone.ngraph.json"),
        (["diff", "gone.ngraph.json", "gone.ngraph.json"], "no file"),
        (["fmt", "."], "folder"),
        (["plan", "gone.ngraph.json"], "no file"),
    ],
)
def test_what_is_not_there_is_named(words: list[str], says: str, capsys: Out) -> None:
    assert main(words) == 1
    told = capsys.readouterr()
    assert says in told.err + told.out
    assert "Traceback" not in told.err


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="threads are counted in /proc, which only Linux has")
@pytest.mark.parametrize(("wanted", "there"), [(None, 1), ("2", min(2, cores()))])
def test_numpy_has_no_threads_of_its_own_unless_asked(wanted: str | None, there: int, monkeypatch: Any) -> None:
    """As the system counts them, after a product that OpenBLAS would share out."""
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    if wanted is not None:
        monkeypatch.setenv("OPENBLAS_NUM_THREADS", wanted)
    code = """
import os
from nodegraph.cli.main import main
main(["--version"])
import numpy as np
np.ones((500, 500)) @ np.ones((500, 500))
print(len(os.listdir("/proc/self/task")))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout.split()[-1]) == there
