"""What was read out of the facts, a row each order, request and dispute; `folding` alone writes here.

Every row can be made again from the ledger. Times are the ledger's, so the server's clock; lengths are whole seconds,
never negative, null where one of the two ends was not recorded. Days are those of the organisation's time zone when the
fact was read. Customer, technician and kind are the order's, as of the last fact about it.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from paraph.people.models import Customer, Member, Organisation
from paraph.work.models import OrderKind, WorkOrder

SORTED = ("customer", "technician", "kind")


class Cursor(models.Model):
    """How far the entries of a log were folded: the index of the next one to read."""

    log = models.UUIDField(primary_key=True)
    position = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.log}: {self.position}"


class Sorted(models.Model):
    """What figures can be sorted by.

    The index of each table by organisation and day holds every column that is asked, so that a year of a large shop is
    read from the index alone: looking up each row would take four times as long.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+", db_index=False)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+")
    technician = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+", db_index=False)
    kind = models.ForeignKey(OrderKind, models.SET_NULL, null=True, related_name="+", db_index=False)

    class Meta:
        """Its columns stand in the tables of those that follow."""

        abstract = True


class Closing(Sorted):
    """An order's way from being opened to being closed (S1-21). It is closed while its work is reported as done."""

    order = models.OneToOneField(WorkOrder, models.CASCADE, primary_key=True, related_name="+")
    opened_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)  # the first signature
    reported_at = models.DateTimeField(null=True)
    drafted_at = models.DateTimeField(null=True)  # the first draft since the report
    verified = models.BooleanField(default=False)  # whether it ever had the status *needs verification*
    closed_on = models.DateField(null=True)
    to_close = models.PositiveBigIntegerField(null=True)
    to_sign = models.PositiveBigIntegerField(null=True)
    after_signing = models.PositiveBigIntegerField(null=True)
    to_invoice = models.PositiveBigIntegerField(null=True)

    class Meta:
        """Found by the day they were closed; its index holds the lengths, too."""

        indexes: ClassVar = [
            models.Index(
                fields=[
                    "organisation",
                    "closed_on",
                    "to_close",
                    "to_sign",
                    "after_signing",
                    "to_invoice",
                    "verified",
                    *SORTED,
                ],
                name="closing_by_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.to_close}"


class Answer(models.TextChoices):
    """What became of a request."""

    WAITING = "waiting", pgettext_lazy("request", "Waiting")
    APPROVED = "approved", pgettext_lazy("request", "Approved")
    REJECTED = "rejected", _("Signed, nothing approved")
    DECLINED = "declined", pgettext_lazy("request", "Declined")
    EXPIRED = "expired", pgettext_lazy("request", "Expired")
    WITHDRAWN = "withdrawn", _("Withdrawn by the shop")


class Asking(Sorted):
    """A request to approve and sign (S1-22), and whether somebody disputed it (S1-05)."""

    signoff = models.UUIDField(primary_key=True)
    order = models.ForeignKey(WorkOrder, models.CASCADE, related_name="+")
    asked_on = models.DateField()
    answer = models.CharField(max_length=9, choices=Answer.choices, default=Answer.WAITING)
    approved = models.PositiveIntegerField(default=0)  # lines, once it is signed
    rejected = models.PositiveIntegerField(default=0)
    undecided = models.PositiveIntegerField(default=0)
    disputed = models.BooleanField(default=False, db_default=False)  # whether it ever was (S1-05)

    class Meta:
        """Found by the day of asking."""

        indexes: ClassVar = [
            models.Index(
                fields=[
                    "organisation",
                    "asked_on",
                    "answer",
                    "approved",
                    "rejected",
                    "undecided",
                    "disputed",
                    *SORTED,
                ],
                name="asking_by_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.signoff}: {self.answer}"


class Settling(Sorted):
    """A dispute (S1-23); `resolved_on` is null while it is open."""

    dispute = models.UUIDField(primary_key=True)
    order = models.ForeignKey(WorkOrder, models.CASCADE, related_name="+")
    raised_at = models.DateTimeField()
    resolved_on = models.DateField(null=True)
    to_resolve = models.PositiveBigIntegerField(null=True)

    class Meta:
        """Found by the day they were resolved."""

        indexes: ClassVar = [
            models.Index(
                fields=["organisation", "resolved_on", "to_resolve", *SORTED], name="settling_by_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.dispute}: {self.to_resolve}"


ROWS: tuple[type[Any], ...] = (Closing, Asking, Settling)
