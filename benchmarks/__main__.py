"""`python -m benchmarks [--quick] [--json FILE] [NAME …]`: one table, and the same as JSON.

The exit code is 1 when a target is missed, unless --quick, whose counts are too small to judge by.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from benchmarks import field, foreign, growth, keeping, memory, pages, parts, signing
from benchmarks.figures import Effort, Figure, Measurement, table
from benchmarks.installation import POSTGRESQL, SQLITE

MEASUREMENTS: dict[str, Measurement] = {
    "visit": pages.first_visit,
    "get": pages.throughput,
    "sign-sqlite": partial(signing.measure, SQLITE),
    "sign-postgresql": partial(signing.measure, POSTGRESQL),
    "document": parts.document,
    "ledger": parts.ledger,
    "growth-sqlite": partial(growth.measure, SQLITE),
    "growth-postgresql": partial(growth.measure, POSTGRESQL),
    "field-sqlite": partial(field.measure, SQLITE),
    "field-postgresql": partial(field.measure, POSTGRESQL),
    "memory": memory.idle,
    "backup": keeping.backup,
    "intake": foreign.intake,
    "codes": foreign.codes,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is named, or everything; print the table."""
    chosen = _parser().parse_args(arguments)
    effort, figures = Effort(quick=chosen.quick), list[Figure]()
    load = os.getloadavg()[0]
    for name in chosen.names or MEASUREMENTS:
        began = time.monotonic()
        figures += MEASUREMENTS[name](effort)
        print(f"measured {name} in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    print(table(figures))
    print(f"\n{platform.machine()}, {os.cpu_count()} CPUs, load {load:.1f} before; medians, taken in turns")
    if chosen.json:
        told = {
            "machine": {"architecture": platform.machine(), "cpus": os.cpu_count(), "load_before": load},
            "python": platform.python_version(),
            "quick": effort.quick,
            "figures": [one.as_json() for one in figures],
        }
        chosen.json.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
    return 1 if not effort.quick and any(one.passed is False for one in figures) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small counts, only to see that it works")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures there")
    parser.add_argument(
        "names", nargs="*", metavar="NAME", choices=[*MEASUREMENTS], help=", ".join(MEASUREMENTS)
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
