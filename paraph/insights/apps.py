"""The insights app."""

from django.apps import AppConfig


class InsightsConfig(AppConfig):
    """What the facts say about speed and approval: folded by the worker, asked by a page."""

    name = "paraph.insights"
    label = "insights"
    verbose_name = "Insights"
