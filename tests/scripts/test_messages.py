"""Nothing that a person reads escapes the translators."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from scripts import messages


def texts_of(folder: Path, name: str, text: str) -> dict[tuple[str, str], str]:
    """The (context, text) pairs found in one file, with the line each was found in."""
    path = folder / "product" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    found = messages.collect(folder / "product")
    return {
        (message.context or "", str(message.id)): str(message.locations[0][1])
        for message in found
        if message.id
    }


def test_python_calls_are_found_whatever_their_kind(tmp_path: Path) -> None:
    source = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext
a = _("One " "sentence.")
b = ngettext("%(n)s line", "%(n)s lines", 3)
c = pgettext("a month", "May")
"""
    assert texts_of(tmp_path, "view.py", source) == {
        ("", "One sentence."): "3",
        ("", "('%(n)s line', '%(n)s lines')"): "4",
        ("a month", "May"): "5",
    }


def test_template_tags_are_found_with_context_plural_and_trimming(tmp_path: Path) -> None:
    source = """<h1 title="{% translate "Shown) on hover" %}">
    {% translate 'It\u2019s yours' %}</h1>
    {% blocktranslate trimmed with who=party.name %}
        Dear {{ who }},
        50% is yours.
    {% endblocktranslate %}
  {% blocktranslate trimmed count n=lines context "order" %}{{ n }} line{% plural %}{{ n }} lines
{% endblocktranslate %}
{{ name|default:_("nobody") }}
    {% include "x.html" with label=_("Send") %}{% translate "May" context "a month" %}
"""
    assert set(texts_of(tmp_path, "templates/page.html", source)) == {
        ("", "Shown) on hover"),
        ("", "It\u2019s yours"),
        ("", "Dear %(who)s, 50%% is yours."),
        ("order", "('%(n)s line', '%(n)s lines')"),
        ("", "nobody"),
        ("", "Send"),
        ("a month", "May"),
    }


def catalogues(
    msgid: str | tuple[str, str], text: str | tuple[str, str], flags: tuple[str, ...] = ()
) -> list[str]:
    """The problems of a Dutch catalogue with one entry."""
    source, dutch = Catalog(), Catalog(locale="nl")
    source.add(msgid, locations=[("paraph/x.py", 1)])
    dutch.add(msgid, text, flags=flags)
    return messages.problems(source, dutch, "nl")


@pytest.mark.parametrize(
    ("msgid", "text", "problem"),
    [
        ("Sign", "", "empty"),
        ("Dear %(who)s", "Beste %(wie)s", "placeholders"),
        ("Dear {who}", "Beste", "placeholders"),
        ("100%%", "100%%", None),
        (("%(n)s line", "%(n)s lines"), ("één regel", "%(n)s regels"), None),
        (("%(n)s line", "%(n)s lines"), ("één regel", "regels"), "placeholders"),
        (("%(n)s line", "%(n)s lines"), ("één regel", ""), "empty"),
    ],
)
def test_a_wrong_translation_is_reported(
    msgid: str | tuple[str, str], text: str | tuple[str, str], problem: str | None
) -> None:
    found = catalogues(msgid, text)
    assert [problem in one for one in found if problem] == ([True] if problem else [])
    assert bool(found) == bool(problem)


def test_a_fuzzy_translation_is_reported() -> None:
    assert "fuzzy" in catalogues("Sign", "Teken", flags=("fuzzy",))[0]


def test_missing_and_surplus_texts_are_reported() -> None:
    source, dutch = Catalog(), Catalog(locale="nl")
    source.add("Sign", locations=[("paraph/x.py", 7)])
    dutch.add("Draw", "Teken")
    assert messages.problems(source, dutch, "nl") == [
        "nl: missing 'Sign' (paraph/x.py:7)",
        "nl: no longer used 'Draw'",
    ]


def test_a_written_catalogue_is_read_back_the_same_and_carries_no_dates(tmp_path: Path) -> None:
    dutch = Catalog(locale="nl")
    dutch.add("Sign", "Teken", locations=[("paraph/x.py", 7)])
    dutch.add("Approve", "Goedkeuren", context="verb")
    path = tmp_path / "django.po"
    messages.write(dutch, path, "nl")
    first = path.read_text(encoding="utf-8")
    messages.write(messages.read(path, "nl"), path, "nl")
    assert path.read_text(encoding="utf-8") == first
    assert "Date" not in first
    assert "x.py" not in first
    assert first.index('"Approve"') < first.index('"Sign"')
    assert "Plural-Forms" in first
