"""What the tests of every node share: inputs of every kind, settings of every knob, a project with files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

from nodegraph.data.image import Image, Matte
from nodegraph.data.shot import Frame
from nodegraph.engine.plan import Plan, Planner
from nodegraph.graph.graph import Graph
from nodegraph.graph.knob import Color, File, Knob, KnobType, Space, Vec
from nodegraph.graph.library import Library
from nodegraph.graph.node import NodeType, node
from nodegraph.graph.shapes import Shapes
from tests.nodes.every_picture import SHOT, Inputs, picture

# Settings without which a node has nothing to do, or no file to do it with.
BASE: Mapping[str, Mapping[str, Any]] = {
    "Read": {"file": File("plate.exr")},
    "Write": {"file": File("out/out.####.exr")},
    "WriteMovie": {"file": File("out/out.mov")},
    "Lut": {"file": File("cold.cube")},
    "Shuffle": {"mapping": "R=G"},
}
# Settings without which a knob has nothing to do.
WITH: Mapping[str, Mapping[str, Any]] = {
    "CDL-id": {"file": File("cold.cdl")},
    "ColorSpace-mix": {"target": "ACES2065-1"},
    "ColorSpace-unpremult": {"target": "g24/rec709"},
    "TestPlate-cell": {"pattern": "checker"},
    "TestPlate-high": {"pattern": "ramp"},
    "TestPlate-low": {"pattern": "ramp"},
    "TestPlate-move": {"pattern": "checker"},
    "TestPlate-turn": {"pattern": "zone plate"},
    "Transform-center": {"center_of_format": False, "rotate": 10.0},
    "Write-dwa_level": {"compression": "DWAA"},
    "WriteMovie-burn_in_text": {"burn_in": True},
}
# Other values for knobs that nobody can turn without knowing the node.
TURNED: Mapping[tuple[str, str], Any] = {
    ("CDL", "file"): File("cold.cdl"),
    ("CDL", "id"): "b",
    ("Constant", "color"): Color((5.0, -0.1, 0.5, 1.0)),
    ("DisplayView", "display"): "Rec.1886 Rec.709 - Display",
    ("DisplayView", "view"): "Un-tone-mapped",
    ("Lut", "file"): File("warm.cube"),
    ("Read", "file"): File("other.exr"),
    ("Read", "frames"): "1001-1002",
    ("Read", "layer"): "depth",
    ("Read", "part"): "0",
    ("Reformat", "size"): Vec((48.0, 20.0)),
    ("Retime", "source_frame"): 1002.5,
    ("Roto", "shapes"): Shapes.from_json([{"points": [[4, 4], [20, 4], [20, 18]]}]),
    ("Shuffle", "mapping"): "G=B, matte.A=A",
    ("Write", "channels"): "rgba",
    ("Write", "file"): File("out/new.####.exr"),
    ("Write", "layer_bits"): "depth=float",
    ("Write", "tile"): 16,
    ("WriteMovie", "audio"): File("sound.wav"),
    ("WriteMovie", "burn_in_text"): "{frame:04}",
    ("WriteMovie", "file"): File("out/new.mov"),
}


# Each exception is a setting, `Node` or `Node-knob` or `Node-knob-choice`, and the reason why. A node's name
# stands for all its settings, `Node-knob` for all its choices.
Exceptions = dict[str, str]

OTHER_FORMAT: Exceptions = {
    "Crop-reformat": "the box becomes the format",
    "Reformat": "that is what it does",
}
OTHER_SPACE: Exceptions = {
    "ColorSpace": "that is what it does",
    "DisplayView": "it holds the display's values",
}
OTHER_CHANNELS: Exceptions = {"Shuffle-keep": "it is told to keep those named only"}
MOVED: Exceptions = {
    "Crop-reformat": "the box goes to the top left",
    "Reformat": "all layers are resized",
    "Shuffle-keep": "it is not kept",
    "Transform": "all layers go along",
}
NEEDS_CHANNELS: Exceptions = {"Shuffle": "it is told to take one that is not there"}
IMPOSSIBLE: Exceptions = {
    "Grade-blackpoint=1": "the whitepoint is there too",
    "Grade-whitepoint=0": "the blackpoint is there too",
    "Switch-which=99": "nothing is wired there",
}
CLIPPED: Exceptions = {
    "Crop-box": "the light is outside the box",
    "Crop-reformat": "the light is outside the box",
    "DisplayView": "a display shows 0 to 1",
    "Grade-black_clamp": "that is what it is for",
    "Grade-white_clamp": "that is what it is for",
    "Lut": "this table ends at 0 and 1",
    "Merge-operation-out": "A is opaque, and B outside it nowhere",
    "Merge-operation-stencil": "A is opaque, and B outside it nowhere",
    "Merge-operation-xor": "both are opaque, and nowhere alone",
    "Merge-operation-minus": "A is as bright as B",
    "Merge-operation-from": "A is as bright as B",
    "Merge-operation-difference": "A is as bright as B",
    "Merge-operation-multiply": "two negative numbers make a positive one",
    "Merge-operation-divide": "two negative numbers make a positive one",
    "Merge-operation-exclusion": "two bright lights leave none",
    "Merge-operation-hypot": "squares are positive",
}
NOT_LIKE_ALPHA: Exceptions = {
    "Premult": "colour that is associated already is not its business",
    "Sharpen": "it leaves alpha alone",
    "Shuffle": "channels go where the mapping says",
    "Unpremult": "that is what it does",
}
WHOLE_IN_A_MATTE: Exceptions = {}
# Knobs that add light where there was none, unless alpha is taken out meanwhile.
ADDS_LIGHT: Exceptions = {
    "CDL-offset": "added to every pixel",
    "Grade-blackpoint": "black becomes less than black",
    "Grade-lift": "black becomes this",
    "Grade-offset": "added to every pixel",
}

NO_DIFFERENCE: Exceptions = {
    **dict.fromkeys(("FacePlate-length", "FacePlate-pitch", "FacePlate-mouth"), "the performance only begins"),
    **dict.fromkeys(("FacePlate-blink", "FacePlate-occluder"), "the performance only begins"),
    **dict.fromkeys(("FrameHold", "TimeOffset", "Retime"), "the planner asks for other frames"),
    "Merge-window": "A and B have the same",
    **dict.fromkeys(("Read-before", "Read-after", "Read-missing"), "no frame is missing"),
    **dict.fromkeys(("Read-frames", "Read-frame_offset"), "the file is a still"),
    "Read-alpha-premultiplied": "as an EXR is anyway",
    "Read-part": "the file has only one",
    "Reformat-resize-height": "height is what fits",
    "TestPlate-cell": "a square is larger than the plate",
    **dict.fromkeys(("TestPlate-move", "TestPlate-turn"), "motion begins after the first frame"),
    **dict.fromkeys(("Transform-motion_blur", "Transform-shutter", "Transform-shutter_opens"), "nothing moves"),
    **dict.fromkeys(("Write-compression-ZIPS", "Write-bits-half"), "as it is anyway"),
    "Write-layer_bits": "depth is float anyway",
    **dict.fromkeys(("Write-layout-as channels", "Write-layout-Nuke channels"), "depth is called the same in both"),
    "Write-quality": "an EXR has none",
    **dict.fromkeys(("Write-create_folders", "WriteMovie-create_folders"), "the folder is there"),
}
REFUSES: Exceptions = {
    "Read-view": "the file has no views",
    "Write-bits-8": "an EXR has none",
    "Write-bits-10": "an EXR has none",
    "Write-bits-16": "an EXR has none",
    "Write-overwrite": "the file is there",
    "Write-preset-ACES container": "it holds no depth",
    "WriteMovie-codec-DNxHR HQX": "the picture is too small for it",
    "WriteMovie-overwrite": "the file is there",
}


@node
def still(*, seed: int = 1) -> Image:
    """A picture that does not depend on the frame."""
    return picture(seed)


@node
def moving(frame: Frame, *, seed: int = 1) -> Image:
    """Another picture at every frame."""
    return picture(seed * 10_000 + frame)


@node(sink=True)
def keep(image: Image, frame: Frame, *, file: File = File("")) -> Path:
    """Write the pixels as they are, with all that the picture says of itself."""
    target = Path(f"{file}.{frame}")
    about = f"{image.data} {image.format} {image.channels} {image.colorspace} {image.origin and image.origin.changed}"
    target.write_bytes(about.encode() + image.pixels.tobytes())
    return target


def of_pictures(kind: NodeType) -> bool:
    """True of a node that knows nothing but pictures; those that know faces have a test of their own."""
    ports = [*kind.inputs, *(() if kind.sink else kind.outputs)]
    return all(port.type in (Image, Matte) for port in ports)


LIBRARY = Library.discover()
WITH_OURS = LIBRARY.with_nodes(still, moving, keep)
KINDS = tuple(kind for kind in LIBRARY.types.values() if of_pictures(kind))
FILTERS = tuple(kind for kind in KINDS if kind.inputs and not kind.sink)


# -- settings ------------------------------------------------------------------------------------------


class Setting(NamedTuple):
    """A node with some of its knobs turned."""

    kind: NodeType
    name: str
    knobs: Mapping[str, Any]

    @property
    def id(self) -> str:
        return f"{self.kind.name}-{self.name}" if self.name else self.kind.name


def turned(kind: NodeType, knob: KnobType) -> Any:
    """Another value that the knob may have."""
    return next(values(kind, knob))


def values(kind: NodeType, knob: KnobType) -> Iterator[Any]:
    """Other values that the knob may have: of a choice, every one."""
    given = TURNED.get((kind.name, knob.name))
    if given is not None:
        yield given
    elif issubclass(knob.type, bool):
        yield not knob.default
    elif issubclass(knob.type, Enum):
        yield from (member for member in knob.type if member is not knob.default)
    elif issubclass(knob.type, (Color, Vec)):
        parts = [_further(part, knob.knob, 1 + k) for k, part in enumerate(knob.default)]
        yield Color(parts) if issubclass(knob.type, Color) else Vec(parts)
    elif issubclass(knob.type, int):
        yield _further(knob.default, replace(knob.knob, unit="px"), 1)
    elif issubclass(knob.type, float):
        yield _further(knob.default, knob.knob, 2)
    elif issubclass(knob.type, Space):
        yield Space("ACES2065-1")
    elif issubclass(knob.type, str):
        yield knob.type("other")
    else:
        raise TypeError(f"say in TURNED what {kind.name}.{knob.name} may be")


def _further(number: float, shown: Knob, steps: int) -> Any:
    if shown.unit == "px" and shown.low == 0 and number == 0 and (shown.high or 0) > 4096:
        return 50 - 10 * steps  # the size of a picture
    step = steps * (1 if shown.unit == "px" else 0.125)
    return number + step if shown.high is None or number + step <= shown.high else number - step


def settings(kind: NodeType) -> Iterator[Setting]:
    """The node as it is by default, with each number turned, with all of them, and those with each choice and switch.

    `mix` is no number here: whatever it fades must do something.
    """
    numbers = {knob.name: turned(kind, knob) for knob in kind.knobs.values() if knob.is_number and knob.name != "mix"}
    yield Setting(kind, "", {})
    if len(numbers) > 1:
        yield Setting(kind, "numbers", numbers)
    for knob in kind.knobs.values():
        for value in values(kind, knob):
            label = f"{knob.name}-{value.value}" if isinstance(value, Enum) else knob.name
            alone = knob.name in numbers
            others = {
                name: kind.knobs[name].check(also) for name, also in WITH.get(f"{kind.name}-{knob.name}", {}).items()
            }
            yield Setting(kind, label, {**({} if alone else numbers), **others, knob.name: value})


def limits(kind: NodeType) -> Iterator[Setting]:
    """The node with each number at its lowest and at its highest; large sizes in pixels are left out."""
    for knob in kind.knobs.values():
        for limit in (knob.knob.low, knob.knob.high) if knob.is_number else ():
            if limit is not None and not (knob.knob.unit == "px" and limit > 100):
                value = knob.check([limit] * knob.parts if issubclass(knob.type, tuple) else limit)
                yield Setting(kind, f"{knob.name}={limit:g}", {knob.name: value})


def all_settings(kinds: tuple[NodeType, ...]) -> list[Setting]:
    return [setting for kind in kinds for setting in settings(kind)]


def excepted(setting: Setting, table: Exceptions) -> bool:
    return any(setting.id == name or setting.id.startswith(f"{name}-") for name in table)


def adds_light(setting: Setting) -> bool:
    return not setting.knobs.get("unpremult") and any(
        f"{setting.kind.name}-{knob}" in ADDS_LIGHT for knob in setting.knobs
    )


def working(*, sinks: bool) -> list[Setting]:
    kinds = tuple(kind for kind in KINDS if kind.sink == sinks)
    return [setting for setting in all_settings(kinds) if not excepted(setting, REFUSES)]


def call(setting: Setting, inputs: Inputs, folder: Path) -> Any:
    """Call a node as the runner does."""
    kind = setting.kind
    knobs = {name: knob.default for name, knob in kind.knobs.items()} | {**BASE.get(kind.name, {}), **setting.knobs}
    files = {name: File(folder / value) for name, value in knobs.items() if isinstance(value, File) and value}
    frames = tuple(kind.frames(1001, knobs | files)) if kind.frames else (1001,)
    return kind.function(*inputs.arguments(kind, frames), **(knobs | files))


# -- graphs --------------------------------------------------------------------------------------------


def placed(kind: NodeType, giver: str = "Moving", every: bool = True, /, **knobs: Any) -> Graph:
    """A graph with the node `It`, its inputs wired to In and In2 by turns (those it needs, or all)."""
    graph = Graph(WITH_OURS, shot=SHOT).add(giver, "In").add(giver, "In2", seed=2)
    graph = graph.add(kind.name, "It", **{**BASE.get(kind.name, {}), **knobs})
    wires = [f"{port.name}{k}" for port in kind.inputs if port.many for k in range(1, 4 if every else 2)]
    wires += [port.name for port in kind.inputs if not port.many and (every or not port.optional)]
    for number, name in enumerate(wires):
        graph = graph.connect("It", name, "In2" if number % 2 else "In")
    return graph


def planned(graph: Graph, folder: Path, frame: int = 1001, name: str = "It") -> Plan:
    planner = Planner(graph, folder)
    return planner.plan_sink(name, (frame,), frame) if graph.known_type(name).sink else planner.plan(name, frame)


def key(graph: Graph, folder: Path, frame: int = 1001, name: str = "It") -> bytes:
    feed = planned(graph, folder, frame, name).feed
    return feed.step.key + bytes((feed.pick + 1,))


def project(place: Path) -> Path:
    """A folder with the files that nodes read."""
    from nodegraph.engine.render import render

    graph = Graph(WITH_OURS, shot=SHOT).add("Still", "A").add("Write", "W").connect("W", "image", "A")
    for name in ("plate", "other"):
        render(graph.set("W", "file", File(f"{name}.exr")), "W", [1001], root=place)
        graph = graph.set("A", "seed", 2)
    for name, red in (("cold", 0.9), ("warm", 1.1)):
        rows = (f"{r * red} {g} {b}\n" for b in (0, 1) for g in (0, 1) for r in (0, 1))
        (place / f"{name}.cube").write_text(f'TITLE "{name}"\nLUT_3D_SIZE 2\n' + "".join(rows))
    corrections = "".join(
        f'<ColorCorrection id="{name}"><SOPNode><Slope>{slope} 1 1</Slope><Offset>0 0 0</Offset><Power>1 1 1</Power>'
        "</SOPNode><SatNode><Saturation>1</Saturation></SatNode></ColorCorrection>"
        for name, slope in (("a", 1.1), ("b", 0.9))
    )
    (place / "cold.cdl").write_text(
        f'<ColorDecisionList xmlns="urn:ASC:CDL:v1.01"><ColorDecision>{corrections}</ColorDecision></ColorDecisionList>'
    )
    _write_sound(place / "sound.wav")
    return place


def _write_sound(file: Path) -> None:
    import wave

    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(48_000)
        sound.writeframes(bytes(2 * 48_000))
