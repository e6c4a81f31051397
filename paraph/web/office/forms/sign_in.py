"""Signing in."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

MOST_CHARS = 254  # a mail address (RFC 5321); longer passwords only cost time


class SignInForm(forms.Form):
    """Mail address and password."""

    email = forms.EmailField(
        label=_("Mail address"),
        max_length=MOST_CHARS,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=MOST_CHARS,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
