"""The worker reads returned paper: whose it is, whether all of it came, and what was written on it (S0-33, I9).

The secret: the row is the queue. A return is claimed by compare-and-swap on its lease, read outside of any
transaction, and then either filed or put before people, with one fact. A worker that dies leaves the lease to run
out, and the return is read again; what cannot be read in a few tries goes to people with that reason. Nothing is ever
lost, and nothing is accepted that was not looked at.
"""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import DatabaseError, transaction
from django.db.models import F, Q, QuerySet

from paraph.intake import judging
from paraph.intake.errors import Refused
from paraph.intake.judging import Sent
from paraph.intake.pictures import Picture, pictures
from paraph.intake.taking import Leaf, Taken, bind
from paraph.lib import clock, crash, home
from paraph.lib.actor import SYSTEM
from paraph.signoff import filing, matching, papers, returns, subjects
from paraph.signoff.errors import NotWaiting, SignOffError, Stale
from paraph.signoff.matching import Finding
from paraph.signoff.models import CONSENTED, ComparedPage, Match, Paper, Return, ReturnState, ScanPage, State
from paraph.signoff.return_facts import CopyMatched

log = logging.getLogger(__name__)

# Longer than everything that is done with one return may take: judging 120 s, binding 2 x 10 s, pictures below.
LEASE = timedelta(minutes=6)
FIRST_WAIT = timedelta(seconds=5)
# Reading is sure to give the same answer; trying again helps against a full disk or a killed process, not more.
MAX_ATTEMPTS = 3
FILED_DPI = 150  # ink stays sharp in print, and a page has about 200 kB
PACE = 1.0  # seconds between two writes of how far it is; the page that waits asks every two
TOGETHER = 40  # pages drawn in one child, well within its time
# Nothing can come of a paper any more. While a request is disputed, or its links ran out, it waits for people.
OVER = {*CONSENTED, State.WITHDRAWN, State.DECLINED, State.REJECTED}
RELATED = ("party__contact", "party__signoff__order__organisation", "sent_entry", "invitation")


@dataclass(frozen=True)
class Reading:
    """What reading came to, before anything of it is written."""

    finding: Finding
    scan: bytes
    pages: tuple[Picture, ...]
    compared: tuple[judging.Comparison, ...] = ()


def read_due(limit: int = 1) -> int:
    """Read what was sent, oldest first, at most so many returns; return how many came to a result."""
    due = list(_due(clock.now()).order_by("due_at").values_list("pk", flat=True)[:limit])
    return sum(_read(one) for one in map(_claim, due) if one is not None)


def _read(returned: Return) -> bool:
    """Read one claimed return; whether that came to a result."""
    try:
        if returned.attempts > MAX_ATTEMPTS:
            _queue(returned, matching.unread("no try came to an end"))  # each one ended the process
            return True
        found = _look(returned)
        _keep(returned, found)
        crash.point("return.read")
        _decide(returned, found.finding)
    except Exception as problem:
        log.exception("return %s, try %s", returned.pk, returned.attempts)
        return _fail(returned, problem)
    return True


def scan(returned: Return) -> tuple[bytes, tuple[Picture, ...]]:
    """All pages of a return as its customer arranged them, as one PDF and as pictures; raises `Refused`."""
    arranged = _arranged(returned)
    return arranged.pdf, _draw(arranged)


def keep_scan(returned: Return, bound: bytes, pages: tuple[Picture, ...]) -> None:
    """Store a scan and name it in the row. Call inside a transaction."""
    blobs = home.blobs()
    returned.blob = blobs.put(bound)
    Return.objects.filter(pk=returned.pk).update(blob=returned.blob)
    ScanPage.objects.filter(returned=returned).delete()
    ScanPage.objects.bulk_create(
        ScanPage(
            returned=returned, number=number, blob=blobs.put(one.content), width=one.width, height=one.height
        )
        for number, one in enumerate(pages, start=1)
    )


def _look(returned: Return) -> Reading:
    """Compare the pages with what was printed for this order; raises `Refused` for pages that take too much."""
    arranged = _arranged(returned)
    order = returned.party.signoff.order
    known = {
        one.code: one
        for one in Paper.objects.filter(party__signoff__order=order).select_related(
            "snapshot", "party__signoff"
        )
    }
    judged = judging.judge(
        [_sent(one) for one in known.values()], arranged.pdf, paced=_Pace(returned, arranged.pages)
    )
    finding = matching.conclude(judged, returned.party, known | _others(judged, returned))
    leaves = tuple(Leaf(0, index, judged.pages[index].turn) for index in judged.order)
    bound = bind([arranged.pdf], leaves) if leaves else arranged
    return Reading(finding, bound.pdf, _draw(bound), judged.comparisons)


class _Pace:
    """Writes how many pages are read into the row, for the page that waits: at most once a second, and never more than
    there are, whatever the child says. It is told, not decided: what cannot be written now is left out."""

    def __init__(self, returned: Return, pages: int) -> None:
        self.returned, self.pages, self.written, self.written_at = returned, pages, 0, 0.0

    def __call__(self, read: int) -> None:
        read, now = min(read, self.pages), time.monotonic()
        if read == self.written or (read < self.pages and now - self.written_at < PACE):
            return
        self.written, self.written_at = read, now
        with suppress(DatabaseError):
            _still_ours(self.returned).update(pages_read=read)


