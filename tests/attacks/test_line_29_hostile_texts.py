"""Line 29: whatever somebody writes stays text, on every page, in every mail and in every document."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.urls import reverse

from paraph.automation import runner
from paraph.delivery import outbox
from paraph.signoff import ceremonies, completion, invitations
from paraph.signoff.models import Invitation, Signature, View
from paraph.work import comments, orders, properties
from paraph.work.models import WorkOrder
from tests import cast
from tests.attacks.hostile import bare, bodies, letters, missing, spoilt
from tests.attacks.pages import Page
from tests.attacks.payloads import NAME, PAYLOADS, SHOP
from tests.attacks.world import changed, come_in, rows, sign_in
from tests.cast import Shop

pytestmark = pytest.mark.slow


@pytest.fixture
def invitation(evil: Shop) -> Invitation:
    """An order of which every text is an attack, mailed to Jan with one, commented by both sides."""
    lines = [_line(text) for text in PAYLOADS]
    order = evil.open_order(items=lines, title=NAME, object_name=SHOP, notes="\n".join(PAYLOADS))
    found = evil.invite(order)
    for line, text in zip(cast.lines(order), PAYLOADS, strict=True):
        comments.add(order, line, text=text, by=cast.customer(found))
    comments.add(order, None, text="\n".join(PAYLOADS), by=evil.tess.actor)
    comments.add(order, None, text=NAME, by=cast.customer(found))
    return found


def _line(text: str) -> orders.ItemDraft:
    part = orders.PartDraft(text[:200], text[:60], Decimal(1), 100)
    return cast.line(text, action=text, labour_code=text[:30], parts=[part])


def _sign(invitation: Invitation) -> Signature:
    cast.approve(invitation, [1, 2])
    ceremony = ceremonies.review(invitation, by=cast.customer(invitation))
    return cast.sign(ceremony, name=NAME, role=NAME, mark=NAME)


def _portal(invitation: Invitation, *names: str) -> Iterator[tuple[str, str]]:
    return ((name, reverse(f"portal:{name}", args=[invitation.pk])) for name in names)


def test_line_29_the_order_page_shows_every_text_literally(evil: Shop, invitation: Invitation) -> None:
    browser = come_in(evil, invitation)
    for name, address in _portal(invitation, "order", "timeline"):
        answer = browser.get(address)
        page = Page(answer.content.decode())
        assert answer.status_code == 200
        assert spoilt(page) == [], name
        assert missing(page.text, (*PAYLOADS, NAME) if name == "order" else (NAME,)) == [], name


def test_line_29_the_link_the_review_the_receipt_and_the_preview_show_text_only(
    evil: Shop, invitation: Invitation
) -> None:
    browser, mara = come_in(evil, invitation), sign_in(evil.mara)
    cast.approve(invitation, [1])
    review = browser.post(reverse("portal:review", args=[invitation.pk]), follow=True)
    refused = browser.post(
        review.request["PATH_INFO"], {"name": NAME, "role": NAME, "typed": NAME, "method": "typed"}
    )
    order = invitation.party.signoff.order_id
    preview = mara.get(reverse("portal:preview", args=[order, "estimate"]))
    _sign(invitation)
    answers = [
        (browser.get(evil.path(invitation)), (SHOP, NAME)),
        (review, (*PAYLOADS, SHOP, NAME)),
        (refused, (NAME,)),
        (preview, PAYLOADS),
        (browser.get(reverse("portal:receipt", args=[invitation.pk])), (*PAYLOADS[:2], NAME, SHOP)),
        (browser.get(reverse("portal:order", args=[invitation.pk])), PAYLOADS),
    ]
    for answer, wanted in answers:
        page = Page(answer.content.decode())
        assert spoilt(page) == [], answer.request["PATH_INFO"]
        assert missing(page.text, wanted) == [], answer.request["PATH_INFO"]


def test_line_29_the_office_shows_every_text_literally(evil: Shop, invitation: Invitation) -> None:
    _sign(invitation)
    runner.run_all()
    browser, order = sign_in(evil.mara), invitation.party.signoff.order
    everything = (*PAYLOADS, NAME)
    addresses = {
        f"/orders/{order.pk}/": everything,
        f"/orders/{order.pk}/edit/": everything,
        f"/orders/{order.pk}/email/": (NAME,),
        f"/customers/{evil.customer.pk}/": (NAME,),
        "/customers/": (NAME,),
        "/orders/": (NAME,),
        "/orders/new/": (NAME,),
        f"/orders/places/?customer={evil.customer.pk}": (NAME,),
        "/notices/": (NAME,),
        "/": (NAME,),
    }
    for address, wanted in addresses.items():
        answer = browser.get(address)
        page = Page(answer.content.decode())
        assert answer.status_code == 200, address
        assert spoilt(page) == [], address
        assert missing(page.text, wanted) == [], address


@pytest.mark.parametrize("text", PAYLOADS[:12] + PAYLOADS[-12:])
def test_line_29_what_is_searched_for_and_typed_comes_back_as_text(shop: Shop, text: str) -> None:
    browser = sign_in(shop.mara)
    for answer in (
        browser.get("/orders/", {"q": text, "status": text, "technician": text, "page": text}),
        browser.get("/customers/", {"q": text, "page": text}),
        browser.get("/sign-in/", {"next": text}),
        browser.post("/sign-in/", {"email": text, "password": text, "next": text}),
        browser.post(
            "/customers/new/", {"name": "", "address": text, "contact-0-name": text, "contact-0-email": text}
        ),
        browser.post("/orders/new/", {"title": text, "line-0-finding": "", "line-0-estimated_hours": text}),
        browser.get("/nowhere/" + text.replace("/", "")),
    ):
        assert answer.status_code in {200, 302, 400, 404}
        assert spoilt(Page(answer.content.decode())) == [], answer.request["PATH_INFO"]


def test_line_29_mails_carry_every_text_literally_and_no_markup_of_it(
    evil: Shop, invitation: Invitation, mailoutbox: list[Any]
) -> None:
    text = "\n".join(PAYLOADS)
    invitations.send(invitation.party, view=View.ESTIMATE, by=evil.mara, actor=evil.mara.actor, text=text)
    _sign(invitation)
    while runner.run_all():
        pass
    while outbox.deliver_due():
        pass
    assert len(mailoutbox) >= 5
    seen = 0
    for letter in letters():
        plain, page = bodies(letter)
        if not missing(plain):
            seen += 1
            assert missing(page.text) == []
    assert seen >= 2, "the customer's letter and the managers' copy hold the additional text"


def _pdf_text(content: bytes, folder: Path) -> str:
    path = folder / "paper.pdf"
    path.write_bytes(content)
    shown = subprocess.run(
        ["pdftotext", "-raw", "-enc", "UTF-8", path, "-"], capture_output=True, check=True, text=True
    )
    return shown.stdout


def _printable(text: str) -> str:
    """Letters and signs of the paper's font, without hyphens, which a line break may add."""
    kept = (one for one in bare(text) if one.isascii() or one.isalpha())
    return "".join(one for one in kept if one not in "-\u00ad")


