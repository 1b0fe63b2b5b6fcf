"""What the tests of reading and writing are handed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from fractions import Fraction
from pathlib import Path

import pytest

from nodegraph.data.shot import Shot
from nodegraph.graph.context import Context


@pytest.fixture
def ctx() -> Context:
    return Context()


@pytest.fixture
def shot() -> Shot:
    return Shot(name="sh010", first=1001, last=1004, fps=Fraction(24), version=3)


@pytest.fixture
def nobody(tmp_path: Path) -> Callable[[], AbstractContextManager[None]]:
    """Work without the rights of root, which may read and write everything."""

    @contextmanager
    def without() -> Iterator[None]:
        if os.geteuid() != 0:
            yield
            return
        for folder in (tmp_path, *tmp_path.parents):
            if "pytest-of-" in str(folder):  # those that pytest made for one user alone, and none above
                folder.chmod(0o755)
        os.seteuid(65534)
        try:
            yield
        finally:
            os.seteuid(0)

    return without
