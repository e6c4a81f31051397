"""Properties of the demo company: what an oilfield ticket and an aircraft repair ask for, in three languages."""

from __future__ import annotations

from typing import Any

from paraph.people.models import Member, Organisation
from paraph.work import defining, orders, properties
from paraph.work.defining import OptionDraft, PropertyDraft
from paraph.work.models import OrderKind, Property, WorkOrder

TICKET = ("Field ticket", {"nl": "Veldbon", "fr": "Bon de terrain"})
REPAIR = ("Aircraft work order", {"nl": "Werkorder vliegtuig", "fr": "Bon de travail avion"})
# The demo's orders by title.
KINDS = {"Wellhead service, ticket 7-118": TICKET[0], "100-hour inspection": REPAIR[0]}


def define(manager: Member) -> dict[str, Property]:
    """Two kinds of order and their properties, by name."""
    ticket, repair = (_kind(manager, *told) for told in (TICKET, REPAIR))
    made = [_property(manager, kind, told) for kind, told in [*_of_tickets(ticket), *_of_repairs(repair)]]
    return {one.name: one for one in made}


def kind_of(company: Organisation, title: str) -> OrderKind | None:
    """Which kind the order with a title is of, if any."""
    return OrderKind.objects.filter(organisation=company, name=KINDS.get(title, "")).first()


def ticket_of(company: Organisation) -> OrderKind:
    """The kind of its field tickets."""
    return OrderKind.objects.get(organisation=company, name=TICKET[0])


def fill(known: dict[str, Property], ticket: WorkOrder, repair: WorkOrder, by: Member) -> None:
    """What is known of two orders at the start; the customer confirms the rest."""
    values = {
        "AFE number": "AFE-2026-118",
        "Well name": "Delta-7",
        "Proppant": "42.5",
        "Stamp required": "yes",
    }
    for order, told in ((ticket, values), (repair, {"Registration": "PH-KLX", "Airframe hours": "4812"})):
        said = {known[name].pk: value for name, value in told.items()}
        properties.set_values(orders.load(order.pk), said, by=by.actor)


def _of_tickets(kind: OrderKind) -> list[tuple[OrderKind, PropertyDraft]]:
    confirm: dict[str, Any] = {"editable": True}
    return [
        (
            kind,
            PropertyDraft(
                "text",
                "AFE number",
                {"nl": "AFE-nummer", "fr": "Numéro AFE"},
                "The authorisation for expenditure this work is booked on.",
                {
                    "nl": "De uitgavenmachtiging waarop dit werk wordt geboekt.",
                    "fr": "L’autorisation de dépense sur laquelle ce travail est imputé.",
                },
                required=True,
                **confirm,
            ),
        ),
        (
            kind,
            PropertyDraft(
                "po_number",
                "PO number",
                {"nl": "Inkoopnummer", "fr": "Numéro de commande"},
                pattern="45########|PO-#{4,6}",
                **confirm,
            ),
        ),
        (kind, PropertyDraft("text", "Well name", {"nl": "Naam van de put", "fr": "Nom du puits"})),
        (
            kind,
            PropertyDraft("number", "Proppant", {"nl": "Steunzand", "fr": "Agent de soutènement"}, unit="t"),
        ),
        (
            kind,
            PropertyDraft(
                "yes_no", "Stamp required", {"nl": "Stempel nodig", "fr": "Cachet exigé"}, **confirm
            ),
        ),
    ]


def _of_repairs(kind: OrderKind) -> list[tuple[OrderKind, PropertyDraft]]:
    options = [
        OptionDraft("Release to service", {"nl": "Vrijgave voor gebruik", "fr": "Remise en service"}),
        OptionDraft("Ferry flight", {"nl": "Overbrengvlucht", "fr": "Vol de convoyage"}),
    ]
    return [
        (kind, PropertyDraft("text", "Registration", {"nl": "Registratie", "fr": "Immatriculation"})),
        (
            kind,
            PropertyDraft(
                "number", "Airframe hours", {"nl": "Vlieguren casco", "fr": "Heures cellule"}, unit="h"
            ),
        ),
        (
            kind,
            PropertyDraft(
                "choice",
                "Needed for",
                {"nl": "Nodig voor", "fr": "Nécessaire pour"},
                options=options,
                editable=True,
            ),
        ),
        (
            kind,
            PropertyDraft(
                "date", "Needed back on", {"nl": "Nodig terug op", "fr": "À rendre le"}, editable=True
            ),
        ),
    ]


def _kind(manager: Member, name: str, names: dict[str, str]) -> OrderKind:
    return defining.put_kind(None, name=name, names=names, by=manager, actor=manager.actor)


def _property(manager: Member, kind: OrderKind, told: PropertyDraft) -> Property:
    draft = PropertyDraft(**{**vars(told), "kinds": [kind]})
    return defining.put_property(None, draft, by=manager, actor=manager.actor)
