"""Colour transfer against the papers' own way in plain numpy: how equal, how fast, what estimating small costs."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np

from nodegraph.bench import plain_colour as plain
from nodegraph.bench.colour_faces import SHOT, aligned, cast, difference
from nodegraph.bench.figures import Figure, at_least, at_most, seconds, shown
from nodegraph.colour.coding import REC709, Coding, matrix_to
from nodegraph.data.image import Pixels
from nodegraph.ops.colour_fields import shrunk
from nodegraph.ops.colour_match import Method, Settings, changed, look, matched
from nodegraph.ops.colour_ranks import sot_by_rank
from nodegraph.ops.colour_transfer import (
    SAME,
    Affine,
    Moments,
    Samples,
    apply,
    linear,
    moments,
    monge_kantorovich,
    reinhard,
    samples,
)
from nodegraph.ops.colour_transport import idt, idt_directions, sot, sot_directions

GROUP = "faces"
SIZE, SMALL = 512, 128
EQUAL = 1e-4  # of a scale on which white is 1
LEVELS = 255
FRAME = 1006
BATCH = 5  # directions to a step of the compared sot; the node's own 30 only make the paper's way slower
Plain = Callable[[plain.Array, plain.Array, plain.Array], plain.Array]


class Pair(NamedTuple):
    """A face as another stock has it, the plate's own with other grain, the face's matte, and its true colours."""

    face: Pixels
    plate: Pixels
    matte: Pixels
    truth: Pixels


@cache
def lit() -> Pair:
    """In light."""
    face, plate = aligned(FRAME, SIZE, grain_seed=1), aligned(FRAME, SIZE)
    return Pair(cast(face.light), plate.light, plate.matte, face.light)


@cache
def coded() -> Pair:
    """As a screen shows it."""
    coding, (face, plate, matte, truth) = Coding.screen(SHOT), lit()
    return Pair(coding.encode(face), coding.encode(plate), matte, coding.encode(truth))


def measure_rct() -> list[Figure]:
    """In L*a*b*, from light to light."""
    lab, to_709 = Coding.lab(SHOT), matrix_to(SHOT.config, SHOT.space, REC709)
    back = np.linalg.inv(to_709)
    face, plate, matte, _ = lit()

    def theirs() -> plain.Array:
        result: plain.Array = plain.rct(face @ to_709.T, plate @ to_709.T, matte) @ back.T
        return result

    def ours() -> Pixels:
        own, wanted = (moments(samples(lab.encode(each), matte)) for each in (face, plate))
        change = reinhard(own, wanted)
        return lab.through(face, change.matrix, change.offset)

    def little() -> Pixels:
        own, wanted = (lab.encode(shrunk(each, SMALL)) for each in (face, plate))
        seen = look(own, wanted, shrunk(matte, SMALL))
        change = SAME if seen is None else matched({FRAME: seen}, FRAME, Settings(Method.RCT, opponents=True))
        return lab.through(face, change.matrix, change.offset) if isinstance(change, Affine) else face

    rows = _against_paper("rct", theirs, ours, little, 2)
    return [*rows, *_cost("rct", Coding.screen(SHOT).encode(ours()), Coding.screen(SHOT).encode(little()))]


def measure_lct() -> list[Figure]:
    """By square roots of the covariances."""
    return _straight(Method.LCT, plain.lct, linear, 2)


def measure_mkl() -> list[Figure]:
    """Monge and Kantorovich's map."""
    return _straight(Method.MKL, plain.mkl, monge_kantorovich, 5)


def _straight(method: Method, paper: Plain, solve: Callable[[Moments, Moments], Affine], goal: float) -> list[Figure]:
    face, plate, matte, _ = coded()

    def ours() -> Pixels:
        return apply(face, solve(*(moments(samples(each, matte)) for each in (face, plate))))

    def little() -> Pixels:
        return small(method, coded())

    rows = _against_paper(method.value, lambda: paper(face, plate, matte), ours, little, goal)
    return [*rows, *_cost(method.value, ours(), little())]


