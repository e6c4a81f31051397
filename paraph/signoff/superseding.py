"""A signature whose order was changed afterwards: superseded, shown with what changed, never removed (decision 6).

The secret: what is authorised needs nothing of this, `standing` works it out; here it is said once for each change of
the shop, to the record and so to everybody. A line that was signed for again since belongs to the newer signature, and
an order that says again what was signed is as it was (docs/decisions/0015).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from paraph.evidence import ledger
from paraph.evidence.facts import Fact
from paraph.evidence.models import Entry
from paraph.lib import canonical, clock
from paraph.lib.actor import SYSTEM
from paraph.lib.differ import Change
from paraph.signoff import confirmed, standing, subjects
from paraph.signoff.facts import SignoffRestored, SignoffSuperseded
from paraph.signoff.models import UNFINISHED, SignOff, State
from paraph.signoff.standing import Consent
from paraph.work import orders
from paraph.work.models import WorkOrder

ORDER = ""  # the key of the order itself among those of its lines


@dataclass(frozen=True)
class Difference:
    """What no longer says what one request's signatures cover.

    `changes` are in the order of the lines; `replaced` are the ids of lines signed for again since; `now` holds digests
    of what changed lines say now, by id, and of the order itself by "".
    """

    consent: Consent
    changes: tuple[Change, ...]
    replaced: tuple[str, ...]
    now: dict[str, str]

    @property
    def signoff(self) -> SignOff:
        """The request."""
        return self.consent.signoff

    @property
    def before(self) -> dict[str, Any]:
        """What was signed, as `subjects.present` says it."""
        return self.consent.last.snapshot.facts

    @property
    def is_any(self) -> bool:
        """Whether the sealed copy is no longer what holds."""
        return bool(self.now or self.replaced)

    def numbers(self, keys: Sequence[str]) -> list[int]:
        """The numbers of lines, as they were signed."""
        return [one["number"] for one in self.before["items"] if one["id"] in keys]


def differences(order: WorkOrder, *, priced: bool = True) -> list[Difference]:
    """Compare every request that somebody signed with what the order says now, oldest first.

    `order` comes from `orders.load`. `priced=False` is for eyes that may see no money: a price that changed is then in
    `now` and not in `changes` (S3-04). Accepting the work does not replace the order to do it.
    """
    told = confirmed.describe(order)
    lines = {one["id"]: one for one in told["items"]}
    found: list[Difference] = []
    newer: set[str] = set()
    authorised: set[str] = set()
    for consent in reversed(standing.given(order)):
        since = newer if consent.of_report else authorised
        found.append(_difference(consent, told, lines, since, priced=priced))
        ids = set(consent.ids) if consent.is_complete else set()
        newer |= ids
        authorised |= set() if consent.of_report else ids
    return found[::-1]


def broken(order: WorkOrder) -> list[Difference]:
    """Requests that somebody signed, that others still have to sign, and whose signed lines were changed meanwhile.

    Two people cannot sign one document for different things, so these have to be asked anew.
    """
    return [one for one in differences(order) if one.is_any and one.signoff.state in UNFINISHED]


@transaction.atomic
def judge(order_id: Any, *, cause: Entry | None = None) -> list[SignOff]:
    """Say which sealed requests are superseded now, and which are no longer; return those of which that is news.

    Once for each request and change, however often it is called. A request whose seal is pending is judged when it is
    sealed; one that is half signed is over.
    """
    subjects.hold(order_id)
    order = orders.load(order_id)
    judged = [one for one in differences(order) if _is_judged(one)]
    return [one.signoff for one in judged if _judged(one, order, cause)]


def _is_judged(difference: Difference) -> bool:
    """Whether a change is news for the request: it is sealed, or half signed and not over yet."""
    if difference.consent.is_complete:
        return difference.signoff.state in {State.SEALED, State.SUPERSEDED}
    return difference.is_any and difference.signoff.state in UNFINISHED


def _judged(difference: Difference, order: WorkOrder, cause: Entry | None) -> bool:
    signoff, before = difference.signoff, difference.signoff.changed
    news = [key for key, digest in difference.now.items() if before.get(key) != digest]
    was = signoff.state
    signoff.state = State.SUPERSEDED if difference.is_any else State.SEALED
    signoff.changed = difference.now
    signoff.superseded_at = (clock.now() if news else signoff.superseded_at) if difference.is_any else None
    signoff.save(update_fields=["state", "changed", "superseded_at"])
    if news:
        numbers = difference.numbers(news)
        fact: Fact = SignoffSuperseded(
            signoff=str(signoff.pk), revision=order.revision, numbers=numbers, whole=ORDER in news
        )
    elif was == State.SUPERSEDED and not difference.is_any:
        fact = SignoffRestored(signoff=str(signoff.pk), revision=order.revision)
    else:
        return False
    ledger.append(fact, log=str(order.organisation_id), topic=order.topic, by=SYSTEM, cause=cause)
    return True


def _difference(
    consent: Consent, told: dict[str, Any], lines: dict[str, Any], newer: set[str], *, priced: bool
) -> Difference:
    own = [key for key in consent.ids if key not in newer]
    changes: list[Change] = []
    now: dict[str, str] = {}
    head = standing.head_changes(consent, told) if own else []
    if head:
        now[ORDER] = canonical.digest([one.after for one in head])
        changes += head
    for key in own:
        found = next(
            (one for of in consent.of(key) if (one := standing.line_changes(of, key, lines.get(key)))), []
        )
        if found:
            now[key] = canonical.digest(_shaped(consent, lines.get(key)))
            changes += _seen(consent, key, lines.get(key), priced=priced)
    replaced = tuple(key for key in consent.ids if key in newer)
    return Difference(consent, tuple(changes), replaced, now)


def _shaped(consent: Consent, line: dict[str, Any] | None) -> dict[str, Any] | None:
    return line and standing.describe_line(line, priced=True, worked=consent.of_report)


def _seen(consent: Consent, key: str, line: dict[str, Any] | None, *, priced: bool) -> list[Change]:
    """The changes of a line as somebody may read them; who saw most of those who signed says most."""
    signatures = sorted(consent.of(key), key=lambda one: not standing.is_priced(one.snapshot.facts))
    return standing.line_changes(signatures[0], key, line, priced=priced)
