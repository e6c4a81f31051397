"""Staff look at signed paper that came back, and say what it is (S0-15 … S0-17, S0-33)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse

from paraph.people.models import Member, Role
from paraph.signoff import reading
from paraph.signoff.models import Dispute, Invitation, Match, Return, ReturnState
from paraph.web.office.returned import WHY
from tests import cast, paperwork, scans
from tests.cast import Shop
from tests.signoff.test_disputes import raised, settle
from tests.web.office.conftest import Staff


@pytest.fixture
def asked(shop: Shop) -> Invitation:
    """Jan approved one line."""
    invitation = shop.invite(shop.open_order(lines=2))
    cast.approve(invitation, [1])
    return invitation


@pytest.fixture
def returned(asked: Invitation) -> Return:
    """His paper has something written outside the block."""
    return paperwork.to_review(asked)


def at(returned: Return, name: str = "return", *more: object) -> str:
    """The address of a page of a return."""
    return reverse(f"office:{name}", args=[returned.party.signoff.order_id, returned.pk, *more])


def test_S0_33_what_waits_stands_on_the_start_page_with_count_and_age(
    shop: Shop, returned: Return, staff: Callable[[Member], Staff]
) -> None:
    page = staff(shop.mara).text("/")
    section = page[page.index('aria-labelledby="papers-to-review"') :]
    assert '<span class="count">1</span>' in section
    assert "Jan Jansen" in section
    assert at(returned) in section
    assert page.index("papers-to-review") < page.index("Newest orders")


def test_S0_33_sent_and_returned_stand_side_by_side_with_the_difference(
    shop: Shop, returned: Return, staff: Callable[[Member], Staff]
) -> None:
    mara = staff(shop.mara)
    page = mara.text(at(returned))
    for side in ("printed", "returned", "difference"):
        address = at(returned, "return_picture", side, 1)
        assert f'href="{address}"' in page
        picture = mara.get(address)
        assert picture["Content-Type"] == "image/jpeg"
        assert "sandbox" in picture["Content-Security-Policy"]
    assert "Page 1: 1 mark outside the block." in page
    assert "Missing: page 2." in page


def test_S0_33_what_was_not_checked_never_looks_passed(
    shop: Shop, returned: Return, staff: Callable[[Member], Staff]
) -> None:
    page = " ".join(staff(shop.mara).text(at(returned)).split())
    assert 'Who held the pen<span class="small soft"> · not checked' in page
    assert 'Every page came back<span class="small soft"> · not checked' in page
    assert 'Our code is on the pages<span class="small soft"> · in order' in page
    assert 'Nothing was written anywhere else<span class="small soft"> · not in order' in page


@pytest.mark.parametrize("outcome", list(Match))
def test_S0_33_every_outcome_has_its_words(
    shop: Shop, asked: Invitation, outcome: Match, staff: Callable[[Member], Staff]
) -> None:
    page = staff(shop.mara).text(at(paperwork.to_review(asked, outcome)))
    assert str(WHY[outcome]) in page
    assert str(outcome.label) in page


def test_S0_33_who_sent_it_and_from_where_is_told(
    shop: Shop, returned: Return, staff: Callable[[Member], Staff]
) -> None:
    page = staff(shop.mara).text(at(returned))
    assert "192.0.2.7" in page
    assert "as the server saw it" in page
    assert "Testbrowser/1" in page


def test_originals_are_handed_out_and_never_shown(
    shop: Shop, returned: Return, staff: Callable[[Member], Staff]
) -> None:
    answer = staff(shop.mara).get(at(returned, "return_file", returned.files.get().pk))
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer.content == paperwork.photo()
    scan = staff(shop.mara).get(at(returned, "return_scan"))
    assert scan["Content-Disposition"].startswith("attachment")


def test_S0_33_a_sentence_is_needed_to_return_it_and_none_is_lost(
    shop: Shop, returned: Return, staff: Callable[[Member], Staff]
) -> None:
    mara = staff(shop.mara)
    answer = mara.post(at(returned, "return_back"), {"sentence": " "})
    assert answer.status_code == 400
    assert "Say what is needed" in answer.content.decode()
    long = "Too dark. " * 300
    answer = mara.post(at(returned, "return_back"), {"sentence": long})
    assert answer.status_code == 400
    assert "Too dark. Too dark." in answer.content.decode()
    answer = mara.post(at(returned, "return_back"), {"sentence": "Page 1 is too dark."}, follow=True)
    assert "Sent back: the customer reads your sentence" in answer.content.decode()
    returned.refresh_from_db()
    assert (returned.state, returned.sentence) == (ReturnState.SENT_BACK, "Page 1 is too dark.")
    page = mara.text(reverse("office:order", args=[returned.party.signoff.order_id]))
    assert "Page 1 is too dark." in page


def test_S0_33_whoever_is_second_loses_nothing_they_wrote(
    shop: Shop, returned: Return, staff: Callable[[Member], Staff]
) -> None:
    staff(shop.mara).post(at(returned, "return_back"), {"sentence": "Once more, please."})
    answer = staff(shop.mara).post(at(returned, "return_back"), {"sentence": "My own words."})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "does not wait to be reviewed any more" in page
    assert "My own words." in page


def test_S0_33_a_refusal_to_accept_is_said_with_the_remark_kept(
    shop: Shop, returned: Return, staff: Callable[[Member], Staff]
) -> None:
    # Nothing was printed for Jan, so there is nothing this could be a signature under.
    answer = staff(shop.mara).post(at(returned, "return_accept"), {"remark": "Looks right to me."})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Nothing was printed for this customer" in page
    assert "Looks right to me." in page
    returned.refresh_from_db()
    assert returned.state == ReturnState.REVIEW


def test_S0_20_only_who_may_review_decides_and_the_others_read(
    shop: Shop, returned: Return, staff: Callable[[Member], Staff]
) -> None:
    tess = staff(shop.members[Role.TECHNICIAN])
    assert "Your decision" not in tess.text(at(returned))
    for name in ("return_accept", "return_back"):
        assert tess.post(at(returned, name), {"sentence": "No."}).status_code == 403
    assert "Your decision" in staff(shop.mara).text(at(returned))


def test_another_shop_sees_nothing_of_it(
    shop: Shop, rival: Shop, returned: Return, staff: Callable[[Member], Staff]
) -> None:
    foreign = staff(rival.mara)
    for name, more in (("return", ()), ("return_scan", ()), ("return_picture", ("printed", 1))):
        assert foreign.get(at(returned, name, *more)).status_code == 404
    assert foreign.post(at(returned, "return_back"), {"sentence": "No."}).status_code == 404
    assert "Jan Jansen" not in foreign.text("/") + foreign.text(reverse("office:returns"))
    draft = paperwork.page(shop.invite(shop.open_order())).returned
    assert staff(shop.mara).get(at(draft)).status_code == 404


@pytest.mark.slow
def test_S0_15_S0_16_S0_17_filed_paper_is_the_signature_and_no_document(
    shop: Shop, staff: Callable[[Member], Staff]
) -> None:
    paper = shop.paper(shop.invite(shop.open_order(lines=2)))
    returned = scans.hand_in(paper.invitation, scans.as_photo(*scans.blank()), name="Kees de Boer")
    assert reading.read_due() == 1
    mara = staff(shop.mara)
    assert mara.post(at(returned, "return_accept"), {"remark": "I saw the paper itself."}).status_code == 302
    page = mara.text(reverse("office:order", args=[paper.party.signoff.order_id]))
    signature = page[page.index('id="signature"') : page.index('id="papers"')]
    for word in (
        "Kees de Boer",
        "Mara of Vliegwerk looked at it and accepted it.",
        "I saw the paper itself.",
    ):
        assert word in signature
    picture = at(returned, "return_picture", "scan", 1)
    for address in (at(returned), at(returned, "return_scan"), picture):
        assert address in signature
    assert mara.get(picture + "?small").status_code == 200
    documents = page[page.index('id="papers"') : page.index('id="timeline"')]
    assert "Kees de Boer" not in documents


def test_S0_34_while_it_is_disputed_nobody_decides_and_the_page_says_why(
    shop: Shop, asked: Invitation, returned: Return, staff: Callable[[Member], Staff]
) -> None:
    mara, told = staff(shop.mara), {"sentence": "Sign it again, please."}
    assert 'id="decide"' in mara.text(at(returned))
    raised(asked, (2,))
    page = mara.text(at(returned))
    assert "Until that is resolved, this paper can be neither accepted nor returned" in page
    assert 'id="decide"' not in page
    for name in ("return_accept", "return_back"):
        answer = mara.post(at(returned, name), told)
        assert answer.status_code == 409
        assert "Nothing can be decided or signed until that is resolved." in answer.content.decode()
    assert "Sign it again, please." in answer.content.decode()  # what was typed is not lost
    assert "Review returned paper" not in mara.text(
        reverse("office:order", args=[returned.party.signoff.order_id])
    )
    settle(shop, Dispute.objects.get())
    assert 'id="decide"' in mara.text(at(returned))


def test_S0_34_what_the_machine_left_because_of_a_dispute_says_so(
    shop: Shop, returned: Return, staff: Callable[[Member], Staff]
) -> None:
    Return.objects.update(outcome=Match.COMPLETE, findings={"passed": ["ours"], "why": "disputed"})
    assert "It was disputed when the machine had read it" in staff(shop.mara).text(at(returned))


@pytest.mark.parametrize("outcome", [Match.WRONG_ORDER, Match.OTHER_PARTY])
def test_S0_33_somebody_elses_paper_stands_beside_what_was_sent_and_can_only_go_back(
    shop: Shop, asked: Invitation, staff: Callable[[Member], Staff], outcome: Match
) -> None:
    shop.paper(asked)
    other = shop.invite(shop.open_order(lines=1))
    cast.approve(other, [1])
    returned = paperwork.sent(
        asked, state=ReturnState.REVIEW, outcome=outcome, paper=shop.paper(other), due_at=None
    )
    mara = staff(shop.mara)
    page = mara.text(at(returned))
    assert 'id="returning"' in page
    assert 'id="accepting"' not in page
    assert mara.get(at(returned, "return_picture", "printed", 1)).status_code == 200
