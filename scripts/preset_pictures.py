"""Make the pictures that stand beside the presets: what each does to the demo's portrait, or else its graph.

All of it is made from the public-domain portrait of the demo and from a digital double of it. Names of presets after
the command make only theirs.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

import nodegraph as ng
from nodegraph.bench import double
from nodegraph.colour.eight_bit import eight_bit
from nodegraph.data.box import Box
from nodegraph.data.image import RGB, Image
from nodegraph.graph import preset as presets
from nodegraph.graph.graph import Graph, Wire
from nodegraph.graph.layout import places
from nodegraph.graph.library import Library
from nodegraph.graph.preset import SUFFIX, Preset
from nodegraph.ops.portrait import read_picture

Picture = NDArray[np.uint8]  # rows x columns x BGR
Colour = tuple[int, int, int]
FOLDER = Path(__file__).parents[1] / "presets"
WIDTH, HALF, HIGH, STRIP = 640, 320, 300, 26
LARGEST = 40_000  # bytes
PLATE = ng.Format(960, 540)
FACE = Box(290, 20, 770, 470)  # where the portrait's head is in it
FIRST = 1001
PAPER, INK, PALE, IN, OUT = (30, 30, 30), (235, 235, 235), (165, 165, 165), (130, 210, 250), (140, 225, 150)
MENUS = {
    "Face": (96, 84, 40),
    "Swap": (40, 76, 128),
    "Io": (104, 62, 84),
    "Colour": (46, 96, 112),
    "Time": (80, 66, 66),
}
OTHER = (72, 72, 72)
ROW, BOX, LINE = 44, 34, 15  # pixels from node to node, of one, and of what is told of its knobs
FEW, LONGEST = 5, 44  # rows of a graph that has room for knobs, and letters of one


@dataclass(frozen=True)
class Scene:
    """What a preset is shown on: knobs of the portrait, frames of the shot, which of them, and what of the frame."""

    frame: int = FIRST + 1
    last: int = FIRST + 4
    window: Box = FACE
    plate: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({"occluder": False}))
    values: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    two: bool = False


DOUBLE, PORTRAIT = "double.png", "portrait.png"
PHOTOGRAPHS = {"Photographs": DOUBLE, "No consent needed: reason": "digital double"}
SCENES: Mapping[str, Scene] = MappingProxyType(
    {
        "face_quick_look": Scene(values=PHOTOGRAPHS),
        "face_film_photographs": Scene(values=PHOTOGRAPHS, frame=FIRST + 6, last=FIRST + 9),
        "face_multi": Scene(
            window=Box(0, 20, 960, 400),
            values={
                "First face: photographs": DOUBLE,
                "Second face: photographs": PORTRAIT,
                "First face, no consent needed: reason": "digital double",
                "Second face, no consent needed: reason": "public domain",
            },
            two=True,
        ),
        "face_occlusions": Scene(values=PHOTOGRAPHS, frame=FIRST + 10, last=FIRST + 13, plate={"occluder": True}),
        "face_profile": Scene(
            values={**PHOTOGRAPHS, "Detector": "dlib HOG"}, frame=FIRST, plate={"occluder": False, "yaw": 20.0}
        ),
        "face_de_age": Scene(window=Box(290, 130, 550, 374)),
        "face_digital_double": Scene(values={"Renders of the double": DOUBLE}, frame=FIRST + 6, last=FIRST + 9),
        "face_difficult": Scene(
            values={**PHOTOGRAPHS, "Detector": "dlib HOG", "Box by hand": (330, 185, 500, 355)},
            plate={"occluder": False, "exposure": -2.0, "grain": 3.0},
        ),
        "face_4k": Scene(values={**PHOTOGRAPHS, "Crop size": 1024}, window=Box(290, 130, 550, 374)),
        "face_fast_action": Scene(
            values={**PHOTOGRAPHS, "Detector": "dlib HOG"},
            frame=FIRST + 3,
            last=FIRST + 6,
            plate={"occluder": False, "length": 14},
        ),
        "face_other_light": Scene(values=PHOTOGRAPHS, frame=FIRST + 4, last=FIRST + 6),
        "face_check_tracks": Scene(frame=FIRST + 6, last=FIRST + 9),
        "face_hide": Scene(values={"Detector": "dlib HOG"}),
        "face_window": Scene(window=Box(0, 0, 576, 540), values={"Exposure": (0.7, 0.7, 0.7)}),
    }
)


def shown(preset: Preset, scene: Scene, folder: Path) -> Picture:
    """Before and after, side by side."""
    graph, before = staged(scene, folder)
    values = {
        label: str(folder / value) if value in (DOUBLE, PORTRAIT) else value for label, value in scene.values.items()
    }
    sources = {"plate": before, "roto": "Plate.occluder"}
    graph, names = presets.inserted(
        graph, preset, inputs={name: sources[name] for name in preset.inputs}, values=values
    )
    after = names[preset.outputs["out"].node]
    with ng.Session(graph, root=folder) as session:
        parts = [looked(session.view(node, scene.frame).result(), scene, graph) for node in (before, after)]
    if scene.two:
        return np.concatenate(
            [lettered(part, [word]) for part, word in zip(parts, ("plate", preset.name), strict=True)]
        )
    return lettered(np.concatenate(parts, axis=1), ("plate", preset.name))


def staged(scene: Scene, folder: Path) -> tuple[Graph, str]:
    """The shot that is worked on, and the node that is its plate."""
    graph = Graph(Library.discover()).with_shot(first=FIRST, last=scene.last, format=PLATE)
    graph = graph.add("FacePlate", "Plate", **scene.plate)
    if not scene.two:
        return graph, "Plate"
    half = (PLATE.width // 2, PLATE.height)
    graph = graph.set("Plate", "size", half).add("FacePlate", "Other", size=half, occluder=False, start=FIRST - 8)
    quick = presets.load(FOLDER / f"face_quick_look{SUFFIX}", graph.library)
    values = {"Photographs": str(folder / DOUBLE), "No consent needed: reason": "digital double"}
    graph, names = presets.inserted(graph, quick, inputs={"plate": "Other"}, values=values)
    graph = graph.add("Transform", "Beside", translate=(float(half[0]), 0.0)).connect("Beside", "image", names["Paste"])
    graph = graph.add("Reformat", "Wide", resize="none", center=False).connect("Wide", "image", "Plate")
    graph = graph.add("Merge", "Both").connect("Both", "b", "Wide").connect("Both", "a", "Beside")
    return graph, "Both"


def looked(image: Image, scene: Scene, graph: Graph) -> Picture:
    """A part of a frame as a screen shows it, at the size of one half; of two faces, at that of the whole."""
    width, height = (WIDTH, round(WIDTH * scene.window.height / scene.window.width)) if scene.two else (HALF, HIGH)
    return fitted(eight_bit(image.region(scene.window, RGB), graph.shot)[..., ::-1], width, height)


def fitted(picture: NDArray[np.uint8], width: int, height: int) -> Picture:
    """As large as it fits, in the middle."""
    scale = min(width / picture.shape[1], height / picture.shape[0])
    size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
    kind = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    canvas = np.full((height, width, 3), PAPER, np.uint8)
    x, y = (width - size[0]) // 2, (height - size[1]) // 2
    canvas[y : y + size[1], x : x + size[0]] = cv2.resize(np.ascontiguousarray(picture), size, interpolation=kind)
    return canvas


def lettered(picture: Picture, words: Sequence[str]) -> Picture:
    """With a strip below that says what is seen."""
    strip = np.full((STRIP, picture.shape[1], 3), PAPER, np.uint8)
    for k, text in enumerate(words):
        write(strip, text, (10 + k * picture.shape[1] // len(words), 18), INK, 0.45)
    return np.concatenate([picture, strip])


def layered(preset: Preset, folder: Path) -> Picture:
    """Layers of one frame: what is shown of FaceLayers."""
    scene = SCENES["face_film_photographs"]
    graph, before = staged(scene, folder)
    swap = presets.load(FOLDER / f"face_film_photographs{SUFFIX}", graph.library)
    values = {"Photographs": str(folder / DOUBLE), "No consent needed: reason": "digital double"}
    graph, names = presets.inserted(graph, swap, inputs={"plate": before}, values=values)
    ends = {name: wire._replace(node=names[wire.node]) for name, wire in swap.outputs.items()}
    wires: dict[str, str | Wire] = {
        "plate": before,
        "image": ends["out"],
        "crops": ends["crops"],
        "tracks": ends["tracks"],
    }
    graph, names = presets.inserted(graph, preset, inputs=wires)
    with ng.Session(graph, root=folder) as session:
        image: Image = session.view(names["Layers"], scene.frame).result()
    matte = next(name for name in image.channels if name.startswith("matte"))
    layers = [("beauty", RGB), ("swap", tuple(f"swap.{each}" for each in "RGB")), (matte.split(".")[0], (matte,) * 3)]
    layers.append(("plate", tuple(f"plate.{each}" for each in "RGB")))
    parts = []
    for name, channels in layers:
        light = image.region(scene.window, channels)
        bits = eight_bit(light, graph.shot) if not name.startswith("matte") else np.asarray(light * 255 + 0.5, np.uint8)
        parts.append(lettered(fitted(bits[..., ::-1], HALF, 200), [name]))
    return np.concatenate([np.concatenate(parts[:2], axis=1), np.concatenate(parts[2:], axis=1)])


def drawn(preset: Preset) -> Picture:
    """The graph of a preset: its nodes as boxes with wires, its inputs and outputs beside their names.

    Where there is room, in small graphs, the boxes tell the knobs that are set as well.
    """
    graph = preset.graph
    at = {name: place.at for name, place in places(graph).items()}
    columns, rows = sorted({x for x, _ in at.values()}), sorted({y for _, y in at.values()})
    told = {name: facts(graph, name) if len(rows) <= FEW else [] for name in at}
    high = [max(LINE * len(told[name]) for name, (_, y) in at.items() if y == row) for row in rows]
    pitch = min(300 if any(high) else 170, (WIDTH - 20) // len(columns))
    wide = min(280 if any(high) else 134, pitch - 12)
    left = (WIDTH - pitch * len(columns)) // 2 + (pitch - wide) // 2
    tops = [12 + k * ROW + sum(high[:k]) for k in range(len(rows))]
    corner = {name: (left + columns.index(x) * pitch, tops[rows.index(y)]) for name, (x, y) in at.items()}
    depth = {name: BOX + LINE * len(told[name]) for name in at}
    canvas = np.full((tops[-1] + ROW + high[-1] + 8, WIDTH, 3), PAPER, np.uint8)
    for taker, _, wire in graph.wires():
        joined(canvas, corner[wire.node], corner[taker], wide, depth[wire.node])
    for name, (x, y) in corner.items():
        kind = graph.nodes[name].kind
        colour = MENUS.get(graph.library.types[kind].menu, OTHER)
        cv2.rectangle(canvas, (x, y), (x + wide, y + depth[name]), colour, -1, cv2.LINE_AA)
        write(canvas, name, (x + 6, y + 14), INK, 0.4)
        write(canvas, kind if kind != name else "", (x + 6, y + 28), PALE, 0.34)
        for k, fact in enumerate(told[name]):
            write(canvas, fact, (x + 6, y + BOX + 8 + k * LINE), INK, 0.34)
        fed = [label for label, taken in preset.inputs.items() if any(each.node == name for each in taken)]
        ended = [label for label, wire in preset.outputs.items() if wire.node == name]
        write(canvas, " ".join(f"> {label}" for label in fed), (x + wide - 6, y + 28), IN, 0.34, right=True)
        write(canvas, " ".join(f"{label} >" for label in ended), (x + wide - 6, y + 14), OUT, 0.34, right=True)
    return lettered(canvas, [preset.name])


def facts(graph: Graph, name: str) -> list[str]:
    """The knobs of a node that are not as they come."""
    lines = []
    for knob in graph.nodes[name].knobs:
        value = graph.knob_type(name, knob).to_json(graph.value(name, knob, FIRST))
        said = ", ".join(f"{part:g}" for part in value) if isinstance(value, list) else str(value)
        lines.append(f"{knob}  {said}"[:LONGEST])
    return lines


def joined(canvas: Picture, giver: tuple[int, int], taker: tuple[int, int], wide: int, deep: int) -> None:
    """A wire between two boxes: down, or from the side where they stand side by side."""
    (x0, y0), (x1, y1) = giver, taker
    if y0 == y1:
        y = y0 + BOX // 2
        cv2.line(canvas, (min(x0, x1) + wide, y), (max(x0, x1), y), PALE, 1, cv2.LINE_AA)
        return
    shift = 0 if x0 == x1 and y1 - y0 <= ROW + deep - BOX else wide // 3 if x0 >= x1 else -wide // 3
    start = np.array([x0 + wide // 2 + shift, y0 + deep if y1 > y0 else y0])
    end = np.array([x1 + wide // 2 + shift, y1 if y1 > y0 else y1 + BOX])
    bend = np.array([0 if x0 != x1 or not shift else wide // 2, (end[1] - start[1]) / 2])
    first, second = start + bend, end + bend * (1, -1)
    t = np.linspace(0, 1, 24)[:, None]
    way = (1 - t) ** 3 * start + 3 * (1 - t) ** 2 * t * first + 3 * (1 - t) * t**2 * second + t**3 * end
    cv2.polylines(canvas, [np.rint(way).astype(np.int32)], False, PALE, 1, cv2.LINE_AA)


def write(canvas: Picture, text: str, at: tuple[int, int], colour: Colour, size: float, *, right: bool = False) -> None:
    """A line of text; what the font lacks is written plainly."""
    plain = text.replace("’", "'").encode("ascii", "replace").decode()
    font = cv2.FONT_HERSHEY_SIMPLEX
    wide = cv2.getTextSize(plain, font, size, 1)[0][0] if right else 0
    cv2.putText(canvas, plain, (at[0] - wide, at[1]), font, size, colour, 1, cv2.LINE_AA)


def saved(picture: Picture, path: Path) -> int:
    """As a JPEG that is small enough; how many bytes it has."""
    for quality in range(92, 40, -4):
        _, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
        if len(encoded) < LARGEST:
            break
    path.write_bytes(encoded.tobytes())
    return len(encoded)


def main() -> int:
    """Make them all, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", help="only these presets")
    wanted = parser.parse_args().names
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        double.write(folder / DOUBLE)
        cv2.imwrite(str(folder / PORTRAIT), (read_picture()[..., ::-1] * 255.0 + 0.5).astype(np.uint8))
        for path in sorted(FOLDER.glob(f"*{SUFFIX}")):
            short = path.name.removesuffix(SUFFIX)
            if wanted and short not in wanted:
                continue
            preset = presets.load(path)
            if short in SCENES:
                picture = shown(preset, SCENES[short], folder)
            else:
                picture = layered(preset, folder) if short == "face_layers" else drawn(preset)
            size = saved(picture, FOLDER / f"{short}.jpg")
            if preset.picture != f"{short}.jpg":
                path.write_text(presets.write(replace(preset, picture=f"{short}.jpg")), "utf-8")
            print(f"{short}.jpg  {picture.shape[1]} x {picture.shape[0]}, {size} bytes", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
