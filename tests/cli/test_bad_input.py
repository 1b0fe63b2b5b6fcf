"""Bad input as an artist meets it, on the command line: what is told, what is left, and the exit code."""

from __future__ import annotations

import json
import random
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import OpenImageIO as oiio
import pytest

import nodegraph as ng
from nodegraph.cli.main import main
from nodegraph.graph.document import read
from nodegraph.graph.library import Library

Out = pytest.CaptureFixture[str]
FIRST, BAD, LAST = 1001, 1003, 1005
WIDTH, HEIGHT = 64, 48


@pytest.fixture
def shot(tmp_path: Path) -> Path:
    """Five plates, and a graph that grades and writes them."""
    (tmp_path / "plate").mkdir()
    for frame in range(FIRST, LAST + 1):
        save(plate(tmp_path, frame), WIDTH, HEIGHT, seed=frame)
    graph = ng.new(first=FIRST, last=LAST, format=ng.Format(WIDTH, HEIGHT))
    graph = graph.add("Read", "Plate", file="plate/p.####.exr").add("Grade", "Warm", multiply=(2.0, 1.0, 1.0))
    graph = graph.add("Write", "Out", file="out/o.####.exr").connect("Warm", "image", "Plate")
    ng.save(graph.connect("Out", "image", "Warm"), tmp_path / "shot.ngraph.json")
    return tmp_path


def save(path: Path, width: int, height: int, seed: int = 0) -> None:
    pixels = np.random.default_rng(seed).random((height, width, 3)).astype(np.float16)
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    OpenEXR.File(header, {"RGB": pixels}).write(str(path))


def plate(folder: Path, frame: int) -> Path:
    return folder / "plate" / f"p.{frame}.exr"


def render(folder: Path, *words: str) -> int:
    return main(["render", str(folder / "shot.ngraph.json"), *words])


