"""A mail that never arrived is told: to the record, and by a rule to the managers (F17)."""

from __future__ import annotations

from paraph.automation.facts import MessageRefused
from paraph.delivery.models import Delivery
from paraph.evidence import ledger
from paraph.lib.actor import SYSTEM


def record(delivery: Delivery) -> None:
    """Record that a message was given up or came back; `delivery` calls this in the transaction that marks it."""
    if not delivery.log:
        return
    fact = MessageRefused(
        message=delivery.message_id,
        attempts=delivery.attempts,
        status=delivery.status,
        to=delivery.to,
        why=delivery.last_error,
    )
    ledger.append(fact, log=delivery.log, topic=delivery.topic, by=SYSTEM)
