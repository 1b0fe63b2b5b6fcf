"""The one class that runs swap models, whatever their contract."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.errors import ModelError
from nodegraph.data.image import Pixels
from nodegraph.data.model import Model
from nodegraph.ml.onnx_file import OnnxFile, finite, providers
from nodegraph.ml.swappers.contracts import (
    DFM_FACE,
    DFM_OWN_MASK,
    DFM_PLATE_MASK,
    EMBEDDING,
    MORPH,
    Contract,
    Feed,
)
from nodegraph.ml.swappers.emap import Emap, read_emap
from nodegraph.ml.swappers.gather import Gather
from nodegraph.ml.swappers.network import Loader, Network, open_network
from nodegraph.ml.swappers.probe import contract_of, size_of
from nodegraph.ml.swappers.source import NOBODY, Source, between, prepared

AT_ONCE = 8  # faces in one run, where the model takes several: more need memory and are hardly faster


class Mattes(NamedTuple):
    """What a model draws of its faces' outlines, each faces x rows x columns, 1 inside."""

    swapped: Pixels  # of the face that it puts in
    plate: Pixels  # of the face that it was shown


class Swapped(NamedTuple):
    """New faces, faces x rows x columns x 3, RGB; hardly outside 0 to 1. Mattes where the model draws some."""

    faces: Pixels
    mattes: Mattes | None = None


class Swapper:
    """A swap model that is open. Get one by `open_swapper`."""

    def __init__(self, network: Network, contract: Contract, name: str, matrix: Pixels | None = None) -> None:
        self.contract = contract
        self.size = size_of(network.inputs[contract.target], contract)
        self.morphs = MORPH in network.inputs
        self._gather = Gather(network, AT_ONCE) if gathers(network) else None
        self._network = network
        self._name = name
        self._matrix = matrix
        self._wanted = _wanted(network, contract, name)
        sides = [network.inputs[each].shape for each in (contract.target, contract.source) if each]
        self.batches = all(shape and shape[0] is None for shape in sides)

    def swap(
        self,
        faces: Pixels,
        source: Source = NOBODY,
        *,
        target: Pixels | None = None,
        strength: float = 0.5,
        morph: float = 0.75,
    ) -> Swapped:
        """Swap faces: count x size x size x 3, RGB from 0 to 1.

        `target` are the embeddings of the faces themselves, a row each, as their recogniser or converter gives them;
        they are needed where `strength` is not one half. `morph` is for models that hold both persons.
        """
        if faces.shape[1:] != (self.size, self.size, 3):
            raise ValueError(f"faces of {faces.shape[1:]}, not of {self.size} x {self.size} x 3")
        if len(faces) == 0:
            return Swapped(np.zeros((0, self.size, self.size, 3), np.float32))
        told = self._told(source, len(faces), target, strength)
        try:
            parts = self._runs(faces, told, morph)
        except ModelError:
            if not self.batches or len(faces) == 1:
                raise
            self.batches = False  # some files say that they take several, and hold a shape that does not
            parts = self._runs(faces, told, morph)
        swapped = np.concatenate([part.faces for part in parts])
        drawn = [part.mattes for part in parts if part.mattes is not None]
        if not drawn:
            return Swapped(swapped)
        return Swapped(swapped, Mattes(*(np.concatenate(planes) for planes in zip(*drawn, strict=True))))

    def _runs(self, faces: Pixels, told: Pixels | None, morph: float) -> list[Swapped]:
        step = AT_ONCE if self.batches else 1
        return [
            self._run(faces[first : first + step], None if told is None else told[first : first + step], morph)
            for first in range(0, len(faces), step)
        ]

    def _told(self, source: Source, count: int, target: Pixels | None, strength: float) -> Pixels | None:
        """What the model is told of the person, for each face."""
        contract = self.contract
        if contract.feed is Feed.NOTHING:
            return None
        if contract.feed is Feed.IMAGE:
            side = contract.source_size
            if source.image is None or source.image.shape != (side, side, 3):
                raise ModelError(
                    f"{self._name} is told who it is by a picture of {side} x {side} pixels, and there is none",
                    "give the identity a photograph in which the face is found",
                )
            return np.broadcast_to(source.image.transpose(2, 0, 1), (count, 3, side, side))
        if source.embedding is None:
            raise ModelError(
                f"{self._name} is told who it is by an embedding, and there is none", "wire a recogniser into the node"
            )
        if source.embedding.shape != (EMBEDDING,) or not np.isfinite(source.embedding).all():
            raise ModelError(
                f"the embedding for {self._name} is not one of {EMBEDDING} finite numbers", "wire another recogniser"
            )
        own = np.broadcast_to(prepared(source.embedding, contract, self._matrix), (count, EMBEDDING))
        if target is None or strength == 0.5:
            return own
        return between(own, prepared(target, contract, self._matrix), strength)

    def _run(self, faces: Pixels, told: Pixels | None, morph: float) -> Swapped:
        contract = self.contract
        fed = contract.fed(faces)
        fed = fed[..., ::-1] if contract.rows_first else fed.transpose(0, 3, 1, 2)
        feeds: dict[str, NDArray[Any]] = {contract.target: fed}
        if told is not None:
            feeds[contract.source] = told
        same = {MORPH: np.array([morph], np.float32)} if self.morphs else {}
        if self.batches and self._gather is not None:
            results = self._gather.run(feeds, same, self._wanted)
        else:
            results = self._network.run({**feeds, **same}, self._wanted)
        if contract.rows_first:
            face = self._checked(results[0], (len(faces), self.size, self.size, 3))[..., ::-1]
            planes = [self._checked(each, (len(faces), self.size, self.size, 1))[..., 0] for each in results[1:]]
            return Swapped(face, Mattes(*planes) if planes else None)
        face = self._checked(results[0], (len(faces), 3, self.size, self.size)).transpose(0, 2, 3, 1)
        return Swapped(contract.light(face))

    def _checked(self, result: NDArray[Any], shape: tuple[int, ...]) -> Pixels:
        if result.shape != shape:
            raise ModelError(
                f"{self._name} returned {'x'.join(map(str, result.shape))} where {'x'.join(map(str, shape))} belongs",
                f"it does not keep to the contract {self.contract.name}: choose another, or another copy of the file",
            )
        return finite(np.asarray(result, np.float32), self._name)


