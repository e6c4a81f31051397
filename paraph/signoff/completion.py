"""All have acted: the sealed copy.

The secret: signed means sealed. The document is rendered, sealed and stored *before* the transaction that records the
last signature, and that transaction records both. Only when the seal cannot be made is the sign-off *complete* with a
visible fault, and `seal_pending` finishes it from the rows alone (evidence.md, "The seal").
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from paraph.evidence import ledger
from paraph.evidence.models import Entry
from paraph.lib import canonical, clock, crash, home
from paraph.lib.actor import SYSTEM, Actor
from paraph.lib.blobs import BlobMissing
from paraph.lib.keyfile import KeyFileMissing
from paraph.sealing import keys as sealing_keys
from paraph.sealing.errors import KeyMissing, KeyUnusable, RenderFailed, SealingError
from paraph.sealing.render import render
from paraph.sealing.seal import seal
from paraph.sealing.timestamp import ExternalAuthority, Timestamper
from paraph.signoff import (
    ceremonies,
    identity,
    methods,
    passkeys,
    policies,
    printing,
    record,
    reporting,
    requests,
    scans,
    subjects,
    superseding,
    verifying,
)
from paraph.signoff import circumstances as surroundings
from paraph.signoff import consent as consents
from paraph.signoff.circumstances import NOTHING, Circumstances
from paraph.signoff.errors import NotReviewed, Unusable
from paraph.signoff.facts import NOT_LAST, CopyDeferred, CopySealed, SignoffCompleted
from paraph.signoff.models import (
    Ask,
    Ceremony,
    Choice,
    Party,
    Return,
    Rule,
    SealedCopy,
    Signature,
    SignOff,
    Snapshot,
    State,
)
from paraph.work.models import WorkOrder

log = logging.getLogger(__name__)
MAX_NAME = 200
# What was signed under these authorises nothing of what the order says now.
OVER = (State.SUPERSEDED, State.REJECTED, State.WITHDRAWN, State.DECLINED)
REASONS: tuple[tuple[type[Exception], str], ...] = (
    (KeyMissing, "key_missing"),
    (KeyUnusable, "key_unusable"),
    (RenderFailed, "render_failed"),
    (SealingError, "seal_failed"),
    (OSError, "store_failed"),
    (BlobMissing, "store_failed"),
)


@dataclass(frozen=True)
class Sealing:
    """The outcome of trying to seal: a stored blob, or the reason why not."""

    blob: str = ""
    size: int = 0
    timestamped: bool = False
    fault: str = ""


def sign(
    ceremony: Ceremony,
    *,
    name: str,
    role: str,
    consent: str,
    language: str,
    method: str,
    mark: str,
    by: Actor,
    circumstances: Circumstances = NOTHING,
) -> Signature:
    """Sign: consent, document, seal, and one transaction that records them (S3-29, S3-30).

    `consent` is the digest of the sentence ticked; `mark` what the method's field held; doubts in `circumstances` make
    it wait for a manager. Raises `Unusable` for input
    before anything happens, and the refusals of `ceremonies`. A lost answer is repaired by calling again: `review`
    and this verb then raise `AlreadySigned` with the signature that exists.
    """
    name, role = _clean("name", name, required=True), _clean("role", role)
    circumstances = _with_doubts(ceremony, circumstances)
    proof = methods.check(method, mark)
    if not consent:
        raise Unusable("consent", _("Tick the statement to agree with it."))
    ceremony = ceremonies.consent(ceremony, digest=consent, language=language, by=by)
    agreed = consents.sentence(ceremony.snapshot, language)
    if agreed.digest != consent:
        raise NotReviewed
    items = ceremonies.authorised_by(ceremony.snapshot.facts)
    at, signature_id = clock.now(), uuid.uuid4()
    told = record.build(
        ceremony,
        signature_id=signature_id,
        name=name,
        role=role,
        proof=proof,
        consent=agreed,
        items=items,
        at=at,
        by=by,
        circumstances=circumstances,
    )
    act = ceremonies.Act(signature_id, method, items, told, at)
    sealing = prepare(ceremony, told, language)
    with transaction.atomic():
        subjects.hold(ceremony.party.signoff.order_id)
        surroundings.record(ceremony.party, circumstances, by=by)
        signature = conclude(ceremony, act, sealing, by=by, doubts=circumstances.doubts)
        crash.point("sign.before_commit")
    crash.point("sign.committed")
    return signature


def _with_doubts(ceremony: Ceremony, found: Circumstances) -> Circumstances:
    """What the policy asks is asked here, so that no face can forget it (security.md line 19)."""
    asked = identity.doubts(found.identity, policies.of(ceremony.party.signoff.order))
    return replace(found, doubts=tuple(dict.fromkeys((*found.doubts, *asked))))


def prepare(ceremony: Ceremony, told: dict[str, Any], language: str) -> Sealing | None:
    """Seal the document with the record `told` in it, before anything is recorded; None when others must sign yet."""
    signoff = ceremony.party.signoff
    if _still_to_act(signoff, but=ceremony.party):
        return None
    return _seal(signoff, ceremony.snapshot, [*_records(signoff), told], language)


def conclude(
    ceremony: Ceremony,
    act: ceremonies.Act,
    sealing: Sealing | None,
    *,
    by: Actor,
    cause: Entry | None = None,
    doubts: Sequence[str] = (),
) -> Signature:
    """Record a signature and all that follows from it, inside the caller's transaction; raises as `ceremonies.sign`.

    `sealing` is what `prepare` returned.
    """
    signoff = ceremony.party.signoff
    signature = ceremonies.sign(ceremony, act, by=by, cause=cause)
    # Before the request is complete: the rules that follow that read whether it waits for a manager.
    verifying.doubt(signature, doubts)
    if not _still_to_act(signoff):
        _complete(signoff, ceremony.snapshot, sealing or Sealing(fault=NOT_LAST), signature)
    elif signoff.rule == Rule.IN_TURN:
        _pass_on(signoff)
    _witness(signature)
    return signature


def seal_pending(fault: str = "") -> int:
    """Seal what is complete but not sealed, as soon as the fault is gone (I7). Returns how many were sealed.

    With a `fault`, only what waits for that reason.
    """
    done = 0
    pending = SignOff.objects.filter(state=State.COMPLETE, **({"seal_fault": fault} if fault else {}))
    for signoff in pending.select_related("order__organisation"):
        last = signoff.signatures.select_related("snapshot").order_by("signed_at").last()
        if last is None:
            continue
        sealing = _seal(signoff, last.snapshot, _records(signoff), last.record["consent"]["language"])
        with transaction.atomic():
            subjects.hold(signoff.order_id)
            signoff.refresh_from_db()
            if signoff.state != State.COMPLETE:
                continue
            if sealing.fault:
                SignOff.objects.filter(pk=signoff.pk).update(seal_fault=sealing.fault)
                continue
            _store(signoff, sealing, late=True)
            superseding.judge(signoff.order_id)  # the order may have changed while the seal was pending
            ledger.checkpoint(str(signoff.organisation_id), force=True)
        done += 1
    return done


def printed(order: WorkOrder, view: str, language: str, *, signoff: SignOff | None = None) -> bytes:
    """The PDF behind *Print*: the sealed copy once there is one, else the present state with a signature block.

    The block is there while something is pending (S3-35); signatures given so far stand in it (S3-36), but none of a
    request that is over: they authorise nothing of what stands here now. Raises
    `RenderFailed`, and `lib.blobs.BlobMissing` when the stored copy is gone.
    """
    if signoff is not None and signoff.state == State.SEALED:
        return signoff.sealed_copy.read()
    if signoff is not None and signoff.state in OVER:
        signoff = None
    content = subjects.present(order, view)
    digest = canonical.digest(content)
    invited = [f"{one.contact.name}" for one in signoff.parties.select_related("contact")] if signoff else []
    return _render(order, content, digest, _records(signoff) if signoff else [], language, contact=invited)


def keyset() -> sealing_keys.Keyset:
    """The installation's seal and time-stamp keys; raises `KeyMissing` or `KeyUnusable`. Notices a changed file."""
    folder = home.keys()
    stamps = tuple(sorted((path.name, path.stat().st_mtime_ns) for path in folder.glob("*.pem")))
    return _keyset(folder, stamps)


