"""What stands between an order and taking its report back: an invoice that is out."""

from __future__ import annotations

from django.utils.translation import gettext as _

from paraph.billing.models import Invoice, Kind, State
from paraph.work.models import WorkOrder


def objection(order: WorkOrder) -> str:
    """A sentence when the order's report may not be taken back, else ""; see `work.guards`."""
    out = Invoice.objects.filter(order=order, kind=Kind.INVOICE, state__in=[State.ISSUED, State.SENT])
    numbers = list(out.order_by("number").values_list("number", flat=True))
    if not numbers:
        return ""
    return _("It is invoiced: void %(numbers)s first.") % {"numbers": ", ".join(str(one) for one in numbers)}
