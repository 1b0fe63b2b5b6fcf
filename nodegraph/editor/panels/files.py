"""The file browser without a window: a folder's files with sequences folded, sorted and filtered."""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

from nodegraph.data.frames import FrameRange
from nodegraph.data.kinds import is_movie
from nodegraph.editor.panels.settings import put_first, remember, remembered, settings_folder, texts
from nodegraph.media.open import PICTURES
from nodegraph.media.sequence import HASHES, FileSequence

LAST_NUMBER = re.compile(r"(\d+)(?!.*\d)")
DIGITS = re.compile(r"(\d+)")
GRAPH, PRESET = ".ngraph.json", ".ngpreset.json"
MODELS = frozenset({".onnx", ".pth", ".safetensors", ".dat"})
RECENT = 20


class Sort(Enum):
    """What a file is, for its icon and for filters."""

    FOLDER = "folder"
    SEQUENCE = "sequence"
    MOVIE = "movie"
    PICTURE = "picture"
    GRAPH = "graph"
    PRESET = "preset"
    MODEL = "model"
    OTHER = "file"


class Order(Enum):
    """By what a listing is sorted."""

    NAME = "name"
    SIZE = "size"
    CHANGED = "changed"
    SORT = "kind"


class Entry(NamedTuple):
    """One row of a listing. The path of a sequence has #### for the frame, as a knob takes it."""

    name: str
    path: str
    sort: Sort
    size: int = 0  # bytes, of all its frames
    changed: float = 0.0  # seconds since 1970, of the newest frame
    frames: tuple[int, ...] = ()
    missing: tuple[int, ...] = ()

    @property
    def label(self) -> str:
        """As the row shows it: `plate.####.exr [1001-1100]`, and the gaps if it has some."""
        if not self.frames:
            return self.name + ("/" if self.sort is Sort.FOLDER else "")
        gaps = f", {FrameRange.of(self.missing)} missing" if self.missing else ""
        return f"{self.name} [{self.frames[0]}-{self.frames[-1]}{gaps}]"


class Listing(NamedTuple):
    """What is in a folder; `problem` says why it, or some of it, cannot be listed."""

    folder: Path
    entries: tuple[Entry, ...] = ()
    problem: str = ""


class _Seen(NamedTuple):
    name: str
    is_folder: bool
    size: int
    changed: float


def listed(
    folder: str | Path,
    text: str = "",
    sorts: Collection[Sort] = (),
    order: Order = Order.NAME,
    *,
    backwards: bool = False,
    hidden: bool = False,
    folded: bool = True,
) -> Listing:
    """The folders, then the files of a folder, with its sequences folded.

    `text` is part of a name or a pattern. Folders are not filtered by `sorts`: one can still go into them.
    """
    folder = Path(folder)
    try:
        seen = list(_scan(folder, hidden))
    except FileNotFoundError:
        return Listing(folder, problem=f"there is no folder {folder}")
    except NotADirectoryError:
        return Listing(folder, problem=f"{folder} is no folder")
    except OSError as fault:
        return Listing(folder, problem=f"{folder} cannot be opened: {fault.strerror or fault}")
    every = len(seen)
    seen = [each for each in seen if is_readable(each.name)]
    files = [each for each in seen if not each.is_folder]
    entries = [
        Entry(each.name, str(folder / each.name), Sort.FOLDER, 0, each.changed) for each in seen if each.is_folder
    ]
    entries += fold(folder, files) if folded else [_plain(folder, each) for each in files]
    kept = [
        each
        for each in entries
        if _matches(each.name, text) and (not sorts or each.sort in sorts or each.sort is Sort.FOLDER)
    ]
    kept.sort(key=lambda each: _place(each, order), reverse=backwards)
    kept.sort(key=lambda each: each.sort is not Sort.FOLDER)
    return Listing(folder, tuple(kept), _left_out(every - len(seen)))


def is_readable(name: str) -> bool:
    """False for a name that is no UTF-8: no project can hold it, and Dear PyGui ends the program over it."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def readable(text: str) -> str:
    """A text to show, with a ? for every byte of a file's name that is no UTF-8."""
    return text.encode(errors="replace").decode()


def _left_out(count: int) -> str:
    if not count:
        return ""
    return f"{count} {'file is' if count == 1 else 'files are'} left out: the name is no UTF-8, rename it"


def _scan(folder: Path, hidden: bool) -> Iterator[_Seen]:
    with os.scandir(folder) as rows:
        for row in rows:
            if row.name.startswith(".") and not hidden:
                continue
            try:
                facts = row.stat()
                yield _Seen(row.name, row.is_dir(), facts.st_size, facts.st_mtime)
            except OSError:  # a link to nothing, or a file that went away just now
                yield _Seen(row.name, False, 0, 0.0)


def fold(folder: Path, files: Iterable[_Seen]) -> list[Entry]:
    """Files that differ in their last number only as one sequence each; a version, v003, is no frame."""
    groups: dict[tuple[str, str], list[tuple[str, _Seen]]] = {}
    entries = []
    for file in files:
        pieces = _numbered(file.name)
        if pieces is None:
            entries.append(_plain(folder, file))
        else:
            before, number, after = pieces
            groups.setdefault((before, after), []).append((number, file))
    for (before, after), group in groups.items():
        entries += _folded(folder, before, after, group)
    return entries


