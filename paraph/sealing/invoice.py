"""The shape of ``content`` for the template ``invoice``: the contract between billing and sealing.

As in ``document``: finished text in the reader's language, strings are data, the keys are fixed.
"""

from __future__ import annotations

from typing import Literal, TypedDict

from paraph.sealing.document import Shop, Total


class Row(TypedDict):
    """One charge: labour or a part."""

    text: str
    quantity: str
    """With its unit: ``2.5 h``, ``4``."""
    price: str
    """Of one unit."""
    tax: str
    """``21%``, or the sign of the remark that says why there is none."""
    amount: str


class Group(TypedDict):
    """One line of the order with its charges."""

    number: str
    title: str
    rows: list[Row]


class Pair(TypedDict):
    """A word and what belongs to it; an empty value leaves the pair out."""

    label: str
    value: str


class Words(TypedDict):
    """Every word the template itself prints, translated."""

    lines: str
    number: str
    what: str
    quantity: str
    price: str
    tax: str
    amount: str
    digest: str
    """Before the short digest in the footer."""
    page: str
    """``Page {page} of {pages}``."""
    generated: str
    unprintable: str


class Invoice(TypedDict):
    """All of it."""

    kind: Literal["invoice", "credit_note"]
    draft: str
    """A sentence in a frame at the top that this is no invoice yet; "" once issued."""
    title: str
    number: str
    shop: Shop
    facts: list[tuple[str, list[str]]]
    """Head of the page: a label and its lines of text, three in a row."""
    intro: str
    groups: list[Group]
    totals: list[Total]
    remarks: list[str]
    """What the law wants said: why no tax is charged, which invoice is credited."""
    payment: list[Pair]
    closing: str
    """What the invoice rests on: who signed what, when."""
    digest: str
    """Short digest of the signed snapshot."""
    labels: Words
