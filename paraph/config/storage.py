"""Settings of S3-compatible storage for files (docs/operate/configuration.md)."""

from __future__ import annotations

import importlib.util
import os
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from paraph.lib import environment
from paraph.lib.bucket import COMPLIANCE, GOVERNANCE

OFF = "off"


def read() -> dict[str, Any]:
    """The words for `lib.bucket.Bucket`; {} when PARAPH_FILES is not set. Raises ImproperlyConfigured."""
    place = os.environ.get("PARAPH_FILES", "")
    if not place:
        return {}
    parts = urlsplit(place)
    if parts.scheme != "s3" or not parts.hostname or parts.query or parts.username:
        raise ImproperlyConfigured(f"PARAPH_FILES is {place!r}; it must look like s3://bucket/prefix")
    if importlib.util.find_spec("boto3") is None:
        raise ImproperlyConfigured("PARAPH_FILES needs the extra s3: pip install 'paraph[s3]'")
    endpoint = os.environ.get("PARAPH_S3_ENDPOINT", "")
    if endpoint and urlsplit(endpoint).scheme not in {"https", "http"}:
        raise ImproperlyConfigured("PARAPH_S3_ENDPOINT must look like https://s3.example.com")
    key, secret = os.environ.get("PARAPH_S3_KEY", ""), environment.secret("PARAPH_S3_SECRET")
    if bool(key) != bool(secret):
        raise ImproperlyConfigured("PARAPH_S3_KEY and PARAPH_S3_SECRET belong together: set both, or neither")
    lock, days = os.environ.get("PARAPH_S3_LOCK", OFF).lower(), environment.number("PARAPH_S3_LOCK_DAYS", 0)
    if lock not in {OFF, GOVERNANCE, COMPLIANCE}:
        raise ImproperlyConfigured(f"PARAPH_S3_LOCK is {lock!r}; it must be off, governance or compliance")
    if (lock == OFF) != (days == 0) or days < 0:
        raise ImproperlyConfigured("PARAPH_S3_LOCK needs PARAPH_S3_LOCK_DAYS, the days that files are locked")
    return {
        "name": parts.netloc,
        "prefix": parts.path.strip("/"),
        "endpoint": endpoint.rstrip("/"),
        "region": os.environ.get("PARAPH_S3_REGION", ""),
        "key": key,
        "secret": secret,
        "lock": "" if lock == OFF else lock,
        "days": days,
    }