def written(folder: Path) -> list[int]:
    """The frames that were written: every file under a final name is whole, and nothing else lies there."""
    frames = []
    for path in sorted((folder / "out").glob("*")):
        picture = oiio.ImageBuf(str(path))
        assert picture.read(force=True), path
        assert picture.get_pixels(oiio.FLOAT).shape == (HEIGHT, WIDTH, 3)
        frames.append(int(path.suffixes[0][1:]))
    return frames


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for at in random.Random(3).sample(range(len(data) // 2, len(data)), 200):
        data[at] ^= 1 << (at % 8)
    path.write_bytes(data)


def claims_100_megapixels(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for name in (b"dataWindow\0box2i\0", b"displayWindow\0box2i\0"):
        at = data.index(name) + len(name) + 4
        data[at : at + 16] = struct.pack("<4i", 0, 0, 9999, 9999)
    path.write_bytes(data)


def folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()


HARM: dict[str, tuple[Callable[[Path], object], str]] = {
    "cut in half": (truncated, "damaged"),
    "without content": (lambda path: path.write_bytes(b""), "empty"),
    "with bits flipped": (flipped, "damaged"),
    "a claim of 100 megapixels": (claims_100_megapixels, "10000x10000"),
    "a text": (lambda path: path.write_text("no picture"), "p.1003.exr"),
    "not there": (Path.unlink, "is not there"),
    "a folder": (folder_instead, "is a folder"),
}


@pytest.mark.parametrize("harm", HARM)
def test_one_bad_frame(shot: Path, harm: str, capsys: Out) -> None:
    spoil, says = HARM[harm]
    spoil(plate(shot, BAD))
    assert render(shot, "--on-error", "skip") == 2
    told = capsys.readouterr().err
    sum_up = told[told.index(f"error at {BAD}: ") :]
    assert says in sum_up
    assert str(shot / "plate") in sum_up  # the file
    assert any(f"error at {BAD}: {node}: " in sum_up for node in ("Plate", "Warm"))
    assert sum_up.splitlines()[1].startswith("  ")  # what to do
    assert f"--frames {BAD}" in sum_up
    assert "Traceback" not in told
    assert written(shot) == [frame for frame in range(FIRST, LAST + 1) if frame != BAD]
    capsys.readouterr()
    if plate(shot, BAD).is_dir():
        plate(shot, BAD).rmdir()
    save(plate(shot, BAD), WIDTH, HEIGHT, seed=BAD)
    assert render(shot, "--resume", "--json") == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["report"]["done"] == [BAD]
    assert written(shot) == list(range(FIRST, LAST + 1))


@pytest.mark.parametrize("harm", [name for name in HARM if name != "a claim of 100 megapixels"])
def test_one_bad_frame_stops_the_render(shot: Path, harm: str, capsys: Out) -> None:
    HARM[harm][0](plate(shot, BAD))
    assert render(shot, "--workers", "1") == 1
    assert f"error at {BAD}: " in capsys.readouterr().err
    assert written(shot) == [FIRST, FIRST + 1]


def test_a_bad_frame_that_is_spliced(shot: Path, capsys: Out) -> None:
    """Where nothing is computed the blocks are copied: a hole in them is found all the same."""
    truncated(plate(shot, BAD))
    graph = ng.load(shot / "shot.ngraph.json").graph
    ng.save(graph.connect("Out", "image", "Plate"), shot / "shot.ngraph.json")
    assert render(shot, "--on-error", "skip") == 2
    assert str(plate(shot, BAD)) in capsys.readouterr().err
    assert BAD not in written(shot)


@pytest.mark.parametrize(("missing", "like"), [("hold", BAD - 1), ("nearest", BAD - 1), ("black", None)])
def test_a_stand_in_for_a_missing_frame(shot: Path, missing: str, like: int | None) -> None:
    plate(shot, BAD).unlink()
    assert render(shot, "--set", f"Plate.missing={missing}") == 0
    made = oiio.ImageBuf(str(shot / "out" / f"o.{BAD}.exr")).get_pixels(oiio.FLOAT)
    wanted = oiio.ImageBuf(str(shot / "out" / f"o.{like}.exr")).get_pixels(oiio.FLOAT) if like else 0 * made
    assert np.array_equal(made[..., :3], wanted[..., :3])


def test_a_frame_of_another_size_is_told_and_keeps_its_size(shot: Path, capsys: Out) -> None:
    save(plate(shot, BAD), 30, 20)
    assert render(shot) == 0
    told = capsys.readouterr().err
    assert f"Plate at {BAD}: p.{BAD}.exr is 30x20, the first frame 64x48" in told
    spec = oiio.ImageBuf(str(shot / "out" / f"o.{BAD}.exr")).spec()
    assert (spec.full_width, spec.full_height) == (30, 20)


def test_a_picture_of_100_megapixels(shot: Path, capsys: Out) -> None:
    """It is real, so it is read: only what is looked at costs memory."""
    pixels = np.zeros((10000, 10000), np.float16)
    pixels[5000, 5000] = 3.0
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    OpenEXR.File(header, {"Y": pixels}).write(str(plate(shot, FIRST)))
    words = ("--set", "Plate.frames=1001", "--frames", "1001", "--memory", "64M")
    graph = ng.load(shot / "shot.ngraph.json").graph.add("Crop", "Piece", box=(4990.0, 4990.0, 5010.0, 5010.0))
    graph = graph.connect("Piece", "image", "Plate").connect("Out", "image", "Piece").disable("Warm")
    ng.save(graph, shot / "shot.ngraph.json")
    assert render(shot, *words) == 0, capsys.readouterr().err
    made = oiio.ImageBuf(str(shot / "out" / "o.1001.exr"))
    assert float(made.get_pixels(oiio.FLOAT).max()) == 3.0


@pytest.mark.parametrize("file", ["plate", "plate/gone.####.exr", "plate/p.1001.jpeg2000", "gone/p.####.exr", ""])
def test_a_file_that_cannot_be_read(shot: Path, file: str, capsys: Out) -> None:
    assert render(shot, "--frames", "1001", "--set", f"Plate.file={file}") == 1
    told = capsys.readouterr().err
    assert "Plate" in told
    assert file in told
    assert "Traceback" not in told
    assert told[told.index("error at") :].splitlines()[1].startswith("  ")  # what to do
    assert not (shot / "out").exists()


def test_a_movie_cut_in_the_middle(shot: Path, capsys: Out) -> None:
    graph = ng.new(first=1, last=48, format=ng.Format(64, 48)).add("TestPlate", "P").add("WriteMovie", "M")
    ng.save(graph.set("M", "file", "m.mov").connect("M", "image", "P"), shot / "movie.ngraph.json")
    assert main(["render", str(shot / "movie.ngraph.json")]) == 0
    truncated(shot / "m.mov")
    capsys.readouterr()
    assert render(shot, "--frames", "1001-1048", "--set", "Plate.file=m.mov", "--on-error", "skip", "--json") == 2
    report = json.loads(capsys.readouterr().out.splitlines()[-1])["report"]
    failed = [frame for frame, _ in report["failed"]]
    assert report["done"] == list(range(FIRST, min(failed)))
    assert failed == list(range(min(failed), 1049))
    assert [why for _, why in report["failed"] if "m.mov: frame" not in why["message"]] == []
    assert render(shot, "--frames", "1001-1048", "--set", "Plate.file=m.mov", "--on-error", "skip") == 2
    told = capsys.readouterr().err
    assert f"and {len(failed) - 5} more like these" in told
    assert written(shot) == report["done"]


NODES: dict[str, tuple[dict[str, Any], str]] = {
    "a loop": ({"Warm": {"type": "Grade", "inputs": {"image": "Warm"}}}, "go round: Warm"),
    "an unknown node": ({"Warm": {"type": "Relight", "inputs": {"image": "Plate"}}}, "Warm"),
    "a wrong type": ({"Warm": {"type": "Grade", "knobs": {"mix": "much"}}}, "Warm: knob mix cannot be 'much'"),
    "NaN": ({"Warm": {"type": "Grade", "knobs": {"mix": float("nan")}}}, "NaN is no number"),
    "an endless number": ({"Warm": {"type": "Grade", "knobs": {"mix": 10**400}}}, "Warm: knob mix"),
    "too many digits": ({"Warm": {"type": "Grade", "knobs": {"mix": "DIGITS"}}}, "digits"),
    "a curve of words": ({"Warm": {"type": "Grade", "knobs": {"mix": {"curve": [[1, "a"]]}}}}, "Warm: knob mix: "),
    "a curve without keys": ({"Warm": {"type": "Grade", "knobs": {"mix": {"curve": []}}}}, "has no keys"),
    "an endless curve": ({"Warm": {"type": "Grade", "knobs": {"mix": {"curve": [[1, 10**400]]}}}}, "Warm: knob mix"),
    "a curve back in time": ({"Warm": {"type": "Grade", "knobs": {"mix": {"curve": [[2, 0], [1, 1]]}}}}, "sort its"),
    "a picture as a number": ({"Warm": {"type": "Grade", "inputs": {"image": "Nowhere"}}}, "Nowhere"),
    "a path that climbs out": ({"Plate": {"type": "Read", "knobs": {"file": "a/../../p.####.exr"}}}, "climbs out"),
    "a root that is not named": ({"Plate": {"type": "Read", "knobs": {"file": "{nas}/p.####.exr"}}}, "root nas"),
    "a target that climbs out": (
        {"Out": {"type": "Write", "knobs": {"file": "../o.####.exr"}, "inputs": {"image": "Plate"}}},
        "climbs out",
    ),
}


@pytest.mark.parametrize("fault", NODES)
def test_a_bad_graph(shot: Path, fault: str, capsys: Out) -> None:
    """Told by `render` and by `check` alike, before anything is written."""
    nodes, says = NODES[fault]
    path = shot / "shot.ngraph.json"
    saved = json.loads(path.read_text())
    saved["nodes"].update(nodes)
    path.write_text(json.dumps(saved).replace('"DIGITS"', "9" * 5000))
    assert render(shot) == 1
    told = capsys.readouterr().err
    assert says in told
    assert "Traceback" not in told
    assert told.rstrip().splitlines()[-1].startswith("  ")  # what to do
    assert not (shot / "out").exists()
    assert main(["check", str(path)]) == 1
    assert says in capsys.readouterr().out


def test_no_graph_however_spoilt_crashes() -> None:
    """Anything in any place of a real graph: it is opened, or refused in words."""
    library = Library.discover()
    sound = (Path(__file__).parents[2] / "projects" / "bars_over_ramp.ngraph.json").read_text()
    anything = [None, True, -1, 1e308, 10**400, "", "x", [], [[]], {}, {"curve": [[1, 2]]}, {"curve": [[]]}, ["a"]]
    rng = random.Random(5)
    opened = refused = 0
    for _ in range(400):
        saved = json.loads(sound)
        for _ in range(rng.randint(1, 3)):
            at, last = saved, rng.choice(list(saved))
            while isinstance(at[last], (dict, list)) and at[last] and rng.random() < 0.8:
                at = at[last]
                last = rng.choice(list(at)) if isinstance(at, dict) else rng.randrange(len(at))
            at[last] = json.loads(json.dumps(rng.choice(anything)))
        try:
            read(json.dumps(saved), library)
            opened += 1
        except ng.NodegraphError:
            refused += 1
    assert opened > 50
    assert refused > 50


def test_words_that_are_not_known_end_with_1(capsys: Out) -> None:
    """2 is kept for a render of which some frames failed."""
    for words in (["rendr"], ["render"], ["render", "a.ngraph.json", "--workers", "two"], ["nodes", "--what"]):
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert ended.value.code == 1
        assert "error: " in capsys.readouterr().err


def test_a_folder_copied_whole_renders_alike(shot: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Paths start from the project, wherever it is."""
    other = tmp_path_factory.mktemp("other") / "here"
    shutil.copytree(shot, other)
    assert render(shot) == render(other) == 0
    for path in (shot / "out").iterdir():
        assert (other / "out" / path.name).read_bytes() == path.read_bytes()
