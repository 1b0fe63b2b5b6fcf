"""CutDetect on clips cut together from photographs: every cut is known, and so is what is none."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from nodegraph.data.box import Format
from nodegraph.data.errors import Cancelled, NodegraphError
from nodegraph.data.image import Image
from nodegraph.data.shot import Clip, Frame, Shot
from nodegraph.data.tracks import Cuts
from nodegraph.engine.disk import Disk
from nodegraph.engine.evaluate import evaluate
from nodegraph.graph.context import Context
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library
from nodegraph.graph.node import node, node_type
from nodes.face.cut_detect import cut_detect

Frames = list[NDArray[np.float32]]
WIDE, HIGH = 192, 108
SHOT = Shot(format=Format(WIDE, HIGH))


def photograph(name: str) -> NDArray[np.float32]:
    """One of scikit-image's photographs, as linear light."""
    import cv2
    import skimage

    path = Path(skimage.__file__).parent / "data" / f"{name}"
    return (np.asarray(cv2.imread(str(path)), np.float32)[..., ::-1] / 255) ** 2.2


def filmed(name: str, count: int, pan: float = 0.002, seed: int = 0, start: float = 0.1, zoom: float = 0.45) -> Frames:
    """A shot: a camera, held by hand, that pans over a photograph by so many of its widths a frame."""
    import cv2

    picture, random = photograph(name), np.random.default_rng(seed)
    high = min(picture.shape[0] * 0.8, picture.shape[1] * zoom * HIGH / WIDE)
    scale = high / HIGH
    frames = []
    for k in range(count):
        shake = random.normal(0, 0.3, 2)
        x = start * picture.shape[1] + (pan * k * WIDE + shake[0]) * scale
        y = 0.1 * picture.shape[0] + shake[1] * scale
        matrix = np.array([[scale, 0, x], [0, scale, y]], np.float32)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        seen = cv2.warpAffine(picture, matrix, (WIDE, HIGH), flags=flags, borderMode=cv2.BORDER_REFLECT)
        frames.append(np.asarray(seen + random.normal(0, 0.01, seen.shape), np.float32))
    return frames


def dissolved(one: Frames, other: Frames, length: int) -> Frames:
    """The last `length` frames of one shot mixed with the first of the other."""
    shares = [(k + 1) / (length + 1) for k in range(length)]
    over = [a * (1 - s) + b * s for a, b, s in zip(one[-length:], other, shares, strict=False)]
    return [*one[:-length], *(np.asarray(frame, np.float32) for frame in over), *other[length:]]


def clip(frames: Sequence[NDArray[np.float32]], first: int = 1001) -> Clip[Image]:
    return Clip.of({first + k: Image.of(frame, colorspace="ACEScg") for k, frame in enumerate(frames)})


def found(frames: Frames, **knobs: float) -> Cuts:
    return cut_detect(clip(frames), SHOT, Context(), **knobs)  # type: ignore[arg-type]


PAIRS = [
    ("coffee.png", "chelsea.png"),
    ("astronaut.png", "motorcycle_left.png"),
    ("rocket.jpg", "astronaut.png"),
    ("chelsea.png", "rocket.jpg"),
]
NAMES = sorted({name for pair in PAIRS for name in pair})


def test_hard_cuts() -> None:
    frames: Frames = []
    cuts = []
    for k, name in enumerate([*NAMES, "astronaut.png"]):
        if frames:
            cuts.append(1001 + len(frames))
        frames += filmed(name, 8 + 3 * k, seed=k, start=0.3 if k > 4 else 0.1)
    assert found(frames) == Cuts(tuple(cuts))


def test_the_other_side_of_one_room() -> None:
    """Two shots of one set, alike in colour: their forms tell them apart."""
    for name in ("astronaut.png", "motorcycle_left.png"):
        frames = filmed(name, 12, start=0.0) + filmed(name, 12, start=0.55, seed=1)
        assert found(frames) == Cuts((1013,))


@pytest.mark.parametrize("length", [5, 8, 24, 40])
@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_dissolves(pair: tuple[str, str], length: int) -> None:
    one, other = filmed(pair[0], 16 + length), filmed(pair[1], 16 + length, pan=-0.002, seed=1)
    cuts = found(dissolved(one, other, length))
    assert cuts.at == ()
    ((first, last),) = cuts.dissolves
    slack = 2 + length // 5  # mixed in light and looked at on a display, one end of it can hardly be seen
    assert abs(first - (1001 + 15)) <= slack
    assert abs(last - (1001 + 16 + length)) <= slack
    middle = (first + last + 1) // 2
    assert cuts.between(middle - 1, middle)
    assert not cuts.between(1001, first)
    assert found(dissolved(one, other, length), longest=0).dissolves == ()


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_a_soft_cut_of_two_frames_is_one_or_the_other(pair: tuple[str, str]) -> None:
    cuts = found(dissolved(filmed(pair[0], 18), filmed(pair[1], 18, seed=1), 2))
    (start,) = cuts.starts
    assert start in range(1016, 1021)


