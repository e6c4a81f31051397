"""What rules do about a dispute: the customer's side hears of it, of the answer, and of how it ended (S0-34)."""

from __future__ import annotations

from dataclasses import dataclass

from paraph.automation.effects import mail_parties
from paraph.automation.occasions import Occasion
from paraph.people.models import Member
from paraph.signoff import dispute_letters
from paraph.signoff.models import Dispute, DisputeMessage

RELATED = ("party__contact", "signoff__order__organisation", "snapshot", "resolved_by__user")


@dataclass(frozen=True)
class MailDisputed:
    """Mail those who signed already that the request is disputed."""

    def apply(self, occasion: Occasion) -> None:
        """Write the letters."""
        mail_parties(occasion, "dispute_told", dispute_letters.raised(_dispute(occasion)))


@dataclass(frozen=True)
class MailAnswer:
    """Mail the shop's answer to whoever disputes."""

    def apply(self, occasion: Occasion) -> None:
        """Write the letter."""
        found = DisputeMessage.objects.select_related(*(f"dispute__{one}" for one in RELATED))
        message = found.get(pk=occasion.named("message"))
        member = Member.objects.select_related("user").filter(pk=message.author_ref).first()
        mail_parties(occasion, "dispute_answer", dispute_letters.answered(message, by=member))


@dataclass(frozen=True)
class MailResolution:
    """Mail everybody concerned how it ended, with a link to those who can sign again."""

    def apply(self, occasion: Occasion) -> None:
        """Write the letters."""
        by, text = occasion.entry.actor.name, occasion.fact.personal()["text"]
        posts = dispute_letters.resolved(_dispute(occasion), by=by, text=text)
        mail_parties(occasion, "dispute_end", posts)


def _dispute(occasion: Occasion) -> Dispute:
    return Dispute.objects.select_related(*RELATED).get(pk=occasion.named("dispute"))
