"""The demo company's past: played at its own moments, whole as any other, and nowhere but in a demo."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from paraph.config import demo_history
from paraph.lib import clock

MAY = {"config/demo.py", "config/demo_history.py", "config/demonstration.py"}
# What the office's figures of the last 13 weeks say, and whether the ledger's times ever ran backwards.
ASK = """
import django; django.setup()
from itertools import pairwise
from paraph.evidence.models import Entry
from paraph.insights import measures, periods
from paraph.lib import clock
from paraph.people.models import Organisation
from paraph.signoff.models import SignOff, State
company = Organisation.objects.get(name="Meridian Field Group")
times = list(Entry.objects.filter(log=company.log).order_by("index").values_list("at", flat=True))
assert all(one <= other for one, other in pairwise(times)) and times[-1] <= clock.now()
assert not SignOff.objects.filter(state=State.COMPLETE).exists(), "a seal is pending"
told = measures.figures(measures.Scope(company.pk), periods.preset("13w", periods.today(company)))
print(told.closed_all.rows, told.asked_all.over, told.settled_all.rows, sum(one.rows > 0 for one in told.closed))
"""


def test_no_real_installation_can_be_told_another_time(settings: Settings) -> None:
    settings.PARAPH_DEMO = False
    with pytest.raises(clock.NoDemo), clock.set_back(timedelta(days=1)):
        pass
    settings.PARAPH_DEMO = True
    before = clock.now()
    with suppress(LookupError), clock.set_back(timedelta(days=1)):
        assert clock.now() < before
        raise LookupError
    assert clock.now() >= before, "whatever happens, it is now again"


def test_only_what_fills_the_demo_sets_the_clock_back(repository: Path) -> None:
    code = repository / "paraph"
    named = {
        one for one in code.rglob("*.py") if re.search(r"clock\.set_back|import set_back", one.read_text())
    }
    assert {one.relative_to(code).as_posix() for one in named} == MAY


@pytest.mark.slow
def test_S1_21_the_demo_has_a_past_that_verifies(repository: Path, tmp_path: Path) -> None:
    foreign = ("PARAPH_", "DATABASE_", "DJANGO_", "SMTP_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    kept |= {
        "PARAPH_DATA": str(tmp_path),
        "PARAPH_DEMO": "1",
        "PARAPH_LOG_LEVEL": "WARNING",
        "DJANGO_SETTINGS_MODULE": "paraph.config.settings",
    }

    def run(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, *words], cwd=repository, env=kept, text=True, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    cli = ("-m", "paraph.config.cli")
    assert "Customer  http" in run(*cli, "demo")
    assert "nothing was changed" in run(*cli, "verify")
    assert "fit for use" in run(*cli, "check")
    closed, over, settled, weeks = map(int, run("-c", ASK).split())
    assert closed >= sum(end != demo_history.DECLINED for *_, end in demo_history.JOBS)
    assert over >= len(demo_history.JOBS)
    assert settled >= sum(end == demo_history.DISPUTED for *_, end in demo_history.JOBS)
    assert weeks > 6, "the plots have more than one point"
