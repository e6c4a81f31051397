"""A mail server of our own that refuses as told: real SMTP on a loopback port."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from django.test import override_settings


class Server:
    """Keeps what it accepts; `answers` holds the reply to RCPT for an address, `after_data` that to a body."""

    def __init__(self) -> None:
        self.accepted: list[EmailMessage] = []
        self.answers: dict[str, str] = {}
        self.after_data = "250 OK"
        self.seconds = 0.0  # to think about a body

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        await asyncio.sleep(self.seconds)
        if self.after_data.startswith("250"):
            self.accepted.append(message_from_bytes(envelope.content, policy=policy.default))
        return self.after_data


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def serving() -> Iterator[Server]:
    """Point the product at a fresh server for the time of the block."""
    server = Server()
    port = free_port()
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        with override_settings(
            EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
            EMAIL_HOST="127.0.0.1",
            EMAIL_PORT=port,
            EMAIL_TIMEOUT=5,
        ):
            yield server
    finally:
        controller.stop()
