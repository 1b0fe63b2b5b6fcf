"""`nodegraph models fetch`: the one command that uses the network brings what the card says, or nothing."""

from __future__ import annotations

import ast
import hashlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from nodegraph.cli.main import main
from nodegraph.data.model import Card
from nodegraph.ml import cards
from tests.nodes.swap import networks

Out = pytest.CaptureFixture[str]
HERE = "--from-this-machine"  # the test's own server has no https
PACKAGES = [Path(__file__).parents[2] / name for name in ("nodegraph", "nodes", "presets")]


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def server() -> Iterator[tuple[str, dict[str, object]]]:
    """A publisher on this machine: what it gives by path, as bytes or as (status, headers, bytes)."""
    given: dict[str, object] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = 200, {}, given.get(self.path)
            if isinstance(body, tuple):
                status, headers, body = body
            if not isinstance(body, bytes):
                status, body = 404, b""
            self.send_response(status)
            for key, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}", given
    running.shutdown()
    thread.join()
    running.server_close()


def card_file(folder: Path, card: Card) -> str:
    path = folder / f"{card.name}.card.json"
    path.write_text(cards.text_of(card))
    return str(path)


def fetched(folder: Path, card: Card, *flags: str) -> int:
    """How the command ends that fetches what a card names."""
    return main(["models", "fetch", card_file(folder, card), *flags])


def test_fetch_brings_what_the_card_says(
    home: Path, tmp_path: Path, server: tuple[str, dict[str, object]], capsys: Out
) -> None:
    url, given = server
    source = networks.upscaler(tmp_path / "source.onnx")
    given["/there/up%204.onnx"] = source.read_bytes()
    given["/here"] = (302, {"Location": f"{url}/there/up%204.onnx"}, b"")
    card = Card("up", "upscale", "upscale", sha256=digest(source), licence="MIT", commercial=True)
    for number, place in enumerate(("/there/up%204.onnx", "/here")):
        placed = replace(card, url=url + place)
        assert fetched(tmp_path, placed, HERE) == 0
        told = capsys.readouterr()
        assert "fetched" in told.out
        assert "100%" in told.err
        target = home / ("here" if number else "up 4.onnx")
        assert target.read_bytes() == source.read_bytes()
        assert cards.card_of(target, digest(target)).commercial is True
        if not number:
            assert fetched(tmp_path, placed, HERE) == 0
            assert "here already" in capsys.readouterr().out
            target.unlink()
            cards.place_of(target).unlink()


def test_fetch_keeps_nothing_that_is_not_what_the_card_says(
    home: Path, tmp_path: Path, server: tuple[str, dict[str, object]], capsys: Out
) -> None:
    url, given = server
    source = networks.upscaler(tmp_path / "source.onnx")
    whole = source.read_bytes()
    good = Card("up", "upscale", sha256=digest(source), size=len(whole))
    given["/ok.onnx"] = whole
    given["/longer.onnx"] = whole + b"x"
    given["/changed.onnx"] = whole[:-1] + bytes([whole[-1] ^ 1])
    given["/cut.onnx"] = (200, {"Content-Length": str(len(whole))}, whole[:-10])
    given["/away.onnx"] = (302, {"Location": "ftp://127.0.0.1/ok.onnx"}, b"")
    given["/elsewhere.onnx"] = (302, {"Location": "http://models.example/ok.onnx"}, b"")
    text = b"no model"
    given["/text.onnx"] = text
    cases = {
        "longer than": replace(good, url=f"{url}/longer.onnx"),
        "sha256": replace(good, url=f"{url}/changed.onnx"),
        "broke off|instead of": replace(good, url=f"{url}/cut.onnx", size=0),
        "404": replace(good, url=f"{url}/gone.onnx"),
        "https": replace(good, url=f"{url}/away.onnx"),
        "no https address": replace(good, url=f"{url}/elsewhere.onnx"),
        "no ONNX": Card("text", "upscale", sha256=hashlib.sha256(text).hexdigest(), url=f"{url}/text.onnx"),
        "any file could come": replace(good, url=f"{url}/ok.onnx", sha256=""),
        "nobody says where": good,
        "cannot be fetched": replace(good, url="http://127.0.0.1:9/ok.onnx"),
    }
    for words, card in cases.items():
        assert fetched(tmp_path, card, HERE) == 1, words
        told = capsys.readouterr().err
        assert any(word in told for word in words.split("|")), (words, told)
    assert fetched(tmp_path, replace(good, url=f"{url}/ok.onnx")) == 1
    assert "https only" in capsys.readouterr().err
    assert not home.exists() or not list(home.iterdir())


def test_fetch_writes_over_nothing(
    home: Path, tmp_path: Path, server: tuple[str, dict[str, object]], capsys: Out
) -> None:
    url, given = server
    source = networks.upscaler(tmp_path / "source.onnx")
    given["/a.onnx"] = source.read_bytes()
    other = networks.restorer(home / "a.onnx").read_bytes()
    card = Card("up", "upscale", sha256=digest(source), url=f"{url}/a.onnx")
    assert fetched(tmp_path, card, HERE) == 1
    assert "move it away" in capsys.readouterr().err
    assert (home / "a.onnx").read_bytes() == other


def test_nothing_else_uses_the_network() -> None:
    """Every import in the packages, wherever it stands."""
    network = {
        "urllib.request",
        "requests",
        "socket",
        "http",
        "httpx",
        "aiohttp",
        "ftplib",
        "urllib3",
        "ssl",
        "socketserver",
    }
    network |= {"huggingface_hub", "smtplib", "xmlrpc", "asyncio", "telnetlib", "imaplib", "poplib"}
    found = set()
    for path in (path for package in PACKAGES for path in package.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
            if any(name == each or name.startswith(f"{each}.") for name in names for each in network):
                found.add(path.name)
    assert found == {"fetch.py"}
