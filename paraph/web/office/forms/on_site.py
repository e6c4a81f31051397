"""What is asked on site, as a manager chooses it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from paraph.signoff.models import IdentityKind, PlacePolicy, Policy
from paraph.signoff.policies import LATEST_HOURS, PolicyDraft

OWN, SHARED = "own", "shared"


class PolicyForm(forms.Form):
    """One policy; `whose` only where a kind of order can do without its own."""

    use_required_attribute = False

    whose = forms.ChoiceField(
        label=_("Which rules hold?"),
        choices=[(SHARED, _("Those for all orders")), (OWN, _("Its own, as below"))],
        widget=forms.RadioSelect,
    )
    identity = forms.MultipleChoiceField(
        label=_("How the customer shows who they are"),
        choices=IdentityKind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Any one of these is enough. With none chosen nothing is asked. Where none succeeds, the signature is kept "
            "and a manager must verify it."
        ),
    )
    place = forms.ChoiceField(
        label=_("Where it must be signed"),
        choices=PlacePolicy.choices,
        widget=forms.RadioSelect,
        help_text=_(
            "Required: the phone begins only inside the area of the site. Needs verification: anybody signs anywhere, "
            "and a manager looks at what was not signed inside. Only recorded: nobody looks. A site without an area "
            "counts as not known."
        ),
    )
    prices = forms.BooleanField(
        label=_("The service report shows prices"),
        required=False,
        help_text=_(
            "Of parts and of each line. Without it the customer reads what was done, parts and hours."
        ),
    )
    late_hours = forms.IntegerField(
        label=_("Hours until a signature counts as late"),
        min_value=1,
        max_value=LATEST_HOURS,
        help_text=_(
            "1 to 2160. A phone without a connection sends later; what arrives later than this needs verification."
        ),
    )

    def __init__(self, data: QueryDict | None, *, holds: Policy, own: bool, may_share: bool) -> None:
        told: dict[str, Any] = {
            name: getattr(holds, name) for name in ("identity", "place", "prices", "late_hours")
        }
        super().__init__(data, initial=told | {"whose": OWN if own else SHARED})
        if not may_share:
            del self.fields["whose"]
        elif data is not None and data.get("whose") == SHARED:
            # What is not used is not judged.
            self.fields["place"].required = self.fields["late_hours"].required = False

    @property
    def wanted(self) -> PolicyDraft | None:
        """The policy as chosen; None: no own one."""
        told = dict(self.cleaned_data)
        return None if told.pop("whose", OWN) == SHARED else PolicyDraft(**told)
