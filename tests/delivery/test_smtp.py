"""To the mail server only over a connection that is what the settings ask for; else nothing is said, and it is told."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from django.test import override_settings

from paraph.delivery import outbox
from paraph.delivery.models import Delivery, State
from tests.delivery import certificates
from tests.delivery.mail_server import Server, free_port
from tests.delivery.test_outbox import want

pytestmark = pytest.mark.django_db


class StartTls(Controller):
    """A server that speaks only after STARTTLS, if it has a context; it knows one user."""

    def __init__(self, handler: Server, port: int, context: Any) -> None:
        self.tls = context
        super().__init__(handler, hostname="127.0.0.1", port=port)

    def factory(self) -> SMTP:
        def known(server: Any, session: Any, envelope: Any, mechanism: str, told: Any) -> AuthResult:
            return AuthResult(success=told.password == b"right", handled=False)

        required = self.tls is not None
        return SMTP(
            self.handler,
            tls_context=self.tls,
            require_starttls=required,
            authenticator=known,
            auth_require_tls=required,
        )


class TlsFromTheFirstByte(Controller):
    """A server on which TLS comes before anything else."""

    def __init__(self, handler: Server, port: int, context: Any) -> None:
        super().__init__(handler, hostname="127.0.0.1", port=port, ssl_context=context)

    def _trigger_server(self) -> None:
        # The library's own look whether it is up checks the certificate.
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with (
            socket.create_connection(("127.0.0.1", self.port), 5) as plain,
            context.wrap_socket(plain) as connection,
        ):
            connection.recv(100)


@contextmanager
def serving(controller: Controller, **changes: Any) -> Iterator[None]:
    controller.start()
    try:
        with override_settings(
            EMAIL_BACKEND="paraph.delivery.smtp.SmtpBackend",
            EMAIL_HOST="127.0.0.1",
            EMAIL_PORT=controller.port,
            EMAIL_TIMEOUT=5,
            **changes,
        ):
            yield
    finally:
        controller.stop()


@pytest.mark.parametrize("how", ["EMAIL_USE_TLS", "EMAIL_USE_SSL"])
@pytest.mark.parametrize("trusted", [True, False])
def test_a_mail_goes_only_to_a_server_whose_certificate_is_trusted(
    how: str, trusted: bool, tmp_path: Path
) -> None:
    context, roots = certificates.issue(tmp_path)
    server, wanted = Server(), want()
    kind = StartTls if how == "EMAIL_USE_TLS" else TlsFromTheFirstByte
    controller = kind(server, free_port(), context)
    with serving(controller, **{how: True}, SMTP_ROOTS=str(roots) if trusted else ""):
        assert outbox.deliver_due() == int(trusted)
    wanted.refresh_from_db()
    assert len(server.accepted) == int(trusted)
    if not trusted:
        assert wanted.state == State.QUEUED
        assert "certificate is not trusted, so nothing was sent" in wanted.last_error


@pytest.mark.parametrize(("host", "days"), [("127.0.0.2", 1), ("127.0.0.1", -1)])
def test_a_certificate_for_another_host_or_that_has_ended_is_not_trusted(
    host: str, days: int, tmp_path: Path
) -> None:
    context, roots = certificates.issue(tmp_path, host, days=days)
    server, wanted = Server(), want()
    with serving(StartTls(server, free_port(), context), EMAIL_USE_TLS=True, SMTP_ROOTS=str(roots)):
        assert outbox.deliver_due() == 0
    wanted.refresh_from_db()
    assert "certificate is not trusted" in wanted.last_error
    assert server.accepted == []


def test_with_starttls_set_a_server_that_offers_none_gets_nothing() -> None:
    server, wanted = Server(), want()
    with serving(StartTls(server, free_port(), None), EMAIL_USE_TLS=True, EMAIL_HOST_USER="u"):
        assert outbox.deliver_due() == 0
    wanted.refresh_from_db()
    assert (wanted.state, server.accepted) == (State.QUEUED, [])
    assert "STARTTLS" in wanted.last_error


def test_a_wrong_password_is_said_without_it(tmp_path: Path) -> None:
    context, roots = certificates.issue(tmp_path)
    server = Server()
    want()
    asked = {"EMAIL_USE_TLS": True, "SMTP_ROOTS": str(roots), "EMAIL_HOST_USER": "paraph"}
    controller = StartTls(server, free_port(), context)
    with serving(controller, **asked, EMAIL_HOST_PASSWORD="very wrong"):
        assert outbox.deliver_due() == 0
    told = Delivery.objects.get()
    assert told.state == State.QUEUED
    assert "refused SMTP_USER and its password: 535" in told.last_error
    assert "very wrong" not in told.last_error
    Delivery.objects.update(due_at=told.created_at)
    with serving(StartTls(server, free_port(), context), **asked, EMAIL_HOST_PASSWORD="right"):
        assert outbox.deliver_due() == 1
