"""Line 27: no name that somebody typed, and no part of an address, ever becomes a part of a path."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.core import mail
from django.urls import reverse

from paraph.automation import runner
from paraph.delivery import outbox
from paraph.lib import home
from paraph.lib.blobs import BlobMissing
from paraph.people.models import Contact, Customer
from tests import cast
from tests.attacks.world import Knocker, come_in, sign_in
from tests.cast import Shop

pytestmark = pytest.mark.slow

UP = "../../needle"
NAMES = (
    UP,
    "/etc/needle",
    "..\\..\\needle",
    "needle\0.pdf",
    "%2e%2e%2fneedle",
    "~/needle",
    "needle;rm -rf",
    "CON.needle",
)
# What the product itself names its files: digests, keys, its database.
WRITES = {"open", "os.rename", "os.mkdir", "os.remove", "os.link", "os.symlink"}
TOUCHED: list[str] = []
WATCHING: list[bool] = []


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if WATCHING and event in WRITES:
        TOUCHED.extend(str(one) for one in arguments[:2] if isinstance(one, str | bytes | Path))


sys.addaudithook(_note)  # hooks cannot be taken away again; this one sleeps unless `watched`


@contextmanager
def watched() -> Iterator[list[str]]:
    """Every path that Python opens, makes, renames or removes meanwhile."""
    TOUCHED.clear()
    WATCHING.append(True)
    try:
        yield TOUCHED
    finally:
        WATCHING.clear()


@pytest.mark.parametrize("name", NAMES)
def test_line_27_a_whole_journey_of_hostile_names_opens_no_path_with_any_of_them(
    shop: Shop, name: str
) -> None:
    text = name.replace("\0", "")
    Customer.objects.filter(pk=shop.customer.pk).update(name=text, address=text)
    Contact.objects.filter(pk=shop.jan.pk).update(name=text, title=text)
    shop.jan.refresh_from_db()
    with watched() as touched:
        lines = [cast.line(text, action=text, labour_code=text[:30])]
        order = shop.open_order(items=lines, title=text, object_name=text, notes=text)
        type(order).objects.filter(pk=order.pk).update(number=text)
        invitation = shop.invite(order)
        cast.approve(invitation, [1])
        signature = cast.sign(invitation_review(invitation), name=f"{text} J", mark=f"{text} J")
        runner.run_all()
        while outbox.deliver_due():
            pass
        browser = come_in(shop, invitation)
        for page in ("order", "sealed", "print", "receipt_file", "record"):
            assert browser.get(reverse(f"portal:{page}", args=[invitation.pk])).status_code == 200, page
    assert any(str(home.folder()) in one for one in touched), "nothing was written: what was watched?"
    assert [one for one in touched if "needle" in one] == []
    blob = signature.signoff.sealed_copy.blob
    assert re.fullmatch(r"[0-9a-f]{64}", blob)
    assert mail.outbox, "no letter was made"


def invitation_review(invitation: Any) -> Any:
    from paraph.signoff import ceremonies

    return ceremonies.review(invitation, by=cast.customer(invitation))


@pytest.mark.parametrize(
    "name", [UP, "/etc/passwd", "..", ".", "%2e%2e/%2e%2e/etc/passwd", "x" * 64, "A" * 64]
)
def test_line_27_a_file_is_found_by_a_digest_and_by_nothing_else(shop: Shop, name: str) -> None:
    with watched() as touched, pytest.raises(BlobMissing):
        home.blobs().get(name)
    assert touched == []


@pytest.mark.parametrize("name", NAMES)
def test_line_27_an_address_that_names_a_path_is_not_there(shop: Shop, name: str) -> None:
    order, browser = shop.open_order(), sign_in(shop.mara)
    part = quote(name, safe="")
    for address in (
        f"/proof/{part}",
        f"/orders/{order.pk}/print/{part}/",
        f"/preview/{order.pk}/{part}",
        f"/demo/mail/{part}/",
        f"/static/{part}",
        f"/s/{part}/",
    ):
        with watched() as touched:
            answer = browser.get(address)
        assert answer.status_code in {301, 404}, address
        assert [one for one in touched if one.startswith(("/etc", str(Path.home() / "needle")))] == [], (
            address
        )
        _reads_nothing(browser, answer)


def _reads_nothing(browser: Knocker, answer: Any) -> None:
    there = answer.get("Location")
    if there:
        answer = browser.get(there)
        assert answer.status_code == 404
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert b"root:" not in content
