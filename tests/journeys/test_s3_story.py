"""The whole story: a manager asks, the customer decides line by line on a phone and signs, everybody can prove it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.mail import EmailMessage
from playwright.sync_api import Page, expect

from paraph.automation import runner
from paraph.evidence.verify import verify_receipt
from paraph.lib import home
from paraph.sealing.check import check, take_apart
from paraph.signoff import completion
from tests.browser import watch
from tests.cast import PASSWORD, Shop
from tests.journeys import steps
from tests.journeys.conftest import PHONE, Office
from tests.journeys.steps import aside, line, stands
from tests.sealing import test_foreign as foreign
from tests.sealing.conftest import Laid, Run, run

__all__ = ["run"]
OWNER = "jp@jansen-aviation.example"
WORDS = "Please decide before Monday, the aircraft is needed."
QUESTION = "Can the light wait until the annual?"
ANSWER = "Yes, it may stay as it is until March."
FINDINGS = [
    (
        "Left main tyre worn to the cord",
        "2.5",
        "92.00",
        [("Tyre 6.00-6", "289.00"), ("Tube 6.00-6", "61.50")],
    ),
    ("ELT battery due in 3 weeks", "1", "92.00", [("Battery pack ELT", "218.00")]),
    ("Landing light inoperative", "0.75", "92.00", [("LED landing light", "319.00")]),
    ("Oil leak at the rocker cover", "1.25", "92.00", [("Gasket", "14.20")]),
    ("Brake lining at the limit", "1.5", "92.00", [("Lining", "48.00")]),
    ("Vacuum pump at its life limit", "2", "92.00", [("Dry vacuum pump", "640.00")]),
    ("Seat rail cracked", "3.25", "92.00", [("Seat rail", "172.80")]),
]


@pytest.fixture
def mara(window: Callable[..., Page], shop: Shop) -> Page:
    """The manager at her desk, signed in by hand."""
    page = window()
    page.goto("/orders/new/")
    page.get_by_label("Mail address").fill(shop.mara.user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="New order")).to_be_visible()
    return page


def write_order(page: Page) -> None:
    """A new order for a new customer, with seven lines and their parts."""
    fill = {
        "title": "100-hour inspection",
        "object_name": "PH-KLX · Cessna 172 S",
        "new-name": "Jansen Aviation",
        "new-contact": "Jan Pietersen",
        "new-email": OWNER,
        "new-site": "Hangar 4",
    }
    page.get_by_text("Or make a new customer").click()
    for name, text in fill.items():
        page.locator(f"[name={name}]").fill(text)
    page.get_by_label("Technician").select_option(label="Tess of Vliegwerk")
    for at, (finding, hours, rate, parts) in enumerate(FINDINGS):
        if at:
            page.get_by_role("button", name="Add a line").click()
        told = {
            "finding": finding,
            "action": "Replace and test.",
            "estimated_hours": hours,
            "hourly_rate": rate,
        }
        for name, text in {**told, "tax_rate": "21"}.items():
            page.locator(f"[name=line-{at}-{name}]").fill(text)
        for number, (name, price) in enumerate(parts):
            if number:
                page.get_by_role("button", name="Add a part").nth(at).click()
            page.locator(f"[name=line-{at}-part-{number}-name]").fill(name)
            page.locator(f"[name=line-{at}-part-{number}-price]").fill(price)
    page.get_by_role("button", name="Save order").click()
    expect(page.get_by_role("heading", name="100-hour inspection")).to_be_visible()


def look_at_previews(page: Page, complaints: list[str]) -> None:
    """Each view as the customer will see it: only to read, with and without prices."""
    for word, priced in (("Preview estimate", True), ("Preview work authorisation", False)):
        with page.context.expect_page() as coming:
            page.get_by_role("link", name=word).click()
        shown = coming.value
        watch(shown, complaints)
        expect(shown.get_by_role("article")).to_have_count(7)
        expect(shown.get_by_text("nothing can be changed here")).to_be_visible()
        expect(shown.get_by_role("button")).to_have_count(0)
        expect(shown.locator("main")).to_contain_text("€") if priced else expect(
            shown.locator("body")
        ).not_to_contain_text("€")
        shown.close()


def email_estimate(page: Page) -> None:
    """Send email, on the page for it."""
    page.get_by_role("link", name="Send email").click()
    expect(page.get_by_role("heading", name="Email work order")).to_be_visible()


def decide(page: Page) -> None:
    """Approve some, reject one, clear one, ask, approve all that are left; the totals follow at once."""
    summary, action = page.locator("#summary"), page.locator("#action")
    expect(action.get_by_role("button", name="Review and sign")).to_be_disabled()
    steps.approve(page, 1)
    expect(action).to_contain_text("Approved €702.41 of")
    steps.approve(page, 2)
    expect(action).to_contain_text("Approved €1,077.51 of")
    steps.press(page, 3, "Reject")
    stands(page, [3], "Rejected")
    expect(summary).to_contain_text("2 approved · 1 rejected · 4 undecided")
    steps.press(page, 2, "Clear")
    expect(line(page, 2).get_by_role("button", name="Approve", exact=True)).to_be_visible()
    expect(action).to_contain_text("Approved €702.41 of")
    steps.ask(page, 3, QUESTION)
    page.get_by_role("button", name="Approve all undecided").click()
    stands(page, [1, 2, 4, 5, 6, 7], "Approved")
    stands(page, [3], "Rejected")
    expect(page.locator("#asked")).to_have_text("Every line is decided")


def sign(page: Page) -> None:
    """Read the frozen summary, say who, agree, draw, sign."""
    steps.review(page)
    expect(page.get_by_role("button", name="Approve", exact=True)).to_have_count(0)
    expect(page.locator("#signing")).to_contain_text(
        "Your signature does not cover these lines: 3 (rejected)"
    )
    expect(page.locator("#action")).to_contain_text("You sign for lines 1, 2, 4, 5, 6, 7:")
    expect(page.get_by_label("Your name", exact=True)).to_have_value("Jan Pietersen")
    page.get_by_label("Your role").fill("Owner")
    steps.agree(page)
    steps.draw(page)
    steps.sign(page)
    steps.signed(page)


def prove(sealed: bytes, run: Run, folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Our own check and those of programs that know nothing of us."""
    keys = completion.keyset()
    verdict = aside(lambda: check(sealed, seal_roots=keys.seal_root_pem, tsa_roots=keys.tsa_root_pem))
    assert verdict.valid, verdict.reasons
    assert verdict.trusted
    assert verdict.covers_whole_file
    assert verdict.timestamped
    parts = take_apart(sealed)
    told = {"sealed.pdf": sealed, "signed.bin": parts.signed, "sig.p7s": parts.cms}
    told |= {"signature.bin": parts.signature, "token.der": parts.token or b""}
    told |= {"seal-root.pem": keys.seal_root_pem, "tsa-root.pem": keys.tsa_root_pem}
    for name, content in told.items():
        (folder / name).write_bytes(content)
    patch.setattr(foreign, "AT", verdict.signed_at)
    laid = Laid(parts, folder)
    foreign.test_R5_pdfsig_calls_the_seal_valid_and_the_whole_file_signed(laid, run)
    aside(foreign.test_R5_pyhanko_calls_the_seal_valid_trusted_and_the_entire_file_covered, sealed, keys)
    foreign.test_R5_openssl_verifies_the_cms_over_the_byte_range(laid, run)
    foreign.test_R8_openssl_verifies_the_time_stamp_over_the_signature_value(laid, run)


