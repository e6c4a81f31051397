"""Settings of the file storage: what is wrong stops the start, in a sentence."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from paraph.config import storage

WHOLE = {
    "PARAPH_FILES": "s3://our-bucket/paraph/files/",
    "PARAPH_S3_ENDPOINT": "https://s3.example.com/",
    "PARAPH_S3_REGION": "eu-west-1",
    "PARAPH_S3_KEY": "AKIA",
    "PARAPH_S3_SECRET": "secret",
    "PARAPH_S3_LOCK": "Compliance",
    "PARAPH_S3_LOCK_DAYS": "3650",
}


def read(monkeypatch: pytest.MonkeyPatch, **changes: str) -> dict[str, object]:
    for name, value in {**WHOLE, **changes}.items():
        monkeypatch.setenv(name, value)
    return storage.read()


def test_what_is_set_is_what_the_bucket_gets(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch) == {
        "name": "our-bucket",
        "prefix": "paraph/files",
        "endpoint": "https://s3.example.com",
        "region": "eu-west-1",
        "key": "AKIA",
        "secret": "secret",
        "lock": "compliance",
        "days": 3650,
    }
    assert read(monkeypatch, PARAPH_FILES="") == {}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"PARAPH_FILES": "/srv/files"}, "s3://bucket/prefix"),
        ({"PARAPH_FILES": "s3://key:secret@bucket"}, "s3://bucket/prefix"),
        ({"PARAPH_S3_ENDPOINT": "s3.example.com"}, "https://s3.example.com"),
        ({"PARAPH_S3_SECRET": ""}, "belong together"),
        ({"PARAPH_S3_LOCK": "forever"}, "off, governance or compliance"),
        ({"PARAPH_S3_LOCK_DAYS": "0"}, "needs PARAPH_S3_LOCK_DAYS"),
        ({"PARAPH_S3_LOCK": "off"}, "needs PARAPH_S3_LOCK_DAYS"),
        ({"PARAPH_S3_LOCK_DAYS": "ten"}, "whole number"),
    ],
)
def test_a_wrong_setting_is_a_sentence(
    changes: dict[str, str], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ImproperlyConfigured, match=told):
        read(monkeypatch, **changes)
