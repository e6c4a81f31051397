"""What each file of tests costs: seconds by the clock, and of the processor with the processes it waited for.

Where PARAPH_TEST_COSTS names a file, as `make test` does, a line of JSON for each file of tests is added to it.
"""

from __future__ import annotations

import json
import os
import time
from collections import defaultdict
from collections.abc import Iterator

import pytest

COSTS = os.environ.get("PARAPH_TEST_COSTS", "")
_spent: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Measure one test with all its fixtures."""
    before = time.monotonic(), _processor()
    done = yield
    spent = _spent[item.nodeid.split("::")[0]]
    spent[0] += time.monotonic() - before[0]
    spent[1] += _processor() - before[1]
    return done


def pytest_sessionfinish() -> None:
    """Write down what was spent."""
    if COSTS:
        with open(COSTS, "a") as file:
            for name, (seconds, processor) in _spent.items():
                file.write(json.dumps({"file": name, "seconds": seconds, "processor": processor}) + "\n")


def _processor() -> float:
    return sum(os.times()[:4])
