"""What the customer confirmed on the phone is confirmed here: the same rows and fact as by a link (S0-26, S0-27).

The secret: nothing of it is ever left out. A property that cannot be confirmed any more, or that the office changed
since the phone showed it, is a reason to ask a manager; `signoff.confirming` judges the values.
"""

from __future__ import annotations

from collections.abc import Sequence

from paraph.capture.payloads import Detail
from paraph.lib.actor import Actor
from paraph.signoff import confirming
from paraph.signoff.errors import NotConfirmed, SignOffError, UnusableFields
from paraph.signoff.models import Invitation


class Changed(SignOffError):
    """A property is none of those asked for any more, or says something else than the phone showed."""

    reason = "details_changed"
    status = 409


class Unfit(SignOffError):
    """A value cannot stand there any more: the property's pattern or its options are others now."""

    reason = "details_unfit"
    status = 409


def confirm(invitation: Invitation, told: Sequence[Detail], *, over: bool, by: Actor) -> None:
    """Confirm what was confirmed on the phone, inside the caller's transaction; again is once.

    With `over` (a manager decided) it counts although the office wrote something else meanwhile. Raises `Changed`,
    `Unfit`, `NotConfirmed` for what the phone did not know of, and as `confirming.confirm`.
    """
    if not told:
        return
    offered = {one.definition.pk: one.value for one in confirming.fields(invitation)}
    for one in told:
        if one.property not in offered:
            raise Changed
        if not over and offered[one.property] not in {one.before, one.value}:
            raise Changed
    try:
        confirming.confirm(invitation, {str(one.property): one.value for one in told}, by=by)
    except UnusableFields as refusal:
        named = {str(one.property) for one in told}
        if any(one.field not in named for one in refusal.problems):
            raise NotConfirmed from refusal  # something that must be confirmed was not there to be shown
        raise Unfit from refusal
