"""The exact sentence a customer consents to, in their language (R1, R2, S1-16).

The sentence is made from the snapshot alone, so that it can be made again and compared: what the page showed, what
the customer ticked and what the record holds are one text with one digest.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from paraph.lib import canonical, figures
from paraph.signoff.models import Snapshot

VERSION = 1
MEANING = "authorise"


@dataclass(frozen=True)
class Consent:
    """What is agreed to: the sentence, the paper alternative offered beside it, and the digest of both."""

    sentence: str
    alternative: str
    language: str

    @property
    def digest(self) -> str:
        """Digest of the canonical JSON of sentence, alternative, language and version."""
        return canonical.digest(
            {
                "v": VERSION,
                "sentence": self.sentence,
                "alternative": self.alternative,
                "language": self.language,
            }
        )


def sentence(snapshot: Snapshot, language: str) -> Consent:
    """Return the consent for one snapshot in one language (en, nl, fr)."""
    with override(language):
        if "sums" in snapshot.facts:
            text = _(
                "I have read estimate %(number)s of %(shop)s. I authorise the work on %(lines)s for %(amount)s "
                "including tax, and I agree to sign electronically."
            )
        else:
            text = _(
                "I have read work authorisation %(number)s of %(shop)s. I authorise the work on %(lines)s, and I "
                "agree to sign electronically."
            )
        alternative = _(
            "You do not have to sign electronically: you can print the document and sign it on paper."
        )
        return Consent(text % _values(snapshot, language), alternative, language)


def on_paper(snapshot: Snapshot, language: str) -> Consent:
    """Return the statement that stands above the block on paper: signing it by hand is the consent (S0-29)."""
    with override(language):
        if "sums" in snapshot.facts:
            text = _(
                "I have read estimate %(number)s of %(shop)s. By my signature or stamp I authorise the work on "
                "%(lines)s for %(amount)s including tax."
            )
        else:
            text = _(
                "I have read work authorisation %(number)s of %(shop)s. By my signature or stamp I authorise the work "
                "on %(lines)s."
            )
        return Consent(text % _values(snapshot, language), "", language)


def meaning(language: str) -> str:
    """What the signature means, in words (21 CFR 11.50)."""
    with override(language):
        return _("Authorisation of the approved lines")


def _values(snapshot: Snapshot, language: str) -> dict[str, str]:
    told = snapshot.facts
    approved = [one for one in told["items"] if one["decision"] == "approved" and not one["authorised"]]
    numbers = ", ".join(str(one["number"]) for one in approved)
    values = {
        "shop": told["shop"]["name"],
        "number": told["order"]["number"],
        "lines": ngettext("line %(numbers)s", "lines %(numbers)s", len(approved)) % {"numbers": numbers},
    }
    if "sums" in told:
        values["amount"] = figures.money(
            told["sums"]["approved"]["gross"], told["order"]["currency"], language
        )
    return values
