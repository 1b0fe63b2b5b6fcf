"""Consent: whose faces go into a render, who allowed it, and what stops a final render if nobody did."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

from nodegraph.data.errors import ConsentError, NodeError, NodegraphError
from nodegraph.data.frames import FrameRange
from nodegraph.data.identity import Consent, Identity
from nodegraph.engine.cache import Cache, default_budget
from nodegraph.engine.plan import Frames, Planner, in_order
from nodegraph.engine.run import Job, Runner
from nodegraph.engine.step import Step, Whole
from nodegraph.graph.context import UNSTAMPED, Stamp
from nodegraph.graph.graph import Graph

PREVIEW = "PREVIEW"
NOBODY: frozenset[Step] = frozenset()


def today() -> date:
    """The day on which consent must hold."""
    return date.today()


class Use(NamedTuple):
    """An identity that a frame shows, and what is wrong with its consent (nothing, if empty)."""

    node: str
    name: str
    consent: Consent
    problem: str

    @property
    def whose(self) -> str:
        return self.name or self.consent.subject or self.node


class Consents:
    """The identities that the frames of one render show, and what its files say of them."""

    def __init__(self, uses: Mapping[int, tuple[Use, ...]], production: str = "") -> None:
        self.uses = uses
        self.production = production

    @property
    def problems(self) -> list[str]:
        """What is wrong, node by node, in words."""
        frames: dict[Use, list[int]] = {}
        for frame, uses in self.uses.items():
            for use in uses:
                if use.problem:
                    frames.setdefault(use, []).append(frame)
        return [
            f"{use.node}: the identity {use.whose!r}: {use.problem}"
            + (f" (frames {FrameRange.of(at)})" if len(at) < len(self.uses) else "")
            for use, at in frames.items()
        ]

    def demand(self) -> None:
        """Raise if a final render may not be made."""
        problems = self.problems
        if problems:
            raise ConsentError(
                "no consent for a final render: " + "\n".join(problems),
                "enter the consent record on that node, or state there why none is needed (digital double, own face, "
                "public domain); or render with --preview, which marks every frame",
            )

    def stamp(self, frames: Iterable[int], preview: bool) -> Stamp:
        """What the files of these frames say: whose face is in them by whose leave, or that they are a preview."""
        uses = list(dict.fromkeys(use for frame in frames for use in self.uses.get(frame, ())))
        words: dict[str, list[str]] = {}
        for use in uses:
            words.setdefault(f"consent/{use.whose}", []).append(
                f"none: {use.problem}" if use.problem else leave(use.consent)
            )
        notes = {name: " | ".join(texts) for name, texts in words.items()}
        if uses and self.production:
            notes["production"] = self.production
        missing = list(dict.fromkeys(use.whose for use in uses if use.problem))
        text = PREVIEW + (f" - no consent for {', '.join(missing)}" if missing else "")
        return Stamp(text if preview else "", notes) if uses or preview else UNSTAMPED


def leave(consent: Consent) -> str:
    """The consent in one line, for a file's metadata."""
    if consent.reason:
        return f"none is needed: {consent.reason}" + (f"; subject: {consent.subject}" if consent.subject else "")
    rows = {
        "subject": consent.subject,
        "granted by": consent.granted_by,
        "scope": consent.scope,
        "production": consent.production,
        "expires": consent.expires.isoformat() if consent.expires else "",
        "document": consent.document,
    }
    return "; ".join(f"{name}: {text}" for name, text in rows.items() if text)


def preview_key(key: str, stamp: Stamp) -> str:
    """The key of a frame of a preview: never that of a final one, and another where the notice is another."""
    return blake2b(f"{key} {stamp.preview}".encode(), digest_size=16).hexdigest() if stamp.preview else key


