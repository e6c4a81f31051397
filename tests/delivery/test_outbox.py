"""The outbox: with the caller's commit or not at all; then surely, with a stable id."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection, transaction
from django.test import override_settings

from paraph.delivery import body, outbox
from paraph.delivery.models import Delivery, State
from paraph.delivery.outbox import Attachment, deliver_due, enqueue
from paraph.lib import clock, home
from tests.delivery.mail_server import Server, serving

LINK = "https://sign.example.com/i/secret-token"


def want(key: str = "k1", to: str = "jan@example.com", **changes: Any) -> Delivery:
    given: dict[str, Any] = {"subject": "Estimate", "text": "Hello Jan", **changes}
    return enqueue(key=key, to=to, **given)


@pytest.mark.django_db
def test_a_message_leaves_once_with_its_parts() -> None:
    file = Attachment("receipt.json", "application/json", b'{"a": 1}')
    wanted = want(
        html="<p>Hello Jan</p>", attachments=[file], sender="Hangar One", reply_to="desk@example.com"
    )
    assert deliver_due() == 1
    assert deliver_due() == 0
    (sent,) = mail.outbox
    assert sent.to == ["jan@example.com"]
    assert sent.from_email.startswith("Hangar One <")
    assert sent.reply_to == ["desk@example.com"]
    headers = dict(sent.message().items())
    assert headers["Message-ID"] == wanted.message_id
    assert headers["Auto-Submitted"] == "auto-generated"
    assert sent.attachments[0].content == b'{"a": 1}'
    wanted.refresh_from_db()
    assert (wanted.state, wanted.sent_at is not None, wanted.leased_until) == (State.SENT, True, None)


@pytest.mark.django_db
def test_wanting_the_same_message_twice_sends_it_once() -> None:
    first = want()
    assert want(subject="Another subject") == first
    assert deliver_due() == 1
    assert [one.subject for one in mail.outbox] == ["Estimate"]


@pytest.mark.django_db(transaction=True)
def test_a_message_of_a_rolled_back_transaction_never_leaves() -> None:
    with transaction.atomic():
        want()
        transaction.set_rollback(True)
    assert deliver_due() == 0
    assert not Delivery.objects.exists()


@pytest.mark.django_db
def test_what_a_message_says_is_encrypted_at_rest() -> None:
    wanted = want(text=LINK, html=LINK, attachments=[Attachment("a.txt", "text/plain", LINK.encode())])
    assert b"secret-token" not in bytes(wanted.body)
    assert body.unseal(wanted).text == LINK


@pytest.mark.django_db
def test_a_large_file_is_a_blob_and_arrives_byte_for_byte() -> None:
    content = os.urandom(body.INLINE_BYTES + 1)
    digest = home.blobs().put(content)
    want(
        attachments=[
            Attachment("a.pdf", "application/pdf", content),
            Attachment("b.pdf", "application/pdf", blob=digest),
        ]
    )
    deliver_due()
    assert [one.content for one in mail.outbox[0].attachments] == [content, content]


@pytest.mark.django_db
@pytest.mark.parametrize("answer", ["250 OK", "550 No such user"])
def test_a_secret_body_is_wiped_when_it_is_no_longer_needed(answer: str) -> None:
    wanted, kept = want(secret=True, text=LINK), want("k2", text="no secret")
    with serving() as server:
        server.answers["jan@example.com"] = answer
        deliver_due()
    wanted.refresh_from_db()
    kept.refresh_from_db()
    assert bytes(wanted.body) == b""
    assert bytes(kept.body) != b""


@pytest.mark.django_db
def test_F17_a_refused_recipient_is_given_up_at_once_and_told() -> None:
    told: list[Delivery] = []
    want()
    with serving() as server:
        server.answers["jan@example.com"] = "550 5.1.1 No such user"
        deliver_due(on_dead=told.append)
    (dead,) = told
    assert (dead.state, dead.attempts) == (State.DEAD, 1)
    assert "550" in dead.last_error
    assert "No such user" in dead.last_error


@pytest.mark.django_db
def test_F17_greylisting_only_delays_and_keeps_the_message_id() -> None:
    wanted = want()
    with time_machine.travel(clock.now(), tick=False) as traveller, serving() as server:
        server.answers["jan@example.com"] = "451 4.7.1 Greylisted"
        assert deliver_due() == 0
        server.answers.clear()
        traveller.shift(timedelta(seconds=59))
        assert deliver_due() == 0
        traveller.shift(timedelta(seconds=1))
        assert deliver_due() == 1
        assert [one["Message-ID"] for one in server.accepted] == [wanted.message_id]


@pytest.mark.slow
@pytest.mark.django_db
def test_F17_a_mail_server_down_for_six_hours_loses_nothing() -> None:
    for number in range(5):
        want(f"k{number}")
    with time_machine.travel(clock.now(), tick=False) as traveller:
        with serving():
            pass  # its port is closed again: nobody listens there
        for _ in range(6 * 60):
            refuse_all()
            traveller.shift(timedelta(minutes=1))
        assert set(Delivery.objects.values_list("state", flat=True)) == {State.QUEUED}
        with serving() as server:
            traveller.shift(outbox.LONGEST_WAIT)
            assert deliver_due() == 5
            assert len({one["Message-ID"] for one in server.accepted}) == 5


@pytest.mark.django_db
def test_F17_one_message_finds_out_that_the_server_is_down() -> None:
    for number in range(3):
        want(f"k{number}")
    refuse_all()
    assert sorted(Delivery.objects.values_list("attempts", flat=True)) == [0, 0, 1]


@pytest.mark.django_db
def test_waits_double_from_a_minute_to_six_hours_and_end_after_three_days() -> None:
    wanted, waits = want(), []
    with time_machine.travel(clock.now(), tick=False) as traveller:
        start = clock.now()
        while wanted.state == State.QUEUED:
            refuse_all()
            wanted.refresh_from_db()
            waits.append(wanted.due_at - clock.now())
            last = clock.now()
            traveller.move_to(wanted.due_at)
    assert [wait.total_seconds() / 60 for wait in waits[:4]] == [1, 2, 4, 8]
    assert max(waits) == timedelta(hours=6)
    assert timedelta(days=3) < last - start < timedelta(days=3, hours=6)
    assert wanted.state == State.DEAD


@pytest.mark.django_db
def test_a_refused_password_is_our_own_fault_and_the_message_waits() -> None:
    wanted = want()
    with serving() as server, override_settings(EMAIL_HOST_USER="us", EMAIL_HOST_PASSWORD="wrong"):
        deliver_due()
        wanted.refresh_from_db()
        assert wanted.state == State.QUEUED
        assert "wrong" not in wanted.last_error
        assert server.accepted == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "to", ["", "nobody", "a@b.c\r\nBcc: eve@example.com", "jan@example.com,eve@example.com"]
)
def test_an_address_that_is_none_harms_no_other_message(to: str) -> None:
    poison, good = want("poison", to), want("good")
    with serving() as server:
        assert deliver_due() == 1
        assert [one["To"] for one in server.accepted] == ["jan@example.com"]
    poison.refresh_from_db()
    good.refresh_from_db()
    assert (poison.state, good.state) == (State.DEAD, State.SENT)


@pytest.mark.django_db
def test_a_message_that_cannot_be_opened_waits_and_the_others_go() -> None:
    poison, good = want("poison"), want("good")
    Delivery.objects.filter(pk=poison.pk).update(body=b"\x01" + bytes(40))
    assert deliver_due() == 1
    poison.refresh_from_db()
    good.refresh_from_db()
    assert (poison.state, good.state) == (State.QUEUED, State.SENT)
    assert "VaultClosed" in poison.last_error


@pytest.mark.django_db
def test_a_message_that_always_kills_the_worker_is_given_up_in_the_end() -> None:
    poison = want()
    Delivery.objects.filter(pk=poison.pk).update(attempts=outbox.MAX_ATTEMPTS)
    assert deliver_due() == 0
    poison.refresh_from_db()
    assert poison.state == State.DEAD


@pytest.mark.django_db
@pytest.mark.parametrize("field", ["subject", "sender", "reply_to"])
def test_line_31_no_name_makes_a_header(field: str) -> None:
    want(**{field: "x@y.example\r\nBcc: eve@example.com\u2028X-Evil: 1\x00\u202e"})
    with serving() as server:
        assert deliver_due() == 1
        (got,) = server.accepted
    assert got["Bcc"] is None
    assert got["X-Evil"] is None
    assert all("\n" not in value and "\r" not in value for value in got.values())


@pytest.mark.django_db
def test_line_31_no_file_name_makes_a_header_or_a_path() -> None:
    want(attachments=[Attachment('../../a\r\nX-Evil: 1"; x="', "text/plain\r\nX-Evil: 1", b"x")])
    with serving() as server:
        deliver_due()
        (got,) = server.accepted
    (part,) = got.iter_attachments()
    assert part["X-Evil"] is None
    assert part.get_filename() == "-..-a X-Evil- 1-; x=-"


@pytest.mark.django_db
def test_line_7_no_link_and_no_text_stands_in_logs_or_errors(caplog: pytest.LogCaptureFixture) -> None:
    wanted = want(text=LINK, html=LINK, secret=True)
    with caplog.at_level(logging.DEBUG), serving() as server:
        server.after_data = "451 try later"
        deliver_due()
    wanted.refresh_from_db()
    ours = " ".join(record.getMessage() for record in caplog.records if record.name.startswith("paraph"))
    assert str(wanted.pk) in ours
    assert "secret-token" not in ours + wanted.last_error


@pytest.mark.django_db(transaction=True)
def test_F13_many_workers_send_each_message_once() -> None:
    for number in range(12):
        want(f"k{number}")
    together = threading.Barrier(4)

    def work() -> None:
        together.wait()
        try:
            deliver_due()
        finally:
            connection.close()

    with serving() as server:
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(server.accepted) == 12
        assert len({one["Message-ID"] for one in server.accepted}) == 12
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.SENT}


@pytest.mark.django_db
def test_a_leased_message_is_left_alone_until_its_lease_ran_out() -> None:
    wanted = want()
    Delivery.objects.filter(pk=wanted.pk).update(leased_until=clock.now() + outbox.LEASE, attempts=1)
    assert deliver_due() == 0
    with time_machine.travel(clock.now() + outbox.LEASE + timedelta(seconds=1), tick=False):
        assert deliver_due() == 1


@pytest.mark.fault
@pytest.mark.parametrize(("point", "copies"), [("mail.before_send", 1), ("mail.sent", 2)])
@pytest.mark.django_db(transaction=True)
def test_F2_a_worker_killed_while_mailing_loses_nothing(
    point: str, copies: int, tmp_path: Path, repository: Path
) -> None:
    wanted = want()
    with serving() as server:
        assert killed_worker(point, server, repository) == 137
        with time_machine.travel(clock.now() + outbox.LEASE + timedelta(seconds=1), tick=False):
            assert deliver_due() == 1
        assert [one["Message-ID"] for one in server.accepted] == [wanted.message_id] * copies


def killed_worker(point: str, server: Server, repository: Path) -> int:
    """Run `deliver_due` in another process that dies at a crash point; return how it ended."""
    from django.conf import settings
    from django.db import connections

    where = connections["default"].settings_dict
    url = f"sqlite:///{where['NAME']}"
    if connections["default"].vendor == "postgresql":
        url = f"postgres://{where['USER']}@{str(where['HOST']).replace('/', '%2F')}/{where['NAME']}"
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PARAPH_TEST")},
        "PARAPH_DATA": str(settings.PARAPH_DATA),
        "DATABASE_URL": url,
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(settings.EMAIL_PORT),
        "PARAPH_CRASH_AT": point,
        "DJANGO_SETTINGS_MODULE": "paraph.config.settings",
    }
    program = "import django; django.setup(); from paraph.delivery import outbox; outbox.deliver_due()"
    return subprocess.run([sys.executable, "-c", program], env=env, cwd=repository, check=False).returncode


def refuse_all() -> None:
    """One round of the worker with a mail server that does not answer."""
    with override_settings(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_HOST="127.0.0.1", EMAIL_PORT=1
    ):
        while Delivery.objects.filter(state=State.QUEUED, due_at__lte=clock.now()).exists():
            if deliver_due() == 0:
                break
