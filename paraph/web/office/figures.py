"""The page of figures: time to close, approval rate, dispute resolution; by week or month, and as a file."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from paraph.insights import export, folding, measures, periods
from paraph.insights.measures import CLOSE, INVOICE, REPORT, RESOLVE, SIGN, Figures, Times
from paraph.insights.models import Answer
from paraph.lib.one_moment import one_moment
from paraph.people.models import Member
from paraph.web.office import plots
from paraph.web.office.doors import page, show
from paraph.web.office.files import attached
from paraph.web.office.forms.figures import FiguresForm
from paraph.web.office.plots import length, name, share, spread

CSV = "text/csv; charset=utf-8"
PRESETS = {
    "4w": gettext_lazy("4 weeks"),
    "13w": gettext_lazy("13 weeks"),
    "12m": gettext_lazy("12 months"),
    "year": gettext_lazy("This year"),
}
STEPS = {
    SIGN: gettext_lazy("From opened to the first signature"),
    REPORT: gettext_lazy("From the signature to the report that the work is done"),
    INVOICE: gettext_lazy("From the report to the draft of the invoice"),
}
NOT_COUNTED = (Answer.WAITING, Answer.WITHDRAWN)


@page("figures.view")
def figures_page(request: HttpRequest, member: Member) -> HttpResponse:
    """The figures of a period. What makes no sense is said beside its field, and nothing is shown instead."""
    form = FiguresForm(request.GET, member=member)
    told: dict[str, Any] = {"form": form}
    if form.is_valid():
        with one_moment():
            told |= _shown(measures.figures(form.scope, form.period))
        told |= {
            "presets": _presets(form),
            "query": _query(form),
            "behind": folding.unread(member.organisation_id),
        }
    return show(request, member, "figures/page.html", section="figures", **told)


@page("figures.view")
def figures_csv(request: HttpRequest, member: Member) -> HttpResponse:
    """The same as CSV (security.md line 30); the page with its complaints for what makes no sense."""
    form = FiguresForm(request.GET, member=member)
    if not form.is_valid():
        return show(request, member, "figures/page.html", section="figures", status=400, form=form)
    with one_moment():
        content = export.write(measures.figures(form.scope, form.period), form.scope)
    period = form.period
    return attached(content, f"figures-{period.first}-{period.last}.csv", CSV)


def _shown(told: Figures) -> dict[str, Any]:
    """What the templates say, in the reader's language."""
    asked = told.asked_all
    return {
        "told": told,
        "closing": _times(told.closed_all, CLOSE),
        "steps": [(words, *_times(told.closed_all, key).values()) for key, words in STEPS.items()],
        "closing_plot": plots.lengths(told, told.closed, CLOSE, _("Median time to close")),
        "closing_rows": [
            (
                name(piece),
                one.rows,
                *_times(one, CLOSE).values(),
                *(length(one.spreads[key].median) for key in STEPS),
            )
            for piece, one in zip(told.pieces, told.closed, strict=True)
        ],
        "rate": share(asked.rate),
        "line_rate": None if asked.line_rate is None else share(asked.line_rate),
        "over": [(one.label, asked.answers.get(one, 0)) for one in measures.OVER],
        "not_over": [(one.label, asked.answers.get(one, 0)) for one in NOT_COUNTED],
        "disputed": share(asked.dispute_rate),
        "rate_plot": plots.shares(told, told.asked, _("Approval rate")),
        "rate_rows": [
            (
                name(piece),
                share(one.rate),
                [(key.label, one.answers.get(key, 0)) for key in (*measures.OVER, *NOT_COUNTED)],
                one.disputed,
            )
            for piece, one in zip(told.pieces, told.asked, strict=True)
        ],
        "verified": share(100 * told.verified / told.signed) if told.signed else "–",
        "settling": _times(told.settled_all, RESOLVE),
        "settling_plot": plots.lengths(told, told.settled, RESOLVE, _("Median time to resolve a dispute")),
        "settling_rows": [
            (name(piece), one.rows, *_times(one, RESOLVE).values())
            for piece, one in zip(told.pieces, told.settled, strict=True)
        ],
    }


def _times(found: Times, key: str) -> dict[str, Any]:
    one = found.spreads[key]
    return {
        "median": length(one.median),
        "spread": spread(one),
        "count": one.count,
        "missing": found.rows - one.count,
    }


def _presets(form: FiguresForm) -> list[tuple[Any, str, bool]]:
    """Words, address, and whether it is the one shown."""
    return [
        (
            words,
            f"{reverse('office:figures')}?{_query(form, period=key)}",
            periods.preset(key, form.today) == form.period,
        )
        for key, words in PRESETS.items()
    ]


def _query(form: FiguresForm, *, period: str = "") -> str:
    """The filters as a query string, with the days or with the name of a period instead."""
    said = form.cleaned_data
    kept = {key: str(getattr(said[key], "pk", said[key])) for key in form.fields if said.get(key)}
    if period:
        kept = {key: value for key, value in kept.items() if key not in {"since", "until"}} | {
            "period": period
        }
    return urlencode(kept)
