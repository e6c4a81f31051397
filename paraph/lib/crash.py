"""Named points at which the fault tests kill the process (faults.md F2). Silent in every other run."""

from __future__ import annotations

import os

POINTS = (
    "consent.committed",
    "pdf.rendered",
    "pdf.sealed",
    "blob.written",
    "blob.renamed",
    "sign.before_commit",
    "sign.committed",
    "capture.reviewed",
    "capture.signed",
    "return.read",
    "return.before_commit",
    "return.filed",
    "run.before_commit",
    "run.committed",
    "mail.before_send",
    "mail.sent",
    "invoice.before_commit",
    "invoice.issued",
    "backup.begun",
    "backup.written",
    "backup.verified",
    "backup.named",
    "restore.apart",
    "restore.loaded",
    "restore.marked",
    "restore.aside",
    "restore.database",
    "restore.files",
    "restore.done",
)


def point(name: str) -> None:
    """End the process at once, as kill -9 would, when PARAPH_CRASH_AT names this point."""
    assert name in POINTS, name
    if os.environ.get("PARAPH_CRASH_AT") == name:
        os._exit(137)
