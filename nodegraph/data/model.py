"""Models on a wire: a file, what is in it by its content, and its card."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Card:
    """What is known of a model: what it is for, how it is fed, whose it is and what it may be used for."""

    name: str
    kind: str  # swap, restore, upscale, detect, landmarks, mask, recognise, convert
    contract: str = ""  # how it is fed: inswapper, hyperswap, simswap, dfm, gfpgan …
    architecture: str = ""  # of torch weights: which network they are for
    size: int = 0  # bytes
    sha256: str = ""
    licence: str = ""
    commercial: bool | None = None  # None: not known, which is no yes
    source: str = ""  # who publishes it, and where
    url: str = ""  # where `models fetch` finds it
    trained_on: str = ""
    note: str = ""


@dataclass(frozen=True)
class Model:
    """A model file that was found, with its card. Live networks are made of it by `ctx.load` alone."""

    path: Path
    sha256: str
    card: Card
