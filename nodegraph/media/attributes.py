"""What a file says of itself: what comes along with a picture, and what Write may put back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nodegraph.media.exr_attributes import Attribute, TimeCode, attribute

INPUT = "input/"  # of the file that was read: never written back
OWN = "nodegraph/"  # written by us, and never carried on
FACES = OWN + "faces"  # who is where in the picture, as JSON: from the graph, never from a file that was read

# How the file is laid out, and colours: Write has its own answer to each of these.
STRUCTURE = frozenset(
    {"channels", "compression", "dataWindow", "displayWindow", "originalDataWindow", "lineOrder", "pixelAspectRatio"}
    | {"screenWindowCenter", "screenWindowWidth", "tiles", "type", "name", "view", "multiView", "chunkCount", "version"}
    | {"maxSamplesPerPixel", "dwaCompressionLevel", "preview"}
)
COLOUR = frozenset({"colorInteropID", "chromaticities", "acesImageContainerFlag"})

# What every picture of a shot has, whatever was done to it.
STANDARD = frozenset({"timeCode", "framesPerSecond", "keyCode", "reelName", "capDate", "utcOffset", "expTime"})


def carried(attributes: Mapping[str, Attribute]) -> dict[str, Any]:
    """The attributes of an EXR that come along with the picture.

    Those of a plain kind as their values, all others byte for byte; colour tags under `input/`.
    """
    found: dict[str, Any] = {}
    for name, held in attributes.items():
        if name in COLOUR:
            found[INPUT + name] = held.value
        elif name not in STRUCTURE and not name.startswith((INPUT, OWN)):
            found[name] = _plain(held)
    return found


def _plain(held: Attribute) -> Any:
    """The value, where writing it gives the same bytes again; else the attribute itself."""
    value = held.value
    if isinstance(value, bytes):
        return held
    try:
        return value if attribute(value) == held else held
    except (TypeError, ValueError, OverflowError):
        return held


def to_write(metadata: Mapping[str, Any], policy: str) -> dict[str, Any]:
    """The attributes to put into a file: `all`, only the `standard` ones, or `none`."""
    if policy == "none":
        return {}
    found: dict[str, Any] = {}
    for name, value in metadata.items():
        if (name.startswith((INPUT, OWN)) and name != FACES) or name in STRUCTURE | COLOUR:
            continue
        if policy == "all" or name in STANDARD:
            found[name] = _storable(value)
    return found


def _storable(value: Any) -> Any:
    try:
        return attribute(value)
    except (TypeError, ValueError, OverflowError):
        return attribute(str(value))


def timecode(metadata: Mapping[str, Any]) -> TimeCode | None:
    """The picture's time code, from whatever kind of file it came."""
    value = metadata.get("timeCode")
    return value if isinstance(value, TimeCode) else None


def later(code: TimeCode, frames: int, rate: int) -> TimeCode:
    """A time code so many frames later, at `rate` frames a second; drop-frame counting as SMPTE 12M has it.

    Above 30 frames a second it counts pairs of frames, for it has no room for more than 39.
    """
    if rate > 30:
        rate, frames = round(rate / 2), frames // 2
    hours, minutes, seconds, frame = code.clock
    dropped = 2 * round(rate / 30) if code.drop else 0
    total_minutes = hours * 60 + minutes
    count = (total_minutes * 60 + seconds) * rate + frame - dropped * (total_minutes - total_minutes // 10)
    day = 24 * 3600 * rate - dropped * (24 * 60 - 24 * 6)
    count = (count + frames) % day
    if dropped:
        tens, rest = divmod(count, 600 * rate - 9 * dropped)
        count += 9 * dropped * tens
        if rest >= 60 * rate:
            count += dropped * (1 + (rest - 60 * rate) // (60 * rate - dropped))
    seconds, frame = divmod(count, rate)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return TimeCode.of(hours, minutes, seconds, frame, drop=code.drop, user_data=code.user_data)
