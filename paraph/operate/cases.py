"""Everything about some orders, read at one moment and laid side by side: what the rows say, what the ledger says.

The reconciler looks at orders by the dozen, so each table is asked once for all of them.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any
from uuid import UUID

from django.db.models import F

from paraph.automation.models import Run
from paraph.billing.models import Invoice
from paraph.capture import envelopes
from paraph.capture.models import Capture
from paraph.delivery.models import Delivery
from paraph.evidence.models import Checkpoint, Entry, Log
from paraph.lib import home
from paraph.lib.blobs import BlobMissing
from paraph.signoff.models import (
    Attempt,
    Decision,
    Dispute,
    DisputePhoto,
    Invitation,
    Paper,
    Party,
    PhotoCopy,
    Return,
    SealedCopy,
    Signature,
    SignOff,
    Snapshot,
    Verification,
)
from paraph.work.models import ChecklistConfirmation, Comment, Photo, WorkOrder

TOPIC = "order:"


@dataclass(frozen=True, order=True)
class Finding:
    """An invariant (*I1* … *I12*) that does not hold, for what, and in a sentence for an operator."""

    invariant: str
    subject: str
    sentence: str


@dataclass
class Case:
    """One order. `order` is None when the ledger tells of it and the row is gone."""

    pk: UUID
    order: WorkOrder | None = None
    entries: list[Entry] = field(default_factory=list)
    signoffs: list[SignOff] = field(default_factory=list)
    parties: list[Party] = field(default_factory=list)
    invitations: list[Invitation] = field(default_factory=list)
    snapshots: list[Snapshot] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    signatures: list[Signature] = field(default_factory=list)
    copies: list[SealedCopy] = field(default_factory=list)
    papers: list[Paper] = field(default_factory=list)
    returns: list[Return] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    disputes: list[Dispute] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    verifications: list[Verification] = field(default_factory=list)
    photos: list[DisputePhoto] = field(default_factory=list)
    photo_copies: list[PhotoCopy] = field(default_factory=list)
    work_photos: list[Photo] = field(default_factory=list)
    checklists: list[ChecklistConfirmation] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    letters: list[Delivery] = field(default_factory=list)
    invoices: list[Invoice] = field(default_factory=list)
    # Those its entries tell of; without the sealed bytes, which may be many.
    captures: list[Capture] = field(default_factory=list)
    # The newest checkpoint of its log, to prove entries by; None where that is not asked for.
    checkpoint: Checkpoint | None = None

    @property
    def topic(self) -> str:
        """Its name in the ledger, and as the subject of a finding."""
        return f"{TOPIC}{self.pk}"

    @property
    def name(self) -> str:
        """Its number, for people."""
        return self.order.number if self.order else str(self.pk)

    def told(self, *kinds: str) -> list[Entry]:
        """The entries of some kinds, in order."""
        return [one for one in self.entries if one.kind in kinds]

    def facts(self, *kinds: str) -> list[dict[str, Any]]:
        """What they say."""
        return [one.content["fact"] for one in self.told(*kinds)]

    def files(self) -> Iterator[tuple[str, str]]:
        """What has to be in the store: a name for people, and the hex digest."""
        for copy in self.copies:
            yield "the sealed copy", copy.blob
        for paper in self.papers:
            yield f"paper {paper.code}", paper.blob
        yield from self._photos()
        yield from chain.from_iterable(map(_files_of, self.returns))
        for invoice in self.invoices:
            for digest in (invoice.blob, invoice.xml):
                if digest:
                    yield f"invoice {invoice.number}", digest
        for letter in self.letters:
            for sent in letter.attachments:
                yield f"{sent['name']} of message {letter.key}", sent["digest"]

    def _photos(self) -> Iterator[tuple[str, str]]:
        for photo in self.photos:
            yield "a photo of a dispute", photo.blob
        for shown in self.photo_copies:
            yield "a copy of a photo of a dispute", shown.blob
        for one in self.work_photos:
            yield "a photo of the work", one.blob
            yield "a picture of a photo of the work", one.shown

    def finding(self, invariant: str, sentence: str) -> Finding:
        """A finding about this order."""
        return Finding(invariant, self.topic, f"{self.name}: {sentence}")


def _files_of(returned: Return) -> Iterator[tuple[str, str]]:
    """All that a return consists of; empty names are of what was never made."""
    found = [("the scan", returned.blob)]
    for file in returned.files.all():
        found += [(f"the file {file.pk}", file.blob), (f"the clean copy of file {file.pk}", file.clean_blob)]
    found += [(f"page {one.pk}", one.blob) for one in returned.pages.all()]
    found += [(f"page {one.number} of the scan", one.blob) for one in returned.scan.all()]
    for page in returned.compared.all():
        for digest in (page.printed_blob, page.returned_blob, page.difference_blob):
            found.append((f"page {page.number} compared", digest))
    for what, digest in found:
        if digest:
            yield f"{what} of return {returned.pk}", digest


def gone(pks: Iterable[UUID]) -> set[UUID]:
    """The logs of orders whose rows are gone."""
    wanted = set(pks)
    there = set(WorkOrder.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    topics = [f"{TOPIC}{pk}" for pk in wanted - there]
    if not topics:
        return set()
    # With every log named, the ledger's own index finds them.
    logs = list(Log.objects.values_list("name", flat=True))
    return set(Entry.objects.filter(log__in=logs, topic__in=topics).values_list("log_id", flat=True))


def unreadable(case: Case) -> Iterator[Finding]:
    """I1, I6 and I8: each file named by a row is there, and has the bytes its name says; so has each envelope.

    Read them after the moment: files do not change, and reading takes time.
    """
    for digest, what in {digest: what for what, digest in case.files()}.items():
        try:
            home.blobs().get(digest)
        except BlobMissing as problem:
            there = home.blobs().exists(digest)
            yield case.finding("I6" if there else "I1", f"{what}: {problem}")
    for capture in case.captures:
        try:
            envelope = envelopes.read(json.loads(bytes(capture.envelope)))
        except (ValueError, envelopes.BadEnvelope):
            envelope = None
        if envelope is None or envelope.header_digest != capture.header_digest:
            yield case.finding(
                "I8", f"the envelope of capture no. {capture.number} is not what the phone sealed"
            )


def load(pks: Iterable[UUID], logs: Iterable[UUID] = (), *, prove: bool = True) -> list[Case]:
    """Read orders whole, in a constant number of queries; `logs` are those of orders whose rows may be gone.

    Without `prove` their entries are not proven: who has just recomputed them need not.
    """
    cases = {pk: Case(pk) for pk in pks}
    for order in WorkOrder.objects.filter(pk__in=cases):
        cases[order.pk].order = order
    told_in = {one.order.organisation_id for one in cases.values() if one.order} | set(logs)
    _entries(cases, told_in)
    _rows(cases)
    newest = {log: _newest(log) for log in told_in} if prove else {}
    for case in cases.values():
        if case.entries:
            case.checkpoint = newest.get(case.entries[0].log_id)
    return list(cases.values())


def _newest(log: UUID) -> Checkpoint | None:
    """The newest checkpoint over entries that are there; one over more of them is the log's own trouble."""
    signed = Checkpoint.objects.filter(log=log, size__lte=F("log__size")).select_related("log")
    return signed.order_by("-size").first()


