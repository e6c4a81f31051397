"""What a customer hands in on paper, until they send it: files, their pages, and in which order (S0-04, S0-30 … S0-32).

The secret: a draft is a row of its party, not of a browser, so it waits for days and on every device. A file is taken
in (`intake`) before anything is written; one that is refused leaves everything else as it was. Only `send` says that
the customer is done.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext_lazy as _

from paraph.evidence import ledger
from paraph.intake.errors import Refused
from paraph.intake.pictures import Picture, pictures
from paraph.intake.taking import Taken, take_in
from paraph.lib import clock, home
from paraph.lib.actor import Actor
from paraph.signoff import ceremonies, refusals, subjects
from paraph.signoff.errors import NotThere, PaperSent, Unusable
from paraph.signoff.models import (
    AWAITED,
    Ask,
    Invitation,
    Party,
    Return,
    ReturnFile,
    ReturnPage,
    ReturnState,
    Rule,
    SignOff,
)
from paraph.signoff.models.returns import NAME_CHARS
from paraph.signoff.return_facts import CopyUploaded

# What one party may hand in, removed files and earlier returns included, each file once (security.md line 26): a paper
# has 255 pages at most, a page photographed at its best about 10 MB, and nobody takes each of them many times.
MOST_FILES = 120
MOST_BYTES = 400_000_000
# Pages of one return: as many as can be printed.
MOST_PAGES = 255
TURNS = (0, 90, 180, 270)
NAMELESS = "file"
FULL = _("You sent a lot of files already. Please ask the shop for another way.")
_UNPRINTABLE = re.compile(r"[\s/\\]+")


@dataclass(frozen=True)
class Placing:
    """Where the customer put a page: one of a list in order; turned clockwise by so many degrees, or left out."""

    page: UUID
    rotation: int = 0
    removed: bool = False


@dataclass(frozen=True)
class TakenIn:
    """A file that was accepted and stored, before any row names it."""

    taken: Taken
    size: int
    blob: str
    clean_blob: str
    previews: tuple[tuple[Picture, str], ...]


def current(party: Party) -> Return | None:
    """The draft a party is making, else the return they sent last; None before the first."""
    returns = Return.objects.filter(party=party).select_related("paper", "party__contact")
    return returns.filter(state=ReturnState.DRAFT).first() or returns.order_by("-sent_at").first()


def pages_of(returned: Return) -> QuerySet[ReturnPage]:
    """The pages in the customer's order, those left out too."""
    return returned.pages.filter(file__removed_at=None).select_related("file").order_by("position", "id")


def files_of(returned: Return) -> QuerySet[ReturnFile]:
    """The files it consists of."""
    return returned.files.filter(removed_at=None).order_by("added_at", "id")


@transaction.atomic
def begin(invitation: Invitation, *, by: Actor) -> Return:
    """Return the party's draft, made now if there is none; after a paper came back it begins with its pages.

    Raises `PaperSent`, `AlreadySigned`, `Closed`, `OnlyToRead`, `NotYourTurn`.
    """
    party = ceremonies.acting(invitation)
    _check_free(party)
    return _draft(party, invitation)


def add_file(invitation: Invitation, content: bytes, name: str, *, by: Actor) -> ReturnFile:
    """Take a file in, behind the pages that are there, and return it; the same bytes again are the same file.

    Nothing is final before `send`. Raises `Unusable` (field *file*) with a sentence for each reason a file is refused,
    and for one too many; `PaperSent`, `AlreadySigned`, `Closed`, `OnlyToRead`, `NotYourTurn`.
    """
    with transaction.atomic():
        party = ceremonies.acting(invitation)
        _check_free(party)
        _check_room(party, len(content))
        known = _known(party, content)
        if known:
            return known
    taken = _take_in(content, name)  # takes seconds, so nothing is locked meanwhile
    with transaction.atomic():
        party = ceremonies.acting(invitation)
        _check_free(party)
        _check_room(party, len(content))
        draft = _draft(party, invitation)
        return _known(party, content) or _add(draft, clean_name(name), taken)


