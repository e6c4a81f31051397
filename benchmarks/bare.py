"""Settings for the floor of a page: the product's own server and processes, and nothing in them but one bare view."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from paraph.config.settings import *  # noqa: F403

MIDDLEWARE = []
ROOT_URLCONF = "benchmarks.bare"


def bare(request: HttpRequest) -> HttpResponse:
    """The least a Django view can do."""
    return HttpResponse("bare", headers={"Content-Length": "4"})


urlpatterns = [path("", bare)]
