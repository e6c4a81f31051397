"""One tree of refusals: each has a reason for machines, a sentence for people, and the HTTP status it maps to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from paraph.lib.differ import Change

if TYPE_CHECKING:
    from paraph.signoff.models import Invitation, Signature


class SignOffError(Exception):
    """Something that may not happen, said kindly. Nothing was changed."""

    reason = "refused"
    status = 400
    sentence: Any = _("This cannot be done.")

    def __str__(self) -> str:
        return str(self.sentence)


class LinkUnknown(SignOffError):
    """No such link: forged, cut off, changed or of somebody else. The same answer for all (security.md line 10)."""

    reason = "link_unknown"
    status = 404
    sentence = _(
        "This link is not complete or does not exist. Please open it again from the message you received."
    )


class LinkEnded(SignOffError):
    """The link was good once; the invitation says which, so that a new one can be asked for."""

    status = 410

    def __init__(self, invitation: Invitation) -> None:
        super().__init__(invitation.pk)
        self.invitation = invitation


class LinkExpired(LinkEnded):
    """Too old (S3-18, S3-37)."""

    reason = "link_expired"
    sentence = _("This link has expired. You can ask for a new one; what you decided so far is kept.")


class LinkRevoked(LinkEnded):
    """Switched off by the shop."""

    reason = "link_revoked"
    sentence = _("This link is no longer valid. Please use the newest message, or ask for a new link.")


class NotThere(SignOffError):
    """What was asked for does not exist, or not for this person: one answer for both."""

    reason = "not_there"
    status = 404
    sentence = _("This page does not exist, or is not meant for you.")


class OnlyToRead(SignOffError):
    """A copy to read cannot decide or sign."""

    reason = "only_to_read"
    status = 403
    sentence = _("You received a copy to read. Somebody else was asked to decide and sign.")


class NotConfirmed(SignOffError):
    """Details the customer has to confirm are not confirmed yet (S0-26, S0-27); the form for them comes first."""

    reason = "not_confirmed"
    status = 409
    sentence = _("Please confirm the details below first.")


class Closed(SignOffError):
    """The request is over: signed already, or withdrawn by the shop."""

    reason = "closed"
    status = 409
    sentence: Any = _("This request is closed: nothing can be changed any more.")


class Disputed(Closed):
    """Somebody says that something is wrong (S0-34): first that is resolved."""

    reason = "disputed"
    sentence = _("Somebody disputes this. Nothing can be decided or signed until that is resolved.")


class DisputedAlready(Closed):
    """One dispute at a time for each request: what is to be said belongs into it."""

    reason = "disputed_already"
    sentence = _("This is disputed already. Add what you wrote to that dispute.")


class SignedMeanwhile(Closed):
    """What somebody was about to dispute was signed while they wrote."""

    reason = "signed_meanwhile"
    sentence = _(
        "It was signed while you wrote, so nothing was sent. You can still say that something is wrong: "
        "what you wrote is kept, send it once more."
    )


class Resolved(Closed):
    """The dispute is over."""

    reason = "resolved"
    sentence = _("This dispute is resolved: nothing can be added to it.")


class SignedByAnother(Closed):
    """One signature of a group was enough, and somebody gave it (X-08)."""

    reason = "signed_by_another"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.sentence = _(
            "%(name)s has signed. One signature was enough, so nothing more is asked of you."
        ) % {"name": name}


class Declined(Closed):
    """Of any one, this party declined: the others can still sign, they cannot (X-08)."""

    reason = "declined"
    sentence = _("You declined this request, so nothing more is asked of you.")


class HasDeclined(Closed):
    """The shop asks somebody who declined this very request (X-08)."""

    reason = "has_declined"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.sentence = _(
            "%(name)s declined. To ask them again, withdraw the request first; the others need a new link then, too."
        ) % {"name": name}


class NotYourTurn(SignOffError):
    """They sign one after the other, and somebody else is first (X-08)."""

    reason = "not_your_turn"
    status = 409

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.sentence = _("It is the turn of %(name)s. You get a message when it is yours.") % {"name": name}


class Outdated(SignOffError):
    """Somebody signed, then the shop changed what they signed: it has to be asked anew (decision 6)."""

    reason = "outdated"
    status = 409
    sentence = _(
        "The order changed after somebody else had signed. Nothing was signed now; you will be asked again."
    )


class Locked(SignOffError):
    """Somebody has signed, so decisions are fixed (decision 6)."""

    reason = "locked"
    status = 409
    sentence = _("This line was signed for and cannot be changed here.")


class Settled(Locked):
    """Somebody has signed, so what was confirmed is fixed (decision 5)."""

    reason = "settled"
    sentence = _("Somebody has signed already, so these details cannot be changed any more.")


class AlreadySigned(SignOffError):
    """The normal answer to a second try: here is the signature that exists."""

    reason = "already_signed"
    status = 409
    sentence = _("This was signed already. Here is the receipt.")

    def __init__(self, signature: Signature) -> None:
        super().__init__(signature.pk)
        self.signature = signature


class PaperSent(SignOffError):
    """Signed paper was sent already, and is being read or looked at (S0-32)."""

    reason = "paper_sent"
    status = 409
    sentence = _("Your signed paper was sent and is being checked. You get a message when it is filed.")


class NotWaiting(SignOffError):
    """This paper does not wait for a decision any more: somebody was faster, or nothing came back at all."""

    reason = "not_waiting"
    status = 409
    sentence = _("This paper does not wait to be reviewed any more.")


class Decided(SignOffError):
    """A manager decided about this signature otherwise meanwhile."""

    reason = "decided"
    status = 409
    sentence = _("Somebody has already decided about this signature.")


class NothingPrinted(SignOffError):
    """Nothing was printed here for this party, so there is nothing their paper could be a signature under."""

    reason = "nothing_printed"
    status = 409
    sentence = _(
        "Nothing was printed for this customer, so this paper cannot be filed. Send it back, and ask them to "
        "download the document and sign that."
    )


class NotReviewed(SignOffError):
    """Steps cannot be skipped (S1-10, security.md line 19)."""

    reason = "not_reviewed"
    status = 409
    sentence = _("Please review the summary first, then sign.")


class Stale(SignOffError):
    """What the customer read is no longer what would be signed (security.md line 20). Decisions are kept."""

    reason = "stale"
    status = 409
    sentence = _("Something changed while you were reading. Nothing was signed. Please review it once more.")

    def __init__(self, changes: Sequence[Change]) -> None:
        super().__init__(len(changes))
        self.changes = list(changes)


class NothingApproved(SignOffError):
    """A signature without an approved line would authorise nothing (S3-29, S3-30)."""

    reason = "nothing_approved"
    status = 409
    sentence = _(
        "Approve at least one line before you sign. If you rejected them all, there is nothing to sign."
    )


class NoElectronicWay(SignOffError):
    """The contact may not, or does not want to, sign electronically (S0-21, S4-19)."""

    reason = "no_electronic_way"
    status = 403
    sentence = _("You cannot sign electronically here. Please download the document and sign it on paper.")


class NoPaperWay(SignOffError):
    """The organisation does not offer paper."""

    reason = "no_paper_way"
    status = 403
    sentence = _("This shop does not offer to sign on paper. Please sign electronically, or ask the shop.")


class TooLong(SignOffError):
    """More pages than a page code can count."""

    reason = "too_long"
    status = 409
    sentence = _(
        "This order is too long to print and sign on paper. Please sign electronically, or ask the shop."
    )


class HoursMissing(SignOffError):
    """A service report tells the hours that were worked, and on some lines nobody recorded any (S1-18)."""

    reason = "hours_missing"
    status = 409

    def __init__(self, numbers: Sequence[int]) -> None:
        super().__init__(numbers)
        self.numbers = tuple(numbers)

    def __str__(self) -> str:
        told = ngettext(
            "Report the hours first: line %(numbers)s has none.",
            "Report the hours first: lines %(numbers)s have none.",
            len(self.numbers),
        )
        return told % {"numbers": ", ".join(str(one) for one in self.numbers)}


class Undecided(SignOffError):
    """A service report is accepted whole, but for the lines that are refused: each must be decided (S1-31)."""

    reason = "undecided"
    status = 409

    def __init__(self, numbers: Sequence[int]) -> None:
        super().__init__(numbers)
        self.numbers = tuple(numbers)

    def __str__(self) -> str:
        told = ngettext(
            "Decide about line %(numbers)s first: approve or reject it.",
            "Decide about lines %(numbers)s first: approve or reject each.",
            len(self.numbers),
        )
        return told % {"numbers": ", ".join(str(one) for one in self.numbers)}


class OtherRequest(SignOffError):
    """An order asks for one thing at a time: to authorise the work, or to accept it by its service report."""

    reason = "other_request"
    status = 409
    report_waits = _("The service report waits for a signature: withdraw that request first.")
    half_signed = _(
        "Somebody has signed what was asked before, and that is not finished: wait for it, or withdraw that request "
        "first."
    )

    def __init__(self, *, of_report: bool) -> None:
        super().__init__(of_report)
        self.sentence = self.report_waits if of_report else self.half_signed


class NothingToAsk(SignOffError):
    """The order has no line that needs consent."""

    reason = "nothing_to_ask"
    status = 409
    sentence = _("There is nothing to ask: the order has no lines, or all of them were signed for.")


class NobodyToAsk(SignOffError):
    """No recipient who may decide and sign."""

    reason = "nobody_to_ask"
    status = 400
    sentence = _("Choose at least one contact who decides and signs.")


class NoAddress(SignOffError):
    """The contact has no mail address; a link can be handed over instead."""

    reason = "no_address"
    status = 400
    sentence = _("This contact has no mail address. Add one, or copy the link and hand it over yourself.")


class Unusable(SignOffError):
    """What was entered cannot be used; `field` names where, the sentence says why."""

    reason = "unusable"
    status = 400

    def __init__(self, field: str, sentence: Any) -> None:
        super().__init__(field)
        self.field = field
        self.sentence = sentence


class UnusableFields(Unusable):
    """Several things entered cannot be used: `problems`, in order; the first gives its field and sentence."""

    def __init__(self, problems: Sequence[Unusable]) -> None:
        super().__init__(problems[0].field, problems[0].sentence)
        self.problems = tuple(problems)
