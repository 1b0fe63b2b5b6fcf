"""The demo's project: the graph that makes the plate, the graph that works on it, and the renders of both."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nodegraph.cli.demo_layout import railed, tidy
from nodegraph.cli.demo_sheet import contact_sheet
from nodegraph.cli.demo_truth import write_truth
from nodegraph.cli.progress import shown
from nodegraph.colour.config import load_config
from nodegraph.colour.network_light import curve, uncurve
from nodegraph.data.box import Format
from nodegraph.data.errors import MediaError
from nodegraph.data.shot import Shot
from nodegraph.engine.render import render
from nodegraph.graph.document import Document, save
from nodegraph.graph.graph import Graph
from nodegraph.graph.layout import placed
from nodegraph.graph.library import Library
from nodegraph.media.atomic import atomic
from nodegraph.ops.double import double
from nodegraph.ops.portrait import make_figure, read_picture

PLATE = "plate/plate.####.exr"
MATTE = "matte/face.####.exr"
DOUBLE = "double/front.png"
COMP = "comp/comp.####.exr"
MOVIE = "review/demo.mp4"
SHEET = "contact_sheet.png"


@dataclass(frozen=True)
class Demo:
    """A sample project in a folder."""

    folder: Path
    frames: tuple[int, ...]
    size: tuple[int, int]

    @property
    def shot(self) -> Shot:
        return Shot(name="demo", first=self.frames[0], last=self.frames[-1], format=Format(*self.size))

    def plate_graph(self) -> Graph:
        """The graph that makes the plate and its matte: the stand-in for a camera."""
        length = max(2, self.frames[-1] - self.frames[0] + 1)
        graph = Graph(Library.discover(), shot=self.shot)
        graph = graph.add("FacePlate", "Face", start=self.frames[0], length=length)
        graph = graph.add("Write", "WritePlate", file=PLATE, compression="ZIP")
        graph = graph.add("Write", "WriteMatte", file=MATTE, compression="ZIP")
        graph = graph.connect("WritePlate", "image", "Face.image").connect("WriteMatte", "image", "Face.matte")
        return placed(graph, Face=(0, 0), WritePlate=(-80, 120), WriteMatte=(80, 120))

    def graph(self) -> Graph:
        """What an artist would make: the double's face on the plate, a chart in the corner, layers, files, a movie."""
        width, height = self.size
        face = max(128, min(1024, round(height * 0.75) // 32 * 32))  # no fewer pixels than the face has in the plate
        graph = Graph(Library.discover(), shot=self.shot)
        graph = graph.add("Read", "Plate", file=PLATE).add("Read", "SeenFace", file=MATTE)
        graph = railed(graph, "Plate")
        graph = graph.add("Detect", "Detect").connect("Detect", "image", "ToFaces")
        graph = graph.add("Landmarks", "Landmarks").connect("Landmarks", "image", "Aside")
        graph = graph.connect("Landmarks", "faces", "Detect")
        graph = graph.add("CutDetect", "Cuts").connect("Cuts", "image", "ToCuts")
        graph = graph.add("Track", "Track").connect("Track", "faces", "Landmarks")
        graph = graph.connect("Track", "cuts_found", "Cuts")
        graph = graph.add("Smooth", "Smooth").connect("Smooth", "tracks", "Track")
        graph = railed(graph, "Smooth")
        graph = graph.add("Align", "Align", size=face).connect("Align", "image", "ToSwap")
        graph = graph.connect("Align", "tracks", "ToAlign")
        graph = graph.add("Identity", "Double", file=DOUBLE, name="the double", reason="digital double")
        graph = graph.add("Mask", "Hull").connect("Hull", "crops", "Align")
        graph = graph.add("Mask", "NotTheMicrophone", shape="matte", combine="intersection")
        graph = graph.connect("NotTheMicrophone", "crops", "Hull").connect("NotTheMicrophone", "matte", "SeenFace")
        graph = graph.add("Swap", "Swap").connect("Swap", "crops", "NotTheMicrophone")
        graph = graph.connect("Swap", "identity", "Double")
        graph = graph.add("Finish", "Finish").connect("Finish", "crops", "Swap")
        graph = railed(graph, "Finish")
        graph = graph.add("Paste", "Paste", grain=1.0).connect("Paste", "image", "ToComp")
        graph = graph.connect("Paste", "crops", "ToPaste")
        graph = graph.add("TestPlate", "Chart", pattern="SMPTE bars", size=[width // 8, height // 10])
        graph = graph.add("Merge", "Comp").connect("Comp", "b", "Paste").connect("Comp", "a", "Chart")
        graph = graph.add("FaceLayers", "Layers").connect("Layers", "image", "Comp").connect("Layers", "crops", "Crops")
        graph = graph.connect("Layers", "plate", "ToLayers").connect("Layers", "tracks", "TracksOn")
        graph = graph.add("Write", "WriteComp", file=COMP).connect("WriteComp", "image", "Layers")
        graph = graph.add("WriteMovie", "Review", file=MOVIE, codec="H.264", colorspace=review_view(), burn_in=True)
        graph = graph.connect("Review", "image", "Comp")
        return tidy(graph)

    def make(self) -> None:
        """Write the graphs and what is known of the plate, and render the plate."""
        self.folder.mkdir(parents=True, exist_ok=True)
        plate = self.plate_graph()
        save(Document(plate), self.folder / "plate.ngraph.json")
        save(Document(self.graph()), self.folder / "demo.ngraph.json")
        self._photograph()
        write_truth(self.folder / "truth.json", plate, "Face", self.frames)
        for sink in ("WritePlate", "WriteMatte"):
            render(plate, sink, self.frames, root=self.folder, on_event=shown(False))

    def _photograph(self) -> None:
        """The photograph of somebody who does not exist: whose face the demo puts in."""
        import cv2

        light, _ = double(uncurve(read_picture()), make_figure().landmarks)
        stored = (np.clip(curve(light), 0, 1) * 65535 + 0.5).astype(np.uint16)
        done, encoded = cv2.imencode(".png", stored[..., ::-1])
        if not done:
            raise MediaError(f"{DOUBLE} cannot be made", "check that OpenCV is installed whole")
        (self.folder / DOUBLE).parent.mkdir(exist_ok=True)
        with atomic(self.folder / DOUBLE) as beside:
            beside.write_bytes(encoded.tobytes())

    def render(self) -> None:
        """Render the artist's graph, and a sheet that shows before and after."""
        graph = self.graph()
        for sink in ("WriteComp", "Review"):
            render(graph, sink, self.frames, root=self.folder, on_event=shown(False))
        print("contact sheet …", file=sys.stderr, flush=True)
        contact_sheet(graph, ("Plate", "Comp"), self.frames, self.folder / SHEET, root=self.folder)

    def told(self, *, rendered: bool) -> str:
        """What was made, and what to try next."""
        where = self.folder
        first, last = self.frames[0], self.frames[-1]
        lines = [
            "",
            f"the project   {where / 'demo.ngraph.json'}   (its plate comes from plate.ngraph.json)",
            f"the plate     {where / PLATE}   scene-linear ACEScg, half, ZIP",
            f"the double    {where / DOUBLE}   a face that nobody has, made of the same portrait",
            f"its truth     {where / 'truth.json'}   landmarks, head, occlusion of every frame",
        ]
        if rendered:
            lines += [
                f"the result    {where / COMP}   face, matte and plate as layers; beside the face the plate's own bits",
                f"the movie     {where / MOVIE}   H.264, with frame and shot burnt in",
                f"at a glance   {where / SHEET}",
            ]
        graph = where / "demo.ngraph.json"
        lines += [
            "",
            "try next:",
            f"  nodegraph plan {graph} --node WriteComp --frames {first}",
            f"  nodegraph render {graph} --node WriteComp --frames {first}-{last} --set Swap.likeness=1",
            f"  nodegraph render {graph} --node WriteComp --frames {first}-{last} --set Paste.mix=0.5",
            f"  nodegraph check {graph}",
        ]
        return "\n".join(lines)


def review_view() -> str:
    """How a video screen shows the shot: Rec.709 if the OCIO config has it, with its first view."""
    config = load_config()
    video = config.by_interop("g24_rec709_display")
    display = video if video in config.displays else config.default_display
    return f"{display}/{config.view(str(display))}"
