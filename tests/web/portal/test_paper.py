"""Three ways on one page, and the one by paper from the form to the days of waiting (S0-10 … S0-30, S4-19)."""

from __future__ import annotations

from typing import Any

import pypdfium2
import pytest

from paraph.lib.blobs import BlobMissing
from paraph.people import contacts, organisations
from paraph.sealing.errors import RenderFailed
from paraph.signoff import ceremonies, papers
from paraph.signoff.errors import NotConfirmed
from paraph.signoff.models import Ceremony, Paper, Signature
from paraph.web.portal.paper import usual_format
from tests import cast, paperwork
from tests.cast import Shop
from tests.web.portal.conftest import HTMX, Customer

pytestmark = pytest.mark.slow
SAID = {"format": "a4", "language": "en"}


def proceed(jan: Customer, **changes: str) -> Any:
    """Press *Download & proceed*."""
    return jan.post(jan.at("paper"), {**SAID, **changes})


def bar_e_sign(shop: Shop) -> None:
    contacts.allow_e_sign(shop.jan, False, by=shop.mara, actor=shop.mara.actor)


def test_S0_10_the_order_page_offers_each_way_with_a_sentence(jan: Customer) -> None:
    jan.decide(1, "approved")
    page = jan.page()
    for words in ("Review and sign", "Download & sign", "Your link waits 14 days longer"):
        assert words in page
    assert page.count("Something is wrong? Say what") == 2  # beside the button, and in the list for phones


def test_S0_26_the_form_shows_what_the_paper_authorises_as_a_page_and_as_a_dialog(jan: Customer) -> None:
    jan.decide(1, "approved")
    for extra, has_head in (({}, True), (HTMX, False)):
        page = jan.get(jan.at("paper"), headers=extra).content.decode()
        assert "Finding 1" in page
        assert "Finding 2" not in page.split("Your signature does not cover")[0]
        assert "Download & proceed" in page
        assert ("<title>" in page) is has_head


def test_S0_28_proceeding_makes_the_paper_downloads_it_and_waits(jan: Customer) -> None:
    jan.decide(1, "approved")
    answer = proceed(jan, format="letter", language="fr")
    assert answer.status_code == 302
    page = jan.get(answer["Location"]).content.decode()
    paper = Paper.objects.get()
    assert (paper.format, paper.language) == ("letter", "fr")
    assert paper.grouped in page
    file = jan.get(jan.at("paper_file", paper.pk))
    assert file.content == paper.read()
    assert file["Content-Disposition"] == f'attachment; filename="{jan.order.number}-{paper.code}.pdf"'
    assert "http-equiv" in page
    assert "http-equiv" not in jan.page("paper_waiting")


def test_S0_30_another_browser_finds_the_order_waiting_for_the_pages(shop: Shop, jan: Customer) -> None:
    jan.decide(1, "approved")
    proceed(jan)
    other = Customer()
    other.invitation = jan.invitation
    other.post(shop.path(jan.invitation))
    page = other.page()
    assert "You printed this on" in page
    assert "Upload the signed pages" in page
    assert "Print again" in page
    assert "Sign on screen instead" in page


def test_nothing_approved_makes_no_paper_and_approve_all_is_at_hand(jan: Customer) -> None:
    page = jan.page("paper")
    assert "No line is approved yet" in page
    answer = proceed(jan)
    assert answer.status_code == 409
    assert "Approve at least one line" in answer.content.decode()
    assert not Paper.objects.exists()
    assert jan.post(jan.at("paper_approve"), follow=True).status_code == 200
    assert proceed(jan).status_code == 302


@pytest.mark.parametrize("said", [{"format": "a3"}, {"language": "de"}, {"format": ""}])
def test_another_sheet_or_language_is_refused_beside_its_field(jan: Customer, said: dict[str, str]) -> None:
    jan.decide(1, "approved")
    assert proceed(jan, **said).status_code == 400
    assert not Paper.objects.exists()


def test_S0_26_S0_27_what_must_be_confirmed_is_asked_and_nothing_is_printed_without_it(
    shop: Shop, jan: Customer
) -> None:
    afe = shop.define("po_number", "AFE number", pattern="AFE-####", required=True, editable=True)
    jan.decide(1, "approved")
    assert f'name="property-{afe.pk}"' in jan.page("paper")
    for wrong in ({}, {f"property-{afe.pk}": ""}, {f"property-{afe.pk}": "AFE-12"}):
        answer = proceed(jan, format="letter", **wrong)
        assert answer.status_code == 400
        assert "AFE number:" in answer.content.decode()  # the summary of errors
        assert wrong.get(f"property-{afe.pk}", "") in answer.content.decode()
        assert '<option value="letter" selected>' in answer.content.decode()
    assert not Paper.objects.exists()
    assert not Ceremony.objects.exists()
    assert proceed(jan, **{f"property-{afe.pk}": "afe-1234"}).status_code == 302
    printed = pypdfium2.PdfDocument(Paper.objects.get().read())
    assert "AFE-1234" in " ".join(one.get_textpage().get_text_range() for one in printed)
    assert "Upload the signed pages" in jan.page()


def test_S0_27_the_verb_refuses_what_a_page_did_not_ask(shop: Shop, jan: Customer) -> None:
    shop.define("text", "Well", required=True, editable=True)
    jan.decide(1, "approved")
    with pytest.raises(NotConfirmed):
        papers.issue(jan.invitation, format="a4", language="en", by=cast.customer(jan.invitation))
    assert not Paper.objects.exists()


