"""What the artist can be asked: a choice, a text, a file. The window shows it; the answer comes as a call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nodegraph.editor.panels.files import Sort


def nothing() -> None:
    """The answer that changes nothing."""


@dataclass(frozen=True)
class Answer:
    """A button under a question."""

    label: str
    work: Callable[[], None] = nothing


@dataclass(frozen=True)
class Question:
    """Something to decide. Return gives the first answer, Escape the last: put the harmless one there."""

    title: str
    text: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class TextWanted:
    """A text to type: a name, a frame."""

    title: str
    label: str
    take: Callable[[str], None]
    text: str = ""
    hint: str = ""


@dataclass(frozen=True)
class FileWanted:
    """A file, a sequence or a folder to choose. A sequence is given with #### for the frame."""

    title: str
    take: Callable[[str], None]
    folder: Path | None = None
    sorts: frozenset[Sort] = frozenset()  # none: every kind
    saving: bool = False
    name: str = ""  # of the file to save
    suffix: str = ""  # that a saved file gets
    wants_folder: bool = False
    or_folder: bool = False  # a whole folder of files will do as well


Asked = Question | TextWanted | FileWanted
