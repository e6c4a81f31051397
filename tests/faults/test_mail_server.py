"""F17: the mail server is down, defers, refuses. Signing does not notice; the mails follow, or it is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from pytest_django import Settings

from paraph.config import worker
from paraph.delivery.models import Delivery
from paraph.delivery.models import State as Posted
from paraph.lib import clock
from paraph.work.models import Status
from tests.cast import Shop
from tests.delivery import mail_server
from tests.delivery.mail_server import Server
from tests.faults import house
from tests.web.portal.conftest import Customer

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

STAFF = ["mara@vliegwerk.example", "tess@vliegwerk.example"]
JAN = "jan@vliegwerk.example"


@pytest.fixture
def post() -> Iterator[Server]:
    """The shop's mail server."""
    with mail_server.serving() as server:
        yield server


def signs(shop: Shop) -> Customer:
    """A customer signs and holds the sealed copy, whatever becomes of the mails."""
    customer = house.come_in(shop)
    posting = house.about_to_sign(customer)
    assert customer.post(posting.path, posting.fields)["Location"] == customer.at("receipt")
    assert customer.get(customer.at("receipt")).status_code == 200
    assert customer.get(customer.at("sealed")).content.startswith(b"%PDF")
    assert house.statuses(customer.order)[-1] == Status.APPROVED
    return customer


def went_to(server: Server) -> list[str]:
    """To whom the server accepted mails."""
    return sorted(str(one["To"]) for one in server.accepted)


def work_for(hours: float, step: timedelta = timedelta(minutes=15)) -> None:
    """A worker looks every quarter of an hour, for so long."""
    start = clock.now()
    for at in range(int(timedelta(hours=hours) / step) + 1):
        with time_machine.travel(start + at * step):
            worker.run_once()


def test_F17_the_mail_server_is_down_for_six_hours_and_every_mail_follows_once(
    shop: Shop, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mail_server.free_port()
    signs(shop)
    work_for(6, timedelta(hours=1))
    assert Counter(Delivery.objects.values_list("state", flat=True)) == {Posted.QUEUED: 3}
    with mail_server.serving() as server, time_machine.travel(clock.now() + timedelta(hours=13)):
        worker.run_once()
        worker.run_once()
        assert went_to(server) == sorted([JAN, *STAFF])
    assert house.broken_but_mails(shop) == []


def test_F17_a_server_that_defers_one_recipient_gets_it_again_and_the_others_at_once(
    shop: Shop, post: Server
) -> None:
    post.answers[JAN] = "451 4.7.1 Greylisted, try again later"
    signs(shop)
    worker.run_once()
    assert went_to(post) == STAFF
    del post.answers[JAN]
    work_for(1)
    assert went_to(post) == sorted([JAN, *STAFF])
    (receipt,) = (one for one in post.accepted if one["To"] == JAN)
    assert receipt["Message-ID"] == Delivery.objects.get(to=JAN).message_id
    assert any(file.get_content_type() == "application/pdf" for file in receipt.iter_attachments())
    assert house.broken_but_mails(shop) == []


def test_F17_a_recipient_who_does_not_exist_is_told_in_the_timeline_and_to_the_managers(
    shop: Shop, post: Server
) -> None:
    post.answers[JAN] = "550 5.1.1 No such user"
    customer = signs(shop)
    work_for(1)
    assert went_to(post) == STAFF
    assert Delivery.objects.get(to=JAN).state == Posted.DEAD
    (told,) = house.facts(customer.order, "message.refused")
    assert told["message"] == Delivery.objects.get(to=JAN).message_id
    assert shop.mara.notices.filter(kind="undelivered").count() == 1
    assert customer.get(customer.at("sealed")).status_code == 200
    assert house.broken_but_mails(shop) == []


def test_F17_a_server_that_refuses_every_message_after_reading_it_loses_none(
    shop: Shop, post: Server
) -> None:
    post.after_data = "451 4.3.0 Mail queue is full"
    signs(shop)
    worker.run_once()
    assert (went_to(post), Delivery.objects.filter(state=Posted.QUEUED).count()) == ([], 3)
    post.after_data = "250 OK"
    work_for(1)
    assert went_to(post) == sorted([JAN, *STAFF])
    assert house.broken_but_mails(shop) == []


def test_F17_what_a_slow_mail_server_did_not_take_in_time_goes_again_under_its_own_id(
    shop: Shop, post: Server, settings: Settings
) -> None:
    settings.EMAIL_TIMEOUT = 0.5
    post.seconds = 2.0
    customer = signs(shop)
    worker.run_once()
    assert Delivery.objects.filter(state=Posted.SENT).count() == 0
    assert customer.get(customer.at("sealed")).status_code == 200
    post.seconds = 0.0
    settings.EMAIL_TIMEOUT = 5
    work_for(1)
    assert set(Delivery.objects.values_list("state", flat=True)) == {Posted.SENT}
    # What the slow server took after all came twice, under one Message-ID (I4).
    assert {str(one["Message-ID"]) for one in post.accepted} == set(
        Delivery.objects.values_list("message_id", flat=True)
    )
    assert house.broken_but_mails(shop) == []
