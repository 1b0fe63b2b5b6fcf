"""What the editor remembers of an artist, as small JSON files in the user's own folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nodegraph.data.errors import DocumentError
from nodegraph.graph.document import text_of
from nodegraph.graph.shelf import own_folder
from nodegraph.graph.text import dumps, loads
from nodegraph.media.atomic import atomic


def settings_folder() -> Path:
    """Where the artist's settings are on this system, beside the own presets."""
    return own_folder().parent


def remembered(path: Path) -> dict[str, Any]:
    """What a settings file says; nothing if there is none. A DocumentError if it is broken."""
    if not path.exists():
        return {}
    saved = loads(text_of(path), path.name)
    if not isinstance(saved, dict):
        raise DocumentError(f"{path} holds no settings", "mend or remove the file: the editor goes on without it")
    return saved


def remember(path: Path, values: dict[str, Any]) -> None:
    """Write a settings file, whole or not at all."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise DocumentError(f"{path.parent} cannot be made: {fault}", "check its permissions") from fault
    with atomic(path) as beside:
        beside.write_text(dumps(values), encoding="utf-8")


def texts(value: Any) -> tuple[str, ...]:
    """The texts of a list that was read from a file; what is no list of texts is nothing."""
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def put_first(values: tuple[str, ...], value: str, most: int) -> tuple[str, ...]:
    """A list of the last used with one more in front, each once."""
    return (value, *(each for each in values if each != value))[:most]
