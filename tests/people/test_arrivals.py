"""Single sign-on: who is let in, who joins, and that nobody becomes a manager by accident."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from paraph.people import arrivals, members, welcomes
from paraph.people.models import Member, Role, User
from paraph.people.single_sign_on import BadSingleSignOn, SingleSignOn, pairs
from tests.cast import Shop

PROVIDER = SingleSignOn("Corp", "https://idp.example", "paraph", "secret")


def claims(email: str = "tess@vliegwerk.example", **more: Any) -> dict[str, Any]:
    return {"sub": "1", "email": email, "email_verified": True, "name": "Somebody", **more}


def role_of(user: User | None, shop: Shop) -> str:
    return "" if user is None else Member.objects.get(user=user, organisation=shop.organisation).role


def test_a_member_comes_in_by_their_verified_address(shop: Shop) -> None:
    assert arrivals.admit(None, claims("TESS@vliegwerk.example"), PROVIDER) == shop.tess.user


@pytest.mark.parametrize("verified", [False, None, "true", 1, "yes"])
def test_an_address_nobody_verified_opens_nothing(shop: Shop, verified: object) -> None:
    assert arrivals.admit(None, claims(email_verified=verified), PROVIDER) is None


def test_a_stranger_is_nobody_here_and_no_account_is_made(shop: Shop) -> None:
    before = User.objects.count()
    assert arrivals.admit(None, claims("stranger@corp.example", groups=["paraph"]), PROVIDER) is None
    assert User.objects.count() == before


def test_a_switched_off_member_stays_off_whatever_group_and_domain_say(shop: Shop) -> None:
    members.switch_off(shop.tess, by=shop.mara.actor)
    generous = replace(PROVIDER, groups={"all": "technician"}, domains={"vliegwerk.example": "technician"})
    assert arrivals.admit(None, claims(groups=["all"]), generous) is None
    assert arrivals.admit(shop.tess.user, claims(groups=["all"]), generous) is None
    assert not Member.objects.get(pk=shop.tess.pk).active


def test_a_switched_off_user_is_out(shop: Shop) -> None:
    shop.tess.user.is_active = False
    shop.tess.user.save()
    assert arrivals.admit(None, claims(), PROVIDER) is None


def test_who_is_invited_joins_by_the_address_the_provider_verified(shop: Shop) -> None:
    welcomes.invite(
        shop.organisation, "nora@corp.example", name="Nora", role="biller", language="nl",
        by=shop.mara, actor=shop.mara.actor,
    )  # fmt: skip
    assert arrivals.admit(None, claims("nora@corp.example", email_verified=False), PROVIDER) is None
    user = arrivals.admit(None, claims("nora@corp.example"), PROVIDER)
    assert role_of(user, shop) == "biller"
    assert user is not None
    assert not user.has_usable_password()


def test_a_known_account_does_not_take_the_invitation_of_another_address(shop: Shop) -> None:
    """The provider may give an address to somebody else later; the link is by subject."""
    welcomes.invite(
        shop.organisation, "nora@corp.example", name="Nora", role="manager", language="nl",
        by=shop.mara, actor=shop.mara.actor,
    )  # fmt: skip
    assert arrivals.admit(shop.tess.user, claims("nora@corp.example"), PROVIDER) == shop.tess.user
    assert Member.objects.get(user=shop.tess.user).role == Role.TECHNICIAN


def test_a_named_domain_joins_as_what_was_named_and_changes_nobody(shop: Shop) -> None:
    named = replace(PROVIDER, domains={"corp.example": "technician"})
    assert role_of(arrivals.admit(None, claims("new@Corp.Example"), named), shop) == "technician"
    assert arrivals.admit(None, claims("new@corp.example.evil.example"), named) is None
    assert arrivals.admit(None, claims("new@sub.corp.example"), named) is None
    named = replace(PROVIDER, domains={"vliegwerk.example": "biller"})
    assert role_of(arrivals.admit(None, claims("mara@vliegwerk.example"), named), shop) == "manager"


def test_a_named_group_joins_and_sets_the_role_the_strongest_winning(shop: Shop) -> None:
    named = replace(PROVIDER, groups={"field": "technician", "chiefs": "manager"})
    told = claims("new@corp.example", groups=["field", "other", "chiefs"])
    assert role_of(arrivals.admit(None, told, named), shop) == "manager"
    assert (
        role_of(arrivals.admit(None, claims("new@corp.example", groups=["field"]), named), shop)
        == "technician"
    )
    assert role_of(arrivals.admit(None, claims("new@corp.example", groups=[]), named), shop) == "technician"


def test_a_group_does_not_take_the_last_manager_away(shop: Shop) -> None:
    named = replace(PROVIDER, groups={"field": "technician"})
    user = arrivals.admit(None, claims("mara@vliegwerk.example", groups=["field"]), named)
    assert role_of(user, shop) == "manager"


@pytest.mark.parametrize("told", [None, 7, {"chiefs": True}, [["chiefs"]], [None], "chief"])
def test_a_claim_of_another_shape_is_no_group(shop: Shop, told: object) -> None:
    named = replace(PROVIDER, groups={"chiefs": "manager"})
    assert arrivals.admit(None, claims("new@corp.example", groups=told), named) is None


def test_the_claim_can_have_another_name_and_be_one_word(shop: Shop) -> None:
    named = replace(PROVIDER, claim="roles", groups={"field": "technician"})
    assert (
        role_of(arrivals.admit(None, claims("new@corp.example", roles="field"), named), shop) == "technician"
    )


def test_with_several_organisations_the_operator_says_which_or_nobody_joins(shop: Shop, rival: Shop) -> None:
    named = replace(PROVIDER, domains={"corp.example": "technician"})
    assert arrivals.admit(None, claims("new@corp.example"), named) is None
    there = replace(named, organisation="Rivaal")
    assert role_of(arrivals.admit(None, claims("new@corp.example"), there), rival) == "technician"
    assert arrivals.admit(None, claims("second@corp.example"), replace(named, organisation="Nobody")) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "http://idp.example"},
        {"issuer": "ftp://idp.example"},
        {"client_id": ""},
        {"client_secret": ""},
        {"domains": {"corp.example": "manager"}},
    ],
)
def test_what_would_be_unsafe_stops_the_start(changes: dict[str, Any]) -> None:
    with pytest.raises(BadSingleSignOn):
        replace(PROVIDER, **changes)


def test_a_provider_on_this_machine_may_speak_http() -> None:
    assert replace(PROVIDER, issuer="http://localhost:9000/x").origin == "http://localhost:9000"


def test_the_secret_is_not_in_what_is_printed() -> None:
    assert "secret'" not in repr(PROVIDER)


def test_maps_are_read_and_a_slip_is_named() -> None:
    assert pairs("X", " field = technician ,chiefs=manager,") == {"field": "technician", "chiefs": "manager"}
    for wrong in ("field", "field=boss", "=manager", "field="):
        with pytest.raises(BadSingleSignOn, match="X has"):
            pairs("X", wrong)
