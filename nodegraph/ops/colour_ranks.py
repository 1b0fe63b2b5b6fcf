"""Sliced optimal transport to the letter: every colour by its own rank, for whole pictures that are changed once.

Where a map is to be estimated on one picture and used on another, colour_transport.py's tables do; here the colours
themselves are carried, as papers and training sets have it, and none is rounded to a step of a table.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from nodegraph.data.threads import split_rows
from nodegraph.ops.colour_transfer import Colours, Samples
from nodegraph.ops.colour_transport import Turns, sot_directions


def sot_by_rank(source: Samples, target: Samples, directions: Turns | None = None) -> Colours:
    """The source's colours where sliced optimal transport takes them: the mean way of each bundle of directions."""
    from nodegraph.ops.colour_rank_kernels import add_moves, moves_by_rank

    colours = np.array(source.colours)
    for bundle in sot_directions() if directions is None else directions:
        moves = np.empty((len(bundle), len(colours)), colours.dtype)
        each = partial(moves_by_rank, colours, source.weights, *target, bundle, moves)
        split_rows(each, len(bundle), moves.nbytes)
        split_rows(partial(add_moves, colours, bundle, moves), len(colours), moves.nbytes)
    return colours
