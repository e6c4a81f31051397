"""The seal key is gone, or the mail server is down: the customer signs all the same, and nothing is lost."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import time_machine
from django.core.mail import EmailMessage
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings

from paraph.automation import runner
from paraph.delivery import outbox
from paraph.lib import clock, home
from paraph.signoff import completion
from paraph.signoff.models import SignOff, State
from tests.cast import Shop
from tests.delivery.mail_server import free_port, serving
from tests.journeys import steps
from tests.journeys.conftest import Office, Portal
from tests.journeys.steps import aside

LATER = timedelta(minutes=5)  # longer than the outbox waits after a first failure


@contextmanager
def without_seal_key(folder: Path) -> Iterator[None]:
    """Take the seal's key away for a while."""
    key = home.keys() / "seal.key.pem"
    kept = shutil.move(key, folder)  # which may be on another disk
    try:
        yield
    finally:
        shutil.move(kept, key)


def typed(page: Page) -> None:
    """Approve one line and sign for it."""
    steps.approve(page, 1)
    steps.review(page)
    steps.agree(page)
    steps.type_name(page)
    steps.sign(page)
    steps.signed(page)


def test_S3_29_S3_36_without_the_seal_key_the_signature_is_kept_and_the_seal_follows(
    shop: Shop,
    portal: Portal,
    office: Office,
    mailoutbox: list[EmailMessage],
    tmp_path: Path,
    axe: Callable[[Page], None],
) -> None:
    order = shop.open_order(lines=1)
    phone, desk = portal(shop.invite(order)), office(shop.mara)
    pending = re.compile("seal is pending|Seal pending")
    with without_seal_key(tmp_path):
        typed(phone)
        expect(phone.get_by_text("Your signature is kept. The seal is pending:")).to_be_visible()
        expect(phone.get_by_role("link", name="Download sealed copy")).to_have_count(0)
        axe(phone)
        assert aside(completion.seal_pending) == 0
        assert SignOff.objects.get().state == State.COMPLETE
        desk.goto(f"/orders/{order.pk}/")
        expect(desk.locator("#next")).to_contain_text("Signed, but the seal is pending:")
        expect(desk.get_by_role("region", name="Signature", exact=True)).to_contain_text(pending)
        desk.goto("/")
        expect(desk.locator("main").get_by_text(pending).first).to_be_visible()
        assert any("Seal pending" in one.subject for one in steps.letters(mailoutbox, shop.mara.user.email))
    assert aside(completion.seal_pending) == 1
    aside(runner.run_all)
    phone.reload()
    sealed = steps.download(phone, "Download sealed copy", tmp_path)
    expect(phone.get_by_text(pending)).to_have_count(0)
    letters = steps.letters(mailoutbox, shop.jan.email)
    assert sealed in [one[1] for letter in letters for one in letter.attachments]
    desk.goto(f"/orders/{order.pk}/")
    expect(desk.get_by_role("article", name="Signature of Jan Jansen")).to_contain_text("Signed and sealed")
    expect(desk.locator("#next")).not_to_contain_text(pending)
    expect(desk.get_by_role("region", name="Signature", exact=True)).not_to_contain_text(pending)


def test_S3_29_with_the_mail_server_down_the_customer_holds_the_copy_and_the_mails_follow(
    shop: Shop,
    portal: Portal,
    settings: Settings,
    tmp_path: Path,
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    phone = portal(shop.invite(shop.open_order(lines=1)))
    typed(phone)
    sealed = steps.download(phone, "Download sealed copy", tmp_path)
    assert sealed.startswith(b"%PDF-")
    aside(runner.run_all)
    assert outbox.deliver_due() == 0
    with serving() as server, time_machine.travel(clock.now() + LATER):
        assert outbox.deliver_due() >= 3
    received = {str(one["To"]): str(one["Subject"]) for one in server.accepted}
    assert "Receipt" in received[shop.jan.email]
    assert "signed" in received[shop.mara.user.email]
    assert shop.tess.user.email in received
