"""The demo's door: wide open there, absent everywhere else."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from django.conf import LazySettings
from django.test import Client

from paraph.delivery import mailbox
from tests.cast import Shop

NAME = "20260101T000000.000000Z-0000abcd"


@pytest.fixture
def mail() -> Iterator[str]:
    """One mail in the box, with a link, an HTML part that would like to run, and a file."""
    message = EmailMessage()
    message["To"], message["From"], message["Subject"] = (
        "jan@vliegwerk.example",
        "shop@vliegwerk.example",
        "Estimate <b>",
    )
    message.set_content("Open http://localhost:8000/s/secret-token/ please <script>alert(1)</script>")
    message.add_alternative("<script>alert(2)</script><a href='/s/secret-token/'>Open</a>", subtype="html")
    message.add_attachment(b"{}", maintype="application", subtype="json", filename="receipt.json")
    path = mailbox.folder() / f"{NAME}.eml"
    path.write_bytes(message.as_bytes())
    yield NAME
    path.unlink()


def paths(shop: Shop) -> list[str]:
    return [
        "/demo/",
        "/demo/mail/",
        f"/demo/mail/{NAME}/",
        f"/demo/mail/{NAME}/letter/",
        f"/demo/mail/{NAME}/0/",
    ]


@pytest.mark.slow
def test_outside_the_demo_there_is_nothing(shop: Shop, mail: str) -> None:
    browser = Client()
    for path in paths(shop):
        assert browser.get(path).status_code == 404, path
    assert browser.post(f"/demo/sign-in/{shop.mara.pk}/").status_code == 404
    assert browser.get("/").status_code == 302, "nobody was signed in"
    assert "/demo/" not in browser.get("/sign-in/").content.decode()


def test_one_click_signs_in_as_each_role(shop: Shop, settings: LazySettings) -> None:
    settings.PARAPH_DEMO = True
    page = Client().get("/demo/").content.decode()
    for member in shop.members.values():
        assert f"/demo/sign-in/{member.pk}/" in page
        browser = Client()
        assert browser.get(f"/demo/sign-in/{member.pk}/").status_code == 405
        assert browser.post(f"/demo/sign-in/{member.pk}/").status_code == 302
        assert member.user.name in browser.get("/").content.decode()


def test_the_customers_link_and_every_mail_are_there(shop: Shop, settings: LazySettings, mail: str) -> None:
    settings.PARAPH_DEMO, settings.PARAPH_ORIGIN = True, "http://localhost:8000"
    browser = Client()
    assert 'href="/s/secret-token/"' in browser.get("/demo/").content.decode()
    assert f"/demo/mail/{mail}/" in browser.get("/demo/mail/").content.decode()
    page = browser.get(f"/demo/mail/{mail}/").content.decode()
    assert 'href="http://localhost:8000/s/secret-token/"' in page
    assert "<script>alert" not in page
    file = browser.get(f"/demo/mail/{mail}/0/")
    assert file["Content-Disposition"] == 'attachment; filename="receipt.json"'
    assert file.content == b"{}"
    assert browser.get(f"/demo/mail/{mail}/1/").status_code == 404
    assert browser.get("/demo/mail/no-such-mail/").status_code == 404


def test_a_letter_is_shown_in_a_sandbox_without_scripts(
    shop: Shop, settings: LazySettings, mail: str
) -> None:
    settings.PARAPH_DEMO = True
    policy = Client().get(f"/demo/mail/{mail}/letter/")["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
