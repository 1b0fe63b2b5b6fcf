"""The node graph in a window that the tests of a module share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nodegraph.graph.document import Document
from tests.editor.driver import Driver, opened
from tests.editor.panes.graph_canvas import Canvas, start


@pytest.fixture(scope="module")
def graph_window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    with opened(Document(start()), tmp_path_factory.mktemp("settings")) as found:
        yield found


@pytest.fixture
def canvas(graph_window: Driver) -> Canvas:
    """A fresh graph in the same window."""
    return Canvas(graph_window)
