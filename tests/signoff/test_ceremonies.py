"""One party acts: decide, review, consent, sign; no step skipped, none twice."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from paraph.evidence.models import Entry
from paraph.signoff import ceremonies, completion, consent, requests
from paraph.signoff.errors import (
    AlreadySigned,
    Closed,
    Locked,
    NothingApproved,
    NothingToAsk,
    NotReviewed,
    NotThere,
    OnlyToRead,
    Stale,
    Unusable,
)
from paraph.signoff.models import Ask, Decision, Signature, State
from paraph.work import orders
from tests.cast import DRAWN, Shop, again, approve, customer, line, lines, sign, signed


def test_S3_24_S3_25_S3_26_approve_reject_and_clear_are_rows_of_their_own(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order())
    item = lines(invitation.party.signoff.order)[0]
    for choice in ("approved", "rejected", "pending"):
        ceremonies.decide(invitation, item.pk, choice, by=customer(invitation))
    assert [one.choice for one in Decision.objects.all()] == ["approved", "rejected", "pending"]
    kinds = list(
        Entry.objects.filter(kind__startswith="item.").order_by("index").values_list("kind", flat=True)
    )
    assert kinds == ["item.approved", "item.rejected", "item.cleared"]


def test_the_same_choice_twice_is_one_decision(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order())
    approve(invitation, (1,))
    approve(invitation, (1,))
    assert Decision.objects.count() == 1


def test_S3_03_a_line_of_another_order_is_not_there(shop: Shop) -> None:
    invitation, other = shop.invite(shop.open_order()), shop.open_order()
    with pytest.raises(NotThere):
        ceremonies.decide(invitation, lines(other)[0].pk, "approved", by=customer(invitation))
    with pytest.raises(NotThere):
        ceremonies.decide(invitation, uuid4(), "approved", by=customer(invitation))


def test_an_unknown_choice_is_refused(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order())
    with pytest.raises(Unusable):
        ceremonies.decide(
            invitation, lines(invitation.party.signoff.order)[0].pk, "maybe", by=customer(invitation)
        )


def test_approve_all_leaves_what_was_rejected(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order(3))
    item = lines(invitation.party.signoff.order)[1]
    ceremonies.decide(invitation, item.pk, "rejected", by=customer(invitation))
    assert len(ceremonies.approve_all(invitation, by=customer(invitation))) == 2


def test_several_lines_are_decided_together_or_not_at_all(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order(3))
    first, second, third = (one.pk for one in lines(invitation.party.signoff.order))
    by = customer(invitation)
    with pytest.raises(NotThere):
        ceremonies.decide_each(invitation, [(first, "approved"), (uuid4(), "approved")], by=by)
    assert not Decision.objects.exists()
    # One after the other: the same line twice is decided twice, and what stands so already is left out.
    told = [
        (first, "approved"),
        (second, "rejected"),
        (first, "approved"),
        (second, "pending"),
        (third, "pending"),
    ]
    made = ceremonies.decide_each(invitation, told, by=by)
    assert [(one.item_id, one.choice) for one in made] == [told[0], told[1], told[3]]
    assert Entry.objects.filter(kind__startswith="item.").count() == 3


def test_a_line_more_costs_only_its_decision_and_its_fact(shop: Shop) -> None:
    def asked(count: int) -> int:
        invitation = shop.invite(shop.open_order(count))
        told = [(one.pk, "approved") for one in lines(invitation.party.signoff.order)]
        with CaptureQueriesContext(connection) as queries:
            ceremonies.decide_each(invitation, told, by=customer(invitation))
        return len(queries)

    asked(1)  # what is asked once is asked
    assert asked(6) - asked(2) <= 4 * 6


def test_S1_10_review_needs_an_approved_line_and_comes_before_signing(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order(1))
    with pytest.raises(NothingApproved):
        ceremonies.review(invitation, by=customer(invitation))
    approve(invitation, (1,))
    first = ceremonies.review(invitation, by=customer(invitation))
    assert ceremonies.review(invitation, by=customer(invitation)) == first


def test_S3_29_S3_30_signing_covers_the_approved_lines_and_seals_at_once(shop: Shop) -> None:
    order = shop.open_order()
    signoff = signed(shop, order, (1, 3))
    signature = signoff.signatures.get()
    assert signature.items == [str(one.pk) for one in lines(order) if one.number in (1, 3)]
    assert signoff.state == State.SEALED
    assert signoff.sealed_copy.read().startswith(b"%PDF")
    assert signature.checkpoint is not None
    assert signature.checkpoint.size > signature.entry.index


def test_S1_27_S1_11_the_record_says_who_when_where_and_how(shop: Shop) -> None:
    signature = signed(shop, shop.open_order()).signatures.get()
    record = signature.record
    assert record["signer"] == {
        "contact": str(shop.jan.pk),
        "invited_as": "Jan Jansen",
        "name": "Jan Jansen",
        "role": "Owner",
    }
    assert record["connection"] == {
        "address": "192.0.2.7",
        "address_source": "socket peer",
        "agent": "Testbrowser/1",
    }
    assert record["place"] is None
    assert record["invitation"]["delivered"] == "handed over"
    assert record["invitation"]["to"] is None
    assert record["consent"]["entry"] == Entry.objects.get(kind="ceremony.consented").index


def test_S1_33_personal_values_of_a_signature_are_not_readable_in_the_database(shop: Shop) -> None:
    signature = signed(shop, shop.open_order()).signatures.get()
    assert b"Jan Jansen" not in bytes(signature.sealed_record)
    leaf = bytes(signature.entry.leaf)
    assert b"Jan Jansen" not in leaf
    assert b"192.0.2.7" not in leaf


def test_line_19_signing_twice_gives_the_first_signature(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order())
    approve(invitation, (1,))
    ceremony = ceremonies.review(invitation, by=customer(invitation))
    first = sign(ceremony)
    with pytest.raises(AlreadySigned) as caught:
        sign(ceremony)
    assert caught.value.signature == first
    assert Signature.objects.count() == 1


def test_line_20_a_price_changed_while_reading_signs_nothing_and_keeps_decisions(shop: Shop) -> None:
    order = shop.open_order(2)
    invitation = shop.invite(order)
    approve(invitation, (1, 2))
    ceremony = ceremonies.review(invitation, by=customer(invitation))
    draft = again(order)
    draft.items[0].__dict__["hourly_rate"] = 99900
    orders.revise(order, draft, expected=1, by=shop.mara.actor)
    with pytest.raises(Stale) as caught:
        sign(ceremony)
    assert any(change.path[-1] == "rate" for change in caught.value.changes)
    assert not Signature.objects.exists()
    assert Decision.objects.count() == 2
    fresh = ceremonies.review(invitation, by=customer(invitation))
    assert sign(fresh).snapshot == fresh.snapshot


def test_a_decision_cleared_by_somebody_else_while_signing_is_stale(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order(2))
    approve(invitation, (1, 2))
    ceremony = ceremonies.review(invitation, by=customer(invitation))
    item = lines(invitation.party.signoff.order)[1]
    ceremonies.decide(invitation, item.pk, "pending", by=customer(invitation))
    with pytest.raises(Stale):
        sign(ceremony)


def test_decision_6_nothing_can_be_cleared_after_the_signature(shop: Shop) -> None:
    order = shop.open_order(2)
    invitation = shop.invite(order)
    approve(invitation, (1,))
    sign(ceremonies.review(invitation, by=customer(invitation)))
    with pytest.raises(AlreadySigned):
        ceremonies.decide(invitation, lines(order)[0].pk, "pending", by=customer(invitation))


def test_decisions_are_fixed_once_the_first_of_two_has_signed(shop: Shop) -> None:
    order = shop.open_order(2)
    first, second = shop.invite(order), shop.invite(order, contact=shop.claire)
    approve(first, (1,))
    sign(ceremonies.review(first, by=customer(first)))
    with pytest.raises(Locked):
        ceremonies.decide(second, lines(order)[1].pk, "approved", by=customer(second))


def test_two_parties_seal_only_when_both_have_signed_the_same_snapshot(shop: Shop) -> None:
    order = shop.open_order(2)
    first, second = shop.invite(order), shop.invite(order, contact=shop.claire)
    approve(first, (1, 2))
    one = sign(ceremonies.review(first, by=customer(first)))
    assert one.signoff.state == State.OPEN
    two = sign(ceremonies.review(second, by=customer(second)), language="fr")
    two.signoff.refresh_from_db()
    assert one.snapshot == two.snapshot
    assert two.signoff.state == State.SEALED


def test_a_copy_to_read_can_do_nothing(shop: Shop) -> None:
    order = shop.open_order()
    shop.invite(order)
    reader = shop.invite(order, contact=shop.claire, ask=Ask.VIEW)
    with pytest.raises(OnlyToRead):
        ceremonies.decide(reader, lines(order)[0].pk, "approved", by=customer(reader))
    with pytest.raises(OnlyToRead):
        ceremonies.review(reader, by=customer(reader))


def test_a_withdrawn_request_is_closed(shop: Shop) -> None:
    order = shop.open_order()
    invitation = shop.invite(order)
    requests.withdraw(invitation.party.signoff, by=shop.mara.actor)
    with pytest.raises(Closed):
        ceremonies.decide(invitation, lines(order)[0].pk, "approved", by=customer(invitation))


def test_consent_to_another_sentence_is_no_consent(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order())
    approve(invitation, (1,))
    ceremony = ceremonies.review(invitation, by=customer(invitation))
    with pytest.raises(NotReviewed):
        sign(ceremony, consent="sha256:" + "0" * 64)
    with pytest.raises(Unusable):
        sign(ceremony, consent="")


def test_S1_16_the_sentence_names_lines_and_amount_in_the_customers_language(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order())
    approve(invitation, (1, 2))
    ceremony = ceremonies.review(invitation, by=customer(invitation))
    english = consent.sentence(ceremony.snapshot, "en")
    assert "lines 1, 2" in english.sentence
    assert "€805.86" in english.sentence
    assert english.digest == consent.sentence(ceremony.snapshot, "en").digest
    assert english.digest != consent.sentence(ceremony.snapshot, "nl").digest


@pytest.mark.slow
@pytest.mark.parametrize(
    ("method", "mark", "field"),
    [
        ("drawn", "", "drawn"),
        ("drawn", '{"aspect":3,"strokes":[]}', "drawn"),
        ("drawn", '{"aspect":3,"strokes":[[[0.5,0.5]]]}', "drawn"),
        ("drawn", "<svg>", "drawn"),
        ("drawn", '{"aspect":"NaN","strokes":[[["a",1]]]}', "drawn"),
        ("typed", "  ", "typed"),
        ("typed", "x" * 10_000, "typed"),
        ("stamp", "x", "method"),
    ],
)
def test_a_mark_that_is_none_is_refused_beside_its_field(
    shop: Shop, method: str, mark: str, field: str
) -> None:
    invitation = shop.invite(shop.open_order())
    approve(invitation, (1,))
    ceremony = ceremonies.review(invitation, by=customer(invitation))
    with pytest.raises(Unusable) as caught:
        sign(ceremony, method=method, mark=mark)
    assert caught.value.field == field
    assert not Signature.objects.exists()


def test_a_drawn_mark_is_kept_as_strokes_and_bound_by_its_digest(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order())
    approve(invitation, (1,))
    signature = sign(ceremonies.review(invitation, by=customer(invitation)), method="drawn", mark=DRAWN)
    assert signature.record["mark"]["strokes"] == [[[0.1, 0.5], [0.3, 0.2], [0.5, 0.8], [0.9, 0.4]]]
    assert signature.record["mark"]["digest"].startswith("sha256:")


@pytest.mark.parametrize("name", ["", "   ", "--", "x" * 10_000])
def test_a_name_that_is_none_or_endless_is_refused(shop: Shop, name: str) -> None:
    invitation = shop.invite(shop.open_order())
    approve(invitation, (1,))
    ceremony = ceremonies.review(invitation, by=customer(invitation))
    with pytest.raises(Unusable):
        sign(ceremony, name=name)


def test_nothing_is_asked_when_every_line_is_signed_for(shop: Shop) -> None:
    order = shop.open_order(2)
    signed(shop, order, (1, 2))
    with pytest.raises(NothingToAsk):
        shop.invite(order)


def test_a_partly_signed_order_asks_again_for_the_rest_and_seals_again(shop: Shop) -> None:
    order = shop.open_order(3)
    first = signed(shop, order, (1,))
    second = signed(shop, order, (2, 3))
    assert first.pk != second.pk
    assert completion.printed(orders.load(order.pk), "estimate", "en", signoff=second).startswith(b"%PDF")


def test_a_hostile_finding_is_signed_as_text(shop: Shop) -> None:
    order = shop.open_order(items=[line('<script>alert(1)</script> #{"x"} $a$ \\ *b* 漢字 🛠')])
    assert signed(shop, order, (1,)).state == State.SEALED
