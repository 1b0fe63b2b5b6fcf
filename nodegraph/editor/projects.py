"""Projects: new, open, save, version up, recover, close; nothing that is not saved goes without a question."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from nodegraph.data.errors import DocumentError, NodegraphError
from nodegraph.editor.app import App
from nodegraph.editor.asking import Answer, FileWanted, Question
from nodegraph.editor.canvas.picked import nodes
from nodegraph.editor.new_shot import new_shot
from nodegraph.editor.pane import Start
from nodegraph.editor.panels import recovery, versions
from nodegraph.editor.panels.files import GRAPH, Places, Sort
from nodegraph.editor.panels.recovery import Found
from nodegraph.graph.document import Document, load
from nodegraph.graph.graph import Graph

PICTURES = frozenset({Sort.MOVIE, Sort.SEQUENCE, Sort.PICTURE})


class Projects:
    """What the File menu does."""

    def __init__(self, app: App) -> None:
        self.app = app

    def actions(self) -> Mapping[str, Start]:
        """By their names in the list of commands."""
        return {
            "new": lambda: self.leaving(self.new),
            "open": lambda: self.leaving(self.ask_open),
            "save": self.save,
            "save_as": self.save_as,
            "version_up": self.version_up,
            "recover": self.recover,
            "close": lambda: self.leaving(self.new),
            "quit": lambda: self.leaving(self.quit),
        }

    # -- leaving -----------------------------------------------------------------------------------------

    def leaving(self, then: Callable[[], None]) -> None:
        """Go on once the open document is safe: saved, or let go by word."""
        document = self.app.state.document
        if not recovery.is_changed(document):
            self.app.autosaver.closed(document)
            then()
            return
        name = document.path.name if document.path else "this new graph"

        def dropped() -> None:
            self.app.autosaver.closed(document)
            then()

        answers = (
            Answer("Save", lambda: self.save(then)),
            Answer("Do not save", dropped),
            Answer("Cancel"),
        )
        self.app.ask(Question("Save first?", f"{name} has changes that are not saved.", answers))

    def quit(self) -> None:
        """End the program."""
        self.app.closing = True

    def new(self) -> None:
        """An empty graph."""
        self.app.open(Document(Graph(self.app.state.graph.library)))

    # -- opening -----------------------------------------------------------------------------------------

    def ask_open(self) -> None:
        """Choose a project."""
        folder = self.app.state.document.path
        self.app.ask(
            FileWanted(
                "Open a project",
                lambda path: self.open(Path(path)),
                folder.parent if folder else None,
                frozenset({Sort.GRAPH}),
            )
        )

    def open(self, path: Path) -> None:
        """Open a project; if an autosave knows more, ask which."""
        library = self.app.state.graph.library
        document = load(path, library, strict=False)
        row = recovery.found(path)
        if row is None:
            self.opened(document)
            return
        when = time.strftime("%H:%M on %d %B", time.localtime(row.changed))
        answers = (
            Answer("Recover", lambda: self._recovered(row, recovery.recovered(row, library))),
            Answer("Open as saved", lambda: self.opened(document)),
        )
        text = f"There is an autosave of {path.name} from {when} that holds more than the file."
        self.app.ask(Question("Recover unsaved work?", text, answers))

    def opened(self, document: Document) -> None:
        """Work on a document that was just loaded."""
        self.app.open(document)
        if document.path is not None:
            Places.load().opened(document.path.resolve()).save()
        if document.read_only:
            self.app.say("a newer program wrote this file: it is open for looking only", True)
        elif document.problems:
            count = len(document.problems)
            self.app.say(document.problems[0] + (f" (and {count - 1} more)" if count > 1 else ""), True)

    def _recover(self, row: Found) -> None:
        """It is read before the open document is left, whose own autosave it may be: that one goes with it."""
        document = recovery.recovered(row, self.app.state.graph.library)
        self.leaving(lambda: self._recovered(row, document))

    def _recovered(self, row: Found, document: Document) -> None:
        self.app.recovered(document)
        self.app.autosaver.took_over(row, document, time.monotonic())
        self.app.say("recovered; save to keep it")

    def recover(self) -> None:
        """Find work that was never saved, newest first."""
        path = self.app.state.document.path
        rows = [row for row in (recovery.found(path) if path else None, *recovery.untitled()) if row is not None]
        if not rows:
            self.app.say("there is no autosave that holds more than what is saved")
            return
        answers = [Answer(_told(row), partial(self._recover, row)) for row in rows[:5]]
        self.app.ask(Question("Recover an autosave", "Which one?", (*answers, Answer("Cancel"))))

    def check(self) -> None:
        """At the start: if the last editor ended badly, offer what it was at."""
        document = self.app.state.document
        if document.path is not None:
            row = recovery.found(document.path)
            if row is not None:
                self.open(document.path)
            else:
                self.opened(document)
        elif recovery.untitled():
            self.app.say("there is unsaved work of an editor that ended: File, Recover an autosave")

    # -- saving ------------------------------------------------------------------------------------------

    def save(self, then: Callable[[], None] | None = None) -> None:
        """Save under its name, or ask for one."""
        if self.app.state.document.path is None or self.app.state.document.read_only:
            self.save_as(then)
            return
        self.app.save()
        if then is not None:
            then()

    def save_as(self, then: Callable[[], None] | None = None) -> None:
        """Save under another name."""
        document = self.app.state.document
        name = document.path.name if document.path else f"{document.graph.shot.name}_v001{GRAPH}"

        def take(text: str) -> None:
            path = Path(text)
            if path.exists() and path != document.path:
                answers = (Answer("Replace", lambda: self._save_to(path, then)), Answer("Cancel"))
                words = f"{path.name} is there already. A backup of it is kept."
                self.app.ask(Question("Replace the file?", words, answers))
            else:
                self._save_to(path, then)

        folder = document.path.parent if document.path else None
        sorts = frozenset({Sort.GRAPH})
        self.app.ask(FileWanted("Save the project", take, folder, sorts, saving=True, name=name, suffix=GRAPH))

    def _save_to(self, path: Path, then: Callable[[], None] | None) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise DocumentError(f"{path.parent} cannot be made: {fault.strerror}", "save it elsewhere") from fault
        self.app.save(path)
        Places.load().opened(path.resolve()).save()
        if then is not None:
            then()

    def version_up(self) -> None:
        """Save as the next version, writers with it."""
        document = versions.version_up(self.app.state.document)
        if document.path is None:
            return
        left = versions.not_versioned(document.graph)
        self.app.edit(f"Version {document.path.name}", document.graph)
        self.app.save(document.path)
        Places.load().opened(document.path.resolve()).save()
        if left:
            self.app.say(
                f"saved {document.path.name}; {', '.join(left)} say no version and write where they wrote", True
            )

    # -- ways in -----------------------------------------------------------------------------------------

    def ask_shot(self) -> None:
        """Choose a movie or a sequence for a new shot."""
        self.app.ask(FileWanted("A movie or sequence for the new shot", self.shot, sorts=PICTURES))

    def shot(self, path: str) -> None:
        """A new shot from a movie, sequence or picture."""
        library = self.app.state.graph.library

        def begin() -> None:
            self.app.open(new_shot(library, path))
            self.app.look("Read1")
            self.app.pick(nodes("Read1"))  # what is put in now is wired to it

        self.leaving(begin)

    def demo(self, folder: Path | None = None) -> None:
        """Make the sample project aside, and open it when it is there."""
        folder = folder or Path.home() / "nodegraph-demo"
        project = folder / "demo.ngraph.json"
        if project.is_file():
            self.leaving(lambda: self.open(project))
            return
        self.app.say(f"making the demo in {folder}: half a minute…")
        words = [sys.executable, "-m", "nodegraph", "demo", str(folder), "--no-render", "--size", "1280x720"]

        def work() -> None:
            made = subprocess.run([*words, "--frames", "1001-1024"], capture_output=True, text=True, check=False)
            fault = made.stderr.strip() if made.returncode else ""
            self.app.post(lambda: self._made(project, fault))

        threading.Thread(target=work, name="demo", daemon=True).start()

    def _made(self, project: Path, fault: str) -> None:
        if fault:
            raise NodegraphError(fault.removeprefix("error: "))
        self.app.say("the demo is there")
        self.leaving(lambda: self.open(project))


def _told(row: Found) -> str:
    name = row.path.name if row.path else "untitled"
    return f"{name}, {time.strftime('%d %B %H:%M', time.localtime(row.changed))}"
