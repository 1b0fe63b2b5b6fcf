"""Where one shot ends and the next begins: hard cuts and dissolves, told from flashes, pans and turning heads.

Frames are compared by their colours (a histogram, which motion leaves alone) and by their forms (each block is looked
for near its place in the other frame, whatever its brightness). A cut stands out from the frames around it and what
was there before does not come back; within a dissolve every frame is a mix of its two ends (Zhang, Kankanhalli and
Smoliar 1993; Boreczky and Rowe 1996 compare the ways).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.tracks import Cuts

Floats = NDArray[np.float32]
Eight = NDArray[np.uint8]

WIDTH, HEIGHT = 64, 36  # of the small pictures that are compared
BLOCK = (12, 16)  # rows, columns
REACH = 8  # how far a block is looked for, in small pixels
PLAIN = 0.03  # a block whose brightness varies by less says little
SAME = 0.12  # a difference of forms that is none
ALIKE = 0.8  # correlation from which a part of a picture is found again elsewhere
AROUND = 6  # frames on each side that a cut must stand out from
MIX = (18, 32)  # rows, columns of the still smaller picture that mixes are told by
LEFT_OVER = 0.3  # how much of the difference of its ends a mix may leave unexplained
UNLIKE = 0.05  # how much the ends of a dissolve differ, of the range of a display
LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)


class Look(NamedTuple):
    """What is kept of a frame."""

    luma: Floats  # HEIGHT x WIDTH
    colours: Floats  # a histogram, its sum 1
    small: Floats  # the colours of a few large pixels in a row


@dataclass(frozen=True)
class Rules:
    """What counts as a cut."""

    threshold: float = 0.25  # how different two frames are, 0 to 1
    shortest: int = 5  # frames; what is back sooner was a flash, or something that passed by
    longest: int = 48  # frames of a dissolve; 0 looks for none


def look_at(picture: Eight) -> Look:
    """What is kept of a frame, given WIDTH x HEIGHT as a screen shows it."""
    import cv2

    light = picture.astype(np.float32) / np.float32(255)
    luma = np.asarray(light @ LUMA, np.float32)
    warm, cool = light[..., 0] - light[..., 1], light[..., 2] - light[..., 1]
    places = np.stack([luma * 12, warm * 6 + 3, cool * 6 + 3], axis=-1)
    cells = np.clip(places, 0, (11, 5, 5)).astype(np.int64).reshape(-1, 3)
    counts = np.bincount(cells @ np.array([36, 6, 1]), minlength=432).astype(np.float32)
    # A change of a hundredth must not empty one cell into the next: each shares with its neighbours in brightness.
    colours = cv2.GaussianBlur(counts.reshape(12, 36), (1, 3), 1.0, borderType=cv2.BORDER_REPLICATE).ravel()
    small = cv2.resize(light, MIX[::-1], interpolation=cv2.INTER_AREA)
    return Look(luma, np.asarray(colours / colours.sum(), np.float32), np.asarray(small, np.float32).ravel())


def change(one: Look, other: Look) -> float:
    """How different two frames are, 0 to 1: the mean of that of their forms and that of their colours.

    Where the forms are the same, other colours are another light: somebody found the switch.
    """
    colours = 0.5 * float(np.abs(one.colours - other.colours).sum())
    forms = _unlike(one.luma, other.luma)
    if forms > 0.3:
        forms = min(forms, _unlike_moved(one.luma, other.luma))
    return 0.5 * (forms + colours * min(1.0, max(0.0, (forms - SAME) / SAME)))


def _unlike(one: Floats, other: Floats) -> float:
    """How much of the forms of a picture are not found near their place in the other, whatever the brightness."""
    import cv2

    rows, columns = BLOCK
    wide = cv2.copyMakeBorder(other, REACH, REACH, REACH, REACH, cv2.BORDER_REPLICATE)
    found, weights = 0.0, 0.0
    for y in range(0, one.shape[0] - rows + 1, rows):
        for x in range(0, one.shape[1] - columns + 1, columns):
            block = one[y : y + rows, x : x + columns]
            spread = float(block.std())
            weight = spread**2 / (spread**2 + PLAIN**2)
            around = wide[y : y + rows + 2 * REACH, x : x + columns + 2 * REACH]
            match = float(np.nan_to_num(cv2.matchTemplate(around, block, cv2.TM_CCOEFF_NORMED)).max())
            found += weight * min(max(match, 0.0), 1.0)
            weights += weight
    if weights < 0.2:  # nothing but a plain field: alike if the other is plain as well
        return 0.0 if float(other.std()) < PLAIN else 1.0
    return 1.0 - found / weights


def _unlike_moved(one: Floats, other: Floats) -> float:
    """The same after a move of the whole frame: the half of one picture that is found in the other says how far."""
    import cv2

    y, x = HEIGHT // 4, WIDTH // 4
    least = 1.0
    for dx in (-x, 0, x):
        part = one[y : y + HEIGHT // 2, x + dx : x + dx + WIDTH // 2]
        if float(part.std()) < PLAIN:
            continue
        scores = cv2.matchTemplate(other, part, cv2.TM_CCOEFF_NORMED)
        _, best, _, (at_x, at_y) = cv2.minMaxLoc(scores)
        if best < ALIKE:
            continue
        move_x, move_y = at_x - (x + dx), at_y - y
        seen = one[max(0, -move_y) : HEIGHT - max(0, move_y), max(0, -move_x) : WIDTH - max(0, move_x)]
        there = other[max(0, move_y) : HEIGHT - max(0, -move_y), max(0, move_x) : WIDTH - max(0, -move_x)]
        if seen.shape[0] >= BLOCK[0] and seen.shape[1] >= BLOCK[1]:
            least = min(least, _unlike(seen, there))
    return least


class Mixed(NamedTuple):
    """A stretch whose frames are mixes of its ends, and how clearly."""

    first: int
    last: int
    clear: float


class CutFinder:
    """Looks at frames one after the other and keeps no more of them than a dissolve lasts."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.changes: dict[int, float] = {}
        self.back: dict[int, float] = {}  # how different the frames before and after a change are at their nearest
        self.mixes: list[Mixed] = []
        self.order: list[int] = []
        self._looks: deque[Look] = deque(maxlen=max(rules.longest + 3, 2 * rules.shortest) + 4)
        self._scales = _scales(rules.longest)

    def see(self, frame: int, look: Look) -> None:
        """The next frame of the clip."""
        if self._looks:
            self.changes[frame] = change(self._looks[-1], look)
        self.order.append(frame)
        self._looks.append(look)
        self._look_back()
        self._look_for_mixes()

    def _look_back(self) -> None:
        """Whether what was there before a change comes back within the shortest shot, at the change seen whole now."""
        short = self.rules.shortest
        if len(self._looks) < short + 1:
            return
        self._judge(len(self._looks) - short)

    def _judge(self, at: int) -> None:
        """Compare what was before the look number `at` with what comes after it."""
        frame = self.order[at - len(self._looks)]
        if self.changes.get(frame, 0.0) < self.rules.threshold or frame in self.back:
            return
        looks, short = list(self._looks), self.rules.shortest
        before, after = looks[max(0, at - short) : at], looks[at : at + short]
        self.back[frame] = min(change(one, other) for one in before for other in after)

    def _look_for_mixes(self) -> None:
        looks = list(self._looks)
        for length in self._scales:
            if len(looks) <= length:
                break
            found = mixed([look.small for look in looks[-length - 1 :]])
            if found is None:
                continue
            start, end, clear = found
            if change(looks[-length - 1], looks[-1]) < self.rules.threshold:
                continue
            base = self.order[-length - 1 :]
            self.mixes.append(Mixed(base[start], base[end], clear))

    def cuts(self) -> Cuts:
        """What was found, once all frames were seen."""
        for at in range(max(1, len(self._looks) - self.rules.shortest), len(self._looks)):
            self._judge(at)
        dissolves: list[Mixed] = []
        for mix in sorted(self.mixes, key=lambda each: -each.clear):
            if all(mix.first > other.last or mix.last < other.first for other in dissolves):
                dissolves.append(mix)
        dissolves.sort()
        hard: list[int] = []
        for frame in sorted(self.back, key=lambda each: -self.changes[each]):
            near = self.rules.shortest
            if self._stands_out(frame) and all(abs(frame - other) >= near for other in hard):
                hard.append(frame)
        inside = {frame for mix in dissolves for frame in range(mix.first - 1, mix.last + 3)}
        return Cuts(tuple(sorted(set(hard) - inside)), tuple((mix.first, mix.last) for mix in dissolves))

    def _stands_out(self, frame: int) -> bool:
        """A cut is a change far larger than those around it, after which what was before does not come back."""
        change_here = self.changes[frame]
        if self.back[frame] < 0.6 * change_here:
            return False
        at = self.order.index(frame)
        around = [
            self.changes.get(other, 0.0)
            for other in self.order[max(0, at - AROUND) : at + AROUND + 1]
            if other != frame
        ]
        usual = float(np.percentile(around, 75)) if around else 0.0
        return change_here - usual >= 0.7 * self.rules.threshold and change_here >= 1.5 * usual


