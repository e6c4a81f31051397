"""The order page: status beside each line, comments both ways, people, papers, timeline."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine

from paraph.lib import clock, home
from paraph.signoff import ceremonies, completion
from paraph.signoff.models import SignOff, State
from paraph.work import comments, orders
from paraph.work.models import Comment, Status, WorkOrder
from tests import cast
from tests.cast import Shop
from tests.web.office.conftest import Staff

pytestmark = pytest.mark.slow

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


@pytest.fixture
def mara(shop: Shop, staff: Callable[..., Staff]) -> Staff:
    """The manager at work."""
    return staff(shop.mara)


@time_machine.travel("2026-11-21T23:30:00+01:00", tick=False)
def test_S3_28_the_status_stands_near_each_line(shop: Shop, mara: Staff) -> None:
    order = shop.open_order(3)
    invitation = shop.invite(order)
    first, second, _third = cast.lines(order)
    ceremonies.decide(invitation, first.pk, "approved", by=cast.customer(invitation))
    ceremonies.decide(invitation, second.pk, "rejected", by=cast.customer(invitation))
    page = mara.text(f"/orders/{order.pk}/")
    for item, word in zip(cast.lines(order), ("Approved", "Rejected", "Pending"), strict=True):
        card = page[page.index(f'id="line-{item.pk}"') :]
        assert word in card[: card.index("</article>")]
    assert "By Jan Jansen" in page
    assert "Waiting for Jan Jansen since Sat" in page


def test_S3_06_estimated_hours_stand_beside_actual_ones(shop: Shop, mara: Staff) -> None:
    order = shop.open_order(0, items=[cast.line("A", actual_hours=3), cast.line("B")])
    page = mara.text(f"/orders/{order.pk}/").replace("\xa0", " ")
    assert "3 h worked of 2.5 h estimated" in page
    assert "<strong>5 h</strong>" in page
    assert "<strong>3 h</strong>" in page


def test_S3_33_technicians_and_managers_answer_from_the_work_order_view(
    shop: Shop, staff: Callable[..., Staff]
) -> None:
    order = shop.open_order()
    item = cast.lines(order)[0]
    comments.add(order, item, text="Can it wait?", by=shop.jan.actor)
    for role, words in (("technician", "No."), ("manager", "Tess is right."), ("dispatcher", "I plan it.")):
        browser = staff(shop.members[role])
        answer = browser.post(f"/orders/{order.pk}/lines/{item.pk}/comments/", {"text": words})
        assert answer["Location"] == f"/orders/{order.pk}/#line-{item.pk}"
        page = browser.text(f"/orders/{order.pk}/")
        assert "Can it wait?" in page
        assert words in page
    assert staff(shop.tess).post(f"/orders/{order.pk}/comments/", {"text": "On the whole"}).status_code == 302
    assert Comment.objects.filter(item=None, author_kind="member").count() == 1


@pytest.mark.parametrize("text", ["", "   ", "x" * 4001])
def test_a_comment_that_cannot_be_kept_says_so(shop: Shop, mara: Staff, text: str) -> None:
    order = shop.open_order()
    answer = mara.post(f"/orders/{order.pk}/comments/", {"text": text}, follow=True)
    assert "Nothing was sent" in answer.content.decode()
    assert not Comment.objects.exists()


def test_S3_32_only_a_manager_deletes_and_the_deletion_is_a_fact(
    shop: Shop, staff: Callable[..., Staff]
) -> None:
    order = shop.open_order()
    comment = comments.add(order, cast.lines(order)[0], text="Said in anger", by=shop.jan.actor)
    address = f"/orders/{order.pk}/comments/{comment.pk}/delete/"
    for role in ("technician", "dispatcher", "biller"):
        browser = staff(shop.members[role])
        assert address not in browser.text(f"/orders/{order.pk}/")
        assert browser.post(address).status_code == 403
    mara = staff(shop.mara)
    assert address in mara.text(f"/orders/{order.pk}/")
    assert mara.post(address).status_code == 302
    page = mara.text(f"/orders/{order.pk}/")
    assert "deleted a comment on line 1" in page
    assert "Comment deleted" in page
    assert "Said in anger" not in page[: page.index('id="timeline"')]


def test_S0_05_S3_36_signatures_and_papers_are_in_one_place(shop: Shop, mara: Staff) -> None:
    order = shop.open_order(2)
    signoff = cast.signed(shop, order, (1, 2))
    signature = signoff.signatures.get()
    page = mara.text(f"/orders/{order.pk}/")
    for part in (
        "Signed and sealed",
        "Jan Jansen, Owner",
        f"/orders/{order.pk}/signoffs/{signoff.pk}/sealed.pdf",
        f"/orders/{order.pk}/signatures/{signature.pk}/receipt.json",
        f"/orders/{order.pk}/signatures/{signature.pk}/record.json",
        signature.record_digest,
        signoff.sealed_copy.blob,
        "Every line is signed for. Next: report the work when it is done.",
        'class="button main" href="#report"',
    ):
        assert part in page
    assert signature.checkpoint is not None
    assert f"covers {signature.checkpoint.size} entries" in page


def test_S1_11_the_staff_timeline_tells_all_with_its_proof_folded_away(shop: Shop, mara: Staff) -> None:
    order = shop.open_order(1)
    cast.signed(shop, order, (1,))
    page = mara.text(f"/orders/{order.pk}/")
    timeline = page[page.index('id="timeline"') :]
    for sentence in ("opened order", "approved line 1", "Lines: 1", "The document was sealed."):
        assert sentence in timeline
    assert timeline.index("The document was sealed.") < timeline.index("opened order"), "newest first"


def test_a_pending_seal_is_visible_with_its_reason_and_no_sealed_copy_is_offered(
    shop: Shop, mara: Staff
) -> None:
    order = shop.open_order(1)
    invitation = shop.invite(order)
    cast.approve(invitation, [1])
    hidden = [path.rename(path.with_suffix(".away")) for path in home.keys().glob("seal*key*")]
    assert hidden, "there is a seal key to take away"
    try:
        cast.sign(ceremonies.review(invitation, by=cast.customer(invitation)))
        page = mara.text(f"/orders/{order.pk}/")
        start = mara.text("/")
    finally:
        for path in hidden:
            path.rename(path.with_suffix(".pem"))
    assert SignOff.objects.get().state == State.COMPLETE
    assert "the seal key is missing." in page
    assert "Seal pending" in start
    assert "/sealed.pdf" not in page
    assert mara.get(f"/orders/{order.pk}/sealed.pdf").status_code == 404
    assert completion.seal_pending() == 1
    assert "/sealed.pdf" in mara.text(f"/orders/{order.pk}/")


def test_a_line_changed_after_the_signature_is_named_and_asked_for_again(shop: Shop, mara: Staff) -> None:
    order = shop.open_order(2)
    cast.signed(shop, order, (1, 2))
    dearer = [cast.again(order).items[0], cast.line("Dearer", id=cast.lines(order)[1].pk, hourly_rate=99900)]
    orders.revise(order, cast.again(order, items=dearer), expected=1, by=shop.mara.actor)
    page = mara.text(f"/orders/{order.pk}/")
    assert "1 line changed after it was signed for" in page
    assert "Changed since signed" in page


def test_what_is_next_names_the_expired_link(shop: Shop, mara: Staff) -> None:
    order = shop.open_order(1)
    shop.invite(order, hours=1)
    with time_machine.travel(clock.now() + timedelta(hours=2), tick=False):
        assert "no link is valid any more" in mara.text(f"/orders/{order.pk}/")
        start = mara.text("/")
    assert "Expired links" in start
    assert "was never opened" in start


def test_S1_07_the_technician_goes_from_the_order_to_its_signing_on_their_phone(
    shop: Shop, mara: Staff, staff: Callable[..., Staff]
) -> None:
    order = shop.open_order(lines=1)
    module = f'href="/field/#order/{order.pk}"'
    tess = staff(shop.tess)
    signature = tess.text(f"/orders/{order.pk}/").split('<h2 id="signature">')[1].split("</section>")[0]
    assert module in signature
    assert module not in mara.text(f"/orders/{order.pk}/")  # it is not on her phone
    for status in (Status.COMPLETED, Status.DISPUTED):
        WorkOrder.objects.update(status=status)
        assert module not in tess.text(f"/orders/{order.pk}/")
    WorkOrder.objects.update(status=Status.OPEN)
    shop.tess.without = ["signature.capture"]
    shop.tess.save()
    assert module not in tess.text(f"/orders/{order.pk}/")


def test_an_order_without_lines_teaches(shop: Shop, staff: Callable[..., Staff]) -> None:
    order = shop.open_order(0)
    page = staff(shop.tess).text(f"/orders/{order.pk}/")
    assert "Add the first line" in page
    assert "Email for signature" not in page
    assert "Send email" not in page


def test_S3_11_S0_23_the_link_to_the_email_page_is_worded_by_the_status(shop: Shop, mara: Staff) -> None:
    order = shop.open_order(1)
    assert "Send email" in mara.text(f"/orders/{order.pk}/")
    orders.set_status(order, Status.NEEDS_SIGNATURE, by=shop.mara.actor)
    assert "Email for signature" in mara.text(f"/orders/{order.pk}/")


def test_line_29_markup_in_every_text_is_shown_and_never_runs(shop: Shop, mara: Staff) -> None:
    shop.customer.name = shop.jan.name = EVIL
    shop.customer.save()
    shop.jan.save()
    evil = cast.line(EVIL, action=EVIL, labour_code=EVIL[:30], parts=[orders.PartDraft(EVIL, EVIL[:60])])
    order = shop.open_order(0, title=EVIL, object_name=EVIL, notes=EVIL, items=[evil])
    invitation = shop.invite(order)
    comments.add(order, cast.lines(order)[0], text=EVIL, by=shop.jan.actor)
    cast.approve(invitation, [1])
    pages = [
        "/",
        "/orders/",
        f"/orders/{order.pk}/",
        f"/orders/{order.pk}/edit/",
        f"/orders/{order.pk}/email/",
    ]
    for path in [*pages, "/orders/new/", "/customers/", f"/customers/{shop.customer.pk}/", "/notices/"]:
        page = mara.text(path)
        assert "<script>alert" not in page, path
        assert "<img src=x" not in page, path
    stale = mara.fill(f"/orders/{order.pk}/edit/", revision="99", title=EVIL).content.decode()
    assert "<script>alert" not in stale
