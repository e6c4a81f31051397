"""A crowd of orders: a few are made by the product's own verbs, then their rows are copied with new ids, by the driver.

A copy has everything its original has, in every table that hangs on an order: a table of tomorrow is copied without a
word here. Its entries are hashed into the ledger's tree and its checkpoints are signed, so proofs and audits hold; only
snapshots and records still name the original's ids, and all copies share one sealed file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID, uuid4

from django.apps import apps
from django.db import models, transaction
from django.db.models import UniqueConstraint

from benchmarks.rows import Counters, Writer, driver
from paraph.delivery.models import Delivery
from paraph.evidence import ledger, tree
from paraph.evidence.checkpoint import Signer, TreeHead
from paraph.evidence.models import Checkpoint, Entry, Log, Node, Personal, purpose
from paraph.lib import clock, home
from paraph.people.models import Customer
from paraph.work.models import WorkOrder

UUIDS = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
A_PIECE = 2000  # orders a transaction
PER_CUSTOMER = 10
APART = timedelta(minutes=5)  # 100,000 orders are a year
Model = type[models.Model]
Ids = dict[tuple[Model, Any], Any]


@dataclass
class Ledger:
    """The ledger while it grows: its row, its right edge, who signs it, and the time of all copied entries."""

    head: Log
    edge: tree.Frontier
    signer: Signer
    at: datetime

    @classmethod
    def of(cls, name: UUID) -> Ledger:
        """As it stands now."""
        head = Log.objects.get(name=name)
        edge = tree.Frontier.parse(head.size, bytes(head.frontier))
        return cls(head, edge, ledger.signer(head.origin), clock.now())

    def save(self) -> None:
        """Move the log's row to the right edge."""
        Log.objects.filter(pk=self.head.pk).update(
            size=self.edge.size, frontier=self.edge.pack(), last_at=self.at
        )


@dataclass
class Copy:
    """One copy in the making: its number, how old it is, its new ids by (model, old id), its leaves and roots."""

    number: int
    ids: Ids
    first: int  # the index of its first entry
    age: timedelta
    at: datetime  # of its entries
    leaves: dict[int, tuple[bytes, bytes]] = field(default_factory=dict)
    roots: dict[int, tuple[bytes, str]] = field(default_factory=dict)


Patch = Callable[[Copy], Any]