def _sent(paper: Paper) -> Sent:
    block = papers.block(paper)
    return Sent(
        code=paper.code,
        digest=papers.short(paper.snapshot),
        pages=paper.pages,
        pdf=paper.read(),
        block=judging.Block(block.page, block.left, block.top, block.width, block.height),
        current=papers.is_current(paper),
    )


def _others(judged: judging.Outcome, returned: Return) -> dict[str, Paper]:
    """The papers of other orders of the same shop that the pages name; another shop's are not looked for (line 1)."""
    codes = {one.code.paper for one in judged.pages if one.code}
    found = Paper.objects.filter(
        code__in=codes, party__signoff__organisation=returned.party.signoff.organisation_id
    )
    return {one.code: one for one in found.select_related("party__signoff")}


def _arranged(returned: Return) -> Taken:
    """The pages as the customer arranged them, as one clean PDF."""
    kept = [one for one in returns.pages_of(returned) if not one.removed]
    files = list(dict.fromkeys(one.file for one in kept))
    leaves = [Leaf(files.index(one.file), one.number - 1, one.rotation) for one in kept]
    return bind([one.safe() for one in files], leaves)


def _draw(bound: Taken) -> tuple[Picture, ...]:
    """Pictures of all pages, in pieces that stay within a child's time."""
    pieces = [range(start, min(start + TOGETHER, bound.pages)) for start in range(0, bound.pages, TOGETHER)]
    return tuple(one for piece in pieces for one in pictures(bound.pdf, dpi=FILED_DPI, pages=piece))


@transaction.atomic
def _keep(returned: Return, found: Reading) -> None:
    """Write what was found out, unless the claim was lost. It is shown to reviewers, and filed."""
    if not _still_ours(returned).update(pages_read=len(found.pages), read_at=clock.now()):
        raise NotWaiting
    keep_scan(returned, found.scan, found.pages)
    blobs = home.blobs()
    ComparedPage.objects.filter(returned=returned).delete()
    ComparedPage.objects.bulk_create(
        ComparedPage(
            returned=returned,
            number=one.page,
            in_block=one.in_block,
            block_ink_mm2=one.block_ink_mm2,
            elsewhere=[vars(mark) for mark in one.elsewhere],
            confidence=one.confidence,
            printed_blob=blobs.put(one.sent),
            returned_blob=blobs.put(one.returned),
            difference_blob=blobs.put(one.difference),
        )
        for one in found.compared
    )


def _decide(returned: Return, finding: Finding) -> None:
    """File it if everything is in order, else put it before people."""
    returned.refresh_from_db(fields=["blob", "read_at"])
    if not finding.is_in_order or finding.paper is None:
        _queue(returned, finding)
        return
    returned.outcome, returned.findings, returned.paper = finding.outcome, finding.told, finding.paper
    try:
        filing.file(returned, filing.paper_of(returned), _fact(returned, finding), by=SYSTEM)
    except Stale:
        _queue(
            returned,
            Finding(Match.OLDER_REVISION, finding.paper, {**finding.checks, "this_revision": False}),
        )
    except NotWaiting:
        log.info("return %s: somebody was faster", returned.pk)
    except SignOffError as refusal:
        _queue(returned, Finding(finding.outcome, finding.paper, finding.checks, why=refusal.reason))


@transaction.atomic
def _queue(returned: Return, finding: Finding) -> None:
    """Say what it is, and leave it to people; what came too late waits for nobody."""
    subjects.hold(returned.party.signoff.order_id)
    returned.party.signoff.refresh_from_db(fields=["state"])
    over = returned.party.signoff.state in OVER
    if not _still_ours(returned).update(
        state=ReturnState.OVERTAKEN if over else ReturnState.REVIEW,
        outcome=Match.CLOSED if over else finding.outcome,
        findings=finding.told,
        paper=finding.paper,
        due_at=None,
        leased_until=None,
    ):
        return
    returned.refresh_from_db()
    filing.append(returned, _fact(returned, finding), SYSTEM)


def _fail(returned: Return, problem: Exception) -> bool:
    """Try again later, or leave it to people when there were tries enough; whether that was it."""
    if returned.attempts >= MAX_ATTEMPTS:
        why = str(problem.reason) if isinstance(problem, Refused) else type(problem).__name__
        _queue(returned, matching.unread(why))
        return True
    wait = FIRST_WAIT * 2 ** (returned.attempts - 1)
    _still_ours(returned).update(leased_until=None, due_at=clock.now() + wait)
    return False


def _fact(returned: Return, finding: Finding) -> CopyMatched:
    return CopyMatched(
        returned=str(returned.pk),
        outcome=str(returned.outcome or finding.outcome),
        paper=str(finding.paper.pk) if finding.paper else None,
        scan=f"sha256:{returned.blob}" if returned.blob else None,
        passed=finding.named(True),
        failed=finding.named(False),
        unmade=finding.named(None),
    )


def _due(now: datetime) -> QuerySet[Return]:
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    return Return.objects.filter(free, state=ReturnState.SENT, due_at__lte=now)


def _claim(pk: UUID) -> Return | None:
    """Take a return for as long as the lease; None when another worker was faster. The try counts from here."""
    now = clock.now()
    if not _due(now).filter(pk=pk).update(leased_until=now + LEASE, attempts=F("attempts") + 1, pages_read=0):
        return None
    return Return.objects.select_related(*RELATED).get(pk=pk)


def _still_ours(returned: Return) -> QuerySet[Return]:
    return Return.objects.filter(
        pk=returned.pk, state=ReturnState.SENT, leased_until=returned.leased_until, attempts=returned.attempts
    )
