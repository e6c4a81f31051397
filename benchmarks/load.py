"""Requests by the thousand from one thread, so that the clients cost the server as little as possible.

Each connection has one request on its way at any time and is kept open, as a browser's is.
"""

from __future__ import annotations

import selectors
import socket
import time
from dataclasses import dataclass

from benchmarks.installation import Failed

HEAD_END = b"\r\n\r\n"
LENGTH = b"content-length:"
CHUNK = 1 << 20
SILENCE_SECONDS = 60


@dataclass
class _Line:
    """One connection and what came in of its present answer."""

    socket: socket.socket
    received: bytes = b""

    def is_complete(self) -> bool:
        head, found, body = self.received.partition(HEAD_END)
        if not found:
            return False
        if not head.startswith(b"HTTP/1.1 200"):
            raise Failed(f"the server answered {head[:60]!r}")
        at = head.lower().find(LENGTH)
        if at < 0:
            raise Failed("an answer without Content-Length")
        return len(body) >= int(head[at + len(LENGTH) :].split(b"\r\n")[0])


def rate(port: int, path: str, *, cookie: str = "", connections: int, seconds: float) -> float:
    """GET one page on so many connections for so long; answers a second. Raises `Failed` for any but 200."""
    request = (
        f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nAccept-Encoding: gzip\r\nCookie: {cookie}\r\n\r\n"
    ).encode()
    lines = [_Line(socket.create_connection(("127.0.0.1", port))) for _ in range(connections)]
    with selectors.DefaultSelector() as waiting:
        for line in lines:
            waiting.register(line.socket, selectors.EVENT_READ, line)
            line.socket.sendall(request)
        began, answered = time.perf_counter(), 0
        while time.perf_counter() - began < seconds:
            ready = waiting.select(SILENCE_SECONDS)
            if not ready:
                raise Failed(f"{path}: no answer within {SILENCE_SECONDS} s")
            answered += sum(_read(key.data, request) for key, _ in ready)
        taken = time.perf_counter() - began
    for line in lines:
        line.socket.close()
    return answered / taken


def _read(line: _Line, request: bytes) -> bool:
    """Read what came; when it completes the answer, ask again."""
    got = line.socket.recv(CHUNK)
    if not got:
        raise Failed("the server closed a connection")
    line.received += got
    if not line.is_complete():
        return False
    line.received = b""
    line.socket.sendall(request)
    return True
