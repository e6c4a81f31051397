"""Ask the Paraph on this machine how it is: ``python -m paraph.config.probe /readyz``; ends with 0 when it is well.

For containers, which have no other program to ask with. Needs nothing but Python, so that it starts in a moment.
"""

from __future__ import annotations

import os
import sys
from http.client import HTTPConnection, HTTPException

TIMEOUT_SECONDS = 4


def main(path: str) -> int:
    """Ask; print the answer; return 0 for 200, else 1."""
    connection = HTTPConnection(
        "localhost", int(os.environ.get("PARAPH_PORT", "8000")), timeout=TIMEOUT_SECONDS
    )
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        print(answer.read().decode())
    except (OSError, HTTPException) as problem:
        print(f"nobody answers: {problem}")
        return 1
    finally:
        connection.close()
    return 0 if answer.status == 200 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "/readyz"))
