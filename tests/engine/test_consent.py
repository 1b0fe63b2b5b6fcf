"""Whose face may be rendered: real files, with a face put in by a node that needs somebody's identity."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import OpenEXR
import pytest

import nodegraph as ng
from nodegraph.cli.main import main
from nodegraph.data.box import Box, Format
from nodegraph.data.errors import ConsentError, NodeError
from nodegraph.data.identity import Consent, Identity
from nodegraph.data.image import Image
from nodegraph.data.shot import Clip, Frame, Shot
from nodegraph.engine import consent as module
from nodegraph.engine.consent import leave, problems_of
from nodegraph.engine.session import Session
from nodegraph.graph.context import Context
from nodegraph.graph.document import Document, load, save, write
from nodegraph.graph.graph import Graph
from nodegraph.graph.knob import File
from nodegraph.graph.library import Library
from nodegraph.graph.node import node

FORMAT = Format(160, 90)
FACE = Box(40, 40, 80, 80)
GRANTED = {"subject": "Jane Doe", "granted_by": "Jane Doe", "scope": "this film", "document": "HR-12"}


@node
def somebody(
    *,
    name: str = "jane",
    subject: str = "",
    granted_by: str = "",
    scope: str = "",
    production: str = "",
    expires: str = "",
    document: str = "",
    reason: str = "",
    missing: bool = False,
) -> Identity:
    """Somebody, by what is said of them."""
    if missing:
        raise FileNotFoundError(name)
    end = date.fromisoformat(expires) if expires else None
    return Identity(name, (), "ACEScg", Consent(subject, granted_by, scope, production, end, document, reason))


@node
def put_in(image: Image, identity: Identity) -> Image:
    """A face, as a flat patch."""
    del identity
    return image.patched(FACE, np.full((FACE.height, FACE.width, 3), 0.7, np.float32), ("R", "G", "B"))


@node(store=True)
def average(image: Clip[Image]) -> float:
    """A measure of a whole shot, whoever is in it."""
    return sum(float(each.pixels.mean()) for _, each in image)


@node
def lit(image: Image, amount: float) -> Image:
    """A picture that needs a measure."""
    return image.with_pixels(image.pixels * np.float32(1 + 0 * amount))


def graph_of(**consent: str | bool) -> Graph:
    """A plate, somebody's face in it, and a Write."""
    library = Library.discover().with_nodes(somebody, put_in, average, lit)
    graph = Graph(library, shot=Shot(first=1001, last=1004, format=FORMAT))
    graph = graph.add("TestPlate", "Plate").add("Somebody", "Who", **consent).add("PutIn", "Swap")
    graph = graph.connect("Swap", "image", "Plate").connect("Swap", "identity", "Who")
    graph = graph.add("Write", "Write1", file=File("out/comp.####.exr"))
    return graph.connect("Write1", "image", "Swap")


def header(path: Path) -> dict[str, object]:
    with OpenEXR.File(str(path)) as file:
        return dict(file.header())


def pixels(path: Path) -> np.ndarray:
    with OpenEXR.File(str(path)) as file:
        return np.asarray(file.channels()["RGB"].pixels, np.float32)


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("out/*"))


# -- final renders -------------------------------------------------------------------------------------

REFUSED = {
    "nothing entered": ({}, "there is no consent record"),
    "a field missing": ({**GRANTED, "scope": ""}, "does not state scope"),
    "expired": ({**GRANTED, "expires": "2020-02-03"}, "the consent of Jane Doe ended on 2020-02-03"),
    "another film": ({**GRANTED, "production": "Other Film"}, "is for the production 'Other Film', not 'Our Film'"),
}


