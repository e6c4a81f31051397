"""The content of a snapshot as a document: words in one language, figures as text, marks in their block.

Pure translation from `subjects.present` and records to `sealing.document.WorkOrder`: the same facts in the same order
and the same words as the portal page (look.md 3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override, pgettext

from paraph.lib import clock, figures
from paraph.sealing import document
from paraph.signoff import reporting, standing
from paraph.signoff.facts import METHODS
from paraph.signoff.models import View
from paraph.work import property_words
from paraph.work.properties import KEY

DEFAULT_ACCENT = "#1f3a6e"


@dataclass(frozen=True)
class Scanned:
    """A page that came back on paper: the name of its picture, which page of how many, and whether it is wide."""

    file: str
    page: int
    pages: int
    wide: bool


def work_order(
    content: dict[str, Any],
    *,
    language: str,
    zone: str,
    at: datetime,
    records: Sequence[dict[str, Any]] = (),
    valid_until: datetime | None = None,
    contact: Sequence[str] = (),
    consent: str = "",
    digest: str = "",
    accent: str = "",
    certificate: Sequence[document.Step] = (),
    scans: Sequence[Scanned] = (),
    verify: str = "",
) -> document.WorkOrder:
    """Return the document of one snapshot; `records` are those of the signatures given, in order.

    `scans` are the pages of those that were signed on paper.
    """
    told, view = content["order"], content["view"]
    with override(language):
        return {
            "view": view,
            "priced": standing.is_priced(content),
            "title": str(View(view).label),
            "number": told["number"],
            "shop": {
                "name": content["shop"]["name"],
                "address": _lines(content["shop"]["address"]),
                "mark": _mark(content["shop"]["name"]),
                "accent": accent or DEFAULT_ACCENT,
            },
            "object": " · ".join(part for part in (told["object"], told["title"]) if part),
            "customer": [told["customer"]["name"], *_lines(told["customer"]["address"])],
            "contact": list(contact),
            "site": [told["site"]["name"], *_lines(told["site"]["address"])] if told["site"] else [],
            "date": figures.day(at, zone, language),
            "valid_until": figures.moment(valid_until, zone, language) if valid_until and not records else "",
            "details": [
                {"name": property_words.name(one, language), "value": property_words.said(one, language)}
                for one in told.get(KEY, ())
            ],
            "intro": told["remarks"],
            "summary": _summary(content),
            "lines": [
                _line(one, told["currency"], language, zone, accepting=view == View.REPORT)
                for one in content["items"]
            ],
            "totals": _totals(content, language),
            "photos": [_photo(one, place, content) for place, one in enumerate(content.get("photos", ()), 1)],
            "checklist": [reporting.point(one, language) for one in content.get("checklist", ())],
            "consent": consent,
            "signatures": [_signature(one, zone, language, verify) for one in records] or None,
            "certificate": list(certificate),
            "scans": [_scan(one, told["number"]) for one in scans],
            "digest": digest.removeprefix("sha256:")[:16],
            "labels": _labels(worked=view == View.REPORT),
        }


def to_sign(
    content: dict[str, Any],
    *,
    language: str,
    zone: str,
    at: datetime,
    format: str,
    code: str,
    codes: Sequence[str] = (),
    consent: str,
    digest: str,
    contact: str,
) -> document.ToSign:
    """Return the paper to sign by hand: `code` is its own, `codes` hold what the QR code of each page says (S0-29)."""
    told = work_order(
        content, language=language, zone=zone, at=at, consent=consent, digest=digest, contact=[contact]
    )
    with override(language):
        labels: document.ToSignLabels = {
            **told["labels"],
            "paper": _("Paper"),
            "values": _("Details"),
            "stamp": _("Stamp"),
            "sign_here": _("Signature"),
            "signed_date": _("Date"),
            "place": _("Place"),
        }
        how = _(
            "Print all pages on white paper, stamp or sign in the block on the last page, and upload all pages where "
            "you downloaded them."
        )
    return {
        **told,
        "labels": labels,
        "format": "letter" if format == "letter" else "a4",
        "code": "-".join(code[place : place + 4] for place in range(0, len(code), 4)),
        "codes": [{"kind": "code", "text": one} for one in codes],
        "values": [{"label": one["name"], "value": one["value"]} for one in told.get("details", ())],
        "how": how,
    }


def _line(item: dict[str, Any], currency: str, language: str, zone: str, *, accepting: bool) -> document.Line:
    """`accepting`: of a service report, where a line is accepted or refused, as its consent says."""
    state = item["decision"]
    words = {
        "pending": pgettext("decision", "Pending"),
        "approved": pgettext("line of a report", "Accepted")
        if accepting
        else pgettext("decision", "Approved"),
        "rejected": pgettext("line of a report", "Refused")
        if accepting
        else pgettext("decision", "Rejected"),
    }
    return {
        "number": str(item["number"]),
        "finding": item["finding"],
        "action": item["action"],
        "parts": [
            {
                "name": " ".join(text for text in (part["name"], part["number"]) if text),
                "quantity": figures.quantity(part["quantity"], language),
                "price": figures.money(part["total"], currency, language) if "total" in part else "",
            }
            for part in item["parts"]
        ],
        "labour": _labour(item["labour"], language),
        "total": figures.money(item["total"], currency, language) if "total" in item else "",
        "decision": {
            "state": state,
            "word": _("Signed for") if item["authorised"] else words[state],
            "by": "",
        },
        "notes": [
            {
                "by": note["by"],
                "at": figures.moment(clock.parse(note["at"]), zone, language),
                "text": note["text"],
            }
            for note in item["notes"]
        ],
    }


def _labour(labour: dict[str, Any], language: str) -> list[document.Labour]:
    """None where it takes no labour; hours that nobody recorded are said to be missing."""
    if labour["hours"] is None:
        return [{"code": labour["code"], "hours": _("hours not recorded"), "counted": False}]
    if labour["hours"] == "0":
        return []
    return [{"code": labour["code"], "hours": figures.quantity(labour["hours"], language)}]


def _photo(one: dict[str, Any], place: int, content: dict[str, Any]) -> document.Picture:
    number = next((item["number"] for item in content["items"] if item["id"] == one["item"]), None)
    told = reporting.said(place, number, one["caption"])
    return {
        "file": reporting.picture_name(place),
        "alt": told,
        "caption": told,
        "digest": one["digest"].removeprefix("sha256:")[:16],
    }


def _totals(content: dict[str, Any], language: str) -> list[document.Total]:
    if "sums" not in content:
        return []
    currency = content["order"]["currency"]

    def money(minor: int) -> str:
        return figures.money(minor, currency, language)

    rows: list[document.Total] = []
    everything = content["sums"]["all"]
    rows.append({"label": _("Total without tax"), "amount": money(everything["net"]), "kind": "plain"})
    for tax in everything["taxes"]:
        label = _("Tax %(rate)s on %(net)s") % {
            "rate": figures.percent(tax["rate"], language),
            "net": money(tax["net"]),
        }
        rows.append({"label": label, "amount": money(tax["tax"]), "kind": "plain"})
    rows.append({"label": _("Total"), "amount": money(everything["gross"]), "kind": "sum"})
    if content["sums"]["authorised"]["gross"]:
        earlier = money(content["sums"]["authorised"]["gross"])
        rows.append({"label": _("Signed for earlier"), "amount": earlier, "kind": "plain"})
    if content["sums"]["approved"]["gross"]:
        approved = money(content["sums"]["approved"]["gross"])
        accepting = content["view"] == View.REPORT
        label = _("Accepted, including tax") if accepting else _("Approved, including tax")
        rows.append({"label": label, "amount": approved, "kind": "approved"})
    return rows


def _signature(record: dict[str, Any], zone: str, language: str, verify: str) -> document.Signature:
    signed = clock.parse(record["signed_at"])
    numbers = ", ".join(str(one["number"]) for one in record["decisions"] if one["signed_for"])
    mark: Any = {key: value for key, value in record["mark"].items() if key != "digest"}
    told: document.Signature = {
        "mark": mark,
        "alt": _("Signature of %(name)s, %(how)s")
        % {"name": record["signer"]["name"], "how": METHODS.get(record["method"], record["method"])},
        "consent": record["consent"]["sentence"],
        "meaning": record["meaning"]["text"],
        "name": record["signer"]["name"] or "",
        "role": record["signer"]["role"] or "",
        "at": figures.exact(signed, zone),
        "at_utc": figures.exact(signed, "UTC"),
        "scope": _("Lines %(numbers)s") % {"numbers": numbers},
        "record": record["id"],
        "log": record["consent"]["log"] or _("not recorded"),
        "entry": _("not recorded") if record["consent"]["entry"] is None else str(record["consent"]["entry"]),
        "verify": verify,
    }
    return told | _on_paper(record) if "paper" in record else told


def _on_paper(record: dict[str, Any]) -> Any:
    """What is different about a signature that stands on paper: nobody recorded when it was put there, or by whom."""
    return {
        "mark": {"kind": "paper", "text": _("Signed on paper: see the pages behind")},
        "name": record["signer"]["name"] or _("Name as on the paper"),
        "log": record["upload"]["log"],
        "entry": str(record["upload"]["entry"]),
        "when": _("Filed at"),
        "which": _("Entry of the upload"),
    }


def _scan(one: Scanned, number: str) -> document.Scan:
    values = {"page": one.page, "pages": one.pages, "number": number}
    return {
        "file": one.file,
        "alt": _("Page %(page)s of %(pages)s of the signed paper of %(number)s, as it came back") % values,
        "caption": _("Signed paper, page %(page)s of %(pages)s") % values,
        "wide": one.wide,
    }


def _summary(content: dict[str, Any]) -> str:
    items = content["items"]
    told = {"approved": sum(1 for one in items if one["decision"] == "approved"), "count": len(items)}
    if content["view"] == View.REPORT:
        words = ngettext(
            "%(approved)s of %(count)s line accepted", "%(approved)s of %(count)s lines accepted", len(items)
        )
        return words % told
    words = ngettext(
        "%(approved)s of %(count)s line approved", "%(approved)s of %(count)s lines approved", len(items)
    )
    return words % told


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _mark(name: str) -> str:
    """The initials of the first two words."""
    return "".join(word[0] for word in name.split()[:2] if word).upper()


def _labels(*, worked: bool = False) -> document.Labels:
    return {
        "object": _("Object"),
        "customer": _("Customer"),
        "contact": _("Contact"),
        "site": _("Site"),
        "date": _("Date"),
        "valid_until": _("Valid until"),
        "lines": _("Work"),
        "number": _("No."),
        "work": _("Finding and corrective action"),
        "amount": _("Amount"),
        "decision": _("Decision"),
        "action": _("Corrective action"),
        "parts": _("Parts"),
        "labour": _("Labour, worked") if worked else _("Labour"),
        "hours": _("h"),
        "notes": _("Notes"),
        "totals": _("Totals"),
        "photos": _("Photos"),
        "checklist": _("Checked before signing"),
        "signature": _("Signature"),
        "name": _("Name"),
        "role": _("Role"),
        "signed_date": _("Date and place"),
        "sign_here": _("Signature and stamp"),
        "meaning": _("Meaning"),
        "consent": _("Statement"),
        "signed_at": _("Signed at"),
        "scope": _("Signed for"),
        "record": _("Record"),
        "log": _("Log"),
        "entry": _("Entry of the consent"),
        "verify": _("Check at"),
        "certificate": _("How this was agreed"),
        "digest": _("Snapshot"),
        "page": _("Page {page} of {pages}"),
        "generated": _("Made with Paraph"),
        "unprintable": _(
            "Some characters cannot be printed here and are replaced; the attached record keeps them."
        ),
        "scans": _("Signed on paper"),
    }
