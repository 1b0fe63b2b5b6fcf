"""ColorTransfer over time: calm, without lag, and never from beyond a cut."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nodegraph.data.crop import Crop, Crops
from nodegraph.data.faces import Face, Rect
from nodegraph.data.image import frozen
from nodegraph.data.shot import Frame
from nodegraph.data.tracks import Cuts, Tracks
from nodegraph.engine.evaluate import evaluate
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library
from nodegraph.graph.node import node, node_type
from nodegraph.ops.colour_match import Method
from nodes.colour.color_transfer import color_transfer
from tests.nodes.colour.transferring import (
    EVERY,
    FORMAT,
    SHOT,
    SIZE,
    cast,
    crop,
    disc,
    face_light,
    frames,
)

# -- over time ----------------------------------------------------------------------------------------------


def noisy(count: int, grain: float = 0.05, drift: float = 0.0, **changes: Any) -> dict[int, Crop]:
    """A still swapped face before a plate whose grain is new in each frame, and whose light may drift."""
    pixels, matte = cast(face_light(2)), disc()
    made = {}
    for k in range(count):
        grains = np.random.default_rng(100 + k).normal(0, grain, (SIZE, SIZE, 3))
        made[1001 + k] = crop((face_light(1) * 2 ** (drift * k) + grains).astype(np.float32), pixels, matte, **changes)
    return made


def rendered(crops: Mapping[int, Crop], method: Method, window: int, **knobs: Any) -> list[np.ndarray]:
    """Every frame, as the engine would ask for it."""
    kind = node_type(color_transfer)
    assert kind.frames is not None
    results = []
    for frame in crops:
        wanted = kind.frames(frame, {"method": method, "window": window})
        near = {at: crops.get(at, ()) for at in wanted}
        (after,) = color_transfer(frames(near, frame), SHOT, method=method, window=window, **knobs)
        results.append(after.pixels)
    return results


def step(pictures: list[np.ndarray]) -> float:
    inside = disc() > 0.5
    return max(float(np.abs(a - b)[inside].mean()) for a, b in pairwise(pictures))


@EVERY
def test_neighbours_differ_less_than_the_plates_and_a_window_calms_them(method: Method) -> None:
    crops = noisy(9)
    plates = step([each.plate for each in crops.values()])
    raw, calm = (step(rendered(crops, method, window)[3:6]) for window in (1, 7))
    assert raw < 0.5 * plates
    assert calm < 0.75 * raw


@EVERY
def test_a_drift_of_the_light_is_followed_without_lag(method: Method) -> None:
    crops = noisy(9, grain=0.0, drift=0.04)
    raw, calm = (rendered(crops, method, window) for window in (1, 7))
    inside = disc() > 0.5
    steps = [np.abs(raw[k + 1] - raw[k])[inside].mean() for k in range(8)]
    for k in range(9):
        assert np.abs(calm[k] - raw[k])[inside].mean() < 0.3 * np.mean(steps), k


@EVERY
def test_nothing_is_taken_from_beyond_a_cut_a_gap_or_another_face(method: Method) -> None:
    crops = noisy(7)
    other = {at: replace(each, plate=frozen(each.plate * np.float32(1.15))) for at, each in crops.items()}
    mixed = {at: (crops if at < 1004 else other)[at] for at in crops}
    alone = rendered({1003: crops[1003]}, method, 5)[0]

    def at_1003(given: Mapping[int, Any], tracks: Tracks | None = None) -> np.ndarray:
        near = {at: given.get(at, ()) for at in range(1001, 1006)}
        (after,) = color_transfer(frames(near, 1003), SHOT, tracks, method=method, window=5)
        return after.pixels

    cut = Tracks(FORMAT, (), Cuts((1004,)))
    assert not np.array_equal(at_1003(mixed), alone)
    assert np.array_equal(at_1003(mixed, cut), alone)
    assert np.array_equal(at_1003({at: each for at, each in crops.items() if at != 1004}), alone)
    moved = Face(Rect(400, 80, 480, 160))
    assert np.array_equal(
        at_1003({at: each if at < 1004 else replace(each, face=moved) for at, each in crops.items()}), alone
    )
    swapped = {at: each if at < 1004 else replace(each, identity="another") for at, each in crops.items()}
    assert np.array_equal(at_1003(swapped), alone)
    flash = {at: each if at != 1004 else replace(each, plate=frozen(each.plate * 6)) for at, each in crops.items()}
    assert np.array_equal(at_1003(flash), alone)


def test_each_face_for_itself() -> None:
    crops = noisy(5)
    second = {
        at: replace(each, track="face2", plate=frozen(each.plate[::-1] * np.float32(0.5))) for at, each in crops.items()
    }
    both = frames({at: (crops[at], second[at]) for at in crops}, 1003)
    one_, two = color_transfer(both, SHOT, method=Method.MKL, window=5)
    (alone,) = color_transfer(frames(crops, 1003), SHOT, method=Method.MKL, window=5)
    (other,) = color_transfer(frames(second, 1003), SHOT, method=Method.MKL, window=5)
    assert np.array_equal(one_.pixels, alone.pixels)
    assert np.array_equal(two.pixels, other.pixels)


@node
def played(frame: Frame) -> Crops:
    """A face on the frames 1001 to 1005, before a plate whose grain is new in each."""
    crops = noisy(5)
    return Crops(FORMAT, "ACEScg", (crops[frame],) if frame in crops else ())


@pytest.mark.parametrize("frame", [1001, 1003, 1005, 1006])
def test_the_engine_brings_the_frames_around(frame: int, tmp_path: Path) -> None:
    graph = Graph(Library.discover().with_nodes(played), shot=SHOT).add("Played", "in")
    graph = graph.add("ColorTransfer", "it", method=Method.MKL, window=5).connect("it", "crops", "in")
    after = evaluate(graph, "it", frame, root=tmp_path)
    crops = noisy(5)
    assert len(after) == (frame in crops)
    if frame in crops:
        near = {at: crops.get(at, ()) for at in range(frame - 2, frame + 3)}
        (wanted,) = color_transfer(frames(near, frame), SHOT, method=Method.MKL, window=5)
        assert np.array_equal(after.crops[0].pixels, wanted.pixels)
