"""The shot's OCIO config: its colour spaces by any name they go by, its roles, displays and views."""

from __future__ import annotations

import difflib
import os
import threading
from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from nodegraph.colour.encoding import Encoding
from nodegraph.colour.interop import KNOWN, known_as, plain_id
from nodegraph.data.errors import ColorspaceError

DEFAULT = "ocio://default"
WORKING_ROLE = "scene_linear"


@dataclass(frozen=True, eq=False)
class Config:
    """An OCIO config as the rest of the program uses it. `raw` is the PyOpenColorIO object."""

    name: str
    raw: Any
    stamp: str  # changes when the file does
    made: dict[Hashable, Any] = field(default_factory=dict, repr=False)  # processors, by what they do
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    @property
    def spaces(self) -> tuple[str, ...]:
        """The names of all its active colour spaces, scene and display."""
        return tuple(str(name) for name in self.raw.getColorSpaceNames())

    @property
    def roles(self) -> dict[str, str]:
        """What each role stands for."""
        return {str(role): str(space) for role, space in self.raw.getRoles()}

    @property
    def working(self) -> str:
        """The scene-linear space that pixels on wires are in, unless the shot says otherwise."""
        space = self.raw.getColorSpace(WORKING_ROLE) or self.raw.getColorSpace("ACEScg")
        if space is None:
            raise ColorspaceError(
                f"the OCIO config {self.name} has no scene_linear role",
                "set the working space of the shot by name, or take another config",
            )
        return str(space.getName())

    @property
    def displays(self) -> tuple[str, ...]:
        return tuple(str(name) for name in self.raw.getDisplays())

    @property
    def default_display(self) -> str:
        return str(self.raw.getDefaultDisplay())

    def views(self, display: str = "") -> tuple[str, ...]:
        """The views of a display; of the default one, if none is named."""
        return tuple(str(name) for name in self.raw.getViews(self.display(display)))

    def display(self, name: str = "") -> str:
        """The display of this name, the default one for an empty name; a ColorspaceError if there is none."""
        if not name:
            return self.default_display
        for known in self.displays:
            if known.casefold() == name.casefold():
                return known
        raise self.unknown("display", name, self.displays)

    def view(self, display: str, name: str = "") -> str:
        """The view of a display, its default one for an empty name; a ColorspaceError if there is none."""
        display = self.display(display)
        if not name:
            return str(self.raw.getDefaultView(display))
        for known in self.views(display):
            if known.casefold() == name.casefold():
                return known
        raise self.unknown(f"view of {display}", name, self.views(display))

    def find(self, name: str) -> str | None:
        """The config's own name for a space, role, alias, interop ID or widely used name; None if it has none."""
        if not name:
            return None
        space = self.raw.getColorSpace(name)
        if space is not None:
            return str(space.getName())
        key = known_as(name)
        return self.by_interop(key) if key else None

    def by_interop(self, key: str) -> str | None:
        """The space with an interop ID, or one that is widely known to be it."""
        wanted = plain_id(key)
        for own, name in _interop_ids(self).items():
            if plain_id(own) == wanted:
                return name
        for other in (*(KNOWN[wanted].names if wanted in KNOWN else ()), wanted):
            space = self.raw.getColorSpace(other)
            if space is not None:
                return str(space.getName())
        return None

    def space(self, name: str) -> str:
        """The full name of a colour space, or the text of an encoding; a ColorspaceError if it is neither."""
        found = self.find(name)
        if found is not None:
            return found
        encoding = Encoding.parse(name)
        if encoding is not None:
            return str(encoding)
        raise self.unknown("colour space", name, (*self.spaces, *self._other_names()))

    def is_data(self, name: str) -> bool:
        """True for a space whose numbers are no colours: masks, normals, ids."""
        space = self.raw.getColorSpace(name)
        return bool(space is not None and space.isData())

    def interop_id(self, name: str) -> str:
        """The interop ID of a space; empty if it has none."""
        space = self.raw.getColorSpace(name)
        own = str(space.getInteropID()) if space is not None and hasattr(space, "getInteropID") else ""
        if own:
            return own
        if space is not None:
            if space.isData():
                return "data"
            for other in (str(space.getName()), *(str(alias) for alias in space.getAliases())):
                key = known_as(other)
                if key:
                    return key
        return ""

    def _other_names(self) -> tuple[str, ...]:
        aliases: list[str] = []
        for name in self.spaces:
            aliases += [str(alias) for alias in self.raw.getColorSpace(name).getAliases()]
        return (*self.roles, *aliases)

    def unknown(self, what: str, name: str, among: tuple[str, ...]) -> ColorspaceError:
        """The error for a name that is not there, with the nearest ones that are."""
        folded = {other.casefold(): other for other in among}
        near = difflib.get_close_matches(name.casefold(), folded, n=3, cutoff=0.45)
        near += [key for key in folded if name and name.casefold() in key and key not in near][: 3 - len(near)]
        hint = (
            "did you mean " + ", ".join(folded[key] for key in near) + "?" if near else f"it has {', '.join(among[:8])}"
        )
        return ColorspaceError(f"the OCIO config {self.name} has no {what} called {name!r}", hint)


def _interop_ids(config: Config) -> dict[str, str]:
    found: dict[str, str] | None = config.made.get("interop ids")
    if found is None:
        found = {}
        for name in config.spaces:
            space = config.raw.getColorSpace(name)
            own = str(space.getInteropID()) if hasattr(space, "getInteropID") else ""
            if own:
                found.setdefault(own, name)
        config.made["interop ids"] = found
    return found


def config_name(name: str = "") -> str:
    """Which config is meant: the one named, else $OCIO, else the built-in ACES config."""
    return name or os.environ.get("OCIO", "") or DEFAULT


def config_stamp(name: str = "") -> str:
    """What a result made with this config depends on: its name and, for a file, its size and time."""
    name = config_name(name)
    if name.startswith("ocio://"):
        return name
    try:
        state = Path(name).stat()
    except OSError:
        return f"{name} missing"
    return f"{name} {state.st_size} {state.st_mtime_ns}"


def load_config(name: str = "") -> Config:
    """The config called `name`: a path, a built-in (`ocio://…`), or by default $OCIO or the built-in ACES config."""
    return _load(config_name(name), config_stamp(name))


@lru_cache(maxsize=8)
def _load(name: str, stamp: str) -> Config:
    import PyOpenColorIO as ocio

    if not name.startswith("ocio://") and not Path(name).is_file():
        what = "is a folder" if Path(name).is_dir() else "is missing"
        raise ColorspaceError(f"the OCIO config {name} {what}", "set $OCIO, or the shot's config, to a .ocio file")
    try:
        raw = ocio.Config.CreateFromFile(name)
        if not name.startswith("ocio://"):
            raw.validate()
    except ocio.Exception as fault:
        if name.startswith("ocio://"):
            names = ", ".join(f"ocio://{entry[0]}" for entry in ocio.BuiltinConfigRegistry().getBuiltinConfigs())
            raise ColorspaceError(
                f"there is no built-in OCIO config {name}", f"there are ocio://default, {names}"
            ) from fault
        raise ColorspaceError(f"the OCIO config {name} cannot be read: {fault}", "check it with ociocheck") from fault
    # OCIO's own cache takes two cubes for one where only their entries differ; we keep our own.
    raw.setProcessorCacheFlags(ocio.PROCESSOR_CACHE_OFF)
    return Config(name, raw, stamp)
