"""Why an invoice cannot be drafted, issued, sent or voided. Part of the one tree the faces know (`signoff.errors`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _

from paraph.signoff.errors import SignOffError

Place = Literal["seller", "organisation", "buyer", "customer", "draft", "lines", "order"]


@dataclass(frozen=True)
class Problem:
    """One thing that is missing or wrong, and the page where it is mended."""

    place: Place
    sentence: Any


class BillingError(SignOffError):
    """A refusal of billing. Nothing was changed."""

    status = 409


class NotAuthorised(BillingError):
    """The customer's approval is not there, or covers none of the lines any more (S1-28)."""

    reason = "not_authorised"
    sentence = _("There is no signed approval for this work, so it cannot be invoiced.")


class AlreadyBilled(BillingError):
    """What the customer accepted stands on issued invoices, as it would be charged (I3)."""

    reason = "already_billed"
    sentence = _("Everything the customer accepted is invoiced already.")


class NotVerified(BillingError):
    """Approved, but not yet verified (decision 4)."""

    reason = "not_verified"
    sentence = _("The approval must be verified by a manager before anything is invoiced.")


class NotReported(BillingError):
    """The work is not done yet."""

    reason = "not_reported"
    sentence = _("The work is not reported as done, so it cannot be invoiced yet.")


class WorkDisputed(BillingError):
    """The customer says that something is wrong with it (S0-34)."""

    reason = "work_disputed"
    sentence = _("The customer disputes this work, so nothing is invoiced until that is resolved.")


class Incomplete(BillingError):
    """The draft lacks what the law or EN 16931 wants; `problems` name it."""

    reason = "incomplete"
    sentence = _("The draft is not complete yet.")

    def __init__(self, problems: Sequence[Problem] = ()) -> None:
        super().__init__()
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return " ".join([str(self.sentence), *(str(one.sentence) for one in self.problems)])


class NotADraft(BillingError):
    """Issued, or voided: it is changed no more."""

    reason = "not_a_draft"
    sentence = _("This is no draft any more, so it cannot be changed.")


class StaleInvoice(BillingError):
    """Somebody else changed the draft, or what it was made from, since it was read."""

    reason = "stale_invoice"
    sentence = _("The draft was changed in the meantime. Look at it again, then decide.")


class NotIssued(BillingError):
    """Only what has a number can be sent."""

    reason = "not_issued"
    sentence = _("Only an issued invoice can be sent.")


class NobodyToSendTo(BillingError):
    """No contact with a mail address was chosen."""

    reason = "nobody_to_send_to"
    status = 400
    sentence = _("Choose at least one contact with a mail address.")


class CannotVoid(BillingError):
    """Voided already, or a credit note."""

    reason = "cannot_void"
    sentence = _("This cannot be voided: it is void already, or it is a credit note itself.")


class ReasonMissing(BillingError):
    """Voiding wants a reason."""

    reason = "reason_missing"
    status = 400
    sentence = _("Say why: the reason stands on the credit note.")


class PrefixTaken(BillingError):
    """Invoices and credit notes would get the same numbers."""

    reason = "prefix_taken"
    status = 400
    sentence = _("Invoices and credit notes must begin differently, this year too.")


class Crowded(BillingError):
    """Others took one number after the other; nothing was lost, and no number either."""

    reason = "crowded"
    status = 503
    sentence = _("Many invoices are being issued at this moment. Try again in a minute.")
