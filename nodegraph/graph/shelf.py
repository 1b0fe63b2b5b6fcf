"""The shelf: where presets are found, and which one is meant by a name."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from nodegraph.data.errors import DocumentError
from nodegraph.graph.preset import SUFFIX

ENTRY_POINTS = "nodegraph.presets"
VARIABLE = "NODEGRAPH_PRESETS"
PACKAGE = "package"  # where presets come from that lie in a package which is not installed


class OnShelf(NamedTuple):
    """A preset file: its short name, where it came from, and whether a nearer one of that name hides it."""

    name: str
    path: Path
    origin: str
    hidden: bool = False


def folders(project: Path | None = None) -> Iterator[tuple[str, Path]]:
    """Where presets are looked for, nearest first: project, $NODEGRAPH_PRESETS, the artist's own, packages.

    What a package brings is that package's, wherever it is met: who works in a checkout has its presets in the project.
    """
    packages = list(_packages())
    brought = {folder.resolve() for _, folder in packages}
    for origin, folder in _places(project):
        if folder.resolve() in brought:
            continue
        if (folder / "__init__.py").is_file():
            packages.append((PACKAGE, folder))
        else:
            yield origin, folder
    yield from packages


def _places(project: Path | None) -> Iterator[tuple[str, Path]]:
    if project is not None:
        yield "project", project / "presets"
    for text in os.environ.get(VARIABLE, "").split(os.pathsep):
        if text:
            yield "studio", Path(text)
    yield "own", own_folder()


def own_folder() -> Path:
    """The artist's own presets, beside other settings of this system."""
    if os.name == "nt":
        base = Path(os.environ.get("APPDATA") or Path.home())
    else:
        base = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return base / "nodegraph" / "presets"


def shelf(project: Path | None = None) -> list[OnShelf]:
    """All presets that can be found, the nearest of each name first."""
    found: list[OnShelf] = []
    seen: set[str] = set()
    looked: set[Path] = set()
    for origin, folder in folders(project):
        if folder.resolve() in looked:
            continue
        looked.add(folder.resolve())
        for path in sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else ():
            name = path.name.removesuffix(SUFFIX)
            found.append(OnShelf(name, path, origin, name in seen))
            seen.add(name)
    return found


def find(name: str, project: Path | None = None) -> Path:
    """The file of a preset: a path as it is, or the nearest on the shelf that is called so."""
    if name.endswith(SUFFIX) or os.sep in name:
        return Path(name)
    rows = shelf(project)
    for row in rows:
        if row.name == name:
            return row.path
    near = difflib.get_close_matches(name, [row.name for row in rows], 3)
    raise DocumentError(
        f"there is no preset {name}",
        f"did you mean {' or '.join(near)}?" if near else "`nodegraph preset list` shows those that are there",
    )


def _packages() -> Iterator[tuple[str, Path]]:
    """The folders of installed packages that say they bring presets: ours, and a studio's."""
    from importlib.metadata import entry_points
    from importlib.util import find_spec

    for entry in sorted(entry_points(group=ENTRY_POINTS), key=lambda each: each.name):
        spec = find_spec(entry.module)
        for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
            yield entry.name, Path(folder)
