"""How a signature came about beyond the link: where, when, on whose device, and how the customer showed who they are.

The secret: all of it is gathered before the act, goes into the record as it is, and every check that failed or could
not be made is a doubt. A signature with doubts is valid, and waits for a manager (decisions 4 and 11).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from paraph.evidence import ledger
from paraph.lib.actor import Actor
from paraph.signoff.field_facts import DOUBTS as DOUBTS
from paraph.signoff.field_facts import IdentityChecked, IdentityFailed, PresenceRecorded
from paraph.signoff.models import Party


@dataclass(frozen=True)
class Circumstances:
    """What surrounds one signature, as it goes into the record (docs/evidence-format.md); None: not recorded.

    `place`: what `presence.judge` returns. `device`, `witness`: whose phone, and who held it. `identity`: what
    `identity` returned, one a check, passed or not. `clock`: claimed by the phone and found here. `capture`: the sealed
    envelope it came in. `doubts`: codes of `DOUBTS`.
    """

    place: dict[str, Any] | None = None
    device: dict[str, Any] | None = None
    witness: dict[str, Any] | None = None
    identity: tuple[dict[str, Any], ...] = ()
    clock: dict[str, Any] | None = None
    capture: dict[str, Any] | None = None
    doubts: tuple[str, ...] = ()

    @property
    def told(self) -> dict[str, Any]:
        """The members of the record they fill."""
        found = {
            "place": self.place,
            "device": self.device,
            "witness": self.witness,
            "clock": self.clock,
            "capture": self.capture,
        }
        return {key: value for key, value in found.items() if value is not None or key in {"place", "device"}}


NOTHING = Circumstances()


def record(party: Party, found: Circumstances, *, by: Actor) -> None:
    """Record each check and the place, inside the caller's transaction; the order is held."""
    signoff = party.signoff
    facts: list[Any] = [
        (IdentityChecked if one["passed"] else IdentityFailed)(
            signoff=str(signoff.pk), party=str(party.pk), check=one["kind"], why=one.get("why") or ""
        )
        for one in found.identity
    ]
    if found.place is not None:
        facts.append(
            PresenceRecorded(
                signoff=str(signoff.pk),
                party=str(party.pk),
                verdict=found.place["verdict"],
                distance_m=found.place["distance_m"],
                accuracy_m=_whole(found.place["accuracy_m"]),
            )
        )
    for one in facts:
        ledger.append(one, log=str(signoff.organisation_id), topic=signoff.order.topic, by=by)


def _whole(metres: float | None) -> int | None:
    """The record has the fraction, too."""
    return None if metres is None else math.ceil(metres)
