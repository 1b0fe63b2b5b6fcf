"""What a measurement shows beside its figures: curves, bars, shares and pictures, for a page to draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Shown = NDArray[np.uint8]  # rows x columns x 3, RGB, as a display shows it


@dataclass(frozen=True, eq=False)
class Curves:
    """Numbers over frames, a line each."""

    title: str
    unit: str
    lines: Mapping[str, Sequence[float] | NDArray[Any]]
    note: str = ""
    first: int = 1


@dataclass(frozen=True, eq=False)
class Bars:
    """A number for each of some things; `before` is what it was before, drawn behind."""

    title: str
    unit: str
    values: Mapping[str, float]
    before: Mapping[str, float] | None = None
    note: str = ""


@dataclass(frozen=True, eq=False)
class Shares:
    """What a whole is made of, a row for each whole."""

    title: str
    unit: str
    wholes: Mapping[str, Mapping[str, float]]
    note: str = ""


@dataclass(frozen=True, eq=False)
class Sheet:
    """Pictures in rows, each with the words that stand below it."""

    title: str
    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Shown]]]
    note: str = ""


Exhibit = Curves | Bars | Shares | Sheet
