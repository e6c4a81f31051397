"""Words written straight into a template are found, names and code are not taken for words."""

from __future__ import annotations

import pytest

from scripts.untranslated import hard_coded


@pytest.mark.parametrize(
    "template",
    [
        "<p>Hello</p>",
        '<a title="Close it">{% translate "x" %}</a>',
        '<button aria-label="Close">×</button>',
        '<input placeholder="Your name">',
        '<input type="submit" value="Send">',
        '<img alt="A ship">',
        "{% if a %}Yes{% endif %}",
        "<p>{{ total }} euros</p>",
        '{% field form.name label="Name" %}',
        '{% field form.name label=_("Name") hint="Your full name" %}',
        "<code>x</code> then",
    ],
)
def test_hard_coded_words_are_found(template: str) -> None:
    assert len(hard_coded(template, html=True)) == 1


@pytest.mark.parametrize(
    "template",
    [
        '{% load i18n %}<p class="wide">{% translate "Hello" %}</p>',
        "{% blocktranslate trimmed %}Hello {{ name }}{% endblocktranslate %}",
        "{# a comment #}{% comment %}<p>Words</p>{% endcomment %}<!-- more words -->",
        "<code>record.json</code><pre translate=no>sha256 digest <b>inside</b></pre>",
        "<style>body { color: red }</style><script>let word = 1;</script>",
        "<title>Paraph</title>",
        "<p>{name} · {place}</p>",
        '<a title="{% translate "Close" %}" href="/words/here/">{{ x }} · 1 ½ ×</a>',
        '<input type="text" value="words" name="words">',
        '{% field form.name label=_("Name") %}',
        '<br translate="no"/>{{ x }}',
        "&nbsp;&middot;&euro;",
    ],
)
def test_what_no_translator_needs_is_left_alone(template: str) -> None:
    assert hard_coded(template, html=True) == []


def test_the_line_is_told() -> None:
    template = "{% load i18n %}\n{% blocktranslate %}a\nb{% endblocktranslate %}\n<p>\n  Hello there\n</p>"
    assert hard_coded(template, html=True) == [(5, "Hello there")]


def test_plain_text_mails_are_read_line_by_line() -> None:
    template = 'Subject: {{ subject }}\n{% translate "Dear" %} {{ name }},\n\nRegards\n'
    assert hard_coded(template, html=False) == [(4, "Regards")]
