"""The way to the mail server: Django's, with roots of one's own where the server's certificate needs them."""

from __future__ import annotations

import ssl
from functools import cached_property

from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend


class SmtpBackend(EmailBackend):
    """Certificates are always checked, names too; with SMTP_STARTTLS nothing is said before TLS stands."""

    @cached_property
    def ssl_context(self) -> ssl.SSLContext:
        """Trust the system's roots, or those of SMTP_ROOTS alone."""
        return ssl.create_default_context(cafile=settings.SMTP_ROOTS or None)
