"""Files that are whole or not there: written beside their name, forced to disk, then renamed."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from nodegraph.data.errors import MediaError

LEFT_BEHIND = re.compile(r"\..*\.[0-9a-f]{12}\.part(\..*)?")
WHY = {
    errno.ENOSPC: ("the disk is full", "make room and render again with --resume: finished frames are kept"),
    errno.EFBIG: ("the file is larger than the system lets you write", "ask for a higher limit, or write less"),
    errno.EDQUOT: ("your share of the disk is used up", "make room and render again with --resume"),
    errno.EFAULT: ("the source was cut off while it was copied", "render again"),
    errno.EACCES: ("you may not write there", "change the folder's permissions or write somewhere else"),
    errno.EPERM: ("you may not write there", "change the folder's permissions or write somewhere else"),
    errno.EROFS: ("the disk is read-only", "write somewhere else"),
    errno.ENOENT: ("the folder is not there", "make the folder, or let the node create it"),
    errno.ENOTDIR: ("a part of the path is a file, not a folder", "choose another path"),
    errno.EISDIR: ("there is a folder of that name", "choose another name"),
    errno.ENAMETOOLONG: ("the name is too long", "choose a shorter one"),
}


def write_fault(path: Path, fault: OSError) -> MediaError:
    """The failure to write a file, in the artist's words."""
    reason, hint = WHY.get(fault.errno or 0, (str(fault), "check the disk"))
    return MediaError(f"{path} cannot be written: {reason}", hint)


@contextlib.contextmanager
def atomic(path: str | Path, *, settled: bool = True) -> Iterator[Path]:
    """Yield a path beside `path` to write to; it takes the name only when whole and on the disk.

    Whatever goes wrong before that, the file of that name stays as it was. Who writes frame after frame leaves it to
    `settle`, once, that the new names are on the disk too: until then a power cut may bring back an older file.
    """
    path = Path(path)
    if path.is_dir():
        raise write_fault(path, OSError(errno.EISDIR, "is a folder"))
    try:
        beside, lock = _begun(path)
    except OSError as fault:
        raise write_fault(path, fault) from fault
    try:
        yield beside
        old = _opened(path)
        if old is not None:
            _closer().submit(_forget, old)
        try:
            with beside.open("rb+") as file:
                os.fsync(file.fileno())
            os.replace(beside, path)
        finally:
            if old is not None:
                _closer().submit(os.close, old)
        if settled:
            _sync_folder(path.parent)
    except OSError as fault:
        raise write_fault(path, fault) from fault
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        os.close(lock)


def settle(folders: Iterable[Path]) -> None:
    """Force the names of the files in these folders to the disk."""
    for folder in folders:
        try:
            _sync_folder(folder)
        except OSError as fault:
            raise write_fault(folder, fault) from fault


def make_room(target: Path, *, create: bool, overwrite: bool) -> None:
    """See to it that a file can be written there: its folder is made, and what must stay is not written over."""
    if not os.path.isdir(target.parent):
        if not create:
            raise MediaError(f"the folder {target.parent} is not there", "make it, or switch create_folders on")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise MediaError(
                f"the folder {target.parent} cannot be made: {fault.strerror}", "write somewhere else"
            ) from fault
    if not overwrite and os.path.exists(target):
        raise MediaError(f"{target} is already there", "switch overwrite on, or write a new version")


def sweep(folder: Path) -> list[Path]:
    """Take away what writers left behind that were killed; what somebody still writes to is locked, and stays."""
    try:
        found = [Path(entry.path) for entry in os.scandir(folder) if LEFT_BEHIND.fullmatch(entry.name)]
    except OSError:
        return []
    return [path for path in found if _abandoned(path)]


def _begun(path: Path) -> tuple[Path, int]:
    """A new file beside a name, which no other writer has on whatever machine of a farm, and a lock on it."""
    while True:
        beside = path.with_name(f".{path.stem[:100]}.{secrets.token_hex(6)}.part{path.suffix}")
        handle = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
        if not _locked(handle):
            return beside, handle  # no locks here: then nobody sweeps either
        try:
            if os.stat(beside).st_ino == os.fstat(handle).st_ino:
                return beside, handle
        except FileNotFoundError:  # swept in the moment before it was locked
            pass
        os.close(handle)


def _abandoned(path: Path) -> bool:
    """Take a file away if nobody holds its lock."""
    try:
        handle = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        if not _locked(handle):
            return False
        path.unlink()
        return True
    except OSError:
        return False
    finally:
        os.close(handle)


def _locked(handle: int) -> bool:
    """Lock a file for this process; False if another has it, or where there are no locks."""
    try:
        import fcntl
    except ImportError:  # Windows
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _forget(handle: int) -> None:
    """Let the system take the memory of a file that is about to go, while we wait for the disk."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)


@cache
def _closer() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="close")


def _opened(path: Path) -> int | None:
    """Hold on to the file that is about to be replaced: to free a large one takes longer than to name the new one."""
    try:
        return os.open(path, os.O_RDONLY | os.O_NONBLOCK) if os.name == "posix" else None
    except OSError:
        return None


def _sync_folder(folder: Path) -> None:
    """Force the new name itself to disk, where the system lets folders be opened (not on Windows)."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
