"""Letting somebody in from the command line: the first manager of a new organisation, a colleague, a new password."""

from __future__ import annotations

import getpass
import secrets
import sys

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from paraph.lib.actor import Actor
from paraph.operate.scratch import Sorry
from paraph.people import factors, members, passwords
from paraph.people.models import Member, Organisation, Role, User

# Bytes of a password made here: 16 characters, beyond guessing.
PASSWORD_BYTES = 12


def let_in(email: str, *, name: str, role: str, organisation: str, password: str | None) -> Member:
    """Add a member; the organisation is made when there is none of that name. Raises `Sorry`."""
    try:
        validate_email(email)
        if password is not None:
            validate_password(password, User(email=email, name=name))
    except ValidationError as problem:
        raise Sorry(" ".join(problem.messages)) from problem
    if role not in Role.values:
        raise Sorry(f"the role must be one of {', '.join(Role.values)}")
    return members.add(
        _organisation(organisation), email, name=name, role=role, password=password, by=_operator()
    )


def forget_factors(who: Member) -> None:
    """Remove somebody's second factors and end their sessions; they are told by mail."""
    factors.forget_all(who.user)
    members.sign_out_everywhere(who.user)
    passwords.tell(who.user, "forgotten")


def ask_password(email: str) -> tuple[str, bool]:
    """A password from the keyboard, or one made here when the answer is empty; whether it was made here."""
    if not sys.stdin.isatty():
        given = sys.stdin.readline().rstrip("\n")
    else:
        given = getpass.getpass(f"Password for {email} (empty: make one): ")
    return (given, False) if given else (secrets.token_urlsafe(PASSWORD_BYTES), True)


def _organisation(name: str) -> Organisation:
    found = list(Organisation.objects.filter(name=name) if name else Organisation.objects.all()[:2])
    if len(found) == 1:
        return found[0]
    if found:
        raise Sorry("there are several organisations: say which with --organisation")
    if not name:
        raise Sorry("there is no organisation yet: name it with --organisation")
    return Organisation.objects.create(name=name)


def _operator() -> Actor:
    """Whoever has the command line of this machine."""
    return Actor("system", name=f"the operator ({getpass.getuser()})")
