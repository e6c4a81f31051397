"""The office app."""

from django.apps import AppConfig


class OfficeConfig(AppConfig):
    """Pages for members of an organisation."""

    name = "paraph.web.office"
    label = "office"
