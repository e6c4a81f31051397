"""Organisations and the people on both sides of a work order."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Value
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from paraph.lib.actor import Actor

LANGUAGES = [("en", "English"), ("nl", "Nederlands"), ("fr", "Français")]
NAME_CHARS = 200
MOST_LINK_HOURS = 180 * 24
MOST_PAPER_DAYS = 90
AGENT_CHARS = 400


class Organisation(models.Model):
    """The company that does the work and asks for consent. Everything else belongs to exactly one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=NAME_CHARS)
    address = models.TextField(_("address"), blank=True)
    email = models.EmailField(_("mail address"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    vat_number = models.CharField(_("VAT number"), max_length=40, blank=True)
    accent = models.CharField(
        _("accent colour"), max_length=7, blank=True, validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$")]
    )
    language = models.CharField(_("language"), max_length=5, choices=LANGUAGES, default="en")
    time_zone = models.CharField(_("time zone"), max_length=60, default="Europe/Amsterdam")
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    next_order_number = models.PositiveIntegerField(default=1001, editable=False)
    link_hours = models.PositiveIntegerField(
        _("hours a signing link is valid"),
        default=48,
        db_default=48,
        validators=[MinValueValidator(24), MaxValueValidator(MOST_LINK_HOURS)],
    )
    second_factor = models.BooleanField(_("second factor is obligatory"), default=False, db_default=False)
    paper = models.BooleanField(_("Download & sign is offered"), default=True, db_default=True)
    paper_days = models.PositiveSmallIntegerField(
        _("days a link lives longer when paper is asked for"),
        default=14,
        db_default=14,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_PAPER_DAYS)],
    )

    def __str__(self) -> str:
        return self.name

    @property
    def log(self) -> str:
        """The name of this organisation's ledger."""
        return str(self.id)


class UserManager(BaseUserManager["User"]):
    """Makes users; the mail address is the user name."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Make a user; without a password they can only be let in another way."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        """Find by mail address, whatever its capitals."""
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """A person who can sign in. What they may do is said by their memberships."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("mail address"), unique=True)
    name = models.CharField(_("name"), max_length=NAME_CHARS)
    language = models.CharField(_("language"), max_length=5, choices=LANGUAGES, default="en")
    is_active = models.BooleanField(_("active"), default=True)
    epoch = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    """Raised to end all sessions; the database's own defaults let an older release write beside this one (F23)."""

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        """What a session must know to be this user's: a new password or a later epoch ends all of them."""
        known = super()._get_session_auth_hash(secret)  # type: ignore[misc]
        if not self.epoch:
            return str(known)
        return salted_hmac(
            "paraph.people.models.User", f"{known}:{self.epoch}", secret=secret, algorithm="sha256"
        ).hexdigest()


class Role(models.TextChoices):
    """What a member is in the organisation."""

    MANAGER = "manager", _("Manager")
    DISPATCHER = "dispatcher", _("Dispatcher")
    TECHNICIAN = "technician", _("Technician")
    BILLER = "biller", _("Biller")


class Member(models.Model):
    """A user inside one organisation."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="members")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=12, choices=Role.choices)
    active = models.BooleanField(_("active"), default=True)
    without = models.JSONField(default=list, db_default=Value([], models.JSONField()), blank=True)
    """Rights of the role that this member does not have: the toggles of *Access rights* that are off (S0-20)."""
    seen_at = models.DateTimeField(null=True, editable=False)
    """When they last came in to this organisation."""

    class Meta:
        """One membership a user and organisation."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "user"], name="member_once")]

    def __str__(self) -> str:
        return self.user.name

    @property
    def actor(self) -> Actor:
        """This member as the record names them."""
        return Actor("member", str(self.id), self.user.name)


