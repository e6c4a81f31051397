"""What belongs to another order, or to another organisation, is not there under an order of one's own (line 1)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import URLPattern
from django.urls.resolvers import RoutePattern

from paraph.people.models import Role
from paraph.web.office.urls import urlpatterns
from paraph.work import comments
from tests import cast
from tests.attacks.world import make_welcome
from tests.cast import Shop
from tests.web.office.conftest import Staff

pytestmark = pytest.mark.slow

# Who opens which page, each route of it, stands in tests/attacks/routes.py and is tried there.
POSTS = {
    "link", "comment", "line_comment", "comment_delete", "renew", "revoke", "withdraw",
    "notices_read", "notice_read", "sign_out", "demo_enter", "passkey", "passkey_options", "join_passkey",
    "confirm_options", "sign_out_everywhere", "factor_options", "factor_remove", "member_off", "member_on",
    "member_factors", "welcome_again", "welcome_withdraw",
}  # fmt: skip


@pytest.fixture
def places(shop: Shop) -> dict[str, str]:
    """The address of every route, filled with the ids of a signed order of Vliegwerk."""
    return addresses(shop)


def addresses(shop: Shop) -> dict[str, str]:
    order = shop.open_order(2)
    signoff = cast.signed(shop, order, (1, 2))
    signature = signoff.signatures.get()
    comment = comments.add(order, None, text="Hello", by=shop.jan.actor)
    ids = {
        "pk": order.pk,
        "item": cast.lines(order)[0].pk,
        "comment": comment.pk,
        "invitation": signature.ceremony.invitation_id,
        "signoff": signoff.pk,
        "signature": signature.pk,
        "view": "estimate",
        "name": "20260101T000000.000000Z-00000000",
        "number": 0,
        "welcome": make_welcome(shop).pk,
        "token": "nonsense",
        "factor": 10**9,
    }
    # Dirk, so that a role that is tried does not switch itself off.
    colleague = shop.members[Role.DISPATCHER].pk
    own: dict[str, object] = dict.fromkeys(
        ("member", "member_off", "member_on", "member_factors"), colleague
    ) | {
        "customer": shop.customer.pk,
        "buyer": shop.customer.pk,
        "notice_read": 10**9,
        "demo_enter": shop.mara.pk,
    }
    found: dict[str, str] = {}
    for one in urlpatterns:
        assert isinstance(one, URLPattern)
        assert isinstance(one.pattern, RoutePattern)
        path = "/" + str(one.pattern)
        for key, kind in (
            ("pk", "uuid"),
            ("pk", "int"),
            *((name, "uuid") for name in ids),
            ("view", "slug"),
            ("name", "str"),
            ("number", "int"),
            ("token", "str"),
            ("factor", "int"),
        ):
            value = own.get(one.name or "", ids[key]) if key == "pk" else ids[key]
            path = path.replace(f"<{kind}:{key}>", str(value))
        found.setdefault(one.name or "", path)
    return found


def visit(browser: Staff, name: str, path: str) -> int:
    return (browser.post(path, {"text": ""}) if name in POSTS else browser.get(path)).status_code


def test_line_38_a_refusal_is_logged_with_who_and_what(
    shop: Shop, staff: Callable[..., Staff], caplog: pytest.LogCaptureFixture
) -> None:
    assert staff(shop.tess).get(f"/orders/{shop.open_order().pk}/email/").status_code == 403
    assert f"member {shop.tess.pk} (technician) may not order.email" in caplog.text


def test_line_1_our_own_order_does_not_open_their_parts(
    shop: Shop, rival: Shop, staff: Callable[..., Staff], places: dict[str, str]
) -> None:
    """Ids of another organisation's, or another order's, things under an order of one's own."""
    theirs = addresses(rival)
    order = places["order"].removeprefix("/").rstrip("/")
    other = shop.open_order(1)
    for name in (
        "comment_delete",
        "renew",
        "revoke",
        "withdraw",
        "sealed_of",
        "record",
        "receipt",
        "line_comment",
    ):
        foreign = "/" + order + "/" + theirs[name].split("/", 3)[3]
        assert visit(staff(shop.mara), name, foreign) == 404, name
        moved = f"/orders/{other.pk}/" + places[name].split("/", 3)[3]
        assert visit(staff(shop.mara), name, moved) == 404, name


def test_nobody_puts_another_organisations_people_into_an_order(
    shop: Shop, rival: Shop, staff: Callable[..., Staff]
) -> None:
    mara = staff(shop.mara)
    order = shop.open_order()
    for field, value in (
        ("customer", rival.customer.pk),
        ("contacts", rival.jan.pk),
        ("site", rival.site.pk),
        ("technician", rival.tess.pk),
    ):
        answer = mara.fill(f"/orders/{order.pk}/edit/", **{field: str(value)})
        assert answer.status_code == 400, field
    link = mara.fields(mara.text(f"/orders/{order.pk}/email/"), "link", link__contact=str(rival.jan.pk))
    assert mara.post(f"/orders/{order.pk}/email/link/", link).status_code == 400
    assert rival.customer.name not in mara.text(f"/orders/places/?customer={rival.customer.pk}")
