"""Line 24: files are to be saved, run nothing, say what they are, and have names no program stumbles over."""

from __future__ import annotations

import email.message
import json
import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.urls import reverse

from paraph.evidence.bundle import RECEIPT_TYPE
from paraph.lib import clock, home
from paraph.people.models import Role
from paraph.signoff import ceremonies, disputes
from paraph.signoff.models import Invitation, ReturnFile, Signature
from paraph.work.models import Photo, WorkOrder
from tests import cast, paperwork
from tests.attacks.world import Knocker, come_in, sign_in
from tests.cast import Shop

pytestmark = pytest.mark.slow

# At most 30 characters, as the field takes.
HOSTILE = [
    "WO-1001",
    'WO"; filename="evil.html',
    "../../../etc/passwd",
    "..\\..\\boot.ini",
    "WO\r\nSet-Cookie: a=b",
    "WO\n\n<script>alert(1)</script>",
    "WO-é€漢字",
    "WO\u202etxt.exe",
    "WO;a=b;%00%0d%0a",
    "'*''UTF-8''evil",
    "WO\ttab",
    "CON",
    ".",
    " ",
    "=cmd|calc",
    "-rf",
]


@dataclass
class Signed:
    """A signed order, and who may fetch its files."""

    order: WorkOrder
    signature: Signature
    jan: Knocker
    mara: Knocker

    def files(self) -> list[tuple[Any, str]]:
        """Every file of it, with the type it should have."""
        pdf, plain = "application/pdf", "application/json"
        return [
            (self._portal("sealed"), pdf),
            (self._portal("print"), pdf),
            (self._portal("receipt_file"), plain),
            (self._portal("record"), plain),
            (self._office("sealed"), pdf),
            (self._office("sealed_of", self.signature.signoff_id), pdf),
            (self._office("print", "authorisation"), pdf),
            (self._office("record", self.signature.pk), plain),
            (self._office("receipt", self.signature.pk), RECEIPT_TYPE),
        ]

    def _portal(self, name: str) -> Any:
        return self.jan.get(reverse(f"portal:{name}", args=[self.signature.ceremony.invitation_id]))

    def _office(self, name: str, *more: Any) -> Any:
        return self.mara.get(reverse(f"office:{name}", args=[self.order.pk, *more]))


@pytest.fixture
def signed(shop: Shop) -> Signed:
    order = shop.open_order(lines=1)
    invitation = shop.invite(order)
    cast.approve(invitation, [1])
    signature = cast.sign(ceremonies.review(invitation, by=cast.customer(invitation)))
    return Signed(order, signature, come_in(shop, invitation), sign_in(shop.mara))


def _name(disposition: str) -> str:
    """The file name as an independent parser reads it (RFC 2231 and 6266)."""
    message = email.message.Message()
    message["Content-Disposition"] = disposition
    return str(message.get_filename() or "")


@pytest.mark.slow
def test_line_24_every_file_is_saved_sandboxed_typed_and_plainly_named(signed: Signed) -> None:
    wrong = []
    for number in HOSTILE:
        WorkOrder.objects.filter(pk=signed.order.pk).update(number=number)
        for answer, kind in signed.files():
            path, told = answer.request["PATH_INFO"].split("/", 3)[-1], []
            disposition = answer.get("Content-Disposition", "")
            name = _name(disposition)
            if answer.status_code != 200:
                told.append(str(answer.status_code))
            if not disposition.startswith("attachment"):
                told.append("shown inline")
            if "sandbox" not in answer.get("Content-Security-Policy", ""):
                told.append("no sandbox")
            if answer["Content-Type"].split(";")[0] != kind.split(";")[0]:
                told.append(answer["Content-Type"])
            if answer["X-Content-Type-Options"] != "nosniff":
                told.append("sniffed")
            if not name.endswith((".pdf", ".json")) or re.search(r'[/\\\r\n\t"<>|:*?\0\u202a-\u202e]', name):
                told.append(f"named {name!r}")
            if (
                re.search(r"[\r\n\0]", disposition)
                or not disposition.isascii()
                or "Set-Cookie" in answer.headers
            ):
                told.append(f"header {disposition!r}")
            wrong += [f"{number!r} {path}: {one}" for one in told]
    assert not wrong, "\n".join(wrong)


