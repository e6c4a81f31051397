"""The signoff app."""

from django.apps import AppConfig


class SignoffConfig(AppConfig):
    """Sign-offs, invitations, ceremonies, signatures."""

    name = "paraph.signoff"
    label = "signoff"

    def ready(self) -> None:
        """Register the facts of this package, and what work must ask before it is called done (S1-04)."""
        from paraph.signoff import approvals, facts, link_facts, paper_facts  # noqa: F401
        from paraph.work import guards

        guards.register(approvals.missing)