@pytest.mark.parametrize(("entered", "wrong"), REFUSED.values(), ids=list(REFUSED))
def test_a_final_render_without_consent_writes_nothing(entered: dict[str, str], wrong: str, tmp_path: Path) -> None:
    graph = graph_of(**entered)
    graph = replace(graph, shot=replace(graph.shot, production="Our Film"))
    with pytest.raises(ConsentError) as caught:
        ng.render(graph, "Write1", root=tmp_path)
    assert "Who: the identity 'jane'" in caught.value.message
    assert wrong in caught.value.message
    assert "--preview" in caught.value.hint
    assert list(tmp_path.iterdir()) == []
    assert any(wrong in problem for problem in problems_of(graph, tmp_path))


ALLOWED = {
    "a record": GRANTED,
    "for this film": {**GRANTED, "production": "OUR film"},
    "until today": {**GRANTED, "expires": "2026-03-01"},
    "a reason": {"reason": "digital double"},
}


@pytest.mark.parametrize("entered", ALLOWED.values(), ids=list(ALLOWED))
def test_consent_goes_into_the_files(entered: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "today", lambda: date(2026, 3, 1))
    graph = graph_of(**entered)
    graph = replace(graph, shot=replace(graph.shot, production="Our Film"))
    assert ng.render(graph, "Write1", root=tmp_path).ok
    for name in files(tmp_path):
        told = header(tmp_path / "out" / name)
        words = str(told["nodegraph/consent/jane"])
        assert ("HR-12" in words and "Jane Doe" in words) or words == "none is needed: digital double"
        assert told["nodegraph/production"] == "Our Film"
        assert "nodegraph/preview" not in told


def test_what_lies_between_does_not_lose_it(tmp_path: Path) -> None:
    """A Merge takes the metadata of its B; the face comes by its A."""
    graph = graph_of(**GRANTED).add("TestPlate", "Other").add("Merge", "Over").disconnect("Write1", "image")
    graph = graph.connect("Over", "a", "Swap").connect("Over", "b", "Other").connect("Write1", "image", "Over")
    ng.render(graph, "Write1", [1001], root=tmp_path)
    assert "HR-12" in str(header(tmp_path / "out/comp.1001.exr")["nodegraph/consent/jane"])
    with pytest.raises(ConsentError):
        ng.render(graph.set("Who", "document", ""), "Write1", [1001], root=tmp_path)


def test_a_plate_without_a_face_needs_no_consent(tmp_path: Path) -> None:
    """Neither a render that no identity goes into, nor one that a Switch or a disabled node keeps it out of."""
    graph = graph_of()
    assert ng.render(graph.connect("Write1", "image", "Plate"), "Write1", [1001], root=tmp_path).ok
    assert ng.render(graph.disable("Swap"), "Write1", [1001], root=tmp_path).ok
    switched = graph.add("Switch", "Choice").connect("Choice", "images1", "Plate").connect("Choice", "images2", "Swap")
    switched = switched.connect("Write1", "image", "Choice")
    assert ng.render(switched, "Write1", [1001], root=tmp_path).ok
    assert problems_of(switched, tmp_path) == []
    with pytest.raises(ConsentError):
        ng.render(switched.set("Choice", "which", 1), "Write1", [1001], root=tmp_path)


def test_frames_are_asked_one_by_one(tmp_path: Path) -> None:
    graph = graph_of()
    graph = graph.add("Switch", "Choice", which=ng.Curve.of([(1001, 0), (1003, 1)], "hold"))
    graph = graph.connect("Choice", "images1", "Plate").connect("Choice", "images2", "Swap")
    graph = graph.connect("Write1", "image", "Choice")
    assert ng.render(graph, "Write1", "1001-1002", root=tmp_path).ok
    with pytest.raises(ConsentError, match="frames 1003-1004"):
        ng.render(graph, "Write1", root=tmp_path)
    ng.render(graph.set("Who", "reason", "own face"), "Write1", root=tmp_path)
    told = ["nodegraph/consent/jane" in header(tmp_path / "out" / name) for name in files(tmp_path)]
    assert told == [False, False, True, True]


