"""A database that was migrated quickly is the one that Django's own way makes, to the last constraint."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection

from tests.automation.test_runner import child_environment
from tests.operate.test_backup import Elsewhere, same_database  # noqa: F401 - a fixture

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

SCHEMA = {
    "sqlite": ["SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_stat%'"],
    "postgresql": [
        """SELECT table_name, column_name, data_type, is_nullable, column_default, character_maximum_length,
                  numeric_precision, numeric_scale, is_identity, collation_name
             FROM information_schema.columns WHERE table_schema = 'public'""",
        """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace""",
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
        """SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace""",
    ],
}


def schema(cursor: Any) -> list[list[str]]:
    """What the database says of its tables."""
    found = []
    for question in SCHEMA[connection.vendor]:
        cursor.execute(question)
        found.append(sorted(str(row) for row in cursor.fetchall()))
    return found


def test_what_is_migrated_quickly_is_what_django_makes(
    same_database: Elsewhere,  # noqa: F811
    tmp_path: Path,
) -> None:
    sqlite, path = connection.vendor == "sqlite", Path(urlsplit(same_database.url).path)
    if sqlite:
        path.parent.mkdir()
    told = {"PARAPH_DATA": str(tmp_path / "usual"), "DATABASE_URL": same_database.url}
    env = child_environment(**told, DJANGO_SETTINGS_MODULE="paraph.config.settings")
    command = [sys.executable, "-m", "django", "migrate", "--verbosity=0"]
    subprocess.run(command, env=env, check=True)
    with connection.cursor() as cursor:
        quick = schema(cursor)
    opened: Any = sqlite3.connect(path) if sqlite else psycopg.connect(same_database.url)
    with closing(opened) as other, closing(other.cursor()) as cursor:
        usual = schema(cursor)
    assert quick == usual
    assert all(usual)