@transaction.atomic
def arrange(returned: Return, placings: Sequence[Placing], *, by: Actor) -> Return:
    """Put pages in order, turn them, leave some out or take them in again; pages not named stay behind, as they were.

    Raises `NotThere` for a page of another return, `PaperSent` once it was sent, `Unusable` for another angle.
    """
    returned = _held(returned)
    there = {one.pk: one for one in pages_of(returned)}
    if any(one.page not in there for one in placings):
        raise NotThere
    if any(one.rotation not in TURNS for one in placings):
        raise Unusable("rotation", _("Turn a page by quarters."))
    for one in placings:
        page = there[one.page]
        page.rotation, page.removed = one.rotation, one.removed
    named = list(dict.fromkeys(one.page for one in placings))
    for position, pk in enumerate([*named, *(pk for pk in there if pk not in set(named))], start=1):
        there[pk].position = position
    ReturnPage.objects.bulk_update(there.values(), ["position", "rotation", "removed"])
    return returned


@transaction.atomic
def remove_file(file: ReturnFile, *, by: Actor) -> ReturnFile:
    """Leave a whole file out of a draft; adding the same file again brings it back. Twice is once."""
    returned = _held(file.returned)
    ReturnFile.objects.filter(pk=file.pk, removed_at=None).update(removed_at=clock.now())
    ReturnPage.objects.filter(file=file).update(removed=False, rotation=0)
    file.refresh_from_db()
    file.returned = returned
    return file


@transaction.atomic
def send(returned: Return, invitation: Invitation, *, by: Actor, name: str = "", role: str = "") -> Return:
    """*Send ticket*: hand the pages in for good (S0-32). The customer's part is done; the worker reads them.

    `name` and `role` are those of whoever signed on the paper, if the customer tells. Twice is once. Raises `Unusable`
    without a page, `NotThere` for another party's, `AlreadySigned`, `Closed`, `OnlyToRead`, `NotYourTurn`.
    """
    if returned.party_id != invitation.party_id:
        raise NotThere
    party = ceremonies.acting(invitation)
    returned = Return.objects.get(pk=returned.pk)
    if returned.state != ReturnState.DRAFT:
        return returned
    _check_free(party)
    kept = pages_of(returned).filter(removed=False)
    pages = kept.count()
    if not pages:
        raise Unusable("file", _("Add the signed pages first: there is nothing to send yet."))
    now = clock.now()
    digests = dict.fromkeys(one.file.digest for one in kept)
    fact = CopyUploaded(
        returned=str(returned.pk), invitation=str(invitation.pk), files=list(digests), pages=pages
    )
    signoff = party.signoff
    entry = ledger.append(fact, log=str(signoff.organisation_id), topic=signoff.order.topic, by=by)
    returned.state, returned.invitation, returned.sent_at, returned.due_at = (
        ReturnState.SENT,
        invitation,
        now,
        now,
    )
    returned.sent_entry = entry
    returned.signer_name, returned.signer_role = clean_words(name), clean_words(role)
    returned.save(
        update_fields=["state", "invitation", "sent_at", "due_at", "sent_entry", "signer_name", "signer_role"]
    )
    return returned


def only_paper_left(signoff: SignOff) -> bool:
    """Whether all who must sign have done their part, some of them on paper that is being checked (decision 4)."""
    sent = Return.objects.filter(party__signoff=signoff, state__in=AWAITED).values("party")
    if signoff.rule == Rule.ANY_ONE:
        return sent.exists()
    left = signoff.parties.filter(ask=Ask.AUTHORISE, acted_at=None)
    return sent.exists() and not left.exclude(pk__in=sent).exists()


def clean_name(name: str) -> str:
    """A file's name for people: no folders, nothing that cannot be seen, not too long (line 27)."""
    last = re.split(r"[/\\]", name)[-1]
    shown = "".join(one for one in last if unicodedata.category(one)[0] != "C")
    return clean_words(shown) or NAMELESS


