"""What a contact can show who they are by. Secrets are kept as digests; a passkey's public key is no secret."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from paraph.people.models import Contact, Member
from paraph.work.models import WorkOrder


class ContactPin(models.Model):
    """The PIN of a contact, mailed to them or agreed with them: an Argon2id digest, never the PIN (decision 1)."""

    contact = models.OneToOneField(Contact, models.CASCADE, related_name="pin")
    digest = models.CharField(max_length=200)
    mailed = models.BooleanField(default=False)  # else agreed in person
    set_by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    set_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"PIN of {self.contact}"


class OneTimeCode(models.Model):
    """A code mailed to a contact for one order: ten minutes, one use, a keyed digest (security.md lines 13–16)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="codes")
    order = models.ForeignKey(WorkOrder, models.CASCADE, related_name="codes")
    digest = models.CharField(max_length=200)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-sent_at"]

    def __str__(self) -> str:
        return f"code for {self.contact}"


class ContactPasskey(models.Model):
    """A passkey on a contact's own device (S1-24). `credential` and `public_key` as WebAuthn gives them (COSE)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="passkeys")
    credential = models.BinaryField(unique=True)
    public_key = models.BinaryField()
    sign_count = models.PositiveBigIntegerField(default=0)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Oldest first."""

        ordering: ClassVar = ["made_at"]

    def __str__(self) -> str:
        return f"passkey of {self.contact}"
