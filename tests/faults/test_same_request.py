"""F10, F13, F14: many at once, the same again and again, an answer that gets lost. One act, one receipt."""

from __future__ import annotations

import queue
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connections

from paraph.automation.models import Notice
from paraph.signoff import ceremonies, receipts
from paraph.signoff.errors import AlreadySigned, Locked, SignOffError, Stale
from paraph.signoff.models import Decision, SealedCopy, Signature, SignOff, State
from paraph.work.models import Status
from tests import cast
from tests.cast import Shop
from tests.faults import house, serving
from tests.faults.house import Posting
from tests.web.portal.conftest import Customer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("letters")]

CLIENTS = 32
TIMES = 10
SECONDS = 60


@pytest.fixture
def jan(shop: Shop) -> Customer:
    """Jan, who approved two lines."""
    return house.come_in(shop)


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """What each act returned or refused with, all begun at the same moment."""
    together, said = threading.Barrier(len(acts)), queue.SimpleQueue[Any]()

    def run(act: Callable[[], Any]) -> None:
        try:
            together.wait(SECONDS)
            said.put(act())
        except SignOffError as refusal:
            said.put(refusal)
        except Exception as problem:  # noqa: BLE001 - told to the test
            said.put(problem)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(one,)) for one in acts]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return [said.get() for _ in acts]


def test_F10_of_32_clients_who_sign_the_same_order_one_does_and_the_others_learn_it(
    shop: Shop, jan: Customer
) -> None:
    ceremony = ceremonies.review(jan.invitation, by=cast.customer(jan.invitation))
    said = at_once([lambda: cast.sign(ceremony)] * CLIENTS)
    signed = [one for one in said if isinstance(one, Signature)]
    refused = [one for one in said if isinstance(one, AlreadySigned)]
    assert (len(signed), len(refused)) == (1, CLIENTS - 1), said
    assert {one.status for one in refused} == {409}
    assert {one.signature for one in refused} == set(signed)
    house.worker_comes()
    assert house.broken(shop) == []
    assert Signature.objects.count() == SealedCopy.objects.count() == 1


def test_F10_two_people_asked_for_one_order_sign_at_once_and_it_is_sealed_once(shop: Shop) -> None:
    order = shop.open_order(lines=2)
    invitations = [shop.invite(order, contact=one) for one in (shop.jan, shop.claire)]
    cast.approve(invitations[0], [1, 2])
    begun = [ceremonies.review(one, by=cast.customer(one)) for one in invitations]
    said = at_once([partial(cast.sign, one) for one in begun * 4])
    assert Counter(type(one).__name__ for one in said) == {"Signature": 2, "AlreadySigned": 6}, said
    house.worker_comes()
    assert SignOff.objects.get().state == State.SEALED
    assert SealedCopy.objects.count() == 1
    assert house.broken(shop) == []


def test_F10_one_decides_while_another_signs_and_what_is_signed_is_what_was_seen(
    shop: Shop, jan: Customer
) -> None:
    invitation = jan.invitation
    ceremony = ceremonies.review(invitation, by=cast.customer(invitation))
    line = cast.lines(jan.order)[0].pk
    said = at_once(
        [
            lambda: ceremonies.decide(invitation, line, "rejected", by=cast.customer(invitation)),
            lambda: cast.sign(ceremony),
        ]
    )
    signed = [one for one in said if isinstance(one, Signature)]
    refused = [one for one in said if isinstance(one, Exception)]
    # Whoever was first won: either the line was locked, or the signer must read again.
    assert [type(one) for one in refused] in ([Locked], [Stale], [AlreadySigned]), said
    assert bool(signed) != Decision.objects.filter(item=line, choice="rejected").exists()
    house.worker_comes()
    assert house.broken(shop) == []


@pytest.mark.parametrize("together", [False, True])
def test_F13_the_same_requests_ten_times_act_once(shop: Shop, jan: Customer, together: bool) -> None:
    posting = house.about_to_sign(jan)
    before = Decision.objects.count()
    again: list[Callable[[], int]] = [lambda: another(jan).post(jan.at("approve_all")).status_code] * TIMES
    for status in at_once(again) if together else [one() for one in again]:
        assert status == 302
    assert Decision.objects.count() == before

    def send() -> str:
        return str(another(jan).post(posting.path, posting.fields)["Location"])

    answers = at_once([send] * TIMES) if together else [send() for _ in range(TIMES)]
    assert set(answers) == {jan.at("receipt")}, answers
    for _ in range(TIMES):
        house.worker_comes(passes=1)
    assert Signature.objects.count() == SealedCopy.objects.count() == 1
    assert house.statuses(jan.order) == [Status.NEEDS_SIGNATURE, Status.APPROVED]
    assert Notice.objects.filter(kind="signed").count() == 2
    assert len(house.receipt_mails(jan)) == 1
    assert house.broken(shop) == []


def test_F14_when_the_answer_is_lost_after_the_commit_the_customer_gets_the_same_receipt(
    shop: Shop, jan: Customer, live_server: Any
) -> None:
    posting = house.about_to_sign(jan)
    port = urlsplit(live_server.url).port
    assert port is not None
    with losing_answers(port, times=2) as lossy:
        assert serving.answer_to(lossy, posting) == 0
        code = receipts.code(Signature.objects.get())
        # Once more, lost once more; then it comes through.
        assert serving.answer_to(lossy, posting) == 0
        assert serving.sign(lossy, posting) == code
        assert serving.sign(lossy, posting) == code
    house.worker_comes()
    assert Signature.objects.count() == 1
    assert len(house.receipt_mails(jan)) == 1
    assert house.broken(shop) == []


def another(customer: Customer) -> Customer:
    """The same browser in another tab."""
    tab = Customer()
    tab.cookies, tab.invitation = customer.cookies, customer.invitation
    return tab


@contextmanager
def losing_answers(port: int, *, times: int) -> Iterator[int]:
    """The port of a proxy that hands requests on and keeps the first answers to itself."""
    listener = socket.create_server(("127.0.0.1", 0))
    left = [times]

    def serve() -> None:
        while True:
            try:
                client = listener.accept()[0]
            except OSError:
                return
            with client, socket.create_connection(("localhost", port)) as server:
                server.sendall(request_of(client))
                answer = answer_of(server)
                left[0] -= 1
                if left[0] < 0:
                    client.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def request_of(client: socket.socket) -> bytes:
    """One whole request, asking the server to close afterwards."""
    told = b""
    while b"\r\n\r\n" not in told:
        told += client.recv(65536)
    head, _, body = told.partition(b"\r\n\r\n")
    length = next(
        (int(one.split(b":")[1]) for one in head.split(b"\r\n") if one.lower().startswith(b"content-length")),
        0,
    )
    while len(body) < length:
        body += client.recv(65536)
    return head + b"\r\nConnection: close\r\n\r\n" + body


def answer_of(server: socket.socket) -> bytes:
    """Everything until the server closes: what it did is committed by then."""
    told = b""
    while piece := server.recv(65536):
        told += piece
    return told


def test_the_proxy_of_this_test_hands_on_what_it_does_not_lose(jan: Customer, live_server: Any) -> None:
    port = urlsplit(live_server.url).port
    assert port is not None
    posting = Posting("/proof/", {}, "")
    with losing_answers(port, times=0) as fair:
        assert "Paraph" in serving.page(fair, posting, "")
