"""The exact sentence a customer consents to, in their language (R1, R2, S1-16).

The sentence is made from the snapshot alone, so that it can be made again and compared: what the page showed, what
the customer ticked and what the record holds are one text with one digest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from paraph.lib import canonical, figures
from paraph.signoff.models import Snapshot, View

VERSION = 1


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
    told = snapshot.facts
    if snapshot.view == View.REPORT:
        return of_report(told["order"]["number"], told["shop"]["name"], language)
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
        return Consent(text % _values(snapshot, language), _alternative(), language)


def of_report(number: str, shop: str, language: str) -> Consent:
    """Return the consent for the service report of an order.

    Neither lines nor amounts are in it, so that a phone can have it before anybody decided (S1-35); every line must be
    decided before it is signed, so that it says no more than was meant (S1-31).
    """
    with override(language):
        text = _(
            "I have read service report %(number)s of %(shop)s. I accept the work reported in it, but for the lines I "
            "refused, and I agree to sign electronically."
        )
        return Consent(text % {"number": number, "shop": shop}, _alternative(), language)


def on_paper(snapshot: Snapshot, language: str) -> Consent:
    """Return the statement that stands above the block on paper: signing it by hand is the consent (S0-29)."""
    with override(language):
        if snapshot.view == View.REPORT:
            text = _(
                "I have read service report %(number)s of %(shop)s. By my signature or stamp I accept the work "
                "reported in it, but for the lines I refused."
            )
        elif "sums" in snapshot.facts:
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


def code(content: Mapping[str, Any]) -> str:
    """What a signature under this content means, for machines: ``accept`` the work done, or ``authorise`` it."""
    return "accept" if content["view"] == View.REPORT else "authorise"


def meaning(content: Mapping[str, Any], language: str) -> str:
    """What the signature means, in words (21 CFR 11.50)."""
    with override(language):
        if content["view"] == View.REPORT:
            return _("Acceptance of the work done")
        return _("Authorisation of the approved lines")


def _alternative() -> str:
    return _("You do not have to sign electronically: you can print the document and sign it on paper.")


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
