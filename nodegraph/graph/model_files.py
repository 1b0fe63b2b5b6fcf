"""Model files on this machine, known by what is in them and not by what they are called."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from nodegraph.data.errors import DocumentError

VARIABLE = "NODEGRAPH_MODELS"
CHUNK = 1 << 20


def folders(project: Path | None = None) -> Iterator[Path]:
    """Where models are looked for, nearest first: the project's, those of $NODEGRAPH_MODELS, the artist's own."""
    if project is not None:
        yield project / "models"
    yield from (Path(text) for text in os.environ.get(VARIABLE, "").split(os.pathsep) if text)
    if os.name == "nt":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home())
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    yield base / "nodegraph" / "models"


def find(name: str, sha256: str, size: int = 0, project: Path | None = None) -> Path | None:
    """The file of a model; None if it is not here. Only files of its size, or else of its name, are read."""
    for folder in folders(project):
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            if path.is_file() and (path.stat().st_size == size if size else path.name == name):
                try:
                    same = digest(path) == sha256
                except DocumentError:  # what cannot be read cannot be used either
                    same = False
                if same:
                    return path
    return None


def digest(path: Path) -> str:
    """The sha256 of a file."""
    total = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                total.update(chunk)
    except OSError as fault:
        raise DocumentError(f"the model {path} cannot be read: {fault.strerror}", "check the path") from fault
    return total.hexdigest()
