"""The planner: a graph and a frame become Steps, with knobs, wires and keys settled."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any

from nodegraph.data.crop import Crops
from nodegraph.data.errors import GraphError, NodeError, NodegraphError
from nodegraph.data.faces import Faces
from nodegraph.data.image import Matte
from nodegraph.data.shot import Frame, Moves, Shot
from nodegraph.engine.index import Entry, Index, Source
from nodegraph.engine.step import Argument, Fed, Feed, Given, Near, Step, Told, Whole
from nodegraph.graph.graph import Graph
from nodegraph.graph.knob import File
from nodegraph.graph.node import Knobs, NodeType, Port

NOTHING = bytes(17)  # in a key, an optional input that gets nothing
PEOPLE = (Faces, Crops)
REMEMBERED = 20_000  # Steps kept to be found again; a plan holds on to its own

Frames = range | tuple[int, ...]
Want = tuple[Entry, str, int]  # what a wire asks for: a node, its output, the frame


@dataclass(frozen=True, eq=False)
class Plan:
    """What must run for one node at one frame."""

    node: str
    frame: int
    feed: Feed

    @cached_property
    def steps(self) -> list[Step]:
        """Every Step, each after those it waits for."""
        return in_order(self.feed.step, into_static=True)


def in_order(root: Step, *, into_static: bool) -> list[Step]:
    """The Steps below one, each after its feeds; static ones stand for all below them unless asked for."""
    found: dict[Step, None] = {}
    todo: list[tuple[Step, bool]] = [(root, False)]
    while todo:
        step, ready = todo.pop()
        if ready or (step.static and not into_static):
            found.setdefault(step)
        elif step not in found:
            todo.append((step, True))
            todo += [(feed, False) for feed in step.feeds if feed not in found]
    return list(found)


class _Draft:
    """A node at a frame that waits for its feeds to be planned."""

    __slots__ = ("entry", "feeds", "frame", "kind", "knobs", "moves", "output", "said", "wants", "windows")

    def __init__(self, entry: Entry, output: str, frame: int) -> None:
        self.entry = entry
        self.output = output
        self.frame = frame
        self.kind: NodeType | None = None  # None: it passes its one feed on
        self.knobs: Mapping[str, Any] = entry.fixed
        self.said: dict[str, Any] = {}
        self.moves = Moves()
        self.wants: list[Want] = []
        self.windows: dict[str, tuple[int, ...]] = {}
        self.feeds: list[Feed | None] = []


class Planner:
    """Plans one graph. A new graph takes a new planner; file stamps are looked at anew after `refresh`."""

    def __init__(self, graph: Graph, folder: Path | None = None) -> None:
        self.graph = graph
        self.folder = (folder or Path()).resolve()
        self.index = Index(graph, self.folder)
        self._lock = threading.RLock()
        self._known: dict[bytes, Step] = {}
        self._share = max(64, REMEMBERED // max(1, len(graph.nodes)))

    def plan(self, node: str, frame: int, output: str = "") -> Plan:
        """All that must run to have a node's result at a frame."""
        feed = self.feed(node, frame, output)
        if feed is None:
            raise GraphError(
                f"{node} is disabled and has nothing to pass on", "enable it, or wire something of its type to it"
            )
        return Plan(node, frame, feed)

    def plan_sink(self, node: str, frames: Frames, frame: int | None = None) -> Plan:
        """The same for a sink, which is to see these frames only where it wants the whole shot."""
        with self._lock:
            entry = self.index.entry(node)
            draft = self._begin(entry, "", frames[0] if frame is None else frame, sink=True)
            for want in draft.wants:
                draft.feeds.append(self._find(*want))
            return Plan(node, draft.frame, Feed(self._step(draft, frames)))

    def once(self, node: str, frames: Frames) -> bool:
        """True of a sink that wants the whole shot, and of one that is the same at every frame, as a file of tracks."""
        kind = self.graph.known_type(node)
        if any(port.time == "clip" for port in kind.inputs):
            return True
        if kind.sees_frame or len(frames) < 2:
            return False
        try:
            first, *others = (self.plan_sink(node, frames, frame).feed.step.key for frame in frames)
        except NodegraphError:
            return False  # told where it is rendered
        return all(key == first for key in others)

    def feed(self, node: str, frame: int, output: str = "") -> Feed | None:
        """The Step that a wire from this node brings; None if a disabled node passes nothing on."""
        with self._lock:
            return self._find(self.index.entry(node), output, frame)

    def refresh(self) -> None:
        """Forget Steps, so that files on disk are looked at anew."""
        with self._lock:
            self._known.clear()
            for entry in self.index.entries.values():
                entry.always = None
                entry.memo.clear()
                entry.passed.clear()

    def _find(self, entry: Entry, output: str, frame: int) -> Feed | None:
        """Walk up the wires with a stack of our own: a graph may be deeper than Python's."""
        known, feed = self._look(entry, output, frame)
        if known:
            return feed
        stack = [self._begin(entry, output, frame)]
        while True:
            draft = stack[-1]
            while len(draft.feeds) < len(draft.wants):
                want = draft.wants[len(draft.feeds)]
                known, feed = self._look(*want)
                if not known:
                    stack.append(self._begin(*want))
                    break
                draft.feeds.append(feed)
            else:
                feed = self._finish(draft)
                stack.pop()
                if not stack:
                    return feed
                stack[-1].feeds.append(feed)

    def _look(self, entry: Entry, output: str, frame: int) -> tuple[bool, Feed | None]:
        step = entry.always or entry.memo.get(frame)
        if step is not None:
            return True, Feed(step, _pick(step.kind, output))
        if (frame, output) in entry.passed:
            return True, entry.passed[frame, output]
        return False, None

    # -- one node ----------------------------------------------------------------------------------

    def _begin(self, entry: Entry, output: str, frame: int, sink: bool = False) -> _Draft:
        if entry.problem is not None:
            raise entry.problem
        draft = _Draft(entry, output, frame)
        kind = entry.kind
        if kind is None or entry.disabled or (kind.sink and not sink):
            passed = _passed(entry, output)
            if passed is not None:
                draft.wants.append((passed.entry, passed.wire.output, frame))
            return draft
        if entry.moving:
            self._move(draft)
        if kind.identity is not None:
            port = self._ask(draft, kind.identity, frame)
            if port is not None:
                name, at = (port, frame) if isinstance(port, str) else port
                source = entry.wired.get(name)
                if source is not None:
                    draft.wants.append((source.entry, source.wire.output, int(at)))
                    return draft
                if kind.port(name) is None:
                    raise GraphError(f"{entry.name} would pass on its input {name}, which a {kind.name} does not have")
        draft.kind = kind
        for each in kind.inputs:
            sources = entry.ports[each.name]
            if each.time == "window" and sources:
                frames = tuple(dict.fromkeys(self._ask(draft, kind.frames, frame))) if kind.frames else (frame,)
                if issubclass(each.type, PEOPLE):  # beyond the shot pictures are held, but nobody is in them
                    frames = tuple(at for at in frames if at == frame or at in self.graph.shot.frames)
                draft.windows[each.name] = frames
                draft.wants += [(source.entry, source.wire.output, at) for source in sources for at in frames]
            elif each.time == "frame":
                draft.wants += [(source.entry, source.wire.output, frame) for source in sources]
        return draft

    def _ask(self, draft: _Draft, question: Callable[[int, Knobs], Any], frame: int) -> Any:
        """Ask the node type about a frame; what goes wrong there is told with node and frame."""
        try:
            return question(frame, draft.knobs)
        except Exception as fault:
            raise NodeError(draft.entry.name, draft.frame, fault) from fault

    def _move(self, draft: _Draft) -> None:
        """Settle the knobs that move: at the frame, and at the moments that the node's shutter asks for."""
        draft.knobs, said = self._knobs_at(draft.entry, draft.frame)
        draft.said.update(said)
        kind = draft.entry.kind
        if kind is None or kind.shutter is None:
            return
        shutter = kind.shutter
        moments = self._ask(draft, lambda _, knobs: shutter(knobs), draft.frame)
        moves = [self._knobs_at(draft.entry, draft.frame + moment) for moment in moments]
        if any(move[1] != said for move in moves):
            draft.moves = Moves(knobs for knobs, _ in moves)
            draft.said[""] = [said for _, said in moves]

    def _knobs_at(self, entry: Entry, frame: float) -> tuple[dict[str, Any], dict[str, Any]]:
        """All knobs at a frame, and those that move as they go into the key."""
        knobs, said = dict(entry.fixed), {}
        for knob in entry.moving:
            value = self.graph.value(entry.name, knob.name, frame)
            knobs[knob.name] = self.index.file(value) if isinstance(value, File) else value
            said[knob.name] = self.index.said(value, knob)
        return knobs, said

    def _finish(self, draft: _Draft) -> Feed | None:
        entry = draft.entry
        if draft.kind is not None:
            step = self._step(draft)
            _remember(entry.memo, draft.frame, step, self._share)
            return Feed(step, _pick(draft.kind, draft.output))
        feed = draft.feeds[0] if draft.feeds else None
        if feed is not None and (entry.forks or draft.wants[0][2] != draft.frame):
            feed.step.store = True
        _remember(entry.passed, (draft.frame, draft.output), feed, self._share)
        return feed

    def _step(self, draft: _Draft, clip: Frames | None = None) -> Step:
        entry, kind = draft.entry, draft.kind
        if kind is None:
            raise GraphError(f"{entry.name} is disabled", "enable it to render it")
        digest = entry.with_knobs(draft.said) if draft.said else entry.prefix.copy()
        said: list[Any] = []
        if kind.sees_frame:
            said.append(draft.frame)
        if kind.fingerprint is not None:
            said.append(self._ask(draft, kind.fingerprint, draft.frame if kind.sees_frame else self.graph.shot.first))
        static = not (entry.moving or kind.sees_frame or draft.windows or kind.sink)
        feeds: dict[Step, int] = {}
        bound: dict[str, list[Argument]] = {}
        follow = iter(draft.feeds)
        always = True
        for port in kind.inputs:
            sources = entry.ports[port.name]
            arguments: list[Argument] = []
            for source in sources:
                if port.time == "clip":
                    frames = clip if clip is not None else self.graph.shot.frames
                    whole = Whole(frames, source.entry.name, source.wire.output, _is_matte(port))
                    digest.update(self._clip_key(source, frames, entry))
                    arguments.append(whole)
                    continue
                if port.time == "window":
                    window = draft.windows[port.name]
                    said.append([draft.frame, *window])
                    feds = tuple(_fed(next(follow), port, source, entry, feeds, digest) for _ in window)
                    arguments.append(Near(draft.frame, window, feds))
                    continue
                arguments.append(_fed(next(follow), port, source, entry, feeds, digest) or Given(None))
                always = always and source.entry.always is not None
            digest.update(b"%d," % len(arguments))
            bound[port.name] = arguments
        static = static and all(feed.static for feed in feeds)
        if said:
            digest.update(json.dumps(said).encode())
        key = digest.digest()
        found = self._known.get(key)
        if found is not None and found.kind is kind and clip is None:
            if found.frame != draft.frame and not found.static:
                found.store = True  # the same result at several frames: a held frame, a clip that repeats
            step = found
        else:
            step = Step(
                entry.name,
                kind,
                None if static else draft.frame,
                draft.knobs,
                _arguments(kind, bound, draft, self.index.shot),
                tuple(feeds),
                key,
                static,
                entry.forks,
            )
            _remember(self._known, key, step, REMEMBERED)
        if step.static and always and kind.identity is None and clip is None:
            entry.always = step
        return step

    def _clip_key(self, source: Source, frames: Frames, entry: Entry) -> bytes:
        digest = blake2b(json.dumps(list(frames)).encode(), digest_size=16)
        for frame in frames:
            feed = self._find(source.entry, source.wire.output, frame)
            if feed is None:
                raise _nothing(entry, source)
            digest.update(feed.step.key + bytes((feed.pick + 1,)))
        return digest.digest()


