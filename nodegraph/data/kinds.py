"""What a file is, by the end of its name: one list for all that read, write, tag or show it."""

from __future__ import annotations

import os
from pathlib import Path

EXR = frozenset({".exr", ".sxr", ".mxr"})
MOVIES = frozenset({".mov", ".mp4", ".m4v", ".mxf", ".mkv", ".avi", ".webm", ".mts", ".m2ts", ".ts", ".mpg", ".mpeg"})


def _ending(path: str | Path) -> str:
    return os.path.splitext(path)[1].lower()


def is_exr(path: str | Path) -> bool:
    """True if the name is that of an EXR."""
    return _ending(path) in EXR


def is_movie(path: str | Path) -> bool:
    """True if the name is that of a movie."""
    return _ending(path) in MOVIES
