"""Model files on this machine, known by what is in them and not by what they are called."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from functools import lru_cache
from glob import escape
from pathlib import Path

from nodegraph.data.errors import DocumentError

VARIABLE = "NODEGRAPH_MODELS"
CHUNK = 1 << 20
ENDINGS = (".onnx", ".dfm", ".safetensors", ".pth", ".pt")


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


def found(path: Path, sha256: str = "") -> Path | None:
    """A model file where a graph says it is, or else of its name in one of the folders; None if it is not here.

    If its content is given, only a file of that will do, whatever it is called.
    """
    around = [each for each in folders(path.parent) if each.is_dir()]
    named = (other for folder in around for other in sorted(folder.rglob(escape(path.name) or "*")))
    for candidate in (path, *named):
        if candidate.is_file() and (not sha256 or known_digest(candidate) == sha256.lower()):
            return candidate
    others = (other for folder in around for other in sorted(folder.rglob("*"))) if sha256 else ()
    return next(
        (
            other
            for other in others
            if other.suffix.lower() in ENDINGS and other.is_file() and known_digest(other) == sha256.lower()
        ),
        None,
    )


def known_digest(path: Path) -> str:
    """The sha256 of a file, which is read again only if its size or time have changed."""
    try:
        now = path.stat()
    except OSError as fault:
        raise DocumentError(f"the model {path} cannot be read: {fault.strerror}", "check the path") from fault
    return _digest(path, now.st_size, now.st_mtime_ns)


@lru_cache(256)
def _digest(path: Path, size: int, time: int) -> str:
    del size, time
    return digest(path)


def home() -> Path:
    """The folder that models are put into: the first of $NODEGRAPH_MODELS, or the artist's own."""
    return next(folders())


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