def test_a_face_that_only_a_measure_saw(tmp_path: Path) -> None:
    """An identity far up, through a node that takes the whole shot."""
    graph = graph_of().add("Average", "Mean").add("Lit", "Lit1").connect("Mean", "image", "Swap")
    graph = graph.connect("Lit1", "image", "Plate").connect("Lit1", "amount", "Mean").connect("Write1", "image", "Lit1")
    with pytest.raises(ConsentError):
        ng.render(graph, "Write1", [1001], root=tmp_path)


def test_two_people(tmp_path: Path) -> None:
    graph = graph_of(**GRANTED).add("Somebody", "Other", name="joe").add("PutIn", "Swap2")
    graph = graph.connect("Swap2", "image", "Swap").connect("Swap2", "identity", "Other")
    graph = graph.connect("Write1", "image", "Swap2")
    with pytest.raises(ConsentError) as caught:
        ng.render(graph, "Write1", [1001], root=tmp_path)
    assert "joe" in caught.value.message
    assert "jane" not in caught.value.message
    ng.render(graph, "Write1", [1001], root=tmp_path, preview=True)
    told = header(tmp_path / "out/comp.1001.exr")
    assert told["nodegraph/preview"] == "PREVIEW - no consent for joe"
    assert "HR-12" in str(told["nodegraph/consent/jane"])


def test_an_identity_that_cannot_be_read_stops_the_render(tmp_path: Path) -> None:
    graph = graph_of(missing=True, **GRANTED)
    with pytest.raises(NodeError, match="Who"):
        ng.render(graph, "Write1", root=tmp_path)
    assert files(tmp_path) == []
    assert "cannot be told" in problems_of(graph, tmp_path)[0]


# -- previews ------------------------------------------------------------------------------------------


def test_a_preview_is_marked_in_every_frame(tmp_path: Path) -> None:
    ng.render(graph_of(reason="own face"), "Write1", root=tmp_path / "final")
    report = ng.render(graph_of(), "Write1", root=tmp_path / "preview", preview=True)
    assert report.preview
    for name in files(tmp_path / "final"):
        told = header(tmp_path / "preview/out" / name)
        assert told["nodegraph/preview"] == "PREVIEW - no consent for jane"
        assert told["nodegraph/consent/jane"] == "none: there is no consent record"
        final, marked = pixels(tmp_path / "final/out" / name), pixels(tmp_path / "preview/out" / name)
        rows = np.flatnonzero((final != marked).any(axis=(1, 2)))
        band = marked[: rows[-1] + 1]
        assert rows[0] == 0
        assert rows[-1] < 40  # the face lies below
        assert ((band >= 0) & (band <= 1)).all()  # no plate shows through
        assert (band > 0.9).mean() > 0.02  # letters
        assert (band == 0).mean() > 0.4


def test_with_consent_a_preview_is_one_all_the_same(tmp_path: Path) -> None:
    ng.render(graph_of(**GRANTED), "Write1", [1001], root=tmp_path, preview=True)
    assert header(tmp_path / "out/comp.1001.exr")["nodegraph/preview"] == "PREVIEW"


@pytest.mark.parametrize("kind", ["png", "jpg", "tif", "dpx"])
def test_stills_are_marked_and_say_so(kind: str, tmp_path: Path) -> None:
    import OpenImageIO as oiio

    graph = graph_of(**GRANTED).set("Write1", "file", File(f"out/a.####.{kind}"))
    ng.render(graph, "Write1", [1001], root=tmp_path)
    ng.render(graph.set("Who", "scope", ""), "Write1", [1002], root=tmp_path, preview=True)
    words, bands = [], []
    for frame in (1001, 1002):
        picture = oiio.ImageBuf(str(tmp_path / f"out/a.{frame}.{kind}"))
        assert not picture.has_error
        told = {each.name: each.value for each in picture.spec().extra_attribs}
        ours = [f"{name}: {str(value).strip()}" for name, value in told.items() if name.startswith("nodegraph/")]
        words.append(str(told.get("ImageDescription") or told.get("Copyright") or "\n".join(ours)))
        bands.append(picture.get_pixels(oiio.FLOAT)[:6, :6, :3])
    assert "HR-12" in words[0]
    assert "preview" not in words[0]
    assert "nodegraph/preview: PREVIEW - no consent for jane" in words[1]
    assert bands[1].max() < 0.12 < bands[0].max()


