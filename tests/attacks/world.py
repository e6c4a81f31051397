"""An order in which everything happened once, the people around it, and a copy of every row to compare with."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from http.cookies import SimpleCookie
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from paraph.automation import runner
from paraph.automation.models import Notice
from paraph.billing.models import Invoice
from paraph.capture.models import Capture
from paraph.lib import clock, home
from paraph.people import passwords, welcomes
from paraph.people.models import Role, Welcome
from paraph.signoff import ceremonies, disputes, passkeys, requests
from paraph.signoff.models import (
    Ask,
    Ceremony,
    ContactPasskey,
    DisputePhoto,
    Invitation,
    Paper,
    Return,
    ReturnPage,
    ReturnState,
    Signature,
    SignOff,
    Verification,
)
from paraph.work import comments
from paraph.work.models import (
    CatalogPart,
    ChecklistPoint,
    Comment,
    LabourCode,
    OrderKind,
    Photo,
    Property,
    WorkOrder,
)
from tests import cast, paperwork
from tests.attacks.listed import make_lists, make_properties, make_shot
from tests.attacks.reported import make_bills, make_capture, make_doubt, make_report
from tests.cast import Shop
from tests.people.device import Device

ANONYMOUS, GUEST, OUTSIDER, RIVAL = "anonymous", "guest", "outsider", "rival"
MANAGER, DISPATCHER, TECHNICIAN, BILLER = (str(role) for role in Role)
STAFF = (MANAGER, DISPATCHER, TECHNICIAN, BILLER)
EVERYBODY = (ANONYMOUS, GUEST, OUTSIDER, *STAFF, RIVAL)
# Tables a reader may write: sessions, rate limits. `fetches` is the one counter beside them.
WELCOME_KEY = "a key that only the letter holds"
COUNTERS = {"django_session", "people_attempt", "people_opensession"}
# Statements after which every row that counts is what it was.
HARMLESS = re.compile(
    r"\s*(SELECT|SAVEPOINT|RELEASE|ROLLBACK TO|PRAGMA)\b"
    rf"|(INSERT INTO|UPDATE|DELETE FROM) \"({'|'.join(sorted(COUNTERS))})\""
)


@dataclass
class World:
    """One shop and its busy order: line 1 signed and sealed, lines 2 and 3 asked for in a request that is open."""

    shop: Shop
    order: WorkOrder
    signed: Invitation
    invitation: Invitation
    ceremony: Ceremony
    paper: Paper
    comment: Comment
    signature: Signature
    notice: Notice
    welcome: Welcome
    invoice: Invoice
    draft: Invoice
    reader: Invitation
    draft_page: ReturnPage
    returned: Return
    detail: Property
    kind: OrderKind
    disputing: Invitation
    photo: DisputePhoto
    capture: Capture
    reporting: Invitation
    picture: Photo
    shot: Photo
    listed: tuple[CatalogPart, LabourCode, ChecklistPoint]
    verification: Verification

    @property
    def links(self) -> tuple[Invitation, ...]:
        """Everything that its customer was sent."""
        return self.signed, self.invitation, self.reader, self.disputing, self.reporting

    @property
    def welcome_key(self) -> str:
        """The key in the letter of somebody who is invited to become a member."""
        return home.links().mint({"welcome": str(self.welcome.pk), "key": WELCOME_KEY}, audience="member")

    @property
    def signoff(self) -> SignOff:
        """The request that is open."""
        return self.invitation.party.signoff

    @cached_property
    def ids(self) -> dict[str, Any]:
        """What can stand in an address, by the word the route table uses."""
        return {
            "order": self.order.pk,
            "customer": self.shop.customer.pk,
            "site": self.shop.site.pk,
            "contact": self.shop.jan.pk,
            "passkey": ContactPasskey.objects.filter(contact=self.shop.jan).earliest("made_at").pk,
            "item": next(one for one in cast.lines(self.order) if one.number == 2).pk,
            "comment": self.comment.pk,
            "invitation": self.invitation.pk,
            "signed": self.signed.pk,
            "signoff": self.signoff.pk,
            "sealed": self.signed.party.signoff_id,
            "ceremony": self.ceremony.pk,
            "paper": self.paper.pk,
            "signature": self.signature.pk,
            "notice": self.notice.pk,
            "invoice": self.invoice.pk,
            "draft": self.draft.pk,
            "billed": self.draft.order_id,
            "approval": self.draft.signoff_id,
            "reader": self.reader.pk,
            "page": self.draft_page.pk,
            "papered": self.returned.party.signoff.order_id,
            "returned": self.returned.pk,
            "file": self.returned.files.get().pk,
            "capture": self.capture.pk,
            "device": self.capture.device_id,
            "disputing": self.disputing.pk,
            "dispute": self.photo.dispute_id,
            "disputed": self.photo.dispute.signoff.order_id,
            "photo": self.photo.pk,
            "reporting": self.reporting.pk,
            "picture": self.picture.blob,
            "shot": self.shot.pk,
            **dict(zip(("part", "labour_code", "point"), (one.pk for one in self.listed), strict=True)),
            "list": "parts",
            "member": self.shop.mara.pk,
            "property": self.detail.pk,
            "kind": self.kind.pk,
            "verification": self.verification.pk,
            "doubted": self.verification.order_id,
            "colleague": self.shop.tess.pk,
            "welcome": self.welcome.pk,
            "welcome_key": self.welcome_key,
            "reset_key": passwords.key_for(self.shop.members[Role.BILLER].user),
            "token": self.shop.path(self.invitation).split("/")[2],
        }


class Knocker(Client):
    """A browser whose cookies can be put back to what they were after it came in."""

    def __init__(self, **options: Any) -> None:
        super().__init__(raise_request_exception=False, **options)
        self.first: SimpleCookie = SimpleCookie()

    def settle(self) -> Knocker:
        """Remember the cookies of now."""
        self.first = SimpleCookie({key: one.value for key, one in self.cookies.items()})
        return self

    def again(self) -> Knocker:
        """Be who one was, whatever the last answer did."""
        self.cookies = SimpleCookie({key: one.value for key, one in self.first.items()})
        return self

    def ask(self, method: str, address: str, body: Mapping[str, Any] | None = None, **extra: Any) -> Any:
        """One request, by its method's name."""
        if method == "POST":
            return self.post(address, dict(body or {}), **extra)
        return getattr(self, method.lower())(address, **extra)


