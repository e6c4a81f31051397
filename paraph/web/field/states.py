"""What became of a capture, in the words of the phone that sealed it."""

from __future__ import annotations

from typing import Any

from paraph.capture.models import Capture, State
from paraph.signoff import circumstances
from paraph.signoff.models import Verdict, Verification


def describe(capture: Capture) -> dict[str, Any]:
    """``{"id", "state", "reasons"}``: sent, approved, verification, filed, held or refused, and why in sentences."""
    doubted = _verification(capture)
    state, reasons = _state(capture, doubted), list(capture.reasons)
    if state == "verification" and doubted is not None:
        reasons = [str(circumstances.DOUBTS.get(one, one)) for one in doubted.doubts]
    return {"id": str(capture.pk), "state": state, "reasons": [str(one) for one in reasons]}


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


def _verification(capture: Capture) -> Verification | None:
    return getattr(capture.signature, "verification", None) if capture.signature_id else None