@pytest.mark.parametrize("language", ["en", "nl", "fr"])
def test_line_29_the_document_shows_every_text_literally_and_holds_nothing_that_acts(
    evil: Shop, invitation: Invitation, tmp_path: Path, language: str
) -> None:
    order: WorkOrder = orders.load(invitation.party.signoff.order_id)
    content = completion.printed(order, View.ESTIMATE, language, signoff=invitation.party.signoff)
    text = _printable(_pdf_text(content, tmp_path))
    wanted = [one for one in PAYLOADS if all(letter.isascii() for letter in one)]
    assert len(wanted) > 35
    assert [one for one in (*wanted, NAME) if _printable(one) not in text] == []
    _acts_not(content)


def test_line_29_the_document_shows_properties_literally(
    evil: Shop, invitation: Invitation, tmp_path: Path
) -> None:
    texts = [one for one in PAYLOADS if one.isascii() and "\t" not in one]
    made = [evil.define("text", text[:60]) for text in texts]
    order = invitation.party.signoff.order
    properties.set_values(
        order, {one.pk: text for one, text in zip(made, texts, strict=True)}, by=evil.mara.actor
    )
    content = completion.printed(orders.load(order.pk), View.ESTIMATE, "nl", signoff=invitation.party.signoff)
    text = _printable(_pdf_text(content, tmp_path))
    assert [one for one in texts if text.count(_printable(one)) < 2] == []  # in its line, and as a value
    _acts_not(content)


def test_line_29_the_sealed_copy_holds_nothing_that_acts(
    evil: Shop, invitation: Invitation, tmp_path: Path
) -> None:
    signature = _sign(invitation)
    content = signature.signoff.sealed_copy.read()
    text = _printable(_pdf_text(content, tmp_path))
    assert _printable(NAME) in text
    _acts_not(content)
    with pikepdf.open(BytesIO(content)) as paper:
        assert all("/" not in name and "\\" not in name for name in paper.attachments)


def _acts_not(content: bytes) -> None:
    with pikepdf.open(BytesIO(content)) as paper:
        assert "/OpenAction" not in paper.Root
        assert "/AA" not in paper.Root
        assert "/JavaScript" not in paper.Root.get("/Names", {})
        for page in paper.pages:
            for one in page.get("/Annots", []):
                action: Any = one.get("/A", {})
                target = str(action.get("/URI", ""))
                assert action.get("/S", "/URI") in {"/URI", "/GoTo"}
                assert not target or target.startswith("http://localhost:8000/"), target


@pytest.mark.parametrize("text", ["a\0b", "\0", "a\ud800b", "a\x1b[31mred", "a\x08b"], ids=ascii)
def test_line_29_letters_no_database_can_hold_are_refused_or_kept_and_never_a_fault(
    shop: Shop, text: str
) -> None:
    invitation = shop.invite(shop.open_order(lines=1))
    jan, mara = come_in(shop, invitation), sign_in(shop.mara)
    told = text.encode("utf-8", "surrogatepass")
    form = b"text=" + b"".join(b"%%%02X" % one for one in told)
    kind = "application/x-www-form-urlencoded"
    before = rows()
    order = invitation.party.signoff.order_id
    quoted = form.removeprefix(b"text=").decode()
    answers = [
        jan.post(reverse("portal:comments", args=[invitation.pk]), form, content_type=kind),
        mara.post(reverse("office:comment", args=[order]), form, content_type=kind),
        mara.get(f"/orders/?q={quoted}"),
        mara.get(f"/customers/?q={quoted}"),
        mara.post("/customers/new/", f"name={quoted}", content_type=kind),
        mara.post("/sign-in/", f"email={quoted}%40x.example&password={quoted}", content_type=kind),
        jan.get(f"/s/{quoted}/"),
        jan.get(f"/preview/{order}/{quoted}/"),
    ]
    assert [one.status_code for one in answers if one.status_code >= 500] == []
    if "\0" in text:
        assert "work_comment" not in changed(before)
        assert "people_customer" not in changed(before)
