"""What the pages say is so: their commands exist, their links lead somewhere, their examples run."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from nodegraph.cli.main import COMMANDS, parser_for
from nodegraph.graph.library import Library

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("projects/*.md")])


def commands(page: Path) -> list[list[str]]:
    """The nodegraph commands in indented or fenced blocks of a page."""
    found = []
    for line in page.read_text("utf-8").splitlines():
        match = re.match(r"\s*\$?\s*nodegraph ([a-z].*)", line)
        if match:
            found.append(match[1].split(" #")[0].split())
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        if "://" in target or target.startswith("#"):
            continue
        assert (page.parent / target.split("#")[0]).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_are_understood(page: Path) -> None:
    for words in commands(page):
        assert words[0] in COMMANDS, words
        parser_for(words).parse_args(words)  # exits on what it does not know


def test_the_readme_has_commands_to_look_at() -> None:
    assert len(commands(ROOT / "README.md")) >= 5


def test_the_page_of_nodes_is_written_by_the_nodes(tmp_path: Path) -> None:
    """The script's check fails on a page that says otherwise."""
    script = ROOT / "scripts" / "docs_nodes.py"
    done = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    page = (ROOT / "docs" / "nodes.md").read_text("utf-8")
    for name, kind in Library.discover().types.items():
        if kind.function.__module__.startswith("nodes."):
            assert f"### {name}\n" in page
            for knob in kind.knobs:
                assert f"| `{knob}` |" in page


def examples() -> list[str]:
    return re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)


def test_the_shot_in_the_readme_is_a_graph(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is built, saved, and opened again without a fault."""
    from nodegraph.cli.check import problems_of

    monkeypatch.chdir(tmp_path)
    exec(compile(examples()[0], "README.md", "exec", dont_inherit=True), {})
    assert problems_of(tmp_path / "sh010.ngraph.json") == []


def test_the_node_in_the_readme_is_a_node() -> None:
    import numpy as np

    from nodegraph.data.image import Image

    (*_, example) = examples()
    names: dict[str, object] = {"__name__": "studio.light.dim"}
    exec(compile(example, "README.md", "exec", dont_inherit=True), names)
    dim = names["dim"]
    kind = dim.node_type  # type: ignore[attr-defined]
    assert (kind.name, kind.menu) == ("Dim", "Light")
    result = dim(Image.of(np.full((2, 3, 3), 4.0, np.float32)), stops=-2.0)  # type: ignore[operator]
    assert float(result.pixels.max()) == 1.0


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    for requirement in project["dependencies"]:
        name = re.split(r"[<>=\[ ]", requirement)[0]
        assert f"\n| {name} |" in page, name


def test_the_licence_is_whole() -> None:
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert "public domain" in (ROOT / "NOTICE").read_text("utf-8")


@pytest.mark.parametrize("name", ["check", "demo", "setup"])
def test_scripts_are_sound_bash(name: str) -> None:
    script = ROOT / "scripts" / name
    assert script.stat().st_mode & 0o111
    assert subprocess.run(["bash", "-n", str(script)], check=False).returncode == 0
