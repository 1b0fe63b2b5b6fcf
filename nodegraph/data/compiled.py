"""Loops over pixels, compiled once and kept: import it only where pixels are at hand, for numba is slow to load.

What was compiled is kept on disk, by numba's own means but for one: numba numbers the files of a function and keeps
an index of the numbers. Two renders that compile at the same time can give two loops one number, and from then on one
of them silently runs as the other: wrong pixels, until somebody empties the folder. Here a file is named after what is
in it, and says so once more inside; nobody needs an index, and it does not matter who writes last.
"""

from __future__ import annotations

import hashlib
import os
import pickle
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, cast
from uuid import uuid4

import numpy as np
from numba import __version__, core, njit

untyped_numba: Any = core
F = TypeVar("F", bound=Callable[..., Any])
CONSTANT = (bool, int, float, str, tuple, np.generic)
DIGEST = hashlib.sha256().digest_size


class Reach(NamedTuple):
    """What the code of a function is made of, its own and that of all compiled ones and instructions it calls."""

    files: tuple[str, ...]
    constants: tuple[tuple[str, str, str], ...]  # file, name and value: it may be made of what another file says


def reach(function: Callable[..., Any]) -> Reach:
    """Look through a function and all that it calls."""
    seen, ahead = {function}, [function]
    constants = set()
    while ahead:
        each = ahead.pop()
        for name in each.__code__.co_names:
            found = each.__globals__.get(name)
            inner = getattr(found, "py_func", None) or getattr(found, "_defn", None)
            if inner is not None and inner not in seen:
                seen.add(inner)
                ahead.append(inner)
            elif isinstance(found, CONSTANT):
                constants.add((each.__code__.co_filename, name, repr(found)))
    return Reach(tuple(sorted({each.__code__.co_filename for each in seen})), tuple(sorted(constants)))


class Kept:
    """What one function was compiled to, for each of the types and constants it was asked for."""

    def __init__(self, function: Callable[..., Any], folder: Path, name: str) -> None:
        self.function, self.folder, self.name = function, folder, name

    @cached_property
    def stamp(self) -> object:
        """By this a file is known to be of this very code, and of all that it calls."""
        made = reach(self.function)
        found = [(path, os.stat(path)) for path in made.files]
        constants = [(os.path.basename(path), name, value) for path, name, value in made.constants]
        files = [(os.path.basename(path), stat.st_mtime_ns, stat.st_size) for path, stat in found]
        return __version__, files, constants

    def _file(self, key: object) -> Path:
        return self.folder / f"{self.name}.{hashlib.sha256(repr(key).encode()).hexdigest()[:24]}.nbc"

    def load(self, key: object) -> Any:
        """What was kept, or None: it is compiled again, too, where a file is of older code or damaged."""
        try:
            whole = self._file(key).read_bytes()
        except OSError:
            return None
        digest, content = whole[:DIGEST], whole[DIGEST:]
        if hashlib.sha256(content).digest() != digest:
            return None
        stamp, kept, data = pickle.loads(content)
        return data if (stamp, kept) == (self.stamp, key) else None

    def save(self, key: object, data: object) -> None:
        """Keep it. A full or read-only disk is no reason to stop a render: the next one compiles again."""
        content = untyped_numba.serialize.dumps((self.stamp, key, data))
        part = self.folder / f"{self.name}.{uuid4().hex}.part"
        with suppress(OSError):
            try:
                part.write_bytes(hashlib.sha256(content).digest() + content)
                part.replace(self._file(key))
            finally:
                part.unlink(missing_ok=True)


def compiled(*freedoms: str) -> Callable[[F], F]:
    """Compile a function when it is first called, and keep the result beside its source or in the user's cache.

    `freedoms` are what LLVM may do to the arithmetic ("contract": multiply and add in one go). A division by zero
    gives what numpy gives.
    """

    def made(function: F) -> F:
        loop: Any = njit(nogil=True, error_model="numpy", fastmath=set(freedoms))(function)
        with suppress(RuntimeError):  # no folder may be written to: it is compiled for each run
            store = untyped_numba.caching.FunctionCache(function)
            store._cache_file = Kept(function, Path(store.cache_path), store._impl.filename_base)
            loop._cache = store
        return cast(F, loop)

    return made
