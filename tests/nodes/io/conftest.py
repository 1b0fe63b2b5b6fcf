"""What the tests of reading and writing are handed."""

from __future__ import annotations

from fractions import Fraction

import pytest

from nodegraph.data.shot import Shot
from nodegraph.graph.context import Context


@pytest.fixture
def ctx() -> Context:
    return Context()


@pytest.fixture
def shot() -> Shot:
    return Shot(name="sh010", first=1001, last=1004, fps=Fraction(24), version=3)
