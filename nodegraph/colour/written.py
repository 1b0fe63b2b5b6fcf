"""What a written file says of its colours: an interop ID, or chromaticities, never both but for ACES."""

from __future__ import annotations

from typing import Any

import numpy as np

from nodegraph.colour.config import Config
from nodegraph.colour.convert import interchange, processor
from nodegraph.colour.encoding import Encoding
from nodegraph.colour.interop import ids_of
from nodegraph.colour.primaries import ACES_WHITE, D65, PRIMARIES, Primaries, from_matrix, luma_weights, named


def exr_tags(config: Config, space: str, *, aces: bool = False) -> dict[str, Any]:
    """The colour attributes of an EXR whose pixels are in `space`.

    The Color Interop Forum advises against `chromaticities` beside `colorInteropID`; SMPTE ST 2065-4 (`aces`)
    alone wants both, and its flag. A linear space without an ID gets chromaticities, any other nothing.
    """
    if aces:
        return {
            "acesImageContainerFlag": 1,
            "chromaticities": tuple(PRIMARIES["ap0"]),
            "colorInteropID": "lin_ap0_scene",
        }
    key = interop_id(config, space)
    if key:
        return {"colorInteropID": key}
    primaries = primaries_of(config, space)
    return {"chromaticities": tuple(primaries)} if primaries else {}


def interop_id(config: Config, space: str) -> str:
    """The interop ID of a space of the config or of an encoding; empty if there is none."""
    found = config.find(space)
    if found:
        return config.interop_id(found)
    encoding = Encoding.parse(space)
    name = named(encoding.primaries) if encoding else None
    keys = ids_of(encoding.curve, name) if encoding and name else ()
    return keys[0] if keys else ""


def primaries_of(config: Config, space: str) -> Primaries | None:
    """The primaries of a linear space; None if it is not linear (or is data)."""
    if config.find(space) is None:
        encoding = Encoding.parse(space)
        return encoding.primaries if encoding and encoding.curve == "lin" else None
    if config.is_data(space):
        return None
    step = processor(config, space, interchange(config))
    if not step.linear:
        return None
    columns = np.array([_through(step, unit) for unit in np.eye(3)]).T
    # White is not told by a matrix that adapts it; of the whites in use, the one that gives known primaries.
    for white in (ACES_WHITE, D65):
        values = from_matrix(columns, white)
        name = named(values, 5e-4)
        if name:
            return PRIMARIES[name]
    return from_matrix(columns, D65)


def _through(step: Any, rgb: Any) -> list[float]:
    return list(rgb) if step.identity else list(step.cpu.applyRGB([float(value) for value in rgb]))


def luminance_of(config: Config, space: str) -> tuple[float, float, float]:
    """How much red, green and blue of a space bring to luminance; those of the working space if it is not linear."""
    primaries = primaries_of(config, space) or primaries_of(config, config.working)
    return luma_weights(primaries or PRIMARIES["ap1"])
