"""Models as rows: those that the graph lacks, those that it uses, those that are here, and those that are known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from nodegraph.data.model import Card
from nodegraph.editor.panes.cards import Look
from nodegraph.editor.panes.drawing import PLAIN, SMALL, Colour, badge, box, fitted, text_width, write
from nodegraph.editor.shell import theme
from nodegraph.engine.licences import ModelUse
from nodegraph.graph.model_files import ENDINGS
from nodegraph.graph.models_here import Here

HIGH = 66.0
MISSING, HERE, KNOWN = "missing", "here", "not here"
GROUPS = (MISSING, HERE, KNOWN)


class Row(NamedTuple):
    """A model. `users` are the nodes of the open graph that use it."""

    key: str
    name: str
    state: str
    card: Card | None
    path: Path | None = None
    users: tuple[str, ...] = ()
    fault: str = ""

    @property
    def kind(self) -> str:
        return self.card.kind if self.card is not None else ""


def rows_of(uses: Iterable[ModelUse], found: Sequence[Here], known: Iterable[Card]) -> list[Row]:
    """All models: first what the graph lacks, then what it uses, what else is here, and what else is known."""
    uses = list(uses)
    lacking = [
        Row(f"missing {use.node}", _lacks(use), MISSING, None, None, (use.node,), use.fault)
        for use in uses
        if use.card is None
    ]
    by_digest: dict[str, list[str]] = {}
    for use in uses:
        if use.card is not None:
            by_digest.setdefault(use.card.sha256 or use.card.name, []).append(use.node)
    here = []
    for each in found:
        card = each.card
        users = tuple(by_digest.get(card.sha256 or card.name, ())) if card is not None else ()
        here.append(
            Row(str(each.path), card.name if card else each.path.name, HERE, card, each.path, users, each.fault)
        )
    held = {card.sha256 for each in found if (card := each.card) is not None and card.sha256}
    others = [
        Row(
            f"{card.kind} {card.name}", card.name, KNOWN, card, None, tuple(by_digest.get(card.sha256 or card.name, ()))
        )
        for card in known
        if not card.sha256 or card.sha256 not in held
    ]
    return [*lacking, *sorted(here, key=_order), *sorted(others, key=_order)]


def _order(row: Row) -> tuple[bool, str, str]:
    """What graphs use comes first, then one kind after the other."""
    return not row.users, row.kind, row.name.casefold()


def _lacks(use: ModelUse) -> str:
    """What is missing, by its name where that is told."""
    words = use.fault.split()
    return use.file or next((word for word in words if Path(word).suffix.lower() in ENDINGS), use.node)


def asked(rows: Iterable[Row], text: str, kind: str) -> list[Row]:
    """Those with every word of a text, and of a kind; what is missing is always told."""
    words = text.casefold().split()
    found = []
    for row in rows:
        card = row.card
        whole = f"{row.name} {row.kind} {' '.join(row.users)}" + (
            f" {card.contract} {card.licence} {card.source}" if card else ""
        )
        if all(word in whole.casefold() for word in words) and (not kind or row.kind == kind or row.state == MISSING):
            found.append(row)
    return found


def size_told(size: int) -> str:
    """Bytes as an artist reads them."""
    if not size:
        return ""
    return f"{size / 1e9:.2f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size / 1e3:.0f} kB"


def use_told(commercial: bool | None) -> tuple[str, Colour]:
    """Whether it may be used for commercial work."""
    match commercial:
        case True:
            return "commercial", theme.GOOD
        case False:
            return "not commercial", theme.BAD
    return "not cleared", theme.WARN


def paint(parent: int, row: Row, look: Look) -> None:
    """The row as a card."""
    ground = theme.HOVERED if look.hovered and not look.picked else theme.RAISED if row.state != KNOWN else theme.PANEL
    line = theme.ACCENT if look.picked else theme.LINE if row.state == KNOWN else ground
    box(parent, (0, 0), (look.width, look.height), ground, line, 4)
    if row.users or row.state == MISSING:
        box(parent, (0, 6), (3, look.height - 12), theme.BAD if row.state == MISSING else theme.ACCENT, None, 1)
    x, right = 12.0, look.width - 10
    if row.card is None:
        tag = "missing" if row.state == MISSING else "cannot be used"
        wide = text_width(tag, SMALL) + 12
        badge(parent, (right - wide, 8), tag, theme.BAD)
        write(parent, (x, 9), fitted(row.name, right - wide - x - 8, PLAIN), theme.BRIGHT, PLAIN)
        write(parent, (x, 29), fitted(row.fault, right - x, SMALL), theme.FAINT, SMALL)
        write(parent, (x, 46), f"wanted by {', '.join(row.users)}" if row.users else "", theme.FAINT, SMALL)
        return
    card = row.card
    words, colour = use_told(card.commercial)
    wide = text_width(words, SMALL) + 12
    badge(parent, (right - wide, 8), words, colour)
    name = theme.TEXT if row.state == KNOWN else theme.BRIGHT
    write(parent, (x, 9), fitted(row.name, right - wide - x - 8, PLAIN), name, PLAIN)
    contract = "" if card.contract in ("", card.kind) else card.contract
    parts = [card.kind or "unknown", contract, size_told(card.size), "" if row.state == HERE else row.state]
    write(parent, (x, 29), fitted("   ".join(each for each in parts if each), right - x, SMALL), theme.FAINT, SMALL)
    below = card.licence or "no licence is stated"
    if row.users:
        below = f"used by {', '.join(row.users)}   {below}"
    write(parent, (x, 46), fitted(below, right - x, SMALL), theme.FAINT, SMALL)


def told(row: Row) -> list[tuple[str, str]]:
    """All that is known of a model, in rows."""
    card = row.card
    if card is None:
        return [("wrong", row.fault), ("node", ", ".join(row.users)), ("file", str(row.path or ""))]
    words, _ = use_told(card.commercial)
    rows = [
        ("use", words),
        ("licence", card.licence or "not stated"),
        ("trained on", card.trained_on),
        ("source", card.source),
        ("note", card.note),
        ("nodes", ", ".join(row.users)),
        ("file", str(row.path) if row.path else ""),
        ("get it", f"nodegraph models fetch '{card.name}'" if card.url and card.sha256 and not row.path else ""),
        ("sha256", card.sha256[:16] + "…" if card.sha256 else ""),
    ]
    return [each for each in rows if each[1]]
