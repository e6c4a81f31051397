"""The way in: links, their flaws, their end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from paraph.evidence.models import Entry
from paraph.lib import clock, home
from paraph.people import limits
from paraph.signoff import invitations
from paraph.signoff.models import Invitation
from tests.cast import Shop
from tests.web.portal.conftest import Customer


def test_S3_02_a_get_says_who_invites_about_what_and_offers_one_button(shop: Shop, client: Client) -> None:
    invitation = shop.invite(shop.open_order())
    response = client.get(shop.path(invitation))
    page = response.content.decode()
    assert response.status_code == 200
    for words in (
        "Vliegwerk",
        "Mara of Vliegwerk",
        "100-hour inspection",
        "PH-KLX",
        "Jan Jansen",
        "Continue",
    ):
        assert words in page
    assert page.count("<form") == 1
    assert page.count("<button") == 1


@pytest.mark.parametrize("method", ["get", "head"])
def test_S3_02_a_mail_scanner_opens_the_link_and_changes_only_the_fetch_counter(
    shop: Shop, client: Client, method: str, rows: Callable[[], dict[str, Any]]
) -> None:
    invitation = shop.invite(shop.open_order())
    before = rows()
    getattr(client, method)(shop.path(invitation))
    invitation.refresh_from_db()
    assert (invitation.fetches, invitation.opened_at) == (1, None)
    Invitation.objects.update(fetches=0)
    assert rows() == before


def test_S3_02_the_exchange_opens_a_session_under_a_new_id_without_the_token_in_the_address(
    shop: Shop, client: Client
) -> None:
    invitation = shop.invite(shop.open_order())
    client.get(shop.path(invitation))
    session = client.session
    session["before"] = True
    session.save()
    earlier = session.session_key
    response = client.post(shop.path(invitation))
    token = shop.path(invitation).split("/")[2]
    assert response["Location"] == f"/p/{invitation.pk}/"
    assert client.session.session_key != earlier
    assert token not in client.get(response["Location"]).content.decode()
    invitation.refresh_from_db()
    assert invitation.opened_at is not None


def test_opening_twice_is_one_fact_and_works_both_times(shop: Shop, enter: Callable[..., Customer]) -> None:
    invitation = shop.invite(shop.open_order())
    enter(invitation)
    enter(invitation)
    assert Entry.objects.filter(kind="invitation.opened").count() == 1


def test_the_record_says_from_where_the_link_was_opened(shop: Shop, client: Client) -> None:
    invitation = shop.invite(shop.open_order())
    client.post(shop.path(invitation), REMOTE_ADDR="203.0.113.9", headers={"user-agent": "Phone/1"})
    actor = Entry.objects.get(kind="invitation.opened").actor
    assert (actor.name, actor.address, actor.address_source) == ("Jan Jansen", "203.0.113.9", "socket peer")


def test_S3_37_every_flaw_of_a_link_gets_the_same_404(shop: Shop, rival: Shop, client: Client) -> None:
    path = shop.path(shop.invite(shop.open_order()))
    token = path.split("/")[2]
    flipped = [
        token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :] for at in range(0, len(token), 23)
    ]
    foreign = home.links().mint({"grant": str(uuid4()), "key": "x"}, audience="invitation")
    elsewhere = home.links().mint({"grant": str(uuid4()), "key": "x"}, audience="preview")
    pages = set()
    for wrong in [*flipped, token[:-1], token[:40], token + "A", "x", foreign, elsewhere]:
        for answer in (
            client.get(f"/s/{wrong}/"),
            client.post(f"/s/{wrong}/"),
            client.post(f"/s/{wrong}/?renewal"),
        ):
            assert answer.status_code == 404, wrong
            assert wrong not in answer.content.decode() or wrong == "x"
            pages.add(answer.content)
    assert len(pages) == 1
    assert client.get(f"/p/{uuid4()}/").content in pages


@pytest.mark.parametrize("language", ["en", "nl"])
def test_S3_18_S3_37_an_expired_link_is_gone_and_offers_a_new_one(
    shop: Shop, client: Client, language: str
) -> None:
    invitation = shop.invite(shop.open_order())
    Invitation.objects.update(language=language)
    with time_machine.travel(clock.now() + timedelta(hours=48), tick=False):
        for answer in (client.get(shop.path(invitation)), client.post(shop.path(invitation))):
            assert answer.status_code == 410
            assert answer["Content-Language"] == language
            assert 'action="?renewal"' in answer.content.decode()
        answer = client.post(f"{shop.path(invitation)}?renewal")
        assert answer.status_code == 200
        assert "Mara of Vliegwerk" in answer.content.decode()
        client.post(f"{shop.path(invitation)}?renewal")
    assert Entry.objects.filter(kind="renewal.requested").count() == 1


def test_line_7_an_ended_links_page_never_repeats_the_key_and_asks_with_and_without_the_last_slash(
    shop: Shop, client: Client
) -> None:
    for cut in ("", "/"):
        invitation = shop.invite(shop.open_order())
        invitations.revoke(invitation, by=shop.mara, actor=shop.mara.actor)
        address = shop.path(invitation).rstrip("/") + cut
        ended = client.get(address)
        assert ended.status_code == 410
        assert address.split("/")[2] not in ended.content.decode()
        action = ended.content.decode().split('action="')[1].split('"')[0]
        assert client.post(urljoin(address, action)).status_code == 200
    assert Entry.objects.filter(kind="renewal.requested").count() == 2


def test_S3_18_the_last_second_still_opens(shop: Shop, client: Client) -> None:
    invitation = shop.invite(shop.open_order())
    assert invitation.expires_at is not None
    with time_machine.travel(invitation.expires_at - timedelta(seconds=1), tick=False):
        assert client.post(shop.path(invitation)).status_code == 302


def test_a_revoked_link_ends_an_open_session_at_once_and_on_every_page(shop: Shop, jan: Customer) -> None:
    assert jan.get(jan.home).status_code == 200
    invitations.revoke(jan.invitation, by=shop.mara, actor=shop.mara.actor)
    for name in ("order", "timeline", "receipt", "print", "sealed", "receipt_file", "record"):
        answer = jan.get(jan.at(name))
        assert answer.status_code == 410, name
    assert jan.decide(1, "approved").status_code == 410
    assert jan.post(jan.at("approve_all")).status_code == 410
    assert jan.get(shop.path(jan.invitation)).status_code == 410
    answer = jan.post(jan.at("renewal"))
    assert answer.status_code == 200
    assert Entry.objects.filter(kind="renewal.requested").count() == 1


def test_every_form_on_the_way_carries_its_own_proof_that_it_is_ours(shop: Shop) -> None:
    """Security line 6: with the CSRF check on, the buttons of our own pages work and nothing else does."""
    client, invitation = Client(enforce_csrf_checks=True), shop.invite(shop.open_order())
    path = shop.path(invitation)
    assert client.post(path).status_code == 403
    token = {"csrfmiddlewaretoken": _token(client.get(path))}
    home = client.post(path, token)["Location"]
    token = {"csrfmiddlewaretoken": _token(client.get(home))}
    assert client.post(f"{home}approve-all/").status_code == 403
    assert client.post(f"{home}approve-all/", token).status_code == 302
    invitations.revoke(invitation, by=shop.mara, actor=shop.mara.actor)
    for ended, ask in ((path, f"{path}?renewal"), (home, f"{home}renewal/")):
        token = {"csrfmiddlewaretoken": _token(client.get(ended))}
        assert client.post(ask).status_code == 403
        assert client.post(ask, token).status_code == 200


def _token(answer: Any) -> str:
    return str(answer.content.decode().split('name="csrfmiddlewaretoken" value="')[1].split('"')[0])


def test_a_living_link_asks_for_no_new_one(shop: Shop, jan: Customer) -> None:
    assert jan.post(jan.at("renewal"))["Location"] == jan.home
    assert "Continue" in jan.post(f"{shop.path(jan.invitation)}?renewal").content.decode()
    assert not Entry.objects.filter(kind="renewal.requested").exists()


def test_S3_03_another_orders_pages_do_not_exist_for_this_session(
    shop: Shop, rival: Shop, jan: Customer
) -> None:
    item = jan.lines[0]
    for other in (shop.invite(shop.open_order()), rival.invite(rival.open_order())):
        for name in ("order", "timeline", "receipt", "print", "sealed", "receipt_file", "record"):
            assert jan.get(reverse(f"portal:{name}", args=[other.pk])).status_code == 404
        for name in ("approve_all", "comments", "review", "language", "renewal"):
            assert jan.post(reverse(f"portal:{name}", args=[other.pk])).status_code == 404
        address = reverse("portal:decision", args=[other.pk, item.pk])
        assert jan.post(address, {"choice": "approved"}).status_code == 404


@pytest.mark.slow
def test_two_invitations_live_in_one_session_and_twenty_at_most(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("paraph.web.portal.door.MAX_INVITATIONS", 2)
    client, order = Client(), shop.open_order(1)
    made = [shop.invite(order) for _ in range(3)]
    for one in made:
        client.post(shop.path(one))
    answers = [client.get(f"/p/{one.pk}/").status_code for one in made]
    assert answers == [404, 200, 200]


def test_links_cannot_be_probed_without_end_and_nobody_else_is_locked_out(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LINK", limits.Limit("link", 3, timedelta(minutes=10)))
    invitation, client = shop.invite(shop.open_order()), Client()
    answers = [client.post("/s/nonsense/", REMOTE_ADDR="198.51.100.1").status_code for _ in range(5)]
    assert answers == [404, 404, 404, 429, 429]
    assert client.post(shop.path(invitation), REMOTE_ADDR="198.51.100.2").status_code == 302


def test_language_follows_the_invitation_until_it_is_changed_for_it(shop: Shop, jan: Customer) -> None:
    jan.cookies["__Host-language"] = "fr"
    assert jan.get(jan.home)["Content-Language"] == "en"
    answer = jan.post(jan.at("language"), {"language": "nl", "next": jan.at("timeline")})
    assert answer["Location"] == jan.at("timeline")
    assert jan.get(jan.home)["Content-Language"] == "nl"
    assert '<html lang="nl">' in jan.page()
    other = shop.invite(shop.open_order())
    jan.post(shop.path(other))
    assert jan.get(f"/p/{other.pk}/")["Content-Language"] == "en"
    jan.post(jan.at("language"), {"language": "xx"})
    assert jan.get(jan.home)["Content-Language"] == "nl"


@pytest.mark.slow
@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "/orders/", "", "/p/x/", "javascript:1"]
)
def test_choosing_a_language_leads_nowhere_else(jan: Customer, wanted: str) -> None:
    answer = jan.post(jan.at("language"), {"language": "nl", "next": wanted})
    assert answer["Location"] == jan.home


def test_times_are_told_in_the_shops_zone(shop: Shop, enter: Callable[..., Customer]) -> None:
    with time_machine.travel("2026-07-01T10:00:00Z", tick=False):
        page = enter().page()
    assert "12:00 CEST" in page
    assert "10:00 UTC" not in page
