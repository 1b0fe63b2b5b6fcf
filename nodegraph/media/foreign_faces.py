"""Faces as DeepFaceLab and faceswap keep them: in face images, and in alignment files. Read as data; nothing is run.

DeepFaceLab writes a pickled table into each face image: a JPEG's last application segment, a PNG's own chunk. faceswap
writes one table for a clip, pickled and packed with zlib (`.fsa`), or as JSON; its older versions differ in small ways.
Both count landmarks from the middle of the first pixel, as OpenCV does; ours count from its corner.
"""

from __future__ import annotations

import json
import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from nodegraph.data.errors import MediaError
from nodegraph.data.faces import COUNT, Face, Points, Rect, numbers
from nodegraph.media.plain_pickle import PickleRefused, read_pickle

ByFrame = dict[int, list[Face]]

PNG = b"\x89PNG\r\n\x1a\n"
DFL_CHUNK = b"fcWp"
LARGEST = 1 << 30  # bytes that an alignment file may unpack to
MIDDLE = 0.5  # where the middle of the first pixel lies for us, and is 0 for them
PICTURES = (".jpg", ".jpeg", ".png")
PACKED = "faceset.pak"


def read_dfl(place: Path) -> tuple[ByFrame, list[str]]:
    """The faces in DeepFaceLab's face images by frame, and the names of images that hold none.

    `place` is a folder of images, or such a folder packed into one file.
    """
    packed = place if place.is_file() else place / PACKED
    images = _in_pack(packed) if packed.is_file() else _in_folder(place)
    found: ByFrame = {}
    without: list[str] = []
    for path, data in images:
        pickled = _pickled_in(data, path)
        if pickled is None:
            without.append(path.name)
            continue
        table = _table(_unpickled(pickled, path), path)
        frame = frame_of(str(table.get("source_filename") or path.name), path)
        found.setdefault(frame, []).append(_dfl_face(table, path))
    if not found and not without:
        raise MediaError(f"{place} holds no face images", "give the folder of aligned faces, .jpg or .png")
    if not found:
        raise MediaError(
            f"none of the {len(without)} images in {place} was written by DeepFaceLab",
            "give the folder of its aligned faces; images saved again by other programs lose what it wrote in them",
        )
    return found, without


def read_faceswap(path: Path) -> ByFrame:
    """The faces of a faceswap alignment file, .fsa or .json, by frame."""
    data = _bytes(path)
    if data[:1] == b"{":
        try:
            table = json.loads(data)
        except ValueError as fault:
            raise MediaError(f"{path} is broken: {fault}", "save it again with faceswap") from fault
    else:
        table = _unpickled(_unpacked(data, path), path)
    frames = _table(table, path)
    frames = _table(frames.get("__data__", frames), path)
    found: ByFrame = {}
    for name, row in frames.items():
        if str(name).startswith("__"):
            continue
        faces = row.get("faces", []) if isinstance(row, Mapping) else row
        if not isinstance(faces, (list, tuple)):
            raise _not_faces(path, f"frame {name} has no list of faces")
        found[frame_of(str(name), path)] = [_faceswap_face(_table(face, path), path) for face in faces]
    if not found:
        raise _not_faces(path, "it names no frames")
    return found


def frame_of(name: str, path: Path) -> int:
    """The frame that a file name ends in: clip_000012.png is 12."""
    digits = re.findall(r"\d+", Path(name).stem)
    if not digits:
        raise MediaError(
            f"{path}: the frame name {name!r} has no number", "frames are told by the number in their name"
        )
    return int(digits[-1])


# -- what they write -----------------------------------------------------------------------------------


def _dfl_face(table: Mapping[str, Any], path: Path) -> Face:
    points = _points(table.get("source_landmarks"), path)
    if points is None and table.get("landmarks") is not None and table.get("image_to_face_mat") is not None:
        matrix = np.vstack([_numbers(table["image_to_face_mat"], path).reshape(2, 3), (0, 0, 1)])
        aligned = _numbers(table["landmarks"], path).reshape(-1, 2)
        try:
            back = np.linalg.inv(matrix)
        except np.linalg.LinAlgError as fault:
            raise _not_faces(path, "its matrix cannot be turned round") from fault
        points = _points(np.column_stack([aligned, np.ones(len(aligned))]) @ back[:2].T, path)
    box = table.get("source_rect")
    rect = Rect(*(float(value) for value in _numbers(box, path).reshape(4))) if box is not None else None
    return _face(rect, points, path)


def _faceswap_face(row: Mapping[str, Any], path: Path) -> Face:
    points = _points(row.get("landmarks_xy", row.get("landmarksXY")), path)
    rect = None
    if all(row.get(key) is not None for key in "xywh"):
        x, y, width, height = (float(value) for value in _numbers([row[key] for key in "xywh"], path).reshape(4))
        rect = Rect(x, y, x + width, y + height)
    return _face(rect, points, path)


