"""Which contract a swap model keeps to: told by names, shapes and constants, then by its card or by the artist.

Several contracts are fed alike and differ in what the numbers mean; then nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from nodegraph.data.errors import ModelError
from nodegraph.data.model import Model
from nodegraph.ml.onnx_file import Tensor
from nodegraph.ml.swappers.contracts import CONTRACTS, DFM_FACE, EMBEDDING, LARGEST, MORPH, Contract, Feed, called
from nodegraph.ml.swappers.emap import Emap
from nodegraph.ml.swappers.network import Network

Matrix = Callable[[], Emap | None]  # read only where it decides


def contract_of(network: Network, model: Model, matrix: Matrix, wanted: str = "") -> Contract:
    """The contract of a model; `wanted` is the artist's word, which goes before the card's."""
    file = model.path.name
    if model.card.kind not in ("", "swap") and not wanted:
        raise ModelError(f"{file} is no swap model: its card says {model.card.kind}", "wire it where it belongs")
    said = wanted or model.card.contract
    if said:
        meant = called(said)
        if not meant:
            names = ", ".join(contract.name for contract in CONTRACTS)
            raise ModelError(f"nobody knows how to feed a swap model called {said}", f"contracts are {names}")
        fitting = [contract for contract in meant if fits(network, contract)]
        if not fitting:
            whose = "the artist" if wanted else "its card"
            raise ModelError(
                f"{file} does not keep to the contract {said} that {whose} names: {_told(network)}",
                _alternatives([contract for contract in CONTRACTS if fits(network, contract)]),
            )
        fitting = [contract for contract in fitting if contract.probed or contract.name == said] or fitting
        return _one(file, fitting, matrix) if fitting[0].name != said else fitting[0]
    fitting = [contract for contract in CONTRACTS if contract.probed and fits(network, contract)]
    if not fitting:
        raise ModelError(
            f"{file} is no swap model that is known: {_told(network)}",
            "detectors, recognisers and restorers go elsewhere; of a swap model, fetch another copy",
        )
    return _one(file, fitting, matrix)


def fits(network: Network, contract: Contract) -> bool:
    """True if names and shapes allow it to be fed so."""
    target = network.inputs.get(contract.target)
    if target is None or size_of(target, contract) == 0:
        return False
    others = {contract.target, contract.source} - {""} | ({MORPH} if contract.rows_first else set())
    if not set(network.inputs) <= others or (contract.source and contract.source not in network.inputs):
        return False
    if contract.marks and not set(contract.marks) & set(network.outputs):
        return False
    if contract.feed is Feed.NOTHING:
        return DFM_FACE in network.outputs
    source = network.inputs[contract.source]
    if contract.feed is Feed.IMAGE:
        return source.fits(None, 3, contract.source_size, contract.source_size) and len(source.shape) == 4
    return source.fits(None, EMBEDDING)


def size_of(target: Tensor, contract: Contract) -> int:
    """The side of the square that goes in; 0 if none of the contract's fits."""
    if contract.rows_first:
        if not target.fits(None, None, None, 3) or target.shape[1] != target.shape[2] or target.shape[1] is None:
            return 0
        return target.shape[1] if 16 <= target.shape[1] <= LARGEST else 0
    return next((size for size in contract.sizes if target.fits(None, 3, size, size)), 0)


def _one(file: str, fitting: Sequence[Contract], matrix: Matrix) -> Contract:
    """The contract that is left; ModelError if it is not just one."""
    marked = [contract for contract in fitting if contract.marks]
    left = _different(marked or fitting)
    if len(left) > 1 and any(contract.feed is Feed.EMAP for contract in left):
        kept = matrix()  # a matrix that the network itself does not read is there for its caller
        left = [contract for contract in left if (contract.feed is Feed.EMAP) == (kept is not None and kept.spare)]
    if len(left) == 1:
        return left[0]
    names = " or ".join(contract.name for contract in left)
    raise ModelError(
        f"{file} can be fed as {names}: names and shapes are the same, what they mean is not",
        "say which by the knob contract, or add it to the models together with a card that does",
    )


def _different(contracts: Sequence[Contract]) -> list[Contract]:
    """Those that are not fed just like one before them."""
    kept: dict[Contract, Contract] = {}
    for contract in contracts:
        kept.setdefault(replace(contract, name="", sizes=()), contract)
    return list(kept.values())


def _told(network: Network) -> str:
    inputs = " and ".join(
        f"{tensor.name} {'x'.join('?' if side is None else str(side) for side in tensor.shape)}"
        for tensor in list(network.inputs.values())[:4]
    )
    return f"it takes {inputs or 'nothing'}"


def _alternatives(fitting: Sequence[Contract]) -> str:
    names = ", ".join(contract.name for contract in fitting)
    return f"it can be fed as {names}" if names else "it can be fed as no swap model that is known"