def make_world(shop: Shop) -> World:
    """Play the order until everything a route can name exists. All its words hold the shop's name."""
    name = shop.organisation.name
    lines = [cast.line(f"{name} finding {number}") for number in (1, 2, 3)]
    order = shop.open_order(items=lines, title=f"{name} inspection", notes=f"{name} notes")
    made = make_properties(shop, order)
    order.refresh_from_db()
    signed = shop.invite(order)
    comment = comments.add(order, cast.lines(order)[1], text=f"{name} remark", by=shop.tess.actor)
    cast.approve(signed, [1])
    signature = cast.sign(ceremonies.review(signed, by=cast.customer(signed)))
    runner.run_all()
    # Somebody else is in charge of what is left.
    asked = requests.ask(order, [(shop.jan, Ask.AUTHORISE)], by=shop.mara.actor)
    assert asked.pk != signed.party.signoff_id
    invitation = shop.invite(order)
    cast.approve(invitation, [2])
    by = cast.customer(invitation)
    ceremony = ceremonies.review(invitation, by=by)
    asked_phone = passkeys.begin(ceremony, consent="", fresh=True)["create"]
    answer = Device(origin=settings.PARAPH_ORIGIN).make(asked_phone)
    passkeys.made(ceremony, answer, consent="", by=by)
    paper = shop.paper(invitation)
    runner.run_all()
    notice = Notice.objects.filter(member=shop.mara).latest("id")
    return World(
        shop,
        order,
        signed,
        invitation,
        ceremony,
        paper,
        comment,
        signature,
        notice,
        make_welcome(shop),
        *make_bills(shop),
        *make_papers(shop, signed, invitation),
        made,
        shop.kind(f"{name} repair"),
        *make_dispute(shop),
        make_capture(shop),
        *make_report(shop),
        make_shot(shop, order),
        make_lists(shop),
        make_doubt(shop),
    )


def make_papers(shop: Shop, signed: Invitation, invitation: Invitation) -> tuple[ReturnPage, Return]:
    """A page that is about to be sent, a paper to be reviewed, and one that is filed."""
    filed = Return.objects.create(
        party=signed.party,
        invitation=signed,
        state=ReturnState.FILED,
        created_at=clock.now(),
        sent_at=clock.now(),
    )
    paperwork.scan(filed)
    title = f"{shop.organisation.name} on paper"
    asked = shop.invite(shop.open_order(lines=1, title=title))
    cast.approve(asked, [1])
    returned = paperwork.to_review(asked)
    runner.run_all()
    return paperwork.page(invitation), returned


