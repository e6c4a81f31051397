"""The shared part of the faces."""

from django.apps import AppConfig


class SharedConfig(AppConfig):
    """Base templates, components, error pages."""

    name = "paraph.web.shared"
    label = "web_shared"
