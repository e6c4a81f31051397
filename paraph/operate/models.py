"""What the processes of an installation tell one another about how they are."""

from __future__ import annotations

from django.db import models

NAME_CHARS = 120


class Note(models.Model):
    """The last word of one process about how it is, such as a worker's heartbeat. Holds no personal value."""

    name = models.CharField(max_length=NAME_CHARS, primary_key=True)
    at = models.DateTimeField()
    told = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.name
