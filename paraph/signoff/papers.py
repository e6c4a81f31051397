"""The way by paper: print, stamp, sign by hand, come back with it (S0-10, S0-28 … S0-30).

The secret: a paper is one frozen snapshot in one size and language, for one party; every page says so in a code. The
same again is the same paper, a changed order is another one, and an older paper is still known when it comes back.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from paraph.evidence import ledger
from paraph.intake import codes
from paraph.lib import clock, home
from paraph.lib.actor import Actor
from paraph.people.models import LANGUAGES
from paraph.sealing.render import measure, render
from paraph.signoff import allowance, ceremonies, printing, subjects, ways
from paraph.signoff import consent as consents
from paraph.signoff.errors import TooLong, Unusable
from paraph.signoff.models import Ceremony, Format, Invitation, Paper, Party, Snapshot
from paraph.signoff.paper_facts import CopyDownloaded

TEMPLATE = "to_sign"


@dataclass(frozen=True)
class Block:
    """Where stamp and signature belong on a paper: in points (1/72 inch), from the top left corner of the page."""

    page: int
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class Print:
    """A paper before it is recorded."""

    code: str
    blob: str
    pages: int
    block: Block
    at: datetime


def issue(invitation: Invitation, *, format: str, language: str, by: Actor) -> Paper:
    """Freeze what the customer approved and return the paper to sign for it; the same again is the same paper.

    The link lives longer from now on (decision 2). Raises `NoPaperWay`, `Unusable` for another size or language,
    `TooLong`, `NothingApproved`, `AlreadySigned`, `Closed`, `NotYourTurn`, `OnlyToRead`, `Outdated`, `Stale` when the
    order changed meanwhile, and `sealing.errors.RenderFailed`.
    """
    if format not in Format.values:
        raise Unusable("format", _("Choose A4 or Letter."))
    if language not in dict(LANGUAGES):
        raise Unusable("language", _("Choose one of the languages."))
    ways.require_paper(invitation.party_id)
    ceremony = ceremonies.review(invitation, by=by)
    known = _same(ceremony, format, language)
    made = None if known else _draw(ceremony, format, language)
    return _record(ceremony, made, format, language, by)


def block(paper: Paper) -> Block:
    """Where to look for stamp and signature on a paper that came back."""
    return Block(**paper.block)


def newest(party: Party) -> Paper | None:
    """The paper a party took last; an older one of an earlier revision is superseded by it."""
    related = ("snapshot__signoff", "ceremony")
    return party.papers.select_related(*related).order_by("-created_at").first()


def is_current(paper: Paper) -> bool:
    """Whether the order still says what the paper says."""
    order_id = paper.snapshot.signoff.order_id
    return not subjects.since(paper.snapshot, paper.ceremony.mark, order_id)


def find(code: str) -> Paper | None:
    """The paper of a code, however old; the caller judges whose it is."""
    related = ("party__signoff__order", "party__contact", "snapshot", "ceremony", "invitation")
    return Paper.objects.filter(code=code).select_related(*related).first()


def _same(ceremony: Ceremony, format: str, language: str) -> Paper | None:
    return Paper.objects.filter(
        party=ceremony.party_id, snapshot=ceremony.snapshot_id, format=format, language=language
    ).first()


def _draw(ceremony: Ceremony, format: str, language: str) -> Print:
    """Lay out, number the pages, draw, store. Outside of any transaction: it takes a while."""
    snapshot, order = ceremony.snapshot, ceremony.party.signoff.order
    at, code = clock.now(), codes.new()
    told: dict[str, Any] = {
        "language": language,
        "zone": order.organisation.time_zone,
        "at": at,
        "format": format,
        "code": code,
        "consent": consents.on_paper(snapshot, language).sentence,
        "digest": snapshot.digest,
        "contact": ceremony.party.contact.name,
    }
    place = measure(
        TEMPLATE, printing.to_sign(snapshot.facts, **told), language=language, label="block", at=at
    )
    pages = int(place.pop("pages"))
    if pages > codes.MAX_PAGES:
        raise TooLong
    texts = [codes.PageCode(code, page, pages, short(snapshot)).text for page in range(1, pages + 1)]
    pdf = render(TEMPLATE, printing.to_sign(snapshot.facts, **told, codes=texts), at=at, language=language)
    where = Block(int(place.pop("page")), **{name: round(float(value), 2) for name, value in place.items()})
    return Print(code, home.blobs().put(pdf), pages, where, at)


def short(snapshot: Snapshot) -> str:
    """The part of a snapshot's digest that a page code holds."""
    return snapshot.digest.removeprefix("sha256:")[:8].upper()


@transaction.atomic
def _record(ceremony: Ceremony, made: Print | None, format: str, language: str, by: Actor) -> Paper:
    ceremony = ceremonies.current(ceremony)
    allowance.prolong(ceremony.invitation, days=_days(ceremony), by=by)
    known = _same(ceremony, format, language)
    if known or made is None:
        assert known is not None
        return known
    party, snapshot = ceremony.party, ceremony.snapshot
    paper = Paper.objects.create(
        id=uuid4(),
        party=party,
        invitation=ceremony.invitation,
        snapshot=snapshot,
        ceremony=ceremony,
        code=made.code,
        format=format,
        language=language,
        blob=made.blob,
        pages=made.pages,
        block=asdict(made.block),
        created_at=made.at,
    )
    ledger.append(
        CopyDownloaded(
            signoff=str(party.signoff_id),
            paper=str(paper.pk),
            code=paper.code,
            snapshot=snapshot.digest,
            revision=snapshot.revision,
            blob=f"sha256:{paper.blob}",
            pages=paper.pages,
            format=format,
            language=language,
            consent=consents.on_paper(snapshot, language).digest,
        ),
        log=str(party.signoff.organisation_id),
        topic=party.signoff.order.topic,
        by=by,
    )
    return paper


def _days(ceremony: Ceremony) -> int:
    return ceremony.party.signoff.order.organisation.paper_days
