"""Line 34: X-Forwarded-For is believed from configured proxies alone, and the record says who told the address."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from pytest_django.fixtures import Settings

from paraph.evidence.models import Entry
from paraph.people.models import Attempt
from paraph.signoff import ceremonies, consent
from paraph.signoff.models import Invitation, Signature
from tests import cast
from tests.attacks.world import Knocker, come_in
from tests.cast import Shop

pytestmark = pytest.mark.slow

LIES = (
    {"X-Forwarded-For": "10.9.9.9"},
    {"X-Real-IP": "10.9.9.9"},
    {"Forwarded": "for=10.9.9.9"},
    {"X-Client-IP": "10.9.9.9"},
    {"True-Client-IP": "10.9.9.9"},
    {"CF-Connecting-IP": "10.9.9.9"},
)
PEER, PROXY = "203.0.113.9", "192.0.2.1"


def _opened(shop: Shop, **told: Any) -> tuple[str, str]:
    invitation = shop.invite(shop.open_order(lines=1))
    assert Knocker().post(shop.path(invitation), **told).status_code == 302
    actor = Entry.objects.filter(kind="invitation.opened").latest("id").actor
    return actor.address, actor.address_source


@pytest.mark.parametrize("headers", LIES, ids=lambda one: next(iter(one)))
def test_line_34_no_header_of_a_client_changes_its_address(shop: Shop, headers: dict[str, str]) -> None:
    assert _opened(shop, headers=headers, REMOTE_ADDR=PEER) == (PEER, "socket peer")
    assert Attempt.objects.filter(key=f"link:{PEER}").exists()
    assert not Attempt.objects.filter(key__contains="10.9.9.9").exists()


@pytest.mark.parametrize(
    ("forwarded", "peer", "wanted"),
    [
        ("198.51.100.4", PROXY, ("198.51.100.4", "trusted proxy")),
        ("10.9.9.9, 198.51.100.4", PROXY, ("198.51.100.4", "trusted proxy")),
        ("10.9.9.9, 198.51.100.4, 192.0.2.2", PROXY, ("198.51.100.4", "trusted proxy")),
        ("198.51.100.4", PEER, (PEER, "socket peer")),
        ("198.51.100.4, rubbish", PROXY, (PROXY, "socket peer")),
        ("", PROXY, (PROXY, "socket peer")),
        ("192.0.2.2", PROXY, (PROXY, "socket peer")),
        ("<script>", PROXY, (PROXY, "socket peer")),
        ("198.51.100.4:1234", PROXY, (PROXY, "socket peer")),
        ("::ffff:198.51.100.4", f"::ffff:{PROXY}", ("198.51.100.4", "trusted proxy")),
    ],
)
def test_line_34_behind_a_proxy_the_nearest_hop_that_is_none_of_ours_counts(
    shop: Shop, settings: Settings, forwarded: str, peer: str, wanted: tuple[str, str]
) -> None:
    settings.PARAPH_PROXIES = [PROXY, "192.0.2.2"]
    assert _opened(shop, headers={"X-Forwarded-For": forwarded}, REMOTE_ADDR=peer) == wanted


def test_line_34_the_record_and_the_ledger_say_who_told_the_address_of_the_signer(
    shop: Shop, settings: Settings
) -> None:
    settings.PARAPH_PROXIES = [PROXY]
    for peer, wanted in ((PEER, (PEER, "socket peer")), (PROXY, ("198.51.100.4", "trusted proxy"))):
        invitation: Invitation = shop.invite(shop.open_order(lines=1))
        cast.approve(invitation, [1])
        ceremony = ceremonies.review(invitation, by=cast.customer(invitation))
        said = {"name": "Jan", "method": "typed", "typed": "Jan", "language": "en"}
        said["consent"] = consent.sentence(ceremony.snapshot, "en").digest
        come_in(shop, invitation).post(
            reverse("portal:sign", args=[invitation.pk, ceremony.pk]),
            said,
            REMOTE_ADDR=peer,
            headers={"X-Forwarded-For": "198.51.100.4", "User-Agent": "Attack/1 " + "x" * 1000},
        )
        signature = Signature.objects.get(party=invitation.party)
        told = signature.record["connection"]
        assert (told["address"], told["address_source"]) == wanted
        assert len(told["agent"]) <= 400
        actor = signature.entry.actor
        assert (actor.address, actor.address_source) == wanted


def test_line_34_an_unknown_address_is_not_recorded_rather_than_invented(shop: Shop) -> None:
    assert _opened(shop, REMOTE_ADDR="") == ("", "")
    assert _opened(shop, REMOTE_ADDR="unix:", headers={"X-Forwarded-For": "10.9.9.9"}) == ("", "")
