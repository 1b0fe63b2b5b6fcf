"""Search with Tab."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph.data.faces import Faces
from nodegraph.data.image import Image, Matte
from nodegraph.editor.panels.search import Dragged, found, port_for, used
from nodegraph.graph.carry import fits
from nodegraph.graph.library import Library

LIBRARY = Library.discover()


def names(text: str, **more: Any) -> list[str]:
    return [each.name for each in found(LIBRARY, text, **more)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("blur", "Blur"),
        ("gra", "Grade"),
        ("ct", "ColorTransfer"),
        ("color tr", "ColorTransfer"),
        ("wrt", "Write"),
        ("frhold", "FrameHold"),
        ("BLUR ", "Blur"),
        ("movie", "WriteMovie"),
        ("read", "Read"),
        ("hold", "FrameHold"),
        ("superres", "SuperResolution"),
    ],
)
def test_a_few_letters_find_a_node(text: str, first: str) -> None:
    assert names(text)[0] == first


def test_menus_and_words_of_the_help() -> None:
    time = names("time")
    assert {kind.name for kind in LIBRARY.types.values() if kind.menu == "Time"} <= set(time)
    assert time[0] == "TimeOffset"
    hit = found(LIBRARY, "blur")[0]
    assert hit.help == LIBRARY.types["Blur"].help.splitlines()[0]
    assert names("zzzz") == []
    assert names("!!") == []


def test_recent_first_but_not_past_a_better_match() -> None:
    assert names("", recent=("Write", "Blur"))[:2] == ["Write", "Blur"]
    assert names("w", recent=("WriteMovie",))[0] == "WriteMovie"
    assert names("write", recent=("WriteMovie",))[0] == "Write"
    assert used(("Blur", "Read"), "Read") == ("Read", "Blur")
    assert len(used([str(n) for n in range(50)], "Blur")) == 20


@settings(deadline=None)
@given(st.text(max_size=12))
def test_more_letters_never_find_more(text: str) -> None:
    everything = set(names(""))
    assert set(names(text)) <= everything


@pytest.mark.parametrize("type", [Image, Matte, Faces])
def test_only_what_a_dragged_wire_can_go_into(type: type) -> None:
    for hit in found(LIBRARY, "", wire=Dragged(type)):
        port = LIBRARY.types[hit.name].port(hit.port)
        assert port is not None
        assert fits(type, port.type)
    hidden = set(LIBRARY.types) - set(names("", wire=Dragged(type)))
    assert hidden
    assert not any(fits(type, port.type) for name in hidden for port in LIBRARY.types[name].inputs)
    for hit in found(LIBRARY, "", wire=Dragged(type, forward=False)):
        out = LIBRARY.types[hit.name].output(hit.port)
        assert out is not None
        assert fits(out.type, type)


def test_a_wire_goes_to_the_port_of_its_own_type() -> None:
    assert port_for(LIBRARY.types["Grade"], Dragged(Matte)) == "matte"
    assert port_for(LIBRARY.types["Grade"], Dragged(Image)) == "image"
    assert port_for(LIBRARY.types["Read"], Dragged(Image)) is None
