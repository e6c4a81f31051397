"""The customers of the fault tests, the invariants that must hold after every fault, and the processes that die."""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import time_machine
from django.conf import settings

from paraph.automation.models import Run, RunState
from paraph.config import worker
from paraph.delivery import mailbox, outbox
from paraph.delivery.models import Delivery
from paraph.evidence import audit
from paraph.evidence.models import Checkpoint, Entry
from paraph.lib import clock, home
from paraph.lib.blobs import Blobs
from paraph.operate import reconcile
from paraph.signoff import receipts
from paraph.signoff.models import SealedCopy, Signature, SignOff, State
from paraph.work.models import Status, WorkOrder
from tests.automation.test_runner import child_environment
from tests.cast import Shop
from tests.web.portal.conftest import Customer

# What was claimed by a process that died is free again after this; the longest lease is that of a mail.
LEASES = outbox.LEASE + timedelta(seconds=1)
# A pass sends ten mails; this is far more than any test leaves behind.
MOST_PASSES = 60
CRASHED = 137
REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True)
class Posting:
    """The request that signs, ready to be sent by anybody who has the customer's session."""

    path: str
    fields: dict[str, str]
    session: str


def come_in(shop: Shop, lines: int = 2, **invited: Any) -> Customer:
    """A customer of a fresh order who approved every line; `invited` as `Shop.invite`."""
    customer = Customer()
    customer.invitation = shop.invite(shop.open_order(lines=lines), **invited)
    assert customer.post(shop.path(customer.invitation)).status_code == 302
    assert customer.post(customer.at("approve_all")).status_code == 302
    return customer


def about_to_sign(customer: Customer) -> Posting:
    """Review, and what the signing page would send."""
    page = customer.review()
    path = customer.at("sign", page.context["ceremony"].pk)
    session = customer.cookies[settings.SESSION_COOKIE_NAME].value
    return Posting(path, customer.form(page), session)


def environment(**changes: str) -> dict[str, str]:
    """That of a process of the product on the test's database and files, whose mails go into the mailbox."""
    told = child_environment(PARAPH_DEMO="1", PYTHONPYCACHEPREFIX=compiled(), **changes)
    return {name: value for name, value in told.items() if name != "PYTHONDONTWRITEBYTECODE"}


def compiled() -> str:
    """Where compiled files are kept: where the tools keep them, or once a run. Many processes start."""
    return os.environ.get("PYTHONPYCACHEPREFIX") or str(settings.PARAPH_DATA / "compiled")


def database_url() -> str:
    """That of the database of this test run."""
    return environment()["DATABASE_URL"]


def child(program: str, *, crash_at: str = "", told: Any = None) -> subprocess.CompletedProcess[str]:
    """Run a module of this folder in a process of its own; `told` is its standard input, as JSON."""
    nursery = _nursery()
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    nursery.stdin.write(json.dumps({"program": program, "crash_at": crash_at, "told": told}) + "\n")
    nursery.stdin.flush()
    answer = nursery.stdout.readline()
    assert answer, "the process that makes the others has ended; what it said stands above"
    return subprocess.CompletedProcess(program, **json.loads(answer))


@cache
def _nursery() -> subprocess.Popen[str]:
    """On the database of this run; it ends when this process does and so closes what it reads."""
    made = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.nursery"],
        env=environment(),
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(made.communicate)
    return made


def worker_comes(passes: int = 2) -> None:
    """A worker works until nothing is left, after the leases of whoever died have run out."""
    with time_machine.travel(clock.now() + LEASES):
        for done in range(MOST_PASSES):
            if not worker.run_once() and done >= passes:
                break


def statuses(order: WorkOrder) -> list[str]:
    """Every status the order was given, as recorded."""
    kinds = ("order.status_changed", "order.reported", "order.reopened")
    told = Entry.objects.filter(kind__in=kinds, topic=order.topic).order_by("index")
    return [
        str(Status.COMPLETED) if one.kind == "order.reported" else one.content["fact"]["after"]
        for one in told
    ]


def facts(order: WorkOrder, kind: str) -> list[dict[str, Any]]:
    """What was recorded about an order, by kind."""
    entries = Entry.objects.filter(kind=kind, topic=order.topic).order_by("index")
    return [one.content["fact"] for one in entries]


def notes() -> list[str]:
    """The signed checkpoints of now, for somebody outside to keep (I5)."""
    return list(Checkpoint.objects.values_list("note", flat=True))


