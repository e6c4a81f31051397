"""The product's settings for tests: a scratch folder for all data, nothing from the developer's environment.

The database is SQLite unless PARAPH_TEST_DATABASE_URL names another one, as `make test` does for PostgreSQL.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

# In memory where `make test` and `make check` found room there: no commit waits for a disk.
SCRATCH = Path(tempfile.mkdtemp(prefix="paraph-test-", dir=os.environ.get("PARAPH_TEST_SCRATCH")))
atexit.register(shutil.rmtree, SCRATCH, ignore_errors=True)

for _name in [
    name for name in os.environ if name.startswith("PARAPH_") and not name.startswith("PARAPH_TEST_")
]:
    del os.environ[_name]
os.environ["PARAPH_DATA"] = str(SCRATCH)
os.environ["DATABASE_URL"] = (
    os.environ.get("PARAPH_TEST_DATABASE_URL") or f"sqlite:///{SCRATCH}/paraph.sqlite3"
)
# Playwright's event loop lives in the tests' own thread, where Django would refuse every query.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

from paraph.config.settings import *  # noqa: E402, F403
from paraph.config.settings import DATABASES, STATIC_ROOT, STORAGES  # noqa: E402
from paraph.lib import vault  # noqa: E402

# As `startup.make_keys` does at first start: nothing else makes it.
vault.create(SCRATCH / "keys" / "vault.key")

if DATABASES["default"]["ENGINE"] == "paraph.lib.sqlite":
    # A file, as in production: threads then have connections of their own, and locks are real.
    DATABASES["default"]["TEST"] = {"NAME": str(SCRATCH / "test.sqlite3")}

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher"
]  # the product's own costs 50 ms each time
# Static files by their plain names, so that no test needs a collected and hashed copy.
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
# WhiteNoise warns when the folder of collected files is not there.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