def test_a_change_after_printing_is_said_and_the_paper_printed_again(shop: Shop, jan: Customer) -> None:
    jan.decide(1, "approved")
    proceed(jan)
    jan.decide(2, "approved")
    assert "The order changed since you printed this." in jan.page("paper_waiting")
    assert "Upload the signed pages" not in jan.page()
    proceed(jan)
    assert Paper.objects.count() == 2
    assert "Upload the signed pages" in jan.page()


def test_S0_21_where_e_signing_is_not_allowed_it_is_hidden_and_refused(shop: Shop, jan: Customer) -> None:
    jan.decide(1, "approved")
    jan.review()
    ceremony = jan.invitation.ceremonies.get()
    bar_e_sign(shop)
    page = jan.page()
    assert "Review and sign" not in page
    assert "asks you to sign on paper" in page
    assert jan.post(jan.at("review")).status_code == 403
    assert jan.get(jan.at("sign", ceremony.pk)).status_code == 403
    assert jan.post(jan.at("sign", ceremony.pk), {"name": "Jan"}).status_code == 403
    assert not Signature.objects.exists()
    assert proceed(jan).status_code == 302


def test_S4_19_a_customer_opts_out_and_back_again(jan: Customer) -> None:
    jan.decide(1, "approved")
    page = jan.post(jan.at("opt_out"), follow=True).content.decode()
    assert "You sign on paper." in page
    assert "Review and sign" not in page
    assert jan.post(jan.at("review")).status_code == 403
    page = jan.post(jan.at("opt_in"), follow=True).content.decode()
    assert "Review and sign" in page


def test_paper_switched_off_is_hidden_and_refused_but_not_for_whoever_has_no_other_way(
    shop: Shop, jan: Customer
) -> None:
    organisations.settle(shop.organisation, {"paper": False}, by=shop.mara, actor=shop.mara.actor)
    jan.decide(1, "approved")
    assert "Download & sign" not in jan.page()
    assert proceed(jan)["Location"] == jan.home
    assert not Paper.objects.exists()
    bar_e_sign(shop)
    assert "Download & sign" in jan.page()
    assert proceed(jan).status_code == 302


def test_a_paper_is_its_partys_alone(shop: Shop, jan: Customer, rival: Shop) -> None:
    jan.decide(1, "approved")
    proceed(jan)
    theirs = rival.paper(rival.invite(rival.open_order(lines=1)))
    assert jan.get(jan.at("paper_file", theirs.pk)).status_code == 404
    stranger = Customer()
    own = Paper.objects.get(party=jan.invitation.party)
    assert stranger.get(jan.at("paper_file", own.pk)).status_code == 404


def test_a_renewed_link_finds_the_paper_of_the_earlier_one(shop: Shop, jan: Customer) -> None:
    jan.decide(1, "approved")
    proceed(jan)
    fresh = shop.invite(jan.order)
    assert fresh.party == jan.invitation.party
    other = Customer()
    other.invitation = fresh
    other.post(shop.path(fresh))
    assert "Upload the signed pages" in other.page()
    assert other.get(other.at("paper_file", Paper.objects.get().pk)).status_code == 200


def test_signed_there_is_nothing_left_to_print(jan: Customer) -> None:
    jan.decide(1, "approved")
    proceed(jan)
    cast.sign(ceremonies.review(jan.invitation, by=cast.customer(jan.invitation)))
    for name in ("paper", "paper_waiting"):
        assert jan.get(jan.at(name)).status_code == 302
    assert proceed(jan).status_code == 302
    assert Paper.objects.count() == 1


def test_when_the_renderer_fails_the_page_says_so_and_nothing_is_recorded(
    jan: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    jan.decide(1, "approved")

    def fail(*given: Any, **told: Any) -> bytes:
        raise RenderFailed("no renderer")

    monkeypatch.setattr(papers, "measure", fail)
    assert proceed(jan).status_code == 503
    assert not Paper.objects.exists()


def test_a_paper_whose_file_is_gone_says_so(jan: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    jan.decide(1, "approved")
    proceed(jan)
    paper = Paper.objects.get()

    def gone(paper: Paper) -> bytes:
        raise BlobMissing(paper.blob)

    monkeypatch.setattr(Paper, "read", gone)
    assert jan.get(jan.at("paper_file", paper.pk)).status_code == 503


@pytest.mark.parametrize(
    ("currency", "format"), [("EUR", "a4"), ("GBP", "a4"), ("USD", "letter"), ("CAD", "letter")]
)
def test_the_sheet_is_what_people_have_where_the_money_is_used(currency: str, format: str) -> None:
    assert usual_format(currency) == format


def test_while_the_signed_pages_are_looked_at_nothing_is_asked_of_their_sender(jan: Customer) -> None:
    jan.decide(1, "approved")
    proceed(jan)
    paperwork.to_review(jan.invitation)
    page = jan.page()
    assert "See how your paper stands" in page
    assert "Print again" not in page
    assert "I do not want to sign electronically" not in page
    assert jan.get(jan.at("paper_waiting"))["Location"] == jan.at("upload")
    assert proceed(jan)["Location"] == jan.home
