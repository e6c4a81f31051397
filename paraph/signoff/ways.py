"""Which ways are open to a party: sign electronically, or download & sign on paper (S0-10, S0-20, S0-21, S4-19).

The secret: nobody is left without a way. Signing electronically takes the contact's right and their will; paper is
what an organisation can switch off, but never for whoever has no other way. Faces ask `of`, verbs `require_…`.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from paraph.lib.compiled import Compiled
from paraph.signoff.errors import NoElectronicWay, NoPaperWay
from paraph.signoff.models import OptOut, Party


@dataclass(frozen=True)
class Ways:
    """What a party may do. `opted_out` says that they themselves closed the electronic way."""

    is_allowed: bool
    opted_out: bool
    offers_paper: bool

    @property
    def e_sign(self) -> bool:
        """Whether they may sign on the screen."""
        return self.is_allowed and not self.opted_out

    @property
    def paper(self) -> bool:
        """Whether they may print, stamp and sign by hand."""
        return self.offers_paper or not self.e_sign


def of(party_id: UUID) -> Ways:
    """The ways of a party as the rows say now, in one query."""
    out, allowed, offered = (bool(one) for one in _WAYS.rows(party_id)[0])
    return Ways(is_allowed=allowed, opted_out=out, offers_paper=offered)


def require_e_sign(party_id: UUID) -> None:
    """Raise `NoElectronicWay` unless they may sign on the screen. Hold the order, so that it stays so."""
    if not of(party_id).e_sign:
        raise NoElectronicWay


def require_paper(party_id: UUID) -> None:
    """Raise `NoPaperWay` unless they may sign by hand."""
    if not of(party_id).paper:
        raise NoPaperWay


def _ways(pk: UUID) -> QuerySet[Party, tuple[bool, bool, bool]]:
    out = OptOut.objects.filter(party=OuterRef("pk"), ended_at=None)
    return (
        Party.objects.filter(pk=pk)
        .order_by()
        .annotate(out=Exists(out))
        .values_list("out", "contact__may_e_sign", "signoff__organisation__paper")
    )


_WAYS = Compiled(_ways, UUID(int=1))
