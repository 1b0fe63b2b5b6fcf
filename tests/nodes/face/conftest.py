"""What tests of nodes for faces are handed."""

from __future__ import annotations

import pytest

from nodegraph.data.box import Format
from nodegraph.data.shot import Shot
from nodegraph.graph.context import Context
from tests.nodes.face.layering import HEIGHT, WIDTH


@pytest.fixture
def shot() -> Shot:
    return Shot(name="sh010", first=1001, last=1004, format=Format(WIDTH, HEIGHT))


@pytest.fixture
def ctx() -> Context:
    return Context()
