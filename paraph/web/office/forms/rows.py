"""Several small forms of one kind on a page: the lines of an order, the parts of a line, the contacts of a customer.

Rows are numbered by their fields' names (``line-3-finding``), so they can be added and taken away with or without a
script, and nothing has to count them. Beside its fields a row may post ``-gone`` (taken away) and ``-at`` (its place).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict

MOST = 200  # rows of one kind; beyond it somebody plays with the form


class Row(forms.Form):
    """One row. `defaults`: names of fields whose given values alone do not make the row worth keeping."""

    defaults: Mapping[str, str] = {}
    use_required_attribute = False

    @property
    def is_blank(self) -> bool:
        """Whether nobody wrote anything into it."""
        return self.is_bound and not any(
            str(self[name].data or "").strip() for name in self.fields if name not in self.defaults
        )

    def full_clean(self) -> None:
        """Judge the row; nothing is wrong with one that nobody wrote into, so it shows no error beside its fields."""
        super().full_clean()
        if self.is_blank:
            self._errors = ErrorDict()


class Faults:
    """All fields of a page of several forms, as one form for the summary of errors at its top."""

    def __init__(self, forms: Iterable[forms.Form]) -> None:
        self.forms = [
            form for form in forms if form.is_bound and not (isinstance(form, Row) and form.is_blank)
        ]

    @property
    def errors(self) -> bool:
        """Whether anything is wrong."""
        return any(form.errors for form in self.forms)

    @property
    def non_field_errors(self) -> list[str]:
        """What is wrong with a form as a whole."""
        return [str(problem) for form in self.forms for problem in form.non_field_errors()]

    def __iter__(self) -> Iterator[forms.BoundField]:
        return (field for form in self.forms for field in form)


R = TypeVar("R", bound=Row)


class Rows(Generic[R]):
    """All rows of one kind under one prefix."""

    def __init__(self, forms: Sequence[R], blank: R) -> None:
        self.forms, self.blank = list(forms), blank

    def __iter__(self) -> Iterator[R]:
        return iter(self.forms)

    def __len__(self) -> int:
        return len(self.forms)

    @property
    def total(self) -> int:
        """One more than the highest number in use: where a script goes on counting."""
        return max((int(str(row.prefix).rpartition("-")[2]) for row in self.forms), default=-1) + 1

    @property
    def filled(self) -> list[R]:
        """The rows somebody wrote into."""
        return [row for row in self.forms if not row.is_blank]

    def is_valid(self) -> bool:
        """Whether every row that is not blank can be used; looks at all of them, so that all errors show."""
        judged = [row.is_valid() for row in self.filled]
        return all(judged)


def read(make: type[R], prefix: str, data: QueryDict, **options: Any) -> Rows[R]:
    """The rows as posted, to be validated."""
    return Rows(
        [make(data, prefix=f"{prefix}-{number}", **options) for number in numbers(data, prefix)],
        _blank(make, prefix, options),
    )


def start(
    make: type[R], prefix: str, values: Iterable[Mapping[str, Any]], *, spare: int = 0, **options: Any
) -> Rows[R]:
    """Rows with these values, and `spare` empty ones, for a page nobody has typed into yet."""
    told = [*values, *([{}] * spare)]
    return Rows(
        [make(initial=dict(one), prefix=f"{prefix}-{number}", **options) for number, one in enumerate(told)],
        _blank(make, prefix, options),
    )


def again(
    make: type[R], prefix: str, data: QueryDict, *, spare: int = 0, without: str = "", **options: Any
) -> Rows[R]:
    """The rows as typed but not yet judged, with `spare` more, or without the one named."""
    kept = [number for number in numbers(data, prefix) if f"{prefix}-{number}" != without]
    free = max(kept, default=-1) + 1
    return Rows(
        [
            make(initial=typed(make, f"{prefix}-{number}", data), prefix=f"{prefix}-{number}", **options)
            for number in [*kept, *range(free, free + spare)]
        ],
        _blank(make, prefix, options),
    )


def typed(make: type[forms.Form], prefix: str, data: QueryDict) -> dict[str, Any]:
    """What was typed into a form, as its initial values; fields that were not there keep their own."""
    found: dict[str, Any] = {}
    for name, field in make.base_fields.items():
        key = f"{prefix}-{name}" if prefix else name
        if isinstance(field.widget, forms.SelectMultiple | forms.CheckboxSelectMultiple):
            found[name] = data.getlist(key)
        elif key in data:
            found[name] = data[key]
    return found


def numbers(data: QueryDict, prefix: str) -> list[int]:
    """The numbers of the rows posted under a prefix, in the order wanted, without those taken away."""
    shape = re.compile(rf"{re.escape(prefix)}-(\d{{1,4}})-")
    found = {int(match[1]) for match in map(shape.match, data) if match}
    kept = [number for number in found if not data.get(f"{prefix}-{number}-gone")]
    return sorted(kept, key=lambda number: (_place(data.get(f"{prefix}-{number}-at", ""), number), number))[
        :MOST
    ]


def _place(text: str, number: int) -> int:
    return int(text) if text.isdecimal() and len(text) <= 4 else number + 1


def _blank(make: type[R], prefix: str, options: Mapping[str, Any]) -> R:
    """The row a script copies; its number is a word that the script replaces."""
    return make(prefix=f"{prefix}-__{prefix.rpartition('-')[2]}__", **options)
