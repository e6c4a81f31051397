"""The technician's addresses; all of them below /field/, the scope of the app."""

from __future__ import annotations

from django.urls import path

from paraph.web.field import shell

app_name = "field"
urlpatterns = [
    path("field/", shell.shell, name="shell"),
    path("field/sw.js", shell.worker, name="worker"),
    path("field/app.webmanifest", shell.manifest, name="manifest"),
]
