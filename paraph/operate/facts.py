"""What the operator does and every ledger must say. Audience and sentence as in `signoff.facts`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from paraph.evidence.facts import STAFF, Fact
from paraph.lib import clock, figures


@dataclass(frozen=True, kw_only=True)
class SealRenewed(Fact):
    """The seal or the time stamps have a new key, under the same root (evidence.md 6). Serials in hex.

    `certificate` is the digest of the new one (DER), so that a seal by another key under this root is no seal of ours.
    """

    kind = "seal.renewed"
    audience = STAFF
    sentence = _("The operator made a new key for %(what)s, valid until %(until)s.")

    key: str
    before: str
    after: str
    certificate: str
    until: str

    def values(self) -> dict[str, Any]:
        """What was renewed, and its last day as the reader writes it."""
        what = _("time stamps") if self.key == "tsa" else _("seals")
        return {"what": what, "until": figures.on(clock.parse(self.until).date(), get_language() or "en")}
