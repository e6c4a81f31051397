"""Forms about disputes, and about going for a signature in vain."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy

from paraph.lib import clock
from paraph.signoff import disputes
from paraph.signoff.models import Dispute, Outcome, Resolution, State
from paraph.web.shared import uploads
from paraph.work.models import TEXT_CHARS


class ResolveForm(forms.Form):
    """How it ended; *corrected* is offered once the order was revised, *withdrawn* while it is not signed."""

    resolution = forms.ChoiceField(label=gettext_lazy("How is it resolved?"), widget=forms.RadioSelect)
    text = forms.CharField(
        label=gettext_lazy("A sentence for the customer"),
        max_length=TEXT_CHARS,
        error_messages={"required": disputes.SAY_HOW, "max_length": disputes.TOO_LONG},
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    use_required_attribute = False

    def __init__(self, dispute: Dispute, data: Any = None) -> None:
        super().__init__(data, auto_id=f"id_{dispute.pk}_%s")
        left_out = {Resolution.TAKEN_BACK}
        if not is_revised(dispute):
            left_out.add(Resolution.CORRECTED)
        if dispute.signoff.state != State.DISPUTED:
            left_out.add(Resolution.WITHDRAWN)
        choices = [(value, label) for value, label in Resolution.choices if value not in left_out]
        self.fields["resolution"].choices = choices  # type: ignore[attr-defined]


def is_revised(dispute: Dispute) -> bool:
    """Whether there is something corrected to offer again."""
    return dispute.signoff.order.revision > dispute.revision


def answer_form(found: Dispute, data: Any = None, files: Any = None) -> uploads.MoreForm:
    """The answer to one dispute; its fields have ids of their own."""
    return uploads.MoreForm(data, files, auto_id=f"id_{found.pk}_answer_%s")


class AttemptForm(forms.Form):
    """What came of it, when and why; the time is one of the organisation's zone."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("What happened?"), choices=Outcome.choices, widget=forms.RadioSelect
    )
    at = forms.DateTimeField(
        label=gettext_lazy("When?"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )
    reason = forms.CharField(
        label=gettext_lazy("In a few words"),
        max_length=TEXT_CHARS,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    use_required_attribute = False

    def __init__(self, data: Any = None) -> None:
        now = timezone.localtime(clock.now()).replace(second=0, microsecond=0)
        super().__init__(data, initial={"at": now}, auto_id="id_attempt_%s")
