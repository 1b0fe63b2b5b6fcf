"""Version up: v001 becomes v002 in the project's name and in what its writers write, and no file is lost."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from nodegraph.data.errors import GraphError
from nodegraph.graph.document import Document
from nodegraph.graph.graph import Graph
from nodegraph.graph.knob import File

VERSION = re.compile(r"(?<![A-Za-z0-9])([vV])([0-9]+)(?![A-Za-z0-9])")
MOST = 9999
SUFFIX = ".ngraph.json"


def version_of(text: str) -> int | None:
    """The version that a name or path says, v012 in its last place; None if it says none."""
    found = VERSION.findall(text)
    return int(found[-1][1]) if found else None


def with_version(text: str, version: int) -> str:
    """A path with another version, in the folder and the name alike; digits are kept, v009 becomes v010.

    Numbers of other things stay: only those that say the same version as the last are changed.
    """
    old = version_of(text)
    if old is None:
        raise GraphError(f"{text} says no version", "put one in its name, as shot_v001")
    if not 0 <= version <= MOST:
        raise GraphError(f"{version} is no version", f"versions go from 0 to {MOST}")

    def turned(match: re.Match[str]) -> str:
        return f"{match[1]}{version:0{len(match[2])}d}" if int(match[2]) == old else match[0]

    return VERSION.sub(turned, text)


def next_free(path: Path) -> Path:
    """The project's path with the first version after its own that nothing is saved under; v001 if it says none."""
    version = version_of(path.name)
    if version is None:
        suffix = SUFFIX if path.name.endswith(SUFFIX) else path.suffix
        path = path.with_name(f"{path.name.removesuffix(suffix)}_v001{suffix}")
        if not path.exists():
            return path
        version = 1
    for number in range(version + 1, MOST + 1):
        candidate = path.with_name(with_version(path.name, number))
        if not candidate.exists():
            return candidate
    raise GraphError(f"{path.name} has no version left", "save it under another name")


def latest(path: Path) -> Path:
    """The highest version of a project on the disk; its own path if it says none."""
    if version_of(path.name) is None:
        return path
    best = path
    for other in path.parent.iterdir() if path.parent.is_dir() else ():
        version = version_of(other.name)
        if version is not None and with_version(path.name, version) == other.name:
            best = max(best, other, key=lambda each: version_of(each.name) or 0)
    return best


def written_files(graph: Graph) -> list[tuple[str, str, str]]:
    """What the writers of a graph write: node, knob and path as it stands."""
    rows = []
    for name in graph.nodes:
        kind = graph.type_of(name)
        if kind is None or not kind.sink:
            continue
        for knob, knob_type in kind.knobs.items():
            setting = graph.setting(name, knob)
            if issubclass(knob_type.type, File) and isinstance(setting, str) and setting:
                rows.append((name, knob, setting))
    return rows


def version_up(document: Document) -> Document:
    """The document under its next free version, and its writers with it; to be saved by the caller.

    Writers whose path says no version stay as they are: so do all readers.
    """
    if document.path is None:
        raise GraphError("this graph has no file yet", "save it first")
    path = next_free(document.path)
    version = version_of(path.name) or 1
    graph = document.graph.with_shot(version=version)
    for name, knob, file in written_files(graph):
        if version_of(file) is not None:
            graph = graph.set(name, knob, File(with_version(file, version)))
    return replace(document, graph=graph, path=path, read_only=False)


def not_versioned(graph: Graph) -> list[str]:
    """The writers whose path says no version, so that the artist can be told: they write over the last ones."""
    return [name for name, _, file in written_files(graph) if version_of(file) is None]
