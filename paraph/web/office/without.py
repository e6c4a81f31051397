"""What came of asking where nobody signed, in one place: what, when, and what comes next (X-13).

The secret: an outcome is read from what was recorded anyway (a refusal, an opt-out, an attempt, a dispute); none of
them is a state of its own, and what is over names no next step.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from paraph.signoff.models import Attempt, Dispute, State
from paraph.web.office.asked import Asked, Request
from paraph.web.office.overview import Overview

DECLINED = gettext_lazy("Declined")
OPTED_OUT = gettext_lazy("Opted out of signing electronically")
DISPUTED = gettext_lazy("Disputed")


@dataclass(frozen=True)
class Row:
    """One outcome. `who`: the customer's side, or who of the shop went there; `step`: what comes next, "" when over."""

    word: Any
    icon: str
    at: datetime
    who: str
    text: str = ""
    step: str = ""
    place: str = ""  # where on the page the step is taken

    @property
    def tone(self) -> str:
        """Of the note."""
        return "warn" if self.step else "go"


def rows(seen: Overview, disputed: Iterable[Dispute], attempts: Iterable[Attempt]) -> list[Row]:
    """Every outcome of an order, newest first, from what the page has read already."""
    found = [
        *_declined(seen),
        *_opted_out(seen.requests),
        *map(_disputed, disputed),
        *_attempted(seen.current, attempts),
    ]
    return sorted(found, key=lambda one: one.at, reverse=True)


def _declined(seen: Overview) -> Iterator[Row]:
    for request in seen.requests:
        for one in request.declines:
            name = one.party.contact.name
            step = _after(request, name) if request is seen.current and one is request.decline else ""
            yield Row(DECLINED, "cross", one.at, name, one.reason, step)


def _after(request: Request, name: str) -> str:
    """What comes after the last refusal: of any one, the others can still sign (X-08)."""
    if request.signoff.state == State.DECLINED:
        return _("Next: talk to %(name)s, change the order where needed, and ask again.") % {"name": name}
    names = ", ".join(one.party.contact.name for one in request.waiting)
    return _("Next: wait for %(names)s; one signature is enough.") % {"names": names} if names else ""


def _opted_out(requests: Iterable[Request]) -> Iterator[Row]:
    for request in requests:
        for one in request.asked:
            for out in one.party.in_force:  # type: ignore[attr-defined]
                open_now = one.waits and request.signoff.state == State.OPEN
                yield Row(
                    OPTED_OUT,
                    "print",
                    out.at,
                    one.party.contact.name,
                    step=_on_paper(one) if open_now else "",
                )


def _on_paper(asked: Asked) -> str:
    told = {"name": asked.party.contact.name}
    if asked.party.sent:  # type: ignore[attr-defined]
        return _("Next: the paper that %(name)s sent is checked.") % told
    if asked.awaits_paper:
        return _("Next: wait for the signed paper of %(name)s.") % told
    return _("Next: %(name)s prints and signs it, or you bring a print along.") % told


def _disputed(found: Dispute) -> Row:
    step = "" if found.resolved_at else _("Next: answer, correct or resolve it.")
    place = f"dispute-{found.pk}"
    return Row(DISPUTED, "alert", found.raised_at, found.party.contact.name, found.reason, step, place)


def _attempted(current: Request | None, attempts: Iterable[Attempt]) -> Iterator[Row]:
    names = ", ".join(one.party.contact.name for one in current.waiting) if current else ""
    for one in attempts:
        recent = names and current and one.recorded_at >= current.signoff.created_at
        step = _("Next: remind %(names)s, or go again.") % {"names": names} if recent else ""
        by = one.by.user.name if one.by else ""
        yield Row(one.get_outcome_display(), "clock", one.at, by, one.reason, step)
