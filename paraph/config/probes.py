"""The three addresses for machines that watch: ``/healthz``, ``/readyz``, ``/metrics``.

They are answered before sessions, host names and languages are looked at, so that they work when little else does.
Sentences and figures are for this machine and for who shows PARAPH_METRICS_TOKEN; anybody else learns *ok* or *not
ok*, and that there are no metrics.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse

from paraph.operate import traffic
from paraph.web.shared import connection, errors

BEARER = "Bearer "


class Probes:
    """Answers the probes; everything else passes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """One look into a small dictionary."""
        view = PROBES.get(request.path_info)
        if view is None:
            return self.get_response(request)
        answer = view(request)
        if not answer.headers["Content-Type"].startswith("text/html"):
            answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
        return answer


def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers. Asks nothing else, not even the database."""
    if refusal := _refused(request):
        return refusal
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """Everything that Paraph needs works: 200, else 503. With ``?serving`` only what this process needs to answer."""
    if refusal := _refused(request):
        return refusal
    from paraph.operate import health

    found = health.recent()
    if traffic.memory().stopping:
        sentence = "This server was told to stop; it answers what still comes for a moment."
        found = [*found, health.Check("stopping", health.Level.FAILED, sentence, serving=True)]
    if "serving" in request.GET:
        found = [one for one in found if one.serving]
    status = max((one.level for one in found), key=list(health.Level).index)
    answer: dict[str, object] = {"status": "failed" if status is health.Level.FAILED else "ok"}
    if is_trusted(request):
        answer = {"status": str(status), "checks": {one.name: one.told for one in found}}
    return JsonResponse(answer, status=503 if status is health.Level.FAILED else 200)


def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus; for anybody else there is nothing here."""
    if refusal := _refused(request):
        return refusal
    if not is_trusted(request):
        return errors.not_found(request)
    from paraph.operate import metrics as figures

    content, kind = figures.page(request.headers.get("Accept", ""))
    return HttpResponse(content, content_type=kind)


def is_trusted(request: HttpRequest) -> bool:
    """Whether who asks may read sentences and figures."""
    token, shown = settings.PARAPH_METRICS_TOKEN, request.headers.get("Authorization", "")
    if token and shown.startswith(BEARER):
        return hmac.compare_digest(shown.removeprefix(BEARER).encode(), token.encode())
    return connection.is_local(request)


def _refused(request: HttpRequest) -> HttpResponse | None:
    return None if request.method in {"GET", "HEAD"} else HttpResponseNotAllowed(["GET", "HEAD"])


PROBES: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/healthz": healthz,
    "/readyz": readyz,
    "/metrics": metrics,
}
