"""Why a file cannot be taken in, said so that a customer knows what to do (`intake.errors` has the reasons)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from paraph.intake.errors import Refused
from paraph.signoff.errors import Unusable

FIELD, BUSY = "file", "busy"
SENTENCES = {
    "empty": _("The file is empty. Please choose it again."),
    "too_large": _(
        "The file is larger than 50 MB. Please scan in black and white or with a lower resolution."
    ),
    "unknown_kind": _(
        "This is not a PDF or a picture (JPEG, PNG, HEIC, TIFF). Please save it as PDF, or take a photo."
    ),
    "two_kinds": _(
        "The file pretends to be two kinds of file at once. Please scan or photograph the paper again."
    ),
    "encrypted": _("The PDF is locked with a password. Please save it without one, or print and scan it."),
    "damaged": _("The file is damaged and cannot be read. Please make it again, or take a photo."),
    "no_pages": _("The file holds no page."),
    "too_many_pages": _("The file has more than 255 pages. Please send only the pages of this document."),
    "too_many_pixels": _("The picture is too large. Please take it with a lower resolution."),
    "unpacks_large": _(
        "The file unpacks to far more than it should. Please scan or photograph the paper again."
    ),
    "no_fonts": _(
        "The PDF does not hold its fonts, so we cannot show it faithfully. Save it with fonts, or as a scan."
    ),
    "too_slow": _(
        "The file is too complicated to read within ten seconds. Please scan or photograph the paper."
    ),
    "busy": _("We are very busy at the moment, so the file was not read. Please try again."),
    "too_much_memory": _("The file needs too much memory. Please scan or photograph the paper."),
    "crashed": _("The file could not be read. Please scan or photograph the paper."),
}


class FileRefused(Unusable):
    """A file that was not taken in. Nothing else changed. `why` is the reason for machines."""

    reason = "file_refused"

    def __init__(self, why: str) -> None:
        super().__init__(FIELD, SENTENCES.get(why, SENTENCES["crashed"]))
        self.why = why
        self.again = why == BUSY  # nothing is wrong with the file


def of(refusal: Refused) -> FileRefused:
    """The refusal as people are told it."""
    return FileRefused(str(refusal.reason))