def gathers(network: Network) -> bool:
    """True where several frames in one run are worth it: not on a processor, where they gain nothing and may round
    differently from one render to the next."""
    if isinstance(network, OnnxFile):
        return providers()[0] != "CPUExecutionProvider"
    return bool(getattr(network, "device", "cpu") != "cpu")


def _wanted(network: Network, contract: Contract, name: str) -> tuple[str, ...]:
    """The outputs that are read, by name; of most models the one called output, or else the first."""
    if contract.rows_first:
        masks = (DFM_OWN_MASK, DFM_PLATE_MASK)
        return (DFM_FACE, *masks) if set(masks) <= set(network.outputs) else (DFM_FACE,)
    found = next((each for each in (*contract.marks, "output") if each in network.outputs), None)
    found = found or next(iter(network.outputs), None)
    if found is None:
        raise ModelError(f"nothing comes out of {name}", "fetch or copy it again")
    return (found,)


def open_swapper(model: Model, ctx: Loader, contract: str = "", emap: Model | None = None) -> Swapper:
    """The live swapper of a model file. `contract` is the artist's word on how it is fed, empty to find out.

    `emap` is another file that keeps the matrix of inswapper, for a model of its kind that came without.
    """
    network = open_network(model, ctx)

    def matrix_of(path: Model) -> Emap | None:
        return ctx.load(("emap", path.path), lambda: read_emap(path.path))

    found = contract_of(network, model, lambda: matrix_of(model), contract)
    if found.feed is not Feed.EMAP:
        return Swapper(network, found, model.path.name)
    kept = matrix_of(model) or (matrix_of(emap) if emap is not None else None)
    if kept is None:
        raise ModelError(
            f"{model.path.name} needs the matrix of inswapper, and its last constant is none of 512 x 512",
            "fetch another copy; where the model came without, wire the file of inswapper as converter",
        )
    return Swapper(network, found, model.path.name, kept.matrix)
