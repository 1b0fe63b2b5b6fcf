"""The model files on this machine with their cards, and how one more is put beside them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nodegraph.data.errors import GraphError, ModelError, NodegraphError
from nodegraph.data.model import Card
from nodegraph.graph import model_files
from nodegraph.media.atomic import atomic
from nodegraph.ml import cards
from nodegraph.ml.dlib_models import FILES, model_file
from nodegraph.ml.probe import Probed, probe


@dataclass(frozen=True)
class Here:
    """A model file on this machine; without a card if it is none."""

    path: Path
    card: Card | None
    fault: str = ""


def here(project: Path) -> Iterator[Here]:
    """The model files on this machine, the nearest folder first."""
    seen: set[Path] = set()
    for folder in model_files.folders(project):
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
            if (
                path.suffix.lower() in model_files.ENDINGS
                and not hidden
                and path.is_file()
                and path.resolve() not in seen
            ):
                seen.add(path.resolve())
                yield looked_at(path)


def along() -> Iterator[Here]:
    """The models that were installed with the program."""
    for file in FILES:
        try:
            path = Path(model_file(file))
            card = cards.card_of(path, model_files.known_digest(path))
        except NodegraphError:  # not installed, or another version of it, of which no card tells
            continue
        yield Here(path, card)


def looked_at(path: Path) -> Here:
    """A file with its card, or with what is wrong with it."""
    try:
        return Here(path, cards.card_of(path, model_files.known_digest(path)))
    except NodegraphError as fault:
        return Here(path, None, fault.message)


def opened(path: Path) -> Probed:
    """What a file is, once it has been seen that it can be opened."""
    contents = probe(path)
    if contents.format == "onnx":
        from nodegraph.ml.onnx_file import OnnxFile

        OnnxFile(path)
    return contents


def kept(source: Path, card: Card, name: str = "") -> tuple[Path, bool]:
    """Copy a model file to where graphs find it, with its card; its place, and whether it was there already."""
    digest, name = card.sha256, name or source.name
    if Path(name).name != name or name.startswith("."):
        raise GraphError(f"{name!r} is no name for a file", "give a name without a folder")
    target = model_files.home() / name
    same = target.is_file() and model_files.known_digest(target) == digest
    if target.exists() and not same:
        raise ModelError(f"another model is called {name} in {target.parent}", "give it another name with --as")
    target.parent.mkdir(parents=True, exist_ok=True)
    if not same:
        with atomic(target) as beside:
            shutil.copyfile(source, beside)
            if model_files.digest(beside) != digest:
                raise ModelError(f"{source} changed while it was copied", "add it again")
    with atomic(cards.place_of(target)) as beside:
        beside.write_text(cards.text_of(card), encoding="utf-8")
    return target, same