class Welcome(models.Model):
    """An invitation to become a member, by mail. Open until it is accepted, withdrawn or too old."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="welcomes")
    email = models.EmailField(_("mail address"))
    name = models.CharField(_("name"), max_length=NAME_CHARS)
    role = models.CharField(_("role"), max_length=12, choices=Role.choices)
    without = models.JSONField(default=list, blank=True)
    language = models.CharField(_("language"), max_length=5, choices=LANGUAGES, default="en")
    key_hash = models.CharField(max_length=64)
    """SHA-256 of the key in the newest link; sending again makes an earlier link useless."""
    letters = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        """One open invitation an address and organisation."""

        ordering: ClassVar = ["sent_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "email"],
                condition=models.Q(accepted_at=None, withdrawn_at=None),
                name="welcome_once",
            )
        ]

    def __str__(self) -> str:
        return self.email

    def is_open(self, now: datetime) -> bool:
        """Whether its link still lets somebody in."""
        return self.accepted_at is None and self.withdrawn_at is None and now < self.expires_at


class OpenSession(models.Model):
    """Where somebody is signed in: a running session of Django's, with where it was last used from.

    It ends with that session. No constraint in the database says so: an older release, which knows nothing of it, may
    sign people out beside this one (F23).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="open_sessions")
    session = models.OneToOneField(
        "sessions.Session", models.CASCADE, related_name="open_session", db_constraint=False
    )
    began_at = models.DateTimeField()
    used_at = models.DateTimeField()
    address = models.CharField(max_length=45, blank=True)
    address_source = models.CharField(max_length=20, blank=True)
    agent = models.CharField(max_length=AGENT_CHARS, blank=True)

    def __str__(self) -> str:
        return str(self.id)


class Customer(models.Model):
    """A company or person the organisation works for."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="customers")
    name = models.CharField(_("name"), max_length=NAME_CHARS)
    address = models.TextField(_("address"), blank=True)
    vat_number = models.CharField(_("VAT number"), max_length=40, blank=True)

    class Meta:
        """Listed by name."""

        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Contact(models.Model):
    """A person at a customer's who can be asked. The mail address may be missing: then a link is handed over."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="contacts")
    name = models.CharField(_("name"), max_length=NAME_CHARS)
    title = models.CharField(_("role at the customer's"), max_length=NAME_CHARS, blank=True)
    email = models.EmailField(_("mail address"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=5, choices=LANGUAGES, default="en")
    # Off: they sign on paper, or dispute (S0-20).
    may_e_sign = models.BooleanField(_("may sign electronically"), default=True, db_default=True)

    class Meta:
        """Listed by name."""

        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def actor(self) -> Actor:
        """This contact as the record names them."""
        return Actor("contact", str(self.id), self.name)


class Site(models.Model):
    """Where the work is done."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="sites")
    name = models.CharField(_("name"), max_length=NAME_CHARS)
    address = models.TextField(_("address"), blank=True)
    # Its area, to tell whether a signature was given there (S1-26): a circle, or else a polygon. WGS 84 degrees.
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    radius_m = models.PositiveIntegerField(null=True, blank=True)
    # [[latitude, longitude], …] of at least three corners; where it is given, it counts and the circle does not.
    polygon = models.JSONField(default=list, db_default=Value([], models.JSONField()), blank=True)
    area_version = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    class Meta:
        """Listed by name."""

        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Device(models.Model):
    """A technician's enrolled phone. Its key never leaves it; what it signs is from it (S1-27, security.md line 41)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="devices")
    member = models.ForeignKey(Member, models.CASCADE, related_name="devices")
    name = models.CharField(_("name"), max_length=60)
    public_key = models.CharField(max_length=88, unique=True)  # P-256, uncompressed point, base64
    agent = models.CharField(max_length=400, blank=True)
    enrolled_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-enrolled_at"]

    def __str__(self) -> str:
        return self.name


class Attempt(models.Model):
    """How often something was tried in one window of time, under one key (security.md line 18)."""

    key = models.CharField(max_length=120)
    window = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        """One counter a key and window."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["key", "window"], name="attempt_once")]

    def __str__(self) -> str:
        return f"{self.key}: {self.count}"


class SpentCode(models.Model):
    """A one-time code that was used, so that it is used once (security.md line 13). Holds a digest, never the code."""

    user = models.ForeignKey(User, models.CASCADE, related_name="spent_codes")
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        """Once a user and code."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "digest"], name="code_spent_once")]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.at}"
