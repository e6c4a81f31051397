"""A shop that can bill, and a bill."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from paraph.billing.models import Invoice
from tests.billing.bills import issued, ready
from tests.cast import Shop


@pytest.fixture
def biller_shop(shop: Shop) -> Shop:
    """Vliegwerk with all an invoice needs."""
    return ready(shop)


@pytest.fixture
def bill(biller_shop: Shop) -> Callable[[], Invoice]:
    """Make an issued invoice of € 805.86: two lines of € 333.00 and 21 % tax."""
    return lambda: issued(biller_shop)
