"""Keys: which action a chord starts in which pane, how that is changed, and where two get in each other's way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from nodegraph.data.errors import GraphError
from nodegraph.editor.panels.commands import ACTIONS, Action, Pane
from nodegraph.editor.panels.settings import remember, remembered, settings_folder

MODIFIERS = {
    "ctrl": "Ctrl",
    "control": "Ctrl",
    "cmd": "Ctrl",
    "alt": "Alt",
    "option": "Alt",
    "shift": "Shift",
}
NAMED = (
    *("Tab", "Space", "Return", "Escape", "Delete", "Backspace", "Insert", "Home", "End", "PageUp", "PageDown"),
    *("Left", "Right", "Up", "Down", "Plus", *(f"F{n}" for n in range(1, 13)), *(f"Keypad{n}" for n in range(10))),
)
KEYS = {key.lower(): key for key in (*NAMED, *"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789`-=[]\\;',./")}
ALIASES = {"esc": "Escape", "del": "Delete", "ins": "Insert", "enter": "Return", "pgup": "PageUp", "pgdn": "PageDown"}
# What a field that someone types into wants for itself.
IN_FIELDS = frozenset({"A", "C", "V", "X", "Z", "Y", "Left", "Right", "Backspace", "Delete", "Home", "End"})


class Chord(NamedTuple):
    """A key with the modifiers that are held."""

    key: str
    ctrl: bool = False
    alt: bool = False
    shift: bool = False

    @classmethod
    def parse(cls, text: str) -> Chord:
        """From a text as `Ctrl+Shift+X`, in any order and case; a GraphError in words if it is none."""
        text = text.strip()
        if text.endswith("+"):  # Ctrl++ is Ctrl with the plus
            text = text[:-1] + "Plus"
        *words, last = [word.strip() for word in text.split("+")]
        held = set()
        for word in words:
            if word.lower() not in MODIFIERS:
                raise GraphError(f"{word!r} in {text!r} is no modifier", "there are Ctrl, Alt and Shift")
            held.add(MODIFIERS[word.lower()])
        key = ALIASES.get(last.lower()) or KEYS.get(last.lower())
        if key is None:
            why = "name a key besides" if last.lower() in MODIFIERS else "write it as Ctrl+Shift+X or PageUp"
            raise GraphError(f"{last!r} is no key", why)
        return cls(key, "Ctrl" in held, "Alt" in held, "Shift" in held)

    def __str__(self) -> str:
        held = [name for name, on in (("Ctrl", self.ctrl), ("Alt", self.alt), ("Shift", self.shift)) if on]
        return "+".join([*held, self.key])

    @property
    def passes_fields(self) -> bool:
        """True if it still starts its action while someone types into a field."""
        if self.key == "Escape" or (self.key.startswith("F") and len(self.key) > 1):
            return True
        return (self.ctrl and self.key not in IN_FIELDS) or (self.alt and self.shift)


class Conflict(NamedTuple):
    """One chord that would start several actions in a pane."""

    pane: Pane
    chord: Chord
    actions: tuple[str, ...]

    def __str__(self) -> str:
        labels = " and ".join(ACTIONS[name].label if name in ACTIONS else name for name in self.actions)
        place = "everywhere" if self.pane is Pane.WINDOW else f"in {self.pane.value}"
        return f"{self.chord} {place}: {labels}"


@dataclass(frozen=True)
class Bindings:
    """All keys as they are now. `changed` holds what the artist bound otherwise; an empty row is no key at all."""

    actions: Mapping[str, Action] = field(default_factory=lambda: ACTIONS)
    changed: Mapping[str, tuple[Chord, ...]] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    unknown: Mapping[str, Any] = field(default_factory=dict)  # of a newer program; kept in the file

    def chords(self, name: str) -> tuple[Chord, ...]:
        """The chords of an action."""
        found = self.changed.get(name)
        return found if found is not None else tuple(Chord.parse(text) for text in self.actions[name].keys)

    @cached_property
    def _by_chord(self) -> dict[Chord, list[Action]]:
        found: dict[Chord, list[Action]] = {}
        for action in self.actions.values():
            for chord in self.chords(action.name):
                found.setdefault(chord, []).append(action)
        return found

    def shown(self, name: str) -> str:
        """What a menu shows behind an action."""
        return ", ".join(map(str, self.chords(name)))

    def find(self, chord: Chord, pane: Pane) -> Action | None:
        """What a chord starts with the cursor over a pane: the pane's own action, else the window's."""
        found = self._by_chord.get(chord, [])
        own = [action for action in found if pane in action.panes]
        return next(iter([*own, *(action for action in found if Pane.WINDOW in action.panes)]), None)

    # -- binding otherwise -----------------------------------------------------------------------------

    def bound(self, name: str, chords: Iterable[Chord]) -> Bindings:
        """With an action on other chords; with none, on no key."""
        rows = tuple(dict.fromkeys(chords))
        changed = {key: value for key, value in self.changed.items() if key != name}
        if rows != tuple(Chord.parse(text) for text in self.actions[name].keys):
            changed[name] = rows
        return Bindings(self.actions, changed, self.problems, self.unknown)

    def taken_over(self, name: str, chord: Chord) -> Bindings:
        """With a chord given to an action, and taken from those that it would be in the way of."""
        result = self.bound(name, [*self.chords(name), chord])
        for other in self.taken(chord, name):
            result = result.bound(other, [each for each in result.chords(other) if each != chord])
        return result

    def reset(self, name: str) -> Bindings:
        """With an action on the keys it came with."""
        changed = {key: value for key, value in self.changed.items() if key != name}
        return Bindings(self.actions, changed, self.problems, self.unknown)

    def taken(self, chord: Chord, name: str) -> tuple[str, ...]:
        """The other actions that have this chord where this action would want it."""
        panes = self.actions[name].panes
        return tuple(
            other.name
            for other in self.actions.values()
            if other.name != name and chord in self.chords(other.name) and _meet(panes, other.panes)
        )

    def conflicts(self) -> tuple[Conflict, ...]:
        """Every chord that starts more than one action in a pane, pane by pane."""
        rows = []
        for pane in Pane:
            here: dict[Chord, list[str]] = {}
            for action in self.actions.values():
                if pane in action.panes or Pane.WINDOW in action.panes:
                    for chord in self.chords(action.name):
                        here.setdefault(chord, []).append(action.name)
            for chord, names in here.items():
                own = any(pane in self.actions[name].panes for name in names)
                if len(names) > 1 and own:
                    rows.append(Conflict(pane, chord, tuple(names)))
        return tuple(rows)

    # -- the file --------------------------------------------------------------------------------------

    @classmethod
    def load(cls, path: Path | None = None, actions: Mapping[str, Action] = ACTIONS) -> Bindings:
        """From the artist's settings; what is wrong in them is told in `problems` and left at its default."""
        changed: dict[str, tuple[Chord, ...]] = {}
        unknown: dict[str, Any] = {}
        problems: list[str] = []
        for name, texts in remembered(path or keys_file()).items():
            if name not in actions:
                unknown[name] = texts
                continue
            try:
                changed[name] = tuple(Chord.parse(text) for text in _list(name, texts))
            except GraphError as fault:
                problems.append(f"{actions[name].label}: {fault.message}")
        return cls(actions, changed, tuple(problems), unknown)

    def save(self, path: Path | None = None) -> None:
        """Keep what differs from the keys it came with."""
        rows = {name: [str(chord) for chord in chords] for name, chords in self.changed.items()}
        remember(path or keys_file(), {**self.unknown, **rows})


def keys_file() -> Path:
    """Where an artist's own keys are."""
    return settings_folder() / "keys.json"


def _list(name: str, value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise GraphError(f"the keys of {name} are no list of texts", 'write ["Ctrl+X"]')
    return value


def _meet(one: frozenset[Pane], other: frozenset[Pane]) -> bool:
    return bool(one & other) or Pane.WINDOW in one | other
