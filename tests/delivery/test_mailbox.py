"""The demo's mailbox keeps every mail as a file and reads it back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from paraph.delivery import mailbox
from paraph.delivery.outbox import Attachment, deliver_due, enqueue
from paraph.lib import home, vault


@pytest.fixture(autouse=True)
def empty_mailbox(settings: Any, tmp_path: Path) -> None:
    """A mailbox of this test alone, in an installation with a key for what mails say."""
    settings.PARAPH_DATA = tmp_path
    vault.create(home.keys() / "vault.key")
    settings.EMAIL_BACKEND = "paraph.delivery.mailbox.MailboxBackend"


@pytest.mark.django_db
def test_a_mail_is_read_back_with_all_its_parts() -> None:
    pdf = Attachment("sealed.pdf", "application/pdf", b"%PDF-1.7\r\n\x00\xff")
    wanted = enqueue(
        key="k", to="zoe@example.com", subject="Réçu ✓", text="Größe", html="<b>Größe</b>", attachments=[pdf]
    )
    enqueue(key="k2", to="jan@example.com", subject="Second", text="Hello")
    assert deliver_due() == 2
    assert [mail.subject for mail in mailbox.read()] == ["Second", "Réçu ✓"]
    found = mailbox.find(mailbox.read()[1].name)
    assert found.message_id == wanted.message_id
    assert found.text.strip() == "Größe"
    assert found.html.strip() == "<b>Größe</b>"
    assert [(one.name, one.mime, one.content) for one in found.attachments] == [
        ("sealed.pdf", "application/pdf", pdf.content)
    ]
    assert [mail.subject for mail in mailbox.to("JAN@example.com")] == ["Second"]


@pytest.mark.parametrize("name", ["", "../keys/django", "20261121T203836.000000Z-00000000", "x"])
def test_line_27_nothing_but_a_mail_is_ever_read(name: str) -> None:
    with pytest.raises(mailbox.NoSuchMail):
        mailbox.find(name)
