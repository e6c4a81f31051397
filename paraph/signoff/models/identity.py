"""What a contact can show who they are by. Secrets are kept as digests; a passkey's public key is no secret."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from paraph.people.models import Contact, Member
from paraph.work.models import WorkOrder


class ContactPin(models.Model):
    """The PIN of a contact, mailed to them or agreed with them: a sealed Argon2id digest of it (decision 1)."""

    contact = models.OneToOneField(Contact, models.CASCADE, related_name="pin")
    digest = models.CharField(max_length=400)
    mailed = models.BooleanField(default=False)  # else agreed in person
    set_by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    set_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"PIN of {self.contact}"


class OneTimeCode(models.Model):
    """A code mailed to a contact for one order: ten minutes, one use, a sealed digest (security.md lines 13–16)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="codes")
    order = models.ForeignKey(WorkOrder, models.CASCADE, related_name="codes")
    digest = models.CharField(max_length=400)
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


class IdentityCheck(models.Model):
    """One check of who signs, made once for one act; `told` is what the record will say of it.

    `act`: the id of the ceremony or of the sealed envelope it was made for. `number`: its place in the envelope, so
    that filing it again finds the same answer; null in the portal, where there may be several tries.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="checks")
    act = models.UUIDField(db_index=True)
    number = models.PositiveSmallIntegerField(null=True)
    kind = models.CharField(max_length=20)
    passed = models.BooleanField()
    told = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        """In the order they were made."""

        ordering: ClassVar = ["at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["act", "number"], condition=Q(number__isnull=False), name="check_once_an_act"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {'passed' if self.passed else 'failed'}"


class PasskeyQuestion(models.Model):
    """What a contact's device was asked in one ceremony: to make a passkey, or to confirm what is signed. Used once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ceremony = models.ForeignKey("signoff.Ceremony", models.CASCADE, related_name="questions")
    making = models.BooleanField()
    challenge = models.BinaryField(max_length=32)
    # What the challenge is the digest of, for the record; empty when making.
    of = models.JSONField(default=dict)
    asked_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-asked_at"]

    def __str__(self) -> str:
        return f"question in {self.ceremony_id}"
