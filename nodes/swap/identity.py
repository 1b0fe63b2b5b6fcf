"""Identity."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import numpy as np

from nodegraph.colour.auto import input_space
from nodegraph.colour.config import load_config
from nodegraph.colour.convert import through
from nodegraph.colour.eight_bit import eight_bit
from nodegraph.data.anamorphic import Stretch
from nodegraph.data.errors import MediaError, NodegraphError
from nodegraph.data.faces import Face, Points, Rect
from nodegraph.data.identity import Consent, Identity, Photo
from nodegraph.data.image import Image, Pixels, frozen
from nodegraph.data.kinds import MOVIES, is_movie
from nodegraph.data.shot import Shot
from nodegraph.graph.context import Context
from nodegraph.graph.knob import File, Knob
from nodegraph.graph.node import Knobs, node
from nodegraph.media.open import PICTURES, Headers, open_picture
from nodegraph.media.open_lazy import Opened, ToLight
from nodegraph.media.open_movie import open_movie
from nodegraph.media.sequence import stamp_of
from nodegraph.media.video import VideoReader
from nodegraph.ml.dlib_models import DlibModels
from nodegraph.ops.black_and_white import shows
from nodegraph.ops.head_pose import head_pose
from nodegraph.ops.looked_at import looked_at
from nodegraph.ops.photos import chosen, cut, odd_ones

RECORD = "consent.json"  # beside the photographs, for those who keep it there
LOOKS = 40  # frames of a clip that are looked at
SEARCHED = 1280  # width of the picture that is searched for faces
SEEN = 300.0  # size at which a face is shown to what finds its landmarks
AROUND = 0.6  # of its size: what is looked at beside it
SHAKES = (-0.06, -0.03, 0.0, 0.03, 0.06)  # the box made smaller and larger; the mean of all looks is finer


class Reason(Enum):
    """Why a face may be used without a record."""

    NONE = "none"
    DOUBLE = "digital double"
    OWN = "own face"
    PUBLIC = "public domain"


def _files(place: Path) -> list[Path]:
    """The pictures and clips of a folder, or the one file."""
    if place.is_dir():
        return sorted(path for path in place.iterdir() if path.suffix.lower() in PICTURES | MOVIES)
    return [place]


def _fingerprint(frame: int, knobs: Knobs) -> str:
    del frame
    place = Path(knobs["file"])
    files = [*_files(place), place / RECORD] if place.is_dir() else [place]
    return " ".join(f"{path.name} {stamp_of(path)}" for path in files)


def _whose(knobs: Knobs) -> tuple[str, Consent]:
    place = Path(knobs["file"])
    names = ("subject", "granted_by", "scope", "production", "expires", "document", "reason")
    return _called(place, knobs["name"]), _consent(place, *(knobs[name] for name in names))


def _called(place: Path, name: str) -> str:
    return name or place.stem


def _brings(knobs: Knobs, wired: frozenset[str]) -> tuple[str, ...]:
    del knobs, wired
    return ("dlib 68 landmarks", "dlib face descriptor")


@node(fingerprint=_fingerprint, consent=_whose, models=_brings, costly=True, store=True, revision=3)
def identity(
    shot: Shot,
    ctx: Context,
    *,
    file: Annotated[File, Knob(help="a folder of photographs, one photograph, or a clip of the person")] = File(""),
    name: Annotated[str, Knob(help="how the person is called in this production")] = "",
    most: Annotated[int, Knob(1, 200, help="photographs kept: those that differ most in how the head is turned")] = 24,
    size: Annotated[int, Knob(128, 2048, unit="px", help="the largest a face is kept")] = 1024,
    subject: Annotated[str, Knob(help="consent: whose face it is")] = "",
    granted_by: Annotated[str, Knob(help="consent: who allowed its use")] = "",
    scope: Annotated[str, Knob(help="consent: what for, as in: this film and its trailers")] = "",
    production: Annotated[str, Knob(help="consent: for this production alone; empty for any")] = "",
    expires: Annotated[str, Knob(help="consent: the last day, as 2027-12-31; empty for no end")] = "",
    document: Annotated[str, Knob(help="consent: where the signed paper is to be found")] = "",
    reason: Annotated[Reason, Knob(help="why no record is needed, if so")] = Reason.NONE,
) -> Identity:
    """Somebody's face: photographs or a clip of it, who it is by them all, and the consent to use it.

    A final render with an identity whose consent does not hold stops; see `render --preview`.
    """
    place = Path(file)
    if not file:
        raise MediaError("Identity has no file", "pick a folder of photographs, a photograph or a clip")
    if not place.exists():
        raise MediaError(f"there is no {place}", "check the path")
    consent = _consent(place, subject, granted_by, scope, production, expires, document, reason)
    models = ctx.load("dlib", DlibModels)
    photos: list[Photo] = []
    without: list[str] = []
    pictures = list(_pictures(place, ctx))
    for count, (called, opened) in enumerate(pictures, 1):
        ctx.progress(count / len(pictures), called)
        found = _photo(called, _light(opened, shot), shot, models, size)
        if found is None:
            without.append(called)
        else:
            photos.append(found)
    if not photos:
        raise NodegraphError(
            f"no face was found in {place.name}", "give photographs that show the face, large and from the front"
        )
    if without and len(pictures) <= LOOKS and not _is_clip(place):
        ctx.warn(f"no face in {', '.join(without[:8])}{' and others' if len(without) > 8 else ''}")
    others = odd_ones(photos)
    if others:
        names = ", ".join(photos[k].name for k in others[:8])
        ctx.warn(f"{names}: another person than the rest of {place.name}; left out")
        photos = [photo for k, photo in enumerate(photos) if k not in others]
    kept = chosen(photos, most)
    return Identity(_called(place, name), tuple(kept), shot.space, consent)


def _is_clip(place: Path) -> bool:
    return is_movie(place)


def _pictures(place: Path, ctx: Context) -> Iterator[tuple[str, Opened]]:
    """Every photograph, and frames of clips spread evenly."""
    headers = ctx.load("headers of EXRs", Headers)
    files = _files(place)
    if not files:
        raise MediaError(f"{place} holds no pictures", "give EXR, PNG, TIFF, JPEG, DPX, or a clip")
    for path in files:
        if not is_movie(path):
            yield path.name, open_picture(path, headers)
            continue
        stamp = stamp_of(path)
        reader = ctx.load(("movie", path, stamp), partial(VideoReader, path))
        count = reader.info.count
        for index in sorted({round(k) for k in np.linspace(0, count - 1, min(LOOKS, count))}):
            yield f"{path.name} frame {index + 1}", open_movie(reader, index, stamp)


def _light(opened: Opened, shot: Shot) -> Image:
    """A photograph as light in the working space."""
    config = load_config(shot.config)
    space = input_space(config, opened.path, opened.metadata, sample=opened.sample, override="auto").space
    unassociated = opened.unassociated and "A" in opened.channels
    convert = through(config, space, config.space(shot.space), unpremult=not unassociated)
    return opened.image(shot.space, ToLight(convert, unassociated))


def _photo(called: str, image: Image, shot: Shot, models: DlibModels, size: int) -> Photo | None:
    """The largest face of a photograph, cut out with what is around it."""
    if not shows(image):
        return None
    stretch = Stretch.square(image.format)
    light = looked_at(image, stretch.box(image.data), 1.0)
    scale = min(1.0, SEARCHED / max(light.shape[:2]))
    shown = eight_bit(_resized(light, scale), shot)
    faces = models.hog(shown, 0, 0.0) or models.hog(shown, 1, 0.0)
    if not faces:
        return None
    best = max(faces, key=lambda face: face.box.size * (1 + max(0.0, face.score)))
    box = Rect(*(value / scale for value in best.box))
    x0, y0, x1, y1 = (round(value) for value in box.grown(AROUND))
    x0, y0 = max(0, x0), max(0, y0)
    finer = min(2.0, SEEN / max(1.0, box.size))
    detailed = eight_bit(_resized(light[y0:y1, x0:x1], finer), shot)
    corner = np.array([x0, y0])
    where = Rect(*((value - start) * finer for value, start in zip(box, (x0, y0, x0, y0), strict=True)))
    looks = [models.landmarks(detailed, where.grown(each)) for each in SHAKES]
    seen: Points = np.mean(looks, axis=0)
    descriptor = models.descriptor(detailed, seen, where)
    points: Points = seen / finer + corner
    face = Face(box, best.score, points, 1.0, head_pose(points, stretch.form), descriptor)
    return cut(Photo(called, light, face), size)


def _resized(light: Pixels, scale: float) -> Pixels:
    import cv2

    if scale == 1:
        return light
    kind = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return frozen(cv2.resize(np.ascontiguousarray(light), None, fx=scale, fy=scale, interpolation=kind))


def _consent(
    place: Path,
    subject: str,
    granted_by: str,
    scope: str,
    production: str,
    expires: str,
    document: str,
    reason: Reason,
) -> Consent:
    """The record in the knobs; where these are empty, the one beside the photographs."""
    given: dict[str, Any] = {
        "subject": subject,
        "granted_by": granted_by,
        "scope": scope,
        "production": production,
        "expires": expires,
        "document": document,
        "reason": "" if reason is Reason.NONE else reason.value,
    }
    record = (place if place.is_dir() else place.parent) / RECORD
    if place.is_dir() and record.is_file():
        beside = _read(record, tuple(given))
        given = {name: value or beside[name] for name, value in given.items()}
    day = given.pop("expires").strip()
    try:
        return replace(Consent(**given), expires=date.fromisoformat(day) if day else None)
    except ValueError as fault:
        raise NodegraphError(
            f"the consent ends on {day!r}, which is no day", "write the year, the month and the day, as 2027-12-31"
        ) from fault


def _read(record: Path, names: tuple[str, ...]) -> dict[str, str]:
    """What a record states, as text: what it leaves out, or says to be null, it does not state."""
    try:
        found = json.loads(record.read_text("utf-8"))
    except (OSError, ValueError) as fault:
        raise NodegraphError(f"{record} cannot be read: {fault}", "it is to be JSON, as the manual shows") from fault
    if not isinstance(found, dict):
        raise NodegraphError(f"{record} is no consent record", "it is to be JSON with subject, granted_by, …")
    stated = {name: "" if found.get(name) is None else found[name] for name in names}
    for name, value in stated.items():
        if not isinstance(value, str):
            raise NodegraphError(
                f"{record}: {name} is {json.dumps(value, ensure_ascii=False)}, which is no text",
                "write it in quotation marks, or leave it out",
            )
    reasons = [reason.value for reason in Reason if reason is not Reason.NONE]
    if stated["reason"] == Reason.NONE.value:
        stated["reason"] = ""
    if stated["reason"] and stated["reason"] not in reasons:
        raise NodegraphError(
            f"{record}: {stated['reason']!r} is no reason to go without a record",
            f"one of {', '.join(reasons)}; or leave it out, and state who allowed what",
        )
    return stated
