"""Somebody is let in from the command line."""

from __future__ import annotations

import pytest
from django.contrib.auth import authenticate

from paraph.config import newcomer
from paraph.delivery.models import Delivery
from paraph.evidence.models import Entry
from paraph.operate.scratch import Sorry
from paraph.people import factors
from paraph.people.models import Member, Organisation
from tests.people.test_factors import code_of

GOOD = "a long enough phrase"


def let_in(**changes: str | None) -> Member:
    said = {
        "email": "mara@shop.example",
        "name": "Mara",
        "role": "manager",
        "organisation": "Shop",
        "password": GOOD,
    }
    told = {**said, **changes}
    return newcomer.let_in(str(told.pop("email")), **told)  # type: ignore[arg-type]


def test_the_first_manager_makes_the_organisation_and_can_sign_in(db: None) -> None:
    member = let_in()
    assert member.organisation.name == "Shop"
    assert authenticate(username="mara@shop.example", password=GOOD) == member.user
    assert Entry.objects.get(kind="access.changed").content["fact"]["role"] == "manager"


def test_a_colleague_needs_no_organisation_where_there_is_one(db: None) -> None:
    let_in()
    assert let_in(email="tess@shop.example", role="technician", organisation="").organisation.name == "Shop"
    assert Organisation.objects.count() == 1


def test_the_same_person_again_gets_a_new_password_and_role(db: None) -> None:
    let_in()
    member = let_in(email="Mara@shop.example", role="biller", password="another long phrase")
    assert Member.objects.count() == 1
    assert member.role == "biller"
    assert authenticate(username="mara@shop.example", password="another long phrase")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"password": "password123"}, "too common"),
        ({"password": "short"}, "too short"),
        ({"email": "nobody"}, "valid email"),
        ({"role": "king"}, "manager, dispatcher"),
        ({"organisation": ""}, "no organisation yet"),
    ],
)
def test_line_37_a_bad_entry_is_a_sentence_and_changes_nothing(
    db: None, changes: dict[str, str], told: str
) -> None:
    with pytest.raises(Sorry, match=told):
        let_in(**changes)
    assert not Member.objects.exists()


def test_the_operator_removes_second_factors_somebody_lost(db: None) -> None:
    who = let_in()
    secret, before = factors.new_secret(), who.user.get_session_auth_hash()
    assert factors.add_app(who.user, secret, code_of(secret))
    newcomer.forget_factors(who)
    assert not factors.has(who.user)
    assert who.user.get_session_auth_hash() != before
    assert Delivery.objects.get(to="mara@shop.example").subject == "Your sign-in was changed"
