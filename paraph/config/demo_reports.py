"""What the demo company finished: one service report was mailed and waits, one is accepted but for a line (S1-08)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from paraph.config import demo_acts
from paraph.config.demo_acts import Make
from paraph.people.models import Member, Role
from paraph.signoff import ceremonies, invitations, requests
from paraph.signoff.models import Ask, Choice, Invitation, View
from paraph.work import checklists, orders
from paraph.work.models import WorkOrder

PUMP: dict[str, Any] = {
    "title": "Pompstation nazien",
    "object": "Rioolgemaal 4",
    "customer": ("Waterbeheer De Vliet", "Sluisweg 8\n4381 NR Vlissingen"),
    "contacts": [
        {
            "name": "Hanneke Smit",
            "title": "Beheerder",
            "email": "hanneke@devliet.example",
            "language": "nl",
        }
    ],
    "site": ("Rioolgemaal 4", "Havendijk 60\n4381 NC Vlissingen"),
    "notes": "",
    "rate": 8800,
    "tax": "21",
    "items": [
        ("Pomp 2 trilt", "Lagers vervangen en uitgelijnd.", "PMP-3", "4", [("Lager", "6205-2RS", "2", 1850)]),
        ("Vlotter hangt", "Gereinigd en afgesteld.", "PMP-7", "0.5", []),
    ],
}
DOOR: dict[str, Any] = {
    "title": "Automatic door",
    "object": "Main entrance",
    "customer": ("Seaview Hotel", "Boulevard 12\n4381 KA Vlissingen"),
    "contacts": [
        {"name": "Carol Flint", "title": "Manager", "email": "carol@seaview.example", "language": "en"}
    ],
    "site": ("Main entrance", "Boulevard 12\n4381 KA Vlissingen"),
    "notes": "",
    "rate": 7600,
    "tax": "21",
    "items": [
        ("Door closes too fast", "Drive adjusted, force measured.", "DOR-2", "1", []),
        (
            "Sensor blind on the left",
            "Sensor replaced.",
            "DOR-5",
            "1.5",
            [("Radar sensor", "RS-40", "1", 14900)],
        ),
        ("Paint on the frame", "Touched up.", "DOR-9", "0.5", [("Paint, 0.25 l", "RAL 9010", "1", 1250)]),
    ],
}


def play(open_order: Make, staff: dict[Any, Member], hours: int) -> None:
    """Two jobs are done; the first customer has the report, the second accepted all but the paint."""
    pump, door = open_order(PUMP), open_order(DOOR)
    _work(pump, ("4.5", "0.25"), staff[Role.TECHNICIAN])
    _work(door, ("1.25", "2", "0.5"), staff[Role.TECHNICIAN])
    _send(pump, staff[Role.MANAGER], hours, "Zoals vanmorgen besproken bij het gemaal.")
    entry = _send(door, staff[Role.MANAGER], hours, "")
    last = orders.lines_of(orders.load(door.pk))[-1]
    ceremonies.decide(entry, last.pk, Choice.REJECTED, by=demo_acts.who(entry))
    demo_acts.sign(entry)


def _work(order: WorkOrder, hours: tuple[str, ...], technician: Member) -> None:
    """The technician writes down the hours, and goes through the checklist."""
    worked = {number: {"actual_hours": Decimal(spent)} for number, spent in enumerate(hours, start=1)}
    order = demo_acts.write(order, worked, technician)
    keys = [one.key for one in checklists.of(orders.load(order.pk))]
    checklists.confirm(order, keys, by=technician, actor=technician.actor)


def _send(order: WorkOrder, manager: Member, hours: int, text: str) -> Invitation:
    asks = [(one, Ask.AUTHORISE) for one in order.contacts.all()]
    party = requests.ask(order, asks, by=manager.actor, view=View.REPORT).parties.get()
    entry = invitations.send(party, view=View.REPORT, by=manager, actor=manager.actor, hours=hours, text=text)
    assert entry is not None
    return entry
