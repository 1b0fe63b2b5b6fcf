"""Torch weights, looked at without torch: what a safetensors file holds, and that a pickled one is harmless."""

from __future__ import annotations

import json
import pickletools
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nodegraph.data.errors import ModelError

LONGEST_HEADER = 100_000_000  # bytes, as the format itself limits it
LONGEST_PICKLE = 50_000_000  # bytes; the weights themselves lie beside it
# What the pickle of a file of plain weights may name: the making of tensors, of their storages, and ordered tables.
HARMLESS = {
    "collections OrderedDict",
    "torch._utils _rebuild_tensor_v2",
    "torch._utils _rebuild_parameter",
    "torch Size",
    *(f"torch {kind}Storage" for kind in ("Float", "Half", "Double", "BFloat16", "Long", "Int", "Short", "Char")),
    *(f"torch {kind}Storage" for kind in ("Byte", "Bool")),
}


def safetensors_header(path: Path) -> Mapping[str, Any]:
    """The tensors of a safetensors file by name: `dtype`, `shape`, `data_offsets`; its notes are `__metadata__`."""
    broken = ModelError(f"{path.name} is no safetensors file, or only a part of one", "fetch or copy it again")
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if not 2 <= length <= min(LONGEST_HEADER, size - 8):
                raise broken
            header = json.loads(file.read(length))
    except (OSError, ValueError) as fault:
        raise broken from fault
    if not isinstance(header, dict):
        raise broken
    tensors = [row for name, row in header.items() if name != "__metadata__"]
    try:
        ends = [int(row["data_offsets"][1]) for row in tensors]
        shapes = [[int(side) for side in row["shape"]] for row in tensors]
    except (KeyError, TypeError, ValueError, IndexError) as fault:
        raise broken from fault
    if not tensors or max(ends) != size - 8 - length or any(side < 0 for shape in shapes for side in shape):
        raise broken
    return header


def check_pickled(path: Path) -> None:
    """Refuse a torch file whose pickle would do anything but put weights together; nothing of it is run."""
    hint = "ask for the weights as safetensors, or convert them on a machine that you can lose"
    try:
        with zipfile.ZipFile(path) as archive:
            pickles = [name for name in archive.namelist() if name.endswith("data.pkl")]
            if len(pickles) != 1:
                raise ModelError(f"{path.name} is no file of torch weights", hint)
            if archive.getinfo(pickles[0]).file_size > LONGEST_PICKLE:
                raise ModelError(f"{path.name} is no file of torch weights: its table is too long", hint)
            for operation, argument, _ in pickletools.genops(archive.read(pickles[0])):
                if operation.name == "GLOBAL" and argument in HARMLESS:
                    continue
                if operation.name in ("GLOBAL", "STACK_GLOBAL", "INST", "OBJ", "NEWOBJ", "NEWOBJ_EX") or (
                    operation.name.startswith("EXT")
                ):
                    what = f"calls {argument}" if operation.name == "GLOBAL" else "makes objects of its own"
                    raise ModelError(f"{path.name} is more than weights: it {what}, which can run any program", hint)
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError, RuntimeError) as fault:
        raise ModelError(
            f"{path.name} is no file of torch weights, or only a part of one", "fetch or copy it again"
        ) from fault