def authority() -> Timestamper | None:
    """The configured RFC 3161 authority; None for the embedded one."""
    if not settings.PARAPH_TSA_URL:
        return None
    return ExternalAuthority(settings.PARAPH_TSA_URL, Path(settings.PARAPH_TSA_ROOTS).read_bytes())


@lru_cache(maxsize=2)
def _keyset(folder: Path, stamps: tuple[tuple[str, int], ...]) -> sealing_keys.Keyset:
    return sealing_keys.load(folder)


def _seal(signoff: SignOff, snapshot: Snapshot, records: Sequence[dict[str, Any]], language: str) -> Sealing:
    """Render, seal, store. Never raises for what the worker can repair later: the signature matters more."""
    try:
        keys = keyset()
        pdf = _render(signoff.order, snapshot.facts, snapshot.digest, records, language)
        crash.point("pdf.rendered")
        reason = consents.meaning(snapshot.facts, language)
        sealed = seal(pdf, keys, reason=reason, at=clock.now(), timestamper=authority())
        crash.point("pdf.sealed")
        blob = home.blobs().put(sealed.bytes)
    except (SealingError, OSError, BlobMissing) as problem:
        log.exception("sign-off %s could not be sealed", signoff.pk)
        return Sealing(fault=next(reason for kind, reason in REASONS if isinstance(problem, kind)))
    return Sealing(blob, len(sealed.bytes), sealed.timestamped)


