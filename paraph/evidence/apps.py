"""The Django app of the ledger."""

from __future__ import annotations

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    """Label `evidence`: the tables evidence_log, _entry, _node, _personal and _checkpoint."""

    name = "paraph.evidence"
    label = "evidence"
    verbose_name = "Evidence"
