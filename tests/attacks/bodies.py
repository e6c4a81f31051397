"""What forms of the route table are sent with: something that the product takes, so that a refusal means the person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from paraph.lib import clock
from tests.attacks.world import World, once


def line(world: World) -> Mapping[str, Any]:
    return {"title": "Other title", "customer": world.shop.customer.pk, "revision": world.order.revision}


def email(world: World) -> Mapping[str, Any]:
    return {
        f"ask-{world.shop.jan.pk}": "authorise",
        "view": "estimate",
        "lasts": "48",
        "text": "",
        "language": "",
    }


def link(world: World) -> Mapping[str, Any]:
    told = {"contact": world.shop.jan.pk, "view": "estimate", "lasts": "48", "language": "", "once": once()}
    return {f"link-{name}": value for name, value in told.items()}


def said(world: World) -> Mapping[str, Any]:
    return {"text": "Something to say"}


def attempt(world: World) -> Mapping[str, Any]:
    now = clock.now().astimezone(ZoneInfo(world.shop.organisation.time_zone))
    return {"outcome": "nobody_there", "at": f"{now:%Y-%m-%dT%H:%M:%S}", "reason": "The gate was shut"}


def settings(world: World) -> Mapping[str, Any]:
    told = {
        "name": "Other name",
        "language": "en",
        "time_zone": "Europe/Paris",
        "currency": "EUR",
        "days": "2",
        "paper": "on",
        "paper_days": "14",
    }
    return {"organisation": world.shop.organisation.pk, **told}


def property(world: World) -> Mapping[str, Any]:
    return {"name": "Other name", "type": "text"}


def area(world: World) -> Mapping[str, Any]:
    return {"shape": "circle", "latitude": "53.1", "longitude": "6.5", "radius_m": "100"}


def policy(world: World) -> Mapping[str, Any]:
    return {"whose": "own", "place": "require", "late_hours": "24", "identity": "pin"}


def invited(world: World) -> Mapping[str, Any]:
    return {"name": "Otto", "email": "otto@new.example", "role": "biller", "language": "en"}


def seller(world: World) -> Mapping[str, Any]:
    told = {"street": "Weg 1", "city": "Teuge", "country": "NL", "payment_days": 14, "invoice_prefix": "F-"}
    return {"organisation": world.shop.organisation.pk, **told}


def sending(world: World) -> Mapping[str, Any]:
    return {"contacts": world.shop.jan.pk, "once": once()}


def part(world: World) -> Mapping[str, Any]:
    return {"number": once(), "name": "Bolt", "unit_price": "1.50"}


def labour_code(world: World) -> Mapping[str, Any]:
    return {"code": once()[:20], "name": "Wheels", "hourly_rate": "85"}


def point(world: World) -> Mapping[str, Any]:
    return {"text": "The place is clean"}
