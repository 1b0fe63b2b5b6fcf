"""Swap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Annotated

import numpy as np

from nodegraph.colour.config import load_config
from nodegraph.colour.network_light import NetworkLight
from nodegraph.colour.written import luminance_of
from nodegraph.data.crop import Crop, Crops
from nodegraph.data.errors import ModelError
from nodegraph.data.identity import Identity, Photo
from nodegraph.data.image import Pixels
from nodegraph.data.model import Model
from nodegraph.data.shot import Shot
from nodegraph.graph.context import Context
from nodegraph.graph.knob import Knob
from nodegraph.graph.node import Identity as Same
from nodegraph.graph.node import Knobs, Saved, node, reworded, upgrades
from nodegraph.ml.recognisers import Identifier, open_identifier
from nodegraph.ml.swappers.contracts import Feed
from nodegraph.ml.swappers.source import Source, Sources
from nodegraph.ml.swappers.swapper import Mattes, Swapper, open_swapper
from nodegraph.ops.black_and_white import like_its_plate
from nodegraph.ops.passage import look, passage
from nodegraph.ops.templates import Template
from nodegraph.ops.warp_swap import Warp, warped


class Contract(Enum):
    """How a model is fed: a word that is only needed where its file and its card do not tell."""

    AUTO = "auto"
    INSWAPPER = "inswapper"
    INSTYLESWAPPER = "instyleswapper"
    HYPERSWAP = "hyperswap"
    SIMSWAP = "simswap"
    SIMSWAP_UNOFFICIAL = "simswap_unofficial"
    SIMSWAP_FFHQ = "simswap_ffhq"
    SIMSWAP_512 = "simswap_512"
    GHOST = "ghost"
    GHOST_UNET = "ghost_unet"
    UNIFACE = "uniface"
    BLENDSWAP = "blendswap"
    HIFIFACE = "hififace"
    CSCS = "cscs"
    DFM = "dfm"


class Learned(Enum):
    """What becomes of the two mattes that a .dfm draws: of the new face, and of the plate's."""

    PRODUCT = "product"
    MINIMUM = "minimum"
    NEW = "new face"
    PLATE = "plate's face"
    NONE = "none"


class Photographs(Enum):
    """How several photographs become one person."""

    MEAN = "mean"
    FRONTAL = "frontal"


FRONTAL = 25.0  # degrees: a photograph turned by so much counts 0.6 of one from the front


def _neutral(frame: int, knobs: Knobs) -> Same:
    del frame
    return "crops" if knobs["mix"] == 0 else None


