"""Image sequences: which frames are on disk, and which file a frame takes."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from nodegraph.data.errors import MediaError
from nodegraph.data.kinds import is_movie

HASHES = re.compile(r"#+")
PRINTF = re.compile(r"%(0?)(\d*)d")
NUMBER = re.compile(r"(-?\d+)(?!.*\d)")


class Missing(Enum):
    """What stands in for a frame that is not on disk."""

    ERROR = "error"
    HOLD = "hold"
    NEAREST = "nearest"
    BLACK = "black"


class Outside(Enum):
    """What is shown before the first frame and after the last."""

    HOLD = "hold"
    LOOP = "loop"
    BOUNCE = "bounce"
    BLACK = "black"
    ERROR = "error"


def stamp_of(path: str | Path) -> str:
    """Size and time of a file: another stamp, another file. `missing` if it is not there."""
    try:
        facts = os.stat(path)
    except OSError:
        return "missing"
    return f"{facts.st_size}-{facts.st_mtime_ns}"


@dataclass(frozen=True)
class FileSequence:
    """A file name with a place for the frame number, or one plain file for all frames."""

    before: str
    digits: int  # at least so many, with zeros in front; 0: a plain file, its whole name in `before`
    after: str = ""

    @classmethod
    def of(cls, text: str | Path) -> FileSequence:
        """From `plate.####.exr`, `plate.%04d.exr`, or one picked file of a sequence."""
        written = cls.of_pattern(text)
        whole = str(text)
        folder, name = os.path.split(whole)
        if written.is_sequence or is_movie(name):
            return written
        stem, suffix = os.path.splitext(name)
        match = NUMBER.search(stem)
        if match is None or stem[: match.start()].lower().endswith("v"):  # v003 is a version
            return cls(whole, 0)
        picked = cls(os.path.join(folder, stem[: match.start()]), len(match[1]), stem[match.end() :] + suffix)
        return picked if len(picked.frames()) > 1 else cls(whole, 0)

    @classmethod
    def of_pattern(cls, text: str | Path) -> FileSequence:
        """From `plate.####.exr` or `plate.%04d.exr`; any other name is a plain file, whatever is beside it."""
        folder, name = os.path.split(str(text))
        for pattern in (HASHES, PRINTF):
            match = pattern.search(name)
            if match is not None:
                digits = len(match[0]) if pattern is HASHES else int(match[2] or 1)
                return cls(os.path.join(folder, name[: match.start()]), digits, name[match.end() :])
        return cls(str(text), 0)

    @property
    def is_sequence(self) -> bool:
        return self.digits > 0

    def __str__(self) -> str:
        return f"{self.before}%0{self.digits}d{self.after}" if self.is_sequence else self.before

    def path(self, frame: int) -> Path:
        """The file of a frame."""
        if not self.is_sequence:
            return Path(self.before)
        sign = "-" if frame < 0 else ""
        return Path(f"{self.before}{sign}{abs(frame):0{self.digits}d}{self.after}")

    def frames(self) -> tuple[int, ...]:
        """The frames on disk, in order."""
        if not self.is_sequence:
            return ()
        folder, start = os.path.split(self.before)
        pattern = re.compile(re.escape(start) + r"(-?\d+)" + re.escape(self.after))
        try:
            names = [entry.name for entry in os.scandir(folder or ".")]
        except OSError:
            return ()
        found = (pattern.fullmatch(name) for name in names)
        numbers = (match[1] for match in found if match is not None)
        return tuple(sorted({int(text) for text in numbers if len(text.lstrip("-")) >= self.digits}))

    def missing(self) -> tuple[int, ...]:
        """The gaps between the first frame on disk and the last."""
        frames = self.frames()
        return tuple(sorted(set(range(frames[0], frames[-1] + 1)) - set(frames))) if frames else ()


def outside(frame: int, first: int, last: int, before: Outside, after: Outside) -> int | None:
    """The frame to show for one that may lie outside the range; None is black."""
    if first <= frame <= last:
        return frame
    way = before if frame < first else after
    if way is Outside.BLACK:
        return None
    if way is Outside.ERROR:
        side = f"before the first, {first}" if frame < first else f"after the last, {last}"
        raise MediaError(f"frame {frame} is {side}", "set what is shown there, or shorten the range")
    length = last - first + 1
    if way is Outside.LOOP:
        return first + (frame - first) % length
    if way is Outside.BOUNCE and length > 1:
        step = (frame - first) % (2 * length - 2)
        return first + min(step, 2 * length - 2 - step)
    return first if frame < first else last


def stand_in(frame: int, there: Sequence[int], way: Missing, name: str) -> int | None:
    """The frame to show for one that is missing between the others; None is black."""
    if way is Missing.BLACK:
        return None
    earlier = [each for each in there if each < frame]
    later = [each for each in there if each > frame]
    if way is Missing.HOLD and earlier:
        return earlier[-1]
    if way is Missing.NEAREST and (earlier or later):
        return min(earlier[-1:] + later[:1], key=lambda each: abs(each - frame))
    raise MediaError(f"frame {frame} of {name} is not there", "render or copy it, or set Missing to hold or nearest")