class Original:
    """The rows of one thing with all that hangs on it, and what each row of a copy says differently."""

    def __init__(self, rows: Mapping[Model, Sequence[Any]], people: Mapping[Model, Sequence[Any]]) -> None:
        self.rows = rows
        self._known = {
            (model, one.pk) for found in (rows, people) for model, ones in found.items() for one in ones
        }
        self.entries = sorted(rows.get(Entry, ()), key=lambda entry: entry.index)
        self._places = {entry.index: place for place, entry in enumerate(self.entries)}
        self._named = {entry.pk: list(self._ids_in(bytes(entry.leaf))) for entry in self.entries}
        self._facts = json.dumps([entry.content["fact"] for entry in self.entries])
        self._sizes = {self._place_of(one.size) for one in rows.get(Checkpoint, ())}
        self._recipes = [(model, *self._recipe(one)) for model, found in rows.items() for one in found]

    def copy(self, number: int, age: timedelta, known: Ids, log: Ledger, writer: Writer) -> Ids:
        """Write one more of it; returns the new ids."""
        copy = Copy(number, {**known, **self._ids(writer.counters)}, log.edge.size, age, log.at)
        self._grow(copy, log, writer)
        for model, values, patches in self._recipes:
            row = list(values)
            for at, patch in patches:
                row[at] = patch(copy)
            writer.add(model, row)
        return copy.ids

    def _ids(self, counters: Counters) -> Ids:
        made = {}
        for model, found in self.rows.items():
            key = model._meta.pk
            if not key.is_relation:
                numbered = isinstance(key, models.AutoField)
                for one in found:
                    made[model, one.pk] = counters.next(model) if numbered else driver(key, uuid4())
        return made

    def _grow(self, copy: Copy, log: Ledger, writer: Writer) -> None:
        for count, entry in enumerate(self.entries, start=1):
            leaf = self._leaf(copy, entry)
            copy.leaves[entry.pk] = leaf, tree.leaf_hash(leaf)
            for level, place, digest in log.edge.append(copy.leaves[entry.pk][1]):
                key = writer.counters.next(Node)
                writer.add(Node, [key, driver(Log._meta.pk, log.head.pk), level, place, digest])
            if count in self._sizes:
                root = log.edge.root()
                note = TreeHead(log.head.origin, log.edge.size, root).sign(log.signer)
                copy.roots[count] = root, note

    def _leaf(self, copy: Copy, entry: Entry) -> bytes:
        """The original's leaf, as an entry about the copied rows at its place in the ledger."""
        told = entry.content
        swaps = [
            (f'"at":"{told["at"]}"', f'"at":"{clock.iso(copy.at)}"'),
            (f'"index":{entry.index},', f'"index":{self._moved(copy, entry.index)},'),
        ]
        if told["cause"] is not None:
            swaps.append((f'"cause":{told["cause"]},', f'"cause":{self._moved(copy, told["cause"])},'))
        text = bytes(entry.leaf)
        for before, after in swaps:
            text = text.replace(before.encode(), after.encode(), 1)
        for old, key in self._named[entry.pk]:
            text = text.replace(old, str(UUID(str(copy.ids[key]))).encode())
        return text

    def _new_order(self, copy: Copy) -> UUID:
        (order,) = self.rows[WorkOrder]
        new = copy.ids[WorkOrder, order.pk]
        return new if isinstance(new, UUID) else UUID(new)

    def _moved(self, copy: Copy, index: int) -> int:
        return copy.first + self._places[index]

    def _ids_in(self, leaf: bytes) -> Iterator[tuple[bytes, tuple[Model, Any]]]:
        """The ids of copied rows that a leaf names."""
        for found in set(UUIDS.findall(leaf)):
            for model in (*self.rows, *PEOPLE):
                if (model, UUID(found.decode())) in self._known:
                    yield found, (model, UUID(found.decode()))

    def _place_of(self, size: int) -> int:
        """How many of the original's entries a checkpoint covers."""
        return sum(entry.index < size for entry in self.entries)

    def _recipe(self, one: models.Model) -> tuple[list[Any], list[tuple[int, Patch]]]:
        values, patches = [], []
        for at, part in enumerate(one._meta.concrete_fields):
            value = getattr(one, part.attname)
            values.append(driver(part, value))
            patch = None if value is None else self._special(one, part) or self._usual(one, part, value)
            if patch:
                patches.append((at, patch))
        return values, patches

    def _special(self, one: Any, part: Any) -> Patch | None:
        """Columns of the ledger, which say the same thing in several places."""
        name, key = part.attname, one.pk
        match one:
            case Entry():
                known: dict[str, Patch] = {
                    "index": lambda copy: self._moved(copy, one.index),
                    "leaf": lambda copy: copy.leaves[key][0],
                    "leaf_hash": lambda copy: copy.leaves[key][1],
                    "at": lambda copy: driver(part, copy.at),
                }
            case Personal():
                clear = home.vault().open(bytes(one.sealed), purpose=purpose(one.entry))
                log, index = one.entry.log_id, one.entry.index
                known = {
                    "sealed": lambda copy: home.vault().seal(
                        clear, purpose=f"evidence:{log}:{self._moved(copy, index)}"
                    )
                }
            case Checkpoint():
                size = self._place_of(one.size)
                known = {
                    "size": lambda copy: copy.first + size,
                    "root": lambda copy: copy.roots[size][0],
                    "note": lambda copy: copy.roots[size][1],
                }
            case _:
                known = {}
        return known.get(name)

    def _usual(self, one: models.Model, part: Any, value: Any) -> Patch | None:
        """Ids of copied rows are the new ones, times are earlier, and what must be unique carries the number."""
        model = part.related_model if part.is_relation else type(one)
        if part.is_relation or part.primary_key:
            ours = model in {*self.rows, *PEOPLE}
            return (lambda copy: copy.ids.get((model, value), driver(part, value))) if ours else None
        if part.attname == "topic":
            return lambda copy: f"order:{self._new_order(copy)}"
        if isinstance(part, models.DateTimeField):
            if clock.iso(value) in self._facts:
                return None  # the ledger tells it, and its facts are copied as they are
            return lambda copy: driver(part, value - copy.age)
        if part in _alone(type(one), {*self.rows, *PEOPLE}):
            if isinstance(part, models.IntegerField):
                return lambda copy: value + copy.number + 1
            return lambda copy: f"{copy.number}-{value}"[: part.max_length]
        if isinstance(part, models.JSONField):
            return lambda copy: driver(part, _renamed(value, copy.ids, self.rows))
        return None