@node(identity=_neutral, costly=True)
def swap(
    crops: Crops,
    identity: Identity,
    model: Model | None,
    recogniser: Model | None,
    converter: Model | None,
    shot: Shot,
    ctx: Context,
    *,
    track: Annotated[str, Knob(help="tracks that get this face, as in face1 face3; empty: every one")] = "",
    mix: Annotated[float, Knob(0, 1, help="between the face as it was and the new one")] = 1.0,
    likeness: Annotated[
        float, Knob(0, 1, help="warp: how far features go where the new face has them, rather than the plate's")
    ] = 0.6,
    light: Annotated[float, Knob(0, 1, help="warp: how much of its broad light and colour comes from the plate")] = 1.0,
    softness: Annotated[float, Knob(0.03, 0.6, help="warp: how broad that light is, in sizes of the face")] = 0.18,
    contrast: Annotated[
        float, Knob(0, 1, help="warp: how much of its skin's contrast comes from the plate: less shine in soft light")
    ] = 0.8,
    eyes: Annotated[float, Knob(0, 1, help="warp: how much of the plate's own eyes is kept between the lids")] = 1.0,
    mouth: Annotated[float, Knob(0, 1, help="warp: how much of the inside of the plate's own mouth is kept")] = 1.0,
    forehead: Annotated[
        float, Knob(0, 3, help="warp: how high above the brows it is put in, before hair may come in with it")
    ] = 1.0,
    highlights: Annotated[float, Knob(0, 1, help="warp: how much of the plate's light above white is kept")] = 1.0,
    contract: Annotated[
        Contract, Knob(help="model: how it is fed, where its file and its card do not tell")
    ] = Contract.AUTO,
    strength: Annotated[
        float, Knob(0, 1, help="model: the new person; below a half some of the plate's own is left, above it less")
    ] = 0.5,
    photographs: Annotated[
        Photographs,
        Knob(help="model: how several photographs become one person; frontal: those from the front count more"),
    ] = Photographs.MEAN,
    boost: Annotated[int, Knob(1, 8, help="model: finer and steadier; it looks so many times, squared")] = 1,
    detail: Annotated[
        float, Knob(0, 1, help="model: how much detail of the plate stays that is finer than the model draws")
    ] = 1.0,
    keep_grain: Annotated[float, Knob(0, 1, help="model: how much of the grain it took away is put back")] = 1.0,
    morph: Annotated[float, Knob(0, 1, help="model: of a .dfm that morphs, how far towards the new face")] = 0.75,
    framing: Annotated[
        Template, Knob(help="model: how the face lies in the picture of a .dfm, which does not say it")
    ] = Template.WHOLE_FACE,
    learned: Annotated[Learned, Knob(help="model: what becomes of the mattes that a .dfm draws")] = Learned.PRODUCT,
    exposure: Annotated[float, Knob(-8, 8, unit="stops", help="model: brighten what it sees")] = 0.0,
) -> Crops:
    """Put somebody's face in, in the plate's place, expression and light: from photographs, or by a model.

    Without a model the photographs are bent into place (the knobs of warp). A model draws the face anew; most are told
    who it is by a recogniser, some through a converter as well. What a model changes is added as a difference, so that
    light above white, negative light and detail finer than its pixels stay. On a black and white plate the face is too.
    """
    wanted = track.split()
    chosen = [k for k, crop in enumerate(crops) if not wanted or crop.track in wanted]
    if len(crops) and not chosen:
        ctx.missed(f"no {' or '.join(wanted)}, only {', '.join(crop.track for crop in crops)}")
    if any(crops.crops[k].face.points is None for k in chosen):
        ctx.missed("a face without landmarks")
        chosen = [k for k in chosen if crops.crops[k].face.points is not None]
    done = list(crops)
    if model is None:
        settings = Warp(likeness, light, softness, contrast, eyes, mouth, highlights, forehead)
        for k in chosen:
            ctx.check_cancel()
            done[k] = warped(done[k], identity, settings, mix)
        return _like_plates(crops.each(done), shot)
    through = Through(strength, boost, detail, keep_grain, morph, framing, learned, mix)
    person = _person(identity, model, recogniser, converter, contract, photographs, shot, ctx)
    new = by_model([done[k] for k in chosen], person, through, NetworkLight.of(shot, exposure), ctx)
    for k, crop in zip(chosen, new, strict=True):
        done[k] = crop
    return _like_plates(crops.each(done), shot)


@upgrades(swap, to=2)
def _shorter_choices(saved: Saved) -> Saved:
    """Choices got shorter words."""
    saved = reworded(saved, "learned", {"of the new face": "new face", "of the plate's face": "plate's face"})
    return reworded(saved, "photographs", {"frontal ones count more": "frontal"})


def _like_plates(crops: Crops, shot: Shot) -> Crops:
    """Faces on black and white plates are black and white."""
    return crops.each(
        like_its_plate(crop, lambda: luminance_of(load_config(shot.config), shot.space)) for crop in crops
    )


@dataclass(frozen=True)
class Through:
    """How faces go through a model."""

    strength: float
    boost: int
    detail: float
    keep_grain: float
    morph: float
    framing: Template
    learned: Learned
    mix: float


@dataclass(frozen=True, eq=False)
class Person:
    """Who is put in, as one model is told."""

    name: str
    swapper: Swapper
    identifier: Identifier | None
    source: Source


