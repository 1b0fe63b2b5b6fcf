"""The colour space of what is written: one for a whole sequence, whatever was done to which of its frames."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import OpenImageIO as oiio
import pytest

import nodegraph as ng
from tests.nodes.io.pictures import noise, planes_of, save

REC709 = {"colorInteropID": "lin_rec709_scene"}


def graph(plate: Path, target: Path) -> ng.Graph:
    made = (
        ng.new(first=1001, last=1001).add("Read", "Plate", file=str(plate)).add("Grade", "Twice", multiply=(2.0,) * 3)
    )
    made = made.add("Write", "Out", file=str(target)).connect("Twice", "image", "Plate")
    return made.connect("Out", "image", "Twice")


def tag(path: Path) -> str:
    return str(oiio.ImageBuf(str(path)).spec().get_string_attribute("colorInteropID"))


@pytest.mark.parametrize("compression", ["same as source", "DWAA", "ZIPS"])
@pytest.mark.parametrize("graded", [False, True])
def test_auto_is_the_space_of_the_plate(tmp_path: Path, compression: str, graded: bool) -> None:
    """Spliced, encoded anew, or graded all over: so the frames of a sequence agree."""
    planes = noise(64, 48)
    plate = save(tmp_path / "plate.exr", planes, **REC709)
    made = graph(plate, tmp_path / "out.exr").set("Out", "compression", compression)
    ng.render(made if graded else made.disable("Twice"), "Out", root=tmp_path)
    assert tag(tmp_path / "out.exr") == "lin_rec709_scene"
    found = planes_of(tmp_path / "out.exr")
    times = 2 if graded else 1
    for name in "RGB":
        wanted = planes[name].astype(np.float32) * times
        bound = 0.05 if compression == "DWAA" else 0.004
        np.testing.assert_allclose(found[name].astype(np.float32), wanted, rtol=bound, atol=bound)


def test_a_space_chosen_on_the_way_stays(tmp_path: Path) -> None:
    plate = save(tmp_path / "plate.exr", noise(64, 48), **REC709)
    made = graph(plate, tmp_path / "out.exr").add("ColorSpace", "Ap0", target="ACES2065-1")
    made = made.connect("Ap0", "image", "Twice").connect("Out", "image", "Ap0")
    ng.render(made, "Out", root=tmp_path)
    assert tag(tmp_path / "out.exr") == "lin_ap0_scene"


def test_a_space_that_is_asked_for_goes_before_all(tmp_path: Path) -> None:
    plate = save(tmp_path / "plate.exr", noise(64, 48), **REC709)
    ng.render(graph(plate, tmp_path / "out.exr").set("Out", "colorspace", "ACEScg"), "Out", root=tmp_path)
    assert tag(tmp_path / "out.exr") == "lin_ap1_scene"


def test_what_comes_from_no_exr_is_in_the_working_space(tmp_path: Path) -> None:
    oiio.ImageBuf(oiio.ImageSpec(32, 24, 3, "uint8")).write(str(tmp_path / "plate.png"))
    ng.render(graph(tmp_path / "plate.png", tmp_path / "out.exr"), "Out", root=tmp_path)
    assert tag(tmp_path / "out.exr") == "lin_ap1_scene"
