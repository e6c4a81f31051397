"""A message that comes back is found again and told once; whatever else arrives changes nothing and is counted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from paraph.automation import runner, undelivered
from paraph.automation.models import Notice
from paraph.delivery import envelope, outbox, reasons, report, retention, returned
from paraph.delivery.models import Delivery, State, Tally
from paraph.delivery.returned import Outcome
from paraph.evidence import timeline
from paraph.evidence.facts import Audience
from paraph.evidence.models import Entry
from paraph.lib import clock
from paraph.signoff import invitations, requests
from paraph.signoff.models import Ask
from tests.cast import Shop
from tests.delivery import dsn
from tests.delivery.test_outbox import want

JAN = "jan@example.com"
TOLD = {
    "postfix": ("5.1.1", "550 5.1.1 <jan@example.com>: Recipient address rejected: User unknown"),
    "exchange": ("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient jan@example.com not found"),
    "encoded": ("5.2.2", ""),
    # It says who failed, and no code: none is made up from its prose.
    "exim": ("", ""),
}


def sent(key: str = "k1", **changes: Any) -> Delivery:
    """A message that a mail server took."""
    wanted = want(key, **changes)
    assert outbox.deliver_due() == 1
    wanted.refresh_from_db()
    assert wanted.state == State.SENT
    return wanted


def counted() -> dict[str, int]:
    return dict(Tally.objects.values_list("name", "count"))


@pytest.mark.parametrize("style", dsn.FAILING)
def test_what_each_mail_server_says_is_read_and_nothing_is_invented(style: str) -> None:
    found = report.read(dsn.written(dsn.FAILING[style], about="<m1@example.net>", back="b@example.net"))
    assert found is not None
    (failure,) = found.failures
    status, said = TOLD[style]
    assert (failure.recipient, failure.status) == (JAN, status)
    assert failure.said.startswith(said)
    assert bool(failure.said) == bool(said)
    assert found.message_id == "<m1@example.net>"
    assert "b@example.net" in found.addressed


@pytest.mark.django_db
@pytest.mark.parametrize("style", dsn.FAILING)
def test_F17_a_message_that_came_back_is_marked_and_told_once(style: str) -> None:
    told: list[Delivery] = []
    wanted = sent(secret=True)
    raw = dsn.written(dsn.FAILING[style], about=wanted.message_id)
    assert returned.take(raw, on_dead=told.append) == Outcome.RECORDED
    assert returned.take(raw, on_dead=told.append) == Outcome.REPEATED
    (dead,) = told
    assert (dead.pk, dead.state, dead.status) == (wanted.pk, State.DEAD, TOLD[style][0])
    assert dead.last_error.startswith("returned: ")
    assert dead.sent_at == wanted.sent_at
    assert outbox.deliver_due() == 0
    assert counted() == {"recorded": 1, "repeated": 1}


@pytest.mark.django_db
@pytest.mark.parametrize("about", ["<1e2d3c4b-5a69-4788-9796-a5b4c3d2e1f0@localhost>", ""])
def test_a_report_about_no_message_of_ours_changes_nothing_and_is_counted(about: str) -> None:
    wanted = sent()
    told: list[Delivery] = []
    for style in dsn.FAILING.values():
        assert returned.take(dsn.written(style, about=about), on_dead=told.append) == Outcome.UNKNOWN
    wanted.refresh_from_db()
    assert (wanted.state, told, counted()) == (State.SENT, [], {"unknown": 4})


@pytest.mark.django_db
@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_a_delay_or_a_success_is_no_failure(action: str) -> None:
    wanted = sent()
    raw = dsn.written(dsn.POSTFIX, about=wanted.message_id, action=action, status="4.4.1")
    assert returned.take(raw) == Outcome.NOT_FAILED
    wanted.refresh_from_db()
    assert (wanted.state, wanted.status) == (State.SENT, "")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "raw", [b"", b"\xff\xfe\x00", b"Content-Type: multipart/report\r\n\r\n--", b"a" * 70_000]
)
def test_anything_else_is_no_report(raw: bytes) -> None:
    assert returned.take(raw) == Outcome.NO_REPORT


@pytest.mark.django_db
def test_an_out_of_office_note_to_our_own_address_is_no_failure(settings: Settings) -> None:
    settings.PARAPH_BOUNCE_ADDRESS = "bounces@example.net"
    wanted = sent()
    raw = dsn.written(dsn.OUT_OF_OFFICE, about=wanted.message_id, back=envelope.sender(wanted))
    assert returned.take(raw) == Outcome.NO_REPORT


@pytest.mark.django_db
def test_the_envelope_of_each_message_has_an_address_of_its_own_that_finds_it_again(
    settings: Settings,
) -> None:
    settings.PARAPH_BOUNCE_ADDRESS = "bounces@example.net"
    first, other = sent("k1", sender="Hangar One"), sent("k2")
    one, two = mail.outbox
    assert one.from_email == envelope.sender(first)
    assert one.from_email != two.from_email
    assert str(one.message()["From"]).startswith("Hangar One <")
    assert len(one.from_email.partition("@")[0]) <= 64  # RFC 5321, section 4.5.3.1.1
    # The server changed the case and forgot which message it was about.
    raw = dsn.written(dsn.POSTFIX, back=one.from_email.upper())
    assert returned.take(raw) == Outcome.RECORDED
    # Told by the envelope alone: the header says somebody else.
    assert returned.take(dsn.written(dsn.POSTFIX), recipient=two.from_email) == Outcome.RECORDED
    assert set(Delivery.objects.values_list("pk", "state")) == {(first.pk, "dead"), (other.pk, "dead")}


@pytest.mark.django_db
def test_an_address_we_did_not_make_is_forged_whatever_it_quotes(settings: Settings) -> None:
    settings.PARAPH_BOUNCE_ADDRESS = "bounces@example.net"
    wanted, other = sent("k1"), sent("k2")
    made = envelope.sender(wanted)
    name, _, host = made.partition("@")
    forged = f"{name[:-1]}{'a' if name[-1] != 'a' else 'b'}@{host}"
    raw = dsn.written(dsn.POSTFIX, about=wanted.message_id, back=forged)
    assert returned.take(raw) == Outcome.FORGED
    # An address that is ours, with the Message-ID of another message.
    mixed = dsn.written(dsn.POSTFIX, about=other.message_id, back=made)
    assert returned.take(mixed) == Outcome.FORGED
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.SENT}
    assert counted() == {"forged": 2}


@pytest.mark.django_db
def test_a_message_that_is_to_be_tried_again_and_came_back_is_not_tried_again() -> None:
    wanted = want()  # the worker died after the mail server took it
    assert returned.take(dsn.written(dsn.POSTFIX, about=wanted.message_id)) == Outcome.RECORDED
    assert outbox.deliver_due() == 0


@given(st.binary(max_size=300), st.integers(0, 3), st.integers(0, 1500))
def test_no_spoilt_report_breaks_the_reader(noise: bytes, which: int, place: int) -> None:
    raw = bytearray(dsn.written(list(dsn.FAILING.values())[which]))
    raw[place : place + len(noise)] = noise
    found = report.read(bytes(raw))
    assert found is None or all("\n" not in one.said + one.recipient for one in found.failures)


@pytest.mark.slow
def test_a_report_nested_a_thousand_times_is_no_report() -> None:
    deep = b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(3000)
    )
    assert report.read(deep) is None


# --- what people see ----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_F17_the_timeline_says_it_in_plain_words_and_sender_and_managers_are_told(shop: Shop) -> None:
    order = shop.open_order(lines=1)
    signoff = requests.ask(order, [(shop.jan, Ask.AUTHORISE)], by=shop.mara.actor)
    party = signoff.parties.get(contact=shop.jan)
    # Somebody who is no manager any more sent it.
    invitation = invitations.send(party, view="estimate", by=shop.mara, actor=shop.mara.actor)
    assert invitation is not None
    type(invitation).objects.filter(pk=invitation.pk).update(sent_by=shop.tess)
    outbox.deliver_due()
    wanted = Delivery.objects.get(key=f"invitation:{invitation.pk}")
    raw = dsn.written(dsn.POSTFIX, about=wanted.message_id, to=wanted.to)
    assert returned.take(raw, on_dead=undelivered.record) == Outcome.RECORDED
    runner.run_all()
    entry = Entry.objects.get(kind="message.refused")
    assert entry.content["fact"]["status"] == "5.1.1"
    assert wanted.to not in bytes(entry.leaf).decode()
    lines = timeline.timeline(
        shop.organisation.log, order.topic, audience=Audience.STAFF, language="en", newest_first=True
    )
    text = next(one.text for one in lines if one.kind == "message.refused")
    assert text == f"A mail to {wanted.to} could not be delivered: there is no such mailbox (5.1.1)."
    assert set(Notice.objects.filter(kind="undelivered").values_list("member", flat=True)) == {
        shop.mara.pk,
        shop.tess.pk,
    }


def test_a_code_that_says_nothing_has_no_plain_words() -> None:
    assert str(reasons.plain("5.2.2")) == "the mailbox is full"
    assert str(reasons.plain("5.7.999")) == "their mail server refused it for its rules"
    assert [reasons.plain(one) for one in ("", "5", "5.0.0", "5.9.9", "nonsense")] == [None] * 5


# --- how long it is kept ------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_what_a_message_said_is_forgotten_after_its_days_and_its_row_is_kept(settings: Settings) -> None:
    settings.PARAPH_KEEP_MAIL_DAYS = 30
    kept, over, given_up = sent("kept"), sent("over"), sent("given up")
    waiting = want("waiting")
    long_ago = clock.now() - timedelta(days=31)
    Delivery.objects.exclude(pk=kept.pk).update(created_at=long_ago)
    Delivery.objects.filter(pk=over.pk).update(sent_at=long_ago)
    Delivery.objects.filter(pk=given_up.pk).update(state=State.DEAD)
    Delivery.objects.filter(pk=waiting.pk).update(due_at=clock.now() + timedelta(days=1))
    assert retention.wipe() == 2
    assert retention.wipe() == 0
    left = {one.key: bool(bytes(one.body)) for one in Delivery.objects.all()}
    assert left == {"kept": True, "waiting": True, "over": False, "given up": False}
    with time_machine.travel(clock.now() + timedelta(days=29, hours=23)):
        assert retention.wipe() == 0
    with time_machine.travel(clock.now() + timedelta(days=30, seconds=1)):
        assert retention.wipe() == 1


@pytest.mark.django_db
def test_more_messages_than_one_statement_takes_are_all_wiped(settings: Settings, monkeypatch: Any) -> None:
    monkeypatch.setattr(retention, "PIECE", 2)
    for number in range(5):
        sent(f"k{number}")
    Delivery.objects.update(
        created_at=clock.now() - timedelta(days=91), sent_at=clock.now() - timedelta(days=91)
    )
    assert retention.wipe() == 5
