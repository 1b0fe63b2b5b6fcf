"""CDL, against the ASC's own arithmetic."""

import os
from pathlib import Path

import numpy as np
import pytest

from nodegraph.data.errors import ColorspaceError
from nodegraph.data.image import Image
from nodegraph.data.shot import Shot
from nodegraph.graph.knob import Color, File, Space
from nodegraph.graph.node import node_type
from nodes.colour.cdl import Direction, cdl
from nodes.colour.color_space import color_space

SHOT = Shot(config="ocio://default")
REC709 = np.array([0.2126, 0.7152, 0.0722])

CORRECTION = """<ColorCorrection id="{id}">
    <SOPNode><Slope>{slope} 1.1 0.9</Slope><Offset>0.02 -0.01 0</Offset><Power>1.1 1 0.8</Power></SOPNode>
    <SatNode><Saturation>0.7</Saturation></SatNode>
  </ColorCorrection>"""


def picture(low: float = 0.0) -> Image:
    return Image.of(np.random.default_rng(2).uniform(low, 4, (16, 16, 4)).astype(np.float32))


def asc(pixels: np.ndarray, slope, offset, power, saturation) -> np.ndarray:
    ramp = pixels[..., :3].astype(np.float64) * slope + offset
    curved = np.where(ramp > 0, np.abs(ramp) ** np.array(power), ramp)
    luma = (curved @ REC709)[..., None]
    return luma + saturation * (curved - luma)


def by_hand(**knobs) -> np.ndarray:
    return cdl(picture(), SHOT, **knobs).pixels[..., :3]


def test_slope_offset_power_and_saturation():
    got = cdl(
        picture(),
        SHOT,
        slope=Color((1.2, 1, 0.8)),
        offset=Color((0.1, 0, -0.1)),
        power=Color((1.3, 1, 0.7)),
        saturation=0.5,
    )
    expected = asc(picture().pixels, (1.2, 1, 0.8), (0.1, 0, -0.1), (1.3, 1, 0.7), 0.5)
    np.testing.assert_allclose(got.pixels[..., :3], expected, rtol=1e-4, atol=1e-4)
    np.testing.assert_array_equal(got.pixels[..., 3], picture().pixels[..., 3])


def test_nothing_is_clamped():
    image = Image.of(np.array([[[-0.1, 5.0, 50.0]]], np.float32))
    got = cdl(image, SHOT, slope=Color((2, 2, 2)), power=Color((1.0, 1.0, 1.0))).pixels[0, 0]
    assert got == pytest.approx([-0.2, 10, 100])


def test_the_inverse_undoes_it():
    knobs = {
        "slope": Color((1.2, 1, 0.8)),
        "offset": Color((0.1, 0, 0.1)),
        "power": Color((1.3, 1, 0.7)),
        "saturation": 0.8,
    }
    back = cdl(cdl(picture(), SHOT, **knobs), SHOT, direction=Direction.INVERSE, **knobs)
    np.testing.assert_allclose(back.pixels, picture().pixels, rtol=1e-3, atol=1e-3)


def write(path: Path, text: str) -> File:
    path.write_text(text)
    return File(str(path))


@pytest.fixture
def ccc(tmp_path) -> File:
    both = CORRECTION.format(id="sh010", slope="1.3") + CORRECTION.format(id="sh020", slope="0.5")
    return write(
        tmp_path / "show.ccc",
        f'<ColorCorrectionCollection xmlns="urn:ASC:CDL:v1.01">{both}</ColorCorrectionCollection>',
    )


FILE = ((0.02, -0.01, 0), (1.1, 1, 0.8), 0.7)


@pytest.mark.parametrize(("id", "red"), [("", 1.3), ("sh010", 1.3), ("sh020", 0.5), ("1", 0.5)])
def test_a_collection_by_id_and_number(ccc, id, red):
    np.testing.assert_allclose(
        by_hand(file=ccc, id=id), asc(picture().pixels, (red, 1.1, 0.9), *FILE), rtol=1e-4, atol=1e-4
    )


def test_a_single_correction_and_a_decision_list(tmp_path):
    correction = CORRECTION.format(id="a", slope="1.3")
    cc = write(tmp_path / "a.cc", correction.replace(' id="a"', ' id="a" xmlns="urn:ASC:CDL:v1.01"'))
    decisions = write(
        tmp_path / "a.cdl",
        f'<ColorDecisionList xmlns="urn:ASC:CDL:v1.01"><ColorDecision>{correction}</ColorDecision></ColorDecisionList>',
    )
    expected = asc(picture().pixels, (1.3, 1.1, 0.9), *FILE)
    for file in (cc, decisions):
        np.testing.assert_allclose(by_hand(file=file), expected, rtol=1e-4, atol=1e-4)


def test_the_knobs_trim_the_file(ccc):
    first = asc(picture().pixels, (1.3, 1.1, 0.9), *FILE)
    np.testing.assert_allclose(by_hand(file=ccc, slope=Color((2, 2, 2))), first * 2, rtol=1e-4, atol=1e-4)


def test_it_works_in_the_space_that_is_named():
    knobs = {"slope": Color((1.1, 1, 0.9)), "offset": Color((0.01, 0, 0))}
    image = Image.of(picture().pixels[..., :3], colorspace="ACEScg")
    log = color_space(image, SHOT, target=Space("ACEScct"))
    by_steps = color_space(cdl(log, SHOT, **knobs), SHOT, target=Space("ACEScg"))
    got = cdl(image, SHOT, space=Space("ACEScct"), **knobs)
    np.testing.assert_allclose(got.pixels, by_steps.pixels, rtol=1e-3, atol=1e-3)


def test_neutral_is_the_input():
    kind = node_type(cdl)
    knobs = {name: knob.default for name, knob in kind.knobs.items()}
    assert kind.identity is not None
    assert kind.identity(1, knobs) == "image"
    assert kind.identity(1, knobs | {"file": File("/x.cc")}) is None
    assert cdl(picture(), SHOT).pixels.shape == picture().pixels.shape


def test_a_file_that_changes_is_read_again(ccc):
    kind = node_type(cdl)
    assert kind.fingerprint is not None
    before, stamp = by_hand(file=ccc), kind.fingerprint(1, {"file": ccc})
    ccc.path.write_text(ccc.path.read_text().replace("1.3", "2.6"))
    os.utime(ccc.path, ns=(1, 1))
    assert kind.fingerprint(1, {"file": ccc}) != stamp
    assert np.abs(by_hand(file=ccc) - before).max() > 0.1


def test_what_is_wrong_is_told(ccc, tmp_path):
    with pytest.raises(ColorspaceError, match=r"show\.ccc has no correction 'sh999'"):
        by_hand(file=ccc, id="sh999")
    with pytest.raises(ColorspaceError, match=r"nowhere\.cc is missing"):
        by_hand(file=File(str(tmp_path / "nowhere.cc")))
    with pytest.raises(ColorspaceError, match=r"bad\.cc has no CDL that can be read"):
        by_hand(file=write(tmp_path / "bad.cc", "<nonsense"))
    with pytest.raises(ColorspaceError, match="no CDL"):
        by_hand(power=Color((1, 0, 1)))