def _numbered(name: str) -> tuple[str, str, str] | None:
    """A name about its frame number; None for one that is no frame of a sequence."""
    if is_movie(name) or name.endswith((GRAPH, PRESET)):
        return None
    stem, suffix = os.path.splitext(name)
    match = LAST_NUMBER.search(stem)
    if match is None or stem[: match.start()].lower().endswith("v"):
        return None
    start = match.start()
    if stem[:start].endswith((".-", "_-")):  # a frame before 0; after a letter it is a hyphen
        start -= 1
    return stem[:start], stem[start : match.end()], stem[match.end() :] + suffix


def _folded(folder: Path, before: str, after: str, group: list[tuple[str, _Seen]]) -> list[Entry]:
    digits = min(len(number.lstrip("-")) for number, _ in group)
    sequence = FileSequence(os.path.join(folder, before), digits, after)
    name = f"{before}{'#' * digits}{after}"
    path = str(folder / name)
    frames = sorted(int(number) for number, _ in group)
    whole = (
        len(group) > 1
        and FileSequence.of_pattern(path) == sequence  # a name with a # of its own cannot be written as a pattern
        and all(sequence.path(int(number)).name == file.name for number, file in group)  # 1 beside 001
    )
    if not whole:
        return [_plain(folder, file) for _, file in group]
    missing = tuple(sorted(set(range(frames[0], frames[-1] + 1)) - set(frames))) if _is_dense(frames) else ()
    size, changed = sum(file.size for _, file in group), max(file.changed for _, file in group)
    return [Entry(name, path, Sort.SEQUENCE, size, changed, tuple(frames), missing)]


def _is_dense(frames: list[int]) -> bool:
    """False for files whose numbers are dates or the like: nobody wants a million gaps told."""
    return frames[-1] - frames[0] < 100 * len(frames) + 10_000


def _plain(folder: Path, file: _Seen) -> Entry:
    return Entry(file.name, str(folder / file.name), sort_of(file.name), file.size, file.changed)


def sort_of(name: str) -> Sort:
    """What a file is, by its name."""
    low = name.lower()
    suffix = os.path.splitext(low)[1]
    if low.endswith(GRAPH):
        return Sort.GRAPH
    if low.endswith(PRESET):
        return Sort.PRESET
    if is_movie(low):
        return Sort.MOVIE
    if suffix in PICTURES:
        return Sort.PICTURE
    return Sort.MODEL if suffix in MODELS else Sort.OTHER


def _matches(name: str, text: str) -> bool:
    """Part of a name in any case, or a pattern with * and ?; several words must all be met."""
    low = name.lower()
    words = text.lower().split()
    return all(fnmatch.fnmatchcase(low, word) if "*" in word or "?" in word else word in low for word in words)


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """For sorting: shot2 before shot10."""
    pieces = DIGITS.split(name.lower())
    return tuple((0, int(piece), "") if piece.isdecimal() else (1, 0, piece) for piece in pieces if piece)


def _place(entry: Entry, order: Order) -> tuple[Any, ...]:
    first: dict[Order, Any] = {
        Order.NAME: 0,
        Order.SIZE: entry.size,
        Order.CHANGED: entry.changed,
        Order.SORT: entry.sort.value,
    }
    name = HASHES.sub(str(entry.frames[0]), entry.name) if entry.frames else entry.name
    return first[order], natural(name), entry.name


def existence(path: str, root: Path) -> tuple[bool, str]:
    """The mark of a file field: whether something is there, and what, in words."""
    if not path:
        return False, "no file named"
    sequence = FileSequence.of_pattern(root / path)
    if sequence.is_sequence:
        frames = sequence.frames()
        if not frames:
            return False, "no frame of it is there"
        missing = sequence.missing()
        told = f"{len(frames)} frames, {frames[0]}-{frames[-1]}"
        return True, f"{told}, {FrameRange.of(missing)} missing" if missing else told
    try:
        if (root / path).is_dir():
            return True, "a folder"
        there = (root / path).exists()
    except OSError as fault:  # a folder that is closed to us, a name that is too long
        return False, fault.strerror or str(fault)
    return there, "there" if there else "not there"


# -- places that are come back to ----------------------------------------------------------------------


@dataclass(frozen=True)
class Places:
    """The artist's favourite folders, and the files and projects used last, newest first."""

    favourites: tuple[str, ...] = ()
    recent: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()

    @classmethod
    def load(cls, path: Path | None = None) -> Places:
        """From the user's settings."""
        saved = remembered(path or settings_folder() / "places.json")
        return cls(texts(saved.get("favourites")), texts(saved.get("recent")), texts(saved.get("projects")))

    def save(self, path: Path | None = None) -> None:
        saved = {name: list(getattr(self, name)) for name in ("favourites", "recent", "projects")}
        remember(path or settings_folder() / "places.json", saved)

    def used(self, folder: str | Path) -> Places:
        """With a folder that was just picked from in front."""
        return replace(self, recent=put_first(self.recent, str(folder), RECENT))

    def opened(self, project: str | Path) -> Places:
        """With a project that was just opened in front."""
        return replace(self, projects=put_first(self.projects, str(project), RECENT))

    def turned(self, folder: str | Path) -> Places:
        """With a folder made a favourite, or no longer one."""
        text = str(folder)
        if text in self.favourites:
            return replace(self, favourites=tuple(each for each in self.favourites if each != text))
        return replace(self, favourites=(*self.favourites, text))

    def projects_there(self) -> tuple[str, ...]:
        """The recent projects that are still on the disk."""
        return tuple(each for each in self.projects if Path(each).is_file())
