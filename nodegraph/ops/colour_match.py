"""A face's colours matched to a plate's, over a few frames: which map each method comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

import numpy as np

from nodegraph.data.image import Pixels
from nodegraph.ops.colour_time import centred, pooled, same_light, weight
from nodegraph.ops.colour_transfer import (
    OPPONENT,
    Affine,
    Bends,
    Moments,
    Reals,
    Root,
    Samples,
    apply,
    averaged,
    bend,
    histogram_match,
    linear,
    mean_shift,
    moments,
    monge_kantorovich,
    quantiles,
    reinhard,
    samples,
)
from nodegraph.ops.colour_transport import (
    SOT_BATCH,
    Lattice,
    around,
    evened,
    idt,
    lattice,
    places,
    sot,
    through_lattice,
)

Change = Affine | Bends | Lattice
FEW = 0.005  # share of the colours at either end
FAR = 0.5  # of the others' spread: as far as those few may be from them


class Method(Enum):
    """How colours are matched."""

    MEAN = "mean"
    RCT = "rct"
    LCT = "lct"
    MKL = "mkl"
    HISTOGRAM = "histogram"
    IDT = "idt"
    SOT = "sot"
    MIX = "mix"
    LOW_PASS = "low pass"
    SEAMLESS = "seamless"
    MANUAL = "manual"


FIELDS = (Method.LOW_PASS, Method.SEAMLESS)  # these match place by place


class Look(NamedTuple):
    """The colours of a face and of the plate below it, at one frame."""

    face: Samples
    plate: Samples
    face_moments: Moments
    plate_moments: Moments


@dataclass(frozen=True)
class Settings:
    """What the artist chose."""

    method: Method
    root: Root = Root.PCA
    window: float = 1.0
    evenness: int = 1
    batch: int = SOT_BATCH  # directions to each step of sot
    opponents: bool = False  # the coding's own axes are brightness and colour differences


def look(face: Pixels, plate: Pixels, matte: Pixels | None = None) -> Look | None:
    """What is seen of a frame within a matte; None where that is nothing."""
    both = samples(face, matte), samples(plate, matte)
    if not (both[0].enough and both[1].enough):
        return None
    own, wanted = (usual(each) for each in both)
    return Look(own, wanted, moments(own), moments(wanted))


def usual(given: Samples) -> Samples:
    """The colours without the few that lie far from all others: a glint is no part of what skin is like.

    It goes with its nearest neighbours instead, so it stays as far above them as it was.
    """
    count = len(given.colours)
    few = int(FEW * count)
    ordered = np.partition(given.colours, (few, count - 1 - few), axis=0)
    low, high = ordered[few], ordered[count - 1 - few]
    far = FAR * (high - low) + 1e-6
    kept = ((given.colours >= low - far) & (given.colours <= high + far)).all(axis=1)
    return given if kept.all() else Samples(given.colours[kept], given.weights[kept])


def unbroken(looks: Mapping[int, Look], frame: int) -> dict[int, Look]:
    """The frames around one over which the light goes on, as many before as after."""
    result = {frame: looks[frame]}
    for step in (-1, 1):
        at = frame
        while at + step in looks and same_light(looks[at].plate_moments, looks[at + step].plate_moments):
            at += step
            result[at] = looks[at]
    return dict(sorted(centred(result, frame).items()))


def matched(looks: Mapping[int, Look], frame: int, settings: Settings) -> Change:
    """The map from a face's colours to its plate's at a frame, by what the frames around it have too."""
    near = unbroken(looks, frame)
    weights = {at: weight(at - frame, settings.window) for at in near}
    shares = list(weights.values())
    face = averaged([each.face_moments for each in near.values()], shares)
    plate = averaged([each.plate_moments for each in near.values()], shares)
    match settings.method:
        case Method.MEAN:
            return mean_shift(face, plate)
        case Method.RCT:
            return reinhard(face, plate) if settings.opponents else reinhard(face, plate, OPPONENT)
        case Method.LCT:
            return linear(face, plate, settings.root)
        case Method.MKL:
            return monge_kantorovich(face, plate)
    faces = pooled({at: (each.face, each.face_moments) for at, each in near.items()}, face, weights)
    plates = pooled({at: (each.plate, each.plate_moments) for at, each in near.items()}, plate, weights)
    if settings.method is Method.HISTOGRAM:
        return histogram_match(quantiles(faces), quantiles(plates))
    low, high = around(faces)
    nodes = places(low, high)
    moved = idt(faces, plates, nodes) if settings.method is Method.IDT else sot(faces, plates, nodes, settings.batch)
    change = evened(lattice(moved, low, high), faces, settings.evenness)
    if settings.method is Method.MIX:
        return change.with_brightness(linear(face, plate, settings.root))
    return change


def changed(code: Pixels, change: Change) -> Pixels:
    """A picture's colours through the map."""
    if isinstance(change, Affine):
        return apply(code, change)
    return bend(code, change) if isinstance(change, Bends) else through_lattice(code, change)


def contrasted(pivot: Reals, amount: float) -> Affine:
    """Colours pulled away from a middle one."""
    return Affine(np.eye(3) * amount, pivot * (1 - amount))
