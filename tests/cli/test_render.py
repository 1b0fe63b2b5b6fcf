"""`nodegraph render` and `plan`, as people and programs call them: real nodes, real files."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import pytest

import nodegraph as ng
from nodegraph.cli.main import main
from nodegraph.cli.values import lasting, parse_bytes, with_settings
from nodegraph.data.errors import GraphError

LAST = 1006


@pytest.fixture
def project(tmp_path: Path) -> Path:
    graph = ng.new(first=1001, last=LAST, format=ng.Format(64, 36))
    graph = graph.add("TestPlate", "Plate1").add("Exposure", "Exposure1", stops=(1.0, 1.0, 1.0))
    graph = graph.add("Write", "Write1", file="out/comp.####.exr")
    graph = graph.connect("Exposure1", "image", "Plate1").connect("Write1", "image", "Exposure1")
    ng.save(graph, tmp_path / "shot.ngraph.json")
    return tmp_path


def call(folder: Path, *words: str) -> int:
    return main([words[0], str(folder / "shot.ngraph.json"), *words[1:]])


def values(folder: Path) -> dict[str, float]:
    result = {}
    for path in sorted(folder.glob("out/*.exr")):
        with OpenEXR.File(str(path)) as file:
            result[path.name] = float(np.asarray(file.channels()["RGB"].pixels, np.float64).sum())
    return result


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_graph_of_a_newer_program_is_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = project / "shot.ngraph.json"
    assert call(project, "render", "--frames", "1001") == 0
    assert "newer" not in capsys.readouterr().err
    file.write_text(json.dumps({**json.loads(file.read_text()), "version": 99}))
    assert call(project, "render", "--frames", "1001") == 0
    assert "warning: shot.ngraph.json: a newer program wrote it" in capsys.readouterr().err


def test_all_frames_of_all_sinks(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(project, "render") == 0
    assert len(values(project)) == 6
    told = capsys.readouterr()
    assert "Write1: 6 done" in told.out
    assert "Write1 1003: comp.1003.exr" in told.err
    assert "\r" not in told.err


def test_a_knob_for_this_time_only(project: Path) -> None:
    text = (project / "shot.ngraph.json").read_bytes()
    assert call(project, "render", "--frames", "1001-1003x2") == 0
    before = values(project)
    assert call(project, "render", "--frames", "1001,1003", "--set", "Exposure1.stops=2") == 0
    after = values(project)
    assert list(before) == list(after) == ["comp.1001.exr", "comp.1003.exr"]
    assert all(after[name] == pytest.approx(2 * before[name], rel=1e-3) for name in before)
    assert (project / "shot.ngraph.json").read_bytes() == text


def test_json_lines(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(project, "render", "--json", "--node", "Write1", "--workers", "1", "--memory", "200M") == 0
    rows = lines(capsys.readouterr().out)
    assert [row["event"] for row in rows] == ["started", *["frame_done"] * 6, "finished"]
    assert rows[0]["frames"] == list(range(1001, LAST + 1))
    assert rows[-1]["report"]["done"] == list(range(1001, LAST + 1))
    left = [row["left"] for row in rows[1:-1]]  # seconds, once there is something to go by
    assert left[0] is None
    assert all(seconds >= 0 for seconds in left[1:])
    assert left[-1] == 0
    assert rows[1]["files"] == [str(project / "out" / "comp.1001.exr")]


def test_resume(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call(project, "render", "--frames", "1001-1004")
    (project / "out" / "comp.1002.exr").write_bytes(b"spoiled")
    capsys.readouterr()
    assert call(project, "render", "--resume", "--json") == 0
    report = lines(capsys.readouterr().out)[-1]["report"]
    assert (report["skipped"], report["done"]) == ([1001, 1003, 1004], [1002, 1005, 1006])


def broken(project: Path) -> None:
    """Frame 1003 cannot be written: a folder has its name."""
    (project / "out" / "comp.1003.exr").mkdir(parents=True)


def test_an_error_stops_the_render(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken(project)
    assert call(project, "render", "--workers", "1") == 1
    told = capsys.readouterr().err
    assert "error at 1003" in told
    assert "Traceback" not in told
    assert not (project / "out" / "comp.1006.exr").exists()


def test_an_error_is_skipped_and_the_command_to_mend_it_is_told(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken(project)
    assert call(project, "render", "--on-error", "skip", "--set", "Exposure1.mix=0.5") == 2
    told = capsys.readouterr().err
    graph = project / "shot.ngraph.json"
    again = f"nodegraph render {graph} --node Write1 --frames 1003 --set Exposure1.mix=0.5 --on-error skip"
    assert again in told
    assert (project / "out" / "comp.1006.exr").is_file()
    (project / "out" / "comp.1003.exr").rmdir()
    assert main(again.split()[1:]) == 0
    assert len(values(project)) == 6


def test_when_every_frame_fails_the_render_failed(project: Path) -> None:
    broken(project)
    assert call(project, "render", "--on-error", "skip", "--frames", "1003") == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--frames", "1-5:2"], "colon"),
        (["--frames", "abc"], "no frame range"),
        (["--node", "Nope"], "no node Nope"),
        (["--node", "Plate1"], "writes nothing"),
        (["--set", "Exposure1.nope=1"], "no knob nope"),
        (["--set", "Exposure1=1"], "sets no knob"),
        (["--set", "Exposure1.mix=7"], "outside its limits"),
        (["--memory", "lots"], "no amount of memory"),
        (["--workers", "0"], "render nothing"),
    ],
)
def test_what_cannot_be_is_told(project: Path, capsys: pytest.CaptureFixture[str], words: list[str], told: str) -> None:
    assert call(project, "render", *words) == 1
    assert told in capsys.readouterr().err


def test_a_graph_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(tmp_path, "render") == 1
    assert "there is no file" in capsys.readouterr().err


def test_checked_and_profile(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(project, "render", "--checked", "--profile", "--frames", "1001-1002") == 0
    told = capsys.readouterr().out
    assert "Exposure1" in told
    assert "times" in told


def test_the_plan(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(project, "plan") == 0
    told = capsys.readouterr().out
    assert "Write1: 6 frames, 1001-1006" in told
    assert "encodes whole" in told
    assert not (project / "out").exists()
    call(project, "render", "--frames", "1001-1002")
    capsys.readouterr()
    assert call(project, "plan", "--json") == 0
    (outline,) = json.loads(capsys.readouterr().out)
    assert outline["done"] == 2
    assert [step["node"] for step in outline["groups"][0]["steps"]] == ["Plate1", "Exposure1", "Write1"]


def test_the_plan_says_where_a_source_is_spliced(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call(project, "render")
    graph = ng.new(first=1001, last=LAST, format=ng.Format(64, 36))
    graph = graph.add("Read", "Read1", file="out/comp.####.exr").add("Write", "Write1", file="copy/c.####.exr")
    ng.save(graph.connect("Write1", "image", "Read1"), project / "shot.ngraph.json")
    capsys.readouterr()
    assert call(project, "plan") == 0
    assert "splices" in capsys.readouterr().out


def test_a_missing_frame_fails_alone(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call(project, "render", "--frames", "1001-1004")
    graph = ng.new(first=1001, last=LAST, format=ng.Format(64, 36))
    graph = graph.add("Read", "Read1", file="out/comp.####.exr").add("Write", "Write1", file="copy/c.####.exr")
    ng.save(graph.connect("Write1", "image", "Read1"), project / "shot.ngraph.json")
    (project / "out" / "comp.1003.exr").unlink()
    capsys.readouterr()
    code = call(project, "render", "--on-error", "skip", "--json")
    report = lines(capsys.readouterr().out)[-1]["report"]
    assert code == 2
    assert [frame for frame, _ in report["failed"]] == [1003]
    assert report["done"] == [1001, 1002, 1004, 1005, 1006]  # the last frame holds


def process(folder: Path, *words: str, **options: Any) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "nodegraph.cli.main", "render", str(folder / "shot.ngraph.json"), *words]
    # A shell that runs the tests in the background makes its children deaf to Ctrl-C; ours must hear it.
    return subprocess.Popen(command, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL), **options)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_by_a_signal(project: Path, number: signal.Signals) -> None:
    child = process(project, "--frames", "1-2000", stderr=subprocess.PIPE)
    while len(list(project.glob("out/comp.*.exr"))) < 12:
        assert child.poll() is None
        time.sleep(0.01)
    child.send_signal(number)
    _, told = child.communicate(timeout=60)
    assert child.returncode == 130
    assert b"Traceback" not in told
    assert all(path.name.startswith("comp.") for path in (project / "out").iterdir())
    again = process(project, "--frames", "1-3", "--resume", "--json", stdout=subprocess.PIPE)
    rows = lines(again.communicate()[0].decode())
    assert rows[-1]["report"]["skipped"] == [1, 2, 3]


def test_killed_and_resumed_with_real_files(project: Path) -> None:
    assert call(project, "render", "--frames", "1-30") == 0
    wanted = {path.name: path.read_bytes() for path in project.glob("out/comp.*.exr")}
    for path in project.glob("out/*"):
        path.unlink()
    for goal in (1, 6, 14):
        child = process(project, "--frames", "1-30", "--resume", stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        while len(list(project.glob("out/comp.*.exr"))) < goal and child.poll() is None:
            time.sleep(0.002)
        child.kill()
        child.communicate()
        for path in project.glob("out/comp.*.exr"):
            assert path.read_bytes() == wanted[path.name]
    assert call(project, "render", "--frames", "1-30", "--resume") == 0
    assert {path.name: path.read_bytes() for path in project.glob("out/comp.*.exr")} == wanted


def test_a_bar_in_a_terminal(project: Path) -> None:
    ours, theirs = pty.openpty()
    child = process(project, stderr=theirs, stdout=subprocess.DEVNULL)
    child.communicate()
    os.close(theirs)
    seen = b""
    try:
        while piece := os.read(ours, 65536):
            seen += piece
    except OSError:
        pass
    os.close(ours)
    assert child.returncode == 0
    assert b"6/6" in seen
    assert b"\r" in seen


def test_amounts_and_times() -> None:
    assert parse_bytes("2G") == 2 << 30
    assert parse_bytes("1.5 MiB") == 3 << 19
    assert parse_bytes("100") == 100
    with pytest.raises(GraphError):
        parse_bytes("0")
    assert [lasting(seconds) for seconds in (0.42, 42.4, 125, 7322)] == ["0.4 s", "42 s", "2 min 5 s", "2 h 2 min"]


def test_settings_of_each_kind() -> None:
    graph = ng.new().add("Grade", "G").add("Write", "W")
    graph = with_settings(
        graph, ["G.gain=1,2,3", "W.overwrite=off", "W.file=a/b=c.exr", 'G.mix={"curve": [[1, 0], [2, 1]]}']
    )
    assert graph.value("G", "gain", 1) == (1.0, 2.0, 3.0)
    assert graph.value("W", "overwrite", 1) is False
    assert graph.value("W", "file", 1) == "a/b=c.exr"
    assert graph.value("G", "mix", 1.5) == 0.5
