"""What needs somebody's attention, oldest first, before any list (look.md, "The office order page").

Each is one query over the organisation's own rows. What waits is little, whatever was ever done: where no index leads
from the organisation to it, the query begins with what waits and asks whose it is (`Exists`, which SQLite does not
turn around).
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from paraph.lib import clock
from paraph.people.models import Member
from paraph.signoff.facts import NOT_LAST
from paraph.signoff.models import (
    AWAITED,
    UNFINISHED,
    Ask,
    Dispute,
    Invitation,
    Paper,
    Party,
    Return,
    Rule,
    SignOff,
    State,
)
from paraph.web.office import reach
from paraph.work.models import Comment, WorkOrder

A_MOMENT = timedelta(minutes=1)


def with_request(found: QuerySet[WorkOrder]) -> QuerySet[WorkOrder]:
    """Orders with `request`: the state of their newest request, where that says more than the order's status."""
    newest = SignOff.objects.filter(order=OuterRef("pk")).exclude(state=State.SHARED).order_by("-created_at")
    return found.annotate(request=Subquery(newest.values("state")[:1]))


def signatures(member: Member) -> QuerySet[Party]:
    """Parties who were asked to sign and did nothing yet, of open requests; in turn, only whose turn it is.

    `signoff.created_at` is since when, `printed` when they took the paper they may come back with.
    """
    waiting = Party.objects.filter(signoff__organisation_id=member.organisation_id, signoff__state=State.OPEN)
    printed = Paper.objects.filter(party=OuterRef("pk")).order_by("-created_at").values("created_at")
    waiting = waiting.filter(ask=Ask.AUTHORISE, acted_at=None, decline=None).exclude(Exists(_checked()))
    before = Party.objects.filter(
        signoff=OuterRef("signoff"), ask=Ask.AUTHORISE, acted_at=None, position__lt=OuterRef("position")
    )
    waiting = waiting.exclude(Q(signoff__rule=Rule.IN_TURN) & Q(Exists(before)))
    waiting = waiting.annotate(printed=Subquery(printed[:1]))
    return waiting.select_related("contact", "signoff__order__customer").order_by("signoff__created_at")


def _checked() -> QuerySet[Return]:
    """Paper of a party that is being checked: they did their part."""
    return Return.objects.filter(party=OuterRef("pk"), state__in=AWAITED)


def seals(member: Member) -> QuerySet[SignOff]:
    """Signed, but the seal could not be made yet (I7); `seal_fault` says why.

    Two who signed at the same moment are no alarm: the worker seals within seconds.
    """
    found = SignOff.objects.filter(organisation_id=member.organisation_id, state=State.COMPLETE)
    found = found.exclude(seal_fault=NOT_LAST, completed_at__gt=clock.now() - A_MOMENT)
    return found.select_related("order__customer").order_by("completed_at")


def disputes(member: Member) -> QuerySet[Dispute]:
    """What customers dispute and nobody resolved yet, the oldest first (S0-34)."""
    ours = SignOff.objects.filter(pk=OuterRef("signoff"), organisation_id=member.organisation_id)
    found = reach.told(Dispute.objects.filter(Exists(ours), resolved_at=None))
    return found.order_by("raised_at")


def questions(member: Member) -> QuerySet[Comment]:
    """The customers' last words that nobody of the shop answered."""
    later = Comment.objects.filter(order=OuterRef("order"), at__gt=OuterRef("at"), deleted_at=None)
    on_item, on_order = Exists(later.filter(item=OuterRef("item"))), Exists(later.filter(item=None))
    ours = WorkOrder.objects.filter(pk=OuterRef("order"), organisation_id=member.organisation_id)
    open_ones = Comment.objects.filter(
        Exists(ours), unanswered=True, author_kind="contact", deleted_at=None
    ).filter(Q(item__isnull=False) & ~on_item | Q(item=None) & ~on_order)
    return open_ones.select_related("order__customer", "item").order_by("at")


def expired(member: Member) -> QuerySet[Invitation]:
    """Links that ended before their party signed, and have no living successor."""
    now = clock.now()
    alive = Invitation.objects.filter(party=OuterRef("party"), revoked_at=None)
    alive = alive.filter(Q(expires_at=None) | Q(expires_at__gt=now))
    newer = Invitation.objects.filter(party=OuterRef("party"), created_at__gt=OuterRef("created_at"))
    ended = Invitation.objects.filter(
        party__signoff__organisation_id=member.organisation_id,
        party__signoff__state__in=UNFINISHED,
        party__ask=Ask.AUTHORISE,
        party__acted_at=None,
        party__decline=None,
        revoked_at=None,
        expires_at__lte=now,
    ).filter(~Exists(alive), ~Exists(newer))
    return ended.select_related("party__contact", "party__signoff__order__customer").order_by("expires_at")
