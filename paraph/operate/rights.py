"""What the database role that runs Paraph may do to the ledger on PostgreSQL (security.md line 39).

The role that owns tables can drop their triggers. Paraph also runs under another role, which may only insert into the
ledger, select from it, and update the few columns that lawfully change (docs/operate/running.md).
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from paraph.evidence.triggers import GUARDS
from paraph.operate.perils import FAULT, WARNING, Peril

OWNED = """
SELECT c.relname, pg_has_role(current_user, c.relowner, 'USAGE') AS owned,
       has_table_privilege(c.oid, 'DELETE') OR has_table_privilege(c.oid, 'TRUNCATE')
         OR has_table_privilege(c.oid, 'UPDATE') AS changed
  FROM pg_class c WHERE c.oid = ANY(%s::regclass[]) ORDER BY c.relname
"""
SEE = "docs/operate/running.md, “A role of its own”"


def faults() -> Iterator[Peril]:
    """Rights that are more than needed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user")
        name, superuser = cursor.fetchone()
        cursor.execute(OWNED, [[one.table for one in GUARDS]])
        found = cursor.fetchall()
    if superuser:
        yield WARNING, f"Paraph runs as the database's superuser {name}, who can undo every guard; see {SEE}"
    elif any(owned for _, owned, _ in found):
        yield WARNING, f"The role {name} owns the ledger's tables, so it could drop their guards; see {SEE}"
    elif loose := [table for table, _, changed in found if changed]:
        yield FAULT, f"The role {name} may change {', '.join(loose)}, which only grow; see {SEE}"
