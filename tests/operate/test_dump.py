"""What a backup keeps: every column of every table, and every file that is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps

from paraph.operate import backup, dump

pytestmark = pytest.mark.django_db


def test_every_column_of_every_model_can_be_kept() -> None:
    models = backup.kept_models(apps)
    assert len(models) > 25
    for model in models:
        for field in dump.columns(model):
            what = dump.kind(field)
            assert what in dump.PLAIN or what == "JSONField" or what in dump.ENCODERS, field
            assert what in dump.PLAIN or what in dump.DECODERS, field


def test_only_what_is_of_the_moment_is_left_out() -> None:
    every = {one._meta.label for one in apps.get_models(include_auto_created=True) if not one._meta.proxy}
    assert every - {one._meta.label for one in backup.kept_models(apps)} == {
        "sessions.Session",
        "people.OpenSession",  # its session is left out
        "config.Note",
    }


def test_every_blob_that_is_stored_is_named_by_a_column_we_know_or_by_a_message(repository: Path) -> None:
    """`backup.BLOBS` lists the columns, so whoever stores blobs must look there."""
    stores = [
        str(path.relative_to(repository))
        for path in repository.glob("paraph/**/*.py")
        if re.search(r"blobs(\(\))?\.put\(", path.read_text())
    ]
    assert set(stores) == {
        "paraph/billing/issuing.py",
        "paraph/delivery/body.py",
        "paraph/signoff/completion.py",
        "paraph/signoff/papers.py",
        "paraph/signoff/reading.py",
        "paraph/signoff/returns.py",
    }
