"""What every node must do to pictures, in every setting: a new node is tested here without being named."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nodegraph.data.box import Box, joined
from nodegraph.data.errors import NodegraphError
from nodegraph.data.image import Channels, Image, Matte
from nodegraph.graph.node import NodeType
from tests.nodes.every_node import (
    ADDS_LIGHT,
    CLIPPED,
    FILTERS,
    IMPOSSIBLE,
    KINDS,
    MOVED,
    NEEDS_CHANNELS,
    NO_DIFFERENCE,
    NOT_LIKE_ALPHA,
    OTHER_CHANNELS,
    OTHER_FORMAT,
    OTHER_SPACE,
    REFUSES,
    WHOLE_IN_A_MATTE,
    Setting,
    adds_light,
    all_settings,
    call,
    excepted,
    limits,
    project,
    working,
)
from tests.nodes.every_picture import (
    FORMAT,
    METADATA,
    WINDOWS,
    Inputs,
    Make,
    Watched,
    blocks,
    broken,
    covering,
    images,
    picture,
    with_channels,
    with_origin,
)

SETTINGS = working(sinks=False)
SINKS = working(sinks=True)
REFUSED = [setting for setting in all_settings(KINDS) if excepted(setting, REFUSES)]
FILTERED = [setting for setting in SETTINGS if setting.kind in FILTERS]
COLOUR = [setting for setting in FILTERED if setting.kind.menu == "Colour"]
SPATIAL = [setting for setting in FILTERED if setting.kind.menu != "Colour"]
MATTED = [each for each in FILTERED if any(port.type is Matte for port in each.kind.inputs)]


def every(chosen: list[Setting]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("setting", chosen, ids=lambda setting: setting.id)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project(tmp_path_factory.mktemp("project"))


def test_the_tables_here_speak_of_settings_that_are_there() -> None:
    for table in (
        OTHER_FORMAT,
        OTHER_SPACE,
        OTHER_CHANNELS,
        CLIPPED,
        ADDS_LIGHT,
        NOT_LIKE_ALPHA,
        WHOLE_IN_A_MATTE,
        REFUSES,
    ):
        for name in table:
            assert any(excepted(setting, {name: ""}) for setting in all_settings(KINDS)), name


@every(SETTINGS)
def test_a_result_is_clean(setting: Setting, folder: Path) -> None:
    """Float32, finite, as large as it says, read-only, the same each time and in any piece; its inputs untouched."""
    for whole in (True, False):
        inputs = Inputs(every=whole)
        result, again = call(setting, inputs, folder), call(setting, inputs, folder)
        for image, other in zip(images(result), images(again), strict=True):
            box = image.data
            part = Box(box.x0 + 1, box.y0 + 2, box.x1 - 1, box.y1 - 1)
            piece = image.region(part, image.channels[:1])  # before anything else was looked at
            pixels = image.pixels
            assert pixels.dtype == np.float32
            assert pixels.shape == (box.height, box.width, len(image.channels))
            assert np.isfinite(pixels).all()
            assert not pixels.flags.writeable
            assert not piece.flags.writeable
            if not part.empty:
                assert np.array_equal(piece, pixels[part.slices(box)][..., :1])
            around = image.region(box.grow(2))
            assert np.array_equal(around[2:-2, 2:-2], pixels)
            assert not around[:2].any()
            assert not around[:, -2:].any()
            assert (other.data, other.format, other.channels) == (image.data, image.format, image.channels)
            assert np.array_equal(other.pixels, pixels)
            if isinstance(image, Matte):
                assert len(image.channels) == 1
                assert pixels.min(initial=0) >= 0
                assert pixels.max(initial=0) <= 1
        assert inputs.untouched


def said(setting: Setting, folder: Path) -> list[Any]:
    """All that a result says, with every input wired and with those it needs."""
    results = [call(setting, Inputs(every=whole), folder) for whole in (True, False)]
    written = [(each.name, each.read_bytes()) for each in results if isinstance(each, Path)]
    shown = [image for result in results for image in images(result)]
    return written or [
        (image.data, image.format, image.channels, image.colorspace, image.pixels.tobytes()) for image in shown
    ]


@every([setting for setting in SETTINGS + SINKS if setting.name not in ("", "numbers")])
def test_each_knob_makes_a_difference(setting: Setting, folder: Path) -> None:
    knob = setting.name.partition("-")[0]
    if not excepted(setting, NO_DIFFERENCE):
        without = Setting(setting.kind, "", {name: value for name, value in setting.knobs.items() if name != knob})
        assert said(setting, folder) != said(without, folder)


@every(FILTERED)
def test_what_is_not_touched_is_kept(setting: Setting, folder: Path) -> None:
    """Format, metadata, colour space and further layers go through."""
    before = picture(0)
    for whole in (True, False):
        inputs = Inputs(every=whole)
        for image in images(call(setting, inputs, folder)):
            assert {name: image.metadata.get(name) for name in METADATA} == METADATA
            assert excepted(setting, OTHER_FORMAT) or image.format == before.format
            assert excepted(setting, OTHER_SPACE) or image.colorspace == before.colorspace
            assert excepted(setting, OTHER_CHANNELS) or set(before.channels) <= set(image.channels)
            depth = image.region(before.data.meet(image.data), ("depth.Z",))
            given = [each.region(before.data.meet(image.data), ("depth.Z",)) for each, _ in inputs.made]
            assert excepted(setting, MOVED) or any(np.array_equal(depth, each) for each in given)


@every(FILTERED)
def test_light_above_one_and_below_black_survives(setting: Setting, folder: Path) -> None:
    plain = not setting.name
    for image in images(call(setting, Inputs(lambda _: blocks(-0.1 if plain else -2.0), every=False), folder)):
        colour = image.region(image.data, image.rgb)
        lowest, highest = (-0.05, 4.5) if plain else (-0.01, 1.01)
        assert excepted(setting, CLIPPED) or (colour.max() > highest and colour.min() < lowest)


@every(COLOUR)
def test_colour_leaves_alpha_and_further_layers(setting: Setting, folder: Path) -> None:
    """And where there is neither colour nor alpha, nothing appears."""
    before = picture(0)
    empty = ~before.pixels[..., :4].any(axis=2)
    assert empty.any()
    for whole in (True, False):
        for image in images(call(setting, Inputs(every=whole), folder)):
            assert image.data == before.data
            for name in ("A", "depth.Z"):
                assert np.array_equal(image.region(before.data, (name,)), before.region(before.data, (name,)))
            appears = np.abs(image.region(before.data, image.rgb)[empty]).max() > 1e-6
            assert appears == adds_light(setting)


@every(SPATIAL)
def test_colour_is_treated_like_alpha(setting: Setting, folder: Path) -> None:
    """White light of an associated alpha stays white: where colour equals alpha, it does so afterwards."""

    def white(seed: int) -> Image:
        alpha = picture(seed).region(FORMAT.box, ("A",))
        return Image.of(np.repeat(alpha, 4, axis=2), format=FORMAT, colorspace="ACEScg", metadata=METADATA)

    for whole in (True, False):
        for image in images(call(setting, Inputs(white, every=whole), folder)):
            colour, alpha = image.region(image.data, ("R", "G", "B")), image.region(image.data, ("A",))
            alike = np.allclose(colour, alpha, atol=1e-5)
            assert alike or excepted(setting, NOT_LIKE_ALPHA)


CHANNELS: tuple[Channels, ...] = (
    ("R", "G", "B"),
    ("R", "G"),
    ("A",),
    ("depth.Z",),
    ("A", "B", "G", "R"),
    ("R", "G", "B", "A", "matte.A", "N.x"),
    (),
)


@every(FILTERED)
def test_any_channels(setting: Setting, folder: Path) -> None:
    """Whatever a picture has, it keeps; or it is told, in words, what it lacks."""
    for names in CHANNELS:
        for whole in (True, False):
            try:
                result = call(setting, Inputs(with_channels(names), every=whole), folder)
            except NodegraphError:
                assert excepted(setting, NEEDS_CHANNELS)
                continue
            for image in images(result):
                assert np.isfinite(image.pixels).all()
                assert excepted(setting, OTHER_CHANNELS) or set(names) <= set(image.channels)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.sink], ids=lambda kind: kind.name)
def test_at_its_limits_it_stays_finite(kind: NodeType, folder: Path) -> None:
    for setting in limits(kind):
        if setting.id in IMPOSSIBLE:
            with pytest.raises(NodegraphError) as caught:
                call(setting, Inputs(), folder)
            assert caught.value.hint
            continue
        for image in images(call(setting, Inputs(), folder)):
            assert np.isfinite(image.pixels).all(), setting.id


@every(FILTERED)
def test_any_data_window(setting: Setting, folder: Path) -> None:
    for window in WINDOWS.values():
        for whole in (True, False):
            inputs = Inputs(partial(picture, data=window, layers=whole), every=whole)
            for image in images(call(setting, inputs, folder)):
                assert image.pixels.shape == (image.data.height, image.data.width, len(image.channels))
                assert image.pixels.dtype == np.float32
                assert np.isfinite(image.pixels).all()
                shown = image.region(FORMAT.box)
                assert shown.shape[:2] == (24, 32)
                assert not window.empty or not shown.any()


@every(FILTERED)
def test_a_broken_pixel_stays_where_it_is(setting: Setting, folder: Path) -> None:
    """NaN and Inf do not stop a node, and spread no further than a filter reaches."""
    for image in images(call(setting, Inputs(broken, every=False), folder)):
        bad = np.array(~np.isfinite(image.pixels).all(axis=2))
        if setting.kind.menu in ("Colour", "Time"):
            bad[36:38, 48] = False
            assert not bad.any()
        for line in np.nonzero(bad):
            assert not line.size or np.ptp(line) <= 65


# -- lazy by region ------------------------------------------------------------------------------------

BOX = Box(9, 6, 14, 10)


@every(FILTERED)
def test_an_origin_is_true(setting: Setting, folder: Path) -> None:
    """Outside `changed`, a picture that has an origin is that file's picture to the bit."""
    for whole in (True, False):
        for matte in (covering(BOX), covering(FORMAT.box)):
            before: dict[str, Image] = {}

            def known(seed: int, before: dict[str, Image] = before) -> Image:
                return before.setdefault(f"{seed}.exr", with_origin(picture(seed), f"{seed}.exr"))

            inputs = Inputs(known, matte, every=whole)
            for image in images(call(setting, inputs, folder)):
                if image.origin is None:
                    continue
                source = before[image.origin.file.name]
                assert (image.format, image.data) == (source.format, source.data)
                same = np.ones((FORMAT.height, FORMAT.width), bool)
                for box in image.origin.changed:
                    same[box.slices(FORMAT.box)] = False
                now, then = (each.region(FORMAT.box, image.origin.channels) for each in (image, source))
                assert np.array_equal(now[same], then[same])


