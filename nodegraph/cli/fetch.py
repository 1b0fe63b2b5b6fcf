"""Getting a model from its publisher: the only place in the program that uses the network."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any
from urllib.parse import unquote, urlsplit

from nodegraph.data.errors import MissingWeights, ModelError
from nodegraph.data.model import Card
from nodegraph.media.atomic import atomic
from nodegraph.ml.probe import probe

CHUNK = 1 << 18
PATIENCE = 30  # seconds without a byte
MOST = 16 << 30  # bytes of a file whose card does not say its size
AT_HOME = ("127.0.0.1", "::1", "localhost")

Told = Callable[[int, int], None]  # bytes that are here, and in all; 0 if nobody says


def file_name(card: Card) -> str:
    """What a model's file is called where it is published."""
    return Path(unquote(urlsplit(card.url).path)).name


def fetch(card: Card, target: Path, *, on_progress: Told, from_this_machine: bool = False) -> None:
    """Put a model where it belongs, if it is what its card says; half a file is never left there.

    Only https is spoken; `from_this_machine` also allows http to this very machine.
    """
    if not card.url:
        raise MissingWeights(
            f"nobody says where {card.name} is to be fetched",
            f"get it from {card.source or 'its publisher'} yourself, then: nodegraph models add FILE",
        )
    if not card.sha256:
        raise ModelError(
            f"the card of {card.name} does not say its sha256, so that any file could come in its place",
            "get it yourself, then: nodegraph models add FILE",
        )
    with _opened(card, from_this_machine) as answer, atomic(target) as beside:
        said = answer.headers.get("Content-Length", "")
        total = card.size or (int(said) if said.isdigit() else 0)
        with beside.open("wb") as file:
            size, sha256 = _copied(answer, file, total or MOST, lambda done: on_progress(done, total), card)
        if total and size != total:
            raise ModelError(f"{card.name} came as {size} bytes instead of {total}", "try again later")
        if sha256 != card.sha256:
            raise ModelError(
                f"what came is not {card.name}: its sha256 is {sha256}, not {card.sha256}",
                "nothing was kept; do not use what is published there before you know why",
            )
        probe(beside)


def _copied(answer: Any, file: IO[bytes], most: int, told: Callable[[int], None], card: Card) -> tuple[int, str]:
    total, size = hashlib.sha256(), 0
    while chunk := _read(answer, card):
        size += len(chunk)
        if size > most:
            raise ModelError(f"{card.name} is longer than the {most} bytes it should have", "nothing was kept")
        total.update(chunk)
        file.write(chunk)
        told(size)
    return size, total.hexdigest()


def _read(answer: Any, card: Card) -> bytes:
    from http.client import HTTPException

    try:
        chunk: bytes = answer.read(CHUNK)
    except (OSError, HTTPException) as fault:
        raise ModelError(f"{card.name}: the connection broke off: {fault}", "try again") from fault
    return chunk


def _opened(card: Card, from_this_machine: bool) -> Any:
    """The answer of the publisher; redirections are followed as long as they are https too."""
    from http.client import HTTPException
    from urllib import request
    from urllib.error import URLError

    class Redirected(request.HTTPRedirectHandler):
        def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
            _check(newurl, from_this_machine)
            return super().redirect_request(req, fp, code, msg, headers, newurl)

    _check(card.url, from_this_machine)
    director = request.OpenerDirector()
    handlers: list[Any] = [request.HTTPSHandler(), Redirected(), request.HTTPErrorProcessor()]
    handlers += [request.HTTPDefaultErrorHandler(), request.ProxyHandler()]
    for handler in [*handlers, request.HTTPHandler()] if from_this_machine else handlers:
        director.add_handler(handler)
    try:
        return director.open(request.Request(card.url, headers={"User-Agent": "nodegraph"}), timeout=PATIENCE)
    except (URLError, HTTPException, OSError, ValueError) as fault:
        raise ModelError(f"{card.name} cannot be fetched from {card.url}: {fault}", "try again later") from fault


def _check(url: str, from_this_machine: bool) -> None:
    parts = urlsplit(url)
    if parts.scheme == "https" or (from_this_machine and parts.scheme == "http" and parts.hostname in AT_HOME):
        return
    raise ModelError(f"{url} is no https address", "models are fetched by https only")
