"""The demo's project: the graph that makes the plate, the graph that works on it, and the renders of both."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from nodegraph.cli.demo_sheet import contact_sheet
from nodegraph.cli.demo_truth import write_truth
from nodegraph.cli.progress import shown
from nodegraph.colour.config import load_config
from nodegraph.data.box import Format
from nodegraph.data.shot import Shot
from nodegraph.engine.render import render
from nodegraph.graph.document import Document, save
from nodegraph.graph.graph import Graph
from nodegraph.graph.layout import placed
from nodegraph.graph.library import Library

PLATE = "plate/plate.####.exr"
MATTE = "matte/face.####.exr"
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
        """The graph that an artist would make: a grade on the face, a chart in the corner, files and a movie."""
        width, height = self.size
        graph = Graph(Library.discover(), shot=self.shot)
        graph = graph.add("Read", "Plate", file=PLATE).add("Read", "FaceMatte", file=MATTE)
        graph = graph.add("Blur", "SoftMatte", size=[width / 96, width / 96]).connect("SoftMatte", "image", "FaceMatte")
        graph = graph.add("Grade", "Moonlight", multiply=[0.52, 0.74, 1.05])
        graph = graph.connect("Moonlight", "image", "Plate").connect("Moonlight", "matte", "SoftMatte")
        graph = graph.add("TestPlate", "Chart", pattern="SMPTE bars", size=[width // 8, height // 10])
        graph = graph.add("Merge", "Comp").connect("Comp", "b", "Moonlight").connect("Comp", "a", "Chart")
        graph = graph.add("Write", "WriteComp", file=COMP).connect("WriteComp", "image", "Comp")
        graph = graph.add("WriteMovie", "Review", file=MOVIE, codec="H.264", colorspace=review_view(), burn_in=True)
        graph = graph.connect("Review", "image", "Comp")
        return placed(
            graph,
            Plate=(0, 0),
            FaceMatte=(220, 0),
            SoftMatte=(220, 80),
            Moonlight=(0, 160),
            Chart=(-220, 160),
            Comp=(0, 240),
            WriteComp=(-80, 340),
            Review=(80, 340),
        )

    def make(self) -> None:
        """Write the graphs and what is known of the plate, and render the plate."""
        self.folder.mkdir(parents=True, exist_ok=True)
        plate = self.plate_graph()
        save(Document(plate), self.folder / "plate.ngraph.json")
        save(Document(self.graph()), self.folder / "demo.ngraph.json")
        write_truth(self.folder / "truth.json", plate, "Face", self.frames)
        for sink in ("WritePlate", "WriteMatte"):
            render(plate, sink, self.frames, root=self.folder, on_event=shown(False))

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
            f"its truth     {where / 'truth.json'}   landmarks, head, occlusion of every frame",
        ]
        if rendered:
            lines += [
                f"the result    {where / COMP}   outside the work, the plate's own bytes",
                f"the movie     {where / MOVIE}   H.264, with frame and shot burnt in",
                f"at a glance   {where / SHEET}",
            ]
        graph = where / "demo.ngraph.json"
        lines += [
            "",
            "try next:",
            f"  nodegraph plan {graph} --node WriteComp --frames {first}",
            f"  nodegraph render {graph} --node WriteComp --frames {first}-{last} --set Moonlight.mix=0.5",
            f"  nodegraph check {graph}",
        ]
        return "\n".join(lines)


def review_view() -> str:
    """How a video screen shows the shot: Rec.709 if the OCIO config has it, with its first view."""
    config = load_config()
    video = config.by_interop("g24_rec709_display")
    display = video if video in config.displays else config.default_display
    return f"{display}/{config.view(str(display))}"
