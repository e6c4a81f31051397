"""What rules and notices are called, in the reader's language."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

RULES: dict[str, Promise] = {
    "order.asked": _("An order that waits for a signature has the status Needs signature"),
    "order.completed": _("A signed order is approved, or partly approved while lines are open"),
    "order.declined": _("An order whose request was declined no longer waits for a signature"),
    "order.expired": _("An order whose every link ran out no longer waits for a signature"),
    "order.asked_again": _("An order whose request is open again waits for a signature"),
    "order.paper_sent": _("An order whose signed paper is being checked needs verification"),
    "order.paper_sent_back": _("An order whose signed paper was sent back needs a signature"),
    "order.partly_on_paper": _(
        "An order that only waits for its signed paper to be checked needs verification"
    ),
    "staff.paper_to_review": _("Managers hear of a signed paper that somebody must look at"),
    "order.verified": _("An order whose signature was verified is approved"),
    "order.not_accepted": _("An order whose signature was not accepted needs a signature"),
    "staff.capture_held": _("Managers and the technician hear of a capture that waits for a decision"),
    "staff.capture_refused": _("Managers hear of a capture that was refused"),
    "staff.capture_discarded": _("The technician hears that a capture was discarded"),
    "staff.doubted": _("Managers hear of a signature that needs verification"),
    "order.reopened": _("An order whose report was taken back has the status its approvals deserve"),
    "order.disputed": _("An order that somebody disputes has the status Disputed"),
    "order.settled": _("An order whose dispute is resolved has the status its approvals deserve"),
    "dispute.superseded": _("A signature whose order was changed during a dispute is superseded"),
    "order.changed": _("A changed order has the status its approvals deserve"),
    "signature.superseded": _("A signature whose order was changed is superseded"),
    "property.written_back": _("What a customer confirmed is written to the order"),
    "signature.superseded_by_value": _("A signature whose order has other details is superseded"),
    "order.changed_value": _("An order with other details has the status its approvals deserve"),
    "party.called": _("Who signs next gets their link"),
    "staff.superseded": _("Managers hear that a signature is superseded"),
    "staff.declined": _("Managers and the technician hear that a request was declined"),
    "staff.declined_one": _("Managers and the technician hear that one of several declined"),
    "staff.opted_out": _("Managers hear that somebody will not sign electronically"),
    "staff.expired": _("Managers hear that a request expired"),
    "order.withdrawn": _("An order whose request was withdrawn no longer waits for a signature"),
    "staff.disputed": _("Managers and the technician hear of a dispute"),
    "signer.disputed": _("Who signed already hears of a dispute"),
    "staff.dispute_answered": _("Colleagues hear that a dispute was answered"),
    "party.answered": _("Who disputes gets the answer by mail"),
    "staff.dispute_continued": _("Managers and the technician hear what the customer adds to a dispute"),
    "staff.dispute_settled": _("Managers and the technician hear how a dispute ended"),
    "party.settled": _("The customer hears how a dispute ended, and can sign again"),
    "staff.attempted": _("Managers hear that somebody went for a signature in vain"),
    "staff.signed": _("Managers and the technician hear of a signature"),
    "signer.receipt": _("The signer gets a receipt"),
    "signer.copy": _("The signers get the sealed copy"),
    "staff.seal_pending": _("Managers hear that a seal is pending"),
    "staff.commented": _("Managers and the technician hear of a customer's comment"),
    "staff.rejected": _("Managers and the technician hear of a rejected line"),
    "staff.renewal": _("Managers and the sender hear that a customer needs a new link"),
    "invoice.draft": _("Work that is reported gets a draft invoice for each verified approval"),
    "invoice.draft_accepted": _(
        "Completed work that is accepted gets a draft invoice for what is not billed yet"
    ),
    "invoice.draft_verified": _("Completed work whose signature was verified gets a draft invoice"),
    "staff.not_accepted": _("The technician hears that a signature was not accepted"),
    "signer.not_accepted": _("Who signed hears that a signature was not accepted, and why"),
    "signer.accepted": _("Who signed without showing who they are hears that the signature was verified"),
    "staff.drafted": _("Managers and billers hear that something is to be invoiced"),
    "staff.undelivered": _("Managers hear of a mail that could not be delivered"),
}

NOTICES: dict[str, Promise] = {
    "signed": pgettext_lazy("notice", "Ticket signed"),
    "paper_to_review": pgettext_lazy("notice", "Paper to review"),
    "capture_held": pgettext_lazy("notice", "From the field, to decide"),
    "capture_refused": pgettext_lazy("notice", "From the field, refused"),
    "capture_discarded": pgettext_lazy("notice", "From the field, discarded"),
    "doubted": pgettext_lazy("notice", "Signature to verify"),
    "not_accepted": pgettext_lazy("notice", "Signature not accepted"),
    "superseded": pgettext_lazy("notice", "Signature superseded"),
    "declined": pgettext_lazy("notice", "Request declined"),
    "declined_one": pgettext_lazy("notice", "One of them declined"),
    "opted_out": pgettext_lazy("notice", "Will sign on paper"),
    "expired": pgettext_lazy("notice", "Request expired"),
    "seal_pending": pgettext_lazy("notice", "Seal pending"),
    "commented": pgettext_lazy("notice", "New comment"),
    "disputed": pgettext_lazy("notice", "Disputed"),
    "dispute_answered": pgettext_lazy("notice", "Dispute answered"),
    "dispute_continued": pgettext_lazy("notice", "More about a dispute"),
    "dispute_settled": pgettext_lazy("notice", "Dispute resolved"),
    "attempted": pgettext_lazy("notice", "No signature"),
    "rejected": pgettext_lazy("notice", "Line rejected"),
    "renewal": pgettext_lazy("notice", "New link wanted"),
    "drafted": pgettext_lazy("notice", "To be invoiced"),
    "undelivered": pgettext_lazy("notice", "Mail not delivered"),
    "dispute_told": pgettext_lazy("notice", "A dispute, to who signed"),
    "dispute_answer": pgettext_lazy("notice", "Answer to a dispute"),
    "dispute_end": pgettext_lazy("notice", "How a dispute ended"),
    "not_accepted_told": pgettext_lazy("notice", "Signature not accepted, to who signed"),
    "accepted_told": pgettext_lazy("notice", "Signature verified, to who signed"),
    "receipt": pgettext_lazy("notice", "Receipt"),
    "copy": pgettext_lazy("notice", "Sealed copy"),
}


def rule(key: str) -> str:
    """A rule's name; a rule of another release is called by its key."""
    return str(RULES.get(key, key))


def notice(kind: str) -> str:
    """A notice's name."""
    return str(NOTICES.get(kind, kind))
