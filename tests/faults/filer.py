"""A process that files what phones sent as a worker, until a crash point ends it."""

from __future__ import annotations

import django


def main() -> None:
    """File once."""
    django.setup()
    from paraph.capture import filing

    print(filing.file_due())


if __name__ == "__main__":
    main()
