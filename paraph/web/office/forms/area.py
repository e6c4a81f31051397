"""The area of a site as somebody types, pastes or draws it: a circle, an outline, or none."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from paraph.lib import geo
from paraph.people import sites
from paraph.people.models import Site
from paraph.people.sites import AreaDraft, BadArea
from paraph.web.office.forms import rows
from paraph.web.office.forms.rows import Row, Rows

CORNER = "corner"
CIRCLE, POLYGON, NONE = "circle", "polygon", "none"
USUAL_RADIUS_M = 200
# A pair of degrees as maps and navigators copy them; a comma between the two, a point or nothing within.
PAIR = re.compile(r"(-?\d{1,3}(?:\.\d+)?)\s*[,;\s]\s*(-?\d{1,3}(?:\.\d+)?)")


class Degrees(forms.FloatField):
    """A latitude or longitude; a comma is as good as a point."""

    def __init__(self, label: Any, most: int, **more: Any) -> None:
        typing = forms.TextInput(attrs={"inputmode": "text", "autocomplete": "off", "spellcheck": "false"})
        super().__init__(label=label, min_value=-most, max_value=most, widget=typing, **more)

    def to_python(self, value: Any) -> Any:
        """The number, or None for an empty field."""
        return super().to_python(str(value).strip().replace(",", ".") if value is not None else value)


class AreaForm(forms.Form):
    """The shape, and the circle."""

    use_required_attribute = False

    shape = forms.ChoiceField(
        label=_("Shape"),
        choices=[(CIRCLE, _("Circle")), (POLYGON, _("Outline with corners")), (NONE, _("No area"))],
        widget=forms.RadioSelect,
    )
    latitude = Degrees(_("Latitude of the centre"), 90, required=False)
    longitude = Degrees(_("Longitude of the centre"), 180, required=False)
    radius_m = forms.IntegerField(
        label=_("Radius in metres"),
        min_value=sites.SMALLEST_M,
        max_value=sites.WIDEST_M,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    pasted = forms.CharField(
        label=_("Paste positions"),
        required=False,
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text=_(
            "Latitude and longitude, one pair a line: 52.3105, 4.7683. One pair is a centre, three or more are corners."
        ),
    )

    def clean(self) -> dict[str, Any]:
        """A circle needs all three."""
        told = super().clean() or self.cleaned_data
        if told.get("shape") == CIRCLE:
            for name in ("latitude", "longitude", "radius_m"):
                if told.get(name) is None and name not in self.errors:
                    self.add_error(name, _now("A circle needs this."))
        return told


class CornerForm(Row):
    """One corner of an outline."""

    latitude = Degrees(_("Latitude"), 90)
    longitude = Degrees(_("Longitude"), 180)


class AreaSheet:
    """The whole page."""

    def __init__(self, form: AreaForm, corners: Rows[CornerForm]) -> None:
        self.form, self.corners = form, corners

    @property
    def circle(self) -> list[forms.BoundField]:
        """The fields of a circle."""
        return [self.form[name] for name in ("latitude", "longitude", "radius_m")]

    @property
    def faults(self) -> rows.Faults:
        """Everything that is wrong, for the summary."""
        return rows.Faults([self.form, *self.corners])

    def is_valid(self) -> bool:
        """Judge what the shape chosen uses."""
        good = self.form.is_valid()
        return (self.corners.is_valid() and good) if self.form["shape"].value() == POLYGON else good

    @property
    def draft(self) -> AreaDraft:
        """The area as typed."""
        told = self.form.cleaned_data
        if told["shape"] == CIRCLE:
            return AreaDraft(told["latitude"], told["longitude"], told["radius_m"])
        if told["shape"] == NONE:
            return AreaDraft()
        corners = [one.cleaned_data for one in self.corners.filled]
        if len(corners) < sites.FEWEST_CORNERS:
            raise BadArea(POLYGON, _("An area has 3 to 100 corners."))
        return AreaDraft(polygon=[(one["latitude"], one["longitude"]) for one in corners])

    def refuse(self, problem: BadArea) -> None:
        """Show a refusal of the core beside its field, or above all where it is about the outline."""
        self.form.add_error(problem.field if problem.field in self.form.fields else None, str(problem))


def start(site: Site) -> AreaSheet:
    """The sheet as stored; a circle of usual size where there is nothing yet."""
    told = {name: _shown(getattr(site, name)) for name in ("latitude", "longitude")}
    form = AreaForm(
        initial={
            **told,
            "radius_m": site.radius_m or USUAL_RADIUS_M,
            "shape": sites.shape(site) or CIRCLE,
        }
    )
    return AreaSheet(form, _corners([(one[0], one[1]) for one in site.polygon]))


def read(data: QueryDict) -> AreaSheet:
    """The sheet as posted."""
    return AreaSheet(AreaForm(data), rows.read(CornerForm, CORNER, data))


def again(data: QueryDict) -> AreaSheet:
    """The sheet as typed so far, after one of its buttons: a corner more or less or moved, or pasted positions."""
    typed = rows.typed(AreaForm, "", data)
    if "paste" in data:
        found = positions(str(typed.get("pasted") or ""))
        if len(found) == 1:
            typed |= {
                "shape": CIRCLE,
                "latitude": _shown(found[0][0]),
                "longitude": _shown(found[0][1]),
                "pasted": "",
            }
        elif found:
            return AreaSheet(AreaForm(initial=typed | {"shape": POLYGON, "pasted": ""}), _corners(found))
    if "add" in data:
        typed["shape"] = POLYGON
    # Numbered anew: without a script their numbers alone say in which order they come.
    kept = [rows.typed(CornerForm, prefix, data) for prefix in _ordered(data) if prefix != data.get("remove")]
    corners = rows.start(CornerForm, CORNER, kept, spare=int("add" in data))
    return AreaSheet(AreaForm(initial=typed), corners)


def positions(text: str) -> list[geo.Point]:
    """The pairs of degrees in a text, at most as many as an area has corners; what is none is left out."""
    pairs = (pair for line in text.splitlines() for pair in PAIR.findall(line))
    found = (geo.point(float(one), float(other)) for one, other in pairs)
    return [one for one in found if one][: sites.MOST_CORNERS]


def _corners(found: list[geo.Point]) -> Rows[CornerForm]:
    values = [{"latitude": _shown(one[0]), "longitude": _shown(one[1])} for one in found]
    return rows.start(CornerForm, CORNER, values)


def _ordered(data: QueryDict) -> list[str]:
    """The prefixes of the corners in the order wanted, where a button moved one up or down."""
    order = [f"{CORNER}-{number}" for number in rows.numbers(data, CORNER)]
    wanted = data.get("up") or data.get("down") or ""
    if wanted in order:
        to = order.index(wanted) + (-1 if data.get("up") else 1)
        order.remove(wanted)
        order.insert(max(to, 0), wanted)
    return order


def _shown(degrees: float | None) -> str:
    return "" if degrees is None else f"{degrees:.7f}".rstrip("0").rstrip(".")
