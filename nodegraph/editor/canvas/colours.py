"""The colours of the canvas: a node goes by its menu, a wire by what it carries."""

from __future__ import annotations

import colorsys
import zlib
from collections.abc import Mapping

MISSING = "#6b3a3a"  # a node whose type this program lacks
PANEL = "#2e3a46"
PAPER = "#4a4530"

OF_MENU: Mapping[str, str] = {
    "Io": "#7a5a2e",
    "Image": "#3f5f86",
    "Colour": "#3f7350",
    "Face": "#83455f",
    "Swap": "#6b4a93",
    "Time": "#50606b",
}

OF_TYPE: Mapping[str, str] = {
    "Image": "#7fa9dc",
    "Matte": "#cfcfcf",
    "Crops": "#62c0c8",
    "Faces": "#e07b9b",
    "Tracks": "#e28a5c",
    "Model": "#b08ae0",
    "Identity": "#d9c25a",
    "Cuts": "#8fbf6a",
}


def of_menu(menu: str) -> str:
    """The colour of the nodes of a menu; a plug-in's own menu gets one that stays the same."""
    return OF_MENU.get(menu) or _own(menu, 0.40, 0.45)


def of_type(name: str) -> str:
    """The colour of the wires that carry a type; grey where it is not known."""
    return OF_TYPE.get(name) or (_own(name, 0.45, 0.85) if name else "#8a8a8a")


def _own(name: str, saturation: float, value: float) -> str:
    """A hue by the name itself, so that it is the same on every machine and in every run."""
    hue = zlib.crc32(name.encode()) % 360 / 360
    return "#" + "".join(f"{round(255 * part):02x}" for part in colorsys.hsv_to_rgb(hue, saturation, value))
