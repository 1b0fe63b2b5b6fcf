"""Tracks: who is where, frame by frame, over a shot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Self

from nodegraph.data.box import Format, believed
from nodegraph.data.errors import NodegraphError
from nodegraph.data.faces import Face


@dataclass(frozen=True)
class Cuts:
    """Where one shot ends and the next begins: the first frame of each after the first; dissolves as ranges."""

    at: tuple[int, ...] = ()
    dissolves: tuple[tuple[int, int], ...] = ()

    def between(self, one: int, other: int) -> bool:
        """True if a cut lies between two frames; a dissolve is cut in its middle."""
        low, high = min(one, other), max(one, other)
        return any(low < start <= high for start in self.starts)

    @property
    def starts(self) -> tuple[int, ...]:
        """The first frame of each shot after the first, with dissolves cut in their middle."""
        return tuple(sorted({*self.at, *((first + last + 1) // 2 for first, last in self.dissolves)}))

    def joined(self, other: Cuts) -> Cuts:
        """The cuts of both."""
        return Cuts(tuple(sorted({*self.at, *other.at})), tuple(sorted({*self.dissolves, *other.dissolves})))

    @classmethod
    def parse(cls, text: str) -> Self:
        """The first frames of shots, as 1013 1040."""
        try:
            return cls(tuple(sorted({int(word) for word in text.replace(",", " ").split()})))
        except ValueError as fault:
            raise NodegraphError(f"{text!r} are no frames of cuts", "write frame numbers, as in 1013 1040") from fault

    def to_json(self) -> Any:
        return {"cuts": list(self.at), "dissolves": [list(each) for each in self.dissolves]}

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> Self:
        return cls(
            tuple(int(cut) for cut in saved.get("cuts", ())),
            tuple((int(first), int(last)) for first, last in saved.get("dissolves", ())),
        )


@dataclass(frozen=True, eq=False)
class Track:
    """One person's face through the shot, by frame. `keys` were set by hand, `filled` are between two sights of it."""

    name: str
    faces: Mapping[int, Face]
    keys: frozenset[int] = frozenset()
    filled: frozenset[int] = frozenset()

    @property
    def first(self) -> int:
        return min(self.faces)

    @property
    def last(self) -> int:
        return max(self.faces)

    def runs(self, cuts: Cuts) -> list[list[int]]:
        """Its frames in stretches without gap or cut."""
        runs: list[list[int]] = []
        for frame in sorted(self.faces):
            if runs and frame == runs[-1][-1] + 1 and not cuts.between(frame - 1, frame):
                runs[-1].append(frame)
            else:
                runs.append([frame])
        return runs

    def with_faces(self, faces: Mapping[int, Face]) -> Track:
        return replace(self, faces=MappingProxyType(dict(sorted(faces.items()))))

    def to_json(self) -> Any:
        saved: dict[str, Any] = {
            "name": self.name,
            "faces": {str(frame): self.faces[frame].to_json() for frame in sorted(self.faces)},
        }
        if self.keys:
            saved["keys"] = sorted(self.keys)
        if self.filled:
            saved["filled"] = sorted(self.filled)
        return saved

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> Self:
        return cls(
            str(saved["name"]),
            MappingProxyType({int(frame): Face.from_json(face) for frame, face in saved["faces"].items()}),
            frozenset(int(frame) for frame in saved.get("keys", ())),
            frozenset(int(frame) for frame in saved.get("filled", ())),
        )


@dataclass(frozen=True, eq=False)
class Tracks:
    """All tracks of a shot, the longest first, with its cuts."""

    format: Format
    tracks: tuple[Track, ...] = ()
    cuts: Cuts = field(default_factory=Cuts)

    def __iter__(self) -> Iterator[Track]:
        return iter(self.tracks)

    def __len__(self) -> int:
        return len(self.tracks)

    def __getitem__(self, name: str) -> Track:
        return next(track for track in self.tracks if track.name == name)

    def at(self, frame: int) -> Iterator[tuple[Track, Face]]:
        """Every face of a frame with its track."""
        for track in self.tracks:
            if frame in track.faces:
                yield track, track.faces[frame]

    def to_json(self) -> Any:
        return {
            "format": list(self.format),
            "tracks": [track.to_json() for track in self.tracks],
            **self.cuts.to_json(),
        }

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> Self:
        width, height, *aspect = saved["format"]
        form = Format(int(width), int(height), believed(float(aspect[0])) if aspect else 1.0)
        return cls(form, tuple(Track.from_json(each) for each in saved["tracks"]), Cuts.from_json(saved))
