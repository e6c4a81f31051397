"""Line 29 where customers dispute, send paper back and read a shop's own properties: what they write stays text."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from paraph.automation import runner
from paraph.delivery import outbox
from paraph.lib import clock
from paraph.signoff import disputes, outcomes, returns, verification
from paraph.signoff.models import Dispute, Invitation, Resolution, Return, ReturnFile
from paraph.work import properties
from paraph.work.property_values import Unfit, check
from tests import cast, paperwork
from tests.attacks.hostile import bodies, letters, missing, spoilt
from tests.attacks.pages import Page
from tests.attacks.payloads import NAME, PAYLOADS
from tests.attacks.world import Knocker, come_in, sign_in
from tests.cast import Shop

pytestmark = pytest.mark.slow
ALL = "\n".join(PAYLOADS)


@pytest.fixture
def asked(evil: Shop) -> Invitation:
    """Jan, whose name is an attack, was asked to sign."""
    return evil.invite(evil.open_order(lines=1))


@pytest.fixture
def disputed(evil: Shop, asked: Invitation) -> Dispute:
    """A dispute of which every text is an attack, of both sides."""
    found = disputes.dispute(asked, reason=ALL, by=cast.customer(asked))
    disputes.answer(found, text=ALL, by=evil.tess, actor=evil.tess.actor)
    disputes.add(found, asked, text=ALL, by=cast.customer(asked))
    return found


def _look(browser: Knocker, pages: dict[str, tuple[str, ...]]) -> None:
    """Each address shows its texts literally, and none of them as markup."""
    for address, wanted in pages.items():
        answer = browser.get(address)
        page = Page(answer.content.decode())
        assert answer.status_code == 200, address
        assert spoilt(page) == [], address
        assert missing(page.text, wanted) == [], address


def _mails() -> int:
    """How many letters hold every text, in both of their bodies; none holds it as markup."""
    while runner.run_all():
        pass
    while outbox.deliver_due():
        pass
    found = 0
    for letter in letters():
        plain, page = bodies(letter)
        if not missing(plain):
            found += 1
            assert missing(page.text) == []
    return found


def test_line_29_a_dispute_is_shown_literally_to_both_sides(
    evil: Shop, asked: Invitation, disputed: Dispute
) -> None:
    outcomes.record(
        disputed.signoff.order,
        outcome="nobody_there",
        reason=ALL,
        at=clock.now(),
        by=evil.tess,
        actor=evil.tess.actor,
    )
    jan, mara = come_in(evil, asked), sign_in(evil.mara)
    everything = (*PAYLOADS, NAME)
    order = f"/orders/{disputed.signoff.order_id}/"
    _look(
        jan,
        {
            reverse("portal:disputed", args=[asked.pk, disputed.pk]): everything,
            reverse("portal:order", args=[asked.pk]): PAYLOADS[:1],
            reverse("portal:timeline", args=[asked.pk]): everything,
        },
    )
    runner.run_all()
    _look(
        mara,
        {
            order: everything,
            "/": (NAME, PAYLOADS[0]),
            "/disputes/": (NAME, PAYLOADS[0]),
            "/notices/": (NAME,),
        },
    )
    refused = mara.post(f"{order}disputes/{disputed.pk}/resolve/", {"resolution": NAME, "text": ALL})
    page = Page(refused.content.decode())
    assert (refused.status_code, spoilt(page), missing(page.text)) == (400, [], [])


def test_line_29_what_is_typed_into_a_dispute_comes_back_as_text(evil: Shop, asked: Invitation) -> None:
    jan = come_in(evil, asked)
    for reason in (f"{ALL}\n{'x' * 4000}", ""):
        answer = jan.post(
            reverse("portal:dispute", args=[asked.pk]), {"reason": reason, "items": NAME, "signed": NAME}
        )
        page = Page(answer.content.decode())
        assert answer.status_code in {400, 404, 409}
        assert spoilt(page) == []
    for text in PAYLOADS:
        answer = sign_in(evil.mara).get("/disputes/", {"q": text, "state": text, "page": text})
        assert (answer.status_code, spoilt(Page(answer.content.decode()))) == (200, [])


def test_line_29_mails_about_a_dispute_carry_every_text_literally(
    evil: Shop, disputed: Dispute, mailoutbox: list[Any]
) -> None:
    told = {"resolution": Resolution.EXPLAINED, "text": ALL}
    disputes.resolve(disputed, **told, by=evil.mara, actor=evil.mara.actor)
    assert _mails() >= 3, "the managers' of the dispute, the customer's of the answer and of the end"


def test_line_29_properties_of_a_shop_are_shown_literally(evil: Shop, asked: Invitation) -> None:
    order = asked.party.signoff.order
    made = [
        evil.define("text", text[:60], help_text=text, names={"nl": text[:60]}, editable=True, required=True)
        for text in PAYLOADS
    ]
    values = {one.pk: " ".join(text.split()) for one, text in zip(made, PAYLOADS, strict=True)}
    choice = evil.define(
        "choice", NAME[:60], options=[cast.option(NAME[:60]), cast.option("B")], editable=True
    )
    values = {key: value for key, value in values.items() if _fits(key, value, made)}
    assert len(values) > 40
    properties.set_values(order, {**values, choice.pk: choice.options[0]["key"]}, by=evil.mara.actor)
    shown = tuple(values.values())
    named = tuple(one.name for one in made)
    helped = tuple(one.help_text for one in made)
    mara = sign_in(evil.mara)
    _look(
        mara,
        {
            f"/orders/{order.pk}/": (*named, *shown),
            f"/orders/{order.pk}/edit/": (*named, *shown),
            "/settings/properties/": named,
            f"/settings/properties/{made[0].pk}/": (named[0], helped[0]),
        },
    )
    _look(come_in(evil, asked), {reverse("portal:order", args=[asked.pk]): (*named, *shown, *helped)})


def _fits(key: Any, value: str, made: list[Any]) -> bool:
    try:
        check(next(one for one in made if one.pk == key), value)
    except Unfit:
        return False
    return True


def test_line_29_names_of_files_and_the_reviewers_sentence_are_shown_literally(
    evil: Shop, asked: Invitation, mailoutbox: list[Any]
) -> None:
    cast.approve(asked, [1])
    names = tuple(returns.clean_name(one) for one in PAYLOADS)
    for number, name in enumerate(names, start=1):
        paperwork.page(asked, name, number)
    jan, mara = come_in(evil, asked), sign_in(evil.mara)
    upload = reverse("portal:upload", args=[asked.pk])
    _look(jan, {upload: names})
    found = returns.send(Return.objects.get(), asked, by=cast.customer(asked), name=NAME, role=NAME)
    Return.objects.update(state="review", outcome="altered", due_at=None)
    assert ReturnFile.objects.count() == len(PAYLOADS)
    page = f"/orders/{found.party.signoff.order_id}/returns/{found.pk}/"
    _look(mara, {page: (*names, NAME), "/returns/": (NAME,), "/": (NAME,)})
    typed = mara.post(f"{page}send-back/", {"sentence": ALL + "x" * 2000})
    assert (typed.status_code, spoilt(Page(typed.content.decode()))) == (400, [])
    verification.send_back(found, ALL, by=evil.mara, actor=evil.mara.actor)
    _look(jan, {upload: PAYLOADS})
    _look(mara, {page: PAYLOADS, f"/orders/{found.party.signoff.order_id}/": PAYLOADS})
    assert _mails() >= 1, "the customer's, with the sentence"