def consents(planner: Planner, sink: str, frames: Frames, value: Callable[[Step], Any]) -> Consents:
    """Look up the consent of every identity that a sink's frames show; `value` runs a Step.

    It goes by the plan: an identity that no frame uses, as behind a Switch, is not asked about.
    """
    graph = planner.graph
    if not any(_gives_identity(graph.type_of(name)) for name in graph.nodes):
        return Consents({})
    found = _Found(planner)
    kind = graph.known_type(sink)
    steps: dict[int, frozenset[Step]] = {}
    if any(port.time == "clip" for port in kind.inputs):
        steps = dict.fromkeys(frames, found.below(planner.plan_sink(sink, frames).feed.step))
    else:
        for frame in frames:
            try:
                plan = planner.plan_sink(sink, frames, frame)
            except NodeError:
                continue  # the frame will fail, and say why
            steps[frame] = found.below(plan.feed.step)
    day, production = today(), graph.shot.production
    uses: dict[Step, list[Use]] = {}
    for step in dict.fromkeys(step for some in steps.values() for step in sorted(some, key=lambda each: each.node)):
        uses[step] = [
            Use(step.node, name, consent, consent.problem(day, production)) for name, consent in _given(step, value)
        ]
    shown = {
        frame: tuple(use for step in sorted(some, key=lambda each: each.node) for use in uses[step])
        for frame, some in steps.items()
    }
    return Consents(shown, production)


def demand(graph: Graph, sinks: Iterable[str], frames: Frames, folder: Path) -> None:
    """Raise if one of several sinks may not be rendered, before the first of them is."""
    planner = Planner(graph, folder)
    runner = Runner(planner, Cache(default_budget()))
    try:
        for sink in sinks:
            consents(planner, sink, frames, lambda step: runner.run(step, Job())).demand()
    finally:
        runner.loads.close()


def problems_of(graph: Graph, folder: Path, frames: Frames | None = None) -> list[str]:
    """What a final render of each sink would be stopped for, in words."""
    planner = Planner(graph, folder)
    runner = Runner(planner, Cache(default_budget()))
    found: dict[str, None] = {}
    try:
        for sink in graph.sinks():
            try:
                told = consents(planner, sink, frames or graph.shot.frames, lambda step: runner.run(step, Job()))
            except NodegraphError as fault:
                found[f"{sink}: whether there is consent cannot be told: {fault.message}"] = None
                continue
            found.update(dict.fromkeys(told.problems))
    finally:
        runner.loads.close()
    return list(found)


def _given(step: Step, value: Callable[[Step], Any]) -> list[tuple[str, Consent]]:
    """The identities that a Step gives: as its node says by its knobs alone or, if it cannot, by its result."""
    if step.kind.consent is not None:
        try:
            return [step.kind.consent(step.knobs)]
        except NodegraphError as fault:
            raise NodeError(step.node, step.frame, fault) from fault
    result = value(step)
    found = (each for each in (result if isinstance(result, tuple) else (result,)) if isinstance(each, Identity))
    return [(each.name, each.consent) for each in found]


def _gives_identity(kind: Any) -> bool:
    return kind is not None and any(issubclass(output.type, Identity) for output in kind.outputs)


class _Found:
    """The Steps that give identities below others; each Step, and each whole shot, is looked through once."""

    def __init__(self, planner: Planner) -> None:
        self.planner = planner
        self._steps: dict[Step, frozenset[Step]] = {}
        self._wholes: dict[tuple[str, str, tuple[int, ...]], frozenset[Step]] = {}

    def below(self, root: Step) -> frozenset[Step]:
        """The Steps that give identities to this one, or are one themselves."""
        for step in in_order(root, into_static=True):
            if step not in self._steps:
                found = NOBODY.union(*(self._steps[feed] for feed in step.feeds))
                for argument in step.arguments:
                    if isinstance(argument, Whole):
                        found |= self._whole(argument)
                self._steps[step] = found | {step} if _gives_identity(step.kind) else found
        return self._steps[root]

    def _whole(self, whole: Whole) -> frozenset[Step]:
        place = (whole.node, whole.output, tuple(whole.frames))
        if place not in self._wholes:
            feeds = (self.planner.feed(whole.node, frame, whole.output) for frame in whole.frames)
            self._wholes[place] = NOBODY.union(*(self.below(feed.step) for feed in feeds if feed is not None))
        return self._wholes[place]
