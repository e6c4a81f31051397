"""What the demo company's customers said was wrong: one dispute is open, with a photo; one is resolved."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image, ImageDraw

from paraph.config import demo_acts
from paraph.config.demo_acts import Mail, Make
from paraph.lib import clock
from paraph.people.models import Member, Role
from paraph.signoff import dispute_photos, disputes, outcomes
from paraph.signoff.models import Invitation
from paraph.work import orders

GATE: dict[str, Any] = {
    "title": "Sliding gate",
    "object": "Gate west, Kade 18",
    "customer": ("Havenloods Bos", "Kade 22\n4389 PA Ritthem"),
    "contacts": [
        {"name": "Piet Bos", "title": "Owner", "email": "piet@havenloods.example", "language": "en"}
    ],
    "site": ("Gate west", "Kade 22\n4389 PA Ritthem"),
    "notes": "",
    "rate": 7200,
    "tax": "21",
    "items": [
        (
            "Rail bent over two metres",
            "Straighten and paint.",
            "GAT-2",
            "5",
            [("Primer, 1 l", "P-700", "1", 2400)],
        ),
        (
            "Drive does not stop",
            "Replace limit switch.",
            "GAT-4",
            "1",
            [("Limit switch", "LS-12", "1", 6100)],
        ),
    ],
}
COOLING: dict[str, Any] = {
    "title": "Koelcel nazien",
    "object": "Koelcel 2",
    "customer": ("Slagerij De Vries", "Dorpsstraat 5\n4331 AB Middelburg"),
    "contacts": [
        {
            "name": "Anke de Vries",
            "title": "Eigenaar",
            "email": "anke@slagerijdevries.example",
            "language": "nl",
        }
    ],
    "site": ("Winkel", "Dorpsstraat 5\n4331 AB Middelburg"),
    "notes": "",
    "rate": 7000,
    "tax": "21",
    "items": [("Deurrubber lek", "Rubber vervangen.", "KOE-1", "2", [("Deurrubber", "DR-210", "1", 8800)])],
}


def play(make: Make, ask: Mail, staff: dict[Any, Member]) -> None:
    """The gate's owner shows what is wrong; the butcher's question was explained; at the gate nobody was there once."""
    manager, technician = staff[Role.MANAGER], staff[Role.TECHNICIAN]
    gate = ask(make(GATE), manager, "")
    order = gate.party.signoff.order
    outcomes.record(
        order,
        outcome="nobody_there",
        reason="The yard was closed at noon.",
        at=clock.now(),
        by=technician,
        actor=technician.actor,
    )
    found = _said(gate, "The rail is still bent. A car cannot pass; see the photo.", (1,))
    dispute_photos.add_by_customer(found, gate, _photo(), by=demo_acts.who(gate))
    disputes.answer(found, text="We come on Thursday and measure it.", by=technician, actor=technician.actor)
    cooling = ask(make(COOLING), manager, "")
    settled = _said(cooling, "Het rubber was toch onder garantie?", ())
    disputes.resolve(
        settled,
        resolution="explained",
        text="De garantie liep in maart af; wij rekenen alleen het rubber, niet de voorrijkosten.",
        by=manager,
        actor=manager.actor,
    )


def _said(invitation: Invitation, reason: str, numbers: tuple[int, ...]) -> Any:
    lines = orders.lines_of(orders.load(invitation.party.signoff.order_id))
    chosen = [one.pk for one in lines if one.number in numbers]
    return disputes.dispute(invitation, reason=reason, items=chosen, by=demo_acts.who(invitation))


def _photo() -> bytes:
    """A bent rail, drawn."""
    picture = Image.new("RGB", (960, 640), (196, 202, 206))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 430, 960, 640), fill=(120, 116, 108))
    for shift in (0, 34):
        rail = [
            (0, 470 + shift),
            (330, 470 + shift),
            (480, 530 + shift),
            (640, 466 + shift),
            (960, 470 + shift),
        ]
        pen.line(rail, fill=(72, 78, 84), width=16, joint="curve")
    pen.ellipse((400, 440, 570, 620), outline=(196, 40, 32), width=8)
    found = io.BytesIO()
    picture.save(found, "JPEG", quality=85)
    return found.getvalue()
