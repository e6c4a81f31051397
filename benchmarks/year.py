"""What the office's figures are made of, a year of it, in the process inside: made, counted, and folded anew."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import date, timedelta
from itertools import islice
from typing import Any
from uuid import uuid4

from django.db import connection

from paraph.insights import folding, periods
from paraph.insights.folds import SORTED
from paraph.insights.models import ROWS, Answer, Asking, Closing, Cursor, Settling
from paraph.people.models import Organisation
from paraph.work.models import WorkOrder

AT_ONCE = 5000
LONGEST = 700_000  # seconds of one step: eight days
DAYS = ((Closing, "closed_on"), (Asking, "asked_on"), (Settling, "resolved_on"))


def closings() -> int:
    """A year of figures: every order asked for, signed and closed in its own time, every tenth one disputed."""
    for model in ROWS:
        model.objects.all().delete()
    chance, today = random.Random(7), periods.today(Organisation.objects.get())
    found = WorkOrder.objects.order_by().only(*SORTED, "pk").iterator(chunk_size=AT_ONCE)
    while orders := list(islice(found, AT_ONCE)):
        made = [row for order in orders for row in _rows(order, today, chance)]
        for model in ROWS:
            model.objects.bulk_create([row for row in made if isinstance(row, model)])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")  # as autovacuum does
    return Closing.objects.count()


def count() -> dict[str, float]:
    """Count the same rows by plain SQL: CPU and wall milliseconds."""
    company = Organisation.objects.get()
    period = periods.preset("12m", periods.today(company))
    rows = [
        model.objects.filter(organisation=company, **{f"{day}__range": (period.first, period.last)})
        for model, day in DAYS
    ]
    return _timed(lambda: [one.count() for one in rows])


def fold() -> dict[str, float]:
    """Fold every entry there is, once more from the first: CPU and wall milliseconds for a thousand of them."""
    Cursor.objects.all().delete()
    folded = 0

    def everything() -> None:
        nonlocal folded
        folded = folding.fold_all()

    told = _timed(everything)
    return {name: 1000 * taken / folded for name, taken in told.items()}


def _rows(order: WorkOrder, today: date, chance: random.Random) -> list[Any]:
    day, whose = (
        today - timedelta(days=chance.randrange(365)),
        {name: getattr(order, name) for name in SORTED},
    )
    signed, reported, drafted = (chance.randrange(60, LONGEST) for _ in range(3))
    steps = {"to_sign": signed, "after_signing": reported, "to_close": signed + reported}
    asked = {"answer": chance.choice(Answer.values), "approved": 2}
    rows: list[Any] = [
        Closing(order_id=order.pk, closed_on=day, to_invoice=drafted, **steps, **whose),
        Asking(signoff=uuid4(), order_id=order.pk, asked_on=day, **asked, **whose),
    ]
    if chance.randrange(10) == 0:
        settled = {"raised_at": order.created_at, "resolved_on": day, "to_resolve": signed}
        rows.append(Settling(dispute=uuid4(), order_id=order.pk, **settled, **whose))
    return rows


def _timed(work: Callable[[], object]) -> dict[str, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return {"cpu": (time.process_time() - cpu) * 1000, "wall": (time.perf_counter() - wall) * 1000}
