"""A parts list as a file: number, name and price in columns, as spreadsheets save them.

The secret: what spreadsheets really write. Commas, semicolons or tabs; UTF-8, UTF-16 or the Windows code page; figures
in either notation; with or without a heading. What `write` writes, `read` reads as the same list in every language.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from paraph.lib import numerals
from paraph.lib.spreadsheet import BYTE_ORDER_MARK, harmless, meant
from paraph.people.models import NAME_CHARS
from paraph.work.lists import MOST_PARTS, PartRow
from paraph.work.models import MAX_MINOR, NUMBER_CHARS, CatalogPart

MOST_BYTES = 4 << 20  # of a file: 10,000 parts with long names
MOST_PROBLEMS = 20  # told at once
COLUMNS = ("number", "name", "price")
# What the columns are called, in the order they stand in without a heading.
HEADINGS = (
    {"number", "part number", "part no", "sku", "nummer", "onderdeelnummer", "artikelnummer", "numéro"}
    | {"numéro de pièce", "référence", "réf"},
    {"name", "part", "description", "naam", "onderdeel", "omschrijving", "nom", "pièce", "désignation"},
    {"price", "unit price", "prijs", "stukprijs", "eenheidsprijs", "prix", "prix unitaire"},
)


class Unreadable(Exception):
    """The file, or lines of it, cannot be read: `problems`, sentences naming their line."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = list(problems)


def write(parts: Iterable[CatalogPart], *, digits: int) -> bytes:
    """The file: UTF-8 with a byte order mark, commas, a head; names are never a formula (security.md line 30)."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    # Three figures behind a point are thousands to some; four are a fraction to everybody.
    places = 4 if digits == 3 else digits
    for one in parts:
        price = f"{Decimal(one.unit_price).scaleb(-digits):.{places}f}"
        writer.writerow((harmless(one.number), harmless(one.name), price))
    return (BYTE_ORDER_MARK + text.getvalue()).encode()


def read(content: bytes, *, language: str, digits: int) -> list[PartRow]:
    """The parts of a file, in its order. `digits` is how many decimals the currency has; figures as `language` writes.

    Raises `Unreadable` with what is wrong in up to `MOST_PROBLEMS` lines; a price left empty is nothing.
    """
    if len(content) > MOST_BYTES:
        raise Unreadable(
            [_("The file is larger than %(mb)s MB. Send a smaller one.") % {"mb": MOST_BYTES >> 20}]
        )
    found: dict[str, PartRow] = {}
    problems: list[str] = []
    for line, cells in _cells(content):
        try:
            row = _row(cells, language, digits)
            if row.number in found:
                raise ValueError(_("the number %(number)s stands there twice.") % {"number": row.number})
        except ValueError as problem:
            problems.append(_("Line %(line)s: %(problem)s") % {"line": line, "problem": problem})
            if len(problems) == MOST_PROBLEMS:
                break
        else:
            found[row.number] = row
    if problems:
        raise Unreadable(problems)
    if not found:
        raise Unreadable(
            [_("There is no part in the file. It needs a line for each, with number, name and price.")]
        )
    if len(found) > MOST_PARTS:
        raise Unreadable([_("The list can hold 10,000 parts, and would hold more.")])
    return list(found.values())


def _cells(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Number, name, price of every line that says something, with the line's number in the file."""
    text = _text(content)
    first = text.lstrip().partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max("\t;,", key=first.count))
    places: list[int] | None = None
    try:
        for cells in reader:
            told = [cell.strip() for cell in cells]
            if not any(told):
                continue
            if places is None:
                places, headed = _places(told)
                if headed:
                    continue
            yield reader.line_num, [meant(told[at]) if 0 <= at < len(told) else "" for at in places]
    except csv.Error as problem:
        raise Unreadable([_("This is not a list in CSV. Save it as CSV in your spreadsheet.")]) from problem


def _text(content: bytes) -> str:
    for encoding in ("utf-16",) if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Unreadable([_("This is not a list in CSV. Save it as CSV in your spreadsheet.")])


def _places(first: list[str]) -> tuple[list[int], bool]:
    """Where number, name and price stand, and whether the first line says so itself."""
    called = [cell.casefold() for cell in first]
    found = [next((at for at, cell in enumerate(called) if cell in names), -1) for names in HEADINGS]
    # Without a price, it is still a heading: no part is called so.
    return (found, True) if min(found[:2]) >= 0 else ([0, 1, 2], False)


def _row(cells: list[str], language: str, digits: int) -> PartRow:
    """One line as a part; raises ValueError with a sentence."""
    number, name, price = cells
    if not number:
        raise ValueError(_("the part number is missing."))
    if not name:
        raise ValueError(_("the name is missing."))
    if len(number) > NUMBER_CHARS or len(name) > NAME_CHARS:
        raise ValueError(
            _("a number has at most %(number)s characters, a name %(name)s.")
            % {"number": NUMBER_CHARS, "name": NAME_CHARS}
        )
    return PartRow(number, name, _minor(price, language, digits))


def _minor(price: str, language: str, digits: int) -> int:
    if not price:
        return 0
    try:
        amount = numerals.read(price, language).scaleb(digits)
    except (ValueError, ArithmeticError) as problem:
        example = numerals.write(Decimal("120.5"), 2, language, least=2)
        told = _("“%(price)s” is not a price. Write it, for example, as %(example)s.")
        raise ValueError(told % {"price": price[:40], "example": example}) from problem
    if amount != amount.to_integral_value() or not 0 <= amount <= MAX_MINOR:
        raise ValueError(_("the price %(price)s is not possible.") % {"price": price[:40]})
    return int(amount)
