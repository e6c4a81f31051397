"""The composition root as an app: it keeps the last word of the installation's processes."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Notes."""

    name = "paraph.config"
    label = "config"
    verbose_name = "Operation"
