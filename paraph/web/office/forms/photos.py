"""Photos that a member adds to an order (S1-29)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from paraph.web.shared.uploads import PhotosField
from paraph.work import orders
from paraph.work.models import CAPTION_CHARS, Item, WorkOrder

ACCEPTED = "image/jpeg,image/png,image/heic,image/heif,.heic"


class PhotosForm(forms.Form):
    """Files, what they show, and the line they belong to."""

    photos = PhotosField(
        help_text=_("Pictures (JPEG, PNG, HEIC), 12 MB each, 12 an order."), accept=ACCEPTED, required=True
    )
    item = forms.ChoiceField(label=_("Line"), required=False)
    caption = forms.CharField(label=_("What it shows"), required=False, max_length=CAPTION_CHARS)
    use_required_attribute = False

    def __init__(self, order: WorkOrder, data: QueryDict | None = None, files: Any = None) -> None:
        super().__init__(data, files, auto_id="photos_%s")
        self.lines = {str(one.pk): one for one in orders.lines_of(order)}
        found = [(pk, f"{one.number} {one.finding}"[:80]) for pk, one in self.lines.items()]
        item = self.fields["item"]
        assert isinstance(item, forms.ChoiceField)
        item.choices = [("", _("The order as a whole")), *found]

    @property
    def line(self) -> Item | None:
        """The line chosen, once valid."""
        return self.lines.get(self.cleaned_data["item"])