def broken(shop: Shop, *, kept: Sequence[str] = (), sent_twice: int = 0) -> list[str]:
    """Every invariant that does not hold once all faults are over; `kept` are checkpoints noted outside before.

    `sent_twice` is how many mails may have gone out a second time under the same Message-ID (I4). The mails are
    those in the mailbox.
    """
    return [*broken_but_mails(shop, kept=kept), *_mails(sent_twice)]


def broken_but_mails(shop: Shop, *, kept: Sequence[str] = ()) -> list[str]:
    """The same for a test whose mails go elsewhere."""
    return [
        *_one_act_one_record(),
        *_ledger(shop, kept),
        *_copies(),
        *(f"I7: {one} is not sealed" for one in SignOff.objects.filter(state=State.COMPLETE)),
        *(f"I4: {one}" for one in Run.objects.exclude(state=RunState.DONE)),
        *(f"{one.invariant}: {one.sentence}" for one in reconcile.reconcile()),
    ]


def _one_act_one_record() -> Iterator[str]:
    """I2: each state has its fact, and each fact its state."""
    for order in WorkOrder.objects.all():
        signatures = Signature.objects.filter(signoff__order=order)
        over = SignOff.objects.filter(order=order, state__in=(State.COMPLETE, State.SEALED))
        pairs = [
            ("signature.given", sorted(str(one.pk) for one in signatures), "signature"),
            ("signoff.completed", sorted(str(one.pk) for one in over), "signoff"),
            (
                "copy.sealed",
                sorted(str(one.signoff_id) for one in SealedCopy.objects.filter(signoff__order=order)),
                "signoff",
            ),
        ]
        for kind, rows, name in pairs:
            told = sorted(one[name] for one in facts(order, kind))
            if told != rows:
                yield f"I2: {kind} tells of {told}, the rows are {rows}"
        if [order.status] != statuses(order)[-1:]:
            yield f"I2: the status is {order.status}, the facts say {statuses(order)}"


def _mails(sent_twice: int) -> Iterator[str]:
    """I4: every message wanted went out, once, under the Message-ID of its row."""
    wanted = set(Delivery.objects.values_list("message_id", flat=True))
    went = Counter(one.message_id for one in mailbox.read(10_000))
    for missing in sorted(wanted - went.keys()):
        yield f"I4: {Delivery.objects.get(message_id=missing)} never went out"
    if went.keys() - wanted:
        yield "I4: a mail went out that nobody wanted"
    if sum(went.values()) - len(went) > sent_twice:
        yield f"I4: sent more than once: {[one for one, times in went.items() if times > 1]}"


def _ledger(shop: Shop, kept: Sequence[str]) -> Iterator[str]:
    """I5: nothing was changed, and everything that was ever handed out still proves what it says."""
    held = [
        receipts.receipt(one) for one in Signature.objects.filter(signoff__organisation=shop.organisation)
    ]
    for finding in audit.verify_log(shop.organisation.log, checkpoints=kept, receipts=held):
        yield f"I5: {finding}"


def _copies() -> Iterator[str]:
    """I6: hash in the ledger == bytes on disk == bytes mailed."""
    known = set()
    for copy in SealedCopy.objects.select_related("entry"):
        digest = f"sha256:{hashlib.sha256(copy.read()).hexdigest()}"
        known.add(digest)
        if copy.entry.content["fact"]["digest"] != digest:
            yield f"I6: {copy} is not what the ledger says"
    for mail in mailbox.read(10_000):
        for file in mail.attachments:
            if (
                file.mime == "application/pdf"
                and f"sha256:{hashlib.sha256(file.content).hexdigest()}" not in known
            ):
                yield f"I6: {mail.to} was mailed other bytes than were sealed"


def blob_files() -> tuple[set[str], set[str]]:
    """The files of the store: whole ones, and parts somebody was writing."""
    store = home.blobs()
    assert isinstance(store, Blobs)
    found = {str(one) for one in store.folder.rglob("*") if one.is_file()}
    parts = {one for one in found if Path(one).name.startswith(".")}
    return found - parts, parts


def receipt_mails(customer: Customer) -> list[mailbox.Mail]:
    """The receipts a customer was mailed."""
    address = customer.invitation.party.contact.email
    return [
        one
        for one in mailbox.to(address)
        if any(file.name.startswith("receipt-") for file in one.attachments)
    ]
