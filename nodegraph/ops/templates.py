"""Templates: where a face's five points lie in an upright crop of size 1, for each way of cropping in use.

The five are those of `Face.five()`: the subject's right eye (on the left of the picture), left eye, tip of the nose,
corners of the mouth. The numbers are those that models were trained with; the crops of DeepFaceLab differ from one
another by their margin alone (DeepFaceLab: the box of the face grown by sqrt(8) times a padding, raised by a shift).
"""

from __future__ import annotations

from enum import Enum
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

Five = NDArray[np.float64]  # 5 x 2, in sizes of the crop


class Template(Enum):
    """How a face lies in its crop: what a model was trained with, or DeepFaceLab's face types."""

    WHOLE_FACE = "dfl_whole_face"
    HALF = "dfl_half"
    MID_FULL = "dfl_mid_full"
    FULL = "dfl_full"
    HEAD = "dfl_head"
    FFHQ = "ffhq_512"
    ARCFACE_112_V1 = "arcface_112_v1"
    ARCFACE_112_V2 = "arcface_112_v2"
    ARCFACE_128 = "arcface_128"
    MTCNN = "mtcnn_512"
    STYLEGANEX = "styleganex_384"


def _five(*numbers: float) -> Five:
    points = np.array(numbers, np.float64).reshape(5, 2)
    points.flags.writeable = False
    return points


KNOWN = MappingProxyType(
    {
        Template.ARCFACE_112_V1: _five(
            0.35473214, 0.45658929, 0.64526786, 0.45658929, 0.5, 0.61154464, 0.37913393, 0.776875, 0.62086607, 0.776875
        ),
        Template.ARCFACE_112_V2: _five(
            0.34191607,
            0.46157411,
            0.65653393,
            0.45983393,
            0.500225,
            0.64050536,
            0.37097589,
            0.82469196,
            0.63151696,
            0.82325089,
        ),
        Template.ARCFACE_128: _five(
            0.36167656,
            0.40387734,
            0.63696719,
            0.40235469,
            0.50019687,
            0.56044219,
            0.38710391,
            0.72160547,
            0.61507734,
            0.72034453,
        ),
        Template.WHOLE_FACE: _five(
            0.35342266,
            0.39285716,
            0.62797622,
            0.39285716,
            0.48660713,
            0.5401786,
            0.38839287,
            0.68750011,
            0.59821427,
            0.68750011,
        ),
        Template.FFHQ: _five(
            0.37691676,
            0.46864664,
            0.62285697,
            0.46912813,
            0.50123859,
            0.61331904,
            0.39308822,
            0.725411,
            0.61150205,
            0.72490465,
        ),
        Template.MTCNN: _five(
            0.36562865,
            0.46733799,
            0.63305391,
            0.46585885,
            0.50019127,
            0.61942959,
            0.39032951,
            0.77598822,
            0.61178945,
            0.77476328,
        ),
        Template.STYLEGANEX: _five(
            0.42353745,
            0.52289879,
            0.57725008,
            0.52319972,
            0.50123859,
            0.61331904,
            0.43364461,
            0.68337652,
            0.57015325,
            0.68306005,
        ),
    }
)
# DeepFaceLab's face types: padding, and by how much of the face's box the crop is raised.
MARGINS = MappingProxyType(
    {
        Template.HALF: (0.0, 0.0),
        Template.MID_FULL: (0.0675, 0.0),
        Template.FULL: (0.2109375, 0.0),
        Template.WHOLE_FACE: (0.40, 0.07),
        Template.HEAD: (0.70, 0.50),
    }
)


def five_points(template: Template) -> Five:
    """Where the five points lie in a crop of size 1."""
    known = KNOWN.get(template)
    if known is not None:
        return known
    box = (KNOWN[Template.WHOLE_FACE] - 0.5) * _side(Template.WHOLE_FACE) + _middle(Template.WHOLE_FACE)
    return np.asarray((box - _middle(template)) / _side(template) + 0.5)


def _side(template: Template) -> float:
    return float(1 + np.sqrt(8) * MARGINS[template][0])


def _middle(template: Template) -> NDArray[np.float64]:
    return np.array([0.5, 0.5 - MARGINS[template][1]])
