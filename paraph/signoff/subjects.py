"""WHAT is signed: a live order becomes a fixed snapshot.

The secret: `present` says everything a view shows, without a language or a layout; its canonical JSON is the snapshot,
its digest what a signature names. Portal page, PDF and record are made from the same value (I10).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max, OuterRef, QuerySet, Subquery

from paraph.evidence import ledger
from paraph.lib import canonical, clock, differ
from paraph.lib.actor import Actor
from paraph.lib.compiled import Compiled
from paraph.lib.differ import Change
from paraph.signoff import confirmed, reporting
from paraph.signoff.facts import SubjectFrozen
from paraph.signoff.models import Confirmation, SignOff, Snapshot, View
from paraph.signoff.standing import REMARKS, describe_line
from paraph.signoff.standing import Standing as Standing
from paraph.signoff.standing import is_priced as is_priced
from paraph.signoff.standing import standing as standing
from paraph.work import estimate, orders
from paraph.work.models import Comment, Property, WorkOrder
from paraph.work.properties import KEY


def present(order: WorkOrder, view: str, stand: Mapping[str, Standing] | None = None) -> dict[str, Any]:
    """Return all a view shows, as `compose` puts it together. `stand` is `standing(order, view)`.

    An estimate has prices, a service report where the policy of the order's kind shows them.
    """
    stand = standing(order, view) if stand is None else stand
    return compose(
        confirmed.describe(order),
        view=view,
        shop={"name": order.organisation.name, "address": order.organisation.address},
        stand={key: (str(one.choice), one.authorised) for key, one in stand.items()},
        notes=_notes(order),
        priced=view == View.ESTIMATE or (view == View.REPORT and reporting.shows_prices(order)),
        beside=reporting.beside(order) if view == View.REPORT else {},
    )


def compose(
    told: Mapping[str, Any],
    *,
    view: str,
    shop: Mapping[str, str],
    stand: Mapping[str, tuple[str, bool]],
    notes: Mapping[str, Sequence[Mapping[str, str]]],
    priced: bool,
    beside: Mapping[str, Any],
) -> dict[str, Any]:
    """Put a view together: a JSON-able value without language; money in minor units, decimals as text.

    `told` is of `orders.describe`; `stand` holds decision and *authorised* by item id, of the lines to be shown. Keys:
    v, view, shop {name, address}, order {number, title, object, currency, remarks, customer {id, name, address}, site
    (the same, or None), and where there are any properties [{property, name, names, type, value, unit, labels}]}, items
    [{id, number, finding, action, labour {code, hours}, parts [{name, number, quantity}], decision, authorised, notes
    [{by, at, text}]}]. With prices, labour has rate and total, a part price and total, an item tax_rate and total, and
    there are sums {all, approved, authorised} of {net, taxes [{rate, net, tax}], gross}.

    In a service report the hours are those worked, None while nobody recorded them, labour.total and total are made of
    them (hours × rate, half a cent up), and `beside` adds what `reporting.beside` says. A technician's phone makes the
    very same value, so its canonical JSON (RFC 8785) is the same, too: tests/vectors/report_*.json are examples.
    """
    items = [
        {
            **describe_line(item, priced=priced, worked=view == View.REPORT),
            "decision": stand[item["id"]][0],
            "authorised": stand[item["id"]][1],
            REMARKS: notes.get(item["id"], []),
        }
        for item in told["items"]
        if item["id"] in stand
    ]
    content: dict[str, Any] = {
        "v": 1,
        "view": str(view),
        "shop": dict(shop),
        "order": {
            **{key: told[key] for key in ("number", "title", "object", "currency")},
            "site": told["site"],
            "customer": told["customer"],
            "remarks": told["notes"],
            **({KEY: told[KEY]} if KEY in told else {}),
        },
        "items": items,
    }
    if priced:
        content["sums"] = {
            "all": _sums(items),
            "approved": _sums(
                one for one in items if one["decision"] == "approved" and not one["authorised"]
            ),
            "authorised": _sums(one for one in items if one["authorised"]),
        }
    return {**content, **beside}


def freeze(signoff: SignOff, view: str, *, by: Actor) -> Snapshot:
    """Return the snapshot of what the view shows now; a new revision, with its fact, when it differs from the last.

    Call inside a transaction that holds the order's row.
    """
    order = orders.load(signoff.order_id)
    content = canonical.dumps(present(order, view))
    digest = canonical.digest(content)
    last = signoff.snapshots.order_by("-revision").first()
    if last is not None and last.digest == digest:
        return last
    snapshot = Snapshot.objects.create(
        signoff=signoff,
        revision=last.revision + 1 if last else 1,
        view=view,
        content=content,
        digest=digest,
        created_at=clock.now(),
    )
    ledger.append(
        SubjectFrozen(signoff=str(signoff.pk), revision=snapshot.revision, view=str(view), digest=digest),
        log=str(signoff.organisation_id),
        topic=order.topic,
        by=by,
    )
    return snapshot


def since(snapshot: Snapshot, seen: str, order_id: UUID | str) -> list[Change]:
    """As `differs`, in one query where the order's `mark` is still the one `seen` when the snapshot was taken.

    Not for a service report: hours, photos and what a policy shows change without the order's revision.
    """
    if snapshot.view != View.REPORT and mark(order_id) == seen:
        return []
    return differs(snapshot, order_id)


def differs(snapshot: Snapshot, order_id: UUID | str | None = None) -> list[Change]:
    """Return what the view would show differently now; empty when the snapshot is still true. Remarks do not count.

    `order_id` saves a look-up where the caller has it.
    """
    return _between(snapshot, present(orders.load(order_id or snapshot.signoff.order_id), snapshot.view))


def says(snapshot: Snapshot, content: dict[str, Any]) -> bool:
    """Whether a snapshot still says what its view shows now, as `present` gave it. Remarks do not count."""
    return not _between(snapshot, content)


def _between(snapshot: Snapshot, content: dict[str, Any]) -> list[Change]:
    return differ.changes(_without_remarks(snapshot.facts), _without_remarks(content))


# All that `present` shows, remarks aside, changes with one of these.
MARKS = (
    "revision",
    "customer__name",
    "customer__address",
    "site__name",
    "site__address",
    "organisation__name",
    "organisation__address",
    Max("signoffs__decisions"),
    Max("signoffs__signatures__entry"),
    # Values are in the revision; their names, and what was confirmed a moment ago, are not.
    Subquery(
        Property.objects.filter(organisation=OuterRef("organisation"))
        .order_by("-changed_at")
        .values("changed_at")[:1]
    ),
    Subquery(Confirmation.objects.filter(signoff__order=OuterRef("pk")).order_by("-pk").values("pk")[:1]),
)


def mark(order_id: UUID | str) -> str:
    """A digest of where all that a view shows stands, in one query: equal marks mean that nothing changed."""
    (found,) = _MARK.rows(order_id if isinstance(order_id, UUID) else UUID(order_id))
    return canonical.digest([one if one is None or isinstance(one, int | str) else str(one) for one in found])


def _marked(order_id: UUID) -> QuerySet[WorkOrder, Any]:
    return WorkOrder.objects.filter(pk=order_id).order_by().values_list(*MARKS)


_MARK = Compiled(_marked, UUID(int=1))


def hold(order_id: UUID | str) -> None:
    """Lock the order's row until the transaction ends, so that nobody changes what is being signed."""
    assert transaction.get_connection().in_atomic_block
    if not _HOLD.rows(order_id if isinstance(order_id, UUID) else UUID(order_id)):
        raise WorkOrder.DoesNotExist


