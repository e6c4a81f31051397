"""What every state looks like: one word, one sign and one tone, the same wherever it is shown (look.md, 4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from paraph.billing.models import State as Invoiced
from paraph.signoff import progress
from paraph.signoff.models import DisputeState, ReturnState, State, Verdict
from paraph.work.models import Status

Tone = Literal["wait", "go", "good", "done", "bad", "warn", "over"]


@dataclass(frozen=True)
class Pill:
    """A state as people see it; `icon` names a drawing of `icons`."""

    word: Any
    icon: str
    tone: Tone


UNKNOWN = Pill(_("Unknown"), "dots", "over")

PILLS: dict[str, dict[str, Pill]] = {
    "decision": {
        "pending": Pill(pgettext_lazy("decision", "Pending"), "half", "wait"),
        "approved": Pill(pgettext_lazy("decision", "Approved"), "check", "good"),
        "rejected": Pill(pgettext_lazy("decision", "Rejected"), "cross", "bad"),
        "authorised": Pill(pgettext_lazy("decision", "Signed for"), "pen", "done"),
        "changed": Pill(pgettext_lazy("decision", "Changed since signed"), "alert", "warn"),
    },
    "acceptance": {
        "pending": Pill(pgettext_lazy("decision", "Pending"), "half", "wait"),
        "approved": Pill(pgettext_lazy("line of a report", "Accepted"), "check", "good"),
        "rejected": Pill(pgettext_lazy("line of a report", "Refused"), "cross", "bad"),
    },
    "work": {
        progress.DONE: Pill(progress.WORDS[progress.DONE], "check", "done"),
        progress.RECORDED: Pill(progress.WORDS[progress.RECORDED], "clock", "go"),
        progress.WAITING: Pill(progress.WORDS[progress.WAITING], "half", "wait"),
        progress.LEFT: Pill(progress.WORDS[progress.LEFT], "cross", "over"),
    },
    "order": {
        Status.OPEN: Pill(Status.OPEN.label, "half", "wait"),
        Status.NEEDS_SIGNATURE: Pill(Status.NEEDS_SIGNATURE.label, "clock", "go"),
        Status.PARTLY_APPROVED: Pill(Status.PARTLY_APPROVED.label, "half", "good"),
        Status.NEEDS_VERIFICATION: Pill(Status.NEEDS_VERIFICATION.label, "alert", "warn"),
        Status.DISPUTED: Pill(Status.DISPUTED.label, "cross", "bad"),
        Status.APPROVED: Pill(Status.APPROVED.label, "check", "done"),
        Status.COMPLETED: Pill(Status.COMPLETED.label, "seal", "done"),
        Status.CANCELLED: Pill(Status.CANCELLED.label, "minus", "over"),
    },
    "invitation": {
        "sent": Pill(pgettext_lazy("invitation", "Sent"), "mail", "go"),
        "opened": Pill(pgettext_lazy("invitation", "Opened"), "eye", "go"),
        "used": Pill(pgettext_lazy("invitation", "Signed"), "pen", "good"),
        "expired": Pill(pgettext_lazy("invitation", "Expired"), "clock", "warn"),
        "revoked": Pill(pgettext_lazy("invitation", "Revoked"), "minus", "over"),
    },
    "signoff": {
        State.OPEN: Pill(State.OPEN.label, "clock", "go"),
        State.DISPUTED: Pill(State.DISPUTED.label, "cross", "bad"),
        State.COMPLETE: Pill(State.COMPLETE.label, "alert", "warn"),
        State.SEALED: Pill(State.SEALED.label, "seal", "done"),
        State.WITHDRAWN: Pill(State.WITHDRAWN.label, "minus", "over"),
        State.SUPERSEDED: Pill(State.SUPERSEDED.label, "alert", "warn"),
        State.DECLINED: Pill(State.DECLINED.label, "cross", "bad"),
        State.REJECTED: Pill(State.REJECTED.label, "cross", "bad"),
        State.EXPIRED: Pill(State.EXPIRED.label, "clock", "warn"),
        State.SHARED: Pill(State.SHARED.label, "eye", "go"),
    },
    "verification": {
        Verdict.WAITING: Pill(Verdict.WAITING.label, "alert", "warn"),
        Verdict.VERIFIED: Pill(Verdict.VERIFIED.label, "check", "good"),
        Verdict.REJECTED: Pill(Verdict.REJECTED.label, "cross", "bad"),
    },
    "dispute": {
        DisputeState.OPEN: Pill(DisputeState.OPEN.label, "alert", "warn"),
        DisputeState.ANSWERED: Pill(DisputeState.ANSWERED.label, "comment", "go"),
        DisputeState.RESOLVED: Pill(DisputeState.RESOLVED.label, "check", "good"),
        DisputeState.TAKEN_BACK: Pill(DisputeState.TAKEN_BACK.label, "undo", "over"),
    },
    "member": {
        "on": Pill(pgettext_lazy("member", "Can come in"), "check", "good"),
        "off": Pill(pgettext_lazy("member", "Switched off"), "minus", "over"),
    },
    "device": {
        "on": Pill(pgettext_lazy("phone", "In use"), "check", "good"),
        "off": Pill(pgettext_lazy("phone", "Switched off"), "minus", "over"),
        "pending": Pill(pgettext_lazy("phone", "Something waits"), "clock", "warn"),
    },
    "toggle": {
        "on": Pill(pgettext_lazy("toggle", "Allowed"), "check", "good"),
        "off": Pill(pgettext_lazy("toggle", "Not allowed"), "minus", "over"),
    },
    "factor": {
        "none": Pill(pgettext_lazy("second factor", "None"), "half", "wait"),
        "totp": Pill(pgettext_lazy("second factor", "App"), "check", "good"),
        "webauthn": Pill(pgettext_lazy("second factor", "Passkey"), "key", "good"),
        "sso": Pill(pgettext_lazy("second factor", "Single sign-on"), "check", "good"),
    },
    "returned": {
        ReturnState.SENT: Pill(ReturnState.SENT.label, "clock", "go"),
        ReturnState.REVIEW: Pill(ReturnState.REVIEW.label, "eye", "warn"),
        ReturnState.FILED: Pill(ReturnState.FILED.label, "check", "done"),
        ReturnState.SENT_BACK: Pill(ReturnState.SENT_BACK.label, "undo", "over"),
        ReturnState.OVERTAKEN: Pill(ReturnState.OVERTAKEN.label, "minus", "over"),
    },
    "invoice": {
        Invoiced.DRAFT: Pill(Invoiced.DRAFT.label, "half", "wait"),
        Invoiced.ISSUED: Pill(Invoiced.ISSUED.label, "check", "good"),
        Invoiced.SENT: Pill(Invoiced.SENT.label, "mail", "done"),
        Invoiced.VOIDED: Pill(Invoiced.VOIDED.label, "minus", "over"),
    },
    "delivery": {
        "queued": Pill(pgettext_lazy("delivery", "Waiting to be sent"), "clock", "wait"),
        "sent": Pill(pgettext_lazy("delivery", "Sent"), "mail", "good"),
        "dead": Pill(pgettext_lazy("delivery", "Not delivered"), "alert", "bad"),
    },
}


def pill(kind: str, state: object) -> Pill:
    """How a state of a kind is shown. An unknown state is shown as unknown; an unknown kind raises KeyError."""
    return PILLS[kind].get(str(state), UNKNOWN)
