"""Networks that make mattes: parts of the face, XSeg, and what passes in front. Known by what goes in and comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.errors import ModelError
from nodegraph.ml.onnx_file import OnnxFile, Tensor, finite

Planes = NDArray[np.float32]


def _classes_of(words: str) -> tuple[str, ...]:
    return tuple(words.split())


# Which part each class of a parsing network is; the first is none. An earring is of the ear, a necklace of the neck.
CELEBA_19 = _classes_of(
    "none skin brows brows eyes eyes glasses ears ears ears nose mouth lips lips neck neck cloth hair hat"
)
FARL_11 = _classes_of("none skin brows brows eyes eyes nose lips mouth lips hair")  # of LaPa
FARL_19 = _classes_of(
    "none neck skin cloth ears ears brows brows eyes eyes nose mouth lips lips hair glasses hat ears neck"
)
PARTS = ("skin", "brows", "eyes", "nose", "mouth", "lips", "glasses", "ears", "hair", "hat", "neck", "cloth")


class Kind(Enum):
    """What a network's planes mean."""

    PARSING = "parsing"
    XSEG = "xseg"
    OCCLUDER = "occluder"


@dataclass(frozen=True)
class Contract:
    """How a mask network is fed and read."""

    kind: Kind
    input: str
    output: str
    size: int  # of the square it looks at
    rows_first: bool = False  # rows x columns x channels, blue first; else channels x rows x columns, red first
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    spread: tuple[float, float, float] = (1.0, 1.0, 1.0)
    classes: tuple[str, ...] = ()

    @property
    def parts(self) -> frozenset[str]:
        """The parts of a face that it knows."""
        return frozenset(self.classes) - {"none"}


FARL_SIZE = 448
PLAIN = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
IMAGENET = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
SIZE = MappingProxyType({Kind.PARSING: 512, Kind.XSEG: 256, Kind.OCCLUDER: 256})  # where a file leaves it open
# What these files' tensors are called by those who publish them; two contracts have the same shapes.
NAMES: Mapping[str, Kind] = MappingProxyType(
    {"in_face:0": Kind.XSEG, "out_mask:0": Kind.XSEG, "img": Kind.OCCLUDER, "in_face": Kind.XSEG}
)


# What cards and LoadModel call them, where they say more than the file itself.
SAID: Mapping[str, Kind | tuple[str, ...]] = MappingProxyType(
    {
        "xseg": Kind.XSEG,
        "xseg_rows": Kind.XSEG,
        "occluder": Kind.OCCLUDER,
        "parsing_19": CELEBA_19,
        "farl_11": FARL_11,
        "farl_19": FARL_19,
    }
)


def contract_of(file: OnnxFile, wanted: Kind, contract: str = "") -> Contract:
    """How to feed a file that is to be of some kind; ModelError if it is of another, or none.

    `contract` is what its card says, for what shapes and names leave open.
    """
    name = file.path.name
    found = _probed(file, wanted, SAID.get(contract))
    if found is None:
        raise ModelError(
            f"{name} is no {wanted.value} model: {_shapes(file)}",
            f"{wanted.value} takes {TAKES[wanted]}; wire another model, or choose the shape that this one is for",
        )
    said = {NAMES[each] for each in (*file.inputs, *file.outputs) if each in NAMES}
    if len(said) == 1 and wanted not in said and wanted is not Kind.PARSING and SAID.get(contract) is not wanted:
        (other,) = said
        raise ModelError(f"{name} is an {other.value} model, not {wanted.value}", f"set the shape to {other.value}")
    return found


TAKES: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.PARSING: "one picture and gives a plane for each of 19 or 11 classes",
        Kind.XSEG: "one picture of three channels, first or last, and gives one plane",
        Kind.OCCLUDER: "one picture, channels first, and gives one plane",
    }
)


