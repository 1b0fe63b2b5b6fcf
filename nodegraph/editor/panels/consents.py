"""The identities of a graph: whose they are, where their pictures lie, and whether their consent holds."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from nodegraph.data.errors import NodegraphError
from nodegraph.data.identity import Consent
from nodegraph.editor.panels.casting import identities
from nodegraph.engine.consent import today
from nodegraph.engine.paths import absolute
from nodegraph.graph.graph import Graph
from nodegraph.graph.knob import File

SOON = 30  # days before the end of a consent that the artist is told of


class Person(NamedTuple):
    """An identity of the graph by its node."""

    node: str
    name: str
    place: Path | None  # of its pictures
    consent: Consent
    problem: str  # what is wrong with the consent; empty if it holds

    @property
    def state(self) -> str:
        """Its consent in a word or two."""
        if self.problem:
            missing = self.problem == "there is no consent record"
            return "no record" if missing else "ended" if "ended" in self.problem else "not whole"
        if self.consent.reason:
            return self.consent.reason
        if self.consent.expires is not None and (self.consent.expires - today()).days <= SOON:
            return f"until {self.consent.expires.isoformat()}"
        return "consent"

    @property
    def ends_soon(self) -> bool:
        """True if the consent holds, but not for long."""
        end = self.consent.expires
        return not self.problem and end is not None and (end - today()).days <= SOON


def people(graph: Graph, folder: Path) -> list[Person]:
    """Every identity of the graph. A record that cannot be read is a problem like others."""
    found = []
    for node in identities(graph):
        kind = graph.known_type(node)
        knobs = {knob: graph.value(node, knob, graph.shot.first) for knob in kind.knobs}
        place: Path | None = None
        try:
            for knob, value in knobs.items():
                if isinstance(value, File):
                    knobs[knob] = absolute(str(value), folder, graph.roots)
            place = Path(str(knobs["file"])) if knobs.get("file") else None
            name, consent = kind.consent(knobs) if kind.consent is not None else ("", Consent())
            problem = consent.problem(today(), graph.shot.production)
        except NodegraphError as fault:
            name, consent, problem = str(knobs.get("name", "")), Consent(), fault.message
        found.append(Person(node, name or consent.subject or node, place, consent, problem))
    return found