def clean_words(text: str) -> str:
    """A line of text as it may be stored: on one line, not too long."""
    return " ".join(text.split())[:NAME_CHARS]


def _draft(party: Party, invitation: Invitation) -> Return:
    """The party's draft, begun with what came back to them last, so that one page can be exchanged."""
    found = Return.objects.filter(party=party, state=ReturnState.DRAFT).first()
    if found:
        return found
    draft = Return.objects.create(party=party, invitation=invitation, created_at=clock.now())
    last = Return.objects.filter(party=party, state=ReturnState.SENT_BACK).order_by("-sent_at").first()
    for file in files_of(last) if last else ():
        _copy(file, draft)
    return draft


def _copy(file: ReturnFile, draft: Return) -> None:
    pages = list(file.pages.all())
    file.pk, file.returned, file._state.adding = uuid4(), draft, True
    file.save(force_insert=True)
    for page in pages:
        page.pk, page.returned, page.file, page._state.adding = uuid4(), draft, file, True
        page.save(force_insert=True)


def _known(party: Party, content: bytes) -> ReturnFile | None:
    """The file of these bytes in the party's draft, in its place again if it was removed."""
    blob = hashlib.sha256(content).hexdigest()
    drafts = ReturnFile.objects.filter(returned__party=party, returned__state=ReturnState.DRAFT)
    found = drafts.filter(blob=blob).select_related("returned").first()
    if found:
        found.removed_at = None
        found.save(update_fields=["removed_at"])
        found.pages.filter(removed=True).update(removed=False)
    return found


def _take_in(content: bytes, name: str) -> TakenIn:
    try:
        taken = take_in(content, name)
        previews = pictures(taken.pdf)
    except Refused as refusal:
        raise refusals.of(refusal) from refusal
    blobs = home.blobs()
    return TakenIn(
        taken=taken,
        size=len(content),
        blob=blobs.put(content),
        clean_blob=blobs.put(taken.pdf),
        previews=tuple((one, blobs.put(one.content)) for one in previews),
    )


def _add(draft: Return, name: str, one: TakenIn) -> ReturnFile:
    last = draft.pages.aggregate(last=Max("position"))["last"] or 0
    if pages_of(draft).count() + one.taken.pages > MOST_PAGES:
        raise Unusable("file", _("These are too many pages: at most 255 can be sent together."))
    file = ReturnFile.objects.create(
        returned=draft,
        blob=one.blob,
        clean_blob=one.clean_blob,
        name=name,
        kind=one.taken.kind,
        size=one.size,
        told={
            "pages": one.taken.pages,
            "dropped": one.taken.dropped,
            "redrawn": list(one.taken.redrawn),
            "notes": list(one.taken.notes),
        },
        added_at=clock.now(),
    )
    ReturnPage.objects.bulk_create(
        ReturnPage(
            returned=draft,
            file=file,
            number=number,
            position=last + number,
            blob=blob,
            width=preview.width,
            height=preview.height,
        )
        for number, (preview, blob) in enumerate(one.previews, start=1)
    )
    return file


def _check_free(party: Party) -> None:
    """Raise `PaperSent` while what they sent is being read or looked at."""
    if Return.objects.filter(party=party, state__in=AWAITED).exists():
        raise PaperSent


def _check_room(party: Party, size: int) -> None:
    """Raise `Unusable` when a party has handed in all that a party may."""
    files = ReturnFile.objects.filter(returned__party=party)
    held = dict(files.values_list("blob", "size").distinct())  # what came back is in the next draft as well
    if len(held) >= MOST_FILES or sum(held.values()) + size > MOST_BYTES:
        raise Unusable("file", FULL)


def _held(returned: Return) -> Return:
    """The return read again with its order locked; raises `PaperSent` when it is no draft any more."""
    found = Return.objects.select_related("party__signoff").get(pk=returned.pk)
    subjects.hold(found.party.signoff.order_id)
    found.refresh_from_db(fields=["state"])
    if not found.is_draft:
        raise PaperSent
    return found
