"""Whose face goes in: several photographs to one embedding, and how strongly it is taken."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.errors import ModelError
from nodegraph.data.image import Pixels
from nodegraph.ml.swappers.contracts import Contract, Feed

STRONGEST = 0.35  # of the plate's own person that is taken away, or left, at the ends of the strength (FaceFusion)
TINY = 1e-12


@dataclass(frozen=True, eq=False)
class Source:
    """What a model is told of a person: an embedding as its recogniser or converter gives it, or a picture."""

    embedding: Pixels | None = None
    image: Pixels | None = None  # rows x columns x 3, RGB from 0 to 1, framed as the contract says


NOBODY = Source()


class Sources:
    """What a model is told of each person, made once for each and forgotten with the person. Get it by `ctx.load`."""

    def __init__(self) -> None:
        self._made: WeakKeyDictionary[Any, Source] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def of(self, person: object, make: Callable[[], Source]) -> Source:
        with self._lock:
            made = self._made.get(person)
            if made is None:
                made = self._made[person] = make()
            return made


def averaged(embeddings: Pixels, weights: Sequence[float] | NDArray[np.floating] | None = None) -> Pixels:
    """Many embeddings (rows) as one: the mean of their directions, as long as they are on average."""
    if len(embeddings) == 0:
        raise ModelError("there is no embedding to take the mean of", "give the identity at least one photograph")
    counts = np.ones(len(embeddings)) if weights is None else np.asarray(weights, np.float64)
    if counts.sum() <= 0:
        counts = np.ones(len(embeddings))
    counts = counts / counts.sum()
    lengths = np.linalg.norm(embeddings.astype(np.float64), axis=1)
    mean = counts @ (embeddings / np.maximum(lengths, TINY)[:, None])
    return np.asarray(unit(mean) * (counts @ lengths), np.float32)


def unit(embedding: NDArray[np.floating]) -> NDArray[np.float64]:
    """The embedding, of length 1."""
    wide = embedding.astype(np.float64)
    return np.asarray(wide / np.maximum(np.linalg.norm(wide, axis=-1, keepdims=True), TINY))


def prepared(embedding: Pixels, contract: Contract, matrix: Pixels | None = None) -> Pixels:
    """An embedding, or rows of them, as the model is fed with it."""
    if contract.feed is Feed.RAW:
        return np.asarray(embedding, np.float32)
    ready = unit(embedding)
    if contract.feed is Feed.EMAP and matrix is not None:
        ready = unit(ready @ matrix.astype(np.float64))
    return np.asarray(ready, np.float32)


def between(source: Pixels, target: Pixels, strength: float) -> Pixels:
    """The person put in, moved away from (strength above a half) or towards (below it) the one in the plate.

    Both as the model is fed with them. The share goes from 0.35 to -0.35, as FaceFusion has it.
    """
    share = np.float32(STRONGEST * (1 - 2 * strength))
    return np.asarray(source * (1 - share) + target * share, np.float32)
