"""What the demo company's technicians pick from and confirm, and two photos of their work, drawn."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image, ImageDraw

from paraph.config import demo_orders
from paraph.people.models import Member
from paraph.work import lists, orders, photos
from paraph.work.models import OrderKind, WorkOrder

# Number, name, price in cents: what is on the shelf beside the parts that the demo's orders use.
PARTS = [
    ("156E66", "Main tyre 6.00-6, 6 ply", 16450),
    ("066-10500", "Brake lining", 1890),
    ("CH48110-1", "Oil filter", 3290),
    ("REM40E", "Spark plug, massive", 3960),
    ("BX-158", "Ring gasket BX-158", 21400),
    ("GV-3116", "Gate valve grease, 10 kg", 18600),
]
# Code, name, cents an hour.
CODES = [
    ("32-40", "Wheels and brakes", 9200),
    ("79-00", "Oil system", 9200),
    ("GAT-2", "Gate, mechanical", 7200),
    ("GAT-4", "Gate, electrical", 7200),
    ("WH-10", "Wellhead service", 11500),
]
# Text, in other languages; the last is for field tickets alone.
INSTALLED = (
    "All components are installed and work to the manufacturer’s specification.",
    {
        "nl": "Alle onderdelen zijn gemonteerd en werken volgens de specificatie van de fabrikant.",
        "fr": "Tous les composants sont installés et fonctionnent selon les spécifications du fabricant.",
    },
)
CLEAN = (
    "The place of work is clean and safe.",
    {"nl": "De werkplek is schoon en veilig.", "fr": "Le lieu de travail est propre et sûr."},
)
CLOSED = (
    "The well is closed and the pressure was tested.",
    {
        "nl": "De put is gesloten en de druk is getest.",
        "fr": "Le puits est fermé et la pression a été testée.",
    },
)


def define(manager: Member, ticket: OrderKind) -> None:
    """The parts list, the labour codes and the checklist."""
    by: dict[str, Any] = {"by": manager, "actor": manager.actor}
    for number, (name, price) in _stock().items():
        lists.put_part(None, number=number, name=name, unit_price=price, **by)
    for code, name, rate in CODES:
        lists.put_labour_code(None, code=code, name=name, hourly_rate=rate, **by)
    for (text, texts), kind in ((INSTALLED, None), (CLEAN, None), (CLOSED, ticket)):
        lists.put_point(None, text=text, texts=texts, kind=kind, **by)


def show(aircraft: WorkOrder, well: WorkOrder, technician: Member) -> None:
    """A photo of the worn tyre, and one of the well."""
    by: dict[str, Any] = {"by": technician, "actor": technician.actor}
    [tyre, *_others] = orders.lines_of(orders.load(aircraft.pk))
    photos.add(aircraft, _tyre(), item=tyre, caption="The cord shows on the outer shoulder.", **by)
    photos.add(well, _well(), caption="Wellhead after the service.", **by)


def _stock() -> dict[str, tuple[str, int]]:
    """Name and price by number: of every part that has one."""
    used = [part for order in demo_orders.ORDERS for item in order["items"] for part in item[4]]
    found = {number: (name, price) for name, number, _count, price in used if number}
    return found | {number: (name, price) for number, name, price in PARTS}


def _tyre() -> bytes:
    """A worn tyre."""
    picture = Image.new("RGB", (960, 640), (206, 202, 194))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 540, 960, 640), fill=(150, 146, 138))
    pen.ellipse((240, 60, 760, 580), fill=(44, 44, 46))
    pen.ellipse((370, 190, 630, 450), fill=(176, 180, 184), outline=(96, 100, 104), width=10)
    pen.ellipse((470, 290, 530, 350), fill=(72, 76, 80))
    for shift in range(0, 90, 18):
        pen.arc((250 + shift // 6, 70 + shift // 6, 750, 570), 20 + shift, 30 + shift, (198, 176, 132), 14)
    pen.ellipse((590, 400, 760, 570), outline=(196, 40, 32), width=8)
    return _jpeg(picture)


def _well() -> bytes:
    """A wellhead in a field."""
    picture = Image.new("RGB", (960, 640), (184, 204, 220))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 430, 960, 640), fill=(140, 152, 106))
    pen.rectangle((430, 180, 530, 520), fill=(178, 44, 36))
    for top in (240, 340, 440):
        pen.rectangle((380, top, 580, top + 34), fill=(120, 32, 28))
    pen.rectangle((530, 290, 720, 330), fill=(178, 44, 36))
    for middle in ((480, 150), (740, 310)):
        x, y = middle
        pen.ellipse((x - 46, y - 46, x + 46, y + 46), outline=(58, 58, 60), width=12)
    return _jpeg(picture)


def _jpeg(picture: Image.Image) -> bytes:
    found = io.BytesIO()
    picture.save(found, "JPEG", quality=85)
    return found.getvalue()
