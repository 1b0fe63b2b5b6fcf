"""A file manager for a test: drags files onto a window by X's drag-and-drop protocol (XDND), and lets them go.

Run as `python drop_source.py WINDOW X Y PATH…`; it ends when the window has taken them.
"""

from __future__ import annotations

import ctypes
import sys
import time
from pathlib import Path
from typing import Any

CLIENT_MESSAGE, SELECTION_REQUEST, SELECTION_NOTIFY, VERSION, SECONDS = 33, 30, 31, 5, 20.0
Atom, Window = ctypes.c_ulong, ctypes.c_ulong
HEAD = (("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("sent", ctypes.c_int), ("display", ctypes.c_void_p))


class Message(ctypes.Structure):
    """A client message."""

    _fields_ = (*HEAD, ("window", Window), ("kind", Atom), ("format", ctypes.c_int), ("data", ctypes.c_long * 5))


class Request(ctypes.Structure):
    """Another window asks for what is dragged."""

    _fields_ = (
        *HEAD,
        ("owner", Window),
        ("asker", Window),
        *((name, Atom) for name in ("what", "form", "place", "time")),
    )


class Notice(ctypes.Structure):
    """What is answered to that."""

    _fields_ = (*HEAD, ("asker", Window), *((name, Atom) for name in ("what", "form", "place", "time")))


class Event(ctypes.Union):
    """Any event."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("message", Message),
        ("request", Request),
        ("notice", Notice),
        ("room", ctypes.c_long * 24),
    )


class Source:
    """One drag."""

    def __init__(self, target: int) -> None:
        self.x11: Any = ctypes.CDLL("libX11.so.6")
        for name in ("XOpenDisplay", "XInternAtom", "XCreateSimpleWindow", "XDefaultRootWindow"):
            getattr(self.x11, name).restype = ctypes.c_void_p
        self.display = ctypes.c_void_p(self.x11.XOpenDisplay(None))
        root = ctypes.c_void_p(self.x11.XDefaultRootWindow(self.display))
        self.window = int(
            self.x11.XCreateSimpleWindow(self.display, root, 0, 0, 1, 1, 0, ctypes.c_ulong(0), ctypes.c_ulong(0))
        )
        self.target = target
        self.x11.XSetSelectionOwner(self.display, Atom(self.atom("XdndSelection")), Window(self.window), Atom(0))

    def atom(self, name: str) -> int:
        return int(self.x11.XInternAtom(self.display, name.encode(), 0) or 0)

    def send(self, kind: str, *data: int) -> None:
        event = Event()
        event.message = Message(type=CLIENT_MESSAGE, window=self.target, kind=self.atom(kind), format=32)
        for k, value in enumerate((self.window, *data)):
            event.message.data[k] = value
        self._send(self.target, event)

    def _send(self, window: int, event: Event) -> None:
        self.x11.XSendEvent(self.display, Window(window), 0, ctypes.c_long(0), ctypes.byref(event))
        self.x11.XFlush(self.display)

    def wait(self, kind: str, text: bytes) -> None:
        """Until the window answers; what it asks for meanwhile is given."""
        event, end = Event(), time.monotonic() + SECONDS
        while time.monotonic() < end:
            if not self.x11.XPending(self.display):
                time.sleep(0.01)
                continue
            self.x11.XNextEvent(self.display, ctypes.byref(event))
            if event.type == SELECTION_REQUEST:
                self._give(event.request, text)
            elif event.type == CLIENT_MESSAGE and event.message.kind == self.atom(kind):
                return
        sys.exit(f"no {kind} came")

    def _give(self, request: Request, text: bytes) -> None:
        self.x11.XChangeProperty(
            self.display, Window(request.asker), Atom(request.place), Atom(request.form), 8, 0, text, len(text)
        )
        answer = Event()
        answer.notice = Notice(
            type=SELECTION_NOTIFY,
            asker=request.asker,
            what=request.what,
            form=request.form,
            place=request.place,
            time=request.time,
        )
        self._send(request.asker, answer)


def drop(target: int, x: int, y: int, paths: list[str]) -> None:
    """Drag onto a window, and let go."""
    source = Source(target)
    text = "".join(Path(path).as_uri() + "\r\n" for path in paths).encode()
    source.send("XdndEnter", VERSION << 24, source.atom("text/uri-list"))
    source.send("XdndPosition", 0, x << 16 | y, 0, source.atom("XdndActionCopy"))
    source.wait("XdndStatus", text)
    source.send("XdndDrop", 0, 0)
    source.wait("XdndFinished", text)


if __name__ == "__main__":
    drop(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