def _passed(entry: Entry, output: str) -> Source | None:
    """What a node that is switched off passes on: its first input of the type that is asked for."""
    kind = entry.kind
    if kind is None:
        return entry.wired.get("image") or next(iter(entry.wired.values()), None)
    asked = kind.output(output)
    for port in kind.inputs:
        if asked is None or kind.sink or issubclass(port.type, asked.type):
            return next((entry.wired[name] for name in sorted(entry.wired) if kind.port(name) == port), None)
    return None


def _fed(
    feed: Feed | None, port: Port, source: Source, entry: Entry, feeds: dict[Step, int], digest: blake2b
) -> Fed | None:
    if feed is None:
        if not port.optional:
            raise _nothing(entry, source)
        digest.update(NOTHING)
        return None
    digest.update(feed.step.key + bytes((feed.pick + 1,)))
    return Fed(feeds.setdefault(feed.step, len(feeds)), feed.pick, _is_matte(port))


def _nothing(entry: Entry, source: Source) -> GraphError:
    return GraphError(
        f"{entry.name} gets nothing from {source.wire}, which is switched off and has nothing to pass on",
        f"enable {source.wire.node}, or wire {entry.name} to something else",
    )


def _arguments(kind: NodeType, bound: dict[str, list[Argument]], draft: _Draft, shot: Shot) -> tuple[Argument, ...]:
    result: list[Argument] = []
    for name in kind.order:
        handed = kind.handed_in.get(name)
        if handed is None:
            arguments = bound[name]
            result += arguments or ([] if _many(kind, name) else [Given(None)])
        elif handed is Frame:
            result.append(Given(Frame(draft.frame)))
        elif handed is Moves:
            result.append(Given(draft.moves))
        else:
            result.append(Given(shot) if handed is Shot else Told())
    return tuple(result)


def _many(kind: NodeType, name: str) -> bool:
    port = kind.port(name)
    return port is not None and port.many


def _is_matte(port: Port) -> bool:
    return port.type is Matte


def _pick(kind: NodeType, output: str) -> int:
    if len(kind.outputs) < 2:
        return -1
    return next((i for i, each in enumerate(kind.outputs) if each.name == output), 0)


def _remember(memo: dict[Any, Any], key: Any, value: Any, most: int) -> None:
    """Keep something in a dict that forgets its older half when full."""
    if len(memo) >= most:
        for old in list(memo)[: most // 2]:
            del memo[old]
    memo[key] = value