def test_movies_are_marked_and_say_so(tmp_path: Path) -> None:
    import av

    graph = graph_of(**GRANTED).add("WriteMovie", "Movie", file=File("a.mov")).connect("Movie", "image", "Swap")
    ng.render(graph, "Movie", root=tmp_path)
    with av.open(str(tmp_path / "a.mov")) as movie:
        assert "HR-12" in movie.metadata["comment"]
        plain = next(movie.decode(video=0)).to_ndarray(format="gray")
    with pytest.raises(ConsentError):
        ng.render(graph.set("Who", "scope", ""), "Movie", root=tmp_path)
    report = ng.render(graph.set("Who", "scope", ""), "Movie", root=tmp_path, preview=True, resume=True)
    assert report.done
    with av.open(str(tmp_path / "a.mov")) as movie:
        assert movie.metadata["comment"].startswith("nodegraph/preview: PREVIEW - no consent for jane")
        frames = [each.to_ndarray(format="gray") for each in movie.decode(video=0)]
    assert len(frames) == 4
    for each in frames:
        assert each[1:5, :6].max() < 24 < plain[1:5, :6].max()  # black, as video has it
        assert each[:12].max() > 180


def test_no_sink_gets_an_unmarked_picture(tmp_path: Path) -> None:
    """Not even one that knows nothing of previews."""

    @node(sink=True)
    def keep(image: Image, frame: Frame, *, file: File = File("")) -> Path:
        """Write raw numbers."""
        path = Path(str(file).replace("####", str(int(frame))))
        path.write_bytes(image.region(image.format.box, ("G",)).tobytes())
        return path

    graph = replace(graph_of(), library=graph_of().library.with_nodes(keep))
    graph = graph.add("Keep", "Keep", file=File("a.####.raw")).connect("Keep", "image", "Swap")
    ng.render(graph, "Keep", [1001], root=tmp_path, preview=True)
    plane = np.fromfile(tmp_path / "a.1001.raw", np.float32).reshape(FORMAT.height, FORMAT.width)
    assert (plane[:6, :6] == 0).all()
    assert plane[:12].max() > 0.8


# -- previews and final frames side by side ------------------------------------------------------------


def test_resume_does_not_mix_them(tmp_path: Path) -> None:
    graph = graph_of(**GRANTED)
    one = ng.render(graph, "Write1", "1001-1003", root=tmp_path, preview=True)
    final = ng.render(graph, "Write1", root=tmp_path, resume=True)
    assert (one.done, final.done, final.skipped) == ([1001, 1002, 1003], [1001, 1002, 1003, 1004], [])
    assert not any("nodegraph/preview" in header(tmp_path / "out" / name) for name in files(tmp_path))
    again = ng.render(graph, "Write1", "1001-1002", root=tmp_path, resume=True, preview=True)
    assert again.done == [1001, 1002]
    last = ng.render(graph, "Write1", root=tmp_path, resume=True)
    assert (last.done, last.skipped) == ([1001, 1002], [1003, 1004])
    assert not any("nodegraph/preview" in header(tmp_path / "out" / name) for name in files(tmp_path))
    preview = ng.render(graph, "Write1", root=tmp_path, preview=True)
    assert ng.render(graph, "Write1", root=tmp_path, resume=True, preview=True).skipped == preview.done


