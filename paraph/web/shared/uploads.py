"""Photos that somebody sends along: several in one field, each judged on its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from paraph.signoff.dispute_photos import MOST_FILE_BYTES
from paraph.signoff.errors import Unusable
from paraph.web.shared import turns
from paraph.work.drawing import Undrawable
from paraph.work.models import TEXT_CHARS

ACCEPTED = "image/jpeg,image/png,image/heic,image/heif,image/tiff,application/pdf,.heic,.tif,.tiff,.pdf"
MOST_AT_ONCE = 10
OF_DISPUTES = gettext_lazy("Pictures (JPEG, PNG, HEIC, TIFF) or PDF, 25 MB each, 10 at once.")


class PhotosInput(forms.FileInput):
    """The browser's own choice of files."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Any number of files, as a list; empty when none was chosen."""

    def __init__(
        self,
        *,
        help_text: Any = OF_DISPUTES,
        accept: str = ACCEPTED,
        required: bool = False,
    ) -> None:
        super().__init__(
            label=gettext_lazy("Photos"),
            help_text=help_text,
            required=required,
            widget=PhotosInput(attrs={"multiple": True, "accept": accept}),
        )

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        """The files; too many at once are refused as a whole."""
        found = [one for one in (data if isinstance(data, list | tuple) else [data]) if one]
        if self.required and not found:
            raise forms.ValidationError(_("Choose a photo first."))
        if len(found) > MOST_AT_ONCE:
            raise forms.ValidationError(_("Send at most 10 files at once."))
        return found


class MoreForm(forms.Form):
    """More about a dispute, by either side: words, photos, or both."""

    text = forms.CharField(
        label=gettext_lazy("Your message"),
        required=False,
        max_length=TEXT_CHARS,
        error_messages={"max_length": gettext_lazy("This is too long: at most 4,000 characters.")},
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    photos = PhotosField()

    def clean(self) -> dict[str, Any]:
        """Something has to be there."""
        told: dict[str, Any] = super().clean() or {}
        if not self.errors and not told.get("text") and not told.get("photos"):
            self.add_error("text", _("Write something first."))
        return told


def keep_each(
    request: HttpRequest, files: Sequence[UploadedFile[Any]], keep: Callable[[bytes], object]
) -> int:
    """Keep every file that can be kept, and say of each other one why not; nothing else is lost by it.

    Returns how many were kept.
    """
    kept = 0
    for one in files:
        try:
            # One byte more than any page allows is enough to know.
            content = one.read(MOST_FILE_BYTES + 1)
            with turns.turn():
                keep(content)
            kept += 1
        except (Unusable, Undrawable) as problem:
            messages.error(request, f"{one.name}: {problem}")
    return kept
