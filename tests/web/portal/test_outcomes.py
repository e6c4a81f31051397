"""What came of asking, where nobody signed, on the customer's timeline (X-13)."""

from __future__ import annotations

from paraph.lib import clock
from paraph.signoff import ceremonies, disputes, opting, outcomes
from tests import cast
from tests.cast import Shop
from tests.web.portal.conftest import Customer


def test_X_13_every_outcome_is_a_sentence_on_the_customers_timeline(shop: Shop, jan: Customer) -> None:
    by, tess = cast.customer(jan.invitation), shop.tess
    opting.opt_out(jan.invitation, by=by)
    for outcome in ("nobody_there", "could_not_sign"):
        outcomes.record(
            jan.order, outcome=outcome, reason="The gate was shut", at=clock.now(), by=tess, actor=tess.actor
        )
    found = disputes.dispute(jan.invitation, reason="The tyre was new", by=by)
    disputes.take_back(found, jan.invitation, by=by)
    ceremonies.decline(jan.invitation, reason="Too expensive", by=by)
    page = " ".join(jan.page("timeline").split())
    for sentence in (
        "Jan Jansen does not want to sign electronically and will sign on paper.",
        "but nobody was there: The gate was shut",
        "but they could not sign: The gate was shut",
        "Jan Jansen disputed the whole order: The tyre was new",
        "Jan Jansen declined: Too expensive",
    ):
        assert sentence in page, sentence
