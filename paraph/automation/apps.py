"""The automation app."""

from django.apps import AppConfig


class AutomationConfig(AppConfig):
    """Rules, what they did, and the notices members read."""

    name = "paraph.automation"
    label = "automation"
    verbose_name = "Automation"

    def ready(self) -> None:
        """Register the facts of this package."""
        from paraph.automation import facts  # noqa: F401
