"""Letters: subject first, plain in text, escaped in HTML, each in its language."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.template import TemplateDoesNotExist
from django.utils import translation

from paraph.delivery.letters import compose

EVIL = '<script>alert(1)</script> & "Jan"'


@pytest.fixture
def template(tmp_path: Path, settings: Any) -> str:
    """A template that fills the blocks of both layouts."""
    for kind, wrap in (("txt", "{}"), ("html", "<p>{}</p>")):
        (tmp_path / f"example.{kind}").write_text(
            f"{{% extends 'delivery/letter.{kind}' %}}{{% load i18n %}}"
            "{% block subject %}Estimate for {{ customer }}{% endblock %}"
            f"{{% block body %}}{wrap.format('{{ text }}')}{{% endblock %}}"
        )
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [str(tmp_path)]}]
    return "example"


def test_the_first_line_is_the_subject_and_the_rest_the_text(template: str) -> None:
    letter = compose(template, "en", {"customer": "Jan", "text": "Good day.", "sender": "Hangar One"})
    assert letter.subject == "Estimate for Jan"
    assert letter.text == "Good day.\n\n-- \nHangar One\n"
    assert "<p>Good day.</p>" in letter.html


def test_line_29_markup_is_words_in_text_and_harmless_in_html(template: str) -> None:
    letter = compose(
        template, "en", {"customer": EVIL, "text": EVIL, "sender": EVIL, "name": EVIL, "footer": EVIL}
    )
    assert EVIL in letter.text
    assert letter.subject == f"Estimate for {EVIL}"
    assert "<script" not in letter.html
    assert "&lt;script&gt;" in letter.html


def test_line_29_a_link_that_is_a_script_stays_inside_its_attribute(template: str) -> None:
    letter = compose(template, "en", {"action_url": '" onclick="alert(1)', "action_label": "Open"})
    assert 'onclick="' not in letter.html


def test_line_31_a_subject_is_one_line(template: str) -> None:
    letter = compose(template, "en", {"customer": "Jan\r\nBcc: eve@example.com", "text": ""})
    assert "Bcc" not in letter.subject


def test_a_letter_is_written_in_the_language_asked_for(template: str) -> None:
    with translation.override("en"):
        letter = compose(template, "fr", {"text": "", "customer": ""})
        assert translation.get_language() == "en"
    assert '<html lang="fr">' in letter.html


def test_a_template_without_subject_is_refused(tmp_path: Path, settings: Any) -> None:
    for kind in ("txt", "html"):
        (tmp_path / f"bare.{kind}").write_text("Hello")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [str(tmp_path)]}]
    with pytest.raises(ValueError, match="Subject"):
        compose("bare", "en", {})
    with pytest.raises(TemplateDoesNotExist):
        compose("missing", "en", {})
