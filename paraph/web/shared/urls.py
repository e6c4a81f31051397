"""Addresses every face shares; included by config as ``path("", include("paraph.web.shared.urls"))``."""

from __future__ import annotations

from django.urls import path

from paraph.web.shared import views

app_name = "shared"
urlpatterns = [path("language/", views.set_language, name="language")]
