"""Identities: whose face is put in, the pictures of it, and who allowed that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Self

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.faces import Face, Points
from nodegraph.data.image import Pixels
from nodegraph.data.parts import Parts


@dataclass(frozen=True)
class Consent:
    """The record that allows the use of somebody's face, or the reason why none is needed."""

    subject: str = ""
    granted_by: str = ""
    scope: str = ""  # what for: "this film and its trailers"
    production: str = ""  # empty: any
    expires: date | None = None
    document: str = ""  # where the signed paper is to be found
    reason: str = ""  # why none is needed: digital double, own face, public domain

    def problem(self, today: date, production: str = "") -> str:
        """What is wrong with it on that day, in words; empty if it holds."""
        if self.reason:
            return ""
        missing = [name for name in ("subject", "granted_by", "scope", "document") if not getattr(self, name).strip()]
        if missing == ["subject", "granted_by", "scope", "document"]:
            return "there is no consent record"
        if missing:
            return f"the consent record does not state {', '.join(name.replace('_', ' ') for name in missing)}"
        if self.expires is not None and today > self.expires:
            return f"the consent of {self.subject} ended on {self.expires.isoformat()}"
        if self.production and production and self.production.casefold() != production.casefold():
            return f"the consent of {self.subject} is for the production {self.production!r}, not {production!r}"
        return ""


@dataclass(frozen=True, eq=False)
class Photo:
    """A picture of somebody: scene-linear light around the face, and the face in the pixels of this picture."""

    name: str  # the file, and the frame of a clip
    pixels: Pixels  # rows x columns x 3
    face: Face  # with its 68 landmarks

    @property
    def points(self) -> Points:
        if self.face.points is None:
            raise ValueError(f"{self.name} has no landmarks")
        return self.face.points

    def to_parts(self) -> Parts:
        return Parts({"name": self.name, "face": self.face.to_json()}, (self.pixels,))

    @classmethod
    def from_parts(cls, parts: Parts) -> Self:
        (pixels,) = parts.arrays
        return cls(parts.plain["name"], pixels, Face.from_json(parts.plain["face"]))


@dataclass(frozen=True, eq=False)
class Identity:
    """Whose face is put in: a name, photographs, their averaged descriptor and the consent."""

    name: str
    photos: tuple[Photo, ...]
    colorspace: str
    consent: Consent = field(default_factory=Consent)

    @property
    def descriptor(self) -> NDArray[np.float64] | None:
        """Who it is: the mean of what the photographs say."""
        known = [photo.face.descriptor for photo in self.photos if photo.face.descriptor is not None]
        return np.mean(known, axis=0) if known else None

    def holds(self) -> Iterable[NDArray[np.float32]]:
        return tuple(photo.pixels for photo in self.photos)

    @property
    def nbytes(self) -> int:
        return sum(photo.pixels.nbytes for photo in self.photos)

    def to_parts(self) -> Parts:
        photos = [photo.to_parts() for photo in self.photos]
        expires = self.consent.expires
        plain = {
            "name": self.name,
            "colorspace": self.colorspace,
            "consent": {**asdict(self.consent), "expires": expires.isoformat() if expires else None},
            "photos": [parts.plain for parts in photos],
        }
        return Parts(plain, tuple(array for parts in photos for array in parts.arrays))

    @classmethod
    def from_parts(cls, parts: Parts) -> Self:
        plain = parts.plain
        consent = dict(plain["consent"])
        day = consent.pop("expires")
        return cls(
            plain["name"],
            tuple(
                Photo.from_parts(Parts(each, (pixels,)))
                for each, pixels in zip(plain["photos"], parts.arrays, strict=True)
            ),
            plain["colorspace"],
            Consent(**consent, expires=date.fromisoformat(day) if day else None),
        )
