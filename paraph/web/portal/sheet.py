"""What a customer reads of an order: the content of `subjects.present`, ready for the templates.

The live page, the preview and the frozen summary are made from the same value by the same class, so they show the
same facts in the same order and words (look.md, 3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from paraph.lib import figures
from paraph.signoff import reporting
from paraph.signoff.models import Choice, View
from paraph.signoff.subjects import Standing, is_priced
from paraph.work import property_words
from paraph.work.models import Comment
from paraph.work.properties import KEY

Row = tuple[str, int, str]


@dataclass(frozen=True)
class Sheet:
    """One view of one order. `standing` says who decided when, `said` holds the comments by item id ("" the order)."""

    content: dict[str, Any]
    standing: Mapping[str, Standing] = field(default_factory=dict)
    said: Mapping[str, Sequence[Comment]] = field(default_factory=dict)

    @property
    def view(self) -> View:
        """The view shown."""
        return View(self.content["view"])

    @property
    def order(self) -> dict[str, Any]:
        """Number, title, object, customer, site, currency, remarks."""
        found: dict[str, Any] = self.content["order"]
        return found

    @property
    def details(self) -> list[tuple[str, str]]:
        """The organisation's own properties in the reader's words: name and value."""
        language = get_language() or "en"
        told = self.order.get(KEY, ())
        return [(property_words.name(one, language), property_words.said(one, language)) for one in told]

    @property
    def priced(self) -> bool:
        """Whether money is shown (S3-04, S3-05)."""
        return is_priced(self.content)

    @property
    def is_report(self) -> bool:
        """Whether it tells what was done (S1-18)."""
        return self.view == View.REPORT

    @property
    def is_ready(self) -> bool:
        """Whether it can be signed as it is decided: a report is accepted whole, but for what is refused."""
        return bool(self.approved) and not (self.is_report and self.pending)

    @property
    def checklist(self) -> list[str]:
        """What the technician confirmed before, in the reader's words."""
        language = get_language() or "en"
        return [reporting.point(one, language) for one in self.content.get("checklist", ())]

    @property
    def photos(self) -> list[dict[str, str]]:
        """The photos: digest (hexadecimal) and what to say of each."""
        lines = {one["id"]: one["number"] for one in self.content["items"]}
        return [
            {
                "digest": one["digest"].removeprefix("sha256:"),
                "alt": reporting.said(place, lines.get(one["item"]), one["caption"]),
            }
            for place, one in enumerate(self.content.get("photos", ()), start=1)
        ]

    @cached_property
    def lines(self) -> list[dict[str, Any]]:
        """The lines, each with its standing and comments."""
        return [
            {
                **one,
                "standing": self.standing.get(one["id"]),
                "comments": self.said.get(one["id"], ()),
                "is_worked": self.is_report,
            }
            for one in self.content["items"]
        ]

    def line(self, item_id: object) -> dict[str, Any] | None:
        """One line by its id."""
        return next((one for one in self.lines if one["id"] == str(item_id)), None)

    @property
    def approved(self) -> list[dict[str, Any]]:
        """Approved and not yet signed for: what a signature would authorise (S3-30)."""
        return [one for one in self.lines if one["decision"] == Choice.APPROVED and not one["authorised"]]

    @property
    def rejected(self) -> list[dict[str, Any]]:
        """Rejected lines."""
        return [one for one in self.lines if one["decision"] == Choice.REJECTED]

    @property
    def pending(self) -> list[dict[str, Any]]:
        """Lines without a decision."""
        return [one for one in self.lines if one["decision"] == Choice.PENDING]

    @property
    def authorised(self) -> list[dict[str, Any]]:
        """Lines signed for and unchanged since."""
        return [one for one in self.lines if one["authorised"]]

    @property
    def counts(self) -> str:
        """How many lines stand where: ``3 approved · 1 rejected · 3 undecided``."""
        told = [
            (len(self.authorised), _("%(n)s signed for")),
            (len(self.approved), _("%(n)s accepted") if self.is_report else _("%(n)s approved")),
            (len(self.rejected), _("%(n)s refused") if self.is_report else _("%(n)s rejected")),
            (len(self.pending), _("%(n)s undecided")),
        ]
        return " · ".join(words % {"n": n} for n, words in told if n)

    @property
    def not_covered(self) -> list[tuple[str, str]]:
        """What a signature under this sheet leaves out: a word and the numbers of the lines."""
        refused = (
            pgettext("line of a report", "Refused") if self.is_report else pgettext("decision", "Rejected")
        )
        told = [
            (refused, self.rejected),
            (pgettext("decision", "Undecided"), self.pending),
        ]
        return [(word, numbers(lines)) for word, lines in told if lines]

    @property
    def asked(self) -> str:
        """How much is still to decide, as a sentence."""
        left, count = len(self.pending), len(self.lines)
        if not left:
            return _("Every line is decided")
        return ngettext(
            "%(left)s of %(count)s lines needs your decision",
            "%(left)s of %(count)s lines need your decision",
            left,
        ) % {"left": left, "count": count}

    @property
    def asked_icon(self) -> str:
        """The sign that stands before `asked`."""
        return "half" if self.pending else "check"

    @property
    def approved_gross(self) -> int:
        """What the approved lines come to, including tax, in minor units."""
        return int(self.content["sums"]["approved"]["gross"]) if self.priced else 0

    @property
    def gross(self) -> int:
        """What everything comes to, including tax, in minor units."""
        return int(self.content["sums"]["all"]["gross"]) if self.priced else 0

    @property
    def totals(self) -> list[Row]:
        """The sums as rows of label, minor units and kind; none without prices."""
        if not self.priced:
            return []
        sums = self.content["sums"]
        rows = [(_("Total without tax"), sums["all"]["net"], "plain"), *map(_tax, sums["all"]["taxes"])]
        rows.append((_("Total"), sums["all"]["gross"], "sum"))
        if sums["authorised"]["gross"]:
            rows.append((_("Signed for, including tax"), sums["authorised"]["gross"], "plain"))
        if sums["approved"]["gross"] or not sums["authorised"]["gross"]:
            label = _("Accepted, including tax") if self.is_report else _("Approved, including tax")
            rows.append((label, sums["approved"]["gross"], "good"))
        return rows

    @property
    def about(self) -> str:
        """The thing the work is done on, or where."""
        site = self.order["site"]
        return str(self.order["object"] or (site["name"] if site else ""))


def numbers(lines: Sequence[Mapping[str, Any]]) -> str:
    """The numbers of lines as people list them: ``1, 2, 5``."""
    return ", ".join(str(one["number"]) for one in lines)


def _tax(told: dict[str, Any]) -> Row:
    rate = figures.percent(told["rate"], get_language() or "en")
    return (_("Tax %(rate)s") % {"rate": rate}, told["tax"], "plain")
