"""The demo: a project that stands on its own, whose truth and pictures agree."""

from __future__ import annotations

import json
from pathlib import Path

import av
import cv2
import numpy as np
import OpenEXR
import pytest

from nodegraph.cli.check import problems_of
from nodegraph.cli.demo import size_of
from nodegraph.cli.demo_project import review_view
from nodegraph.cli.main import main
from nodegraph.colour.config import load_config
from nodegraph.colour.display import display_transform
from nodegraph.data.errors import MediaError


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "shot"
    assert main(["demo", str(folder), "--frames", "1001-1006", "--size", "512x270"]) == 0
    return folder


def planes(path: Path) -> dict[str, np.ndarray]:
    return {
        name: channel.pixels for name, channel in OpenEXR.File(str(path), separate_channels=True).channels().items()
    }


def header(path: Path) -> dict[str, object]:
    return dict(OpenEXR.File(str(path), header_only=True).header())


def test_every_frame_of_everything_is_there(demo: Path) -> None:
    for name in ("plate/plate", "matte/face", "comp/comp"):
        assert sorted(demo.glob(f"{name}.*.exr")) == [demo / f"{name}.{frame}.exr" for frame in range(1001, 1007)]
    assert cv2.imread(str(demo / "contact_sheet.png")).shape[1] > 1000


def test_the_graphs_have_no_faults(demo: Path) -> None:
    for name in ("plate", "demo"):
        assert problems_of(demo / f"{name}.ngraph.json") == []


def test_the_plate_says_what_it_is(demo: Path) -> None:
    said = header(demo / "plate" / "plate.1003.exr")
    assert said["colorInteropID"] == "lin_ap1_scene"
    assert said["framesPerSecond"] == 24
    assert said["timeCode"].frame == 1003 % 24  # type: ignore[attr-defined]
    assert said["compression"] == OpenEXR.ZIP_COMPRESSION
    pixels = planes(demo / "plate" / "plate.1003.exr")
    assert set(pixels) == {"R", "G", "B"}
    assert all(plane.dtype == np.float16 for plane in pixels.values())


def test_the_result_is_the_plate_outside_the_work(demo: Path) -> None:
    plate, comp = (planes(demo / name) for name in ("plate/plate.1003.exr", "comp/comp.1003.exr"))
    changed = np.zeros((270, 512), bool)
    for name in "RGB":
        changed |= plate[name].view(np.uint16) != comp[name].view(np.uint16)
    truth = json.loads((demo / "truth.json").read_text())["frames"]["1003"]
    x, y = np.mean(truth["landmarks"], axis=0)
    assert changed[int(y), int(x)]
    assert changed[:27, :64].any()  # the chart
    assert not changed[30:, 320:].any()
    assert not changed[230:].any()


