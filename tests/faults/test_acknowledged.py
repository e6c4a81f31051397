"""F1: whatever is killed, and whenever: a signature that was acknowledged is found, and every order is signed once."""

from __future__ import annotations

import os
import queue
import random
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from paraph.signoff import receipts
from paraph.signoff.models import Signature
from paraph.work.models import Status
from tests.cast import Shop
from tests.faults import house, serving
from tests.faults.house import Posting
from tests.faults.serving import Server
from tests.web.portal.conftest import Customer

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("letters")]

# Every second round kills one web process, the others kill all. `make faults` may ask for hundreds.
ROUNDS = int(os.environ.get("PARAPH_TEST_FAULT_ROUNDS", "6"))
SEED = 20_261_121
THREADS = 2
# Customers waiting to sign when a round begins.
A_ROUND = 5
# Seconds after the first acknowledgement of a round within which the kill comes.
LATEST = 0.4
TRIES = 40


@dataclass(frozen=True, eq=False)
class Signer:
    """A customer about to sign, and what their browser will send, however often."""

    customer: Customer
    posting: Posting


class Notebook:
    """What the customers wrote down, where no fault reaches it: the code on each receipt they saw."""

    def __init__(self) -> None:
        self.codes: dict[Signer, str] = {}
        self.problems: list[Exception] = []
        self.first = threading.Event()

    def note(self, signer: Signer, code: str) -> None:
        """Write it down; a second answer must say the same."""
        assert self.codes.setdefault(signer, code) == code
        self.first.set()

    def sign(self, port: int, waiting: queue.SimpleQueue[Signer], over: threading.Event) -> None:
        """One customer after the other, until nobody waits or the round is over."""
        try:
            while not over.is_set():
                signer = waiting.get_nowait()
                code = serving.sign(port, signer.posting)
                if code:
                    self.note(signer, code)
        except queue.Empty:
            return
        except Exception as problem:  # noqa: BLE001 - told to the test
            self.problems.append(problem)


def test_F1_every_acknowledged_signature_is_found_after_kill_9_at_any_moment(
    shop: Shop, tmp_path: Path
) -> None:
    chance, notebook, signers = random.Random(SEED), Notebook(), list[Signer]()
    server = Server(tmp_path)
    try:
        for turn in range(ROUNDS):
            signers += [come(shop) for _ in range(A_ROUND - len(signers) + len(notebook.codes))]
            one = turn % 2 == 1
            play(server, notebook, [each for each in signers if each not in notebook.codes], chance, one=one)
            server = server if one else Server(tmp_path)
        for signer in signers:
            notebook.note(signer, persist(server.port, signer))
    finally:
        server.kill()
    house.worker_comes()
    found = {each.party_id: receipts.code(each) for each in Signature.objects.all()}
    assert found == {each.customer.invitation.party_id: code for each, code in notebook.codes.items()}
    assert house.broken(shop, sent_twice=ROUNDS) == []
    for signer in signers:
        assert house.statuses(signer.customer.order).count(Status.APPROVED) == 1


def come(shop: Shop) -> Signer:
    """A customer of a fresh order who has read everything and is about to press *Sign*."""
    customer = house.come_in(shop)
    return Signer(customer, house.about_to_sign(customer))


def play(
    server: Server, notebook: Notebook, signers: Iterable[Signer], chance: random.Random, *, one: bool
) -> None:
    """A round: customers sign, and at a random moment one web process, or everything, is killed."""
    waiting, over = queue.SimpleQueue[Signer](), threading.Event()
    for signer in signers:
        waiting.put(signer)
    notebook.first.clear()
    arguments = (server.port, waiting, over)
    threads = [threading.Thread(target=notebook.sign, args=arguments) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    notebook.first.wait(serving.ANSWER_SECONDS)
    time.sleep(chance.uniform(0, LATEST))
    if one:
        server.kill_one(chance.randrange(2))
    else:
        server.kill()
    over.set()
    for thread in threads:
        thread.join()
    assert notebook.problems == []


def persist(port: int, signer: Signer) -> str:
    """The code of the receipt: a customer whose connection breaks tries again."""
    for _ in range(TRIES):
        code = serving.sign(port, signer.posting)
        if code:
            return code
        time.sleep(0.5)
    raise AssertionError("the server does not come back")
