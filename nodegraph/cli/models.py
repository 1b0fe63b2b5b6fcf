"""`nodegraph models`: which models are here, whose they are and what they may be used for; add one, fetch one."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from nodegraph.cli.arguments import actions, for_programs
from nodegraph.data.errors import GraphError, ModelError
from nodegraph.data.model import Card
from nodegraph.graph import model_files
from nodegraph.graph.models_here import Here, along, here, kept, opened
from nodegraph.media.atomic import atomic
from nodegraph.ml import cards
from nodegraph.ml.probe import Probed, probe

WORDS = {"yes": True, "no": False, "unknown": None}
# The flags of `add` that are told on the card as they are.
FLAGS = {
    "name": "what it is called",
    "kind": "what it is for: swap, restore, upscale, detect, landmarks, mask, recognise, convert",
    "contract": "how it is fed, where the file itself cannot tell",
    "architecture": "of torch weights: which network they are for",
    "licence": "under which licence it is",
    "source": "who publishes it",
    "url": "where it is to be fetched by https",
    "trained-on": "which pictures it was trained on, and their terms",
    "note": "anything else",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    rows = actions(parser)
    row = rows.add_parser("list", help="the models that are here, and the usual ones that are not")
    for_programs(row)
    row = rows.add_parser("show", help="all that is known of a model")
    row.add_argument("model", help="a name from the list, or a file")
    for_programs(row)
    row = rows.add_parser("add", help="copy a model file to where graphs find it, with its card")
    row.add_argument("file", type=Path)
    row.add_argument("--as", dest="file_name", metavar="NAME", help="the name of the copy; its own if not given")
    row.add_argument("--card", metavar="NAME", help="it is the model of this name in the list: take its card")
    for flag, help in FLAGS.items():
        row.add_argument(f"--{flag}", metavar="TEXT", help=help)
    row.add_argument("--commercial", choices=WORDS, help="may it be used for commercial work")
    row = rows.add_parser("fetch", help="get a model from its publisher: the only command that uses the network")
    row.add_argument("model", help="a name from the list, or a card in a file")
    row.add_argument("--from-this-machine", action="store_true", help="also by http, from a server on this machine")


def run(args: argparse.Namespace) -> int:
    return {"list": _list, "show": _show, "add": _add, "fetch": _fetch}[args.action](args)


def _list(args: argparse.Namespace) -> int:
    found = [*along(), *here(Path.cwd())]
    held = {each.card.sha256 for each in found if each.card is not None}
    known = [card for card in cards.built_in() if not card.sha256 or card.sha256 not in held]
    if args.json:
        rows = [as_json(each) for each in found] + [cards.to_json(card) for card in known]
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return 0
    if found:
        print("here")
        for each in found:
            print(_row(each.card) if each.card else f"  {each.path.name:<37}cannot be used: {each.fault}")
    print("known, not here" if found else "none is here; known are")
    for card in sorted(known, key=lambda card: (card.kind, card.name.casefold())):
        print(_row(card) + ("   can be fetched" if card.url and card.sha256 else ""))
    return 0


def _row(card: Card) -> str:
    kind = f"{card.kind or '?'}{' ' + card.contract if card.contract not in ('', card.kind) else ''}"
    use = {True: "commercial use", False: "not for commercial use", None: "commercial use not cleared"}[card.commercial]
    return f"  {card.name:<37}{kind:<29}{use:<28}{card.licence or 'no licence stated'}"


def spoken(commercial: bool | None) -> str:
    return next(word for word, value in WORDS.items() if value is commercial)


def as_json(each: Here) -> dict[str, Any]:
    card = cards.to_json(each.card) if each.card is not None else {"fault": each.fault}
    return {**card, "path": str(each.path)}


def _show(args: argparse.Namespace) -> int:
    given = Path(args.model)
    card: Card
    path: Path | None
    if given.is_file() and not given.name.endswith(cards.SUFFIX):
        card, path = cards.card_of(given, model_files.known_digest(given)), given
    else:
        card, path = _known(args.model)
    contents = probe(path) if path is not None and card.contract != "dlib" else None
    if args.json:
        tensors = {} if contents is None else {"inputs": _tensors(contents)[0], "outputs": _tensors(contents)[1]}
        print(json.dumps({**cards.to_json(card), "path": str(path or ""), **tensors}, indent=2, ensure_ascii=False))
    else:
        print("\n".join(explained(card, path, contents)))
    return 0


def _known(name: str) -> tuple[Card, Path | None]:
    """A model by the name on its card: one that is here, or else one of the usual ones."""
    if name.endswith(cards.SUFFIX):
        card = cards.from_file(Path(name))
        return card, next(
            (each.path for each in here(Path.cwd()) if each.card and each.card.sha256 == card.sha256), None
        )
    for each in (*here(Path.cwd()), *along()):
        if each.card is not None and name.casefold() in (each.card.name.casefold(), each.path.name.casefold()):
            return each.card, each.path
    usual = cards.named(name)
    if usual is None:
        raise GraphError(f"no model is called {name}", "nodegraph models list shows those that are known")
    return usual, None


def explained(card: Card, path: Path | None, contents: Probed | None) -> list[str]:
    """A card on a page."""
    rows = {
        "kind": card.kind or "not known",
        "contract": card.contract,
        "architecture": card.architecture,
        "licence": card.licence or "not stated",
        "commercial use": spoken(card.commercial),
        "trained on": card.trained_on,
        "source": card.source,
        "note": card.note,
        "size": f"{card.size} bytes" if card.size else "",
        "sha256": card.sha256,
        "url": card.url,
        "file": str(path) if path else "not here",
    }
    lines = [card.name, *(f"  {name:<16}{value}" for name, value in rows.items() if value)]
    if contents is not None:
        for label, tensors in zip(("in", "out"), _tensors(contents), strict=True):
            lines += [f"  {label:<16}{name} {shape}" for name, shape in tensors.items()]
    return lines


def _tensors(contents: Probed) -> tuple[dict[str, str], ...]:
    return tuple(
        {
            each.name: "x".join("any" if side is None else str(side) for side in each.shape) + f" {each.type.__name__}"
            for each in tensors
        }
        for tensors in (contents.inputs, contents.outputs)
    )


# -- add and fetch -------------------------------------------------------------------------------------


def _add(args: argparse.Namespace) -> int:
    source: Path = args.file
    contents = opened(source)
    digest = model_files.known_digest(source)
    card = replace(_told(args, contents, digest), sha256=digest, size=source.stat().st_size)
    target, same = kept(source, card, args.file_name or "")
    print(f"{'is here already' if same else 'added'}: {target}\n{_row(card)}")
    if card.commercial is None:
        print("  whether it may be used commercially is not known; tell with --licence and --commercial")
    return 0


def _told(args: argparse.Namespace, contents: Probed, digest: str) -> Card:
    """The card of a file that is added: what was known of it, and what the flags say."""
    card = cards.card_of(args.file, digest)
    if args.card:
        named = cards.named(args.card)
        if named is None:
            raise GraphError(f"no card is called {args.card}", "nodegraph models list shows those that are known")
        if named.sha256 not in ("", digest):
            raise ModelError(f"{args.file.name} is not {named.name}: its content is another", "leave --card out")
        if contents.kind and named.kind != contents.kind:
            raise ModelError(
                f"{args.file.name} is not {named.name}: by what goes in and comes out it is for {contents.kind}, "
                f"not for {named.kind}",
                "leave --card out",
            )
        card = named
    flags = {flag.replace("-", "_"): getattr(args, flag.replace("-", "_")) for flag in FLAGS}
    told: dict[str, Any] = {name: text for name, text in flags.items() if text is not None}
    if args.commercial is not None:
        told["commercial"] = WORDS[args.commercial]
    if told and card.note == cards.NOBODY:
        told.setdefault("note", "")
    return replace(card, **told)


def _fetch(args: argparse.Namespace) -> int:
    from nodegraph.cli.fetch import fetch, file_name

    card, path = _known(args.model)
    if path is not None and card.sha256 and model_files.known_digest(path) == card.sha256:
        print(f"is here already: {path}")
        return 0
    target = model_files.home() / (file_name(card) or f"{card.name}.onnx")
    if target.exists():
        raise ModelError(f"another file is called {target.name} in {target.parent}", "move it away first")
    target.parent.mkdir(parents=True, exist_ok=True)
    fetch(card, target, on_progress=Counted(card.name), from_this_machine=args.from_this_machine)
    with atomic(cards.place_of(target)) as beside:
        beside.write_text(cards.text_of(replace(card, size=target.stat().st_size)), encoding="utf-8")
    print(f"fetched: {target}")
    return 0


class Counted:
    """How far a fetch is: one line that counts in a terminal, a line every tenth in a log."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.tenth = 0

    def __call__(self, done: int, total: int) -> None:
        of = f" of {total / 1e6:.1f} MB ({done / total:.0%})" if total else " MB"
        line = f"{self.name}: {done / 1e6:.1f}{of}"
        if sys.stderr.isatty():
            print(f"\r\033[K{line}", end="" if done < total else "\n", file=sys.stderr, flush=True)
        elif total and int(done * 10 / total) > self.tenth:
            self.tenth = int(done * 10 / total)
            print(line, file=sys.stderr, flush=True)
