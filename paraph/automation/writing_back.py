"""What a customer confirmed goes back to the order (S0-03): signoff reads the work, and a rule writes it."""

from __future__ import annotations

from dataclasses import dataclass

from paraph.automation.occasions import Occasion
from paraph.signoff import confirmed
from paraph.signoff.models import Confirmation
from paraph.work import properties


@dataclass(frozen=True)
class WriteBack:
    """Let the order say the confirmed values, once; what the shop changed since they were seen stays."""

    def apply(self, occasion: Occasion) -> None:
        """Write those of this entry that are not written yet."""
        found = list(Confirmation.objects.filter(entry=occasion.entry, written_at=None))
        values = {str(one.property_id): (one.before, one.after) for one in found}
        properties.write_back(occasion.order, values, cause=occasion.entry)
        confirmed.mark_written(found)