def _face(rect: Rect | None, points: Points | None, path: Path) -> Face:
    if rect is None:
        if points is None:
            raise _not_faces(path, "a face has neither box nor landmarks")
        rect = Rect.around(points)
    return Face(rect, 1.0, points, 1.0 if points is not None else 0.0)


def _points(saved: Any, path: Path) -> Points | None:
    """Our 68 from theirs, which are the same; None for sets that are none of a whole face."""
    if saved is None:
        return None
    found = _numbers(saved, path)
    if found.ndim != 2 or found.shape != (COUNT, 2):
        return None
    return numbers(found + MIDDLE, (COUNT, 2))


def _numbers(saved: Any, path: Path) -> Points:
    try:
        found = np.asarray(saved, np.float64)
    except (TypeError, ValueError) as fault:
        raise _not_faces(path, "numbers that are none") from fault
    if not np.isfinite(found).all():
        raise _not_faces(path, "numbers that are none")
    return found


def _table(value: Any, path: Path) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _not_faces(path, "a table was expected")
    return value


def _not_faces(path: Path, why: str) -> MediaError:
    return MediaError(
        f"{path} holds no faces of DeepFaceLab or faceswap: {why}", "give face images, or an alignment file"
    )


# -- files ---------------------------------------------------------------------------------------------


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise MediaError(f"{path} cannot be read: {fault.strerror}", "check the path") from fault


def _unpickled(packed: bytes, path: Path) -> Any:
    try:
        return read_pickle(packed)
    except PickleRefused as fault:
        raise MediaError(
            f"{path} holds something other than plain data: {fault}",
            "nothing of it was run; ask whoever made the file what it is, and make it again",
        ) from fault


def _unpacked(data: bytes, path: Path) -> bytes:
    machine = zlib.decompressobj()
    try:
        found = machine.decompress(data, LARGEST)
    except zlib.error as fault:
        raise MediaError(f"{path} is no alignment file, or broken: {fault}", "save it again with faceswap") from fault
    if not machine.eof:
        why = "it is cut off" if not machine.unconsumed_tail else "it unpacks to more than any clip's faces"
        raise MediaError(f"{path} is no alignment file: {why}", "save it again with faceswap")
    return found


def _in_folder(folder: Path) -> Iterator[tuple[Path, bytes]]:
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in PICTURES:
            yield path, _bytes(path)


def _in_pack(path: Path) -> Iterator[tuple[Path, bytes]]:
    """The images of a packed folder: version, a pickle that we pass over, a table of places, then the images."""
    data = _bytes(path)
    try:
        version, passed = struct.unpack_from("<QQ", data, 0)
        if version != 1:
            raise _not_faces(path, f"a packed folder of version {version}")
        at = 16 + passed
        places: list[int] = []
        # The pickle says how many images there are; so does where the first of them begins.
        while not data.startswith((b"\xff\xd8\xff", PNG), at):
            places.append(struct.unpack_from("<Q", data, at)[0])
            at += 8
    except struct.error as fault:
        raise MediaError(f"{path} is cut off, or no packed folder of faces", "copy it again") from fault
    ends = [*places[1:-1], len(data) - at]
    for number, (start, end) in enumerate(zip(places[:-1], ends, strict=True), 1):
        if not start < end <= len(data) - at:
            raise MediaError(f"{path} is cut off: image {number} is not there", "copy it again")
        yield path / f"image {number}", data[at + start : at + end]


def _pickled_in(data: bytes, path: Path) -> bytes | None:
    """The pickle that DeepFaceLab put into a face image; None if it holds none."""
    try:
        if data.startswith(PNG):
            return _in_png(data)
        return _in_jpeg(data) if data.startswith(b"\xff\xd8") else None
    except struct.error as fault:
        raise MediaError(f"{path} is cut off", "copy it again") from fault


def _in_png(data: bytes) -> bytes | None:
    at = len(PNG)
    while at < len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        if name == DFL_CHUNK:
            return data[at + 8 : at + 8 + length]
        at += length + 12
    return None


def _in_jpeg(data: bytes) -> bytes | None:
    """What stands in a JPEG's application segment 15, which DeepFaceLab took for itself."""
    at = 2
    while at < len(data):
        start, marker = struct.unpack_from("BB", data, at)
        if start != 0xFF:
            return None
        if marker == 0xFF:  # fill
            at += 1
            continue
        if marker in (0xD9, 0xDA):  # the end, or the picture itself
            return None
        if marker == 0x01 or 0xD0 <= marker <= 0xD8:  # these stand alone
            at += 2
            continue
        (length,) = struct.unpack_from(">H", data, at + 2)
        if marker == 0xEF:
            return data[at + 4 : at + 2 + length]
        at += 2 + max(2, length)
    return None
