"""The billing app."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    """Invoices and credit notes, their number series, and what the law wants to stand on them."""

    name = "paraph.billing"
    label = "billing"
    verbose_name = "Billing"

    def ready(self) -> None:
        """Register the facts of this package, and its word in taking a report back."""
        from paraph.billing import facts, standing  # noqa: F401 - the facts register themselves
        from paraph.work import guards

        guards.register_objection(standing.objection)