PEOPLE: tuple[Model, ...] = tuple(apps.get_model("people", name) for name in ("Customer", "Contact", "Site"))


def fill(kinds: Sequence[tuple[WorkOrder, int]]) -> None:
    """Copy each order so many times, mixed. Raises what the database says about a row that cannot be copied."""
    order = kinds[0][0]
    whose = _customer(order.customer)
    orders = [(Original(_family(_roots(one)), whose), count) for one, count in kinds]
    people = Original(whose, {})
    log, known, writer = Ledger.of(order.organisation_id), Ids(), Writer()
    total = sum(count for _, count in kinds)
    turns = enumerate(_spread([count for _, count in orders]))
    with writer.fast():
        while piece := list(islice(turns, A_PIECE)):
            with transaction.atomic():
                for number, which in piece:
                    age = APART * (total - number)
                    if number % PER_CUSTOMER == 0:
                        known = people.copy(number, age, {}, log, writer)
                    orders[which][0].copy(number, age, known, log, writer)
                writer.flush()
                log.save()


def _family(roots: Iterable[models.Model]) -> dict[Model, list[Any]]:
    """These rows, and those that point at them, and at those, and so on."""
    found: dict[Model, dict[Any, models.Model]] = {}
    waiting = list(roots)
    pointing = [
        (model, part)
        for model in apps.get_models(include_auto_created=True)
        for part in model._meta.concrete_fields
        if part.is_relation
    ]
    while waiting:
        one = waiting.pop()
        if one.pk in found.setdefault(type(one), {}):
            continue
        found[type(one)][one.pk] = one
        for model, part in pointing:
            if part.related_model is type(one):
                waiting += model._base_manager.filter(**{part.name: one})
    return {model: list(rows.values()) for model, rows in found.items()}


def _roots(order: WorkOrder) -> list[models.Model]:
    """The order, its entries, its messages, and the checkpoints its signatures stand under."""
    entries = Entry.objects.filter(log=order.organisation_id, topic=order.topic)
    checkpoints = Checkpoint.objects.filter(pk__in=order.signoffs.values("signatures__checkpoint"))
    return [order, *entries, *Delivery.objects.filter(topic=order.topic), *checkpoints]


def _customer(customer: Customer) -> dict[Model, list[Any]]:
    rows = ([customer], list(customer.contacts.all()), list(customer.sites.all()))
    return dict(zip(PEOPLE, rows, strict=True))


def _alone(model: Model, copied: set[Model]) -> set[Any]:
    """Columns that must differ because no copied id beside them in a unique constraint does."""
    found: set[Any] = {part for part in model._meta.concrete_fields if part.unique and not part.is_relation}
    for rule in model._meta.constraints:
        if isinstance(rule, UniqueConstraint) and rule.fields:
            parts = [model._meta.get_field(name) for name in rule.fields]
            if not any(part.is_relation and part.related_model in copied for part in parts):
                found |= {part for part in parts if not part.is_relation}
    return found


def _renamed(value: Any, ids: Ids, rows: Mapping[Model, Sequence[Any]]) -> Any:
    """A JSON list of ids with the new ones: what a signature is for. Anything else stays as it is."""
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        return value
    swaps = {str(one.pk): (model, one.pk) for model, found in rows.items() for one in found}
    return [str(UUID(str(ids[swaps[one]]))) if one in swaps else one for one in value]


def _spread(counts: Sequence[int]) -> Iterator[int]:
    """Which kind comes next, so that each is spread evenly over all."""
    owed = [0.0] * len(counts)
    total = sum(counts)
    for _ in range(total):
        owed = [debt + count / total for debt, count in zip(owed, counts, strict=True)]
        which = max(range(len(counts)), key=owed.__getitem__)
        owed[which] -= 1
        yield which
