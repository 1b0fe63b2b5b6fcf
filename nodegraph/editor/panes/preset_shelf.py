"""The presets that are there, read once, and what of them is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from nodegraph.data.errors import NodegraphError
from nodegraph.editor.pane import Point
from nodegraph.graph.carry import fits
from nodegraph.graph.graph import Graph
from nodegraph.graph.layout import places
from nodegraph.graph.library import Library
from nodegraph.graph.model_files import find
from nodegraph.graph.preset import Inserted, Preset, inserted, load
from nodegraph.graph.shelf import folders, shelf

ROW = 90.0  # from a node to the one under it
OWN = ("own", "project", "studio")


class Shelved(NamedTuple):
    """A preset with where it comes from; without its graph if the file has faults."""

    path: Path
    origin: str
    preset: Preset | None
    fault: str = ""
    lacking: tuple[str, ...] = ()  # the models that it needs and this machine lacks

    @property
    def name(self) -> str:
        return (self.preset.name if self.preset is not None else "") or self.path.name.partition(".")[0]

    @property
    def menu(self) -> str:
        return self.preset.menu if self.preset is not None else ""

    @property
    def help(self) -> str:
        return self.fault or (self.preset.help if self.preset is not None else "")

    @property
    def picture(self) -> Path | None:
        """The picture beside it, if there is one."""
        if self.preset is None or not self.preset.picture:
            return None
        return self.path.parent / self.preset.picture

    @property
    def is_own(self) -> bool:
        return self.origin in OWN


def shelved(library: Library, project: Path | None) -> list[Shelved]:
    """All presets, by menu and name; those of the artist first."""
    found = []
    for row in shelf(project):
        if row.hidden:
            continue
        try:
            preset = load(row.path, library, strict=False)
            fault = "\n".join(preset.problems)
        except NodegraphError as wrong:
            preset, fault = None, wrong.message
        lacking = tuple(missing(preset, project or Path.cwd())) if preset is not None else ()
        found.append(Shelved(row.path, row.origin, preset, fault, lacking))
    return sorted(found, key=lambda each: (not each.is_own, each.menu, each.name.casefold()))


def asked(rows: Iterable[Shelved], text: str, menu: str = "") -> list[Shelved]:
    """Those that have every word of a text in their name, menu or help; names count most."""
    words = text.casefold().split()
    found = []
    for index, each in enumerate(rows):
        name, whole = each.name.casefold(), f"{each.name} {each.menu} {each.help}".casefold()
        if (not menu or each.menu == menu) and all(word in whole for word in words):
            found.append((sum(word not in name for word in words), index, each))
    return [each for _, _, each in sorted(found, key=lambda row: row[:2])]


def menus(rows: Iterable[Shelved]) -> list[str]:
    """The menus that presets are in."""
    return sorted({each.menu for each in rows if each.menu})


def missing(preset: Preset, project: Path) -> list[str]:
    """The models that a preset needs and this machine lacks."""
    return [each.name for each in preset.models if find(each.name, each.sha256, each.size, project) is None]


def put_in(graph: Graph, preset: Preset, middle: Point, source: str = "", *, under: bool = False) -> Inserted:
    """The graph with a preset about a place, its first input that fits wired to a node.

    With `under` it comes under that node, or beside all others where there is no room.
    """
    wired = _wired(graph, preset, source)
    corners = [place.at for place in places(preset.graph).values()]
    at = middle
    if corners and under and wired and source in places(graph):
        at = _under(graph, preset, source, corners)
    elif corners:
        low = [min(corner[k] for corner in corners) for k in (0, 1)]
        high = [max(corner[k] for corner in corners) for k in (0, 1)]
        at = (middle[0] - (high[0] - low[0]) / 2, middle[1] - (high[1] - low[1]) / 2)
    return inserted(graph, preset, inputs=wired, at=at)


def _under(graph: Graph, preset: Preset, source: str, corners: Sequence[Point]) -> Point:
    """Where the uppermost node that takes a source stands under it; to the right of all, if others are there."""
    there = places(graph)
    x, y = there[source].at
    known = places(preset.graph)
    takers = [known[taker.node].at for taker in next(iter(preset.inputs.values())) if taker.node in known]
    first = min(takers, key=lambda each: each[1])[0] if takers else 0.0
    low, high = (tuple(pick(corner[k] for corner in corners) for k in (0, 1)) for pick in (min, max))
    at = (x - first + low[0], y + ROW)  # the upper left corner of all
    end = (at[0] + high[0] - low[0], at[1] + high[1] - low[1])
    others = [place.at for name, place in there.items() if name != source]
    if any(all(at[k] - ROW < other[k] < end[k] + ROW for k in (0, 1)) for other in others):
        return max(at[0], max(other[0] for other in others) + 2 * ROW), at[1]
    return at


def _wired(graph: Graph, preset: Preset, source: str) -> dict[str, str]:
    giver = graph.type_of(source) if source in graph.nodes else None
    if giver is None or not giver.outputs:
        return {}
    for label, taken in preset.inputs.items():
        kind = preset.graph.type_of(taken[0].node)
        port = kind.port(taken[0].knob) if kind is not None else None
        if port is not None and fits(giver.outputs[0].type, port.type):
            return {label: source}
    return {}


def told(preset: Preset) -> Sequence[tuple[str, str]]:
    """What there is to know of a preset, in rows."""
    rows = [
        ("knobs", ", ".join(row.label for row in preset.exposed)),
        ("inputs", ", ".join(preset.inputs)),
        ("outputs", ", ".join(preset.outputs)),
        ("models", ", ".join(model.name for model in preset.models)),
        ("nodes", ", ".join(dict.fromkeys(node.kind for node in preset.graph.nodes.values()))),
    ]
    return [row for row in rows if row[1]]


def lacking_told(row: Shelved) -> str:
    """Which models a preset needs that are not here, in words."""
    return f"not on this machine: {', '.join(row.lacking)}"


def writable(project: Path | None) -> list[tuple[str, Path]]:
    """The folders of presets that are the artist's to change."""
    return [(origin, folder) for origin, folder in folders(project) if origin in OWN]
