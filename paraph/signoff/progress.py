"""The progress report: hours estimated and worked, as a value, in words, and as a document (S3-06).

The secret: portal page, office panel and PDF are made from one value and say it in the sentences made here, so that
they agree (look.md 3). No price is in it, and nobody signs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, override, pgettext, pgettext_lazy

from paraph.lib import canonical, clock, figures
from paraph.sealing.render import render
from paraph.signoff import printing, subjects
from paraph.signoff.models import Choice, View
from paraph.signoff.subjects import Standing
from paraph.work import orders, progress
from paraph.work.models import Item, Status, WorkOrder
from paraph.work.progress import Effort

# Where the work on a line stands, as far as it was recorded.
DONE, RECORDED, WAITING, LEFT = "done", "recorded", "waiting", "left"
WORDS: dict[str, Any] = {
    DONE: pgettext_lazy("work", "Done"),
    RECORDED: pgettext_lazy("work", "Hours recorded"),
    WAITING: pgettext_lazy("work", "No hours recorded"),
    LEFT: pgettext_lazy("work", "Not done"),
}
NOT_RECORDED = gettext_lazy("not recorded")
MINUS = "\u2212"  # as wide as the plus, so that figures stand under each other


def present(order: WorkOrder, stand: Mapping[str, Standing] | None = None) -> dict[str, Any]:
    """Return all a progress report shows, as a JSON-able value without language; hours as text, None: not recorded.

    As `subjects.present` without prices; items also hold actual, difference, share (per cent), changed and work (one
    of DONE, RECORDED, WAITING, LEFT), and `hours` holds the sums of the lines that were not rejected.
    """
    found = dict(stand) if stand is not None else subjects.standing(order)
    content = subjects.present(order, View.PROGRESS, found)
    items = {str(item.pk): item for item in orders.lines_of(order)}
    efforts = {key: _effort(item, found[key]) for key, item in items.items()}
    is_reported = order.status == Status.COMPLETED
    content["items"] = [
        {
            **one,
            "changed": found[one["id"]].changed,
            **_told(efforts[one["id"]]),
            "work": _work(efforts[one["id"]], found[one["id"]], is_reported=is_reported),
        }
        for one in content["items"]
    ]
    sums = progress.together(efforts.values())
    content["hours"] = {
        "estimated": orders.plain(sums.estimated),
        "actual": _text(sums.actual),
        "difference": _text(sums.difference),
        "share": sums.share,
        "lines": sums.lines,
        "recorded": sums.recorded,
        "rejected": sums.rejected,
    }
    return content


def printed(order: WorkOrder, language: str) -> bytes:
    """The report as a PDF, as things stand now; raises `sealing.errors.RenderFailed`."""
    content, at = present(order), clock.now()
    paper = printing.work_order(
        content,
        language=language,
        zone=order.organisation.time_zone,
        at=at,
        digest=canonical.digest(content),
        accent=order.organisation.accent,
    )
    with override(language):
        told = {
            "summary": coverage(content),
            "intro": "",
            "as_of": figures.moment(at, order.organisation.time_zone, language),
            "lines": [_line(one, _scale(content), language) for one in content["items"]],
            "totals": _totals(content, language),
            "labels": {**paper["labels"], **_labels()},
        }
    return render("progress", {**paper, **told}, attachments={}, at=at, language=language)


def worked(told: Mapping[str, Any], language: str) -> str:
    """One line's or all lines' hours as a sentence; gettext speaks the active language, `language` writes figures."""
    estimated = figures.hours(told["estimated"], language)
    if told["actual"] is None:
        return _("%(estimated)s estimated; hours not recorded") % {"estimated": estimated}
    actual = figures.hours(told["actual"], language)
    return _("%(actual)s worked of %(estimated)s estimated") % {"actual": actual, "estimated": estimated}


def beyond(told: Mapping[str, Any], language: str, *, done: bool = False) -> str:
    """How far the hours are from the estimate, where that can be said: over it at any time, under it once done."""
    if told["difference"] is None:
        return ""
    apart = Decimal(told["difference"])
    if not apart:
        return _("as estimated") if done else ""
    words = _("%(hours)s more than estimated") if apart > 0 else _("%(hours)s less than estimated")
    return words % {"hours": figures.hours(orders.plain(abs(apart)), language)} if apart > 0 or done else ""


def coverage(content: Mapping[str, Any]) -> str:
    """On how many lines hours are recorded, and how many are not done, as sentences in the active language."""
    sums = content["hours"]
    told = ngettext(
        "Hours are recorded on %(recorded)s of %(lines)s line.",
        "Hours are recorded on %(recorded)s of %(lines)s lines.",
        sums["lines"],
    ) % {"recorded": sums["recorded"], "lines": sums["lines"]}
    if not sums["rejected"]:
        return told
    left = ngettext(
        "%(count)s line was rejected: it is not done and does not count.",
        "%(count)s lines were rejected: they are not done and do not count.",
        sums["rejected"],
    )
    return told + " " + left % {"count": sums["rejected"]}


def apart(difference: str | None, language: str) -> str:
    """A difference with its sign: ``+0.5 h``, ``−1 h``, ``0 h``; "" where none can be told."""
    if difference is None:
        return ""
    hours = Decimal(difference)
    sign = "+" if hours > 0 else MINUS if hours < 0 else ""
    return sign + figures.hours(orders.plain(abs(hours)), language)


def _effort(item: Item, stand: Standing) -> Effort:
    done = stand.choice != Choice.REJECTED or stand.refused  # what is refused in a service report was done
    return Effort(item.estimated_hours, item.actual_hours, counts=done)


def _work(effort: Effort, stand: Standing, *, is_reported: bool) -> str:
    if not effort.counts:
        return LEFT
    if is_reported and stand.authorised:
        return DONE
    return WAITING if effort.actual is None else RECORDED


def _told(effort: Effort) -> dict[str, Any]:
    return {
        "estimated": orders.plain(effort.estimated),
        "actual": _text(effort.actual),
        "difference": _text(effort.difference),
        "share": effort.share,
    }


def _text(hours: Decimal | None) -> str | None:
    return None if hours is None else orders.plain(hours)


def _scale(content: Mapping[str, Any]) -> Decimal:
    """The longest bar, in hours."""
    return max(
        (Decimal(one[key] or 0) for one in content["items"] for key in ("estimated", "actual")),
        default=Decimal(0),
    )


def _line(item: Mapping[str, Any], scale: Decimal, language: str) -> dict[str, Any]:
    def long(hours: str | None) -> int:
        return int(Decimal(hours or 0) * 1000 / scale) if scale else 0

    counts = item["work"] != LEFT
    actual = str(NOT_RECORDED) if item["actual"] is None else figures.hours(item["actual"], language)
    return {
        "number": str(item["number"]),
        "finding": item["finding"],
        "action": item["action"],
        "state": item["work"],
        "word": str(WORDS[item["work"]]),
        "decision": _decision(item),
        "estimated": figures.hours(item["estimated"], language),
        "actual": actual if counts or item["actual"] is not None else "\u2013",
        "difference": apart(item["difference"], language) if counts else "",
        # Per mille of the longest bar; a rejected line has none.
        "planned": long(item["estimated"]) if counts else 0,
        "worked": long(item["actual"]) if counts else 0,
    }


def _decision(item: Mapping[str, Any]) -> str:
    if item["changed"]:
        return pgettext("decision", "Changed since signed")
    if item["authorised"]:
        return pgettext("decision", "Signed for")
    return {
        Choice.PENDING: pgettext("decision", "Pending"),
        Choice.APPROVED: pgettext("decision", "Approved"),
        Choice.REJECTED: pgettext("decision", "Rejected"),
    }[Choice(item["decision"])]


def _totals(content: Mapping[str, Any], language: str) -> list[dict[str, str]]:
    sums = content["hours"]
    actual = _("not recorded") if sums["actual"] is None else figures.hours(sums["actual"], language)
    rows = [
        (_("Estimated"), figures.hours(sums["estimated"], language), "plain"),
        (_("Worked"), actual, "plain"),
    ]
    if sums["difference"] is not None:
        told = apart(sums["difference"], language)
        rows.append((_("Difference, on the lines with hours"), told, "plain"))
    if sums["share"] is not None:
        share = figures.percent(sums["share"], language)
        rows.append((_("Worked of the estimate"), share, "plain"))
    return [{"label": label, "amount": amount, "kind": kind} for label, amount, kind in rows]


def _labels() -> dict[str, str]:
    return {
        "as_of": _("As of"),
        "estimated": _("Estimated"),
        "worked": _("Worked"),
        "difference": _("Difference"),
        "state": _("State"),
        "digest": _("Digest"),
    }
