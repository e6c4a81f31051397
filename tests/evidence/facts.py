"""Facts that only these tests record. They are taken out of the dictionary again, so that it stays the product's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from paraph.evidence.facts import BOTH, CUSTOMER, FACTS, STAFF, Fact, private


@dataclass(frozen=True, kw_only=True)
class LineApproved(Fact):
    """The customer said yes to one line."""

    kind = "line.approved"
    audience = BOTH
    sentence = "%(by)s approved line %(number)s."
    number: int


@dataclass(frozen=True, kw_only=True)
class MarkGiven(Fact):
    """With two personal values."""

    kind = "mark.given"
    audience = BOTH
    sentence = "%(by)s signed as %(signer)s for %(amount)s."
    cents: int
    signer: str = private()
    mail: str = private(default="")

    def values(self) -> dict[str, Any]:
        return {"amount": f"€ {self.cents / 100:.2f}"}


@dataclass(frozen=True, kw_only=True)
class MarginNoted(Fact):
    """Only staff reads it."""

    kind = "margin.noted"
    audience = STAFF
    sentence = "%(by)s noted a margin."


@dataclass(frozen=True, kw_only=True)
class CopyFetched(Fact):
    """Only the customer reads it."""

    kind = "copy.fetched"
    audience = CUSTOMER
    sentence = "You fetched your copy."


ALL: dict[str, type[Fact]] = {
    fact.kind: FACTS.pop(fact.kind) for fact in (LineApproved, MarkGiven, MarginNoted, CopyFetched)
}
