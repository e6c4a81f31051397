"""Showing who signs, as the page of signing offers and takes it (S1-09, S1-24): PIN, one-time code, own phone.

What passed counts for the session that showed it, under a new session id (security.md line 11). Signing without it
stays possible: `completion.sign` then lets the signature wait for a manager.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from paraph.people import limits
from paraph.signoff import codes, consent, identity, policies
from paraph.signoff.models import Ceremony, ContactPin, IdentityCheck, IdentityKind
from paraph.web.portal import door
from paraph.web.portal.submission import Submission
from paraph.web.shared import access_log

SHOWN = "portal_shown"
MOST_SHOWN = 20
SEND_CODE = "code"  # the value of the button that asks for a code
KINDS = {
    "pin": gettext_lazy("your PIN"),
    "code": gettext_lazy("the code from the mail"),
    "own_phone": gettext_lazy("fingerprint or face on your phone"),
}
WHY = {
    "wrong": gettext_lazy("This is not right. Try again, or sign without it."),
    "too_many": gettext_lazy(
        "Too many tries, so it is not looked at any more. Sign without it, or try in an hour."
    ),
    "none_set": gettext_lazy("You have no PIN yet. Sign without it, or ask the shop for one."),
    "none_sent": gettext_lazy("No code was sent yet. Ask for one first."),
    "expired": gettext_lazy("This code is too old. Ask for a new one."),
    "used": gettext_lazy("This code was used already. Ask for a new one."),
}
MISSING = gettext_lazy("Show who you are in one of these ways, or say that you cannot.")


@dataclass(frozen=True)
class Proving:
    """What the page offers: the kinds, whether one must be shown, what was shown, and where a code goes."""

    offered: tuple[str, ...]
    asked: bool
    shown: tuple[str, ...]
    code_to: str

    @property
    def pin(self) -> bool:
        """Whether a PIN is offered."""
        return IdentityKind.PIN in self.offered

    @property
    def code(self) -> bool:
        """Whether a code is offered."""
        return IdentityKind.CODE in self.offered

    @property
    def own_phone(self) -> bool:
        """Whether the passkey of their own phone is offered."""
        return IdentityKind.OWN_PHONE in self.offered

    @property
    def done(self) -> bool:
        """Whether one of the ways was shown."""
        return bool(set(self.offered) & set(self.shown))

    @property
    def words(self) -> list[str]:
        """What was shown, in the reader's words."""
        return [str(KINDS[one]) for one in dict.fromkeys(self.shown) if one in KINDS]


def of(request: HttpRequest, ceremony: Ceremony) -> Proving | None:
    """What to offer in this ceremony; None where nothing is asked and nobody stands beside the customer."""
    asked = policies.of(ceremony.party.signoff.order).identity
    offered = asked or ([IdentityKind.OWN_PHONE] if ceremony.invitation.on_site else [])
    if not offered:
        return None
    contact = ceremony.party.contact
    has = {
        IdentityKind.PIN: ContactPin.objects.filter(contact=contact).exists(),
        IdentityKind.CODE: bool(contact.email),
    }
    found = identity.of(ceremony, shown(request), consent=agreed(ceremony))
    return Proving(
        tuple(one for one in offered if has.get(one, True)),
        bool(asked),
        tuple(one["kind"] for one in found if one["passed"]),
        masked(contact.email),
    )


def take(request: HttpRequest, ceremony: Ceremony, form: Submission) -> bool:
    """Check the PIN or code in a valid form; False when the page must be shown again, with its problem beside it."""
    offer = of(request, ceremony)
    if offer is None or offer.done:
        return True
    told = form.cleaned_data
    for kind in (IdentityKind.PIN, IdentityKind.CODE):
        if kind in offer.offered and told.get(kind):
            return _check(request, ceremony, form, kind, told[kind])
    if offer.asked and not told["anyway"]:
        form.add_error("anyway", MISSING)
        return False
    return True


def send_code(request: HttpRequest, ceremony: Ceremony, form: Submission) -> str:
    """Mail a code and return a sentence that says so; a refusal stands beside the field."""
    offer = of(request, ceremony)
    if offer is None or not offer.code:
        return ""
    invitation = ceremony.invitation
    try:
        codes.send(ceremony.party.contact, ceremony.party.signoff.order, by=door.actor(request, invitation))
    except limits.TooMany:
        form.problem = _("Too many codes were sent. Try again in an hour, or take another way.")
        return ""
    return _("A code is on its way to %(to)s. It works for ten minutes.") % {"to": offer.code_to}


def step_up(request: HttpRequest, found: IdentityCheck) -> None:
    """Remember what this session showed, under a new id."""
    request.session.cycle_key()
    request.session[SHOWN] = [*shown(request), str(found.pk)][-MOST_SHOWN:]


def shown(request: HttpRequest) -> list[str]:
    """The ids of the checks this session passed."""
    found: list[str] = request.session.get(SHOWN, [])
    return found


def agreed(ceremony: Ceremony) -> str:
    """The digest of the sentence this page asks to agree to."""
    return consent.sentence(ceremony.snapshot, get_language() or "en").digest


def masked(address: str) -> str:
    """A mail address that only its owner recognises: ``j•••@vliegwerk.example``."""
    name, at, host = address.rpartition("@")
    return f"{name[:1]}•••{at}{host}" if at else ""


def noted(request: HttpRequest, ceremony: Ceremony, found: IdentityCheck | None, kind: str) -> None:
    """One line in the log of who came in, and a new session id for what passed (security.md lines 11 and 38)."""
    subject = f"contact {ceremony.party.contact_id} ({kind})"
    if found is not None and found.passed:
        step_up(request, found)
        access_log.came_in(request, "identity shown", subject)
    else:
        access_log.refused(request, "identity not shown", subject)


def _check(request: HttpRequest, ceremony: Ceremony, form: Submission, kind: str, value: Any) -> bool:
    found = identity.prove(ceremony, kind, str(value))
    noted(request, ceremony, found, kind)
    if found is not None and found.passed:
        return True
    form.add_error(str(kind), WHY.get(found.told["why"] if found else "too_many", WHY["wrong"]))
    return False
