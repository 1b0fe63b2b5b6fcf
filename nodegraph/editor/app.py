"""The editor: one session, one state, and the panes that show it."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from nodegraph.data.errors import NodegraphError
from nodegraph.editor.asking import Asked, FileWanted
from nodegraph.editor.canvas.picked import Picked
from nodegraph.editor.first_look import first_look
from nodegraph.editor.pane import Pane, Start
from nodegraph.editor.panels.bindings import Bindings, Chord
from nodegraph.editor.panels.commands import Pane as Place
from nodegraph.editor.panels.files import readable
from nodegraph.editor.panels.recovery import Autosaver
from nodegraph.editor.returning import Returning
from nodegraph.editor.state import State
from nodegraph.editor.untitled import Untitled
from nodegraph.engine.events import Event, NodeProgress, Warned
from nodegraph.engine.session import Session
from nodegraph.graph.document import Document, save
from nodegraph.graph.graph import Graph

ROUNDS = 8  # of drawing before a frame, where drawing changes what is to be drawn


class App:
    """What panes ask for. Everything here is called on the main thread, save `post`."""

    def __init__(
        self, document: Document, *, wake: Callable[[], None] = lambda: None, memory: int | None = None
    ) -> None:
        self.inbox: queue.SimpleQueue[Callable[[], object]] = queue.SimpleQueue()
        self.wake = wake
        self.memory = memory  # bytes for pictures
        self.wake_in: Callable[[float, str], None] = lambda _seconds, _name: None  # a sleeping window wakes up then
        self.panes: list[Pane] = []
        self.bindings = Bindings.load()
        self.said: tuple[str, bool] = ("", False)  # the status line, and whether it is a complaint
        self.closing = False
        self.scale = 1.0  # pixels for one, on fine screens
        self.guard: Callable[..., Any] = lambda work, *given: work(*given)  # the window's own tells what failed
        self.ask: Callable[[Asked], None] = lambda _asked: None  # the window asks
        self.bring: Callable[[Pane], None] = lambda _pane: None  # the window has a pane's tab come to the front
        self._own: dict[str, Start] = {"undo": self.undo, "redo": self.redo, "save": self.save}
        self._drawn: State | None = None
        self.autosaved: float | None = None  # when, in seconds since 1970
        self.working = ""  # what is computed now
        self._opened = 0  # how many documents were
        self.untitled = Untitled()
        self._begin(document)

    def _begin(self, document: Document) -> None:
        shot = document.graph.shot
        self._opened += 1
        number = self._opened
        self.session = Session(
            document.graph,
            root=document.folder,
            kept=self.untitled.folder(document),
            memory=self.memory,
            on_event=lambda event: self._heard(number, event),
        )
        self.autosaver = Autosaver(document)
        self.returning = Returning()
        self._saved: Graph | None = document.graph
        self.state = State(document, shot.first, shot.first, shot.last, inputs=first_look(document.graph))

    # -- what panes ask for ------------------------------------------------------------------------------

    def edit(self, label: str, graph: Graph, merge: str = "", picked: Picked | None = None) -> None:
        """Go on with a new graph: one step of undo, or part of one, if `merge` names a gesture that goes on.

        A graph that says the same as the one before is none, as when what has no wires is taken out of its wires.
        """
        if graph == self.state.graph:
            if picked is not None:
                self.pick(picked)
            return
        if self.state.document.read_only:
            self.say("a newer program wrote this file: it is open for looking only; save it under another name", True)
            return
        self.session.edit(label, graph, merge)
        after = self.returning.without(self.state, self.session.graph)
        if picked is not None:
            after = replace(after, picked=picked.within(after.graph))
        self.state = replace(after, changed=after.graph is not self._saved)
        self.autosaver.edited(time.monotonic())

    def undo(self) -> None:
        """Take back the last step."""
        label = self.session.undo_label
        if label:
            self._stepped(self.session.undo)
        self.say(f"undone: {label}" if label else "nothing to undo")

    def redo(self) -> None:
        """Do again what was taken back."""
        label = self.session.redo_label
        if label:
            self._stepped(self.session.redo)
        self.say(f"done again: {label}" if label else "nothing to do again")

    def _stepped(self, step: Callable[[], Graph]) -> None:
        graph = step()
        self.state = replace(self.returning.back(self.state, graph), changed=graph is not self._saved)
        self.autosaver.edited(time.monotonic())

    def change(self, **fields: Any) -> None:
        """Another state: other frame, selection, panels or viewer input. Drawn before the next frame."""
        self.state = replace(self.state, **fields)

    def pick(self, picked: Picked) -> None:
        """Select."""
        self.change(picked=picked)

    def goto(self, frame: int) -> None:
        """Go to a frame."""
        self.change(frame=frame)

    def look(self, node: str, slot: int = 1) -> None:
        """Wire a node to an input of the viewer, and look at it."""
        self.change(inputs=MappingProxyType({**self.state.inputs, slot: node}), shown=slot)

    def say(self, text: str, complaint: bool = False) -> None:
        """Tell the artist something in the status line."""
        self.said = (readable(text), complaint)

    def browse(
        self, title: str, path: str, took: Callable[[str], None], *, saves: bool = False, folders: bool = False
    ) -> None:
        """Ask the artist for a file, beginning at a path; `took` is called with the one that was chosen."""
        start = Path(path) if path else None
        folder = start if start is not None and start.is_dir() else start.parent if start is not None else None
        name = start.name if start is not None and start != folder else ""
        self.ask(FileWanted(title, took, folder, saving=saves, name=name, or_folder=folders))

    def start(self, action: str, pane: Place | None = None) -> bool:
        """Start an action by its name: the pane's own, else the window's."""
        for each in self.panes:
            if each.place is pane and action in each.actions():
                return self.guarded(each.actions()[action])
        found = self._own.get(action) or next(
            (each.actions()[action] for each in self.panes if action in each.actions()), None
        )
        return found is not None and self.guarded(found)

    def offer(self, actions: Mapping[str, Start]) -> None:
        """Have the window's own actions found by their names."""
        self._own.update(actions)

    def can(self, action: str) -> bool:
        """True if an action does something in this window."""
        return action in self._own or any(action in pane.actions() for pane in self.panes)

    def key(self, chord: Chord, pane: Place) -> bool:
        """A key over a pane: the action bound to it, else what the pane itself makes of it."""
        action = self.bindings.find(chord, pane)
        if action is not None and self.start(action.name, pane):
            return True
        used = any(self.guard(each.key, chord) is True for each in self.panes if each.place is pane)
        if not used and chord.key != "Escape":
            self.say(f"{chord} does nothing {'here' if pane is Place.WINDOW else f'over the {pane.value}'}")
        return used

    def guarded(self, work: Callable[[], Any]) -> bool:
        """Do something that may fail: the artist is told, and the window lives on."""
        try:
            self.guard(work)
        except NodegraphError as fault:
            self.say(str(fault), True)
        return True

    def post(self, work: Callable[[], object]) -> None:
        """Have something done on the main thread, from any thread; a sleeping window wakes up."""
        self.inbox.put(work)
        self.wake()

    # -- files -------------------------------------------------------------------------------------------

    def open(self, document: Document) -> None:
        """Work on another document; who calls has asked whether the old one is to be saved."""
        # A node that is at work ends in its own time: the window does not wait for it.
        threading.Thread(target=self.session.close, name="leaving").start()
        self.working = ""
        self._begin(document)
        self.autosaved = None

    def recovered(self, document: Document) -> None:
        """Work on what an autosave held: it is not saved yet."""
        self.open(document)
        self._saved = None
        self.change(changed=True)

    def save(self, path: Path | None = None) -> None:
        """Save, under another name if one is given."""
        target = path or self.state.document.path
        if target is None:
            self.start("save_as")
            return
        save(self.state.document, target)
        if target != self.state.document.path:
            self.autosaver.closed(self.state.document)  # what it kept is safe under the new name
        document = replace(self.state.document, path=target, read_only=False)
        self._saved = document.graph
        if document.folder != self.session.root or self.session.kept is not None:
            self.untitled.settle(self.session.kept, document)
            self.session.settle(document.folder)
        self.change(document=document, changed=False)
        self.autosaver.saved(document)
        self.say(f"saved {target.name}")

    # -- one turn of the loop ----------------------------------------------------------------------------

    def turn(self, now: float) -> bool:
        """Do what has come in, and draw what differs; True while something moves."""
        while not self.inbox.empty():
            self.guarded(self.inbox.get())
        moving = [self.guard(pane.tick, now) is True for pane in self.panes]
        for _ in range(ROUNDS):
            if not self.is_stale:
                break
            old, self._drawn = self._drawn, self.state
            for pane in self.panes:
                self.guard(pane.sync, old, self._drawn)
        problem = self.autosaver.problem
        if self.autosaver.poll(self.state.document, now):
            self.autosaved = time.time()
        elif self.autosaver.problem != problem:
            self.say(self.autosaver.problem, True)
        return any(moving)

    @property
    def is_stale(self) -> bool:
        """True if the window does not show the state as it is."""
        return self._drawn is not self.state

    def close(self) -> None:
        """The window goes. The session is closed once it is gone, since that may wait for a node at work."""
        for pane in self.panes:
            self.guard(pane.close)
        self.session.stop()

    def _heard(self, number: int, event: Event) -> None:
        if number == self._opened:
            self.post(lambda: self._told(event))

    def _told(self, event: Event) -> None:
        match event:
            case NodeProgress(done=done) if done >= 1:
                self.working = ""
            case NodeProgress(node, frame, done, message):
                at = "" if frame is None else f" at {frame}"
                self.working = f"{node}{at}: {message or 'at work'} {done:.0%}"
            case Warned(node, frame, message):
                self.say(f"{node}: {message}")


def faults_of(faults: Mapping[str, str]) -> Mapping[str, str]:
    """Faults by node, as a state holds them."""
    return MappingProxyType({name: readable(fault) for name, fault in faults.items()})
