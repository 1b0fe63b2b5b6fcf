"""Presets of the artist as files: changed, renamed, put into the trash, and put back."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from nodegraph.data.errors import DocumentError, GraphError
from nodegraph.graph.graph import Link
from nodegraph.graph.preset import SUFFIX, Exposed, Preset, save

TRASH = ".trash"
STAMP = re.compile(r"\d{10,}-")


class Trashed(NamedTuple):
    """A preset in the trash of its folder, and where it lay."""

    path: Path
    place: Path

    @property
    def name(self) -> str:
        """As its file was called."""
        return self.place.name.removesuffix(SUFFIX)


def file_of(folder: Path, name: str) -> Path:
    """Where a preset of a name lies."""
    return folder / ((re.sub(r"\W+", "_", name.casefold()).strip("_") or "preset") + SUFFIX)


def changed(
    path: Path, preset: Preset, *, name: str, menu: str, help: str, shown: Mapping[str, str], into: Path | None = None
) -> Path:
    """Write a preset with another name, menu, help and other knobs; its file, which takes its name along.

    With `into`, a copy is written to that folder, and the file stays as it is.

    `shown` is by `Node.knob` the label of each knob that it is to show. What it showed before keeps its label, its
    range and the other knobs that it turns.
    """
    folder = into or path.parent
    target = folder / path.name if name == preset.name else file_of(folder, name)
    if target != path and target.exists():
        raise GraphError(f"there is a preset {name} already", "give this one another name")
    kept = [row for row in preset.exposed if any(str(knob) in shown for knob in row.knobs)]
    known = {str(knob) for row in kept for knob in row.knobs}
    new = [Exposed(label, (Link(*place.split(".", 1)),)) for place, label in shown.items() if place not in known]
    picture = preset.picture and target.name.removesuffix(SUFFIX) + Path(preset.picture).suffix
    old = path.parent / preset.picture if preset.picture else None
    other = replace(preset, name=name, menu=menu, help=help, exposed=(*kept, *new), picture=picture)
    folder.mkdir(parents=True, exist_ok=True)
    save(other, target)
    if target.parent != path.parent:
        _moved(old, folder / picture, shutil.copyfile)
    elif target != path:
        _moved(old, folder / picture)
        path.unlink(missing_ok=True)
    return target


def trashed(path: Path, preset: Preset | None) -> Trashed:
    """Put a preset with its picture into the trash of its folder."""
    there = _free(path)
    if preset is not None and preset.picture:
        _moved(path.parent / preset.picture, there.parent / f"{there.name}{Path(preset.picture).suffix}")
    _moved(path, there)
    return Trashed(there, path)


def in_trash(folder: Path) -> list[Trashed]:
    """What is in the trash of a folder, the last first."""
    found = sorted((folder / TRASH).glob(f"*{SUFFIX}"), reverse=True) if (folder / TRASH).is_dir() else []
    return [Trashed(path, folder / STAMP.sub("", path.name, count=1)) for path in found]


def put_back(row: Trashed, preset: Preset | None) -> Path:
    """Take a preset out of the trash; under a name that is taken by now it stays there."""
    if row.place.exists():
        raise GraphError(f"there is a preset {row.name} again", "rename that one first")
    if preset is not None and preset.picture:
        suffix = Path(preset.picture).suffix
        _moved(row.path.parent / f"{row.path.name}{suffix}", row.place.parent / preset.picture)
    _moved(row.path, row.place)
    return row.place


def _free(path: Path) -> Path:
    """A place in the trash."""
    return path.parent / TRASH / f"{time.time_ns() // 1000:017d}-{path.name}"


def _moved(source: Path | None, target: Path, how: Callable[[Path, Path], object] = Path.replace) -> None:
    if source is None or not source.is_file():
        return
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        how(source, target)
    except OSError as fault:
        raise DocumentError(
            f"{source.name} cannot be put into {target.parent}: {fault.strerror}", "check the folder's rights"
        ) from fault
