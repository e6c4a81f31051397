"""Line 36: nothing of the inside is shown, whatever fails and whoever looks."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, OperationalError
from django.urls import reverse

from paraph.signoff import ceremonies, invitations
from paraph.signoff.models import Invitation
from paraph.web.office import order_list
from paraph.web.portal import pages
from tests.attacks.world import Knocker, come_in, sign_in
from tests.cast import Shop

pytestmark = pytest.mark.slow

INSIDE = (
    "Traceback",
    "paraph/",
    "site-packages",
    "RuntimeError",
    "DatabaseError",
    "a detail",
    "SELECT",
    ".py",
    "Django",
)


def _says_nothing(answer: Any) -> None:
    page = answer.content.decode()
    assert [word for word in INSIDE if word in page] == []
    assert "<h1>" in page


def test_line_36_the_product_s_settings_have_debug_off_and_no_door_for_it() -> None:
    product = importlib.import_module("paraph.config.settings")
    assert product.DEBUG is False
    assert settings.DEBUG is False
    assert not any("debug" in one or "admin" in one for one in [*product.INSTALLED_APPS, *product.MIDDLEWARE])
    assert "debug" not in str(product.TEMPLATES[0]["OPTIONS"])


@pytest.mark.parametrize(
    "problem", [RuntimeError, DatabaseError, KeyError, RecursionError, MemoryError, AssertionError]
)
def test_line_36_a_fault_in_a_page_is_told_without_its_inside(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, problem: type[Exception]
) -> None:
    invitation = shop.invite(shop.open_order(lines=1))
    jan, mara = come_in(shop, invitation), sign_in(shop.mara)

    def broken(*_: Any, **__: Any) -> None:
        raise problem("a detail of the inside")

    faults: list[tuple[Any, str, Callable[[], Any]]] = [
        (order_list, "search", lambda: mara.get("/orders/")),
        (pages, "visit", lambda: jan.get(reverse("portal:order", args=[invitation.pk]))),
        (invitations, "peek", lambda: Knocker().get(shop.path(invitation))),
        (ceremonies, "approve_all", lambda: jan.post(reverse("portal:approve_all", args=[invitation.pk]))),
    ]
    for place, name, ask in faults:
        with monkeypatch.context() as patch:
            patch.setattr(place, name, broken)
            answer = ask()
        assert answer.status_code == 500
        _says_nothing(answer)


def test_line_36_a_fault_of_the_error_page_itself_is_told_without_its_inside(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    from paraph.web.shared import errors

    def broken(*_: Any, **__: Any) -> str:
        raise RuntimeError("a detail")

    monkeypatch.setattr(order_list, "search", broken)
    monkeypatch.setattr(errors, "render_to_string", broken)
    answer = sign_in(shop.mara).get("/orders/")
    assert answer.status_code == 500
    _says_nothing(answer)


def test_line_36_the_database_being_away_is_no_fault_of_the_reader(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise OperationalError("could not connect to server: a detail")

    monkeypatch.setattr(invitations, "peek", away)
    answer = Knocker().get(shop.path(shop.invite(shop.open_order(lines=1))))
    assert answer.status_code == 503
    assert answer["Retry-After"]
    _says_nothing(answer)


Broken = Callable[[Knocker, Invitation], Any]
REQUESTS: dict[str, Broken] = {
    "no form at all": lambda one, it: one.post(f"/p/{it.pk}/comments/", b"\xff\xfe", content_type="text/plain"),
    "a false charset": lambda one, it: one.generic(
        "POST", f"/p/{it.pk}/comments/", b"text=x", "application/x-www-form-urlencoded; charset=nonsense"
    ),
    "a broken upload": lambda one, it: one.post(
        f"/p/{it.pk}/comments/", b"--x\r\nbroken", content_type="multipart/form-data; boundary=x"
    ),
    "an upload without boundary": lambda one, it: one.post(
        f"/p/{it.pk}/comments/", b"x", content_type="multipart/form-data"
    ),
    "too many fields": lambda one, it: one.post(f"/p/{it.pk}/comments/", {f"f{n}": "" for n in range(4001)}),
    "a foreign host": lambda one, it: one.get("/", headers={"Host": "evil.example"}),
    "a broken host": lambda one, it: one.get("/", headers={"Host": "a b"}),
    "no such page": lambda one, it: one.get("/paraph/config/settings.py"),
    "a strange session": lambda one, it: Knocker().get("/orders/", headers={"Cookie": "__Host-paraph=" + "x" * 4000}),
    "a strange language": lambda one, it: Knocker().get(
        "/sign-in/", headers={"Accept-Language": "x" * 5000, "Cookie": "__Host-language=../../etc"}
    ),
    "strange messages": lambda one, it: Knocker().get("/sign-in/", headers={"Cookie": "__Host-messages=W1tdXQ"}),
    "a deep drawing": lambda one, it: one.post(f"/p/{it.pk}/review/", {"name": "x", "strokes": "[" * 90_000}),
    "a search for nothing": lambda one, it: sign_in(it.sent_by).get("/customers/?q=%00&page=%00"),
    "a filter of nothing": lambda one, it: sign_in(it.sent_by).get("/orders/?q=%00&status=%00&customer=%00&page=%00"),
    "no receipt": lambda one, it: one.post("/proof/", {"file": SimpleUploadedFile("r.json", b"{}")}),
    "a receipt of words": lambda one, it: one.post("/proof/", {"file": SimpleUploadedFile("r.json", b"words\0\xff")}),
    "a receipt of lists": lambda one, it: one.post("/proof/", {"file": SimpleUploadedFile("r.json", b'{"leaf": []}')}),
    "a deep receipt": lambda one, it: one.post("/proof/", {"file": SimpleUploadedFile("r.json", b"[" * 100_000)}),
}  # fmt: skip


@pytest.mark.parametrize("request_name", REQUESTS)
def test_line_36_requests_nobody_can_read_are_refused_and_are_no_fault(shop: Shop, request_name: str) -> None:
    invitation = shop.invite(shop.open_order(lines=1))
    answer = REQUESTS[request_name](come_in(shop, invitation), invitation)
    assert answer.status_code < 500, answer.status_code
    if answer.status_code >= 400:
        _says_nothing(answer)


def test_line_36_a_deep_or_endless_drawing_is_refused(shop: Shop) -> None:
    from paraph.signoff.errors import Unusable
    from paraph.signoff.methods import drawn

    point = "[0.1,0.1]"
    for strokes in (
        "[" * 100_000,
        '{"aspect":3,"strokes":' + "[" * 100_000,
        '{"aspect":1e999,"strokes":[]}',
        '{"aspect":"NaN","strokes":[[[0,0],[1,1]]]}',
        '{"aspect":3,"strokes":[[["NaN",0],[1,1]]]}',
        '{"aspect":3,"strokes":{"a":1}}',
        '{"aspect":3,"strokes":[' + ",".join([f"[{point},{point}]"] * 5000) + "]}",
        '{"aspect":' + "9" * 5000 + ',"strokes":[[[0,0],[1,1]]]}',
        "null",
        "[]",
        '"x"',
    ):
        with pytest.raises(Unusable):
            drawn.check(strokes)
