"""Members: roles, rights that can be taken away, the last manager, and that each change is a fact."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from paraph.evidence import timeline
from paraph.evidence.facts import CUSTOMER, STAFF
from paraph.evidence.models import Entry
from paraph.people import access, factors, members
from paraph.people.models import Member, Role
from tests.cast import Shop
from tests.people.test_factors import code_of


def facts(shop: Shop) -> list[dict[str, Any]]:
    entries = Entry.objects.filter(log_id=shop.organisation.pk, kind="access.changed").order_by("index")
    return [one.content["fact"] for one in entries]


def test_S0_20_the_toggle_takes_e_sign_from_a_manager_and_nothing_else(shop: Shop) -> None:
    held = {right for right in access.RIGHTS if access.can(shop.mara, right)}
    members.add(
        shop.organisation, "second@vliegwerk.example", name="Second", role="manager", by=shop.mara.actor
    )
    members.change(shop.mara, role=Role.MANAGER, without=["signature.ask"], by=shop.mara.actor)
    now = Member.objects.get(pk=shop.mara.pk)
    assert {right for right in access.RIGHTS if access.can(now, right)} == held - {"signature.ask"}
    with pytest.raises(access.Forbidden):
        access.require(now, "signature.ask")
    members.change(now, role=Role.MANAGER, without=[], by=shop.mara.actor)
    assert access.can(Member.objects.get(pk=shop.mara.pk), "signature.ask")


def test_S0_21_no_toggle_gives_what_the_role_does_not_have(shop: Shop) -> None:
    for role in (Role.DISPATCHER, Role.TECHNICIAN, Role.BILLER):
        assert not access.can(shop.members[role], "signature.ask")
    assert set(access.TOGGLES) <= set(access.RIGHTS)


def test_each_change_is_one_fact_for_staff_and_no_change_is_none(shop: Shop) -> None:
    members.change(shop.tess, role=Role.DISPATCHER, without=["comment.delete"], by=shop.mara.actor)
    members.change(shop.tess, role=Role.DISPATCHER, without=["comment.delete"], by=shop.mara.actor)
    members.switch_off(shop.tess, by=shop.mara.actor)
    members.switch_off(shop.tess, by=shop.mara.actor)
    members.switch_on(shop.tess, by=shop.mara.actor)
    members.switch_on(shop.tess, by=shop.mara.actor)
    assert [(one["change"], one["active"], one["without"]) for one in facts(shop)] == [
        ("changed", True, ["comment.delete"]),
        ("off", False, ["comment.delete"]),
        ("on", True, ["comment.delete"]),
    ]
    lines = timeline.timeline(
        shop.organisation.log, f"organisation:{shop.organisation.pk}", audience=STAFF, language="en"
    )
    assert lines[0].text == (
        "Mara of Vliegwerk: Tess of Vliegwerk has other access (Dispatcher, not: Allow deleting comments)."
    )
    assert not timeline.timeline(
        shop.organisation.log,
        f"organisation:{shop.organisation.pk}",
        audience=CUSTOMER,
        language="en",
    )


def test_the_name_of_a_member_is_personal_and_stays_out_of_the_leaf(shop: Shop) -> None:
    members.switch_off(shop.tess, by=shop.mara.actor)
    entry = Entry.objects.get(kind="access.changed")
    assert b"Tess" not in bytes(entry.leaf)


@pytest.mark.parametrize("act", ["role", "off"])
def test_nobody_removes_the_last_manager(shop: Shop, act: str) -> None:
    by = shop.mara.actor
    acts: dict[str, Callable[[], object]] = {
        "role": lambda: members.change(shop.mara, role=Role.BILLER, without=[], by=by),
        "off": lambda: members.switch_off(shop.mara, by=by),
    }
    with pytest.raises(members.LastManager):
        acts[act]()
    assert access.can(Member.objects.get(pk=shop.mara.pk), "member.edit")
    assert facts(shop) == []


def test_a_manager_who_cannot_come_in_is_no_second_manager(shop: Shop) -> None:
    members.change(shop.tess, role=Role.MANAGER, without=[], by=shop.mara.actor)
    shop.tess.user.is_active = False
    shop.tess.user.save()
    with pytest.raises(members.LastManager):
        members.switch_off(shop.mara, by=shop.mara.actor)


def test_of_two_managers_one_may_go(shop: Shop) -> None:
    members.change(shop.tess, role=Role.MANAGER, without=[], by=shop.mara.actor)
    members.switch_off(shop.mara, by=shop.tess.actor)
    with pytest.raises(members.LastManager):
        members.switch_off(shop.tess, by=shop.tess.actor)


def test_a_manager_of_another_organisation_is_no_manager_here(shop: Shop, rival: Shop) -> None:
    with pytest.raises(members.LastManager):
        members.switch_off(shop.mara, by=shop.mara.actor)


def test_who_leaves_their_last_organisation_loses_every_session_and_who_stays_elsewhere_keeps_them(
    shop: Shop, rival: Shop
) -> None:
    both = members.add(
        rival.organisation, shop.tess.user.email, name="Tess", role="biller", by=rival.mara.actor
    )
    before = shop.tess.user.get_session_auth_hash()
    members.switch_off(shop.tess, by=shop.mara.actor)
    shop.tess.user.refresh_from_db()
    assert shop.tess.user.get_session_auth_hash() == before
    members.switch_off(both, by=rival.mara.actor)
    shop.tess.user.refresh_from_db()
    assert shop.tess.user.get_session_auth_hash() != before


def test_sessions_opened_before_this_release_stay_until_somebody_ends_them(shop: Shop) -> None:
    """The migration cuts nobody off: epoch 0 hashes as it always did."""
    from django.contrib.auth.base_user import AbstractBaseUser

    user = shop.mara.user
    assert user.get_session_auth_hash() == AbstractBaseUser.get_session_auth_hash(user)
    assert user.epoch == 0
    before = user.get_session_auth_hash()
    members.sign_out_everywhere(user)
    assert user.get_session_auth_hash() != before


def test_factors_are_forgotten_by_the_only_organisation_they_guard(shop: Shop, rival: Shop) -> None:
    user, secret = shop.tess.user, factors.new_secret()
    assert factors.add_app(user, secret, code_of(secret))
    both = members.add(rival.organisation, user.email, name="Tess", role="biller", by=rival.mara.actor)
    for one in (shop.tess, both):
        with pytest.raises(access.Forbidden):
            members.forget_factors(one, by=shop.mara.actor)
    assert factors.has(user)
    members.switch_off(both, by=rival.mara.actor)
    members.forget_factors(shop.tess, by=shop.mara.actor)
    assert not factors.has(user)
    assert facts(shop)[-1]["change"] == "factors_forgotten"


def test_which_organisation_somebody_works_for_is_never_guessed(shop: Shop, rival: Shop) -> None:
    both = members.add(
        rival.organisation, shop.tess.user.email, name="Tess", role="biller", by=rival.mara.actor
    )
    found = access.memberships(shop.tess.user)
    assert [one.organisation.name for one in found] == ["Rivaal", "Vliegwerk"]
    assert access.chosen(found) is None
    assert access.chosen(found, str(both.pk)) == both
    assert access.chosen(found, str(shop.mara.pk)) is None
    members.switch_off(both, by=rival.mara.actor)
    left = access.memberships(shop.tess.user)
    assert access.chosen(left, str(both.pk)) is None, "a choice that ended does not turn into another one"
    assert access.chosen(left) == shop.tess
