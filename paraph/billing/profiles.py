"""Who asks whom: both parties as an invoice names them, and what was entered about them for that purpose.

Name and VAT number belong to the organisation and the customer; the rest stands in the profiles. A party is a dict of
texts, so that an issued invoice can freeze it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from babel import Locale
from django.db import transaction

from paraph.billing import series
from paraph.billing.errors import PrefixTaken
from paraph.billing.facts import BuyerChanged, SellerChanged
from paraph.billing.models import BuyerProfile, SellerProfile
from paraph.evidence import ledger
from paraph.lib.actor import Actor
from paraph.people import access
from paraph.people.models import Customer, Member, Organisation

ADDRESS = ("street", "extra", "postcode", "city", "country", "registration")
SELLER = (*ADDRESS, "tax_number", "iban", "bic", "payment_note")
SELLER_FIELDS = (*SELLER, "payment_days", "invoice_prefix", "credit_prefix")
BUYER = (*ADDRESS, "reference")

Party = dict[str, str]
# Codes of Babel that are no country an address can be in (ISO 3166-1 knows them as reserved, or not at all).
NO_COUNTRIES = frozenset(
    ["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"]
)


def countries(language: str) -> dict[str, str]:
    """Codes of all countries (ISO 3166-1), and their names in a language."""
    names = Locale.parse(language[:2]).territories
    return {
        code: name
        for code, name in names.items()
        if len(code) == 2 and code.isalpha() and code not in NO_COUNTRIES
    }


def seller_profile(organisation: Organisation) -> SellerProfile:
    """What was entered for the organisation; an empty one if nothing was."""
    found = SellerProfile.objects.filter(organisation=organisation).first()
    return found or SellerProfile(organisation=organisation)


def buyer_profile(customer: Customer) -> BuyerProfile:
    """What was entered for the customer; an empty one if nothing was."""
    found = BuyerProfile.objects.filter(customer=customer).first()
    return found or BuyerProfile(customer=customer)


def seller(organisation: Organisation, profile: SellerProfile | None = None) -> Party:
    """The organisation as its invoices name it."""
    profile = profile or seller_profile(organisation)
    own = {
        "name": organisation.name,
        "vat_number": compact(organisation.vat_number),
        "email": organisation.email,
        "phone": organisation.phone,
    }
    return own | {name: getattr(profile, name) for name in SELLER}


def buyer(customer: Customer) -> Party:
    """The customer as invoices to them name them."""
    profile = buyer_profile(customer)
    own = {"name": customer.name, "vat_number": compact(customer.vat_number)}
    return own | {name: getattr(profile, name) for name in BUYER}


def compact(identifier: str) -> str:
    """A VAT number, IBAN or BIC as machines write it: capitals, without spaces, dots and hyphens."""
    return re.sub(r"[\s.\-]", "", identifier).upper()


@transaction.atomic
def save_seller(organisation: Organisation, told: Mapping[str, Any], *, by: Member, actor: Actor) -> None:
    """Store the organisation's invoicing details; one fact names what changed, nothing changed is no fact.

    Raises `PrefixTaken`.
    """
    access.require(by, "settings.edit")
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    profile = seller_profile(organisation)
    changed = _change(profile, SELLER_FIELDS, told)
    if not series.are_apart(profile):
        raise PrefixTaken
    if changed:
        fact = SellerChanged(changed=changed, iban=profile.iban)
        ledger.append(fact, log=organisation.log, topic=f"organisation:{organisation.pk}", by=actor)


@transaction.atomic
def save_buyer(customer: Customer, told: Mapping[str, Any], *, by: Member, actor: Actor) -> None:
    """Store a customer's invoicing details; one fact names what changed, nothing changed is no fact."""
    access.require(by, "customer.edit")
    Customer.objects.select_for_update().get(pk=customer.pk)
    profile = buyer_profile(customer)
    changed = _change(profile, BUYER, told)
    if changed:
        fact = BuyerChanged(customer=str(customer.pk), changed=changed)
        ledger.append(fact, log=str(customer.organisation_id), topic=f"customer:{customer.pk}", by=actor)


def _change(
    profile: SellerProfile | BuyerProfile, names: tuple[str, ...], told: Mapping[str, Any]
) -> list[str]:
    changed = [name for name in names if name in told and getattr(profile, name) != told[name]]
    for name in changed:
        setattr(profile, name, told[name])
    profile.save()
    return changed
