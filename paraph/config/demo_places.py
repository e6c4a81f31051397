"""What the demo company's customers signed on site: one far from it, which a manager must see, and one seen already."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from paraph.config import demo_acts
from paraph.config.demo_acts import Mail, Make
from paraph.lib import clock
from paraph.people import sites
from paraph.people.models import Member, Role
from paraph.signoff import policies, presence, verifying
from paraph.signoff.circumstances import Circumstances
from paraph.signoff.models import Verification
from paraph.work.models import WorkOrder

CRANE: dict[str, Any] = {
    "title": "Tower crane, yearly check",
    "object": "Crane K2",
    "customer": ("Bouwbedrijf Zeeman", "Havenweg 4\n4382 NM Vlissingen"),
    "contacts": [
        {"name": "Ruud Zeeman", "title": "Foreman", "email": "ruud@zeeman.example", "language": "nl"}
    ],
    "site": ("Marina quay", "Boulevard 9\n4381 KA Vlissingen"),
    "notes": "",
    "rate": 8900,
    "tax": "21",
    "items": [
        (
            "Hoist cable worn at the drum",
            "Replace cable.",
            "CRA-3",
            "6",
            [("Steel cable, 40 m", "SC-40", "1", 41200)],
        )
    ],
}
PUMP: dict[str, Any] = {
    "title": "Pompe de relevage",
    "object": "Pompe P-3",
    "customer": ("Camping Les Dunes", "Rue de la Plage 2\n59123 Bray-Dunes"),
    "contacts": [
        {
            "name": "Hélène Marchand",
            "title": "Gérante",
            "email": "helene@lesdunes.example",
            "language": "fr",
        }
    ],
    "site": ("Station de pompage", "Rue de la Plage 2\n59123 Bray-Dunes"),
    "notes": "",
    "rate": 7800,
    "tax": "20",
    "items": [
        ("Clapet bloqué", "Nettoyer et régler.", "POM-1", "1.5", [("Joint de clapet", "JC-8", "2", 1450)])
    ],
}
CRANE_AREA = sites.AreaDraft(51.4425, 3.5736, 150)
PUMP_AREA = sites.AreaDraft(
    polygon=((51.0752, 2.5171), (51.0752, 2.5189), (51.0764, 2.5189), (51.0764, 2.5171))
)


def play(make: Make, ask: Mail, staff: dict[Any, Member]) -> None:
    """The foreman signed a good way from the quay; the manager telephoned the camping about the other one."""
    manager, technician = staff[Role.MANAGER], staff[Role.TECHNICIAN]
    _signed(_at(make(CRANE), CRANE_AREA, manager), ask, manager, technician, (51.4464, 3.5736, 22.0))
    found = _signed(_at(make(PUMP), PUMP_AREA, manager), ask, manager, technician, (51.0742, 2.518, 35.0))
    said = "J'ai appelé : elle a signé à l'accueil, la pompe est au bout du terrain."
    verifying.verify(found, sentence=said, by=manager, actor=manager.actor)


def _at(order: WorkOrder, area: sites.AreaDraft, manager: Member) -> WorkOrder:
    assert order.site
    order.site = sites.put_area(order.site, area, by=manager, actor=manager.actor)
    return order


def _signed(
    order: WorkOrder,
    ask: Mail,
    manager: Member,
    technician: Member,
    told: tuple[float, float, float],
) -> Verification:
    """All lines approved and signed for, the phone standing there."""
    invitation = ask(order, manager, "")
    now = clock.now()
    place = {
        "latitude": told[0],
        "longitude": told[1],
        "accuracy_m": told[2],
        "at": clock.iso(now - timedelta(seconds=4)),
        "source": "gps of the technician's device",
    }
    judged = presence.judge(place, order.site, now)
    claimed = {name: clock.iso(now) for name in presence.STEPS}
    policy = policies.of(order)
    clocks, doubts = presence.clock_findings(claimed, arrived=now, late_hours=policy.late_hours)
    around = Circumstances(
        place=judged,
        witness={"member": str(technician.pk), "name": technician.user.name},
        clock=clocks,
        doubts=(*presence.doubts(judged, policy), *doubts),
    )
    signature = demo_acts.sign(invitation, circumstances=around)
    return Verification.objects.get(signature=signature)
