"""The delivery app."""

from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    """The outbox."""

    name = "paraph.delivery"
    label = "delivery"
    verbose_name = "Delivery"
