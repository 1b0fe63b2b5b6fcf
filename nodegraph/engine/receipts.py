"""Receipts: one line for each finished frame. A frame is done only if its receipt and its files agree."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from nodegraph.data.errors import Cancelled
from nodegraph.media.atomic import write_fault

PATIENCE = 0.02
NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL)  # a disk of the network that has none


class Written(NamedTuple):
    """A file as it was when it was written."""

    path: Path
    size: int
    sha256: str

    @classmethod
    def of(cls, path: Path) -> Written:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return cls(path, os.fstat(file.fileno()).st_size, digest)

    def there(self, quick: bool = False) -> bool:
        """True if the file still is what was written; `quick` looks at its size only."""
        try:
            return self.path.stat().st_size == self.size and (quick or Written.of(self.path) == self)
        except OSError:
            return False


class Word(NamedTuple):
    """What a node told while a frame was made: that it was doubtful or, if `missed`, that there was nothing to do."""

    node: str
    frame: int | None
    message: str
    missed: bool


@dataclass(frozen=True)
class Receipt:
    """A finished frame (None: the whole shot at once): its key, its files, how long it took, who made it."""

    frame: int | None
    key: str
    files: tuple[Written, ...]
    seconds: float
    versions: Mapping[str, Any]
    words: tuple[Word, ...] = ()  # told again by a render that leaves the frame out

    def to_json(self, folder: Path) -> dict[str, Any]:
        words = {"words": [list(word) for word in self.words]} if self.words else {}
        return {
            **words,
            "frame": self.frame,
            "key": self.key,
            "files": [[_short(each.path, folder), each.size, each.sha256] for each in self.files],
            "seconds": round(self.seconds, 3),
            "versions": dict(self.versions),
        }

    @classmethod
    def from_json(cls, saved: dict[str, Any], folder: Path) -> Receipt:
        files = tuple(Written(folder / path, size, sha256) for path, size, sha256 in saved["files"])
        words = tuple(Word(*word) for word in saved.get("words", ()))
        frame, key, seconds = saved["frame"], saved["key"], saved["seconds"]
        if not (isinstance(frame, int | None) and isinstance(key, str) and isinstance(seconds, int | float)):
            raise TypeError("no receipt of ours")
        return cls(frame, key, files, float(seconds), dict(saved["versions"]), words)


class Receipts:
    """The receipts of one sink, in `.nodegraph/receipts` of the project's folder.

    Lines are only ever added, each by a single write, so renders at the same time do not disturb each
    other; a line that a crash cut short is passed over.
    """

    def __init__(self, project: Path, sink: str) -> None:
        self.project = project
        self.path = project / ".nodegraph" / "receipts" / f"{sink}.jsonl"
        self._known: dict[tuple[int | None, str], Receipt] | None = None
        self._lock = threading.Lock()

    def ready(self) -> None:
        """Make the folder; raises a MediaError if there can be none."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644))
        except OSError as fault:
            raise write_fault(self.path, fault) from fault

    def done(self, frame: int | None, key: str, *, quick: bool = False) -> Receipt | None:
        """The receipt of this frame made in just this way, if its files are all as it says."""
        with self._lock:
            if self._known is None:
                self._known = {(each.frame, each.key): each for each in self.all()}
            receipt = self._known.get((frame, key))
        if receipt is None or not receipt.files or not all(each.there(quick) for each in receipt.files):
            return None
        return receipt

    def all(self) -> Iterator[Receipt]:
        """Every whole line, the oldest first."""
        try:
            lines = self.path.read_bytes().splitlines()
        except FileNotFoundError:
            return
        for line in lines:
            with contextlib.suppress(ValueError, KeyError, TypeError):
                yield Receipt.from_json(json.loads(line), self.project)

    def add(self, receipt: Receipt) -> None:
        """Add a line, and force it to the disk."""
        line = json.dumps(receipt.to_json(self.project), sort_keys=True).encode() + b"\n"
        try:
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
            try:
                size = os.fstat(handle).st_size
                torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
                os.write(handle, b"\n" + line if torn else line)
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as fault:
            raise write_fault(self.path, fault) from fault

    @contextlib.contextmanager
    def alone(self, target: str, cancel: threading.Event) -> Iterator[None]:
        """Wait until no other render writes the same target, in this process or another.

        Without it, one render could take the checksum of a file that the other has just put in its
        place, and its receipt would vouch for a picture that it did not make. The system lets go of
        the lock when a process dies.
        """
        import fcntl
        import struct

        place = int.from_bytes(hashlib.blake2b(target.encode(), digest_size=7).digest(), "little")
        lock = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, place, 1, 0)
        shared = self.path.parent / "lock"
        try:
            handle = os.open(shared, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as fault:
            raise write_fault(shared, fault) from fault
        try:
            while True:
                try:
                    fcntl.fcntl(handle, fcntl.F_OFD_SETLK, lock)
                    break
                except BlockingIOError:
                    if cancel.is_set():
                        raise Cancelled from None
                    time.sleep(PATIENCE)
                except OSError as fault:
                    if fault.errno not in NO_LOCKS:
                        raise
                    break
            yield
        finally:
            os.close(handle)


def _short(path: Path, folder: Path) -> str:
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)
