"""Comments on an order, by both sides.

The secret: a comment is never edited; deleting hides its text from everybody and leaves the fact (S3-32).
"""

from __future__ import annotations

from django.db import transaction

from paraph.evidence import ledger
from paraph.lib import clock
from paraph.lib.actor import Actor
from paraph.people import access
from paraph.people.models import Member
from paraph.work.facts import CommentAdded, CommentDeleted
from paraph.work.models import Comment, Item, WorkOrder


@transaction.atomic
def add(order: WorkOrder, item: Item | None, *, text: str, by: Actor) -> Comment:
    """Say something about an item, or about the order when `item` is None. `text` was validated by the form."""
    Comment.objects.filter(order=order, item=item, unanswered=True).update(unanswered=False)
    comment = Comment.objects.create(
        order=order,
        item=item,
        author_kind=by.kind,
        author_ref=by.ref,
        author_name=by.name,
        text=text,
        at=clock.now(),
        unanswered=by.kind == "contact",
    )
    ledger.append(
        CommentAdded(comment=str(comment.id), number=item.number if item else None, text=text),
        log=str(order.organisation_id),
        topic=order.topic,
        by=by,
    )
    return comment


@transaction.atomic
def delete(comment: Comment, *, by: Member, actor: Actor) -> Comment:
    """Hide a comment; managers only (raises `access.Forbidden`). Deleting twice is once."""
    access.require(by, "comment.delete")
    there = Comment.objects.filter(deleted_at=None)
    if not there.filter(pk=comment.pk).update(deleted_at=clock.now(), unanswered=False):
        return comment
    comment.refresh_from_db()
    # What it answered may be the last word again; `unanswered` may be true too often, never too seldom.
    there.filter(order=comment.order_id, item=comment.item_id, author_kind="contact").update(unanswered=True)
    ledger.append(
        CommentDeleted(comment=str(comment.id), number=comment.item.number if comment.item else None),
        log=str(comment.order.organisation_id),
        topic=comment.order.topic,
        by=actor,
    )
    return comment
