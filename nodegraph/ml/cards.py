"""Cards of models: those of the usual files, built in, and those that lie beside a file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

from nodegraph.data.errors import ModelError
from nodegraph.data.model import Card
from nodegraph.ml.probe import Probed, probe

BUILT_IN = Path(__file__).with_name("cards.json")
SUFFIX = ".card.json"
NOBODY = "nobody has stated its licence"
TYPES: Mapping[str, tuple[type, ...]] = {
    field.name: (bool, type(None)) if field.name == "commercial" else (int,) if field.name == "size" else (str,)
    for field in fields(Card)
}


@cache
def built_in() -> tuple[Card, ...]:
    """The cards of the usual files, by kind."""
    return tuple(from_json(row, BUILT_IN.name) for row in json.loads(BUILT_IN.read_text(encoding="utf-8")))


def named(name: str) -> Card | None:
    """The built-in card of a name."""
    return next((card for card in built_in() if card.name.casefold() == name.casefold()), None)


def card_of(path: Path, sha256: str) -> Card:
    """What is known of a file: by the card beside it, by its content, or else by what goes in and comes out.

    A card beside it that is for other content counts as none.
    """
    return told_of(path, sha256) or unknown(path, sha256, probe(path))


def told_of(path: Path, sha256: str) -> Card | None:
    """What somebody has told of a file; None if nobody has."""
    beside = beside_of(path)
    if beside is not None and beside.sha256 in ("", sha256):
        return replace(beside, sha256=sha256)
    return next((card for card in built_in() if card.sha256 == sha256), None)


def unknown(path: Path, sha256: str, found: Probed) -> Card:
    """The card of a file that nobody has told anything of."""
    return Card(
        path.stem,
        found.kind,
        found.contract,
        found.architecture,
        size=path.stat().st_size,
        sha256=sha256,
        note=NOBODY,
    )


def place_of(path: Path) -> Path:
    """Where the card beside a file lies."""
    return path.with_name(path.name + SUFFIX)


def beside_of(path: Path) -> Card | None:
    """The card that lies beside a file; None if there is none."""
    place = place_of(path)
    return from_file(place) if place.exists() else None


def from_file(place: Path) -> Card:
    """The card in a file."""
    try:
        row = json.loads(place.read_text(encoding="utf-8"))
    except OSError as fault:
        raise ModelError(f"the card {place} cannot be read: {fault.strerror}", "check the path") from fault
    except (ValueError, RecursionError) as fault:
        raise ModelError(f"{place.name} is no card: {fault}", "mend it or take it away") from fault
    return from_json(row, place.name)


def from_json(row: Any, name: str) -> Card:
    """The card that a file says."""
    hint = f"a card is a table of {', '.join(TYPES)}"
    if not isinstance(row, dict) or not isinstance(row.get("name"), str) or not isinstance(row.get("kind"), str):
        raise ModelError(f"{name} is no card: it needs at least a name and a kind", hint)
    for key, value in row.items():
        if key not in TYPES:
            raise ModelError(f"{name}: a card has no {key}", hint)
        if type(value) not in TYPES[key] or (key == "size" and value < 0):
            raise ModelError(f"{name}: {key} cannot be {value!r}", hint)
    if row.get("sha256") and not _is_digest(row["sha256"]):
        raise ModelError(f"{name}: {row['sha256']!r} is no sha256", "64 digits from 0 to f")
    return Card(**row)


def to_json(card: Card) -> dict[str, Any]:
    """A card as it stands in a file: what is known, and whether commercial use is allowed in any case."""
    return {key: value for key, value in asdict(card).items() if value not in ("", 0) or key == "commercial"}


def text_of(card: Card) -> str:
    return json.dumps(to_json(card), indent=2, ensure_ascii=False) + "\n"


def _is_digest(text: str) -> bool:
    return len(text) == 64 and set(text) <= set("0123456789abcdef")
