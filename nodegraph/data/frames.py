"""Frame ranges as compositors write them: `1001-1100`, `1-10x2`, `1-5,8 12`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nodegraph.data.errors import GraphError

PIECE = re.compile(r"(-?\d+)(?:-(-?\d+)(?:x(\d+))?)?")
MOST = 1_000_000  # of one piece: more than eleven hours


@dataclass(frozen=True)
class FrameRange:
    """Frames in rising order, each once."""

    frames: tuple[int, ...]

    @classmethod
    def parse(cls, text: str) -> FrameRange:
        """The frames that a text names; commas and spaces part the pieces, `x` is the step."""
        if ":" in text:
            raise GraphError(
                f"the frame range {text!r} has a colon",
                "programs disagree on what it means: fileseq and OpenCue stagger or interleave, OpenJD steps; "
                f"write the step with x: {text.replace(':', 'x')!r}",
            )
        pieces = [piece for piece in re.split(r"[,\s]+", text.strip()) if piece]
        if not pieces:
            raise GraphError("the frame range is empty", "write 1001-1100, 1-10x2 or 1-5,8 12")
        found: set[int] = set()
        for piece in pieces:
            match = PIECE.fullmatch(piece)
            if match is None:
                raise GraphError(f"{piece!r} is no frame range", "write 1001-1100, 1-10x2 or 1-5,8 12")
            first, last, step = int(match[1]), int(match[2] or match[1]), int(match[3] or 1)
            if step == 0:
                raise GraphError(f"{piece!r} has a step of 0", "a step is 1 or more")
            if abs(last - first) // step > MOST:
                raise GraphError(f"{piece!r} is longer than any shot", "check the numbers")
            found.update(range(first, last + 1, step) if first <= last else range(first, last - 1, -step))
        return cls(tuple(sorted(found)))

    @classmethod
    def of(cls, frames: Iterable[int]) -> FrameRange:
        """The range of these frames."""
        return cls(tuple(sorted(set(frames))))

    @property
    def spoken(self) -> str:
        """As in a sentence: 1003-1007, 1040."""
        return str(self).replace(",", ", ")

    def __iter__(self) -> Iterator[int]:
        return iter(self.frames)

    def __len__(self) -> int:
        return len(self.frames)

    def __contains__(self, frame: object) -> bool:
        return frame in set(self.frames)

    def __str__(self) -> str:
        """The shortest usual way to write it; `parse` reads it back."""
        pieces = []
        at = 0
        while at < len(self.frames):
            first = self.frames[at]
            step = self.frames[at + 1] - first if at + 1 < len(self.frames) else 1
            end = at
            while end + 1 < len(self.frames) and self.frames[end + 1] - self.frames[end] == step:
                end += 1
            if end == at or (step > 1 and end == at + 1):
                pieces.append(str(first))
                at += 1
                continue
            pieces.append(f"{first}-{self.frames[end]}" + (f"x{step}" if step > 1 else ""))
            at = end + 1
        return ",".join(pieces)
