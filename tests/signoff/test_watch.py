"""The watch over the invariants agrees with every way a request can end (X-08, decision 6)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import time_machine

from paraph.automation.runner import run_all
from paraph.delivery import outbox
from paraph.lib import clock
from paraph.operate.reconcile import reconcile
from paraph.signoff import ceremonies, followups, requests
from paraph.signoff.models import Ask, Rule, SignOff, State
from paraph.work import orders
from tests.cast import Shop, approve, customer, sign, signed
from tests.signoff.test_approvals import change


def test_no_way_a_request_can_end_looks_like_damage(shop: Shop) -> None:
    with time_machine.travel(clock.now(), tick=True) as time:
        superseded = shop.open_order(2)
        signed(shop, superseded, (1, 2))
        change(shop, superseded, 2, estimated_hours=Decimal(9))
        half = shop.open_order(1)
        jan = shop.invite(half)
        shop.invite(half, contact=shop.claire)
        approve(jan, (1,))
        sign(ceremonies.review(jan, by=customer(jan)))
        change(shop, half, 1, estimated_hours=Decimal(9))
        group = shop.open_order(1)
        asks = [(shop.jan, Ask.AUTHORISE), (shop.claire, Ask.AUTHORISE)]
        requests.ask(group, asks, by=shop.mara.actor, rule=Rule.ANY_ONE)
        claire = shop.invite(group, contact=shop.claire)
        approve(claire, (1,))
        sign(ceremonies.review(claire, by=customer(claire)))
        orders.report(group, by=shop.tess.actor)
        goes_on = shop.open_order(1)
        requests.ask(goes_on, asks, by=shop.mara.actor, rule=Rule.ANY_ONE)
        out = shop.invite(goes_on)
        ceremonies.decline(out, reason="Not mine.", by=customer(out))
        declined = shop.invite(shop.open_order(1))
        ceremonies.decline(declined, reason="No.", by=customer(declined))
        shop.invite(shop.open_order(1))
        run_all()
        outbox.deliver_due(1000)
        time.shift(timedelta(hours=49))
        assert followups.expire_due() == 1
        run_all()
        states = set(SignOff.objects.values_list("state", flat=True))
        assert states == {State.OPEN, State.SUPERSEDED, State.SEALED, State.DECLINED, State.EXPIRED}
        assert [str(one) for one in reconcile()] == []
