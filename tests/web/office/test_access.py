"""Who may open what: roles, and organisations that do not exist for each other (security.md lines 1 and 3)."""

from __future__ import annotations

import uuid
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

M, D, T, B = Role.MANAGER, Role.DISPATCHER, Role.TECHNICIAN, Role.BILLER
ALL, OFFICE, CREW = {M, D, T, B}, {M, D}, {M, D, T}
# ELSEWHERE: needs an invoice, or an order in a special state; tests/attacks/routes.py has them, with every other route.
PUBLIC, DEMO, ELSEWHERE = "public", "demo", "elsewhere"

# Every route of this face, and who may use it. A route that is missing here fails the first test below.
TABLE: dict[str, object] = {
    "start": ALL,
    "sign_in": PUBLIC,
    "sign_out": PUBLIC,
    "passkey": PUBLIC,
    "passkey_options": PUBLIC,
    "forgotten": PUBLIC,
    "reset": PUBLIC,
    "join": PUBLIC,
    "join_passkey": PUBLIC,
    "organisations": ALL,
    "confirm": ALL,
    "confirm_options": ALL,
    "account": ALL,
    "password": ALL,
    "sign_out_everywhere": PUBLIC,
    "factors": ALL,
    "factor_app": ALL,
    "factor_passkey": ALL,
    "factor_options": ALL,
    "factor_codes": ALL,
    "factor_remove": ALL,
    "settings": {M},
    "members": {M},
    "member_invite": {M},
    "member": {M},
    "member_off": {M},
    "member_on": {M},
    "member_factors": {M},
    "welcome_again": {M},
    "welcome_withdraw": {M},
    "orders": ALL,
    "order_new": OFFICE,
    "places": CREW,
    "order": ALL,
    "order_edit": CREW,
    "email": {M},
    "link": {M},
    "comment": CREW,
    "line_comment": CREW,
    "comment_delete": {M},
    "renew": {M},
    "revoke": {M},
    "withdraw": {M},
    "sealed": ALL,
    "sealed_of": ALL,
    "print": ALL,
    "record": ALL,
    "receipt": ALL,
    "customers": ALL,
    "customer_new": OFFICE,
    "customer": OFFICE,
    "notices": ALL,
    "notices_read": ALL,
    "notice_read": ALL,
    **dict.fromkeys(
        ("report", "reopen", "remind", "extend", "invoice_draft", "invoice", "invoice_renew"), ELSEWHERE
    ),
    **dict.fromkeys(
        ("invoice_issue", "invoice_send", "invoice_void", "invoice_pdf", "invoice_xml"), ELSEWHERE
    ),
    **dict.fromkeys(
        ("return", "return_accept", "return_back", "return_scan", "return_file", "return_picture"), ELSEWHERE
    ),
    "returns": ALL,
    "invoices": {M, D, B},
    "invoices_csv": {M, D, B},
    "seller": {M},
    "buyer": OFFICE,
    "demo": DEMO,
    "demo_enter": DEMO,
    "demo_mails": DEMO,
    "demo_mail": DEMO,
    "demo_letter": DEMO,
    "demo_attachment": DEMO,
}
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
    colleague = shop.members[D].pk
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


def test_line_3_every_route_stands_in_the_table() -> None:
    assert {one.name for one in urlpatterns} == set(TABLE)


@pytest.mark.parametrize("role", [M, D, T, B])
def test_each_role_opens_its_own_pages_and_no_other(
    shop: Shop, staff: Callable[..., Staff], places: dict[str, str], role: Role
) -> None:
    browser = staff(shop.members[role])
    for name, path in places.items():
        allowed = TABLE[name]
        if not isinstance(allowed, set):
            continue
        status = visit(browser, name, path)
        expected = {200, 302, 400} if role in allowed else {403}
        if name == "notice_read":
            expected = {404}
        assert status in expected, (name, role, status)


def test_line_38_a_refusal_is_logged_with_who_and_what(
    shop: Shop, staff: Callable[..., Staff], caplog: pytest.LogCaptureFixture
) -> None:
    assert staff(shop.tess).get(f"/orders/{shop.open_order().pk}/email/").status_code == 403
    assert f"member {shop.tess.pk} (technician) may not order.email" in caplog.text


def test_a_stranger_opens_nothing(shop: Shop, places: dict[str, str]) -> None:
    for name, path in places.items():
        if isinstance(TABLE[name], set):
            browser = Staff()
            answer = browser.post(path) if name in POSTS else browser.get(path)
            assert answer.status_code == 302, name
            assert answer["Location"].startswith("/sign-in/"), name


def test_line_1_another_organisation_finds_nothing_of_ours(
    shop: Shop, rival: Shop, staff: Callable[..., Staff], places: dict[str, str]
) -> None:
    theirs = staff(rival.mara)
    before = theirs.get(f"/orders/{uuid.uuid4()}/").content
    for name, path in places.items():
        if not isinstance(TABLE[name], set) or not any(character.isdigit() for character in path):
            continue
        if name == "factor_remove":  # its number is one of one's own, and asks for a fresh proof first
            continue
        answer = theirs.post(path, {"text": "x"}) if name in POSTS else theirs.get(path)
        assert answer.status_code == 404, name
        assert answer.content == before, f"{name}: not yours and not there must look alike"
        if name in {"order_edit", "email", "customer"}:
            assert theirs.post(path, {"title": "x", "name": "x"}).status_code == 404, name
    assert shop.open_order().number not in theirs.text("/orders/")
    assert shop.customer.name not in theirs.text("/customers/")


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
