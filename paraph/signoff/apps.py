"""The signoff app."""

from django.apps import AppConfig


class SignoffConfig(AppConfig):
    """Sign-offs, invitations, ceremonies, signatures."""

    name = "paraph.signoff"
    label = "signoff"

    def ready(self) -> None:
        """Register the facts of this package, and what work must ask before it is called done (S1-04)."""
        from paraph.signoff import (  # noqa: F401 - the facts register themselves
            approvals,
            confirm_facts,
            dispute_facts,
            disputes,
            facts,
            field_facts,
            identity_facts,
            link_facts,
            paper_facts,
            reporting,
            return_facts,
            verifying,
        )
        from paraph.work import guards

        guards.register(approvals.missing)
        guards.register_obstacle(disputes.obstacle)
        guards.register_obstacle(verifying.obstacle)
        guards.register_obstacle(reporting.obstacle)
