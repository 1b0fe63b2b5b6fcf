"""Which file, if any, a frame of a shot is read from: ranges, gaps and what lies outside."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from time import time_ns
from typing import NamedTuple

from nodegraph.data.errors import MediaError
from nodegraph.data.frames import FrameRange
from nodegraph.media.sequence import FileSequence, Missing, Outside, outside, stand_in

ANOTHER = "the frame is missing: another one stands in"
BLACK = "the frame is missing: it is black"


class Chosen(NamedTuple):
    """The file's own frame number and its path; no path is a black frame."""

    frame: int
    path: Path | None
    note: str = ""  # what to tell of a picture that stands still or is black because its frame is not there


@dataclass(frozen=True)
class Timing:
    """Which frames are read, and what is shown where there is none."""

    frames: str = ""  # empty: those on disk
    offset: int = 0  # the file's frame 1 is shown at 1 + offset
    before: Outside = Outside.HOLD
    after: Outside = Outside.HOLD
    missing: Missing = Missing.ERROR

    def ends(self) -> tuple[int, int] | None:
        """First and last frame, if they are set."""
        found = FrameRange.parse(self.frames).frames if self.frames.strip() else ()
        return (found[0], found[-1]) if found else None

    def note(self, frame: int, first: int, last: int) -> str:
        """What to tell of a frame outside the range, if another is held for it; those that loop are meant to."""
        if frame < first and self.before is Outside.HOLD:
            return f"it begins later: frame {first} is held"
        if frame > last and self.after is Outside.HOLD:
            return f"it ends earlier: frame {last} is held"
        return ""


def choose(file: str, frame: int, timing: Timing) -> Chosen:
    """The file of a frame of a sequence or still."""
    frame -= timing.offset
    sequence = sequence_of(file)
    ends = timing.ends()
    if ends is None and (not sequence.is_sequence or os.path.exists(sequence.path(frame))):
        return Chosen(frame, sequence.path(frame))
    there = frames_of(sequence)
    if ends is None:
        if not there:
            return _nothing(file, frame, timing)
        ends = there[0], there[-1]
    shown = outside(frame, *ends, timing.before, timing.after)
    if shown is None:
        return Chosen(frame, None)
    if not sequence.is_sequence:
        return Chosen(shown, sequence.path(shown))
    if os.path.exists(sequence.path(shown)):
        return Chosen(shown, sequence.path(shown), timing.note(frame, *ends))
    if not there:
        return _nothing(file, shown, timing)
    other = stand_in(shown, there, timing.missing, file)
    return Chosen(shown, None, BLACK) if other is None else Chosen(other, sequence.path(other), ANOTHER)


def _nothing(file: str, frame: int, timing: Timing) -> Chosen:
    if timing.missing is Missing.BLACK:
        return Chosen(frame, None, BLACK)
    raise MediaError(f"no frame of {file} is there", "check the path and the name of the sequence")


def first_file(file: str) -> Path | None:
    """The first file of a sequence, which sets its format; None if there is none."""
    sequence = sequence_of(file)
    if not sequence.is_sequence:
        return Path(file)
    there = frames_of(sequence)
    return sequence.path(there[0]) if there else None


def sequence_of(file: str) -> FileSequence:
    """The sequence that a file knob names."""
    return _sequence_of(file, _folder_time(os.path.dirname(file)))


def frames_of(sequence: FileSequence) -> tuple[int, ...]:
    """The frames on disk; the folder is listed again only when it changed."""
    return _frames_of(sequence, _folder_time(os.path.dirname(sequence.before)))


@lru_cache(maxsize=256)
def _sequence_of(file: str, time: int) -> FileSequence:
    del time
    return FileSequence.of(file)


@lru_cache(maxsize=64)
def _frames_of(sequence: FileSequence, time: int) -> tuple[int, ...]:
    del time
    return sequence.frames()


def _folder_time(folder: str) -> int:
    """The folder's time; of one that is being written to now, a time of its own, for clocks tick coarsely."""
    try:
        changed = os.stat(folder or ".").st_mtime_ns
    except OSError:
        return 0
    now = time_ns()
    return now if now - changed < 2_000_000_000 else changed
