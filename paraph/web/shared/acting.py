"""How a face acts: run the verb, then let its consequences follow at once (architecture.md, decision 2)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from paraph.web.shared import errors

log = logging.getLogger(__name__)
P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def reading(view: View[P]) -> View[P]:
    """A view for GET and HEAD: refusals become pages, anything else is 405."""
    return _answering(view, frozenset({"GET", "HEAD"}))


def acting(view: View[P]) -> View[P]:
    """A view for POST: refusals become pages; afterwards the rules run for every log that was `touched`."""
    answer = _answering(view, frozenset({"POST"}))

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        response = answer(request, *args, **kwargs)
        for name in getattr(request, "touched_logs", ()):
            consequences(name)
        return response

    return wrapped


def both(view: View[P]) -> View[P]:
    """A view that shows a form on GET and acts on POST."""
    read, act = reading(view), acting(view)

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        return (act if request.method == "POST" else read)(request, *args, **kwargs)

    return wrapped


def touched(request: HttpRequest, organisation_log: object) -> None:
    """Say that this request works in an organisation's ledger; the entry door of each face calls it once."""
    request.touched_logs = {*getattr(request, "touched_logs", ()), str(organisation_log)}  # type: ignore[attr-defined]


def consequences(organisation_log: str) -> None:
    """Run the rules that wait in one ledger. A failure is noted and left to the worker, which tries again."""
    from paraph.automation import (
        runner,
    )  # the rules know work and billing; a page that only reads needs neither

    try:
        runner.run_pending(organisation_log)
    except Exception:  # the act is done and stored: its consequences then follow by the worker
        log.exception("the rules did not run for %s", organisation_log)


def _answering(view: View[P], methods: frozenset[str]) -> View[P]:
    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.method not in methods:
            response: HttpResponse = errors.page(request, 405)
            response.headers["Allow"] = ", ".join(sorted(methods))
            return response
        try:
            return view(request, *args, **kwargs)
        except errors.REFUSALS as refusal:
            return errors.refused(request, refusal)

    return wrapped
