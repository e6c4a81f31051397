"""Every page of signed paper in every language: it opens, fits a small phone, and axe finds no fault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from paraph.automation import runner
from paraph.people.models import User
from paraph.signoff import reading, verification
from paraph.signoff.models import Invitation, Return
from tests import scans
from tests.cast import Shop
from tests.journeys.conftest import PHONE, Office, Portal
from tests.journeys.steps import aside
from tests.journeys.test_s3_pages import LANGUAGES, named

WIDE = {"viewport": {"width": 1280, "height": 800}, "is_mobile": False, "device_scale_factor": 1}


@dataclass
class Stage:
    """Papers in every state: the customer's invitations and the shop's returns by name."""

    shop: Shop
    invited: dict[str, Invitation]

    def returned(self, name: str) -> Return:
        """What came back by an invitation."""
        return Return.objects.get(party=self.invited[name].party_id)

    def paths(self) -> dict[str, str]:
        """Addresses by name of the page; those of the shop begin with `office`."""
        found = {f"portal-{name}": f"/p/{one.pk}/upload/" for name, one in self.invited.items()}
        found["portal-receipt"] = f"/p/{self.invited['filed'].pk}/receipt/"
        for name in ("review", "foreign", "filed"):
            one = self.returned(name)
            found[f"office-{name}"] = f"/orders/{one.party.signoff.order_id}/returns/{one.pk}/"
        found["office-order"] = f"/orders/{self.returned('filed').party.signoff.order_id}/"
        found["office-order-waiting"] = f"/orders/{self.returned('review').party.signoff.order_id}/"
        return found | {"office-start": "/", "office-returns": "/returns/"}


def build(shop: Shop) -> Stage:
    """Set the stage. Reads and seals, so run it aside from a browser."""
    names = ("draft", "sent", "review", "foreign", "back", "filed")
    invited = {name: shop.invite(shop.open_order(lines=3)) for name in names}
    printed = {name: shop.paper(one) for name, one in invited.items()}
    by_hand = {name: scans.signed_by_hand(one) for name, one in printed.items()}
    scans.hand_in(invited["review"], scans.as_pdf(scans.altered(by_hand["review"])), name="Kees de Boer")
    scans.hand_in(invited["foreign"], scans.as_photo(*scans.foreign()))
    scans.hand_in(invited["filed"], scans.as_pdf(by_hand["filed"]), name="Kees de Boer")
    scans.hand_in(invited["back"], scans.as_photo(*scans.blank()))
    while reading.read_due():
        pass
    assert Return.objects.get(party=invited["filed"].party).by_machine
    back = Return.objects.get(party=invited["back"].party)
    told = "Page 1 is empty. Please photograph the signed page once more, in better light."
    verification.send_back(back, told, by=shop.mara, actor=shop.mara.actor)
    scans.hand_in(invited["sent"], scans.as_photo(by_hand["sent"][0]))
    scans.hand_in(invited["draft"], *map(scans.as_photo, by_hand["draft"]), send=False)
    runner.run_all()
    return Stage(shop, invited)


def speak(stage: Stage, language: str) -> None:
    """Everybody reads one language from now on."""
    User.objects.update(language=language)
    Invitation.objects.update(language=language)


@pytest.fixture
def stage(shop: Shop) -> Stage:
    """Built once, read in three languages."""
    return aside(build, shop)


def test_S0_17_S0_33_every_page_of_paper_fits_a_phone_and_is_accessible_in_every_language(
    stage: Stage, portal: Portal, office: Office, window: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    paths, faults = aside(stage.paths), []
    desk, phone = office(stage.shop.mara, **PHONE), window(**PHONE)
    portal.enter(phone, *stage.invited.values())
    for language in LANGUAGES:
        aside(speak, stage, language)
        for name, path in paths.items():
            page = desk if name.startswith("office") else phone
            try:
                with named(f"{name} in {language}"):
                    answer = page.goto(path)
                    assert answer is not None
                    assert answer.status == 200, answer.status
                    expect(page.locator("html")).to_have_attribute("lang", language)
                    wide = page.evaluate("document.documentElement.scrollWidth")
                    assert wide <= PHONE["viewport"]["width"], f"{wide} px wide"
                    axe(page)
            except AssertionError as fault:
                faults.append(str(fault))
    assert not faults, "\n\n".join(faults)


@pytest.mark.slow
def test_S0_33_the_pages_of_paper_as_pictures(
    stage: Stage, portal: Portal, office: Office, window: Callable[..., Page], screenshot: Callable[..., None]
) -> None:
    paths = aside(stage.paths)
    desk, phone = office(stage.shop.mara, **WIDE), window(**WIDE)
    portal.enter(phone, *stage.invited.values())
    for name, path in paths.items():
        page = desk if name.startswith("office") else phone
        page.goto(path, wait_until="networkidle")
        screenshot(page, f"paper-{name}")
