"""How each kind of swap model is fed: what its publisher's own program does, in one small table.

Everything is in the light that networks know: RGB from 0 to 1. What goes in is (light - mean) / std, what comes out is
turned back in the same way, by numbers of its own. Sources: FaceFusion's face_swapper, VisoMaster's face_swappers,
insightface's INSwapper, SimSwap's test programs, DeepFaceLab's export_dfm.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

import numpy as np

from nodegraph.data.image import Pixels

Triple = tuple[float, float, float]

LARGEST = 2048  # no face is larger; a file that says so is broken or means harm


class Scale(NamedTuple):
    """How a network counts light: (light - mean) / std."""

    mean: Triple = (0.0, 0.0, 0.0)
    std: Triple = (1.0, 1.0, 1.0)

    def fed(self, light: Pixels) -> Pixels:
        return np.asarray((light - np.array(self.mean, np.float32)) / np.array(self.std, np.float32), np.float32)

    def light(self, fed: Pixels) -> Pixels:
        return fed * np.array(self.std, np.float32) + np.array(self.mean, np.float32)


PLAIN = Scale()
CENTRED = Scale((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
IMAGENET = Scale((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


class Feed(Enum):
    """What a model is told of the person whose face it puts in."""

    NOTHING = "nothing"  # it was trained for one person
    IMAGE = "a picture of the face"
    RAW = "the embedding as the recogniser or converter gives it"
    UNIT = "the embedding, of length 1"
    EMAP = "the embedding, of length 1, through the matrix that is kept in the file, of length 1 again"


@dataclass(frozen=True)
class Contract:
    """How one kind of swap model is fed, and what comes out of it."""

    name: str
    family: str  # what a card may call it as well
    sizes: tuple[int, ...]  # of the square that goes in; empty: any
    template: str  # how the face lies in it
    feed: Feed
    target: str = "target"
    source: str = "source"
    into: Scale = PLAIN
    out: Scale = PLAIN
    recogniser: str = ""  # whose embedding goes in as it is; empty: only a converted one does
    converter: str = ""  # what makes a w600k embedding into one that it knows; of CSCS, what adds to it
    source_size: int = 0  # of the picture of the face, where that goes in
    source_template: str = ""
    marks: tuple[str, ...] = ()  # names of outputs, one of which tells it from others that are fed alike
    probed: bool = True  # False: never taken unless it is asked for, since another is fed alike and is more usual

    def fed(self, light: Pixels) -> Pixels:
        """What goes in, of light between 0 and 1 (… x 3)."""
        return np.asarray(
            (light - np.array(self.into.mean, np.float32)) / np.array(self.into.std, np.float32), np.float32
        )

    def light(self, result: Pixels) -> Pixels:
        """The light of what came out."""
        return self.out.light(result)

    @property
    def rows_first(self) -> bool:
        """True if pictures lie as rows x columns x channels, in the order BGR: DeepFaceLab's way."""
        return self.family == "dfm"


CONTRACTS: tuple[Contract, ...] = (
    Contract("inswapper", "inswapper", (128, 256, 512), "arcface_128", Feed.EMAP, recogniser="arcface"),
    # VisoMaster feeds it as inswapper; where the file has no matrix of its own, inswapper's is used.
    Contract("instyleswapper", "inswapper", (256,), "arcface_128", Feed.EMAP, recogniser="arcface"),
    Contract(
        "hyperswap",
        "hyperswap",
        (256,),
        "arcface_128",
        Feed.UNIT,
        into=CENTRED,
        out=CENTRED,
        recogniser="arcface",
    ),
    Contract(
        "simswap",
        "simswap",
        (256,),
        "arcface_112_v1",
        Feed.UNIT,
        into=IMAGENET,
        recogniser="arcface_simswap",
        converter="crossface_simswap",
    ),
    # FaceFusion's file of 512; SimSwap's own 224 and any larger one that is fed in the same way.
    Contract(
        "simswap_unofficial",
        "simswap",
        (224, 512, 768, 1024),
        "arcface_112_v1",
        Feed.UNIT,
        recogniser="arcface_simswap",
        converter="crossface_simswap",
    ),
    # SimSwap's own way with 512 and more: the framing of FFHQ.
    Contract(
        "simswap_ffhq",
        "simswap",
        (512, 768, 1024),
        "ffhq_512",
        Feed.UNIT,
        recogniser="arcface_simswap",
        converter="crossface_simswap",
        probed=False,
    ),
    Contract(
        "simswap_512",
        "simswap",
        (512,),
        "arcface_128",
        Feed.UNIT,
        target="input",
        source="onnx::Gemm_1",
        recogniser="arcface_simswap",
        converter="crossface_simswap",
    ),
    Contract(
        "ghost",
        "ghost",
        (256,),
        "arcface_112_v1",
        Feed.RAW,
        into=CENTRED,
        out=CENTRED,
        recogniser="arcface_ghost",
        converter="crossface_ghost",
    ),
    Contract(
        "ghost_unet",
        "ghost",
        (256,),
        "arcface_128",
        Feed.RAW,
        into=CENTRED,
        out=CENTRED,
        recogniser="arcface_ghost",
        converter="crossface_ghost",
        marks=("781", "1165", "1549"),
    ),
    Contract(
        "uniface",
        "uniface",
        (256,),
        "ffhq_512",
        Feed.IMAGE,
        into=CENTRED,
        out=CENTRED,
        source_size=256,
        source_template="ffhq_512",
    ),
    Contract(
        "blendswap",
        "blendswap",
        (256,),
        "ffhq_512",
        Feed.IMAGE,
        source_size=112,
        source_template="arcface_112_v2",
    ),
    Contract(
        "hififace",
        "hififace",
        (256,),
        "mtcnn_512",
        Feed.UNIT,
        into=CENTRED,
        out=CENTRED,
        converter="crossface_hififace",
    ),
    Contract(
        "cscs",
        "cscs",
        (256,),
        "ffhq_512",
        Feed.RAW,
        target="input_1",
        source="input_2",
        into=CENTRED,
        out=CENTRED,
        recogniser="arcface_cscs",
        converter="cscs_id_adapter",
    ),
    Contract("dfm", "dfm", (), "dfl_whole_face", Feed.NOTHING, target="in_face:0", source=""),
)
MORPH = "morph_value:0"  # how far towards the other person, for models that can do both
DFM_FACE, DFM_OWN_MASK, DFM_PLATE_MASK = "out_celeb_face:0", "out_celeb_face_mask:0", "out_face_mask:0"
EMBEDDING = 512  # numbers


def called(name: str) -> tuple[Contract, ...]:
    """The contracts of a name, or of a family; none if nobody knows it."""
    exact = tuple(contract for contract in CONTRACTS if contract.name == name)
    family = tuple(contract for contract in CONTRACTS if contract.family == name and contract not in exact)
    return (*exact, *family)
