"""What a rule can do. Each effect only writes rows: a status, notices, messages in the outbox.

So the transaction that marks a run as done writes its effects too, and each happens exactly once. Every effect that
changes something records it, with the entry that led to it as the cause.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from paraph.automation import words
from paraph.automation.facts import NoticeSent, RuleFailed, RuleRan
from paraph.automation.models import Notice
from paraph.automation.occasions import Occasion
from paraph.delivery import letters, outbox
from paraph.delivery.models import Delivery
from paraph.evidence import ledger, timeline
from paraph.lib import clock
from paraph.lib.actor import SYSTEM
from paraph.people import access
from paraph.people.models import Member
from paraph.signoff import disputes, followups, party_letters, receipts, reporting, superseding, verifying
from paraph.signoff.errors import SignOffError
from paraph.signoff.models import Invitation, SealedCopy, Signature, SignOff
from paraph.work import orders
from paraph.work.guards import ReportRefused
from paraph.work.models import Status


class Effect(Protocol):
    """Something a rule does."""

    def apply(self, occasion: Occasion) -> None:
        """Do it inside the caller's transaction."""
        ...


Audience = Callable[[Occasion], Iterable[Member | None]]

# Entries that decide an order's status; see `rules.py`.
STATUS_KINDS = frozenset(
    {
        "signoff.requested",
        "signoff.completed",
        "signoff.withdrawn",
        "signoff.declined",
        "signoff.expired",
        "signoff.reopened",
        "copy.uploaded",
        "copy.sent_back",
        "signature.verified",
        "signature.rejected",
        "order.revised",
        "order.reported",
        "order.reopened",
        "dispute.raised",
        "dispute.resolved",
        "property.changed",
    }
)


@dataclass(frozen=True)
class SetStatus:
    """Give the order the status that `status` works out; *Disputed* while anything about it is (S0-34).

    A cancelled order stays cancelled.
    """

    status: Callable[[Occasion], Status]

    def apply(self, occasion: Occasion) -> None:
        """Set it, unless a later entry or a person decided otherwise meanwhile."""
        disputed = disputes.is_open(occasion.order.pk)
        status = Status.DISPUTED if disputed else self.status(occasion)
        if occasion.order.status in {status, Status.CANCELLED} or occasion.is_outdated(STATUS_KINDS):
            return
        try:
            waits = reporting.is_awaited(occasion.order) or verifying.is_waiting(occasion.order)
            orders.set_status(occasion.order, status, by=SYSTEM, cause=occasion.entry, held_up=waits)
        except ReportRefused as refusal:
            _refused(occasion, refusal)  # S1-04 holds for rules, too
            return
        occasion.order.status = status
        fact = RuleRan(rule=occasion.rule)
        ledger.append(fact, log=occasion.log, topic=occasion.entry.topic, by=SYSTEM, cause=occasion.entry)


@dataclass(frozen=True)
class Supersede:
    """Say of every sealed request whether the order still says what was signed (decision 6)."""

    def apply(self, occasion: Occasion) -> None:
        """Compare, and record what is news."""
        superseding.judge(occasion.order.pk, cause=occasion.entry)


@dataclass(frozen=True)
class Call:
    """Invite those whose link was postponed until it is their turn to sign (X-08)."""

    def apply(self, occasion: Occasion) -> None:
        """Invite them, unless whoever asked may no longer ask."""
        signoff = SignOff.objects.get(pk=occasion.named("signoff"))
        try:
            with transaction.atomic():
                followups.call(signoff)
        except (access.Forbidden, SignOffError) as refusal:
            _refused(occasion, refusal)


@dataclass(frozen=True)
class Tell:
    """Give members a notice in the app, and by mail if `mail`; never the one who acted."""

    notice: str
    to: tuple[Audience, ...]
    mail: bool = False

    def apply(self, occasion: Occasion) -> None:
        """Write a notice a member, and a mail each in the member's language."""
        acted = occasion.entry.content["by"]["ref"]
        chosen = {one.pk: one for audience in self.to for one in audience(occasion) if one is not None}
        members = [one for one in chosen.values() if one.active and str(one.pk) != acted]
        now = clock.now()
        Notice.objects.bulk_create(
            Notice(member=one, order=occasion.order, entry=occasion.entry, kind=self.notice, created_at=now)
            for one in members
        )
        messages = [self._write(occasion, one) for one in members if one.user.email] if self.mail else []
        note(occasion, self.notice, [one.user.name for one in members], members, messages)

    def _write(self, occasion: Occasion, member: Member) -> Delivery:
        order, language = occasion.order, member.user.language
        with override(language):
            told = {
                "sender": order.organisation.name,
                "accent": order.organisation.accent,
                "name": member.user.name,
                "title": words.notice(self.notice),
                "sentence": timeline.line(occasion.entry).text,
                "order": order,
                "fact": occasion.fact,
                "action_label": _("Open the order"),
                "action_url": f"{settings.PARAPH_ORIGIN}/orders/{order.pk}/",
            }
        letter = letters.compose(f"automation/mail/{self.notice}", language, told)
        return outbox.enqueue(
            key=f"notice:{self.notice}:{occasion.entry.pk}:{member.pk}",
            to=member.user.email,
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
            language=language,
            log=occasion.log,
            topic=occasion.entry.topic,
        )