def test_plan_says_that_it_splices(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", str(demo / "demo.ngraph.json"), "--node", "WriteComp", "--frames", "1002"]) == 0
    assert "splices" in capsys.readouterr().out


def test_the_movie_shows_the_result(demo: Path) -> None:
    """Decoded by FFmpeg: as many frames, and the picture of the comp under the view, but for the burn-in."""
    with av.open(str(demo / "review" / "demo.mp4")) as movie:
        frames = [frame.to_ndarray(format="rgb24") for frame in movie.decode(video=0)]
    assert len(frames) == 6
    light = np.stack([planes(demo / "comp" / "comp.1003.exr")[name] for name in "RGB"], -1).astype(np.float32)
    display, _, view = review_view().partition("/")
    expected = display_transform(light, load_config(), display, view, src="ACEScg")[:220]
    error = np.abs(frames[2][:220] / 255.0 - np.clip(expected, 0.0, 1.0))
    assert error.mean() < 0.02
    assert np.abs(frames[2][250:].astype(int) - frames[3][250:]).max() > 50  # the number in the foot


def test_truth_and_matte_agree(demo: Path) -> None:
    truth = json.loads((demo / "truth.json").read_text())
    assert truth["format"] == [512, 270]
    assert sorted(truth["frames"]) == [str(frame) for frame in range(1001, 1007)]
    for frame in ("1001", "1006"):
        row = truth["frames"][frame]
        landmarks = np.array(row["landmarks"], np.float32)
        assert landmarks.shape == (68, 2)
        area = cv2.contourArea(cv2.convexHull(landmarks)) * (1.0 - row["occluded"])
        matte = planes(demo / "matte" / f"face.{frame}.exr")["A"]
        assert float(matte.sum(dtype=np.float64)) == pytest.approx(area, rel=0.01)
        assert len(row["hidden"]) == 68
        assert np.array(row["head"]).shape == (4, 4)
    assert truth["frames"]["1001"]["yaw"] == -15
    assert truth["frames"]["1006"]["yaw"] == 15


def test_the_project_renders_again_wherever_it_lies(demo: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    demo.rename(moved)
    try:
        before = (moved / "comp" / "comp.1004.exr").read_bytes()
        (moved / "comp" / "comp.1004.exr").unlink()
        graph = str(moved / "demo.ngraph.json")
        assert main(["render", graph, "--node", "WriteComp", "--frames", "1004"]) == 0
        assert (moved / "comp" / "comp.1004.exr").read_bytes() == before
    finally:
        moved.rename(demo)


def test_a_folder_with_files_is_refused_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    assert main(["demo", str(tmp_path)]) == 1
    assert "not empty" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    force = ["--force", "--no-render", "--frames", "1001", "--size", "128x68"]
    assert main(["demo", str(tmp_path), *force]) == 0
    assert (tmp_path / "mine.txt").read_text() == "mine"
    assert not (tmp_path / "comp").exists()


@pytest.mark.parametrize("size", ["2048", "2048x", "x", "-1x2", "64x63", "65x64", "100000x64", "1x1"])
def test_a_size_that_cannot_be_is_refused(size: str) -> None:
    with pytest.raises(MediaError):
        size_of(size)


def test_stopping_leaves_only_whole_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while the third frame is being told of."""
    from nodegraph.cli import progress
    from nodegraph.engine.events import Event, FrameDone

    def interrupted(event: Event) -> None:
        if isinstance(event, FrameDone) and event.frame == 1003:
            raise KeyboardInterrupt

    monkeypatch.setattr(progress, "shown", lambda as_json: interrupted)
    monkeypatch.setattr("nodegraph.cli.demo_project.shown", lambda as_json: interrupted)
    assert main(["demo", str(tmp_path / "shot"), "--size", "256x136"]) == 130
    files = sorted((tmp_path / "shot" / "plate").iterdir())
    assert files
    assert all(path.suffix == ".exr" for path in files)
    for path in files:
        assert planes(path)["R"].shape == (136, 256)


def test_the_face_becomes_the_doubles(demo: Path) -> None:
    """By dlib's descriptor: the plate is the portrait's, the comp nearer to the double; and the layers are there."""
    from nodegraph.colour.eight_bit import eight_bit
    from nodegraph.data.faces import Rect
    from nodegraph.data.shot import Shot
    from nodegraph.ml.dlib_models import DlibModels

    models = DlibModels()
    double = cv2.imread(str(demo / "double" / "front.png"))[..., ::-1]
    (found,) = models.hog(double, 0, 0.0)
    who = models.descriptor(double, models.landmarks(double, found.box), found.box)
    truth = np.array(json.loads((demo / "truth.json").read_text())["frames"]["1001"]["landmarks"])
    apart = []
    for name in ("plate/plate.1001.exr", "comp/comp.1001.exr"):
        light = np.stack([planes(demo / name)[each] for each in "RGB"], -1).astype(np.float32)
        shown = cv2.resize(eight_bit(light, Shot()), None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
        apart.append(np.linalg.norm(models.descriptor(shown, truth * 3, Rect.around(truth * 3)) - who))
    assert apart[1] < 0.8 * apart[0]
    parts = OpenEXR.File(str(demo / "comp" / "comp.1001.exr"), separate_channels=True).parts
    assert {str(part.header["name"]) for part in parts} >= {"swap", "matte_face1", "plate"}
