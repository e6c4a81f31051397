"""What can be recorded about consequences. Each entry has the entry that led to it as its cause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from paraph.automation import words
from paraph.delivery import reasons
from paraph.evidence.facts import STAFF, Fact, private


@dataclass(frozen=True, kw_only=True)
class RuleRan(Fact):
    """A rule changed the work."""

    kind = "rule.ran"
    audience = STAFF
    sentence = _("Rule: %(title)s.")

    rule: str

    def values(self) -> dict[str, Any]:
        """The rule in words."""
        return {"title": words.rule(self.rule)}


@dataclass(frozen=True, kw_only=True)
class RuleFailed(Fact):
    """A rule was given up. `reason`: *loop* (rules led to rules, too deep) or *error* (every try failed)."""

    kind = "rule.failed"
    audience = STAFF
    sentence = _("Rule not carried out: %(title)s (%(why)s).")

    rule: str
    reason: str
    error: str

    def values(self) -> dict[str, Any]:
        """Rule and reason in words."""
        why = _("rules went round in a circle") if self.reason == "loop" else self.error
        return {"title": words.rule(self.rule), "why": why}


@dataclass(frozen=True, kw_only=True)
class NoticeSent(Fact):
    """People were told. `messages` are the Message-IDs of the mails, `members` the staff who see it in the app."""

    kind = "notice.sent"
    audience = STAFF
    sentence = _("%(what)s: sent to %(to)s.")

    notice: str
    members: list[str]
    messages: list[str]
    to: str = private()

    def values(self) -> dict[str, Any]:
        """The notice in words."""
        return {"what": words.notice(self.notice)}


@dataclass(frozen=True, kw_only=True)
class MessageRefused(Fact):
    """A mail was given up: refused for good, not accepted for three days, or returned afterwards (F17).

    `status` is the code a mail server gave (RFC 3463), "" when there was none.
    """

    kind = "message.refused"
    audience = STAFF
    sentence = _("A mail to %(to)s could not be delivered: %(why)s")

    message: str
    attempts: int
    status: str = ""
    to: str = private()
    why: str = private()

    def values(self) -> dict[str, Any]:
        """The reason in plain words where there is a code for it, else in those of the mail server."""
        plain = reasons.plain(self.status)
        return {"why": f"{plain} ({self.status})." if plain else self.why}