def test_S3_08_to_S3_37_the_whole_story_from_sign_in_to_a_sealed_copy_that_anybody_can_check(
    mara: Page,
    shop: Shop,
    window: Callable[..., Page],
    office: Office,
    mailoutbox: list[EmailMessage],
    page_watch: list[str],
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_order(mara)
    email_estimate(mara)
    look_at_previews(mara, page_watch)
    mara.get_by_label("Additional text").fill(WORDS)
    mara.get_by_role("button", name="Email estimate").click()
    expect(mara.locator("h1")).to_contain_text("Needs signature")
    (letter,) = steps.letters(mailoutbox, OWNER)
    assert WORDS in str(letter.body)

    jan = window(**PHONE, device_scale_factor=3)
    steps.come_in(jan, steps.link_in(letter))
    decide(jan)
    sign(jan)
    sealed = steps.download(jan, "Download sealed copy", tmp_path)
    receipt = steps.download(jan, "Receipt as a file", tmp_path)

    steps.aside(runner.run_all)  # the worker tells the staff

    see_the_outcome(mara)
    talk_back(mara, office(shop.tess), jan)
    read_both_timelines(mara, jan)
    received(mailoutbox, shop, sealed)
    published = (home.keys() / "log.vkey").read_text().splitlines()
    (log_key,) = (one for one in published if str(shop.organisation.pk) in one)
    assert verify_receipt(receipt, log_key).leaf["kind"] == "signature.given"
    assert json.loads(receipt)
    prove(sealed, run, tmp_path, monkeypatch)


def see_the_outcome(mara: Page) -> None:
    """The order is approved at once, the manager has a notice, every line says how it stands (S1-14, S3-28)."""
    mara.reload()
    expect(mara.locator("h1")).to_contain_text("Approved")
    stands(mara, [1, 2, 4, 5, 6, 7], "Signed for")
    stands(mara, [3], "Rejected")
    signature = mara.get_by_role("article", name="Signature of Jan Pietersen")
    expect(signature).to_contain_text("1, 2, 4, 5, 6, 7")
    expect(signature).to_contain_text("Signed and sealed")
    for told in ("Ticket signed", "Line rejected", "New comment"):
        expect(mara.get_by_role("region", name="Notices").get_by_text(told)).to_be_visible()
    expect(line(mara, 3).get_by_text(QUESTION)).to_be_visible()


def talk_back(mara: Page, tess: Page, jan: Page) -> None:
    """The technician answers from the work order; only the manager may delete, and it is recorded (S3-31 … S3-33)."""
    tess.goto(mara.url)
    expect(line(tess, 3).get_by_text(QUESTION)).to_be_visible()
    steps.ask(tess, 3, ANSWER)
    expect(tess.get_by_role("button", name="Delete comment")).to_have_count(0)
    jan.get_by_role("link", name=re.compile("Back to WO-")).click()
    line(jan, 3).locator("summary").filter(has_text="2 comments").click()
    expect(line(jan, 3).get_by_text(ANSWER)).to_be_visible()
    expect(jan.get_by_role("button", name="Delete comment")).to_have_count(0)
    mara.reload()
    line(mara, 3).get_by_role("listitem").filter(has_text=QUESTION).get_by_role("button").click()
    expect(line(mara, 3).get_by_text("Comment deleted")).to_be_visible()
    expect(line(mara, 3).get_by_text(QUESTION)).to_have_count(0)
    jan.reload()
    expect(jan.get_by_text(QUESTION)).to_have_count(0)


def read_both_timelines(mara: Page, jan: Page) -> None:
    """Both sides read the same story; the rules that ran are for staff alone (S2-10, S2-11, S0-06)."""
    jan.get_by_role("link", name="Show everything that happened").click()
    expect(jan.locator("h1")).to_be_visible()
    for page in (mara, jan):
        told = page.locator("ol.timeline")
        for sentence in (
            "Mara of Vliegwerk sent the Estimate to Jan Pietersen",
            "Jan Pietersen opened the link.",
            "Jan Pietersen approved line 1.",
            "Jan Pietersen rejected line 3.",
            "Jan Pietersen cleared the decision on line 2.",
            "Jan Pietersen agreed to sign electronically.",
            "Jan Pietersen signed",
            "The document was sealed.",
            "Mara of Vliegwerk deleted a comment on line 3.",
        ):
            expect(told).to_contain_text(re.compile(re.escape(sentence), re.IGNORECASE))
    for sentence in ("The order is now: Approved.", "Rule:"):
        expect(mara.locator("ol.timeline")).to_contain_text(sentence)
        expect(jan.locator("ol.timeline")).not_to_contain_text(sentence)


def received(box: list[EmailMessage], shop: Shop, sealed: bytes) -> None:
    """The customer's receipt with the sealed copy; the managers' copy without the link, and their notice (S3-17)."""
    _invitation, receipt = sorted(steps.letters(box, OWNER), key=lambda one: "Receipt" in one.subject)
    assert sealed in [one[1] for one in receipt.attachments]
    copy, *told = steps.letters(box, shop.mara.user.email)
    assert copy.subject.startswith("Copy:")
    assert "/s/" not in str(copy.body)
    assert any("signed" in letter.subject for letter in told)
    assert any("signed" in letter.subject for letter in steps.letters(box, shop.tess.user.email))
