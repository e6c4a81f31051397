"""From here on the database itself refuses to change what was recorded (evidence.md 1, attack A1)."""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from paraph.evidence import triggers


def install(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Put the triggers in place."""
    triggers.install(schema_editor.connection)


def remove(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Take them away again, to migrate backwards."""
    triggers.remove(schema_editor.connection)


class Migration(migrations.Migration):
    """The triggers."""

    dependencies = [("evidence", "0001_ledger")]

    operations = [migrations.RunPython(install, remove)]
