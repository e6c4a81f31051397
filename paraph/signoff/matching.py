"""What the machine's look at a returned paper means: one outcome, and what of it was checked, passed or not (I9).

The secret: only what was looked at and found in order passes. What could not be looked at is listed as unmade, and
who held the pen is never known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from paraph.intake import judging
from paraph.intake.judging import Verdict
from paraph.signoff.models import Match, Paper, Party

# Checks in the order people read them; docs/evidence-format.md says what each means.
CHECKS = (
    "ours",
    "this_party",
    "this_revision",
    "all_pages",
    "only_these",
    "ink_in_block",
    "nothing_elsewhere",
)
NEVER_MADE = ("who_signed",)
# No page says whose it is, so nothing follows about the rest.
SAYS_NOTHING = {Match.UNREADABLE, Match.FOREIGN, Match.NOT_READ}
# More came back than what was printed: pages that are not ours, or a page twice, of which one was not looked at.
MORE = {"other_pages", "doubled"}
BY_VERDICT = {
    Verdict.COMPLETE: Match.COMPLETE,
    Verdict.NOT_SIGNED: Match.NOT_SIGNED,
    Verdict.WRONG_ORDER: Match.WRONG_ORDER,
    Verdict.OLDER_REVISION: Match.OLDER_REVISION,
    Verdict.PAGE_MISSING: Match.PAGE_MISSING,
    Verdict.UNREADABLE: Match.UNREADABLE,
    Verdict.FOREIGN: Match.FOREIGN,
}


@dataclass(frozen=True)
class Finding:
    """What a return came to. `checks`: passed True, failed False, not made None, by name."""

    outcome: Match
    paper: Paper | None
    checks: Mapping[str, bool | None]
    missing: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    why: str = ""

    @property
    def is_in_order(self) -> bool:
        """Whether it may be filed without anybody looking: every check was made, and passed."""
        return self.outcome == Match.COMPLETE and all(self.checks.get(one) is True for one in CHECKS)

    def named(self, passed: bool | None) -> list[str]:
        """The checks that passed (True), failed (False) or were not made (None)."""
        every = {**dict.fromkeys(CHECKS), **self.checks, **dict.fromkeys(NEVER_MADE)}
        return [name for name, value in every.items() if value is passed]

    @property
    def told(self) -> dict[str, Any]:
        """As it is kept in `Return.findings`; `why` is the reason for machines, empty where there is none."""
        return {
            "passed": self.named(True),
            "failed": self.named(False),
            "unmade": self.named(None),
            "missing": list(self.missing),
            "notes": list(self.notes),
            "why": self.why,
        }


def unread(why: str) -> Finding:
    """Nothing was found out."""
    return Finding(Match.NOT_READ, None, {}, why=why)


def conclude(judged: judging.Outcome, party: Party, papers: Mapping[str, Paper]) -> Finding:
    """Return what follows from the machine's look. `papers` by code: those of the organisation that the pages name."""
    paper = papers.get(judged.paper or "")
    outcome = _outcome(judged, party, paper)
    return Finding(outcome, paper, _checks(judged, outcome), judged.missing, judged.notes)


def _outcome(judged: judging.Outcome, party: Party, paper: Paper | None) -> Match:
    outcome = BY_VERDICT[judged.verdict]
    if outcome in SAYS_NOTHING:
        return outcome
    if paper is None:
        return Match.FOREIGN  # the code is in our form, but no paper of this shop has it
    if paper.party.signoff.order_id != party.signoff.order_id:
        return Match.WRONG_ORDER
    if paper.party.contact_id != party.contact_id:
        return Match.OTHER_PARTY
    if paper.party_id != party.pk:
        return Match.OLDER_REVISION  # of an earlier request to the same person
    if outcome in {Match.COMPLETE, Match.NOT_SIGNED}:
        return _looked_at(judged, outcome)
    return outcome


def _looked_at(judged: judging.Outcome, outcome: Match) -> Match:
    """All pages of the right paper are there: what was written on them, and where."""
    if "unsure" in judged.notes or not judged.comparisons:
        return Match.UNSURE
    if MORE & set(judged.notes):
        return Match.OTHER_PAGES
    if any(one.elsewhere for one in judged.comparisons):
        return Match.ALTERED
    return outcome if judged.signed and judged.clean else Match.NOT_SIGNED


def _checks(judged: judging.Outcome, outcome: Match) -> dict[str, bool | None]:
    if outcome in SAYS_NOTHING:
        return {"ours": False if outcome == Match.FOREIGN else None}
    whose = outcome not in {Match.WRONG_ORDER, Match.OTHER_PARTY}
    revision = outcome != Match.OLDER_REVISION if whose else None
    sure = judged.comparisons and "unsure" not in judged.notes
    return {
        "ours": True,
        "this_party": whose,
        "this_revision": revision,
        "all_pages": not judged.missing if whose else None,
        "only_these": not MORE & set(judged.notes) if whose else None,
        "ink_in_block": judged.signed if sure and whose else None,
        "nothing_elsewhere": not any(one.elsewhere for one in judged.comparisons) if sure and whose else None,
    }