def _scales(longest: int) -> list[int]:
    """Lengths at which dissolves are looked for, each about a third longer than the one before."""
    lengths = [5]
    while lengths[-1] < longest + 3:  # with a frame of rest at each end
        lengths.append(min(longest + 3, round(lengths[-1] * 1.25)))
    return lengths if longest >= 3 else []


def mixed(frames: list[Floats]) -> tuple[int, int, float] | None:
    """First and last of the frames that are mixes of the two ends, and how clearly; None if they are none."""
    rows = np.stack(frames)
    way = rows[-1] - rows[0]
    far = float(np.sqrt((way**2).mean()))
    if far < UNLIKE:
        return None
    along = rows - rows[0]
    share = along @ way / float(way @ way)
    rest = np.sqrt(((along - share[:, None] * way) ** 2).mean(axis=1)) / far
    steps = np.diff(share)
    between = (share > 0.05) & (share < 0.95)
    if steps.min() < -0.06 or steps.max() > 0.45 or between.sum() < 2:
        return None
    left = float(rest[between].mean())
    if left > LEFT_OVER or float(rest[between].max()) > 1.5 * LEFT_OVER:
        return None
    first = int(np.flatnonzero(share <= 0.03)[-1])
    last = int(np.flatnonzero(share >= 0.97)[0])
    if first < 1 or last > len(rows) - 2:  # a pan goes on; before and after a dissolve the picture stays
        return None
    # A mix goes on evenly: somebody who moves stops and goes.
    even = float(np.abs(np.diff(share[first : last + 1], 2)).max()) if last - first > 2 else 0.0
    if even > 0.35:
        return None
    return first, last, far * (1.0 - left)


def find_cuts(pictures: Iterable[tuple[int, Eight]], rules: Rules) -> Cuts:
    """The cuts of a clip of small pictures, each WIDTH x HEIGHT x 3 as a screen shows it."""
    finder = CutFinder(rules)
    for frame, picture in pictures:
        finder.see(frame, look_at(picture))
    return finder.cuts()
