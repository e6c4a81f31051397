"""The benchmarks run, and their table says what was measured. No figure is judged here: that needs a quiet machine."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import growth, memory
from benchmarks.figures import AT_LEAST, Figure, median, number, percentile, table
from benchmarks.installation import on_sqlite


def test_a_figure_passes_by_its_own_value_or_by_its_ratio() -> None:
    assert Figure("fast", 90, "ms", target=100).passed is True
    assert Figure("slow", 110, "ms", target=100).passed is False
    assert Figure("many", 20, "/s", target=15, bound=AT_LEAST).passed is True
    half = Figure("half", 50, "/s", 100, "bare", target=0.3, bound=AT_LEAST, of_ratio=True)
    assert (half.ratio, half.passed) == (0.5, True)
    assert Figure("twice", 2, "ms", 1, "floor", target=1.5, of_ratio=True).passed is False
    assert Figure("only told", 2, "ms", 1, "floor").passed is None


def test_medians_and_percentiles_are_measured_values() -> None:
    values = [float(one) for one in range(100, 0, -1)]
    assert (median(values), percentile(values, 99), percentile([7.0], 99)) == (50, 99, 7)


def test_the_table_aligns_and_names_what_failed() -> None:
    lines = table([Figure("a", 1234.5, "ms", 0.0123, "commit"), Figure("long name", 2, "s", target=1)]).split(
        "\n"
    )
    assert lines[0].split() == ["figure", "ours", "floor", "ratio", "target"]
    assert "1,234 ms" in lines[2] or "1,235 ms" in lines[2]
    assert "0.0123 ms commit" in lines[2]
    assert lines[3].endswith("FAIL")
    assert number(0) == "0"


@pytest.mark.slow
def test_the_cheap_ones_run_and_write_the_same_as_json(tmp_path: Path, repository: Path) -> None:
    told = tmp_path / "figures.json"
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick", "--json", told, "ledger"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    figures = json.loads(told.read_text())["figures"]
    assert [one["name"] for one in figures] == ["ledger: tree append", "ledger: append and commit"]
    assert all(one["ours"] > 0 and one["ratio"] > 0 for one in figures)
    assert all(one["name"] in done.stdout for one in figures)


@pytest.mark.slow
def test_a_signature_is_measured_from_the_post_to_the_sealed_copy(repository: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick", "document"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "document: seal with time stamp" in done.stdout


@pytest.mark.slow
def test_copied_orders_are_whole_and_are_answered_like_made_ones() -> None:
    """What growth is measured on is no heap of rows: ledger, references and pages hold."""
    with on_sqlite() as installation, installation.inside() as inside:
        made = inside.ask("fill", orders=60, entries=600)
        assert made["orders"] == 60
        assert 540 <= made["entries"] <= 680
        assert inside.ask("whole") == []
        copied = inside.ask("copied")
        manager = inside.ask("manager")
        assert len(copied) == 58
        for path in copied[:2] + copied[-2:]:
            assert inside.ask("answer", path=path, session=manager)["status"] == 200
        assert inside.ask("fold")["cpu"] > 0
        figures = growth.compared("test", "cpu", [inside, inside], 1)
        year = growth.of_a_year("test", "cpu", inside, 1)
    assert [one.name.split(",")[0] for one in figures][:4] == [
        "order list",
        "order page",
        "portal page",
        "sign POST",
    ]
    assert {one.name.split(",")[0] for one in figures if one.target} == {
        *growth.MOST_GROWTH,
        *growth.MOST_MS,
    }
    assert all(one.ours > 0 for one in figures)
    assert year.ratio is not None
    assert year.ratio > 1, "the page cannot cost less than counting its rows"


@pytest.mark.slow
def test_the_memory_of_a_server_is_that_of_all_its_processes() -> None:
    with on_sqlite() as installation, installation.serving():
        found = memory.resident(installation.server_pid)
        processes = list(memory.family(installation.server_pid))
    assert set(found) == {"parent", "worker", "web"}
    assert len(processes) == 4, "two web processes, the worker and their parent"
    assert all(size > 1 for size in found.values())