def _probed(file: OnnxFile, wanted: Kind, said: Kind | tuple[str, ...] | None) -> Contract | None:
    if len(file.inputs) != 1:
        return None
    (picture,) = file.inputs.values()
    if picture.fits(None, 3, None, None) and picture.shape[1] == 3:
        rows_first = False
        sides = picture.shape[2:]
    elif picture.fits(None, None, None, 3) and picture.shape[3] == 3:
        rows_first = True
        sides = picture.shape[1:3]
    else:
        return None
    if sides[0] != sides[1]:
        return None
    size = sides[0]
    for output in file.outputs.values():
        if wanted is Kind.PARSING and not rows_first:
            classes = _classes(output, size, said)
            if classes:
                mean, spread = IMAGENET if classes is CELEBA_19 else PLAIN
                edge = size or (SIZE[wanted] if classes is CELEBA_19 else FARL_SIZE)
                return Contract(wanted, picture.name, output.name, edge, False, mean, spread, classes)
        elif wanted is not Kind.PARSING and output.fits(
            *((None, None, None, 1) if rows_first else (None, 1, None, None))
        ):
            if rows_first and wanted is Kind.OCCLUDER:
                return None
            return Contract(wanted, picture.name, output.name, size or SIZE[wanted], rows_first)
    return None


def _classes(output: Tensor, size: int | None, said: Kind | tuple[str, ...] | None) -> tuple[str, ...]:
    """The parts that the planes of an output stand for. FaRL looks at 448, where BiSeNet looks at 512."""
    if len(output.shape) != 4 or output.shape[1] not in (11, 19):
        return ()
    if isinstance(said, tuple) and len(said) == output.shape[1]:
        return said
    if output.shape[1] == 11:
        return FARL_11
    return FARL_19 if size == FARL_SIZE else CELEBA_19


def _shapes(file: OnnxFile) -> str:
    def words(tensors: Sequence[Tensor]) -> str:
        return ", ".join(
            f"{tensor.name} {'x'.join('?' if side is None else str(side) for side in tensor.shape)}"
            for tensor in tensors
        )

    return f"{words(list(file.inputs.values()))} -> {words(list(file.outputs.values()))}"


class MaskNetwork:
    """A mask network, ready to look at crops."""

    def __init__(self, file: OnnxFile, wanted: Kind, contract: str = "") -> None:
        self.file = file
        self.contract = contract_of(file, wanted, contract)

    def matte(self, shown: Planes, wanted: frozenset[str] = frozenset()) -> Planes:
        """What the network finds in a square picture of light from 0 to 1, as large as the picture.

        Parsing: how likely each pixel is one of the wanted parts. XSeg: its matte. Occluder: a field that is above 0
        where the face can be seen.
        """
        contract = self.contract
        unknown = wanted - contract.parts
        if contract.kind is Kind.PARSING and unknown:
            raise ModelError(
                f"{self.file.path.name} does not know {', '.join(sorted(unknown))}",
                f"it knows {', '.join(part for part in PARTS if part in contract.parts)}; one of 19 classes knows more",
            )
        (raw,) = self.file.run({contract.input: self._fed(shown)}, [contract.output])
        planes = np.asarray(raw, np.float32)
        size = contract.size
        expected = (1, size, size, 1) if contract.rows_first else (1, max(1, len(contract.classes)), size, size)
        if planes.shape != expected:
            raise ModelError(
                f"{self.file.path.name} gave {'x'.join(map(str, planes.shape))}, not {'x'.join(map(str, expected))}",
                "the file does not keep to its contract; try another copy of the model",
            )
        return _sized(self._read(finite(planes, self.file.path.name), wanted), shown.shape[0])

    def _fed(self, shown: Planes) -> Planes:
        contract = self.contract
        picture = np.clip(_sized(np.nan_to_num(shown), contract.size), 0, 1)
        if contract.rows_first:
            return np.ascontiguousarray(picture[None, ..., ::-1])
        mean, spread = np.array(contract.mean, np.float32), np.array(contract.spread, np.float32)
        return np.ascontiguousarray(((picture - mean) / spread).transpose(2, 0, 1)[None], np.float32)

    def _read(self, planes: Planes, wanted: frozenset[str]) -> Planes:
        if self.contract.kind is Kind.PARSING:
            scores = planes[0] - planes[0].max(axis=0)
            shares = np.exp(scores)
            chosen = [k for k, part in enumerate(self.contract.classes) if part in wanted]
            return np.asarray(shares[chosen].sum(axis=0) / shares.sum(axis=0), np.float32)
        plane = planes[0, ..., 0] if self.contract.rows_first else planes[0, 0]
        return np.clip(plane, 0, 1) if self.contract.kind is Kind.XSEG else plane


def _sized(picture: Planes, size: int) -> Planes:
    """A square at another size, averaged where it shrinks, smooth where it grows."""
    import cv2

    if picture.shape[0] == size:
        return picture
    how = cv2.INTER_AREA if size < picture.shape[0] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(np.ascontiguousarray(picture), (size, size), interpolation=how), np.float32)
