"""Who plays whom: which track gets which identity, and edits of tracks, as knobs of Swap and EditTracks nodes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from nodegraph.data.errors import GraphError
from nodegraph.data.identity import Identity
from nodegraph.data.tracks import Tracks
from nodegraph.graph.graph import Graph, Wire
from nodegraph.graph.layout import placed, places

SWAP, EDIT = "Swap", "EditTracks"
KNOBS = ("split", "merge", "rename", "delete")
APART = 90.0  # from a node to one that is put in below it


class Cast(NamedTuple):
    """A face that is put in: by which Swap, from which Identity node ("" if none is wired), on which tracks."""

    swap: str
    identity: str
    tracks: tuple[str, ...]  # empty: on every one
    disabled: bool


def casts(graph: Graph) -> list[Cast]:
    """Every Swap of the graph, in the order of its nodes."""
    found = []
    for name, node in graph.nodes.items():
        if node.kind == SWAP and graph.type_of(name) is not None:
            text = str(graph.value(name, "track", graph.shot.first))
            found.append(Cast(name, identity_of(graph, name), tuple(text.split()), node.disabled))
    return found


def identity_of(graph: Graph, swap: str) -> str:
    """The Identity node that feeds a Swap, through whatever passes it on; empty if none does."""
    wire = graph.nodes[swap].inputs.get("identity")
    seen: set[str] = set()
    while wire is not None and wire.node in graph.nodes and wire.node not in seen:
        seen.add(wire.node)
        if wire.node in identities(graph):
            return wire.node
        wire = next(iter(graph.nodes[wire.node].inputs.values()), None)
    return ""


def identities(graph: Graph) -> list[str]:
    """The nodes that give identities of their own."""
    kinds = {name: graph.type_of(name) for name in graph.nodes}
    return [
        name
        for name, kind in kinds.items()
        if kind is not None and kind.consent is not None and any(issubclass(o.type, Identity) for o in kind.outputs)
    ]


def who(graph: Graph, track: str) -> str:
    """The Identity node whose face a track gets; the last Swap wins, as in the picture. Empty: nobody's."""
    found = ""
    for cast in casts(graph):
        if not cast.disabled and cast.identity and (not cast.tracks or track in cast.tracks):
            found = cast.identity
    return found


def is_same(one: Graph, other: Graph) -> bool:
    """True if the nodes that say who plays whom are the very same in both: a look that costs next to nothing."""
    rows = [[(name, each.nodes[name]) for name in _casting(each)] for each in (one, other)]
    pairs = zip(*rows, strict=False)
    return len(rows[0]) == len(rows[1]) and all(a[0] == b[0] and a[1] is b[1] for a, b in pairs)


def _casting(graph: Graph) -> list[str]:
    given = identities(graph)
    return [name for name, node in graph.nodes.items() if node.kind in (SWAP, EDIT) or name in given]


def cast(graph: Graph, track: str, identity: str, tracks: Sequence[str]) -> Graph:
    """With a track given an identity's face, and no other; an empty identity leaves the track's own face.

    `tracks` are all there are: a Swap that was for every one is from now on for those that it keeps.
    """
    all_ = casts(graph)
    if identity and not all_:
        raise GraphError(
            "there is no Swap that could put a face in", "add a Swap, or drag a face preset into the graph"
        )
    for each in all_:
        if each.disabled:
            continue
        wanted = each.tracks or tuple(tracks)
        if each.identity == identity and identity:
            graph = _for(graph, each.swap, (*wanted, track), tracks)
        elif track in wanted:
            graph = _for(graph, each.swap, tuple(name for name in wanted if name != track), tracks)
    if not identity or who(graph, track) == identity:
        return graph
    sleeping = next((each for each in all_ if each.disabled and each.identity == identity), None)
    if sleeping is not None:
        return _for(graph.disable(sleeping.swap, False), sleeping.swap, (track,), tracks)
    bare = next((each for each in all_ if not each.identity and not each.disabled), None)
    if bare is not None:
        return _for(graph.connect(bare.swap, "identity", identity), bare.swap, (track,), tracks)
    return _another(graph, all_[-1].swap, identity, track)


def _for(graph: Graph, swap: str, wanted: Iterable[str], tracks: Sequence[str]) -> Graph:
    """A Swap for these tracks; for none at all it is switched off, since no name means every track."""
    names = [name for name in dict.fromkeys(wanted) if name in tracks]
    if not names:
        return graph.disable(swap)
    return graph.set(swap, "track", "" if set(names) == set(tracks) else " ".join(names))


def _another(graph: Graph, before: str, identity: str, track: str) -> Graph:
    """With one more Swap behind another one, for one track."""
    name = graph.free_name(SWAP)
    graph = graph.add(SWAP, name, track=track)
    graph = behind(graph, before, name, "crops").connect(name, "identity", identity)
    node = graph.nodes[before]
    for port in ("model", "recogniser", "converter"):
        if port in node.inputs:
            graph = graph.connect(name, port, node.inputs[port])
    return graph


def behind(graph: Graph, giver: str, name: str, port: str, output: str = "") -> Graph:
    """With a node put into all wires that leave another one, and standing below it."""
    wire = Wire(giver, output)
    kind = graph.type_of(giver)
    first = kind.outputs[0].name if kind is not None and kind.outputs else ""
    same = {wire, Wire(giver, output or first), Wire(giver) if output in ("", first) else wire}
    takers = [(taker, into) for taker, into, each in graph.wires() if each in same and taker != name]
    graph = graph.connect(name, port, wire)
    for taker, into in takers:
        graph = graph.connect(taker, into, name)
    where = places(graph)
    if giver in where:
        x, y = where[giver].at
        graph = placed(graph, **{name: (x + 40.0, y + APART / 2)})
    return graph