def test_line_24_what_is_in_the_files_is_what_they_say(signed: Signed) -> None:
    for answer, kind in signed.files():
        content = answer.content
        if kind == "application/pdf":
            assert content.startswith(b"%PDF-")
            assert b"/JavaScript" not in content
            assert b"/OpenAction" not in content
            assert b"/Launch" not in content
        else:
            assert isinstance(json.loads(content), dict)


def _originals(shop: Shop, names: list[str], content: bytes) -> list[tuple[str, str]]:
    """Addresses of files as they came, of a disputed and a returned one, with what they call themselves."""
    invitation = shop.invite(shop.open_order(lines=1))
    blob, order = home.blobs().put(content), invitation.party.signoff.order_id
    returned = paperwork.to_review(invitation)
    first = returned.files.get()
    found = []
    for number, name in enumerate(names):
        # Each a file of its own: a return has the same bytes once.
        own = home.blobs().put(content + bytes([number]))
        file = ReturnFile.objects.create(
            returned=returned,
            blob=own,
            clean_blob=first.clean_blob,
            name=name,
            kind="png",
            size=9,
            added_at=clock.now(),
        )
        found.append((reverse("office:return_file", args=[order, returned.pk, file.pk]), name))
    dispute = disputes.dispute(invitation, reason="Wrong", by=cast.customer(invitation))
    photo = dispute.photos.create(
        author_kind="contact", author_name="Jan", kind="png", blob=blob, size=9, at=clock.now()
    )
    shot = Photo.objects.create(
        order_id=order, kind="png", blob=blob, size=9, shown=blob, width=1, height=1, added_at=clock.now()
    )
    return [
        *found,
        (reverse("office:dispute_original", args=[order, dispute.pk, photo.pk]), ""),
        (reverse("office:photo_original", args=[order, shot.pk]), ""),
    ]


def test_line_24_files_as_they_came_are_saved_and_never_shown(shop: Shop) -> None:
    content = b"\x89PNG\r\n\x1a\n<script>alert(1)</script>"
    mara, wrong = sign_in(shop.mara), []
    for address, typed in _originals(shop, [*HOSTILE, "page.html", "page.svg", "page.png.hta"], content):
        answer = mara.get(address)
        name = _name(answer.get("Content-Disposition", ""))
        if not (
            answer.status_code == 200
            and answer["Content-Disposition"].startswith("attachment")
            and answer["Content-Type"] == "application/octet-stream"
            and answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
            and answer["X-Content-Type-Options"] == "nosniff"
            and answer.content.startswith(content)
            and name.endswith(".png")
            and not re.search(r'[/\\\r\n\t"<>|:*?\0\u202a-\u202e]', name)
        ):
            wrong.append((typed, name, dict(answer.headers)))
    assert not wrong


def test_line_24_files_as_they_came_are_for_the_staff_of_that_shop_alone(shop: Shop, rival: Shop) -> None:
    found = [one for one, _name in _originals(shop, ["page.png"], b"as it came")]
    jan = come_in(shop, Invitation.objects.get())
    elsewhere = str(shop.open_order(lines=1).pk)
    here = str(Invitation.objects.get().party.signoff.order_id)
    for address in found:
        for role in Role:
            assert sign_in(shop.members[role]).get(address).status_code == 200, role
        assert sign_in(rival.mara).get(address).status_code == 404
        assert sign_in(shop.mara).get(address.replace(here, elsewhere)).status_code == 404
        assert jan.get(address).status_code == 302  # to the sign-in of staff
        assert "/sign-in/" in jan.get(address)["Location"]


def test_line_24_the_public_keys_are_files_like_all_others(shop: Shop) -> None:
    browser = sign_in(shop.mara)
    for name in ("seal-root.pem", "seal-chain.pem", "tsa-root.pem"):
        answer = browser.get(reverse("portal:proof_key", args=[name]))
        assert answer["Content-Disposition"].startswith("attachment")
        assert "sandbox" in answer["Content-Security-Policy"]
        assert b"CERTIFICATE" in answer.content
        assert b"PRIVATE" not in answer.content
    for name in (
        "seal.key.pem",
        "seal-root.key.pem",
        "django.key",
        "vault.key",
        "links.keys",
        "log.pem",
        "..%2fx",
        "seal.pem",
    ):
        assert browser.get(f"/proof/{name}").status_code == 404, name
