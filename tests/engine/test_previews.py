"""Previews are marked in every frame, and never taken for final frames."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import nodegraph as ng
from nodegraph.data.errors import ConsentError
from nodegraph.data.image import Image
from nodegraph.data.shot import Frame
from nodegraph.graph.knob import File
from nodegraph.graph.node import node
from tests.engine.consenting import (
    FORMAT,
    GRANTED,
    files,
    graph_of,
    header,
    pixels,
)

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
from tests.engine.consenting import GRANTED, graph_of

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
