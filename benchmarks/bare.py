"""Settings for the floor of a page: the product's own server, processes and middleware, and one bare view in them.

The middleware stays, as in the measurements the target comes from: headers, sessions and CSRF are not what a page adds.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from paraph.config.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.bare"


def bare(request: HttpRequest) -> HttpResponse:
    """The least a Django view can do."""
    return HttpResponse("bare", headers={"Content-Length": "4"})


urlpatterns = [path("", bare)]
