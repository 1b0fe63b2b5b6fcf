"""Identities: whose face is put in, the pictures of it, and who allowed that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.faces import Face, Points
from nodegraph.data.image import Pixels


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