def make_dispute(shop: Shop) -> tuple[Invitation, DisputePhoto]:
    """An order that somebody disputes, with a photo that stands for any other."""
    title = f"{shop.organisation.name} disputed"
    invitation = shop.invite(shop.open_order(lines=1, title=title))
    by = cast.customer(invitation)
    found = disputes.dispute(invitation, reason=f"{shop.organisation.name} did it wrong", by=by)
    blob = home.blobs().put(f"photo of {shop.organisation.name}".encode())
    photo = DisputePhoto.objects.create(
        dispute=found,
        author_kind="contact",
        author_name="Jan",
        kind="jpeg",
        blob=blob,
        size=9,
        at=clock.now(),
    )
    photo.copies.create(page=0, blob=blob, width=4, height=3)
    runner.run_all()
    return invitation, photo


def make_welcome(shop: Shop) -> Welcome:
    """Somebody who is invited to become a member, with a key that the tests know; the same one of each shop."""
    now = clock.now()
    welcome, _ = Welcome.objects.get_or_create(
        organisation=shop.organisation,
        email=f"nora@{shop.mara.user.email.split('@')[1]}",
        defaults={
            "name": f"Nora of {shop.organisation.name}",
            "role": Role.TECHNICIAN,
            "key_hash": hashlib.sha256(WELCOME_KEY.encode()).hexdigest(),
            "sent_at": now,
            "expires_at": now + welcomes.VALID,
        },
    )
    return welcome


def come_in(shop: Shop, *invitations: Invitation, **options: Any) -> Knocker:
    """A customer's browser that opened these links."""
    browser = Knocker(**options)
    for one in invitations:
        assert browser.post(shop.path(one)).status_code == 302
    return browser.settle()


def sign_in(member: Any, **options: Any) -> Knocker:
    """A member's browser."""
    browser = Knocker(**options)
    browser.force_login(member.user)
    return browser.settle()


def knockers(world: World, foreign: World, **options: Any) -> dict[str, Knocker]:
    """Everybody of `EVERYBODY`: the outsider is a customer of another order of the same shop."""
    other = world.shop.invite(world.shop.open_order(), contact=world.shop.claire)
    found = {
        ANONYMOUS: Knocker(**options),
        GUEST: come_in(world.shop, *world.links, **options),
        OUTSIDER: come_in(world.shop, other, **options),
        RIVAL: sign_in(foreign.shop.mara, **options),
    }
    return found | {role: sign_in(world.shop.members[role], **options) for role in STAFF}


class Rows(dict[str, list[str]]):
    """Every row of every table, and how many statements had been carried out that may change one."""

    writes = 0


class Writes:
    """Counts statements of this connection that may change a row: reading all tables again costs most of a test."""

    count = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not HARMLESS.match(sql):
            self.count += 1
        return execute(sql, params, many, context)


WRITES = Writes()


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside did not happen."""
    before = WRITES.count
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    WRITES.count = before


def rows() -> Rows:
    """Every row of every table, but the counters a reader may write."""
    if WRITES not in connection.execute_wrappers:
        connection.execute_wrappers.append(WRITES)
    found = Rows()
    found.writes = WRITES.count
    with connection.cursor() as cursor:
        for table in sorted(set(connection.introspection.table_names(cursor)) - COUNTERS):
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [one[0] for one in cursor.description]
            found[table] = sorted(_text(table, names, row) for row in cursor.fetchall())
    return found


def _text(table: str, names: list[str], row: tuple[Any, ...]) -> str:
    told = {
        name: bytes(one) if isinstance(one, memoryview) else one for name, one in zip(names, row, strict=True)
    }
    if table == "signoff_invitation":
        told.pop("fetches")
    return repr(told)


def changed(before: Rows) -> list[str]:
    """The tables that are no longer what they were.

    Where this connection alone can see the rows, in the transaction of a test, none is read again unless it wrote.
    """
    if connection.in_atomic_block and before.writes == WRITES.count:
        return []
    now = rows()
    return sorted(table for table in before.keys() | now.keys() if before.get(table) != now.get(table))


def outcome(response: Any) -> int | str:
    """The status, or *sign-in* for the way to that page: a redirect alone would look like success."""
    there = response.get("Location", "")
    return "sign-in" if there.startswith(reverse("office:sign_in")) else int(response.status_code)


def once() -> str:
    """A value for forms that may be sent once."""
    return str(uuid4())