@dataclass(frozen=True)
class MailReceipt:
    """Mail the signer the receipt, with the sealed copy if it is there already."""

    def apply(self, occasion: Occasion) -> None:
        """Write it; a signer without an address has it on screen."""
        signature = occasion.signature
        post = receipts.letter(signature)
        if post is not None:
            _mail_signers(occasion, "receipt", [(signature, post)])


@dataclass(frozen=True)
class MailSealedCopy:
    """Mail every signer the sealed copy, but those who got it with their receipt (evidence.md R10)."""

    def apply(self, occasion: Occasion) -> None:
        """Write them."""
        sealed = SealedCopy.objects.get(signoff_id=occasion.named("signoff"))
        related = ("party__contact", "signoff__order__organisation")
        signatures = Signature.objects.filter(signoff_id=sealed.signoff_id).select_related(*related)
        receipts_of = {f"receipt:{one.pk}": one for one in signatures.order_by("signed_at")}
        for receipt in Delivery.objects.filter(key__in=receipts_of).only("key", "attachments"):
            if any(one["digest"] == sealed.blob for one in receipt.attachments):
                del receipts_of[receipt.key]
        posts = [(one, receipts.late_letter(one)) for one in receipts_of.values()]
        _mail_signers(occasion, "copy", [(one, post) for one, post in posts if post])


def managers(occasion: Occasion) -> Iterable[Member | None]:
    """The organisation's managers."""
    return access.managers_of(occasion.log)


def reviewers(occasion: Occasion) -> Iterable[Member | None]:
    """Who may say whether a paper is signed."""
    return [one for one in managers(occasion) if one and access.can(one, "return.review")]


def verifiers(occasion: Occasion) -> Iterable[Member | None]:
    """Who may stand for a signature in doubt."""
    return [one for one in managers(occasion) if one and access.can(one, "signature.verify")]


def technician(occasion: Occasion) -> Iterable[Member | None]:
    """The order's technician, if there is one."""
    return [occasion.order.technician]


def sender(occasion: Occasion) -> Iterable[Member | None]:
    """Who sent the invitation the fact names."""
    found = Invitation.objects.select_related("sent_by__user").get(pk=occasion.named("invitation"))
    return [found.sent_by]


def author(occasion: Occasion) -> Iterable[Member | None]:
    """Who sent the invitation whose mail did not arrive; nobody for any other mail."""
    key = Delivery.objects.filter(message_id=occasion.named("message")).values_list("key", flat=True).first()
    kind, _colon, pk = (key or "").partition(":")
    found = Invitation.objects.select_related("sent_by__user").filter(pk=pk) if kind == "invitation" else []
    return [one.sent_by for one in found]


def _refused(occasion: Occasion, refusal: Exception) -> None:
    """Record that the core refused what the rule wanted; trying again would not help."""
    fact = RuleFailed(rule=occasion.rule, reason="error", error=type(refusal).__name__)
    ledger.append(fact, log=occasion.log, topic=occasion.entry.topic, by=SYSTEM, cause=occasion.entry)


def _mail_signers(occasion: Occasion, notice: str, posts: Sequence[tuple[Signature, receipts.Post]]) -> None:
    messages = [
        outbox.enqueue(
            key=f"{notice}:{signature.pk}",
            to=post.to,
            subject=post.letter.subject,
            text=post.letter.text,
            html=post.letter.html,
            attachments=post.attachments,
            language=post.language,
            log=occasion.log,
            topic=occasion.entry.topic,
        )
        for signature, post in posts
    ]
    note(occasion, notice, [signature.party.contact.name for signature, post in posts], [], messages)


def mail_parties(occasion: Occasion, notice: str, posts: Sequence[party_letters.Post]) -> None:
    """Mail letters to parties of the order's requests, each once, and record who was written to."""
    messages = [
        outbox.enqueue(
            key=one.key,
            to=one.party.contact.email,
            subject=one.letter.subject,
            text=one.letter.text,
            html=one.letter.html,
            language=one.language,
            secret=one.secret,
            log=occasion.log,
            topic=occasion.entry.topic,
        )
        for one in posts
    ]
    note(occasion, notice, [one.party.contact.name for one in posts], [], messages)


def note(
    occasion: Occasion,
    notice: str,
    names: Sequence[str],
    members: Sequence[Member],
    messages: Sequence[Delivery],
) -> None:
    """Record who was told, in the app (`members`) or by mail (`messages`); nobody is nothing."""
    if not names:
        return
    fact = NoticeSent(
        notice=notice,
        members=[str(one.pk) for one in members],
        messages=[one.message_id for one in messages],
        to=", ".join(names),
    )
    ledger.append(fact, log=occasion.log, topic=occasion.entry.topic, by=SYSTEM, cause=occasion.entry)
