"""What an organisation says about itself, and the rules it sets for its own people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from paraph.evidence import ledger
from paraph.lib.actor import Actor
from paraph.people import access
from paraph.people.facts import OrganisationChanged
from paraph.people.models import Member, Organisation

SETTINGS = (
    "name",
    "address",
    "email",
    "phone",
    "vat_number",
    "accent",
    "language",
    "time_zone",
    "currency",
    "link_hours",
    "second_factor",
    "paper",
    "paper_days",
)


@transaction.atomic
def settle(organisation: Organisation, wanted: Mapping[str, Any], *, by: Member, actor: Actor) -> list[str]:
    """Store settings; return the names of those that changed, which are one fact. Raises `Forbidden`.

    `wanted` holds validated values by field name; others than `SETTINGS` are a programming error (KeyError).
    """
    access.require(by, "settings.edit")
    now = Organisation.objects.select_for_update().get(pk=organisation.pk)
    changed = [name for name in wanted if getattr(now, _known(name)) != wanted[name]]
    changes = [{"field": name, "before": getattr(now, name), "after": wanted[name]} for name in changed]
    for name in changed:
        setattr(now, name, wanted[name])
        setattr(organisation, name, wanted[name])
    if changed:
        now.save(update_fields=changed)
        ledger.append(
            OrganisationChanged(changes=changes),
            log=organisation.log,
            topic=f"organisation:{organisation.pk}",
            by=actor,
        )
    return changed


def _known(name: str) -> str:
    if name not in SETTINGS:
        raise KeyError(name)
    return name