def _held(order_id: UUID) -> QuerySet[WorkOrder, Any]:
    return WorkOrder.objects.select_for_update().filter(pk=order_id).order_by().values_list("revision")


_HOLD = Compiled(_held, UUID(int=1))


def _without_remarks(content: dict[str, Any]) -> dict[str, Any]:
    return {**content, "items": [{k: v for k, v in one.items() if k != REMARKS} for one in content["items"]]}


def _notes(order: WorkOrder) -> dict[str, list[dict[str, str]]]:
    """The customer's own instructions, by item id (S3-23)."""
    found: dict[str, list[dict[str, str]]] = {}
    said = Comment.objects.filter(order=order, deleted_at=None, author_kind="contact").exclude(item=None)
    for one in said.order_by("at"):
        note = {"by": one.author_name, "at": clock.iso(one.at), "text": one.text}
        found.setdefault(str(one.item_id), []).append(note)
    return found


def _sums(items: Iterable[dict[str, Any]]) -> dict[str, Any]:
    sums = estimate.totals(
        (one["total"], Decimal(one["tax_rate"]), Decimal(one["labour"]["hours"] or 0)) for one in items
    )
    taxes = [{"rate": orders.plain(line.rate), "net": line.net, "tax": line.tax} for line in sums.taxes]
    return {"net": sums.net, "taxes": taxes, "gross": sums.gross}
