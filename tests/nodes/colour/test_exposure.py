"""Exposure."""

import numpy as np

from nodegraph.data.image import Image
from nodegraph.graph.knob import Color
from nodes.colour.exposure import exposure


def test_a_stop_doubles_the_light_of_its_channel():
    image = Image.of(np.array([[[0.25, -0.1, 5.0, 0.5]]], np.float32))
    result = exposure(image, stops=Color((1, -1, 0)))
    np.testing.assert_array_equal(result.pixels, np.array([[[0.5, -0.05, 5.0, 0.5]]], np.float32))
