"""A typed name as signature: equal in rank to a drawn one, and the way that needs no script and no steady hand."""

from __future__ import annotations

import unicodedata

from django.utils.translation import gettext_lazy as _

from paraph.signoff.errors import Unusable
from paraph.signoff.methods.proof import Proof

MAX_CHARS = 120


def check(submission: str) -> Proof:
    """Return the proof; the mark is ``{"kind": "typed", "text": name}``. Raises `Unusable`."""
    text = " ".join(unicodedata.normalize("NFC", submission).split())
    if not any(character.isalnum() for character in text):
        raise Unusable("typed", _("Type your name to sign."))
    if len(text) > MAX_CHARS:
        raise Unusable("typed", _("This is too long for a signature: at most 120 characters."))
    return Proof("typed", {"kind": "typed", "text": text})
