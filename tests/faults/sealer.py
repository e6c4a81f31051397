"""A process that works as a worker once, until a crash point ends it."""

from __future__ import annotations

import django


def main() -> None:
    """Work once."""
    django.setup()
    from paraph.config import worker

    worker.run_once()


if __name__ == "__main__":
    main()
