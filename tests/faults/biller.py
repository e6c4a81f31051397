"""A process that issues an invoice for a biller, until a crash point ends it. Its input is the invoice's id."""

from __future__ import annotations

import json
import sys

import django


def main() -> None:
    """Issue it."""
    django.setup()
    from paraph.billing import invoices
    from paraph.billing.models import Invoice
    from paraph.people.models import Member, Role

    invoice = Invoice.objects.get(pk=json.load(sys.stdin))
    biller = Member.objects.get(organisation=invoice.organisation_id, role=Role.BILLER)
    invoices.issue(invoice, by=biller, actor=biller.actor)


if __name__ == "__main__":
    main()
