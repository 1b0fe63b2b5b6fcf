"""Calls of several threads go into a network together, and each gets its own rows back."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from nodegraph.data.errors import ModelError
from nodegraph.ml.onnx_file import Tensor
from nodegraph.ml.swappers.gather import Gather


class Slow:
    """A network that doubles, and waits in its first run until it is let go."""

    def __init__(self) -> None:
        self.inputs: Mapping[str, Tensor] = {}
        self.outputs: Mapping[str, Tensor] = {}
        self.sizes: list[int] = []
        self.let_go = threading.Event()

    def run(self, feeds: Mapping[str, Any], wanted: Sequence[str] | None = None) -> list[Any]:
        self.sizes.append(len(feeds["x"]))
        assert self.let_go.wait(20)
        if (feeds["x"] == 13).any():
            raise ModelError("unlucky", "take another")
        return [feeds["x"] * 2 + feeds["more"]]


def calls(values: list[list[float]], more: list[float], most: int = 8) -> tuple[list[int], list[Any]]:
    """One thread a call; all but the first come while the first runs."""
    network = Slow()
    gather = Gather(network, most)
    answers: list[Any] = [None] * len(values)

    def one(k: int) -> None:
        try:
            answers[k] = gather.run({"x": np.array(values[k])}, {"more": np.array([more[k]])}, ["y"])[0].tolist()
        except ModelError as fault:
            answers[k] = fault

    threads = [threading.Thread(target=one, args=(k,)) for k in range(len(values))]
    for k, thread in enumerate(threads):
        thread.start()
        end = time.monotonic() + 20
        while len(gather._waiting) + 1 < k + 1 or not network.sizes:
            assert time.monotonic() < end
            time.sleep(0.001)
    network.let_go.set()
    for thread in threads:
        thread.join(20)
    return network.sizes, answers


def test_what_waits_goes_together() -> None:
    sizes, answers = calls([[1], [2], [3, 4], [5]], [0, 0, 0, 0])
    assert sizes == [1, 4]
    assert answers == [[2], [4], [6, 8], [10]]


def test_no_more_than_fit() -> None:
    sizes, answers = calls([[1], [2, 3], [4, 5], [6, 7]], [0, 0, 0, 0], most=4)
    assert sizes == [1, 4, 2]
    assert answers == [[2], [4, 6], [8, 10], [12, 14]]


def test_only_what_is_told_the_same() -> None:
    sizes, answers = calls([[1], [2], [3], [4]], [0, 1, 1, 5])
    assert sizes == [1, 2, 1]
    assert answers == [[2], [5], [7], [13]]


@pytest.mark.parametrize("bad", [1, 2])
def test_the_fault_of_one_is_not_that_of_the_others(bad: int) -> None:
    values: list[list[float]] = [[1], [2], [3]]
    values[bad] = [13]
    sizes, answers = calls(values, [0, 0, 0])
    assert sizes == [1, 2, 1, 1]
    assert isinstance(answers[bad], ModelError)
    assert [answer for k, answer in enumerate(answers) if k != bad] == [
        [2 * value for value in values[k]] for k in range(3) if k != bad
    ]
