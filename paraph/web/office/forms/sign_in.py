"""Signing in, in all its steps."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.utils.translation import gettext_lazy as _

from paraph.people.models import NAME_CHARS, User

MOST_CHARS = 254  # a mail address (RFC 5321); longer passwords only cost time
CODE_CHARS = 20


class SignInForm(forms.Form):
    """Mail address and password."""

    email = forms.EmailField(
        label=_("Mail address"),
        max_length=MOST_CHARS,
        widget=forms.EmailInput(attrs={"autocomplete": "username webauthn", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=MOST_CHARS,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class CodeForm(forms.Form):
    """A code of an authenticator app, or a recovery code."""

    code = forms.CharField(
        label=_("Code"),
        help_text=_("Six digits from your authenticator app, or one of your recovery codes."),
        max_length=CODE_CHARS,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        ),
    )


class AddressForm(forms.Form):
    """Whose password was forgotten."""

    email = forms.EmailField(
        label=_("Mail address"),
        max_length=MOST_CHARS,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )


class PasswordForm(forms.Form):
    """A new password, typed once: browsers show it on demand, and a mail mends a slip."""

    password = forms.CharField(
        label=_("New password"),
        max_length=MOST_CHARS,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["password"].help_text = " ".join(password_validators_help_texts())

    def clean_password(self) -> str:
        """Long enough and not among the well-known ones (security.md line 37); nothing else is prescribed."""
        password = str(self.cleaned_data["password"])
        validate_password(password, self.user)
        return password


class JoinForm(PasswordForm):
    """A new member's name and password."""

    field_order = ("name", "password")

    name = forms.CharField(
        label=_("Your name"), max_length=NAME_CHARS, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )


class NameForm(forms.Form):
    """A new member's name, when a passkey takes the place of a password."""

    name = forms.CharField(label=_("Your name"), max_length=NAME_CHARS)
