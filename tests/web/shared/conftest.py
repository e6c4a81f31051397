"""What the tests of this folder share."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings


@pytest.fixture(autouse=True, scope="session")
def static_folder() -> None:
    """The folder of collected files, which the middleware looks for."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