@every(MATTED)
def test_a_matte_keeps_the_work_in_its_box(setting: Setting, folder: Path) -> None:
    """Around it the picture still comes from its file, and was not even looked at."""
    if excepted(setting, WHOLE_IN_A_MATTE):
        return
    large = Box(0, 0, 240, 180)
    box = BOX.move(100, 70)
    seen: list[Box] = []

    def watched(seed: int) -> Image:
        image = with_origin(picture(seed, large), f"{seed}.exr")
        source = image.source
        return image if seed else Image(**{**vars(image), "source": Watched(source, seen)})

    inputs = Inputs(watched, covering(box))
    inputs.remembers = False
    (image,) = images(call(setting, inputs, folder))
    assert image.origin is not None
    assert image.data == large
    assert box.covers(joined(image.origin.changed))
    reach = 0 if setting.kind.menu == "Colour" else 64
    assert box.grow(reach).covers(joined(seen))


# -- sinks ---------------------------------------------------------------------------------------------


@every(SINKS)
def test_a_sink_writes_the_same_file_each_time(setting: Setting, folder: Path) -> None:
    """And leaves nothing beside it, nor changes what it was given."""
    inputs = Inputs()
    target = call(setting, inputs, folder)
    assert isinstance(target, Path)
    first = target.read_bytes()
    assert first
    assert call(setting, inputs, folder) == target
    assert target.read_bytes() == first
    assert inputs.untouched
    assert not [file.name for file in target.parent.iterdir() if file.suffix not in (".exr", ".mov")]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.sink], ids=lambda kind: kind.name)
def test_a_sink_writes_any_picture(kind: NodeType, folder: Path) -> None:
    """Of any window, with any channels, with pixels that are no numbers; nothing at all is refused in words."""
    windows: list[Make] = [partial(picture, data=window) for window in WINDOWS.values()]
    for make in (*windows, broken, *(with_channels(names) for names in CHANNELS if names)):
        assert call(Setting(kind, "", {}), Inputs(make), folder).stat().st_size
    with pytest.raises(NodegraphError) as caught:
        call(Setting(kind, "", {}), Inputs(with_channels(())), folder)
    assert caught.value.hint


@every(REFUSED)
def test_what_is_refused_is_told(setting: Setting, folder: Path) -> None:
    if setting.kind.sink:
        call(Setting(setting.kind, "", {}), Inputs(), folder)
    with pytest.raises(NodegraphError) as caught:
        call(setting, Inputs(), folder)
    assert caught.value.hint
