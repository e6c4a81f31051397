"""How a log line looks: a line to read (PARAPH_LOG=text) or a JSON object a line (PARAPH_LOG=json), times in UTC.

Each names the request it belongs to. A record may carry ``told``, a dict of more values for JSON. What must not be in
any log was taken out before, by `paraph.web.shared.logs`.
"""

from __future__ import annotations

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

# The request that is being answered, for every line that is written meanwhile.
REQUEST: ContextVar[str] = ContextVar("request", default="")


class Text(logging.Formatter):
    """``2026-11-21T20:38:36.123Z INFO paraph.requests [4f1c…] GET office:orders 200 …``."""

    def __init__(self) -> None:
        super().__init__("%(at)s %(levelname)s %(name)s %(request)s%(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """One line, and a traceback below it where there is one."""
        request = REQUEST.get()
        record.at, record.request = _time(record), f"[{request}] " if request else ""
        return super().format(record)


class Json(logging.Formatter):
    """One object a line: time, level, logger, message; request, exception and what was told, if any."""

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON, whatever the record holds."""
        line: dict[str, Any] = {
            "time": _time(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request := REQUEST.get():
            line["request"] = request
        line |= getattr(record, "told", {})
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        if record.exc_text:
            line["exception"] = record.exc_text
        return json.dumps(line, ensure_ascii=False, default=str)


def _time(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
