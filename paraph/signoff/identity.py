"""WHO signs: what a customer showed who they are by, and what of it is in doubt (S1-09, S1-24, decision 0033).

The secret: a check is made once for one act and its answer kept, so that filing the same envelope again, after a crash
too, finds the same answer and costs no try. Counting commits on its own: call `checks` and `prove` outside a
transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from paraph.lib import clock
from paraph.people.models import Contact
from paraph.people.passkeys import BadPasskey
from paraph.signoff import codes, passkeys, pins
from paraph.signoff.models import Ceremony, IdentityCheck, IdentityKind, OneTimeCode, Policy
from paraph.work.models import WorkOrder

MOST = 5  # checks in one act: more are no honest way to show who one is
MOST_KEPT = 20  # tries in one ceremony of the portal; what comes after is judged and forgotten
COUNTS = timedelta(minutes=30)  # so long after it was passed a check still belongs to this act


def checks(
    contact: Contact,
    order: WorkOrder,
    told: Sequence[Mapping[str, Any]],
    *,
    arrived_at: datetime,
    act: UUID,
) -> tuple[dict[str, Any], ...]:
    """Make the checks an envelope brings, in its order; the same `act` (the capture's id) again returns the same.

    `told`: `{"kind": "pin" | "code", "value": digits, "id": a code's id or None}` each. What is neither, or beyond
    `MOST`, has not passed. **Call it before the filing's transaction**: raises RuntimeError inside one, because a count
    that could be rolled back is none, and on SQLite nobody else could write it.
    """
    with transaction.atomic(durable=True):
        made = {one.number: one.told for one in IdentityCheck.objects.filter(act=act)}
    return tuple(
        made[number] if number in made else _make(contact, order, one, arrived_at, act, number)
        for number, one in enumerate(list(told)[:MOST])
    )


def prove(ceremony: Ceremony, kind: str, value: str) -> IdentityCheck | None:
    """Make one check in the portal: a PIN, a code, or what the contact's own phone answered.

    None for a phone's answer to nothing that was asked, and beyond `MOST_KEPT`: nothing is kept of those.

    Whether it passed stands in the answer; a check that passed counts for the session that made it, see `of`.
    """
    party, code = ceremony.party, None
    if kind == IdentityKind.OWN_PHONE:
        try:
            told = _by_own_phone(ceremony, value)
        except BadPasskey:
            return None
    elif kind == IdentityKind.CODE:
        order = party.signoff.order
        told, code = codes.check(party.contact, order, value, arrived_at=clock.now())
    else:
        told = pins.check(party.contact, value)
    if IdentityCheck.objects.filter(act=ceremony.pk).count() >= MOST_KEPT:
        return None
    return keep(party.contact, ceremony.pk, told, code=code)


def of(ceremony: Ceremony, mine: Iterable[str], *, consent: str) -> tuple[dict[str, Any], ...]:
    """The checks of a ceremony as the record holds them: each that failed, and those in `mine` that passed and count.

    `mine`: ids of checks this session made. A passkey counts for the snapshot and the sentence it signed alone.
    """
    ours, since = set(mine), clock.now() - COUNTS
    return tuple(
        one.told
        for one in IdentityCheck.objects.filter(act=ceremony.pk)
        if not one.passed or (str(one.pk) in ours and one.at >= since and _fits(one.told, ceremony, consent))
    )


def doubts(found: Iterable[Mapping[str, Any]], policy: Policy) -> tuple[str, ...]:
    """Codes of `circumstances.DOUBTS`. Of what the policy accepts any one suffices, whatever failed beside it.

    Where it asks for nothing, a check that failed is still a doubt, unless another one passed.
    """
    given = list(found)
    passed = {one["kind"] for one in given if one["passed"]}
    accepted = set(policy.identity) or {str(kind) for kind in IdentityKind}
    if passed & accepted:
        return ()
    failed = ("identity_failed",) if any(not one["passed"] for one in given) else ()
    return (*failed, *(("identity_missing",) if policy.identity else ()))


def keep(
    contact: Contact,
    act: UUID,
    told: dict[str, Any],
    *,
    number: int | None = None,
    code: OneTimeCode | None = None,
) -> IdentityCheck:
    """Keep the answer of one check, and spend the code it was given for; one spent meanwhile has not passed.

    Raises IntegrityError when this `number` of the act was answered already.
    """
    with transaction.atomic():
        if code is not None and not codes.spend(code):
            told = {**told, "passed": False, "why": "used"}
        return IdentityCheck.objects.create(
            contact=contact,
            act=act,
            number=number,
            kind=told["kind"],
            passed=told["passed"],
            told=told,
            at=clock.now(),
        )


def _by_own_phone(ceremony: Ceremony, answer: str) -> dict[str, Any]:
    try:
        return passkeys.proved(ceremony, answer)
    except passkeys.NotBelieved:
        now = clock.iso(clock.now())
        return {"kind": str(IdentityKind.OWN_PHONE), "passed": False, "why": "wrong", "at": now}


def _fits(told: Mapping[str, Any], ceremony: Ceremony, consent: str) -> bool:
    of = told.get("challenge_of")
    return of is None or (of["digest"] == ceremony.snapshot.digest and of["consent"] == consent)


def _make(
    contact: Contact, order: WorkOrder, one: Mapping[str, Any], arrived_at: datetime, act: UUID, number: int
) -> dict[str, Any]:
    answer, code = _judge(contact, order, one, arrived_at)
    try:
        kept: dict[str, Any] = keep(contact, act, answer, number=number, code=code).told
    except IntegrityError:  # the same envelope was filed at the same time, and the first answer counts
        kept = IdentityCheck.objects.get(act=act, number=number).told
    return kept


def _judge(
    contact: Contact, order: WorkOrder, one: Mapping[str, Any], arrived_at: datetime
) -> tuple[dict[str, Any], OneTimeCode | None]:
    kind, value = one.get("kind"), one.get("value")
    digits = value if isinstance(value, str) else ""
    if kind == IdentityKind.PIN:
        return pins.check(contact, digits), None
    if kind == IdentityKind.CODE:
        return codes.check(contact, order, digits, arrived_at=arrived_at, pk=_id(one.get("id")))
    name = kind[:20] if isinstance(kind, str) and kind.isascii() and kind.isprintable() else ""
    return {"kind": name or "unknown", "passed": False, "why": "unknown", "at": clock.iso(clock.now())}, None


def _id(value: Any) -> UUID | None:
    """The id of a code; one that is none means no code at all, never the newest."""
    if value is None:
        return None
    try:
        return UUID(str(value))
    except ValueError:
        return UUID(int=0)
