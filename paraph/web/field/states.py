"""What became of a capture, in the words of the phone that sealed it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from paraph.capture import facts
from paraph.capture.models import Capture, State
from paraph.people.models import Device
from paraph.signoff import circumstances
from paraph.signoff.models import Verdict, Verification

MOST = 50  # of one phone, the newest: what a list can show


def newest(device: Device) -> QuerySet[Capture]:
    """The captures of a phone that it still shows, the last one first."""
    return known().filter(device=device).order_by("-number")[:MOST]


def one(device: Device, pk: str) -> Capture | None:
    """One capture of a phone."""
    try:
        return known().filter(device=device, pk=UUID(pk)).first()
    except ValueError:
        return None


def known() -> QuerySet[Capture]:
    """Captures with what `describe` reads."""
    return Capture.objects.select_related("signature__verification")


def describe(capture: Capture) -> dict[str, Any]:
    """``{"id", "state", "reasons"}``: sent, approved, verification, filed, held or refused, and why in sentences."""
    doubted = _verification(capture)
    state = _state(capture, doubted)
    return {"id": str(capture.pk), "state": state, "reasons": _reasons(capture, state, doubted)}


def words(reasons: tuple[str, ...]) -> list[str]:
    """Why an envelope was not taken."""
    return [str(facts.why(one)) for one in reasons]


def _state(capture: Capture, doubted: Verification | None) -> str:
    if capture.state in {State.HELD, State.REFUSED}:
        return str(capture.state)
    if capture.state == State.DISCARDED or (doubted and doubted.verdict == Verdict.REJECTED):
        return "refused"
    if capture.state == State.RECEIVED:
        return "sent"
    if capture.signature_id is None:
        return "filed"
    return "verification" if doubted and doubted.verdict == Verdict.WAITING else "approved"


def _reasons(capture: Capture, state: str, doubted: Verification | None) -> list[str]:
    if capture.state == State.DISCARDED:
        return [capture.sentence]
    if doubted is not None and state == "verification":
        return [str(circumstances.DOUBTS.get(one, one)) for one in doubted.doubts]
    if doubted is not None and state == "refused":
        return [doubted.sentence] if doubted.sentence else []
    return words(tuple(capture.reasons))


def _verification(capture: Capture) -> Verification | None:
    return getattr(capture.signature, "verification", None) if capture.signature_id else None
