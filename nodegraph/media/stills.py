"""Stills: PNG, TIFF, JPEG and DPX; the only pictures of 8 and 16 bits, and the only place that clips."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.errors import MediaError
from nodegraph.data.image import Pixels
from nodegraph.media.atomic import atomic
from nodegraph.media.dpx import dpx_bytes, read_dpx
from nodegraph.media.still_words import in_jpeg, in_png

PNG, TIFF, JPEG, DPX = (
    frozenset({".png"}),
    frozenset({".tif", ".tiff"}),
    frozenset({".jpg", ".jpeg"}),
    frozenset({".dpx"}),
)
TIFF_SAMPLES = (np.uint8, np.uint16, np.float16, np.float32, np.float64)
STILLS = PNG | TIFF | JPEG | DPX


@dataclass(frozen=True)
class Still:
    """A picture as it stands in a file: integers as shares of the largest, floats as they are."""

    pixels: Pixels  # rows x columns x 1 to 4 channels: grey, grey and alpha, RGB, RGBA
    sample: str  # uint8, uint10, uint16, half, float
    unassociated: bool = False
    metadata: dict[str, Any] = field(default_factory=dict)
    pixel_aspect: float = 1.0  # how wide a pixel is for its height


def read_still(path: Path) -> Still:
    """Decode a still."""
    suffix = path.suffix.lower()
    try:
        if suffix in DPX:
            pixels, bits, told = read_dpx(path)
            aspect = told.pop("dpx/pixel_aspect", 1.0)
            return Still(pixels, f"uint{bits}", metadata=told, pixel_aspect=aspect)
        return _read_tiff(path) if suffix in TIFF else _read_plain(path)
    except FileNotFoundError:
        raise MediaError(f"there is no file {path}", "check the path and the frame range") from None
    except IsADirectoryError:
        raise MediaError(f"{path} is a folder", "pick a file in it") from None
    except OSError as fault:
        raise MediaError(f"{path} cannot be read: {fault.strerror or fault}", "check its permissions") from fault


def _read_plain(path: Path) -> Still:
    data = path.read_bytes()
    if not data:
        raise MediaError(f"{path} is empty", "copy or render it again")
    if data.startswith(b"\x89PNG") and b"IEND\xaeB`\x82" not in data:
        raise MediaError(f"{path} is damaged: it was cut off", "copy or render it again")
    return _still(_decoded(path, data))


def _decoded(path: Path, data: bytes) -> NDArray[Any]:
    import cv2

    try:
        stored: Any = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error as fault:
        raise _broken(path) from fault
    if stored is None or stored.dtype not in (np.uint8, np.uint16, np.float32):
        raise _broken(path)
    return _rgb_order(stored)


def _rgb_order(stored: NDArray[Any]) -> NDArray[Any]:
    if stored.ndim == 2:
        return stored[..., None]
    return stored[..., [2, 1, 0, 3][: stored.shape[2]]] if stored.shape[2] > 2 else stored


def _still(stored: NDArray[Any]) -> Still:
    depth = stored.shape[2]
    if stored.dtype.kind == "f":
        sample = "half" if stored.dtype == np.float16 else "float"
        return Still(np.asarray(stored, np.float32), sample)
    most = np.float32(np.iinfo(stored.dtype).max)
    return Still(stored.astype(np.float32) / most, str(stored.dtype), unassociated=depth in (2, 4))


def _read_tiff(path: Path) -> Still:
    import tifffile

    if path.stat().st_size == 0:
        raise MediaError(f"{path} is empty", "copy or render it again")
    try:
        with tifffile.TiffFile(path) as file:
            page: Any = file.pages[0]
            if page.nbytes > 4096 * file.filehandle.size:  # more than any compression makes of so few bytes
                raise _broken(path)
            stored = _page(path, page)
            extras = tuple(int(each) for each in (page.extrasamples or ()))
    except (
        *(tifffile.TiffFileError, ValueError, TypeError, IndexError, KeyError, RuntimeError),
        *(AttributeError, ArithmeticError, struct.error, zlib.error),
    ) as fault:
        raise _broken(path) from fault
    still = _still(stored[..., :4])
    # TIFF says by itself whether its alpha is associated: 1 is, 2 is not.
    return Still(still.pixels, still.sample, still.pixels.shape[2] in (2, 4) and 1 not in extras)


def _page(path: Path, page: Any) -> NDArray[Any]:
    """The samples of a page, rows x columns x channels, black at 0."""
    photometric, dtype = int(page.photometric), page.dtype
    plain = int(page.compression) in (1, 8, 32946) and int(page.predictor) != 3 and photometric in (0, 1, 2)
    if photometric not in (0, 1, 2, 3, 6) or dtype not in TIFF_SAMPLES:
        raise _unread(path)
    if plain:
        stored = np.asarray(page.asarray())
        stored = np.moveaxis(stored, 0, -1) if page.planarconfig == 2 and stored.ndim == 3 else stored
        stored = stored[..., None] if stored.ndim == 2 else stored
        if stored.ndim != 3:
            raise _unread(path)
        inverted = photometric == 0 and stored.dtype.kind == "u"
        if inverted:
            stored[..., 0] = np.iinfo(stored.dtype).max - stored[..., 0]
        return stored
    # LZW and the like are not tifffile's own; OpenCV has them, but spoils some kinds without a word.
    depth = 3 if photometric == 3 else int(page.samplesperpixel)
    split = page.planarconfig == 2 and depth > 1
    if photometric == 0 or split or depth not in (1, 3, 4) or dtype == np.float16:
        raise _unread(path)
    stored = _decoded(path, _as_associated(path, page))
    if photometric != 3 and (stored.dtype.kind != dtype.kind or (dtype.kind == "u" and stored.dtype != dtype)):
        raise _unread(path)
    if stored.shape[2] != depth:
        raise _unread(path)
    return stored.astype(dtype) if dtype.kind == "f" else stored


def _as_associated(path: Path, page: Any) -> bytes:
    """The file, its alpha called associated: else OpenCV multiplies by it, in 8 bits."""
    data = bytearray(path.read_bytes())
    tag = page.tags.get(338)
    if tag is not None:
        struct.pack_into(page.parent.byteorder + "H", data, tag.valueoffset, 1)
    return bytes(data)


def _unread(path: Path) -> MediaError:
    return MediaError(
        f"{path} is a TIFF of a kind that is not read",
        "8 or 16 bits, half or float; grey or RGB(A); without compression or with deflate",
    )


def _broken(path: Path) -> MediaError:
    return MediaError(f"{path} is damaged, or not what its name says", "copy or render it again")


def write_still(
    path: Path, pixels: Pixels, bits: int, quality: int = 95, *, words: str = "", pixel_aspect: float = 1.0
) -> None:
    """Encode display values, grey or RGB(A), alpha not associated; it takes its name only when complete.

    What is below 0 or above 1 is clipped, here and nowhere else; 32 bits (TIFF) are kept as they are. `words` go
    into the header: the comment, the description, or what a DPX has as copyright (no more than 199 bytes). Of these
    files a DPX alone is told, and tells, how wide its pixels are.
    """
    suffix = path.suffix.lower()
    if suffix in TIFF and bits == 32:
        stored: NDArray[Any] = np.asarray(pixels, np.float32)
    elif suffix not in DPX:
        most = (1 << bits) - 1
        stored = np.rint(np.clip(np.nan_to_num(pixels), 0, 1) * most).astype(np.uint8 if bits == 8 else np.uint16)
    with atomic(path) as beside:
        if suffix in DPX:
            colour = pixels if pixels.shape[2] > 2 else np.repeat(pixels[..., :1], 3, axis=2)
            beside.write_bytes(dpx_bytes(colour, words, pixel_aspect))
        elif suffix in TIFF:
            _write_tiff(beside, stored, words)
        else:
            data = _encoded(path, stored, quality)
            put = in_png if suffix in PNG else in_jpeg
            beside.write_bytes(put(data, words) if words else data)


def _write_tiff(path: Path, stored: NDArray[Any], words: str) -> None:
    import tifffile

    depth = stored.shape[2]
    extra: dict[str, Any] = {"extrasamples": ["unassalpha"]} if depth in (2, 4) else {}
    if words:
        extra["description"] = words.encode()
    photometric: Any = "rgb" if depth > 2 else "minisblack"
    squeezed = stored if depth > 1 else stored[..., 0]
    tifffile.imwrite(path, squeezed, photometric=photometric, compression="adobe_deflate", metadata=None, **extra)


def _encoded(path: Path, stored: NDArray[Any], quality: int) -> bytes:
    import cv2

    jpeg = path.suffix.lower() in JPEG
    settings = [cv2.IMWRITE_JPEG_QUALITY, quality] if jpeg else [cv2.IMWRITE_PNG_COMPRESSION, 4]
    if stored.shape[2] == 2:
        stored = np.concatenate([stored[..., :1]] * 3 + [stored[..., 1:]], axis=2)
    encode: Any = cv2.imencode
    done, data = encode(
        path.suffix.lower(), np.ascontiguousarray(_rgb_order(stored[..., : 3 if jpeg else 4])), settings
    )
    if not done:
        raise MediaError(f"{path} cannot be encoded", "choose another kind of file")
    return bytes(data)