def test_fades_through_black() -> None:
    black = [np.zeros((HIGH, WIDE, 3), np.float32)] * 20
    frames = dissolved(dissolved(filmed("coffee.png", 20), black, 8), filmed("astronaut.png", 20), 8)
    cuts = found(frames)
    assert cuts.at == ()
    assert len(cuts.dissolves) == 2


@pytest.mark.parametrize("name", NAMES)
def test_flashes_are_no_cuts(name: str) -> None:
    frames = filmed(name, 40)
    for at, gain in ((10, 8.0), (11, 3.0), (22, 60.0), (23, 200.0), (24, 20.0), (33, 0.02)):
        frames[at] = frames[at] * np.float32(gain)
    assert found(frames) == Cuts()


@pytest.mark.parametrize("pan", [0.02, 0.05, 0.1])
@pytest.mark.parametrize("name", NAMES)
def test_fast_pans_are_no_cuts(name: str, pan: float) -> None:
    count = round(0.5 / (pan * 0.3)) if pan > 0.05 else 24
    still, moving = filmed(name, 10, pan=0, zoom=0.3), filmed(name, min(count, 24), pan=pan, zoom=0.3)
    assert found(still + moving) == Cuts()


def test_a_cut_in_the_midst_of_a_pan() -> None:
    frames = filmed("coffee.png", 12, pan=0.05, zoom=0.3) + filmed("astronaut.png", 12, pan=0.05, zoom=0.3)
    assert found(frames) == Cuts((1013,))


def test_light_that_comes_and_goes_is_no_cut() -> None:
    frames = filmed("astronaut.png", 40)
    frames = [frame * np.float32(2.0 ** (2.5 * np.sin(k / 6))) for k, frame in enumerate(frames)]
    assert found(frames) == Cuts()


def test_a_lamp_that_is_switched_on_is_no_cut() -> None:
    frames = filmed("astronaut.png", 24)
    lamp = np.linspace(1.5, 9.0, WIDE, dtype=np.float32)[None, :, None]
    assert (
        found([frame * np.float32(0.4) if k < 12 else frame * lamp * 0.4 for k, frame in enumerate(frames)]) == Cuts()
    )


def test_somebody_passes_the_camera() -> None:
    frames = filmed("astronaut.png", 30)
    for k in range(4):
        frames[12 + k][:, 40 * k : 40 * k + 90] = 0.02
    assert found(frames) == Cuts()


def test_a_face_that_turns_and_speaks() -> None:
    from nodes.image.face_plate import face_plate

    context = Context()
    frames = {f: face_plate(f, SHOT, context, yaw=20.0, length=12).image for f in range(1001, 1031)}  # type: ignore[arg-type]
    assert cut_detect(Clip.of(frames), SHOT, context) == Cuts()


def test_any_clip() -> None:
    """One frame, none, a matte alone, broken pixels, nothing in the data window."""
    assert found(filmed("coffee.png", 1)) == Cuts()
    with pytest.raises(NodegraphError, match="no frames"):
        found([])
    plane = np.zeros((HIGH, WIDE, 1), np.float32)
    matte = Image.of(plane, channels=["A"], colorspace="ACEScg")
    assert cut_detect(Clip.of({1: matte, 2: matte}), SHOT, Context()) == Cuts()
    broken = filmed("coffee.png", 8)
    broken[3][:] = np.nan
    broken[4][5] = np.inf
    assert found(broken) == Cuts()


def test_it_tells_how_far_it_is_and_can_be_stopped() -> None:
    told: list[float] = []

    class Listening(Context):
        def progress(self, done: float, message: str = "") -> None:
            told.append(done)
            super().progress(done, message)

    context = Listening()
    cut_detect(clip(filmed("coffee.png", 4)), SHOT, context)
    assert told == [0.25, 0.5, 0.75, 1.0]
    context.cancel()
    with pytest.raises(Cancelled):
        cut_detect(clip(filmed("coffee.png", 4)), SHOT, context)


def test_cuts_are_kept_on_disk_and_found_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NODEGRAPH_CHECKED", raising=False)  # which looks at everything again
    cuts = Cuts((1013, 1040), ((1020, 1031),))
    kind = node_type(cut_detect)
    disk = Disk(tmp_path)
    disk.put(b"key", kind, cuts)
    kept = disk.get(b"key", kind)
    assert kept is not None
    assert kept.value == cuts

    looked: list[int] = []
    frames = filmed("coffee.png", 8) + filmed("chelsea.png", 8)

    @node
    def plate(frame: Frame) -> Image:
        """A plate with a cut."""
        looked.append(int(frame))
        return Image.of(frames[int(frame) - 1001], colorspace="ACEScg")

    shot = Shot(first=1001, last=1016, format=Format(WIDE, HIGH))
    graph = Graph(Library.discover().with_nodes(plate), shot=shot).add("Plate", "P").add("CutDetect", "C")
    graph = graph.connect("C", "image", "P")
    assert evaluate(graph, "C", 1001, root=tmp_path) == Cuts((1009,))
    assert len(looked) == 16
    assert evaluate(graph, "C", 1016, root=tmp_path) == Cuts((1009,))
    assert len(looked) == 16