def measure_idt() -> list[Figure]:
    """The same turns for both. In double precision, for each turn passes rounding on to the next, enlarged."""
    face, plate, matte, _ = coded()
    turns = idt_directions()

    def ours() -> plain.Array:
        return _put(face, matte, idt(_double(face, matte), _double(plate, matte)))

    rows = _against_paper(
        "idt", lambda: plain.idt(face, plate, matte, turns), ours, lambda: small(Method.IDT, coded()), 6
    )
    return [*rows, *_cost("idt", ours(), small(Method.IDT, coded()))]


def measure_sot() -> list[Figure]:
    """The same directions for both. The paper sorts colours, and so do ours when a whole picture is carried."""
    face, plate, matte, _ = coded()
    matte = (matte > 0.5).astype(np.float32)  # sorted lists give every pixel the same weight
    bundles = sot_directions(batch=BATCH)

    def ours() -> plain.Array:
        return _put(face, matte, sot_by_rank(_double(face, matte), _double(plate, matte), bundles))

    def by_tables() -> plain.Array:
        return _put(face, matte, sot(samples(face, matte), samples(plate, matte), batch=BATCH))

    def theirs() -> plain.Array:
        return plain.sot(face, plate, matte, bundles)

    same, *speed = _against_paper("sot", theirs, ours, lambda: small(Method.SOT, coded(), BATCH), 10, by_tables)
    full = sot_by_rank(samples(face, matte), samples(plate, matte))
    return [same, *speed, *_cost("sot", _put(face, matte, full), small(Method.SOT, coded()))]


def small(method: Method, given: Pair, batch: int = 0) -> Pixels:
    """As the node does it: a map estimated on little pictures, the face through it at full size."""
    seen = look(shrunk(given.face, SMALL), shrunk(given.plate, SMALL), shrunk(given.matte, SMALL))
    if seen is None:
        return given.face
    settings = Settings(method, batch=batch) if batch else Settings(method)
    return changed(given.face, matched({FRAME: seen}, FRAME, settings))


def _against_paper(
    name: str,
    theirs: Callable[[], plain.Array],
    ours: Callable[[], plain.Array],
    little: Callable[[], Pixels],
    goal: float,
    by_tables: Callable[[], plain.Array] | None = None,
) -> list[Figure]:
    """How equal and how fast. Where `by_tables` is how whole pictures are carried fast, it has no goal of its own."""
    apart = float(np.abs(theirs() - ours()).max())
    slow, full, fast = seconds((theirs, by_tables or ours, little), 3)
    words = f"{name}: whole picture against plain numpy at {SIZE}"
    return [
        at_most(GROUP, f"{name}: whole picture, furthest from plain numpy", apart * 1e6, EQUAL * 1e6, "ppm of white"),
        shown(GROUP, words, slow / full, "x") if by_tables else at_least(GROUP, words, slow / full, goal),
        at_least(GROUP, f"{name}: estimated at {SMALL}, applied at {SIZE}, against plain numpy", slow / fast, goal),
        shown(GROUP, f"{name}: estimated at {SMALL}, applied at {SIZE}", fast * 1000, "ms"),
    ]


def _cost(name: str, whole: plain.Array, little: Pixels) -> list[Figure]:
    """What estimating small costs: against the whole picture's own map, and in nearness to the truth."""
    matte = coded().matte
    apart = np.abs(whole - little).max(axis=-1)[matte > 0.5] * LEVELS
    coding, truth = Coding.screen(SHOT), lit().truth
    near = [difference(coding.decode(each.astype(np.float32)), truth, matte)[0] for each in (whole, little)]
    words = f"{name}: estimated at {SMALL} instead of {SIZE}"
    return [
        shown(GROUP, f"{words}, mean difference", float(apart.mean()), "8-bit levels"),
        shown(GROUP, f"{words}, 99 % differ by less than", float(np.percentile(apart, 99)), "8-bit levels"),
        shown(GROUP, f"{words}, further from the true colours by", near[1] - near[0], "ΔE"),
    ]


def _double(code: Pixels, matte: Pixels) -> Samples:
    colours, weights = samples(code, matte)
    return Samples(colours.astype(np.float64), weights.astype(np.float64))


def _put(code: Pixels, matte: Pixels, colours: plain.Array) -> plain.Array:
    result = code.astype(np.float64)
    result[matte > 0] = colours
    return result


MEASURES = {
    "rct": measure_rct,
    "lct": measure_lct,
    "mkl": measure_mkl,
    "idt": measure_idt,
    "sot": measure_sot,
}
