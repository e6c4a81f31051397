"""Numbers of invoices: one after the other, none twice, none left out (gapless).

The secret: a document holds its number, so the next one is looked at first, the document is made, and the number is
taken in the transaction that stores it, under the lock of the series' row, only if it is still the next. A
transaction that fails has taken nothing.
"""

from __future__ import annotations

from uuid import UUID

from paraph.billing.models import Kind, SellerProfile, Series

DIGITS = 4


def peek(organisation: UUID, kind: str, year: int) -> str:
    """The number the next one will probably get."""
    found = Series.objects.filter(organisation_id=organisation, kind=kind, year=year).first()
    return write(found) if found else write(_new(organisation, kind, year))


def lock(organisation: UUID, kind: str, year: int) -> Series:
    """The series, made if need be, held until the transaction ends."""
    rows = Series.objects.select_for_update().filter(organisation_id=organisation, kind=kind, year=year)
    found = rows.first()
    if found is None:
        Series.objects.bulk_create([_new(organisation, kind, year)], ignore_conflicts=True)
        found = rows.get()
    return found


def take(series: Series) -> int:
    """Take the next number of a series that is locked."""
    taken = series.next_number
    series.next_number = taken + 1
    series.save(update_fields=["next_number"])
    return taken


def write(series: Series) -> str:
    """The next number as people read it: ``INV-2026-0001``."""
    return f"{series.prefix}{series.year}-{series.next_number:0{DIGITS}d}"


def are_apart(profile: SellerProfile) -> bool:
    """Whether no invoice and credit note can get the same number, in series to come or in those there are."""
    found = Series.objects.filter(organisation_id=profile.organisation_id)
    used = {(one.kind, one.prefix) for one in found}
    used |= {(str(Kind.INVOICE), profile.invoice_prefix), (str(Kind.CREDIT), profile.credit_prefix)}
    prefixes = [prefix for _kind, prefix in used]
    return len(prefixes) == len(set(prefixes))


def _new(organisation: UUID, kind: str, year: int) -> Series:
    """A series keeps the prefix it began with, so that a year's numbers look alike."""
    profile = SellerProfile.objects.filter(organisation_id=organisation).first() or SellerProfile()
    prefix = profile.invoice_prefix if kind == Kind.INVOICE else profile.credit_prefix
    return Series(organisation_id=organisation, kind=kind, year=year, prefix=prefix)
