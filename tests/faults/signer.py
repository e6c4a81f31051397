"""A process that signs for a customer and then works as a worker, until a crash point ends it.

Its standard input is `{"path", "fields", "session"}`; it prints the status of the answer once there is one.
"""

from __future__ import annotations

import json
import sys

import django


def main() -> None:
    """Sign, then work once."""
    django.setup()
    from django.conf import settings
    from django.test import Client

    from paraph.config import worker

    told = json.load(sys.stdin)
    browser = Client(SERVER_NAME="localhost")
    browser.cookies[settings.SESSION_COOKIE_NAME] = told["session"]
    print(browser.post(told["path"], told["fields"]).status_code, flush=True)
    worker.run_once()


if __name__ == "__main__":
    main()
