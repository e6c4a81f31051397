"""What rules do about a manager's word on a signature in doubt: the customer's side hears of it (decision 4)."""

from __future__ import annotations

from dataclasses import dataclass

from paraph.automation.effects import mail_parties
from paraph.automation.occasions import Occasion
from paraph.signoff import verdict_letters
from paraph.signoff.models import Verification


@dataclass(frozen=True)
class MailNotAccepted:
    """Mail those concerned that a signature was not accepted, and why."""

    def apply(self, occasion: Occasion) -> None:
        """Write the letters."""
        mail_parties(occasion, "not_accepted_told", verdict_letters.rejected(_verification(occasion)))


@dataclass(frozen=True)
class MailAccepted:
    """Mail whoever signed without showing who they are that the shop stands for the signature."""

    def apply(self, occasion: Occasion) -> None:
        """Write the letter."""
        mail_parties(occasion, "accepted_told", verdict_letters.verified(_verification(occasion)))


def _verification(occasion: Occasion) -> Verification:
    found = Verification.objects.select_related("signature__party__contact")
    return found.get(pk=occasion.named("verification"))
