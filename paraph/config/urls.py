"""Every address of the product. The faces keep their own; tests/attacks holds who may open which."""

from __future__ import annotations

from django.urls import include, path

from paraph.config import probes

urlpatterns = [
    *(path(where.lstrip("/"), view, name=view.__name__) for where, view in probes.PROBES.items()),
    path("", include("paraph.web.shared.urls")),
    path("", include("paraph.web.portal.urls")),
    path("", include("paraph.web.field.urls")),
    path("", include("paraph.web.office.urls")),
    path("", include("paraph.web.office.library_urls")),
]

handler400 = "paraph.web.shared.errors.bad_request"
handler403 = "paraph.web.shared.errors.forbidden"
handler404 = "paraph.web.shared.errors.not_found"
handler500 = "paraph.web.shared.errors.server_error"
