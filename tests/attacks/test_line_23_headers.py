"""Line 23: the protecting headers stand on every answer: pages, files, static files, refusals, faults."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as product
from django.db import OperationalError
from pytest_django.fixtures import Settings

from paraph.people import limits
from paraph.signoff import invitations
from paraph.web.office import order_list
from tests.attacks.answers import Answer
from tests.attacks.world import Knocker, come_in, sign_in
from tests.cast import Shop

pytestmark = pytest.mark.slow

WANTED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Strict-Transport-Security": f"max-age={2 * 365 * 24 * 3600}",
}
TELLTALE = ("Server", "X-Powered-By", "X-Django-Version")


@pytest.fixture(autouse=True)
def https(settings: Settings) -> None:
    """As an installation stands on the net."""
    settings.PARAPH_ORIGIN = "https://testserver"


def missing(answer: Any, *, cached: bool = False) -> list[str]:
    """What an answer lacks, as a list of words."""
    found = [name for name, value in WANTED.items() if answer.get(name) != value]
    found += [name for name in TELLTALE if name in answer]
    if "frame-ancestors 'none'" not in answer.get(
        "Content-Security-Policy", ""
    ) and "sandbox" not in answer.get("Content-Security-Policy", ""):
        found.append("Content-Security-Policy")
    if not cached and answer.get("Cache-Control") != "no-store":
        found.append("Cache-Control")
    return found


@pytest.mark.slow
def test_line_23_every_answer_of_every_route_to_every_method_carries_them(answers: list[Answer]) -> None:
    wrong = [f"{one}: {fault}" for one in answers for fault in missing(one.response)]
    assert not wrong, "\n".join(wrong)
    assert {one.response.status_code for one in answers} >= {200, 302, 400, 403, 404, 405}


def test_line_23_refusals_of_every_status_carry_them(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    invitation, ended = shop.invite(shop.open_order(lines=1)), shop.invite(shop.open_order(lines=1))
    invitations.revoke(ended, by=shop.mara, actor=shop.mara.actor)
    browser, mara = come_in(shop, invitation), sign_in(shop.mara)
    monkeypatch.setattr(limits, "LINK", limits.Limit("link", 0, limits.LINK.window))

    def fault(problem: Exception) -> Any:
        def view(*_: Any) -> None:
            raise problem

        monkeypatch.setattr(order_list, "search", view)
        return mara.get("/orders/", secure=True)

    answers = {
        400: [
            browser.get("/", headers={"Host": "evil.example"}),
            Knocker().post("/sign-in/", {}, secure=True),
        ],
        403: [browser.post("/language/", {}, headers={"Origin": "https://evil.example"}, secure=True)],
        404: [browser.get("/nowhere/"), browser.get("/static/nowhere.css"), browser.get("/s/nonsense/")],
        405: [browser.put(f"/p/{invitation.pk}/"), browser.get("/language/")],
        409: [browser.post(f"/p/{invitation.pk}/review/")],
        410: [Knocker().get(shop.path(ended))],
        413: [
            mara.post(
                "/customers/new/", {"name": "x" * (product.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)}, secure=True
            )
        ],
        429: [Knocker().post(shop.path(invitation))],
        500: [fault(RuntimeError("detail"))],
        503: [fault(OperationalError("detail"))],
        301: [browser.get("/orders")],
    }
    for status, found in answers.items():
        for answer in found:
            assert answer.status_code == status, (status, answer.request["PATH_INFO"])
            assert missing(answer) == [], status


@pytest.fixture
def stored() -> Iterator[str]:
    path = Path(product.STATIC_ROOT) / "attacked.css"
    path.write_text("p { color: black }")
    yield "/static/attacked.css"
    path.unlink()


@pytest.mark.django_db
def test_line_23_static_files_carry_them_and_may_be_cached(stored: str) -> None:
    for method in ("GET", "HEAD"):
        answer = Knocker().ask(method, stored)
        if answer.streaming:
            answer.close()
        assert answer.status_code == 200
        assert missing(answer, cached=True) == []
        assert "no-store" not in answer["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "/static/../keys/django.key",
        "/static/%2e%2e/keys/django.key",
        "/static//etc/passwd",
        "/static/..%2fkeys/",
    ],
)
def test_line_23_and_line_27_the_static_folder_is_no_way_out(stored: str, path: str) -> None:
    answer = Knocker().get(path)
    assert answer.status_code == 404
    assert missing(answer) == []
