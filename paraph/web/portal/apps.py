"""The portal app."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The customer's pages."""

    name = "paraph.web.portal"
    label = "portal"
