"""What must not leave a machine in a file that is shared: full paths, and paths into somebody's home."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

HOME = r"~[\w.-]*(?:[/\\]|$)"
DRIVE = r"[A-Za-z]:[/\\]"
SHARE = r"\\\\\w"
LOCATOR = r"file:/"
# A setting is a path as a whole if it begins like one; within a sentence a lone slash proves nothing.
SETTING = re.compile(rf"\s*(?:/\S|\\\S|{HOME}|{DRIVE}|{LOCATOR})")
SENTENCE = re.compile(rf"(?:^|(?<=[\s\"'`(=,;<\[]))(?:/[^\s/]+/|{HOME}|{DRIVE}|{SHARE}|{LOCATOR})")


def private(saved: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each text in the saved form of a piece of graph that holds such a path, and where: `Read1.file`, `help`."""
    for key, value in saved.items():
        if key != "nodes":
            yield from ((key, text) for text in _texts(value) if SENTENCE.search(text))
    for name, node in saved["nodes"].items():
        for key, value in node.items():
            if key == "knobs" and isinstance(value, dict):
                for knob, setting in value.items():
                    for text in _texts(setting):
                        if SETTING.match(text) or SENTENCE.search(text):
                            yield f"{name}.{knob}", text
            else:
                yield from ((f"{name}.{key}", text) for text in _texts(value) if SENTENCE.search(text))


def _texts(value: Any) -> Iterator[str]:
    """Every text in a value of JSON, keys of tables included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield key
            yield from _texts(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _texts(part)
