"""A plate with somebody's face in it, whose consent is what a test says."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import OpenEXR

from nodegraph.data.box import Box, Format
from nodegraph.data.identity import Consent, Identity
from nodegraph.data.image import Image
from nodegraph.data.shot import Clip, Shot
from nodegraph.graph.graph import Graph
from nodegraph.graph.knob import File
from nodegraph.graph.library import Library
from nodegraph.graph.node import node

FORMAT = Format(160, 90)
FACE = Box(40, 40, 80, 80)
GRANTED = {"subject": "Jane Doe", "granted_by": "Jane Doe", "scope": "this film", "document": "HR-12"}


@node
def somebody(
    *,
    name: str = "jane",
    subject: str = "",
    granted_by: str = "",
    scope: str = "",
    production: str = "",
    expires: str = "",
    document: str = "",
    reason: str = "",
    missing: bool = False,
) -> Identity:
    """Somebody, by what is said of them."""
    if missing:
        raise FileNotFoundError(name)
    end = date.fromisoformat(expires) if expires else None
    return Identity(name, (), "ACEScg", Consent(subject, granted_by, scope, production, end, document, reason))


@node
def put_in(image: Image, identity: Identity) -> Image:
    """A face, as a flat patch."""
    del identity
    return image.patched(FACE, np.full((FACE.height, FACE.width, 3), 0.7, np.float32), ("R", "G", "B"))


@node(store=True)
def average(image: Clip[Image]) -> float:
    """A measure of a whole shot, whoever is in it."""
    return sum(float(each.pixels.mean()) for _, each in image)


@node
def lit(image: Image, amount: float) -> Image:
    """A picture that needs a measure."""
    return image.with_pixels(image.pixels * np.float32(1 + 0 * amount))


def graph_of(**consent: str | bool) -> Graph:
    """A plate, somebody's face in it, and a Write."""
    library = Library.discover().with_nodes(somebody, put_in, average, lit)
    graph = Graph(library, shot=Shot(first=1001, last=1004, format=FORMAT))
    graph = graph.add("TestPlate", "Plate").add("Somebody", "Who", **consent).add("PutIn", "Swap")
    graph = graph.connect("Swap", "image", "Plate").connect("Swap", "identity", "Who")
    graph = graph.add("Write", "Write1", file=File("out/comp.####.exr"))
    return graph.connect("Write1", "image", "Swap")


def header(path: Path) -> dict[str, object]:
    with OpenEXR.File(str(path)) as file:
        return dict(file.header())


def pixels(path: Path) -> np.ndarray:
    with OpenEXR.File(str(path)) as file:
        return np.asarray(file.channels()["RGB"].pixels, np.float32)


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("out/*"))
