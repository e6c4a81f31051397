"""Why a file cannot be taken in: one error, a closed set of reasons.

The sentences for customers, in their languages, are made where people are spoken to (`signoff`); what each should say:

==================  ===================================================================================================
reason              what the customer should read
==================  ===================================================================================================
``empty``           The file is empty. Please choose it again.
``too_large``       The file is larger than 50 MB. Please scan in black and white or with a lower resolution.
``unknown_kind``    This is not a PDF or a picture (JPEG, PNG, HEIC, TIFF). Please save it as PDF, or take a photo.
``two_kinds``       The file pretends to be two kinds of file at once. Please scan or photograph the paper again.
``encrypted``       The PDF is locked with a password. Please save it without one, or print and scan it.
``damaged``         The file is damaged and cannot be read. Please make it again, or take a photo.
``no_pages``        The file holds no page.
``too_many_pages``  The file has more than 255 pages. Please send only the pages of this document.
``too_many_pixels`` The picture is too large. Please take it with a lower resolution.
``unpacks_large``   The file unpacks to far more than it should. Please scan or photograph the paper again.
``no_fonts``        The PDF does not hold its fonts, so we cannot show it faithfully. Save it with fonts, or as a scan.
``too_slow``        The file is too complicated to read within ten seconds. Please scan or photograph the paper.
``busy``            We are very busy at the moment, so the file was not read. Please try again.
``too_much_memory`` The file needs too much memory. Please scan or photograph the paper.
``crashed``         The file could not be read. Please scan or photograph the paper.
==================  ===================================================================================================
"""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """The closed set; see the module's table."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    UNKNOWN_KIND = "unknown_kind"
    TWO_KINDS = "two_kinds"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    NO_PAGES = "no_pages"
    TOO_MANY_PAGES = "too_many_pages"
    TOO_MANY_PIXELS = "too_many_pixels"
    UNPACKS_LARGE = "unpacks_large"
    NO_FONTS = "no_fonts"
    TOO_SLOW = "too_slow"
    BUSY = "busy"
    TOO_MUCH_MEMORY = "too_much_memory"
    CRASHED = "crashed"


class Refused(Exception):
    """This file, or this request about it, ends here. ``detail`` is a short English remark for operators."""

    def __init__(
        self, reason: Reason, detail: str = "", *, seconds: float = 0.0, peak_mb: float = 0.0
    ) -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason
        self.detail = detail
        self.seconds = seconds
        self.peak_mb = peak_mb
