"""A customer at a browser that does what forms and links do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from paraph.signoff.models import Invitation
from paraph.work.models import Item, WorkOrder
from tests import cast
from tests.cast import Shop

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


class Customer(Client):
    """A browser session that came in by one invitation."""

    invitation: Invitation

    @property
    def home(self) -> str:
        """The order page."""
        return self.at("order")

    @property
    def order(self) -> WorkOrder:
        """The order behind the invitation."""
        return self.invitation.party.signoff.order

    @property
    def lines(self) -> list[Item]:
        """The order's lines as they are now."""
        return cast.lines(self.order)

    def at(self, name: str, *args: Any) -> str:
        """The address of a page of this invitation."""
        return reverse(f"portal:{name}", args=[self.invitation.pk, *args])

    def page(self, name: str = "order", *args: Any) -> str:
        """The text of a page that must be there."""
        response = self.get(self.at(name, *args))
        assert response.status_code == 200, response.status_code
        return response.content.decode()

    def decide(self, number: int, choice: str, **extra: Any) -> Any:
        """Press a button in the margin of a line."""
        item = next(one for one in self.lines if one.number == number)
        return self.post(self.at("decision", item.pk), {"choice": choice}, **extra)

    def review(self, **kept: str) -> Any:
        """Press *Review and sign*; returns the page that follows, made afresh so that its context is there."""
        cache.clear()
        return self.post(self.at("review"), kept, follow=True)

    def form(self, page: Any = None, **changes: str) -> dict[str, str]:
        """What a person would send from the signing page."""
        page = page if page is not None else self.review()
        return {
            "name": "Jan Jansen",
            "role": "Owner",
            "consent": page.context["agreed"].digest,
            "language": page.context["agreed"].language,
            "method": "typed",
            "typed": "Jan Jansen",
            "strokes": "",
            **changes,
        }

    def sign(self, page: Any = None, **changes: str) -> Any:
        """Fill in the signing page and send it."""
        page = page if page is not None else self.review()
        address = self.at("sign", page.context["ceremony"].pk)
        return self.post(address, self.form(page, **changes), follow=True)


@pytest.fixture
def enter(shop: Shop) -> Callable[..., Customer]:
    """`enter(invitation)` opens the link as its customer; without one, Jan's for a fresh order of seven lines."""

    def come(invitation: Invitation | None = None, **changes: Any) -> Customer:
        customer = Customer()
        customer.invitation = invitation or shop.invite(shop.open_order(), **changes)
        response = customer.post(shop.path(customer.invitation))
        assert response.status_code == 302
        assert response["Location"] == customer.home
        return customer

    return come


@pytest.fixture
def jan(enter: Callable[..., Customer]) -> Customer:
    """Jan, who came in to decide on seven lines of an estimate."""
    return enter()


@pytest.fixture
def rows(db: None) -> Callable[[], dict[str, list[Any]]]:
    """Every row of every table but those a visit may write: sessions and counters."""
    from django.apps import apps

    exempt = {"sessions.session", "people.attempt"}

    def dump() -> dict[str, list[Any]]:
        models = [one for one in apps.get_models() if one._meta.label_lower not in exempt]
        return {one._meta.label: list(one._base_manager.order_by("pk").values()) for one in models}

    return dump
