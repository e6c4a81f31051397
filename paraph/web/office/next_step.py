"""What has to happen next with an order, in one sentence that names who (look.md, "The office order page")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from paraph.billing.models import Invoice
from paraph.lib import figures
from paraph.signoff.models import Attempt, Return, State
from paraph.web.office.asked import Asked, Request, Signed
from paraph.web.office.overview import Overview
from paraph.work.models import Status


@dataclass(frozen=True)
class Step:
    """The sentence, how much it matters (`wait`, `warn`, `good` or `go`), and the part of the page where it is done."""

    text: str
    tone: str = "go"
    place: str = ""
    # What the link to that part says.
    way: str = ""


def of(seen: Overview, bills: Sequence[Invoice] = (), unbilled: Sequence[object] = ()) -> Step:
    """Return the next step of an order; its invoices and what is not invoiced as far as the reader may see them."""
    current = seen.current
    first = _by_status(seen, bills, unbilled)
    if first is not None:
        return first
    if current is not None and current.waiting:
        if seen.to_review:
            return _looking(seen.to_review)
        return _attempted(seen, current) or _waiting(current)
    if current is not None and current.signoff.state == State.COMPLETE:
        told = _("Signed, but the seal is pending: %(why)s") % {"why": current.fault}
        return Step(told, "warn" if current.is_alarm else "wait")
    if current is not None and current.signoff.state in {State.DECLINED, State.EXPIRED, State.REJECTED}:
        return _ended(current)
    changed = sum(1 for line in seen.lines if line.standing.changed)
    if changed:
        told = ngettext(
            "%(count)s line changed after it was signed for: ask again.",
            "%(count)s lines changed after they were signed for: ask again.",
            changed,
        )
        return Step(told % {"count": changed}, "warn")
    if all(line.standing.authorised for line in seen.lines):
        return Step(_("Every line is signed for. Next: report the work when it is done."), "good", "report")
    if current is not None and current.sealed:
        return Step(_("Signed and sealed. Lines that were not approved can be asked for again."), "good")
    return Step(_("Next: email the work order to the customer."))


def _looking(papers: list[Return]) -> Step:
    names = ", ".join(one.party.contact.name for one in papers)
    return Step(_("Signed paper of %(names)s waits for somebody to look at it.") % {"names": names}, "warn")


def _by_status(seen: Overview, bills: Sequence[Invoice], unbilled: Sequence[object]) -> Step | None:
    if seen.order.status == Status.DISPUTED:
        return Step(_("The customer disputes it: answer, correct or resolve it first."), "warn")
    if seen.order.status == Status.CANCELLED:
        return Step(_("This order is cancelled."), "wait")
    if not seen.lines:
        return Step(_("Next: add the first line, so that there is something to ask."))
    if seen.order.status == Status.COMPLETED:
        return _reported(bills, unbilled)
    return _doubted(seen.to_verify)


def _reported(bills: Sequence[Invoice], unbilled: Sequence[object]) -> Step:
    """The work is done: what is left is the money."""
    if any(one.is_draft for one in bills):
        return Step(_("The work is done and reported. Next: check the draft invoice and issue it."), "good")
    if unbilled:
        told = _("The work is done and reported. Next: make a draft invoice.")
        return Step(told, "good", "bills", _("Invoices"))
    if bills:
        return Step(_("The work is done, reported and invoiced."), "good")
    return Step(_("The work is done and reported."), "good")


def _doubted(found: list[Signed]) -> Step | None:
    """A signature that waits for a manager (decision 4)."""
    if not found:
        return None
    told = _("Nothing is invoiced yet: the signature of %(names)s needs verification.")
    return Step(told % {"names": ", ".join(str(one.name) for one in found)}, "warn")


def _attempted(seen: Overview, current: Request) -> Step | None:
    """Somebody went there in vain since it was asked (X-13)."""
    last = Attempt.objects.filter(order=seen.order, recorded_at__gte=current.signoff.created_at).first()
    if last is None:
        return None
    names = ", ".join(one.party.contact.name for one in current.waiting)
    told = {"outcome": last.get_outcome_display(), "when": weekday(last.at), "names": names}
    return Step(_("%(outcome)s (%(when)s). Next: remind %(names)s, or go again.") % told, "warn")


def _ended(current: Request) -> Step:
    if current.signoff.state == State.REJECTED:
        return Step(_("The signature was not accepted. Next: ask again."), "warn")
    if current.decline is not None:
        told = {"name": current.decline.party.contact.name, "why": current.decline.reason}
        return Step(_("%(name)s declined: %(why)s") % told, "warn")
    names = ", ".join(one.party.contact.name for one in current.asked if one.waits)
    words = _("The request to %(names)s expired. Extend the link, renew it, or ask again.") % {"names": names}
    return Step(words, "warn", "people", _("Extend or renew"))


def _waiting(current: Request) -> Step:
    names = ", ".join(one.party.contact.name for one in current.waiting)
    links = [one for asked in current.waiting for one in asked.invited]
    if not any(one.state in {"sent", "opened"} for one in links):
        told: dict[str, Any] = {"names": names}
        return Step(
            _("%(names)s cannot sign: no link is valid any more. Send a new one.") % told,
            "warn",
            "people",
            _("Send a new link"),
        )
    printed = [one for one in current.waiting if one.awaits_paper]
    if printed:
        return _paper(printed)
    if out := [one.party.contact.name for one in current.waiting if one.opted_out]:
        words = _("%(names)s opted out of signing electronically: waiting for a signature on paper.")
        return Step(words % {"names": ", ".join(out)})
    since = min((one.invitation.created_at for one in links), default=current.signoff.created_at)
    words = _("Waiting for %(names)s since %(when)s") % {"names": names, "when": weekday(since)}
    if any(one.may_remind for one in links):
        return Step(words, "go", "people", _("Remind"))
    return Step(words)


def _paper(printed: list[Asked]) -> Step:
    names = ", ".join(one.party.contact.name for one in printed)
    since = min(one.paper.created_at for one in printed if one.paper)
    return Step(
        _("%(names)s printed it on %(when)s: waiting for the signed pages.")
        % {"names": names, "when": weekday(since)}
    )


def weekday(at: datetime) -> str:
    """The day with its weekday, in the reader's words: ``Tue 24 Nov 2026``."""
    return figures.moment(at, timezone.get_current_timezone(), get_language() or "en").rsplit(",", 1)[0]
