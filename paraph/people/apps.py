"""The people app."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Organisations, members, customers, contacts, sites."""

    name = "paraph.people"
    label = "people"

    def ready(self) -> None:
        """Register the facts of this package."""
        from paraph.people import facts  # noqa: F401
