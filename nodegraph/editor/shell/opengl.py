"""Textures that are filled at once, by the system's OpenGL, where the library draws with it.

The library takes floats alone, turns them into bytes one by one, and does so on every frame whether or not they have
changed; what it was given is seen a frame late. Without OpenGL at hand there is still that way.
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.editor.shell import platform_x

# From OpenGL's registry.
TEXTURE, TEXTURE_BOUND, TEXTURE_WIDTH, TEXTURE_HEIGHT = 0x0DE1, 0x8069, 0x1000, 0x1001
RGBA, RGBA_8, BYTES, UNPACK_BUFFER = 0x1908, 0x8058, 0x1401, 0x88EC
UNPACK_ROW, UNPACK_SKIP_ROWS, UNPACK_SKIP_COLUMNS, UNPACK_STEP = 0x0CF2, 0x0CF3, 0x0CF4, 0x0CF5
ENLARGING, SHRINKING, NEAREST, LINEAR = 0x2800, 0x2801, 0x2600, 0x2601
MANY = 4096  # more textures than a window has


class Texture:
    """A texture of the library's by the driver's number for it. Only for the main thread."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.size = (0, 0)

    @classmethod
    def of_size(cls, width: int, height: int) -> Texture | None:
        """The texture of this size; None unless there is just one, or where OpenGL cannot be asked."""
        driver = _driver()
        if driver is None:
            return None
        found = [k for k in range(1, MANY) if driver.glIsTexture(k) and _size(driver, k) == (width, height)]
        return cls(found[0]) if len(found) == 1 else None

    def fill(self, pixels: NDArray[np.uint8], *, smooth: bool = True) -> None:
        """Have it show these pixels, rows x columns x RGBA, from the next frame on."""
        driver = _driver()
        if driver is None or not pixels.flags.c_contiguous or pixels.ndim != 3 or pixels.shape[2] != 4:
            raise ValueError("a texture takes rows x columns x 4 of bytes in one piece, while there is a window")
        height, width = pixels.shape[:2]
        driver.glBindBuffer(UNPACK_BUFFER, 0)
        for setting, value in ((UNPACK_ROW, 0), (UNPACK_SKIP_ROWS, 0), (UNPACK_SKIP_COLUMNS, 0), (UNPACK_STEP, 4)):
            driver.glPixelStorei(setting, value)
        was = _bound(driver)
        driver.glBindTexture(TEXTURE, self.number)
        for way in (SHRINKING, ENLARGING):
            driver.glTexParameteri(TEXTURE, way, LINEAR if smooth else NEAREST)
        address = pixels.ctypes.data_as(ctypes.c_void_p)
        if self.size == (width, height):
            driver.glTexSubImage2D(TEXTURE, 0, 0, 0, width, height, RGBA, BYTES, address)
        else:
            driver.glTexImage2D(TEXTURE, 0, RGBA_8, width, height, 0, RGBA, BYTES, address)
            self.size = (width, height)
        driver.glBindTexture(TEXTURE, was)


def _driver() -> Any:
    return _calls() if platform_x.has_window() else None


@cache
def _calls() -> Any:
    """The calls that are needed; None where there are none: the library draws by other means elsewhere."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        found = ctypes.CDLL("libGL.so.1")
    except OSError:
        return None
    whole, address = ctypes.c_int, ctypes.c_void_p
    calls: dict[str, list[Any]] = {
        "glIsTexture": [whole],
        "glBindBuffer": [whole] * 2,
        "glBindTexture": [whole] * 2,
        "glPixelStorei": [whole] * 2,
        "glTexParameteri": [whole] * 3,
        "glGetIntegerv": [whole, address],
        "glGetTexLevelParameteriv": [whole] * 3 + [address],
        "glTexImage2D": [whole] * 8 + [address],
        "glTexSubImage2D": [whole] * 8 + [address],
    }
    for name, arguments in calls.items():
        call = getattr(found, name, None)
        if call is None:
            return None
        call.argtypes, call.restype = arguments, ctypes.c_ubyte if name == "glIsTexture" else None
    return found


def _bound(driver: Any) -> int:
    found = ctypes.c_int()
    driver.glGetIntegerv(TEXTURE_BOUND, ctypes.byref(found))
    return found.value


def _size(driver: Any, number: int) -> tuple[int, int]:
    was, width, height = _bound(driver), ctypes.c_int(), ctypes.c_int()
    driver.glBindTexture(TEXTURE, number)
    driver.glGetTexLevelParameteriv(TEXTURE, 0, TEXTURE_WIDTH, ctypes.byref(width))
    driver.glGetTexLevelParameteriv(TEXTURE, 0, TEXTURE_HEIGHT, ctypes.byref(height))
    driver.glBindTexture(TEXTURE, was)
    return width.value, height.value
