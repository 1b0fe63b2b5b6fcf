"""What the artist's screen shows: display and view transforms, exact, or baked to look at while working."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np

from nodegraph.colour.config import Config
from nodegraph.colour.convert import Processor, cached, from_interchange, to_interchange
from nodegraph.data.image import Pixels

# ACEScct (AMPAS S-2016-001) spaces a cube's points evenly over 16 stops, and runs straight through black.
SHAPER = "CURVE - ACEScct-LOG_to_LINEAR"
CUBE = 65


def display_transform(
    pixels: Pixels,
    config: Config,
    display: str = "",
    view: str = "",
    src: str = "",
    *,
    exposure: float = 0.0,
    gamma: float = 1.0,
    baked: bool = False,
    unpremult: bool = True,
) -> Pixels:
    """Pixels as a display shows them: display's code values, 0 to 1 for most views.

    `exposure` is in stops and works on light before the view, `gamma` on the code values after it. An
    empty display or view is the config's first; `src` is the working space unless said.
    `baked` looks the view up in a cube instead of computing it: many times faster for the output
    transforms of ACES 2, and good for a viewer only (`baked_error` tells how good).
    """
    make = baked_view if baked else exact_view
    return make(config, display, view, src, exposure=exposure, gamma=gamma).run(pixels, unpremult=unpremult)


def exact_view(
    config: Config, display: str = "", view: str = "", src: str = "", *, exposure: float = 0.0, gamma: float = 1.0
) -> Processor:
    """The processor of a display and view, exactly as the config says."""
    display, view, src = _names(config, display, view, src)
    key = ("view", display, view, src, exposure, gamma)
    return cached(
        config,
        key,
        lambda: _group([*_light(config, src), *_gain(exposure), _view(config, display, view), *_power(gamma)]),
        f"{src} to {view} on {display}",
    )


def baked_view(
    config: Config, display: str = "", view: str = "", src: str = "", *, exposure: float = 0.0, gamma: float = 1.0
) -> Processor:
    """The processor of a display and view through a 65-point cube over a logarithmic shaper.

    With ACES 1 and 2 it departs from the exact view by under 0.15 of an 8-bit level in the mean and by up to
    30 at worst, in colours far outside the display's; values outside -0.006 to 222 are held. A view that
    costs little anyway (no output transform) is not baked.
    """
    display, view, src = _names(config, display, view, src)
    if not exact_view(config, display, view, config.working).heavy:
        return exact_view(config, display, view, src, exposure=exposure, gamma=gamma)
    key: Hashable = ("baked view", display, view, src, exposure, gamma)
    return cached(
        config,
        key,
        lambda: _group(
            [*_light(config, src), *_gain(exposure), _shaper(), _cube(config, display, view), *_power(gamma)]
        ),
        f"{src} to {view} on {display}",
    )


def baked_error(config: Config, display: str = "", view: str = "", *, samples: int = 20_000) -> tuple[float, float]:
    """By how many 8-bit levels the baked view departs from the exact one: in the mean, and at worst.

    Over random light of -0.005 to 100, even in stops, half of it near grey as most of a picture is.
    """
    random = np.random.default_rng(0)
    level = 2.0 ** random.uniform(-10, 6.6, (samples, 1, 1))
    spread = np.where(np.arange(samples)[:, None, None] % 2, 1.0, 0.2)
    light = (level * 2.0 ** (spread * random.normal(0, 1, (samples, 1, 3)))).astype(np.float32)
    light[::50] = random.uniform(-0.005, 0.005, light[::50].shape)
    exact = display_transform(light, config, display, view)
    baked = display_transform(light, config, display, view, baked=True)
    levels = np.abs(exact - baked) * 255
    return float(levels.mean()), float(levels.max())


def _names(config: Config, display: str, view: str, src: str) -> tuple[str, str, str]:
    display = config.display(display)
    return display, config.view(display, view), config.space(src) if src else config.working


def _group(steps: list[Any]) -> Any:
    import PyOpenColorIO as ocio

    group = ocio.GroupTransform()
    for step in steps:
        group.appendTransform(step)
    return group


def _light(config: Config, src: str) -> list[Any]:
    """From any space to the working one, where exposure is a gain."""
    import PyOpenColorIO as ocio

    if src == config.working:
        return []
    if config.find(src):
        return [ocio.ColorSpaceTransform(src=src, dst=config.working)]
    return [*to_interchange(config, src), *from_interchange(config, config.working)]


def _gain(exposure: float) -> list[Any]:
    import PyOpenColorIO as ocio

    if exposure == 0:
        return []
    gain = 2.0**exposure
    return [ocio.MatrixTransform(matrix=[float(value) for value in np.diag([gain, gain, gain, 1.0]).ravel()])]


def _power(gamma: float) -> list[Any]:
    import PyOpenColorIO as ocio

    if gamma == 1:
        return []
    power = 1.0 / gamma
    return [ocio.ExponentTransform(value=[power, power, power, 1.0], negativeStyle=ocio.NEGATIVE_MIRROR)]


def _view(config: Config, display: str, view: str) -> Any:
    import PyOpenColorIO as ocio

    return ocio.DisplayViewTransform(src=config.working, display=display, view=view)


def _shaper() -> Any:
    import PyOpenColorIO as ocio

    return ocio.BuiltinTransform(style=SHAPER, direction=ocio.TRANSFORM_DIR_INVERSE)


def _cube(config: Config, display: str, view: str) -> Any:
    """The view as a cube over the shaper's 0 to 1; made once for each display and view."""
    import PyOpenColorIO as ocio

    key = ("cube", display, view)
    with config.lock:
        cube = config.made.get(key)
        if cube is None:
            steps = np.linspace(0.0, 1.0, CUBE, dtype=np.float32)
            red, green, blue = np.meshgrid(steps, steps, steps, indexing="ij")
            codes = np.stack([red, green, blue], axis=-1).reshape(CUBE * CUBE, CUBE, 3)
            light = cached(config, ("unshape",), lambda: ocio.BuiltinTransform(style=SHAPER), "the shaper").run(codes)
            shown = exact_view(config, display, view, config.working).run(light)
            cube = ocio.Lut3DTransform(gridSize=CUBE)
            cube.setInterpolation(ocio.INTERP_TETRAHEDRAL)
            cube.setData(np.ascontiguousarray(shown).reshape(-1))
            config.made[key] = cube
    return cube
