"""Migrations in a quarter of the time, for a first start and for a restore, which both wait for all of them.

Django makes each model anew, with all that is related to it over any number of corners, whenever a migration touches
it: here nearly all of them, two hundred times. What a change of the schema reads is the model itself and those that
point at it, and these are made anew; a migration that runs Python sees all of them as they are at that point, because
Django makes them anew before one whose state is `delayed`, as it is when it changes a field without relations.
This reaches into Django: with another version than it was tried with, migrations are Django's own (decision 0039).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import django
from django.db.migrations.state import ModelState, ProjectState
from django.db.migrations.utils import field_references

TRIED = (5, 2)
Key = tuple[str, str]  # label of the app, name of the model in lower case


@contextmanager
def quickly() -> Iterator[None]:
    """Migrations that run inside of this block are quick. For commands, which have one thread."""
    if django.VERSION[:2] != TRIED:
        yield
        return
    usual = ProjectState.reload_model
    ProjectState.reload_model = _reload_model  # type: ignore[method-assign]
    try:
        yield
    finally:
        ProjectState.reload_model = usual  # type: ignore[method-assign]


def _reload_model(self: ProjectState, app_label: str, model_name: str, delay: bool = False) -> None:
    """In place of Django's, whose `delay` says that those directly related suffice."""
    if "apps" not in self.__dict__:  # nothing was made yet
        return
    touched = (app_label, model_name.lower())
    self.is_delayed = True
    self._reload(  # type: ignore[attr-defined]
        {touched, *(key for key, state in self.models.items() if _points_at(touched, key, state))}
    )


def _points_at(touched: Key, key: Key, state: ModelState) -> bool:
    bases = {base.lower() for base in state.bases if isinstance(base, str)}
    return ".".join(touched) in bases or any(
        field_references(key, field, touched) for field in state.fields.values()
    )
