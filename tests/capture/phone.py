"""A technician's phone, as the app is one: reports, shows, seals, numbers and sends. Written from the format alone."""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from django.db import transaction

from paraph.capture import envelopes, keys, payloads, receiving, working
from paraph.capture.filing import file_due
from paraph.capture.models import Capture
from paraph.lib import canonical, clock
from paraph.people import devices
from paraph.people.models import Contact, Device, Member
from paraph.signoff import ceremonies, confirming, in_person, subjects
from paraph.signoff import consent as consents
from paraph.signoff.confirmed import held
from paraph.signoff.models import Snapshot, View
from paraph.work import checklists, orders
from paraph.work.models import WorkOrder

SEEN = ("192.0.2.7", "socket peer", "phone")
HERE = {
    "latitude": 52.0907,
    "longitude": 5.1214,
    "accuracy_m": 12.0,
    "source": "gps of the technician's device",
}
Sent = dict[str, Any]


class Undone(Exception):
    """Takes back what was done to see what it would look like."""


@dataclass
class Phone:
    """One enrolled phone. `number` and `head` are its chain, as they stand in its store."""

    member: Member
    device: Device
    key: ec.EllipticCurvePrivateKey
    number: int = 0
    head: str = ""
    clock_off: timedelta = timedelta()
    place: dict[str, Any] = field(default_factory=lambda: dict(HERE))

    @classmethod
    def enrolled(cls, member: Member, name: str = "Pixel") -> Phone:
        """Enrol a new one for a member."""
        key = ec.generate_private_key(ec.SECP256R1())
        proof = sign(key, f"{devices.PROOF}{member.pk}".encode())
        device = devices.enrol(member, name=name, public_key=public_key(key), proof=proof, actor=member.actor)
        return cls(member, device, key)

    def now(self) -> datetime:
        """What this phone's clock says."""
        return clock.now() + self.clock_off

    def work(self, order: WorkOrder, **changes: Any) -> dict[str, Any]:
        """What the technician reports: every line done, in the hours estimated; `changes` by name."""
        order = orders.load(order.pk)
        lines = [
            {
                "item": str(item.pk),
                "new": False,
                "number": item.number,
                "finding": item.finding,
                "action": item.action,
                "labour_code": item.labour_code,
                "hours": orders.plain(item.estimated_hours),
                "parts": [
                    {
                        "name": part.name,
                        "number": part.number,
                        "quantity": orders.plain(part.quantity),
                        "unit_price": part.unit_price,
                    }
                    for part in item.parts.all()
                ],
            }
            for item in orders.lines_of(order)
        ]
        return {
            "revision": order.revision,
            "lines": lines,
            "remark": "",
            "photos": [],
            "checklist": [one.key for one in checklists.of(order)],
            **changes,
        }

    def signs(self, order: WorkOrder, contact: Contact, **changes: Any) -> Sent:
        """The customer reads, accepts every line and signs; returns the envelope. `changes` replace what is in it."""
        work = changes.pop("work", None) or self.work(order)
        asked = changes.pop("asked", contact)
        refused = changes.pop("refused", ())
        confirmed = self.confirmed(order, changes.pop("confirms", {}))
        decisions = [
            {"item": one["item"], "choice": "rejected" if one["item"] in refused else "approved"}
            for one in work["lines"]
        ]
        content, agreed = self.shown(order, contact, work, decisions, confirmed)
        at = clock.iso(self.now())
        told = {
            "v": 1,
            "act": "sign",
            "order": str(order.pk),
            "work": work,
            "contact": str(asked.pk),
            "language": "en",
            "content": content,
            "digest": canonical.digest(content),
            "confirmed": confirmed,
            "decisions": decisions,
            "name": contact.name,
            "role": contact.title,
            "consent": agreed,
            "method": "typed",
            "mark": contact.name,
            "checks": [],
            "place": {**self.place, "at": at} if "missing" not in self.place else self.place,
            "clock": {"begun": at, "reviewed": at, "consented": at, "acted": at},
            **changes,
        }
        return self.seal(told)

    def confirmed(self, order: WorkOrder, values: Mapping[Any, str]) -> list[dict[str, str]]:
        """What the customer confirms, by property, with what the phone was told the order says."""
        now = {one.definition.pk: one.value for one in held(orders.load(order.pk))}
        return [
            {"property": str(one.pk), "before": now.get(one.pk, ""), "value": value}
            for one, value in values.items()
        ]

    def shown(
        self,
        order: WorkOrder,
        contact: Contact,
        work: dict[str, Any],
        decisions: list[dict[str, str]],
        confirmed: Sequence[dict[str, str]] = (),
    ) -> tuple[dict[str, Any], str]:
        """What the screen shows, and the digest of the sentence agreed to: as the server would, then undone."""
        told: dict[str, Any] = {}
        by = contact.actor
        try:
            with transaction.atomic():
                read = payloads._work(work)
                working.apply(order, read, over=False, by=self.member, actor=self.member.actor)
                invitation = in_person.invite(
                    order, contact, device=str(self.device.pk), by=self.member, actor=self.member.actor
                )
                if confirmed:
                    values = {one["property"]: one["value"] for one in confirmed}
                    confirming.confirm(invitation, values, by=by)
                for one in decisions:
                    ceremonies.decide(invitation, uuid.UUID(one["item"]), one["choice"], by=by)
                told = subjects.present(orders.load(order.pk), View.REPORT)
                shot = Snapshot(
                    view=View.REPORT, content=canonical.dumps(told), digest=canonical.digest(told)
                )
                agreed = consents.sentence(shot, "en").digest
                raise Undone
        except Undone:
            pass
        return told, agreed

    def says(self, act: str, order: WorkOrder, **more: Any) -> Sent:
        """Anything but a signature."""
        at = clock.iso(self.now())
        return self.seal({"v": 1, "act": act, "order": str(order.pk), "clock": {"acted": at}, **more})

    def seal(self, told: dict[str, Any]) -> Sent:
        """Seal what is told to the server's key, number it, chain it, sign it."""
        key_id, public = keys.current()
        self.number += 1
        pk = uuid.uuid4()
        info = f"paraph/capture/1|{pk}|{self.device.pk}".encode()
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), base64.b64decode(public))
        sealed = envelopes.SUITE.encrypt(canonical.dumps(told), point, info=info)
        header = {
            "v": 1,
            "id": str(pk),
            "device": str(self.device.pk),
            "number": self.number,
            "previous": self.head,
            "key": key_id,
            "sealed_digest": "sha256:" + hashlib.sha256(sealed).hexdigest(),
        }
        self.head = canonical.digest(header)
        told_header = {name: value for name, value in header.items() if name != "sealed_digest"}
        return {
            **told_header,
            "sealed": base64.b64encode(sealed).decode(),
            "signature": sign(self.key, canonical.dumps(header)),
        }


def send(*sent: Sent) -> list[receiving.Answer]:
    """What the phones send arrives."""
    return receiving.receive(list(sent), seen=SEEN)


def arrive(*sent: Sent) -> list[Capture]:
    """It arrives and is filed, as the worker does; returns the captures."""
    send(*sent)
    while file_due():
        pass
    return [Capture.objects.get(pk=one["id"]) for one in sent]


def sign(key: ec.EllipticCurvePrivateKey, message: bytes) -> str:
    """ECDSA as browsers give it: r and s one after the other, base64."""
    r, s = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
    return base64.b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).decode()


def public_key(key: ec.EllipticCurvePrivateKey) -> str:
    """The uncompressed point, base64."""
    point = key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return base64.b64encode(point).decode()
