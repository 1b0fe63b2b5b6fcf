"""Recognisers and converters: photographs to embeddings, as each kind of swap model wants them.

Sources: FaceFusion's face_recognizer and its crossface converters, VisoMaster's recognition.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nodegraph.data.errors import ModelError
from nodegraph.data.image import Pixels
from nodegraph.data.model import Model
from nodegraph.ml.swappers.contracts import CENTRED, EMBEDDING, IMAGENET, Contract, Feed, Scale
from nodegraph.ml.swappers.network import Loader, Network, open_network
from nodegraph.ml.swappers.source import Source, averaged, unit

SIZE = 112
ALIKE = ("", "arcface", "crossface")  # what a card says that was made by looking at names and shapes alone
ADAPTER = "cscs_id_adapter"
AT_ONCE = 16


@dataclass(frozen=True)
class Seen:
    """How a recogniser is shown a face: its framing, and what light is made of it."""

    name: str
    template: str
    into: Scale

    def fed(self, light: Pixels) -> Pixels:
        """What goes in, of light between 0 and 1 (… x 3)."""
        return self.into.fed(light)


RECOGNISERS = (
    Seen("arcface", "arcface_112_v2", CENTRED),  # w600k_r50: x / 127.5 - 1
    Seen("arcface_simswap", "arcface_112_v2", IMAGENET),
    Seen("arcface_ghost", "arcface_112_v2", CENTRED),
    Seen("arcface_cscs", "ffhq_512", CENTRED),
    Seen(ADAPTER, "ffhq_512", CENTRED),
)


class Recogniser:
    """A network that tells faces by 512 numbers. Get one by `open_recogniser`."""

    def __init__(self, network: Network, seen: Seen, name: str) -> None:
        (self._input, shape), *others = network.inputs.items()
        if others or not shape.fits(None, 3, SIZE, SIZE) or not _embeds(network):
            raise ModelError(
                f"{name} is no recogniser: one takes a picture of 112 x 112 and gives 512 numbers",
                "wire w600k_r50 or another ArcFace of this size",
            )
        self.seen = seen
        self._network = network
        self._name = name
        self._step = AT_ONCE if shape.shape[0] is None else 1

    def embed(self, faces: Pixels) -> Pixels:
        """Embeddings, a row each, of faces count x 112 x 112 x 3, RGB from 0 to 1, framed as `seen.template` says."""
        fed = self.seen.fed(faces).transpose(0, 3, 1, 2)
        rows = [self._row(fed[first : first + self._step]) for first in range(0, len(fed), self._step)]
        return np.concatenate(rows) if rows else np.zeros((0, EMBEDDING), np.float32)

    def _row(self, fed: Pixels) -> Pixels:
        name = next(name for name, tensor in self._network.outputs.items() if tensor.fits(None, EMBEDDING))
        (result,) = self._network.run({self._input: fed}, [name])
        return checked(result, (len(fed), EMBEDDING), self._name)


class Converter:
    """A network that makes the embedding of one recogniser into that of another. Get one by `open_converter`."""

    def __init__(self, network: Network, name: str) -> None:
        (self._input, shape), *others = network.inputs.items()
        if others or not shape.fits(None, EMBEDDING) or not _embeds(network):
            raise ModelError(
                f"{name} is no converter of embeddings: one takes 512 numbers and gives 512",
                "wire the crossface file that belongs to the swap model",
            )
        self._network = network
        self._name = name

    def convert(self, embeddings: Pixels) -> Pixels:
        """Embeddings, a row each, converted."""
        name = next(name for name, tensor in self._network.outputs.items() if tensor.fits(None, EMBEDDING))
        rows = [self._network.run({self._input: row[None]}, [name])[0] for row in embeddings]
        return np.concatenate([checked(row, (1, EMBEDDING), self._name) for row in rows])


class Identifier:
    """Makes faces into what one swap model is told of a person. Get one by `open_identifier`."""

    def __init__(self, recogniser: Recogniser, converter: Converter | None, adapter: Recogniser | None) -> None:
        self.template = recogniser.seen.template
        self.size = SIZE
        self._recogniser = recogniser
        self._converter = converter
        self._adapter = adapter

    def look(self, faces: Pixels) -> Pixels:
        """What the recogniser says, a row for each face (count x 112 x 112 x 3, RGB from 0 to 1)."""
        rows = self._recogniser.embed(faces)
        if self._adapter is None:
            return rows
        return np.asarray(unit(rows) + unit(self._adapter.embed(faces)), np.float32)

    def convert(self, rows: Pixels) -> Pixels:
        """The same for the swap model, if that knows another recogniser."""
        return rows if self._converter is None else self._converter.convert(rows)

    def source(self, faces: Pixels, weights: Pixels | None = None) -> Source:
        """One person by several photographs."""
        return Source(self.convert(averaged(self.look(faces), weights)[None])[0])


def open_recogniser(model: Model, ctx: Loader, wanted: str = "arcface") -> Recogniser:
    """The live recogniser of a model file, shown faces as `wanted` says; a card that says otherwise is an error."""
    said = model.card.contract
    if said not in ALIKE and said != wanted:
        raise ModelError(
            f"{model.path.name} is a recogniser of the kind {said}, and the swap model knows {wanted}",
            f"wire a recogniser of the kind {wanted}, or a converter",
        )
    seen = next((each for each in RECOGNISERS if each.name == wanted), None)
    if seen is None:
        raise ModelError(
            f"there is no recogniser of the kind {wanted}", f"there are {', '.join(each.name for each in RECOGNISERS)}"
        )
    return Recogniser(open_network(model, ctx), seen, model.path.name)


def open_converter(model: Model, ctx: Loader, wanted: str) -> Converter:
    """The live converter of a model file; a card that says it is for another swap model is an error."""
    said = model.card.contract
    if said not in ALIKE and said != wanted:
        raise ModelError(
            f"{model.path.name} is a converter of the kind {said}, and the swap model needs {wanted}",
            f"wire {wanted}",
        )
    return Converter(open_network(model, ctx), model.path.name)


def open_identifier(
    contract: Contract, recogniser: Model | None, converter: Model | None, ctx: Loader
) -> Identifier | None:
    """What makes faces into embeddings for a contract, ModelError if it is missing; None where none is wanted."""
    if contract.feed in (Feed.NOTHING, Feed.IMAGE):
        return None
    if recogniser is None:
        kind = contract.recogniser or "arcface"
        raise ModelError(
            f"{contract.name} is told who it is by an embedding, and no recogniser is wired",
            f"wire a recogniser of the kind {kind}" + _or_converted(contract),
        )
    if contract.converter == ADAPTER:
        if converter is None:
            raise ModelError(f"{contract.name} needs a second recogniser, {ADAPTER}", "wire it as converter")
        adapter = open_recogniser(converter, ctx, ADAPTER)
        return Identifier(open_recogniser(recogniser, ctx, contract.recogniser), None, adapter)
    if contract.converter and converter is not None:
        return Identifier(open_recogniser(recogniser, ctx), open_converter(converter, ctx, contract.converter), None)
    if not contract.recogniser:
        raise ModelError(f"{contract.name} needs its converter, {contract.converter}", "wire it as converter")
    if contract.converter and recogniser.card.contract == "arcface" and recogniser.card.sha256 in W600K:
        raise ModelError(
            f"{contract.name} does not know the embeddings of {recogniser.path.name}",
            f"wire {contract.converter} as converter, or a recogniser of the kind {contract.recogniser}",
        )
    return Identifier(open_recogniser(recogniser, ctx, contract.recogniser), None, None)


# The file that FaceFusion and VisoMaster use; what it says needs a converter for simswap and ghost.
W600K = ("4c06341c33c2ca1f86781dab0e829f88ad5b64be9fba56e56bc9ebdefc619e43",)


def _or_converted(contract: Contract) -> str:
    if contract.converter and contract.converter != ADAPTER:
        return f", or w600k_r50 and {contract.converter} as converter" if contract.recogniser else ", and its converter"
    return ""


def _embeds(network: Network) -> bool:
    return any(tensor.fits(None, EMBEDDING) for tensor in network.outputs.values())


def checked(result: Pixels, shape: tuple[int, ...], name: str) -> Pixels:
    """The result, if it is of this shape and finite."""
    wide = np.asarray(result, np.float32)
    if wide.shape != shape or not np.isfinite(wide).all():
        raise ModelError(
            f"{name} returned {'x'.join(map(str, wide.shape))} or numbers that are none, not {shape[0]} x {shape[1]}",
            "it does not keep to its contract; try another copy of the file",
        )
    return wide
