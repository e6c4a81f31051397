"""What an organisation asks for on site, by kind of order (S1-09, S1-12, S1-26).

The secret: the kind's own policy, else the organisation's, else the shipped one: nothing but the place is asked, and
a signature from elsewhere waits for a manager.
"""

from __future__ import annotations

from django.db.models import Q

from paraph.signoff.models import Policy
from paraph.work.models import WorkOrder


def of(order: WorkOrder) -> Policy:
    """The policy that holds for an order; not saved where nobody set one. One query, remembered on the order."""
    if not hasattr(order, "policy"):
        mine = Q(kind=order.kind_id) | Q(kind=None) if order.kind_id else Q(kind=None)
        found = list(Policy.objects.filter(mine, organisation=order.organisation_id))
        own = [one for one in found if one.kind_id is not None] or found
        shipped = Policy(organisation_id=order.organisation_id)
        order.policy = own[0] if own else shipped  # type: ignore[attr-defined]
    policy: Policy = order.policy  # type: ignore[attr-defined]
    return policy
