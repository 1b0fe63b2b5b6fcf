"""LoadModel."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from nodegraph.data.errors import MissingWeights
from nodegraph.data.model import Model
from nodegraph.graph.knob import File, Knob
from nodegraph.graph.model_files import found, known_digest
from nodegraph.graph.node import Knobs, node
from nodegraph.ml.cards import card_of, place_of


def _stamp(frame: int, knobs: Knobs) -> str:
    """What is in the file, and what its card says."""
    del frame
    path = found(knobs["file"].path, knobs["sha256"]) if knobs["file"] else None
    if path is None:
        return "missing"
    card = place_of(path)
    return f"{known_digest(path)} {known_digest(card) if card.is_file() else ''}"


@node(fingerprint=_stamp)
def load_model(
    *,
    file: Annotated[File, Knob(help=".onnx, .dfm, .safetensors or .pth; found in the models folders, too")] = File(""),
    contract: Annotated[str, Knob(help="how it is fed, where neither its card nor the file itself can tell")] = "",
    sha256: Annotated[str, Knob(help="only a file of this very content will do; empty for any")] = "",
) -> Model:
    """Find a model file, by its path or by its name in the models folders, and know it by what is in it.

    Its card says what it is for, how it is fed, whose it is and whether it may be used commercially.
    """
    if not file:
        raise MissingWeights("LoadModel names no file", "set file, or see what is here: nodegraph models list")
    path = found(file.path, sha256)
    if path is None:
        what = f"with the content {sha256[:12]}… " if sha256 else ""
        raise MissingWeights(
            f"the model {file.path.name} {what}is not here",
            "nodegraph models add FILE puts a copy where it is found; nodegraph models list shows what can be fetched",
        )
    digest = known_digest(path)
    card = card_of(path, digest)
    if contract:
        card = replace(card, contract=contract)
    return Model(path, digest, card)
