"""The capture app."""

from django.apps import AppConfig


class CaptureConfig(AppConfig):
    """Sealed envelopes from technicians' phones."""

    name = "paraph.capture"
    label = "capture"

    def ready(self) -> None:
        """Register the facts of this package."""
        from paraph.capture import facts  # noqa: F401
