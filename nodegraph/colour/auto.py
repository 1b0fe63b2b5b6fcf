"""Which colour space a file is in: by what it says of itself, then by the config's file rules, then by its kind."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from nodegraph.colour.config import Config
from nodegraph.colour.encoding import Encoding
from nodegraph.colour.interop import KNOWN, ids_of, plain_id
from nodegraph.colour.primaries import PRIMARIES, Primaries, named
from nodegraph.colour.tags import Tags, read_tags
from nodegraph.data.errors import ColorspaceError
from nodegraph.data.kinds import is_exr, is_movie

AUTO = "auto"
FLOAT_TYPES = frozenset(("half", "float", "float16", "float32", "float64", "f16", "f32"))


class InputSpace(NamedTuple):
    """A colour space (a name of the config, or an encoding spelt out), and why it was chosen."""

    space: str
    reason: str


def input_space(
    config: Config, path: Path, metadata: Mapping[str, Any], *, sample: str = "", override: str = AUTO
) -> InputSpace:
    """The colour space of a file, and the reason in words.

    `sample` is the type its numbers have in the file (uint8, uint16, half, float …). The order: what the artist
    says; what the file says (interop ID, ACES container, chromaticities, transfer and primaries of movies and
    DPX); a file rule of the config that names this kind of file; and at last by kind: whole numbers are sRGB,
    a movie is Rec.709 as on a display, a DPX is film log, floating point is the working space.
    """
    if override not in ("", AUTO):
        return InputSpace(config.space(override), "chosen by hand")
    tags = read_tags(path, metadata)
    return _said(config, path, tags) or _ruled(config, path) or _by_kind(config, path, sample)


def _said(config: Config, path: Path, tags: Tags) -> InputSpace | None:
    if tags.interop:
        found = _of_interop(config, tags.interop)
        if found:
            return InputSpace(found, f"the file's colorInteropID is {tags.interop}")
    if tags.aces:
        return InputSpace(_named(config, "lin", "ap0"), "the file is an ACES container")
    linear = is_exr(path) or not tags.transfer
    if tags.chromaticities is not None and not tags.curve and linear:
        return _of_chromaticities(config, tags.chromaticities)
    if tags.curve:
        gamut = tags.gamut or "rec709"
        why = f"the file's transfer is {tags.transfer}"
        why += f", its primaries {tags.primaries}" if tags.gamut else ", its primaries unsaid: Rec.709"
        if tags.chromaticities is not None and not tags.gamut:
            own = named(tags.chromaticities)
            space = _named(config, tags.curve, own) if own else str(Encoding(tags.curve, tags.chromaticities))
            return InputSpace(space, f"the file's transfer is {tags.transfer}, with chromaticities")
        return InputSpace(_named(config, tags.curve, gamut), why)
    if tags.gamut and is_movie(path):
        return InputSpace(
            _named(config, "g24", tags.gamut),
            f"the file's primaries are {tags.primaries}, its transfer unsaid: BT.1886",
        )
    return None


def _of_interop(config: Config, key: str) -> str | None:
    plain = plain_id(key)
    if plain == "data":
        return data_space(config)
    found = config.by_interop(plain)
    if found:
        return found
    known = KNOWN.get(plain)
    if known and known.primaries in PRIMARIES:
        return str(Encoding(known.curve, PRIMARIES[known.primaries]))
    return None


def _of_chromaticities(config: Config, values: Primaries) -> InputSpace:
    name = named(values)
    if name:
        return InputSpace(_named(config, "lin", name), f"the file's chromaticities are those of {name}")
    return InputSpace(str(Encoding("lin", values)), "the file has chromaticities of its own: a matrix made from them")


def _ruled(config: Config, path: Path) -> InputSpace | None:
    space, index = config.raw.getColorSpaceFromFilepath(str(path))
    rules = config.raw.getFileRules()
    # The last rule is the one for everything else: it knows nothing of this file.
    if index >= rules.getNumEntries() - 1 or config.raw.getColorSpace(space) is None:
        return None
    return InputSpace(str(space), f"the file says nothing; rule {rules.getName(index)} of the OCIO config")


def _by_kind(config: Config, path: Path, sample: str) -> InputSpace:
    suffix = path.suffix.lower()
    if is_movie(path):
        return InputSpace(_named(config, "g24", "rec709"), "a movie that says nothing: Rec.709 on a BT.1886 display")
    if suffix in (".dpx", ".cin"):
        return InputSpace(_named(config, "cineon", "rec709"), "a film scan that says nothing: Cineon log")
    if sample.lower() in FLOAT_TYPES or (not sample and suffix in (".exr", ".hdr")):
        return InputSpace(config.working, "floating point that says nothing: the working space")
    return InputSpace(_named(config, "srgb", "rec709"), f"{sample or 'whole numbers'} that say nothing: sRGB")


def _named(config: Config, curve: str, primaries: str) -> str:
    """The config's space for an encoding; where it has none, the encoding itself."""
    keys = ids_of(curve, primaries)
    # A movie's curve is its display's: so of two spaces with one encoding, g24 means the display.
    for key in sorted(keys, key=lambda key: key.endswith("_display") != (curve in ("g24", "g26", "pq", "hlg"))):
        found = config.by_interop(key)
        if found:
            return found
    return str(Encoding(curve, PRIMARIES[primaries]))


def data_space(config: Config) -> str:
    """The space for numbers that are no colours."""
    for name in ("data", "Raw", "raw", "Utility - Raw"):
        space = config.raw.getColorSpace(name)
        if space is not None:
            return str(space.getName())
    raise ColorspaceError(
        f"the OCIO config {config.name} has no space for data", "give it the role data, or name a space by hand"
    )
