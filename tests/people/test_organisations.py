"""Settings of an organisation: by managers, as one fact."""

from __future__ import annotations

import pytest

from paraph.evidence.models import Entry
from paraph.people import access, organisations
from paraph.people.models import Organisation
from tests.cast import Shop


def test_what_changed_is_one_fact_with_both_values(shop: Shop) -> None:
    told = {"name": "Vliegwerk", "link_hours": 72, "second_factor": True}
    changed = organisations.settle(shop.organisation, told, by=shop.mara, actor=shop.mara.actor)
    assert changed == ["link_hours", "second_factor"]
    stored = Organisation.objects.get(pk=shop.organisation.pk)
    assert (stored.link_hours, stored.second_factor) == (72, True)
    assert Entry.objects.get(kind="organisation.changed").content["fact"]["changes"] == [
        {"field": "link_hours", "before": 48, "after": 72},
        {"field": "second_factor", "before": False, "after": True},
    ]
    assert organisations.settle(shop.organisation, told, by=shop.mara, actor=shop.mara.actor) == []
    assert Entry.objects.filter(kind="organisation.changed").count() == 1


def test_nobody_but_a_manager_of_theirs_changes_them(shop: Shop) -> None:
    with pytest.raises(access.Forbidden):
        organisations.settle(shop.organisation, {"name": "x"}, by=shop.tess, actor=shop.tess.actor)


def test_a_field_that_is_no_setting_is_our_mistake(shop: Shop) -> None:
    with pytest.raises(KeyError):
        organisations.settle(shop.organisation, {"next_order_number": 1}, by=shop.mara, actor=shop.mara.actor)
