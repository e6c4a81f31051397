"""A page asks the database as often for sixty lines as for three: every page there is, taken from the route table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from paraph.automation import runner
from paraph.insights import folding
from paraph.lib import clock
from paraph.people import open_sessions
from paraph.people.models import Contact, Customer, Member, Role, Site, User, Welcome
from paraph.signoff import confirming, disputes, outcomes, requests
from paraph.signoff.models import Ask, DisputeMessage, DisputePhoto, Outcome, PhotoCopy
from paraph.web.shared import signed_in
from paraph.work import comments, orders, photos, properties
from paraph.work.models import (
    CatalogPart,
    ChecklistConfirmation,
    ChecklistPoint,
    LabourCode,
    OrderKind,
    Photo,
)
from tests import cast, paperwork
from tests.attacks.routes import TABLE
from tests.attacks.world import GUEST, STAFF, Knocker, World, come_in, make_world, sign_in
from tests.billing import bills
from tests.cast import Shop
from tests.web.grown import begin_field, grow_field

pytestmark = pytest.mark.slow

MANY = 60
# Few of these exist however large a shop is, or no page lists them.
FEW = {
    "people.Organisation",
    "people.Attempt",  # counters, read by key
    "people.SpentCode",  # read by key
    "evidence.Log",
    "evidence.Node",  # one for 256 entries, read by proofs alone
    "automation.Cursor",
    "billing.SellerProfile",  # one an organisation
    "billing.BuyerProfile",  # one a customer, read beside it
    "billing.Series",  # one an organisation and year
    "delivery.Tally",  # one a kind
    "insights.Cursor",  # one an organisation
    "signoff.Decline",  # one a party, read beside it
    "signoff.OptOut",  # one a party, read beside it
    "signoff.Paper",  # a few a party, read beside it
    "signoff.Postponed",  # one a party, read beside it
}
# Where there are many, these ask so many times less.
SPARED = {"office:figures": 1}  # which customer: of many, part of a name is typed
OURS = ("automation", "billing", "capture", "delivery", "evidence", "insights", "people", "signoff", "work")


@pytest.fixture
def world(shop: Shop) -> World:
    made = make_world(shop)
    begin_field(made)
    folding.fold_all()
    return made


@pytest.fixture
def people(world: World, monkeypatch: pytest.MonkeyPatch) -> dict[str, Knocker]:
    # On a slow machine a page more or less would note that it was used.
    monkeypatch.setattr(signed_in, "NOTED_SECONDS", float("inf"))
    members = {role: sign_in(world.shop.members[role]) for role in STAFF}
    return {GUEST: come_in(world.shop, *world.links), **members}


def _pages() -> Iterator[tuple[str, str]]:
    """Each address that somebody can read, with the first who can: the customer, else a member."""
    for name, route in TABLE.items():
        who = next((one for one in (GUEST, *STAFF) if route.get[one] == 200), None)
        if who is not None:
            yield name, who


def _asked(world: World, people: dict[str, Knocker]) -> dict[str, list[str]]:
    """The queries of each page, made anew; what is asked once a process was asked before."""
    found = {}
    for name, who in _pages():
        address = TABLE[name].address(name, world)
        for _ in range(2):
            cache.clear()
            with CaptureQueriesContext(connection) as queries:
                answer: Any = people[who].again().get(address)
                _ = b"".join(getattr(answer, "streaming_content", ())) if answer.streaming else answer.content
        assert answer.status_code == 200, (name, who, answer.status_code)
        found[name] = [one["sql"] for one in queries.captured_queries]
    return found


def _grow(world: World) -> None:
    """Sixty of everything, around the same order and in it."""
    shop, order = world.shop, orders.load(world.order.pk)
    company, customer = shop.organisation, shop.customer
    more = cast.again(order)
    lines = [*more.items, *(cast.line(f"More {number}") for number in range(MANY))]
    orders.revise(order, cast.again(order, items=lines), expected=order.revision, by=shop.mara.actor)
    users = User.objects.bulk_create(User(email=f"m{n}@x.example", name=f"Member {n}") for n in range(MANY))
    Member.objects.bulk_create(Member(organisation=company, user=one, role=Role.TECHNICIAN) for one in users)
    others = Customer.objects.bulk_create(Customer(organisation=company, name=f"C {n}") for n in range(MANY))
    for one in (customer, *others[:20]):
        Contact.objects.bulk_create(Contact(customer=one, name=f"Contact {n}") for n in range(3))
        Site.objects.bulk_create(Site(customer=one, name=f"Site {n}") for n in range(3))
    until = clock.now() + timedelta(days=1)
    keys = [f"open-{number}" for number in range(MANY)]
    Session.objects.bulk_create(Session(session_key=key, session_data="", expire_date=until) for key in keys)
    for key in keys:
        open_sessions.note(shop.mara.user, key, ("192.0.2.7", "socket peer", ""), began_at=clock.now())
    items = cast.lines(order)
    for number in range(MANY):
        comments.add(order, items[number], text="Said", by=cast.customer(world.invitation))
        comments.add(order, None, text="Said", by=shop.tess.actor)
    for _ in range(20):
        shop.invite(order)
    for number in range(20):
        other = shop.open_order(lines=1, customer=others[number], contacts=[], site=None)
        contact = others[number].contacts.first()
        assert contact is not None
        requests.ask(other, [(contact, Ask.AUTHORISE)], by=shop.mara.actor)
        paperwork.to_review(shop.invite(other, contact=contact))
    for number in range(MANY):
        paperwork.page(world.invitation, f"page {number}.jpg", number + 2)
    Welcome.objects.bulk_create(
        Welcome(
            organisation=company,
            email=f"w{number}@x.example",
            name=f"Welcome {number}",
            role=Role.BILLER,
            key_hash=f"{number:064}",
            sent_at=world.welcome.sent_at,
            expires_at=world.welcome.expires_at,
        )
        for number in range(MANY)
    )
    _grow_invoices(world)
    _grow_properties(world)
    _grow_disputes(world)
    _grow_lists(world)
    grow_field(world)
    while runner.run_all():
        pass
    folding.fold_all()


def _grow_properties(world: World) -> None:
    """Kinds of order, and properties with values that the customer confirmed."""
    shop = world.shop
    kinds = [shop.kind(f"Kind {number}") for number in range(10)]
    made = [shop.define("text", f"Property {number}", editable=True) for number in range(10)]
    made += [shop.define("text", f"Of kinds {number}", kinds=kinds) for number in range(5)]
    properties.set_values(world.order, {one.pk: "x" for one in made}, by=shop.mara.actor)
    said = {str(one.pk): "y" for one in made}
    confirming.confirm(world.invitation, said, by=cast.customer(world.invitation))


def _grow_lists(world: World) -> None:
    """Parts, labour codes, points of the checklist, and what was added to the order in the field."""
    shop, order = world.shop, world.order
    mine = {"organisation": shop.organisation}
    CatalogPart.objects.bulk_create(CatalogPart(number=f"N-{n}", name="Nut", **mine) for n in range(MANY))
    LabourCode.objects.bulk_create(LabourCode(code=f"L-{n}", name="Work", **mine) for n in range(MANY))
    kinds = list(OrderKind.objects.all()[:5])
    ChecklistPoint.objects.bulk_create(
        ChecklistPoint(text=f"Point {n}", kind=kinds[n % len(kinds)], **mine) for n in range(40)
    )
    item, shot = cast.lines(order)[0], world.shot
    Photo.objects.bulk_create(
        Photo(
            order=order,
            item=item,
            kind="jpeg",
            blob=f"{n:064x}",
            size=1,
            shown=shot.shown,
            width=4,
            height=3,
            added_at=shot.added_at,
        )
        for n in range(photos.MOST_PHOTOS - 2)
    )
    for number in range(MANY):
        ChecklistConfirmation.objects.create(
            order=order, revision=number, points=[], language="en", author_name="Tess", at=shot.added_at
        )


def _grow_disputes(world: World) -> None:
    """Other disputes, and in the one that is read many words and photos; journeys that came to nothing."""
    shop = world.shop
    for number in range(10):
        invitation = shop.invite(shop.open_order(lines=2))
        disputes.dispute(invitation, reason=f"Wrong {number}", by=cast.customer(invitation))
    found, now = world.photo.dispute, clock.now()
    said = {"author_kind": "contact", "author_name": "Jan", "at": now}
    DisputeMessage.objects.bulk_create(
        DisputeMessage(dispute=found, text="More", **said) for _number in range(MANY)
    )
    photos = DisputePhoto.objects.bulk_create(
        DisputePhoto(dispute=found, kind="jpeg", blob=f"{number:064x}", size=1, **said)
        for number in range(MANY)
    )
    PhotoCopy.objects.bulk_create(
        PhotoCopy(photo=one, page=1, blob=one.blob, width=100, height=100) for one in photos
    )
    for order in (world.order, found.signoff.order):
        for number in range(10):
            outcomes.record(
                order,
                outcome=Outcome.NOBODY_THERE,
                reason=f"Try {number}",
                at=now,
                by=shop.mara,
                actor=shop.mara.actor,
            )


def _grow_invoices(world: World) -> None:
    """Signed, reported and billed orders, and invoices with many lines."""
    for number in range(10):
        order = bills.reported(world.shop, [1, 2, 3], lines=3)
        bills.issued(world.shop, order) if number % 2 else bills.drafted(world.shop, order)
    for invoice in (world.invoice, world.draft):
        one = invoice.lines.order_by("position").last()
        assert one is not None
        last = one.position
        for number in range(MANY):
            one.pk, one.position = None, last + 1 + number
            one.save(force_insert=True)


def test_every_page_asks_as_often_for_sixty_as_for_three(world: World, people: dict[str, Knocker]) -> None:
    few = _asked(world, people)
    _grow(world)
    many = _asked(world, people)
    wrong = [
        f"{name}: {len(few[name])} became {len(many[name])}:\n    "
        + "\n    ".join(_more(few[name], many[name]))
        for name in few
        if len(few[name]) - SPARED.get(name, 0) != len(many[name])
    ]
    assert not wrong, "\n".join(wrong)
    assert len(few) > 30, "the table has fewer pages than it had: is every one still read?"


def test_what_pages_list_was_grown(world: World) -> None:
    """A table of tomorrow must be grown above, or said to stay small."""
    _grow(world)
    small = {
        model._meta.label
        for model in apps.get_models()
        if model._meta.app_label in OURS and _count(model) < 10
    }
    assert small <= FEW, f"grow these in `_grow`, or say why there are few: {sorted(small - FEW)}"


def _count(model: type[Model]) -> int:
    return model._default_manager.count()


def _more(few: list[str], many: list[str]) -> list[str]:
    """The statements that are asked more often, without their values."""
    before: dict[str, int] = {}
    for one in few:
        before[_shape(one)] = before.get(_shape(one), 0) + 1
    found: dict[str, Any] = {}
    for one in many:
        found[_shape(one)] = found.get(_shape(one), 0) + 1
    return [
        f"{count - before.get(shape, 0)} × {shape}"
        for shape, count in found.items()
        if count > before.get(shape, 0)
    ]


def _shape(statement: str) -> str:
    words = statement.split(" FROM ", 1)
    return f"{words[0][:60]} … FROM {words[1][:160]}" if len(words) > 1 else statement[:160]
