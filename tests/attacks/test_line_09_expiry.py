"""Line 9: a link lives 48 hours to the second unless a manager says otherwise, and that is recorded."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from paraph.evidence.models import Entry
from paraph.people.models import Role
from paraph.signoff.models import Invitation
from tests.attacks.world import changed, once, rows, sign_in
from tests.cast import Shop

NOON = datetime.fromisoformat("2026-11-21T12:00:00+00:00")


def _mail(shop: Shop, lasts: str, **more: str) -> Any:
    order = shop.open_order()
    body = {f"ask-{shop.jan.pk}": "authorise", "view": "estimate", "lasts": lasts, **more}
    return sign_in(shop.mara).post(reverse("office:email", args=[order.pk]), body)


@pytest.mark.parametrize(
    ("lasts", "unit", "wanted"),
    [("48", "", 48), ("1", "hours", 1), ("4320", "hours", 4320), ("3", "days", 72), ("180", "days", 4320)],
)
def test_line_9_S3_19_the_expiry_is_exactly_what_was_asked_for_and_stands_in_the_record(
    shop: Shop, lasts: str, unit: str, wanted: int
) -> None:
    with time_machine.travel(NOON, tick=False):
        assert _mail(shop, lasts, unit=unit).status_code == 302
    invitation = Invitation.objects.get()
    assert invitation.expires_at == NOON + timedelta(hours=wanted)
    entry = Entry.objects.get(kind="invitation.sent")
    assert entry.content["fact"]["hours"] == wanted
    assert entry.actor.ref == str(shop.mara.pk)


def test_line_9_the_form_and_the_verb_both_propose_48_hours(shop: Shop) -> None:
    order = shop.open_order()
    page = sign_in(shop.mara).get(reverse("office:email", args=[order.pk]))
    assert page.context["form"]["lasts"].value() == 48
    with time_machine.travel(NOON, tick=False):
        assert shop.invite(order).expires_at == NOON + timedelta(hours=48)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lasts", "unit"),
    [
        *((lasts, "hours") for lasts in ("0", "-1", "4321", "99999999999", "1e3", "forever", "")),
        ("181", "days"),
        ("", "days"),
        ("48", "weeks"),
    ],
)
def test_line_9_no_link_lives_for_ever_by_a_slip(shop: Shop, lasts: str, unit: str) -> None:
    answer = _mail(shop, lasts, unit=unit)
    assert answer.status_code == 400
    assert not Invitation.objects.exists()


def test_line_9_X_08_only_a_manager_who_chose_it_sends_a_link_without_an_end_and_that_is_recorded(
    shop: Shop,
) -> None:
    assert _mail(shop, "48", unit="never").status_code == 302
    assert Invitation.objects.get().expires_at is None
    fact = Entry.objects.get(kind="invitation.sent").content["fact"]
    assert (fact["hours"], fact["expires_at"]) == (None, None)


@pytest.mark.parametrize("who", [Role.DISPATCHER, Role.TECHNICIAN, Role.BILLER])
def test_line_9_nobody_but_a_manager_sets_or_renews_it(shop: Shop, who: Role) -> None:
    invitation = shop.invite(shop.open_order())
    order, browser = invitation.party.signoff.order_id, sign_in(shop.members[who])
    before = rows()
    assert _refused(browser, reverse("office:email", args=[order]), {"lasts": "4320"})
    assert _refused(
        browser, reverse("office:link", args=[order]), {"link-lasts": "4320", "link-once": once()}
    )
    assert _refused(browser, reverse("office:renew", args=[order, invitation.pk]), {})
    assert changed(before) == []


def _refused(browser: Any, address: str, body: dict[str, str]) -> bool:
    return bool(browser.post(address, body).status_code == 403)


def test_line_9_the_row_decides_and_not_what_the_token_says(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order(), hours=4320)
    Invitation.objects.filter(pk=invitation.pk).update(expires_at=NOON)
    with time_machine.travel(NOON, tick=False):
        assert sign_in(shop.mara).post(shop.path(invitation)).status_code == 410