def _render(
    order: WorkOrder,
    content: dict[str, Any],
    digest: str,
    records: Sequence[dict[str, Any]],
    language: str,
    contact: Sequence[str] = (),
) -> bytes:
    organisation = order.organisation
    at = clock.parse(records[-1]["signed_at"]) if records else clock.now()
    scanned = [scans.of(one, number) for number, one in enumerate(records, start=1) if "paper" in one]
    paper = printing.work_order(
        content,
        language=language,
        zone=organisation.time_zone,
        at=at,
        records=records,
        contact=[one["signer"]["invited_as"] for one in records] or contact,
        digest=digest,
        accent=organisation.accent,
        verify=f"{settings.PARAPH_ORIGIN}/proof/",
        scans=[page for one in scanned for page in one.pages],
    )
    attachments = {
        "record.json" if number == 1 else f"record-{number}.json": canonical.dumps(one)
        for number, one in enumerate(records, start=1)
    }
    for number, told in enumerate(records, start=1):
        attachments |= _webauthn(told, number)
    for one in scanned:
        attachments[one.name] = one.pdf
    pictures = {name: picture for one in scanned for name, picture in one.pictures.items()}
    pictures |= reporting.pictures(order, content)
    return render("work_order", paper, attachments=attachments, pictures=pictures, at=at, language=language)


def _webauthn(record: dict[str, Any], number: int) -> dict[str, bytes]:
    """What a phone signed, as files that a stranger checks with openssl (evidence.md R3, R4)."""
    prefix = "webauthn" if number == 1 else f"webauthn-{number}"
    found = [one for one in record["invitation"]["checks"] if one.get("public_key")]
    return {f"{prefix}-{name}": data for one in found[-1:] for name, data in passkeys.decoded(one).items()}


def _complete(signoff: SignOff, snapshot: Snapshot, sealing: Sealing, signature: Signature) -> None:
    """Everybody has acted: record it, and the sealed copy with it, or the fault that keeps it pending."""
    choices = [one["decision"] for one in snapshot.facts["items"] if not one["authorised"]]
    signoff.state, signoff.completed_at, signoff.seal_fault = (
        State.COMPLETE,
        signature.signed_at,
        sealing.fault,
    )
    signoff.save(update_fields=["state", "completed_at", "seal_fault"])
    Return.objects.filter(party__signoff=signoff).overtake()
    _append(
        signoff,
        SignoffCompleted(
            signoff=str(signoff.pk),
            approved=choices.count(Choice.APPROVED),
            rejected=choices.count(Choice.REJECTED),
            undecided=choices.count(Choice.PENDING),
        ),
    )
    if sealing.fault:
        _append(signoff, CopyDeferred(signoff=str(signoff.pk), reason=sealing.fault))
    else:
        _store(signoff, sealing, late=False)


def _store(signoff: SignOff, sealing: Sealing, *, late: bool) -> None:
    entry = _append(
        signoff,
        CopySealed(
            signoff=str(signoff.pk),
            digest=f"sha256:{sealing.blob}",
            timestamped=sealing.timestamped,
            late=late,
        ),
    )
    SealedCopy.objects.create(
        signoff=signoff,
        blob=sealing.blob,
        size=sealing.size,
        timestamped=sealing.timestamped,
        sealed_at=entry.at,
        entry=entry,
    )
    signoff.state, signoff.seal_fault = State.SEALED, ""
    signoff.save(update_fields=["state", "seal_fault"])


def _witness(signature: Signature) -> None:
    """Sign the ledger's root, so that the receipt can prove this signature at once (evidence.md 3).

    Without the log key the signature is kept; its receipt is made from a later checkpoint, when the key is back.
    """
    try:
        signature.checkpoint = ledger.checkpoint(str(signature.signoff.organisation_id), force=True)
    except KeyFileMissing:
        log.exception("no checkpoint for signature %s", signature.pk)
        return
    signature.save(update_fields=["checkpoint"])


def _append(signoff: SignOff, fact: Any) -> Any:
    return ledger.append(fact, log=str(signoff.organisation_id), topic=signoff.order.topic, by=SYSTEM)


def _pass_on(signoff: SignOff) -> None:
    party = requests.next_to_sign(signoff)
    if party is not None:
        requests.pass_turn(signoff, party)


def _still_to_act(signoff: SignOff, but: Party | None = None) -> bool:
    if signoff.rule == Rule.ANY_ONE:
        return False  # one of them is enough
    waiting = signoff.parties.filter(ask=Ask.AUTHORISE, acted_at=None)
    return (waiting.exclude(pk=but.pk) if but else waiting).exists()


def _records(signoff: SignOff) -> list[dict[str, Any]]:
    return [one.record for one in signoff.signatures.order_by("signed_at")]


def _clean(field: str, text: str, *, required: bool = False) -> str:
    text = " ".join(text.split())
    if required and not any(character.isalnum() for character in text):
        raise Unusable(field, _("Please enter your name."))
    if len(text) > MAX_NAME:
        raise Unusable(field, _("This is too long: at most 200 characters."))
    return text
