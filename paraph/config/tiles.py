"""The tile server behind a map, if there is one: what browsers may ask it for, and nothing else."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

HOST = re.compile(r"[a-z0-9.-]+(:\d{1,5})?")


def origin(template: str) -> list[str]:
    """The one origin that `PARAPH_TILES` names, for the content policy; [] where it is empty.

    Raises ImproperlyConfigured for a template without {z}, {x} and {y}, or whose host is not one fixed host by https.
    """
    if not template:
        return []
    parts = urlsplit(template)
    local = parts.hostname in {"localhost", "127.0.0.1"}
    fixed = HOST.fullmatch(parts.netloc) and (parts.scheme == "https" or (parts.scheme == "http" and local))
    if not fixed or not all(part in parts.path + parts.query for part in ("{z}", "{x}", "{y}")):
        raise ImproperlyConfigured(
            f"PARAPH_TILES is {template!r}; it must look like https://tiles.example.com/{{z}}/{{x}}/{{y}}.png"
        )
    return [f"{parts.scheme}://{parts.netloc}"]