# -- edits of the tracks themselves ----------------------------------------------------------------------


def tracks_of(graph: Graph) -> Wire | None:
    """Where the tracks that faces are cut out by come from; None if the graph tracks nobody."""
    for taker, port, wire in graph.wires():
        kind = graph.type_of(taker)
        if graph.nodes[taker].kind == "Align" and kind is not None and port == "tracks":
            return wire
    for name in reversed(list(graph.nodes)):
        kind = graph.type_of(name)
        output = next((each for each in (kind.outputs if kind is not None else ()) if each.type is Tracks), None)
        if kind is not None and output is not None:
            return Wire(name, "" if output is kind.outputs[0] else output.name)
    return None


def plate_of(graph: Graph) -> Wire | None:
    """The picture that faces are cut out of; None if the graph has none."""
    for kind in ("Align", "Detect"):
        for node in graph.nodes.values():
            if node.kind == kind and "image" in node.inputs:
                return node.inputs["image"]
    return None


def editor_of(graph: Graph) -> tuple[Graph, str]:
    """The EditTracks node that edits go into; one is put in where the tracks come from, if there is none."""
    wire = tracks_of(graph)
    if wire is None:
        raise GraphError("there are no tracks to be edited", "wire Detect, Landmarks and Track, and Align to them")
    chain = [name for name in graph.upstream(wire.node) if graph.type_of(name) is not None]
    found = [name for name in chain if graph.nodes[name].kind == EDIT and not graph.nodes[name].disabled]
    if found:
        return graph, found[-1]
    return _edited_behind(graph, _raw(graph, chain, wire))


def _raw(graph: Graph, chain: Sequence[str], wire: Wire) -> Wire:
    """The tracks as they were found: before they are smoothed, which keeps its hands off keys."""
    for name in chain:
        kind = graph.known_type(name)
        output = next((each for each in kind.outputs if each.type is Tracks), None)
        if output is not None:
            return Wire(name, "" if output is kind.outputs[0] else output.name)
    return wire


def _edited_behind(graph: Graph, wire: Wire) -> tuple[Graph, str]:
    name = graph.free_name(EDIT)
    return behind(graph.add(EDIT, name), wire.node, name, "tracks", wire.output), name


def merged(graph: Graph, names: Sequence[str], tracks: Sequence[str]) -> Graph:
    """With tracks made one: the first keeps its name, and the face that it gets."""
    if len(names) < 2:
        raise GraphError("one track alone cannot be merged", "pick two tracks of one person, with Ctrl held")
    graph, node = editor_of(graph)
    old = {new: before for before, new in _renames(graph, node)}
    into, *others = (old.get(name, name) for name in names)
    graph = _with(graph, node, "merge", *(f"{name} into {into}" for name in others))
    gone = names[1:]
    for each in casts(graph):
        if each.tracks and set(gone) & set(each.tracks):
            left = [name for name in each.tracks if name not in gone]
            if not left and not who(graph, names[0]):
                left = [names[0]]
            graph = _for(graph, each.swap, left, [name for name in tracks if name not in gone])
    return graph


def split(graph: Graph, name: str, frame: int, tracks: Sequence[str]) -> Graph:
    """With another track from a frame on."""
    graph, node = editor_of(graph)
    old = {new: before for before, new in _renames(graph, node)}
    merges = [part.partition(" into ") for part in _parts(graph, node, "merge")]
    if any(old.get(name, name) in (one.strip(), other.strip()) for one, _, other in merges):
        graph, node = _edited_behind(graph, Wire(node))  # a node splits before it merges
        old = {}
    # A node splits first: what it merges, renames or deletes after that is still there under its old name.
    spoken = {word for knob in KNOBS for part in _parts(graph, node, knob) for word in part.split()}
    number = next(k for k in range(1, 10_000) if f"face{k}" not in {*tracks, *spoken})
    return _with(graph, node, "split", f"{old.get(name, name)} at {frame} as face{number}")


def renamed(graph: Graph, name: str, new: str, tracks: Sequence[str]) -> Graph:
    """With a track called otherwise, in the Swaps as well."""
    new = new.strip()
    if new == name:
        return graph
    if not re.fullmatch(r"[^\s,;=]+", new):
        raise GraphError(f"a track cannot be called {new!r}", "use letters and digits, and no space, comma or =")
    if new in tracks:
        raise GraphError(f"there is a track {new} already", "choose another name, or merge the two")
    graph, node = editor_of(graph)
    rows = dict(_renames(graph, node))
    before = next((old for old, now in rows.items() if now == name), name)
    rows[before] = new
    graph = graph.set(node, "rename", ", ".join(f"{old} = {now}" for old, now in rows.items() if old != now))
    for each in casts(graph):
        if name in each.tracks:
            graph = graph.set(each.swap, "track", " ".join(new if t == name else t for t in each.tracks))
    return graph


def deleted(graph: Graph, names: Iterable[str]) -> Graph:
    """Without some tracks."""
    graph, node = editor_of(graph)
    return _with(graph, node, "delete", *names)


def _renames(graph: Graph, node: str) -> list[tuple[str, str]]:
    rows = (part.partition("=") for part in _parts(graph, node, "rename"))
    return [(old.strip(), new.strip()) for old, _, new in rows]


def _parts(graph: Graph, node: str, knob: str) -> list[str]:
    text = str(graph.value(node, knob, graph.shot.first))
    return [part.strip() for part in re.split(r"[,;\n]", text) if part.strip()]


def _with(graph: Graph, node: str, knob: str, *more: str) -> Graph:
    return graph.set(node, knob, ", ".join([*_parts(graph, node, knob), *more]))
