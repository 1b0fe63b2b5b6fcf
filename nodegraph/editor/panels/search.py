"""Tab: finding a node by a few letters of its name, its menu or what is said of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from nodegraph.graph.carry import fits
from nodegraph.graph.library import Library
from nodegraph.graph.node import NodeType

WORD = re.compile(r"[a-z0-9]+")
PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
# How well a word was met, best first. What is used often moves up among its like, not past a better match.
WHOLE, START, INITIALS, PART_START, INSIDE, MENU, HELP_START, SCATTERED = 100, 80, 70, 60, 50, 40, 30, 20
RECENT = 9


class Dragged(NamedTuple):
    """A wire that was dropped on the empty canvas: what it carries or wants, and which end is loose."""

    type: type
    forward: bool = True  # it comes out of a node, and looks for an input


class Found(NamedTuple):
    """One node that a search gives: `port` is the input or output that the dragged wire would take."""

    name: str
    menu: str
    help: str  # its first line
    score: float
    port: str = ""


def found(library: Library, text: str = "", recent: Sequence[str] = (), wire: Dragged | None = None) -> list[Found]:
    """The nodes that fit, best first; with no text all of them, those used last in front.

    Every word of the text must be met somewhere. With a wire, only nodes that it can go into.
    """
    words = WORD.findall(text.lower())
    results = []
    for kind in library.types.values():
        port = "" if wire is None else port_for(kind, wire)
        if port is None:
            continue
        score = _score(kind, words, text.strip())
        if score is not None:
            results.append(
                Found(kind.name, kind.menu, kind.help.partition("\n")[0], score + _lately(kind, recent), port)
            )
    return sorted(results, key=lambda each: (-each.score, each.name if words else f"{each.menu} {each.name}"))


def port_for(kind: NodeType, wire: Dragged) -> str | None:
    """The port of a node that a wire would go into: the first of its very type, else the first that takes it."""
    if not wire.forward:
        outputs = [out.name for out in kind.outputs if fits(out.type, wire.type)]
        same = [out.name for out in kind.outputs if out.type is wire.type]
        return next(iter([*same, *outputs]), None)
    inputs = [(port.name + ("1" if port.many else ""), port.type) for port in kind.inputs]
    same = [name for name, type in inputs if type is wire.type]
    return next(iter([*same, *(name for name, type in inputs if fits(wire.type, type))]), None)


def used(recent: Iterable[str], name: str, most: int = 20) -> tuple[str, ...]:
    """The list of the last used nodes with one more in front."""
    return (name, *(each for each in recent if each != name))[:most]


def _lately(kind: NodeType, recent: Sequence[str]) -> float:
    return RECENT * (1 - recent.index(kind.name) / len(recent)) if kind.name in recent else 0.0


def _score(kind: NodeType, words: list[str], text: str) -> float | None:
    """How well a node meets all words; None if it does not."""
    if not words:
        return None if text else 0.0
    joined = "".join(words)
    whole = _name_score(kind.name, joined)
    if whole is not None and whole > SCATTERED:
        return whole
    scores = [_word_score(kind, word) for word in words]
    met = [score for score in scores if score is not None]
    if len(met) == len(words):
        return sum(met) / len(met)
    return whole


def _word_score(kind: NodeType, word: str) -> float | None:
    name = _name_score(kind.name, word)
    if name is not None and name > MENU:
        return name
    if kind.menu.lower().startswith(word):
        return MENU
    if len(word) > 1 and any(each.startswith(word) for each in WORD.findall(kind.help.lower())):
        return HELP_START
    return name


def _name_score(name: str, word: str) -> float | None:
    """Shorter names come before longer ones that are met alike."""
    low = name.lower()
    parts = [part.lower() for part in PARTS.findall(name)]
    spare = min(9.0, (len(low) - len(word)) / 3)
    if low == word:
        return WHOLE
    if low.startswith(word):
        return START - spare
    if "".join(part[0] for part in parts).startswith(word) and len(word) > 1:
        return INITIALS - spare
    if any(part.startswith(word) for part in parts[1:]):
        return PART_START - spare
    if word in low and len(word) > 1:
        return INSIDE - spare
    return SCATTERED - spare if len(word) > 1 and _in_order(word, low) else None


def _in_order(word: str, name: str) -> bool:
    """True if the letters stand in the name in this order, beginning with its first."""
    letters = iter(name)
    return word[0] == name[0] and all(letter in letters for letter in word)
