"""Graph files and preset files, for the sub-commands that take both."""

from __future__ import annotations

from pathlib import Path

from nodegraph.graph import document, preset
from nodegraph.graph.document import Document
from nodegraph.graph.preset import SUFFIX, Preset


def opened(path: Path, *, strict: bool = True) -> Document | Preset:
    """What stands in a file; its name says which it is."""
    if path.name.endswith(SUFFIX):
        return preset.load(path, strict=strict)
    return document.load(path, strict=strict)


def text_of(file: Document | Preset) -> str:
    """Its text as this version writes it."""
    return preset.write(file) if isinstance(file, Preset) else document.write(file)


def put_back(file: Document | Preset, path: Path) -> None:
    """Save it where it was; the file as it was becomes a backup."""
    if isinstance(file, Preset):
        preset.save(file, path)
    else:
        document.save(file, path)
