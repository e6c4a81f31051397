"""Line 31: nobody writes a mail header by what they call themselves."""

from __future__ import annotations

import email
from email import policy
from email.message import EmailMessage
from typing import Any

import pytest
from django.core import mail

from paraph.automation import runner
from paraph.delivery import outbox
from paraph.people.models import Organisation, User
from paraph.signoff import ceremonies, invitations, requests
from paraph.signoff.models import View
from paraph.work.models import WorkOrder
from tests import cast
from tests.cast import Shop

pytestmark = pytest.mark.slow

INJECTED = [
    "Jan\r\nBcc: victim@evil.example",
    "Jan\nBcc: victim@evil.example",
    "Jan\rBcc: victim@evil.example",
    "Jan\r\n\r\n<script>alert(1)</script>",
    "Jan\u2028Bcc: victim@evil.example",
    "Jan\x0bBcc: victim@evil.example",
    "Jan\x85Bcc: victim@evil.example",
    "Jan%0d%0aBcc: victim@evil.example",
    "=?utf-8?q?Jan=0D=0ABcc:_victim=40evil.example?=",
    "Jan <victim@evil.example>, x",
    '"Jan" <victim@evil.example>',
    "x" * 180 + "\r\nBcc: victim@evil.example",
]
HEADERS = {
    "content-type", "mime-version", "subject", "from", "to", "date", "message-id", "auto-submitted",
    "content-language", "reply-to",
}  # fmt: skip


def _sent() -> list[EmailMessage]:
    found = []
    for one in mail.outbox:
        parsed = email.message_from_bytes(one.message().as_bytes(), policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        found.append(parsed)
    return found


def _all_letters(shop: Shop) -> WorkOrder:
    """The order with every letter of the product written and sent."""
    order = shop.open_order(lines=1)
    signoff = requests.ask(order, [(shop.jan, "authorise")], by=shop.mara.actor)
    party = signoff.parties.get()
    invitation = invitations.send(
        party, view=View.ESTIMATE, by=shop.mara, actor=shop.mara.actor, text="Dear\r\nBcc: x"
    )
    assert invitation is not None
    cast.approve(invitation, [1])
    invitations.ask_renewal(invitation, by=cast.customer(invitation))
    cast.sign(ceremonies.review(invitation, by=cast.customer(invitation)), mark="Jan")
    while runner.run_all():
        pass
    while outbox.deliver_due():
        pass
    return order


@pytest.mark.parametrize("name", INJECTED, ids=range(len(INJECTED)))
def test_line_31_no_name_becomes_a_header_or_a_recipient(
    shop: Shop, name: str, mailoutbox: list[Any]
) -> None:
    Organisation.objects.filter(pk=shop.organisation.pk).update(name=name[:200])
    User.objects.filter(pk=shop.mara.user_id).update(name=name[:200])
    shop.organisation.refresh_from_db()
    shop.jan.name = name[:200]
    shop.jan.save()
    order = _all_letters(shop)
    WorkOrder.objects.filter(pk=order.pk).update(title=name[:200])
    letters = _sent()
    assert len(letters) >= 4
    allowed = {shop.jan.email, *(member.user.email for member in shop.members.values())}
    for raw, letter in zip(mail.outbox, letters, strict=True):
        assert {key.lower() for key in letter} <= HEADERS
        assert {one.addr_spec for one in letter["To"].addresses} <= allowed
        assert len(letter["To"].addresses) == len(letter["From"].addresses) == 1
        assert letter["From"].addresses[0].addr_spec == "paraph@localhost"
        assert not set("\r\n\v\f\x85\u2028") & set(str(letter["Subject"]))
        assert raw.bcc == raw.cc == []


def test_line_31_an_address_with_a_line_break_is_never_sent_to(shop: Shop, mailoutbox: list[Any]) -> None:
    for number, address in enumerate(
        (
            "jan@x.example\r\nBcc: victim@evil.example",
            "jan@x.example,victim@evil.example",
            "jan@x.example\n",
            "a b@x.example",
        )
    ):
        outbox.enqueue(
            key=f"attack:{number}", to=address, subject="One\r\nBcc: victim@evil.example", text="x"
        )
    outbox.deliver_due()
    for letter in _sent():
        assert "victim" not in str(letter["To"])
        assert letter["Bcc"] is None
        assert "\n" not in str(letter["Subject"])
