"""A process that reads returned papers as a worker, until a crash point ends it.

Its standard input is the code of the paper the machine sees on the pages: it is complete and signed.
"""

from __future__ import annotations

import json
import sys

import django


def main() -> None:
    """Read once."""
    django.setup()
    from paraph.intake import judging
    from paraph.signoff import reading
    from paraph.signoff.models import Paper
    from tests.scans import Machine

    machine = Machine()
    machine.sees(Paper.objects.get(code=json.load(sys.stdin)))
    judging.judge = machine.judge
    print(reading.read_due())


if __name__ == "__main__":
    main()
