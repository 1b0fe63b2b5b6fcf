"""Files that are whole or not there: written beside their name, forced to disk, then renamed."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import threading
from collections.abc import Iterator
from pathlib import Path

from nodegraph.data.errors import MediaError

WHY = {
    errno.ENOSPC: ("the disk is full", "make room and render again with --resume: finished frames are kept"),
    errno.EFBIG: ("the file is larger than the system lets you write", "ask for a higher limit, or write less"),
    errno.EDQUOT: ("your share of the disk is used up", "make room and render again with --resume"),
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
def atomic(path: str | Path) -> Iterator[Path]:
    """Yield a path beside `path` to write to; it takes the name only when whole and on the disk.

    Whatever goes wrong before that, the file of that name stays as it was.
    """
    path = Path(path)
    if path.is_dir():
        raise write_fault(path, OSError(errno.EISDIR, "is a folder"))
    # No two writers share it, on whatever machines of a farm they run.
    beside = path.with_name(f".{path.stem[:100]}.{secrets.token_hex(6)}.part{path.suffix}")
    try:
        yield beside
        with beside.open("rb+") as file:
            os.fsync(file.fileno())
        old = _opened(path)
        os.replace(beside, path)
        if old is not None:
            threading.Thread(target=os.close, args=(old,), daemon=True).start()
        _sync_folder(path.parent)
    except OSError as fault:
        raise write_fault(path, fault) from fault
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


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
