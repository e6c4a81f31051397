"""Pages answered from memory are never older than what happened."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache

from paraph.lib import clock
from paraph.signoff import invitations, requests
from paraph.work import comments, orders
from tests.cast import Shop, again, lines
from tests.web.portal.conftest import Customer

pytestmark = pytest.mark.slow

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def test_the_second_look_renders_nothing(jan: Customer, django_assert_max_num_queries: Any) -> None:
    first = jan.page()
    with django_assert_max_num_queries(2):
        second = jan.page()
    assert TOKEN.sub("", first) == TOKEN.sub("", second)


def test_each_answer_has_its_readers_own_token(jan: Customer, enter: Callable[..., Customer]) -> None:
    other = enter(jan.invitation)
    seen = [set(TOKEN.findall(one.page())) for one in (jan, other, jan)]
    assert all(len(tokens) == 1 for tokens in seen)
    assert len(set.union(*seen)) == 3
    strict = Customer(enforce_csrf_checks=True)
    strict.invitation = jan.invitation
    strict.cookies = jan.cookies
    (token,) = set(TOKEN.findall(strict.page()))
    item = jan.lines[0]
    answer = strict.post(jan.at("decision", item.pk), {"choice": "approved", "csrfmiddlewaretoken": token})
    assert answer.status_code == 302


def test_what_the_shop_does_is_there_at_the_next_look(jan: Customer, shop: Shop) -> None:
    jan.page()
    draft = again(jan.order)
    draft.items[0].__dict__["hourly_rate"] = 99900
    orders.revise(jan.order, draft, expected=1, by=shop.mara.actor)
    assert "€2,618.00" in jan.page()
    comments.add(jan.order, lines(jan.order)[0], text="We ordered the tyre.", by=shop.tess.actor)
    assert "We ordered the tyre." in jan.page()
    requests.withdraw(jan.invitation.party.signoff, by=shop.mara.actor)
    assert "Review and sign" not in jan.page()


def test_line_08_revoked_or_expired_a_remembered_page_is_gone(jan: Customer, shop: Shop) -> None:
    jan.page()
    with time_machine.travel(clock.now() + timedelta(hours=48), tick=False):
        assert jan.get(jan.home).status_code == 410
    jan.page()
    invitations.revoke(jan.invitation, by=shop.mara, actor=shop.mara.actor)
    assert jan.get(jan.home).status_code == 410


def test_line_02_memory_is_no_way_around_the_door(jan: Customer, enter: Callable[..., Customer]) -> None:
    jan.page()
    assert enter().get(jan.home).status_code == 404
    assert Customer().get(jan.home).status_code == 404


def test_a_name_corrected_without_a_fact_is_shown_at_once_where_it_is_watched(
    jan: Customer, shop: Shop
) -> None:
    jan.page()
    shop.organisation.name = "Vliegwerk & Zonen"
    shop.organisation.save()
    assert "Vliegwerk &amp; Zonen" in jan.page()


@pytest.mark.parametrize("language", ["nl", "fr"])
def test_each_language_has_its_own_page(jan: Customer, language: str) -> None:
    english = jan.page()
    jan.post(jan.at("language"), {"language": language})
    for _ in range(2):
        answer = jan.get(jan.home)
        assert answer.headers["Content-Language"] == language
        assert f'<html lang="{language}"' in answer.content.decode()
    jan.post(jan.at("language"), {"language": "en"})
    assert TOKEN.sub("", jan.page()) == TOKEN.sub("", english)


def test_the_page_to_sign_ends_when_it_was_signed(jan: Customer) -> None:
    jan.decide(1, "approved")
    page = jan.review()
    address = jan.at("sign", page.context["ceremony"].pk)
    assert jan.get(address).status_code == 200
    cache.clear()
    fresh = jan.review()
    jan.sign(fresh)
    assert jan.get(address).status_code == 302