def test_another_notice_is_another_frame(tmp_path: Path) -> None:
    """The production is in no key, but in what a preview says."""
    graph = graph_of(**GRANTED, production="Film")
    ng.render(graph, "Write1", [1001], root=tmp_path, preview=True)
    graph = replace(graph, shot=replace(graph.shot, production="Another"))
    assert ng.render(graph, "Write1", [1001], root=tmp_path, preview=True, resume=True).done == [1001]
    assert "jane" in str(header(tmp_path / "out/comp.1001.exr")["nodegraph/preview"])


SLOW = """
import sys, time
from pathlib import Path
import nodegraph as ng
from nodegraph.engine.events import FrameDone
from tests.engine.test_consent import GRANTED, graph_of

def told(event):
    if isinstance(event, FrameDone):
        print(event.frame, flush=True)
        time.sleep(0.3)

ng.render(graph_of(**GRANTED), "Write1", root=Path(sys.argv[1]), preview=True, workers=1, on_event=told)
"""


def test_a_preview_that_was_killed_leaves_no_frame_to_a_final_render(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    child = subprocess.Popen(
        [sys.executable, "-c", SLOW, str(tmp_path)], stdout=subprocess.PIPE, cwd=root, env={**os.environ}
    )
    assert child.stdout is not None
    assert child.stdout.readline().strip() == b"1001"
    assert child.stdout.readline().strip() == b"1002"
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    time.sleep(0.05)
    assert len(files(tmp_path)) >= 2
    report = ng.render(graph_of(**GRANTED), "Write1", root=tmp_path, resume=True)
    assert report.done == [1001, 1002, 1003, 1004]
    assert not any("nodegraph/preview" in header(tmp_path / "out" / name) for name in files(tmp_path))


# -- the project and the command line ------------------------------------------------------------------


def test_a_file_without_a_production_does_not_name_one(tmp_path: Path) -> None:
    plain, named = graph_of(), graph_of()
    named = replace(named, shot=replace(named.shot, production="Our Film"))
    text = write(Document(plain))
    assert "Our Film" not in text
    assert json.loads(write(Document(named)))["shot"]["production"] == "Our Film"
    assert {k: v for k, v in json.loads(write(Document(named)))["shot"].items() if k != "production"} == json.loads(
        text
    )["shot"]
    save(Document(named), tmp_path / "a.ngraph.json")
    again = load(tmp_path / "a.ngraph.json", named.library)
    assert again.graph.shot == named.shot
    assert write(again) == write(Document(named))


def test_a_node_does_not_see_the_production(tmp_path: Path) -> None:
    """So that another one does not compute a shot anew."""
    from nodegraph.engine.plan import Planner

    plain = graph_of()
    named = replace(plain, shot=replace(plain.shot, production="Our Film"))
    keys = [Planner(each, tmp_path).plan_sink("Write1", (1001,), 1001).feed.step.key for each in (plain, named)]
    assert keys[0] == keys[1]


def test_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    graph = graph_of()
    two = graph.add("Write", "Write0", file=File("out/plate.####.exr")).connect("Write0", "image", "Plate")
    save(Document(two), tmp_path / "a.ngraph.json")
    monkeypatch.setattr(Library, "discover", lambda: two.library)
    path = str(tmp_path / "a.ngraph.json")
    assert main(["render", path]) == 1
    told = capsys.readouterr()
    assert "error: no consent for a final render: Who: the identity 'jane': there is no consent record" in told.err
    assert "enter the consent record on that node" in told.err
    assert files(tmp_path) == []  # not those of the sink that needs none either
    assert main(["check", path]) == 1
    assert "Who: the identity 'jane': there is no consent record" in capsys.readouterr().out
    assert main(["render", path, "--preview", "--frames", "1001"]) == 0
    assert "Write1: 1 done" in (said := capsys.readouterr().out)
    assert "(a preview)" in said
    assert files(tmp_path) == ["comp.1001.exr", "plate.1001.exr"]
    assert header(tmp_path / "out/plate.1001.exr")["nodegraph/preview"] == "PREVIEW"
    assert main(["render", path, "--set", "Who.reason=own face", "--frames", "1001", "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["report"]["preview"] is False


def test_a_session_previews_too(tmp_path: Path) -> None:
    with Session(graph_of(), root=tmp_path) as session:
        with pytest.raises(ConsentError):
            session.render("Write1", [1001])
        assert session.render("Write1", [1001], preview=True).ok


def test_words_for_a_record() -> None:
    end = date(2027, 1, 2)
    assert leave(Consent("A", "B", "C", "D", end, "E")) == (
        "subject: A; granted by: B; scope: C; production: D; expires: 2027-01-02; document: E"
    )
    assert leave(Consent("A", reason="public domain")) == "none is needed: public domain; subject: A"


def test_a_plain_context_stamps_nothing() -> None:
    assert Context().stamp.metadata == {}
    assert Context().stamp.words == ""


# -- the node that reads photographs -------------------------------------------------------------------


def real(folder: Path, **knobs: object) -> Graph:
    """A plate with the real Identity on it; its folder holds no picture of anybody."""
    library = Library.discover().with_nodes(put_in)
    (folder / "jane").mkdir(exist_ok=True)
    graph = Graph(library, shot=Shot(first=1001, last=1002, format=FORMAT)).add("TestPlate", "Plate")
    graph = graph.add("Identity", "Jane", file=File("jane"), **knobs).add("PutIn", "Swap")
    graph = graph.connect("Swap", "image", "Plate").connect("Swap", "identity", "Jane")
    return graph.add("Write", "Write1", file=File("out/comp.####.exr")).connect("Write1", "image", "Swap")


def test_consent_is_known_before_a_photograph_is_read(tmp_path: Path) -> None:
    with pytest.raises(ConsentError, match="Jane: the identity 'jane': there is no consent record"):
        ng.render(real(tmp_path), "Write1", root=tmp_path)
    assert problems_of(real(tmp_path), tmp_path) == ["Jane: the identity 'jane': there is no consent record"]
    assert problems_of(real(tmp_path, reason="public domain"), tmp_path) == []
    with pytest.raises(NodeError, match="no pictures"):  # allowed, but there is nobody
        ng.render(real(tmp_path, **GRANTED), "Write1", root=tmp_path)
    assert problems_of(real(tmp_path, expires="tomorrow"), tmp_path) == [
        "Write1: whether there is consent cannot be told: Jane: the consent ends on 'tomorrow', which is no day"
    ]


def test_a_record_beside_the_photographs(tmp_path: Path) -> None:
    graph = real(tmp_path)
    (tmp_path / "jane/consent.json").write_text(json.dumps({**GRANTED, "expires": "2020-05-06"}))
    assert problems_of(graph, tmp_path) == ["Jane: the identity 'jane': the consent of Jane Doe ended on 2020-05-06"]
    (tmp_path / "jane/consent.json").write_text(json.dumps(GRANTED))
    assert problems_of(graph, tmp_path) == []
    (tmp_path / "jane/consent.json").write_text("[]")
    assert "no consent record" in problems_of(graph, tmp_path)[0]


def test_the_record_that_the_manual_shows_is_a_valid_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manual = (Path(__file__).parents[2] / "docs/consent.md").read_text("utf-8")
    graph = real(tmp_path)
    (tmp_path / "jane/consent.json").write_text(manual.split("```json")[1].split("```")[0])
    monkeypatch.setattr(module, "today", lambda: date(2027, 12, 31))
    assert problems_of(replace(graph, shot=replace(graph.shot, production="our film")), tmp_path) == []
    (wrong,) = problems_of(replace(graph, shot=replace(graph.shot, production="another")), tmp_path)
    assert "for the production 'Our Film', not 'another'" in wrong
