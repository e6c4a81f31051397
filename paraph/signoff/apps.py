"""The signoff app."""

from django.apps import AppConfig


class SignoffConfig(AppConfig):
    """Sign-offs, invitations, ceremonies, signatures."""

    name = "paraph.signoff"
    label = "signoff"

    def ready(self) -> None:
        """Register the facts of this package."""
        from paraph.signoff import facts  # noqa: F401
