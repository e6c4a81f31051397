"""*Email progress*, *Email invoice*, who must sign and in which order, and for how long."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from paraph.delivery import outbox
from paraph.delivery.models import Delivery
from paraph.signoff.models import Ask, Invitation, Party, Postponed, SignOff, State, View
from paraph.work.models import Status, WorkOrder
from tests import cast
from tests.billing.bills import issued, ready
from tests.cast import Shop
from tests.web.office.conftest import Staff


@pytest.fixture
def mara(shop: Shop, staff: Callable[..., Staff]) -> Staff:
    """The manager at work."""
    return staff(shop.mara)


def page_of(order: WorkOrder) -> str:
    """The address of the email page."""
    return f"/orders/{order.pk}/email/"


def asked(shop: Shop, **roles: str) -> dict[str, str]:
    """The fields that give contacts of the cast a role."""
    return {f"ask-{getattr(shop, name).pk}": role for name, role in roles.items()}


def test_S3_06_S3_08_email_progress_asks_nothing_and_goes_to_everybody_chosen(
    shop: Shop, mara: Staff, mailoutbox: list[Any]
) -> None:
    order = shop.open_order(2)
    told = asked(shop, jan="authorise", claire="view")
    assert mara.fill(page_of(order), "email", **told, text="On track", view="progress").status_code == 302
    shared = SignOff.objects.get()
    assert shared.state == State.SHARED
    assert set(shared.parties.values_list("contact", "ask")) == {
        (shop.jan.pk, Ask.VIEW),
        (shop.claire.pk, Ask.VIEW),
    }
    assert set(Invitation.objects.values_list("view", flat=True)) == {View.PROGRESS}
    assert WorkOrder.objects.get().status == Status.OPEN, "nothing is asked, so nothing waits"
    outbox.deliver_due()
    letter = next(one for one in mailoutbox if one.to == [shop.jan.email])
    assert letter.subject == "Progress report WO-1001: 100-hour inspection"
    assert "Nothing is asked of you" in letter.body
    assert "Somebody else" not in letter.body
    assert "On track" in letter.body
    assert sum(1 for one in mailoutbox if one.to == [shop.mara.user.email]) == 2, "S3-17"


def test_S3_06_a_shared_view_changes_nothing_about_what_is_asked(shop: Shop, mara: Staff) -> None:
    order = shop.open_order(2)
    cast.signed(shop, order, (1, 2))
    before = re.search(r'id="next">([^<]+)<', mara.text(f"/orders/{order.pk}/"))
    mara.fill(page_of(order), "email", **asked(shop, jan="view"), view="progress")
    after = re.search(r'id="next">([^<]+)<', mara.text(f"/orders/{order.pk}/"))
    assert before
    assert after
    assert after[1] == before[1]
    assert "Shared to read" in mara.text(f"/orders/{order.pk}/")


def test_S3_14_there_is_no_email_invoice_before_one_is_issued(shop: Shop, mara: Staff) -> None:
    order = shop.open_order(1)
    page = mara.text(page_of(order))
    assert "No invoice is issued for this order yet. Issue it first." in page
    assert re.search(r'value="invoice" disabled aria-describedby="why-not"', page)
    assert f"/preview/{order.pk}/invoice/" not in page
    answer = mara.fill(page_of(order), "email", **asked(shop, jan="view"), view="invoice")
    assert answer.status_code == 400
    link = Staff.fields(page, "link", link__contact=str(shop.jan.pk), link__view="invoice")
    assert mara.post(page_of(order) + "link/", link).status_code == 400
    assert not Invitation.objects.exists()


@pytest.mark.slow
def test_S3_07_S3_13_S3_14_an_issued_invoice_is_previewed_and_emailed(shop: Shop, mara: Staff) -> None:
    made = issued(ready(shop))
    page = mara.text(page_of(made.order))
    preview = f"/preview/{made.order.pk}/invoice/"
    assert preview in page
    shown = mara.text(preview)
    assert str(made.number) in shown
    assert "<form" not in shown
    answer = mara.fill(page_of(made.order), "email", **asked(shop, jan="view"), view="invoice")
    assert answer.status_code == 302
    assert Invitation.objects.filter(view=View.INVOICE).get().party.contact == shop.jan


@pytest.mark.parametrize(
    ("lasts", "unit", "wanted"),
    [("48", "hours", timedelta(hours=48)), ("7", "days", timedelta(days=7)), ("48", "never", None)],
)
def test_S3_19_X_08_hours_days_or_no_end_date(
    shop: Shop, mara: Staff, lasts: str, unit: str, wanted: timedelta | None
) -> None:
    order = shop.open_order(1)
    told = asked(shop, jan="authorise")
    mara.fill(page_of(order), "email", **told, lasts=lasts, unit=unit, view="estimate")
    invitation = Invitation.objects.get()
    end = invitation.expires_at
    assert (end - invitation.created_at if end else None) == wanted
    order_page = mara.text(f"/orders/{order.pk}/")
    assert ("no end date" in order_page.lower()) is (wanted is None)


def test_S3_19_the_organisations_own_default_is_proposed(shop: Shop, mara: Staff) -> None:
    shop.organisation.link_hours = 96
    shop.organisation.save()
    assert 'name="lasts" value="96"' in mara.text(page_of(shop.open_order(1)))


def test_X_08_one_after_the_other_in_the_order_of_the_page(shop: Shop, mara: Staff) -> None:
    order = shop.open_order(1)
    roles = asked(shop, jan="authorise", claire="authorise")
    places = {f"at-{shop.claire.pk}": "1", f"at-{shop.jan.pk}": "2"}
    answer = mara.fill(page_of(order), "email", **roles, **places, rule="in_turn", view="estimate")
    assert answer.status_code == 302
    signoff = SignOff.objects.get()
    assert signoff.rule == "in_turn"
    assert [one.contact for one in signoff.parties.order_by("position")] == [shop.claire, shop.jan]
    assert Invitation.objects.get().party.contact == shop.claire
    assert Postponed.objects.get().party.contact == shop.jan
    assert Delivery.objects.filter(to=shop.jan.email).count() == 0
    page = mara.get(f"/orders/{order.pk}/").content.decode()
    assert "1 person gets the link when it is their turn." in page


def test_X_08_any_one_of_them(shop: Shop, mara: Staff) -> None:
    order = shop.open_order(1)
    roles = asked(shop, jan="authorise", claire="authorise")
    mara.fill(page_of(order), "email", **roles, rule="any_one", view="authorisation")
    assert SignOff.objects.get().rule == "any_one"
    assert Invitation.objects.count() == 2
    assert 'value="any_one" id="id_rule_2" checked' in re.sub(r"\s+", " ", mara.text(page_of(order))), (
        "asked again, the page proposes the same"
    )


def test_X_08_up_and_down_move_a_contact_without_a_script_and_lose_nothing(shop: Shop, mara: Staff) -> None:
    address = page_of(shop.open_order(1))
    fields = Staff.fields(mara.text(address), "email", **asked(shop, jan="authorise", claire="view"))
    fields |= {"text": "Keep these words", "lasts": "5", "unit": "days", "rule": "in_turn"}
    answer = mara.post(address, {**fields, "down": str(shop.jan.pk)})
    assert answer.status_code == 200
    moved = Staff.fields(answer.content.decode(), "email")
    names = re.findall(r"<strong>([A-Z]\w+ \w+)</strong></label>", answer.content.decode())
    before = re.findall(r"<strong>([A-Z]\w+ \w+)</strong></label>", mara.text(address))
    assert names.index("Jan Jansen") == before.index("Jan Jansen") + 1
    for name in ("text", "lasts", "unit", f"ask-{shop.jan.pk}", f"ask-{shop.claire.pk}"):
        assert moved[name] in (fields[name], [fields[name]]), name
    back = mara.post(address, {**moved, "rule": "in_turn", "up": str(shop.jan.pk)}).content.decode()
    assert re.findall(r"<strong>([A-Z]\w+ \w+)</strong></label>", back) == before
    assert not SignOff.objects.exists()
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("nonsense", ["", "nobody", "00000000-0000-0000-0000-000000000000"])
def test_moving_nobody_moves_nobody(shop: Shop, mara: Staff, nonsense: str) -> None:
    address = page_of(shop.open_order(1))
    answer = mara.post(address, {"up": nonsense})
    assert answer.status_code == 200
    assert not SignOff.objects.exists()


def test_S0_20_without_the_capability_only_what_is_read_can_be_sent(shop: Shop, mara: Staff) -> None:
    shop.mara.without = ["signature.ask"]
    shop.mara.save()
    order = shop.open_order(1)
    page = mara.text(page_of(order))
    assert "Email estimate" not in page
    assert "Email progress" in page
    assert "do not include asking for a signature" in page
    refused = mara.fill(page_of(order), "email", **asked(shop, jan="authorise"), view="estimate")
    assert refused.status_code == 403
    assert not SignOff.objects.exists()
    assert mara.fill(page_of(order), "email", **asked(shop, jan="view"), view="progress").status_code == 302


def test_S3_10_a_link_to_progress_is_copied_and_says_what_it_is_for(shop: Shop, mara: Staff) -> None:
    order = shop.open_order(1)
    told = Staff.fields(
        mara.text(page_of(order)), "link", link__contact=str(shop.lotte.pk), link__view="progress"
    )
    answer = mara.post(page_of(order) + "link/", told)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "can read and ask questions as Lotte Vermeer" in page
    assert "decide and sign" not in page
    assert Party.objects.get().ask == Ask.VIEW


def test_S3_34_staff_print_the_progress_report_and_no_invoice_by_this_address(
    shop: Shop, mara: Staff
) -> None:
    order = shop.open_order(1)
    answer = mara.get(f"/orders/{order.pk}/print/progress/")
    assert answer["Content-Disposition"] == 'attachment; filename="WO-1001-progress.pdf"'
    assert answer.content.startswith(b"%PDF")
    assert mara.get(f"/orders/{order.pk}/print/invoice/").status_code == 404


def test_S3_06_the_order_page_shows_the_figure_of_hours(shop: Shop, mara: Staff) -> None:
    order = shop.open_order(0, items=[cast.line("A", actual_hours=3), cast.line("B")])
    page = mara.text(f"/orders/{order.pk}/").replace("\u00a0", " ")
    assert 'aria-label="Together: 3 h worked of 5 h estimated"' in page
    assert "Hours are recorded on 1 of 2 lines." in page
    assert "not recorded" in page
