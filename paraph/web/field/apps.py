"""The field app."""

from django.apps import AppConfig


class FieldConfig(AppConfig):
    """The technician's pages."""

    name = "paraph.web.field"
    label = "field"
