"""Where the files of a project are: relative to its folder, or to a named root."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from nodegraph.data.errors import GraphError
from nodegraph.graph.knob import File

ROOT = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}[/\\](.*)", re.DOTALL)


def absolute(text: str, folder: Path, roots: Mapping[str, str]) -> File:
    """A path as it stands in a graph file, made absolute; it may not climb out of its project or root."""
    if not text or os.path.isabs(text):
        return File(text)
    base, rest, place = str(folder), text, "the project's folder"
    if found := ROOT.fullmatch(text):
        name, rest = found.groups()
        if name not in roots:
            raise GraphError(
                f"{text} starts from the root {name}, which the project does not name",
                f"it names {', '.join(sorted(roots))}" if roots else 'name it under "roots" in the file',
            )
        base, place = os.path.join(base, roots[name]), f"the root {name}"
    inside = os.path.normpath(rest)
    if inside == ".." or inside.startswith(f"..{os.sep}") or os.path.isabs(inside):
        raise GraphError(f"{text} climbs out of {place}", "give a path inside it, a named root, or a full path")
    return File(os.path.join(os.path.normpath(base), inside))
