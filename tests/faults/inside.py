"""A process inside another installation (`world.py`): it prepares customers, works, and says what it finds.

`python inside.py WORD` with JSON on its standard input; the answer is JSON in its last line. *prepare* is also run
with the code of an earlier release, so it uses only what that has, too.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from importlib import import_module
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Any


def prepare(count: int) -> list[dict[str, Any]]:
    """So many customers of a new shop who are about to sign; see `house.Posting`."""
    from paraph.people.models import Organisation
    from tests import cast
    from tests.faults import house

    place = "paraph.operate" if find_spec("paraph.operate") else "paraph.config"  # where 0.1 had it at first
    import_module(f"{place}.startup").collect_static()  # the pages name them
    cast.make_keys()
    shop = cast.make_shop(domain=f"shop-{Organisation.objects.count()}.example")
    return [asdict(house.about_to_sign(house.come_in(shop))) for _ in range(count)]


def work(_: None) -> None:
    """A worker comes, after the leases of whoever died."""
    from tests.faults import house

    house.worker_comes()


def found(_: None) -> dict[str, Any]:
    """The codes of all receipts, the statuses of the orders, and every invariant that does not hold."""
    from paraph.people.models import Organisation
    from paraph.signoff import receipts
    from paraph.signoff.models import Signature
    from paraph.work.models import WorkOrder
    from tests.faults import house

    shops: list[Any] = [SimpleNamespace(organisation=one) for one in Organisation.objects.all()]
    return {
        "codes": {str(one.party_id): receipts.code(one) for one in Signature.objects.all()},
        "statuses": {str(one.pk): house.statuses(one) for one in WorkOrder.objects.all()},
        "broken": sorted({finding for shop in shops for finding in house.broken_but_mails(shop)}),
    }


WORDS: dict[str, Callable[[Any], Any]] = {"prepare": prepare, "work": work, "found": found}


def main() -> None:
    """Do what the word says."""
    import django
    from django.test.utils import setup_test_environment

    django.setup()
    setup_test_environment()
    told = json.load(sys.stdin)
    print(json.dumps(WORDS[sys.argv[1]](told)))


if __name__ == "__main__":
    main()
