"""Keeping an installation as an app: it holds the last word of the installation's processes."""

from django.apps import AppConfig


class OperateConfig(AppConfig):
    """Notes."""

    name = "paraph.operate"
    label = "config"  # the name of its table and of its migrations in installations and backups made before it moved
    verbose_name = "Operation"

    def ready(self) -> None:
        """Register the facts of this package."""
        from paraph.operate import facts  # noqa: F401 - they register themselves
