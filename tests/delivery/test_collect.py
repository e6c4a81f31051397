"""Returned mail is fetched from a maildir or a mailbox; what tells something is removed, what does not stays."""

from __future__ import annotations

import imaplib
import mailbox
import ssl
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from paraph.delivery import collect
from paraph.delivery.models import Delivery, State
from tests.delivery import certificates, dsn, imap_server
from tests.delivery.test_returned import counted, sent

pytestmark = pytest.mark.django_db
ANSWER = b"From: jan@example.com\r\nSubject: Re: Please sign\r\n\r\nWhat is this?\r\n"
FOLDER = "paraph:s3cret%2Fword@127.0.0.1:{}/Returned%20mail"


def test_without_a_place_nothing_is_fetched(settings: Settings) -> None:
    settings.PARAPH_BOUNCES = ""
    assert collect.collect() == 0


def test_F17_what_is_in_the_maildir_is_taken_once(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "returned mail"
    box = mailbox.Maildir(folder, create=True)
    settings.PARAPH_BOUNCES = f"maildir://{str(folder).replace(' ', '%20')}"
    wanted = sent()
    box.add(dsn.written(dsn.POSTFIX, about=wanted.message_id))
    box.add(ANSWER)
    told: list[Delivery] = []
    assert collect.collect(on_dead=told.append) == 2
    assert [one.pk for one in told] == [wanted.pk]
    (left,) = mailbox.Maildir(folder, create=False)
    assert left["Subject"] == "Re: Please sign"
    assert left.get_flags() == "S"
    assert collect.collect(on_dead=told.append) == 0
    assert counted() == {"recorded": 1, "no_report": 1}


def test_a_maildir_that_is_not_there_is_an_error_and_not_made(settings: Settings, tmp_path: Path) -> None:
    settings.PARAPH_BOUNCES = f"maildir://{tmp_path}/nowhere"
    with pytest.raises(mailbox.NoSuchMailboxError):
        collect.collect()
    assert not (tmp_path / "nowhere").exists()


def test_F17_what_is_in_the_mailbox_is_taken_over_tls_and_once(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, roots = certificates.issue(tmp_path)
    wanted = sent()
    box = imap_server.Mailbox(dsn.written(dsn.EXCHANGE, about=wanted.message_id), ANSWER)
    with imap_server.serving(box, context) as port:
        settings.PARAPH_BOUNCES = "imaps://" + FOLDER.format(port)
        with pytest.raises(ssl.SSLCertVerificationError):
            collect.collect()
        assert box.said == [], "nothing may be said to a server nobody vouches for"
        monkeypatch.setenv("SSL_CERT_FILE", str(roots))
        assert collect.collect() == 2
        assert collect.collect() == 0
    assert Delivery.objects.get().state == State.DEAD
    assert list(box.messages.values()) == [ANSWER]
    assert box.flags[102] == {"\\Seen"}


def test_no_password_is_said_to_a_server_elsewhere_without_tls(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = imap_server.Mailbox(ANSWER)
    with imap_server.serving(box) as port:
        settings.PARAPH_BOUNCES = "imap://" + FOLDER.format(port)
        assert collect.collect() == 1  # this machine is trusted with it
        box.said.clear()
        monkeypatch.setattr(collect, "_is_loopback", lambda host: False)
        with pytest.raises(collect.Unsafe, match="no STARTTLS"):
            collect.collect()
    assert not any(one.startswith("LOGIN") for one in box.said)


@pytest.mark.parametrize("wrong", [("s3cret", "other"), ("Returned", "Sent")])
def test_a_mailbox_that_does_not_open_is_an_error(settings: Settings, wrong: Any) -> None:
    with imap_server.serving(imap_server.Mailbox(ANSWER)) as port:
        settings.PARAPH_BOUNCES = ("imap://" + FOLDER.format(port)).replace(*wrong)
        with pytest.raises(imaplib.IMAP4.error):
            collect.collect()
    assert counted() == {}
