"""Disputes at the office: on the first page and in a list, answered, resolved, corrected and offered again (S0-34)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from paraph.lib import clock, home
from paraph.lib.blobs import Blobs
from paraph.people.models import Member, Role
from paraph.signoff import ceremonies, opting, outcomes
from paraph.signoff.models import Attempt, Dispute, DisputeMessage, Invitation, SignOff
from paraph.work import orders
from tests import cast
from tests.cast import Shop
from tests.signoff.test_disputes import raised, revised, settle
from tests.web.office.conftest import Staff

pytestmark = pytest.mark.django_db
In = Callable[[Member], Staff]


def at(name: str, found: Dispute) -> str:
    return reverse(f"office:{name}", args=[found.signoff.order_id, found.pk])


@pytest.fixture
def found(shop: Shop) -> Dispute:
    return raised(shop.invite(shop.open_order(2)))


def test_look_4_the_first_page_shows_disputes_with_their_ages_oldest_first(shop: Shop, staff: In) -> None:
    first = raised(shop.invite(shop.open_order(2, title="The old one")))
    with time_machine.travel(clock.now() + timedelta(days=3), tick=False):
        raised(shop.invite(shop.open_order(2, title="The new one"), contact=shop.claire))
        page = staff(shop.mara).text("/")
    assert page.index("The old one") < page.index("The new one")
    assert "3 days ago" in page
    assert f"#dispute-{first.pk}" in page


def test_the_list_is_filtered_and_says_how_long_it_took(shop: Shop, staff: In, found: Dispute) -> None:
    mara = staff(shop.mara)
    with time_machine.travel(clock.now() + timedelta(days=2), tick=False):
        mara.post(at("dispute_resolve", found), {"resolution": "explained", "text": "So it is."})
    listed = reverse("office:disputes")
    assert "2 days" in mara.text(listed)
    assert "No dispute fits" in mara.text(listed + "?state=open")
    assert found.signoff.order.number in mara.text(listed + "?q=tyre+jan")
    assert "There is no dispute" in staff(cast.make_shop("Other", "other.example").mara).text(listed)


@pytest.mark.parametrize("role", [Role.MANAGER, Role.DISPATCHER, Role.TECHNICIAN])
def test_S0_34_an_answer_is_read_by_the_customer(shop: Shop, staff: In, found: Dispute, role: Role) -> None:
    answer = staff(shop.members[role]).post(at("dispute_answer", found), {"text": "We look."}, follow=True)
    assert "We look." in answer.content.decode()
    assert DisputeMessage.objects.get().author_name == shop.members[role].user.name


def test_what_was_typed_is_kept_where_it_is_refused(shop: Shop, staff: In, found: Dispute) -> None:
    mara = staff(shop.mara)
    answer = mara.post(at("dispute_resolve", found), {"resolution": "", "text": "My sentence"})
    assert answer.status_code == 400
    assert "My sentence" in answer.content.decode()
    answer = mara.post(at("dispute_answer", found), {"text": "x" * 4001})
    assert answer.status_code == 400
    assert "x" * 4001 in answer.content.decode()


def test_corrected_is_offered_only_after_a_correction(shop: Shop, staff: In, found: Dispute) -> None:
    mara, order = staff(shop.mara), found.signoff.order
    address = reverse("office:order", args=[order.pk])
    assert 'value="corrected"' not in mara.text(address)
    assert reverse("office:order_edit", args=[order.pk]) in mara.text(address)
    assert (
        mara.post(at("dispute_resolve", found), {"resolution": "corrected", "text": "Y"}).status_code == 400
    )
    revised(shop, found.party.invitations.get(), 2, hourly_rate=1)
    assert 'value="corrected"' in mara.text(address)
    answer = mara.post(at("dispute_resolve", found), {"resolution": "corrected", "text": "Mended."})
    assert answer["Location"].startswith(address)
    assert SignOff.objects.get().state == "open"


def test_a_correction_of_what_was_signed_leads_on_to_asking_again(shop: Shop, staff: In) -> None:
    order = shop.open_order(1)
    cast.signed(shop, order, (1,))
    invitation = Invitation.objects.get()
    found = raised(invitation, (1,), signed=True)
    mara = staff(shop.mara)
    assert 'value="withdrawn"' not in mara.text(reverse("office:order", args=[order.pk]))
    revised(shop, invitation, 1, hourly_rate=1)
    answer = mara.post(at("dispute_resolve", found), {"resolution": "corrected", "text": "Mended."})
    assert answer["Location"] == reverse("office:email", args=[order.pk])


def test_who_may_not_resolve_sees_no_such_button(shop: Shop, staff: In, found: Dispute) -> None:
    address = reverse("office:order", args=[found.signoff.order_id])
    assert at("dispute_resolve", found) not in staff(shop.tess).text(address)
    bram = staff(shop.members[Role.BILLER]).text(address)
    assert at("dispute_answer", found) not in bram
    assert "The tyre was new last year." in bram


def test_S1_04_the_report_of_disputed_work_is_refused_with_a_sentence(shop: Shop, staff: In) -> None:
    order = shop.open_order(1)
    cast.signed(shop, order, (1,))
    raised(Invitation.objects.get(), (), signed=True)
    answer = staff(shop.tess).post(reverse("office:report", args=[order.pk]))
    assert answer.status_code == 409
    assert "resolve the dispute first" in answer.content.decode()


def test_X_13_nobody_there_is_recorded_shown_and_names_the_next_step(shop: Shop, staff: In) -> None:
    order = shop.open_order(1)
    shop.invite(order)
    tess, address = staff(shop.tess), reverse("office:order", args=[order.pk])
    later = clock.now() + timedelta(hours=2)
    with time_machine.travel(later, tick=False):
        told = {"outcome": "nobody_there", "reason": "The gate was shut", "at": f"{later:%Y-%m-%dT%H:%M}"}
        assert "happened" in tess.post(reverse("office:attempt", args=[order.pk]), {}).content.decode()
        tess.post(reverse("office:attempt", args=[order.pk]), {**told, "at": "2030-01-01T10:00"})
        assert not Attempt.objects.exists()
        tess.post(reverse("office:attempt", args=[order.pk]), told)
    page = tess.text(address)
    assert "The gate was shut" in page
    assert "Next: remind Jan Jansen, or go again." in page
    assert orders.load(order.pk).status == "needs_signature"


def _without(page: str) -> str:
    """The part of the order page about what came of asking, as one line."""
    start = page.index('id="outcomes"')
    return " ".join(page[start : page.index('aria-labelledby="signature"', start)].split())


def test_X_13_every_outcome_stands_in_one_place_with_when_and_the_next_step(shop: Shop, staff: In) -> None:
    order = shop.open_order(1)
    jans = shop.invite(order)
    tess, address = shop.tess, reverse("office:order", args=[order.pk])
    opting.opt_out(jans, by=cast.customer(jans))
    for outcome in ("nobody_there", "could_not_sign"):
        outcomes.record(
            order, outcome=outcome, reason="So it went", at=clock.now(), by=tess, actor=tess.actor
        )
    told = _without(staff(tess).text(address))
    for word in ("Nobody was there", "Could not sign", "Opted out of signing electronically"):
        assert word in told
    assert "Next: remind Jan Jansen, or go again." in told
    assert "Next: Jan Jansen prints and signs it, or you bring a print along." in told
    shop.paper(jans)
    assert "Next: wait for the signed paper of Jan Jansen." in _without(staff(tess).text(address))
    found = raised(jans, ())
    told = _without(staff(tess).text(address))
    assert f'<a class="alone" href="#dispute-{found.pk}">Next: answer, correct or resolve it.</a>' in told
    assert "Next: remind" not in told  # nobody is asked while it is disputed
    settle(shop, found)
    ceremonies.decline(jans, reason="Too expensive", by=cast.customer(jans))
    told = _without(staff(tess).text(address))
    assert told.index("Declined") < told.index("Disputed") < told.index("Nobody was there")
    assert told.count("Next:") == 1
    assert "Next: talk to Jan Jansen, change the order where needed, and ask again." in told
    assert f"{clock.now():%Y}" in told


def test_X_13_an_order_without_such_an_outcome_shows_none(shop: Shop, staff: In) -> None:
    order = shop.open_order(1)
    shop.invite(order)
    page = staff(shop.members[Role.BILLER]).text(reverse("office:order", args=[order.pk]))
    assert 'id="outcomes"' not in page
    assert 'href="#outcomes"' not in page


def test_line_24_the_photo_as_it_came_is_a_download(shop: Shop, staff: In, found: Dispute) -> None:
    photo = found.photos.create(
        author_kind="contact",
        author_name="Jan",
        kind="jpeg",
        blob=home.blobs().put(b"as it came"),
        size=10,
        at=clock.now(),
    )
    bram = staff(shop.members[Role.BILLER])
    address = reverse("office:dispute_original", args=[found.signoff.order_id, found.pk, photo.pk])
    assert f'href="{address}" download' in bram.text(reverse("office:order", args=[found.signoff.order_id]))
    answer = bram.get(address)
    assert (answer.content, answer["Content-Type"]) == (b"as it came", "application/octet-stream")
    store = home.blobs()
    assert isinstance(store, Blobs)
    store.path(photo.blob).unlink()
    assert bram.get(address).status_code == 503
