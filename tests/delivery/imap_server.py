"""A mailbox on a loopback port: as much of IMAP4rev1 (RFC 3501) as fetching returned mail needs, in its own words."""

from __future__ import annotations

import re
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.delivery.mail_server import free_port


class Mailbox:
    """Messages by UID with their flags; what was said to the server, for tests to look at."""

    def __init__(self, *messages: bytes) -> None:
        self.messages = dict(enumerate(messages, start=101))
        self.flags: dict[int, set[str]] = {uid: set() for uid in self.messages}
        self.said: list[str] = []


class Conversation(socketserver.StreamRequestHandler):
    """One client."""

    server: Imap

    def handle(self) -> None:
        self._say("* OK ready")
        while line := self.rfile.readline().decode().strip():
            tag, _, rest = line.partition(" ")
            self.server.box.said.append(rest)
            if not self._answer(tag, rest):
                return

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def _answer(self, tag: str, rest: str) -> bool:
        """Answer one command; False when it was the last."""
        word = rest.split(" ")[0].upper()
        if word == "LOGOUT":
            self._say("* BYE")
            self._say(f"{tag} OK done")
            return False
        try:
            self._do(rest)
        except LookupError as problem:
            self._say(f"{tag} NO {problem}")
        else:
            self._say(f"{tag} OK done")
        return True

    def _do(self, rest: str) -> None:
        box, word = self.server.box, rest.upper()
        if word == "CAPABILITY":
            self._say("* CAPABILITY IMAP4rev1")
        elif word.startswith("LOGIN") and rest.split(" ", 1)[1] == 'paraph "s3cret/word"':
            pass
        elif word == 'SELECT "RETURNED MAIL"':
            self._say(f"* {len(box.messages)} EXISTS")
        elif word.startswith("UID SEARCH UNSEEN"):
            found = [str(uid) for uid in box.messages if not box.flags[uid] & {"\\Seen", "\\Deleted"}]
            self._say(" ".join(["* SEARCH", *found]))
        elif match := re.fullmatch(r"UID FETCH (\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", word):
            uid, most = int(match.group(1)), int(match.group(2))
            content = box.messages[uid][:most]
            self.wfile.write(b"* 1 FETCH (UID %d BODY[]<0> {%d}\r\n%b)\r\n" % (uid, len(content), content))
        elif match := re.fullmatch(r"UID STORE (\d+) \+FLAGS \((.+)\)", rest, re.IGNORECASE):
            box.flags[int(match.group(1))].add(match.group(2))
        elif word == "EXPUNGE":
            box.messages = {
                uid: one for uid, one in box.messages.items() if "\\Deleted" not in box.flags[uid]
            }
        else:
            raise LookupError(f"no such thing: {rest.split()[0]}")


class Imap(socketserver.ThreadingTCPServer):
    """The server; TLS from the first byte if it has a context."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, box: Mailbox, context: ssl.SSLContext | None) -> None:
        self.box, self.context = box, context
        super().__init__(("127.0.0.1", free_port()), Conversation)
        if context is not None:
            self.socket = context.wrap_socket(self.socket, server_side=True)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that does not trust us hangs up; that is what the test is about."""


@contextmanager
def serving(box: Mailbox, context: ssl.SSLContext | None = None) -> Iterator[int]:
    """Serve the mailbox; yields its port."""
    with Imap(box, context) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield int(server.server_address[1])
        finally:
            server.shutdown()
            thread.join()
