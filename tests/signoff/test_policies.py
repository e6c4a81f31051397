"""What is asked on site: the kind's own rules, else the organisation's, else the shipped ones (S1-09, S1-12, S1-26)."""

from __future__ import annotations

from typing import Any

import pytest

from paraph.evidence.models import Entry
from paraph.people import access
from paraph.signoff import policies
from paraph.signoff.errors import Unusable
from paraph.signoff.models import Policy
from paraph.signoff.policies import PolicyDraft
from paraph.work.models import OrderKind
from tests.cast import Shop

STRICT = PolicyDraft(identity=("own_phone", "pin"), place="require", prices=True, late_hours=24)


@pytest.fixture
def kind(shop: Shop) -> OrderKind:
    return OrderKind.objects.create(organisation=shop.organisation, name="Field ticket")


def put(shop: Shop, kind: OrderKind | None, draft: PolicyDraft | None, **changes: Any) -> Policy:
    by = changes.pop("by", shop.mara)
    return policies.put(shop.organisation, kind, draft, by=by, actor=by.actor)


def facts(shop: Shop) -> list[dict[str, Any]]:
    found = Entry.objects.filter(log_id=shop.organisation.pk, kind="policy.changed").order_by("index")
    return [one.content["fact"] for one in found]


def test_S1_09_the_kinds_own_rules_hold_else_those_for_all_else_the_shipped_ones(
    shop: Shop, kind: OrderKind
) -> None:
    assert policies.holding(shop.organisation, kind).place == "warn"
    put(shop, None, STRICT)
    assert policies.holding(shop.organisation, kind).identity == ["pin", "own_phone"]
    put(shop, kind, PolicyDraft(place="record"))
    order = shop.open_order(kind=kind)
    assert (policies.of(order).place, policies.of(order).identity) == ("record", [])
    put(shop, kind, None)
    assert policies.of(shop.open_order(kind=kind)).place == "require"
    assert policies.of(shop.open_order()).late_hours == 24


def test_what_changed_is_one_fact_and_nothing_is_none(shop: Shop, kind: OrderKind) -> None:
    put(shop, kind, STRICT)
    put(shop, kind, STRICT)
    put(shop, None, None)
    (only,) = facts(shop)
    assert (only["order_kind"], only["own"]) == (str(kind.pk), True)
    assert {"field": "place", "before": "warn", "after": "require"} in only["changes"]
    # A kind that gets rules of its own which say the same is told, too: from now on they stay.
    put(shop, None, PolicyDraft())
    assert [one["changes"] for one in facts(shop)][1:] == [[]]


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (PolicyDraft(identity=("password",)), "identity"),
        (PolicyDraft(place="anywhere"), "place"),
        (PolicyDraft(late_hours=0), "late_hours"),
        (PolicyDraft(late_hours=2161), "late_hours"),
    ],
)
def test_a_value_nobody_offered_is_refused(shop: Shop, draft: PolicyDraft, field: str) -> None:
    with pytest.raises(Unusable) as refusal:
        put(shop, None, draft)
    assert refusal.value.field == field
    assert not facts(shop)


def test_rules_are_set_by_managers_for_their_own_kinds(shop: Shop, rival: Shop, kind: OrderKind) -> None:
    with pytest.raises(access.Forbidden):
        put(shop, kind, STRICT, by=shop.tess)
    with pytest.raises(Unusable):
        policies.put(rival.organisation, kind, STRICT, by=rival.mara, actor=rival.mara.actor)
    assert not Policy.objects.exists()
