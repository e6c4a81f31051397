"""The work app."""

from django.apps import AppConfig


class WorkConfig(AppConfig):
    """Work orders, items, comments."""

    name = "paraph.work"
    label = "work"

    def ready(self) -> None:
        """Register the facts of this package."""
        from paraph.work import facts, property_facts  # noqa: F401