def _entries(cases: dict[UUID, Case], logs: set[UUID]) -> None:
    topics = {one.topic: one for one in cases.values()}
    # With the log named, the ledger's own index finds them.
    rows = Entry.objects.filter(log__in=logs, topic__in=list(topics)).select_related("personal", "cause")
    found = {one.pk: one for one in rows}
    # Sorted here: asked to sort, SQLite reads the whole log in order instead of using the index by topic.
    for entry in sorted(found.values(), key=lambda one: one.index):
        topics[entry.topic].entries.append(entry)
    for run in Run.objects.filter(entry__in=list(found)):
        run.entry = found[run.entry_id]
        topics[run.entry.topic].runs.append(run)
    for letter in Delivery.objects.filter(topic__in=list(topics)).defer("body"):
        topics[letter.topic].letters.append(letter)


def _rows(cases: dict[UUID, Case]) -> None:
    pks = list(cases)

    def put(name: str, rows: Iterable[Any], of: Callable[[Any], UUID]) -> None:
        for row in rows:
            getattr(cases[of(row)], name).append(row)

    def in_request(row: Any) -> UUID:
        found: UUID = row.signoff.order_id
        return found

    asked = {"signoff__order__in": pks}
    put("signoffs", SignOff.objects.filter(order__in=pks), lambda row: row.order_id)
    put("parties", Party.objects.filter(**asked).select_related("signoff"), in_request)
    put("snapshots", Snapshot.objects.filter(**asked).select_related("signoff"), in_request)
    put("decisions", Decision.objects.filter(**asked).select_related("signoff").order_by("id"), in_request)
    put("signatures", Signature.objects.filter(**asked).select_related("signoff", "snapshot"), in_request)
    put("copies", SealedCopy.objects.filter(**asked).select_related("signoff"), in_request)
    put(
        "papers",
        Paper.objects.filter(party__signoff__order__in=pks).select_related("party__signoff"),
        lambda row: row.party.signoff.order_id,
    )
    put(
        "invitations",
        Invitation.objects.filter(party__signoff__order__in=pks).select_related("party__signoff"),
        lambda row: row.party.signoff.order_id,
    )
    put(
        "returns",
        Return.objects.filter(party__signoff__order__in=pks)
        .select_related("party__signoff")
        .prefetch_related("files", "pages", "scan", "compared"),
        lambda row: row.party.signoff.order_id,
    )
    put("comments", Comment.objects.filter(order__in=pks), lambda row: row.order_id)
    put("disputes", Dispute.objects.filter(**asked).select_related("signoff"), in_request)
    put(
        "photos",
        DisputePhoto.objects.filter(dispute__signoff__order__in=pks).select_related("dispute__signoff"),
        lambda row: row.dispute.signoff.order_id,
    )
    put(
        "photo_copies",
        PhotoCopy.objects.filter(photo__dispute__signoff__order__in=pks).select_related(
            "photo__dispute__signoff"
        ),
        lambda row: row.photo.dispute.signoff.order_id,
    )
    put("checklists", ChecklistConfirmation.objects.filter(order__in=pks), lambda row: row.order_id)
    put("work_photos", Photo.objects.filter(order__in=pks), lambda row: row.order_id)
    put("verifications", Verification.objects.filter(order__in=pks), lambda row: row.order_id)
    put("attempts", Attempt.objects.filter(order__in=pks), lambda row: row.order_id)
    put(
        "invoices",
        Invoice.objects.filter(order__in=pks).prefetch_related("lines"),
        lambda row: row.order_id,
    )
    _captures(cases.values())


def _captures(cases: Iterable[Case]) -> None:
    told = {
        entry.content["fact"]["capture"]: case
        for case in cases
        for entry in case.entries
        if entry.kind.startswith("capture.")
    }
    for row in Capture.objects.filter(pk__in=list(told)).defer("envelope") if told else ():
        told[str(row.pk)].captures.append(row)


def by(rows: Iterable[Any], key: Callable[[Any], Any]) -> dict[Any, list[Any]]:
    """Rows by a key, in their order."""
    found = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return dict(found)
