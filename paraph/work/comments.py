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
    comment = Comment.objects.create(
        order=order,
        item=item,
        author_kind=by.kind,
        author_ref=by.ref,
        author_name=by.name,
        text=text,
        at=clock.now(),
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
    if not Comment.objects.filter(pk=comment.pk, deleted_at=None).update(deleted_at=clock.now()):
        return comment
    comment.refresh_from_db()
    ledger.append(
        CommentDeleted(comment=str(comment.id), number=comment.item.number if comment.item else None),
        log=str(comment.order.organisation_id),
        topic=comment.order.topic,
        by=actor,
    )
    return comment
