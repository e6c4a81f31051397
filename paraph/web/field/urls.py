"""The technician's addresses; all of them below /field/, the scope of the app."""

from __future__ import annotations

from django.urls import path

from paraph.web.field import checking, enrolling, own_phone, shell, syncing, unlocking, work

app_name = "field"
urlpatterns = [
    path("field/", shell.shell, name="shell"),
    path("field/sw.js", shell.worker, name="worker"),
    path("field/app.webmanifest", shell.manifest, name="manifest"),
    path("field/work.json", work.work, name="work"),
    path("field/orders/<uuid:pk>.json", work.order, name="order"),
    path("field/device/", enrolling.enrol, name="enrol"),
    path("field/sync/", syncing.sync, name="sync"),
    path("field/code/", checking.send_code, name="code"),
    path("field/own-phone/", own_phone.show, name="own_phone"),
    path("field/own-phone/report.json", own_phone.report, name="own_phone_report"),
    path("field/own-phone/<uuid:pk>/", own_phone.state, name="own_phone_state"),
    path("field/unlock/", unlocking.ask, name="unlock"),
    path("field/unlock/proof/", unlocking.prove, name="unlock_proof"),
    path("field/sign-out/", enrolling.sign_out, name="sign_out"),
]