def by_model(crops: Sequence[Crop], person: Person, through: Through, light: NetworkLight, ctx: Context) -> list[Crop]:
    """Faces of one frame through a model, together where it takes several."""
    swapper, identifier, boost = person.swapper, person.identifier, through.boost
    template = through.framing if swapper.contract.feed is Feed.NOTHING else Template(swapper.contract.template)
    ways = []
    for crop in crops:
        ctx.check_cancel()
        ways.append(passage(crop, light, template, swapper.size, boost))
    if not ways:
        return []
    looks = boost * boost
    target: Pixels | None = None
    if identifier is not None and through.strength != 0.5:
        own = [look(way.shown, way.crop.points, Template(identifier.template), identifier.size) for way in ways]
        target = np.repeat(identifier.convert(identifier.look(np.stack(own))), looks, axis=0)
    fed = np.concatenate([way.fed for way in ways])
    answer = swapper.swap(fed, person.source, target=target, strength=through.strength, morph=through.morph)
    done = []
    for k, way in enumerate(ways):
        part = slice(k * looks, (k + 1) * looks)
        new = way.back(answer.faces[part], through.detail, through.keep_grain, through.mix)
        crop = way.crop.with_pixels(new, identity=person.name)
        drawn = None if answer.mattes is None else _matte(answer.mattes, part, through.learned)
        done.append(crop if drawn is None else crop.with_matte(crop.coverage() * way.matte(drawn)))
    return done


def _matte(mattes: Mattes, part: slice, learned: Learned) -> Pixels | None:
    new, plate = np.clip(mattes.swapped[part], 0, 1), np.clip(mattes.plate[part], 0, 1)
    match learned:
        case Learned.PRODUCT:
            return new * plate
        case Learned.MINIMUM:
            return np.minimum(new, plate)
        case Learned.NEW:
            return new
        case Learned.PLATE:
            return plate
        case Learned.NONE:
            return None


def _person(
    identity: Identity,
    model: Model,
    recogniser: Model | None,
    converter: Model | None,
    contract: Contract,
    photographs: Photographs,
    shot: Shot,
    ctx: Context,
) -> Person:
    """The person as the model is told: found out once, and kept while the identity is."""
    said = "" if contract is Contract.AUTO else contract.value
    swapper = ctx.load(("swapper", model, said, converter), lambda: open_swapper(model, ctx, said, emap=converter))
    identifier = ctx.load(
        ("identifier", swapper.contract, recogniser, converter),
        lambda: open_identifier(swapper.contract, recogniser, converter, ctx),
    )
    sources = ctx.load(("sources", model, said, recogniser, converter, photographs, shot.config), Sources)
    source = sources.of(identity, lambda: _source(identity, swapper, identifier, photographs, shot))
    return Person(identity.name, swapper, identifier, source)


def _source(
    identity: Identity, swapper: Swapper, identifier: Identifier | None, photographs: Photographs, shot: Shot
) -> Source:
    contract = swapper.contract
    if contract.feed is Feed.NOTHING:
        return Source()
    if not identity.photos:
        raise ModelError(f"the identity {identity.name} has no photographs", "give it at least one")
    shows = NetworkLight(shot.config, identity.colorspace).encode
    frontal = np.array([_frontal(photo) for photo in identity.photos], np.float32)
    if identifier is None:
        best = identity.photos[int(frontal.argmax())]
        framed = Template(contract.source_template)
        return Source(image=look(shows(best.pixels), best.points, framed, contract.source_size))
    framed = Template(identifier.template)
    faces = [look(shows(photo.pixels), photo.points, framed, identifier.size) for photo in identity.photos]
    return identifier.source(np.stack(faces), frontal if photographs is Photographs.FRONTAL else None)


def _frontal(photo: Photo) -> float:
    """How much a face looks into the camera, 1 to 0."""
    pose = photo.face.pose
    return float(np.exp(-(pose.yaw**2 + pose.pitch**2) / (2 * FRONTAL**2)))
