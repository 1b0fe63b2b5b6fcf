"""How near colour transfer comes to a face's true colours, and how still it is from frame to frame."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from nodegraph.bench import plain_colour as plain
from nodegraph.bench.colour_faces import SHOT, aligned, cast, difference, shown_light
from nodegraph.bench.colour_transfer import FRAME, LEVELS, SMALL, lit
from nodegraph.bench.exhibits import Bars, Curves, Exhibit, Sheet, Shown
from nodegraph.bench.figures import Figure, at_most, exactly, shown
from nodegraph.colour.coding import Coding
from nodegraph.data.image import Pixels
from nodegraph.ops.colour_fields import along_rim, broad, enlarged, gap, shrunk
from nodegraph.ops.colour_match import Look, Method, Settings, changed, look, matched

GROUP = "faces"
MATCHING = tuple(method for method in Method if method is not Method.MANUAL)
WIDTH = 0.08  # of a crop: what the node's low pass holds for broad
# CIEDE2000 that each may leave of the cast: what it was measured to leave, and a little more.
LEFT: Mapping[Method, float] = {
    Method.MEAN: 3.0,
    Method.RCT: 1.7,
    Method.LCT: 1.7,
    Method.MKL: 1.2,
    Method.HISTOGRAM: 1.6,
    Method.IDT: 1.2,
    Method.SOT: 1.4,
    Method.MIX: 1.8,
    Method.LOW_PASS: 2.2,
    Method.SEAMLESS: 2.7,
}
STILL_FRAMES, WINDOW, STILL_SIZE = 9, 5, 256


def transferred(method: Method, face: Pixels, plate: Pixels, matte: Pixels) -> Pixels:
    """Light of a face with the plate's colours, as the node does it on one frame."""
    coding = Coding.lab(SHOT) if method is Method.RCT else Coding.screen(SHOT)
    code = coding.encode(face)
    if method is Method.SEAMLESS:
        return coding.decode(np.add(code, along_rim(gap(code, coding.encode(plate)), matte)))
    own, wanted = (coding.encode(shrunk(each, SMALL)) for each in (face, plate))
    cover = shrunk(matte, SMALL)
    if method is Method.LOW_PASS:
        field = enlarged(broad(gap(own, wanted, cover), WIDTH), code.shape[0], code.shape[1])
        return coding.decode(np.add(code, field))
    seen = look(own, wanted, cover)
    settings = Settings(method, opponents=method is Method.RCT)
    return face if seen is None else coding.decode(changed(code, matched({FRAME: seen}, FRAME, settings)))


def measure_colour() -> list[Figure | Exhibit]:
    """A face whose true colours are known, given another stock's, and brought back."""
    face, plate, matte, truth = lit()
    before = difference(face, truth, matte)[0]
    rows: list[Figure | Exhibit] = [shown(GROUP, "colour: the cast, before any transfer", before, "ΔE")]
    left: dict[str, float] = {}
    pictures: list[Shown] = [shown_light(truth), shown_light(face)]
    for method in MATCHING:
        result = transferred(method, face, plate, matte)
        mean, most = difference(result, truth, matte)
        left[method.value] = mean
        rows.append(at_most(GROUP, f"colour: after {method.value}, mean", mean, LEFT[method], "ΔE"))
        rows.append(shown(GROUP, f"colour: after {method.value}, 95 % are nearer than", most, "ΔE"))
        pictures.append(shown_light(np.where((matte > 0)[..., None], result, truth)))
    names = ("true", "another stock", *(method.value for method in MATCHING))
    half = len(names) // 2
    rows.append(
        Bars("Colour: what is left of a cast", "ΔE (CIEDE2000)", left, dict.fromkeys(left, before), "Inside the matte.")
    )
    for part in (slice(0, half), slice(half, None)):
        rows.append(Sheet("Colour transfer", names[part], [("frame 1006", pictures[part])]))
    return [*rows, *_stillness()]


def _stillness() -> list[Figure | Exhibit]:
    """A still face on a still plate whose grain alone changes: what of it gets into the face's colours."""
    face = cast(aligned(FRAME, STILL_SIZE, grain=0.0).light)
    plates = [aligned(FRAME, STILL_SIZE, grain_seed=seed) for seed in range(1, STILL_FRAMES + WINDOW)]
    coding = Coding.screen(SHOT)
    code = coding.encode(face)
    matte = plates[0].matte
    inside = matte > 0.5
    shots = [coding.encode(each.light) for each in plates]
    moves = [_step(one, other, inside) for one, other in pairwise(shots[:STILL_FRAMES])]
    looks: dict[int, Look] = {}
    for at, plate in enumerate(plates):
        own, wanted = (coding.encode(shrunk(each, SMALL)) for each in (face, plate.light))
        seen = look(own, wanted, shrunk(matte, SMALL))
        if seen is not None:
            looks[at] = seen
    rows: list[Figure | Exhibit] = [
        shown(GROUP, "colour: neighbouring frames of the plate, by grain", max(moves), "8-bit levels")
    ]
    lines = {"the plate": moves}
    for method in (Method.IDT, Method.SOT, Method.MIX):
        reach = WINDOW // 2
        settings = Settings(method, window=WINDOW)
        runs = [
            [
                changed(code, matched({at: looks[at] for at in range(now - reach, now + reach + 1)}, now, settings))
                for now in range(reach, reach + STILL_FRAMES)
            ]
            for _ in range(2)
        ]
        again = max(float(np.abs(one - other).max()) for one, other in zip(*runs, strict=True))
        steps = [_step(one, other, inside) for one, other in pairwise(runs[0])]
        rows.append(exactly(GROUP, f"colour: two renders of {method.value} differ by", again, 0))
        rows.append(
            at_most(GROUP, f"colour: neighbouring frames of {method.value}", max(steps), max(moves), "8-bit levels")
        )
        lines[method.value] = steps
    one, other = (_by_chance(code, shots[0], matte, seed) for seed in (1, 2))
    words = "colour: two runs of sot with new directions each time"
    most = float(np.abs(one - other)[inside].max()) * LEVELS
    rows.append(shown(GROUP, f"{words}, mean", _step(one, other, inside), "8-bit levels"))
    rows.append(shown(GROUP, f"{words}, most", most, "8-bit levels"))
    note = "A still face on a still plate; only the grain is new in each frame."
    rows.append(Curves("Colour: from one frame to the next", "8-bit levels", lines, note))
    return rows


def _step(one: Pixels, other: Pixels, inside: plain.Array) -> float:
    return float(np.abs(one - other)[inside].mean()) * LEVELS


def _by_chance(code: Pixels, plate: Pixels, matte: Pixels, seed: int) -> Pixels:
    """As published: directions drawn anew whenever it is called."""
    drawn = np.random.default_rng(seed).normal(size=(10, 5, 3))
    drawn /= np.linalg.norm(drawn, axis=-1, keepdims=True)
    return np.asarray(plain.sot(code, plate, matte > 0.5, drawn), np.float32)


MEASURES = {"colour": measure_colour}
