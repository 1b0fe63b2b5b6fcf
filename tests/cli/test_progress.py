"""What a render tells in lines: each whole, also where somebody stops the render in the midst of telling."""

from __future__ import annotations

import io
import json

import pytest

from nodegraph.cli.progress import Lines, Log
from nodegraph.engine.events import Warned


class Stopped(io.StringIO):
    """An output during which Ctrl-C is pressed: it takes effect as soon as something has been written."""

    pressed = False

    def write(self, text: str) -> int:
        count = super().write(text)
        if not self.pressed:
            self.pressed = True
            raise KeyboardInterrupt
        return count


@pytest.mark.parametrize("kind", [Lines, Log])
def test_a_line_ends_before_the_render_does(kind: type[Lines] | type[Log]) -> None:
    out = Stopped()
    show = kind(out)
    with pytest.raises(KeyboardInterrupt):
        show(Warned("Read", 1001, "the first"))
    show(Warned("Write", None, "what the end of the render tells"))
    first, last = out.getvalue().splitlines()
    assert "the first" in first
    assert "what the end" in last
    if kind is Lines:
        assert [json.loads(line)["node"] for line in (first, last)] == ["Read", "Write"]
