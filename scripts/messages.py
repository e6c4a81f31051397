"""Translation catalogues without GNU gettext: `python -m scripts.messages extract | check | compile`.

The source strings are English. Python files are read by Babel; Django templates are first turned into
function calls by Django itself. Texts reach the scripts of the front end through HTML attributes, so
TypeScript holds none. A catalogue carries no line numbers and no dates: its diff shows what changed.
"""

from __future__ import annotations

import contextlib
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "paraph"
LANGUAGES = ("nl", "fr")
TEMPLATE_SUFFIXES = {".html", ".txt"}
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
IDLE_HEADERS = re.compile(
    r'^"(POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Report-Msgid-Bugs-To|Generated-By): .*\n',
    re.MULTILINE,
)
CALL = re.compile(r"""\b(?:n?p?gettext|_)\((?:[^"'()]|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')*\)""")
PERCENT = re.compile(r"%%|%\((\w+)\)[#0\- +]*\d*(?:\.\d+)?[a-zA-Z]|%[sdifr]")


def catalogue_path(language: str) -> Path:
    """Where the texts of a language are kept."""
    return PACKAGE / "locale" / language / "LC_MESSAGES" / "django.po"


def sources(package: Path = PACKAGE) -> Iterator[Path]:
    """All files that can hold texts for people, in a stable order."""
    for path in sorted(package.rglob("*")):
        inside = path.relative_to(package).parts
        if "migrations" in inside or "static" in inside or not path.is_file():
            continue
        if path.suffix == ".py" or (path.suffix in TEMPLATE_SUFFIXES and "templates" in inside):
            yield path


def collect(package: Path = PACKAGE) -> Catalog:
    """A catalogue of every source text under a folder; its messages' locations say where each is used."""
    catalogue = Catalog()
    for path in sources(package):
        text = path.read_text(encoding="utf-8")
        if path.suffix in TEMPLATE_SUFFIXES:
            text = as_calls(text, str(path))
        lines = io.BytesIO(text.encode())
        for line, message, _comments, context in extract(
            "python", lines, KEYWORDS, options={"encoding": "utf-8"}
        ):
            where = [(str(path.relative_to(package.parent)), line)]
            catalogue.add(message, locations=where, context=context)
    return catalogue


def as_calls(template: str, origin: str) -> str:
    """Turn a Django template into lines of Python-like calls, so that Babel's tokeniser can read them."""
    import django
    from django.conf import settings
    from django.utils.translation.template import templatize

    if not settings.configured:
        settings.configure()
        django.setup()
    words = templatize(template, origin=origin)
    return "\n".join("; ".join(CALL.findall(line)) for line in words.split("\n"))


def read(path: Path, language: str) -> Catalog:
    """Read a catalogue, or begin an empty one."""
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def extract_all() -> int:
    """Bring the catalogues up to date: new texts come in empty, vanished ones go, translations stay."""
    source = collect()
    for language in LANGUAGES:
        path = catalogue_path(language)
        catalogue = read(path, language)
        before = {_key(message) for message in catalogue if message.id}
        catalogue.update(source, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        write(catalogue, path, language)
        after = {_key(message) for message in catalogue if message.id}
        print(f"{language}: {len(after)} texts, {len(after - before)} new, {len(before - after)} gone")
    return 0


def write(catalogue: Catalog, path: Path, language: str) -> None:
    """Write a catalogue sorted by text, without line numbers and dates."""
    catalogue.fuzzy = False
    catalogue.header_comment = (
        f"# Paraph in {catalogue.locale.english_name if catalogue.locale else language}."
    )
    catalogue.project, catalogue.version = "Paraph", "1"
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=100, no_location=True, sort_output=True, ignore_obsolete=True)
    text = IDLE_HEADERS.sub("", buffer.getvalue().decode())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def compile_all() -> int:
    """Write the binary catalogues that Django reads."""
    for path in sorted(PACKAGE.glob("locale/*/LC_MESSAGES/*.po")):
        catalogue = read(path, path.parent.parent.name)
        buffer = io.BytesIO()
        write_mo(buffer, catalogue)
        path.with_suffix(".mo").write_bytes(buffer.getvalue())
    return 0


def problems(source: Catalog, catalogue: Catalog, language: str) -> list[str]:
    """What is wrong with a language's catalogue, one sentence each."""
    found = []
    wanted = {_key(message): message for message in source if message.id}
    present = {_key(message): message for message in catalogue if message.id}
    for key in sorted(wanted.keys() - present.keys()):
        where = wanted[key].locations[0]
        found.append(f"{language}: missing {key[1]!r} ({where[0]}:{where[1]})")
    found += [f"{language}: no longer used {key[1]!r}" for key in sorted(present.keys() - wanted.keys())]
    found += [f"{language}: obsolete entry {message.id!r}" for message in catalogue.obsolete.values()]
    for key in sorted(wanted.keys() & present.keys()):
        found += [f"{language}: {problem}: {key[1]!r}" for problem in _faults_of(present[key])]
    return found


def placeholders(text: str) -> set[str]:
    """The places that the program fills in: `%(name)s`, `%s`, `{name}`."""
    found = {match.group(0) for match in PERCENT.finditer(text) if match.group(0) != "%%"}
    with contextlib.suppress(ValueError):  # a lone brace is text
        found |= {"{" + field + "}" for _, field, _, _ in Formatter().parse(text) if field is not None}
    return found


def check_all() -> int:
    """Print every missing or wrong translation and every hard-coded text; 0 if there is none."""
    from scripts.untranslated import hard_coded

    source = collect()
    found = []
    for language in LANGUAGES:
        found += problems(source, read(catalogue_path(language), language), language)
    for path in sources():
        if path.suffix in TEMPLATE_SUFFIXES:
            text = path.read_text(encoding="utf-8")
            for line, words in hard_coded(text, html=path.suffix == ".html"):
                found.append(f"{path.relative_to(ROOT)}:{line}: not translated: {words!r}")
    print("\n".join(found) if found else f"{len(source)} texts in {len(LANGUAGES)} translations")
    return 1 if found else 0


def _key(message: Message) -> tuple[str, str]:
    return message.context or "", message.id[0] if isinstance(message.id, tuple | list) else message.id


def _faults_of(message: Message) -> Iterator[str]:
    texts = message.string if isinstance(message.string, tuple | list) else (message.string,)
    originals = message.id if isinstance(message.id, tuple | list) else (message.id,)
    if message.fuzzy:
        yield "fuzzy"
    if not all(texts):
        yield "empty"
        return
    wanted = set[str]().union(*map(placeholders, originals))
    for position, text in enumerate(texts):
        allowed_less = position == 0 and len(texts) > 1  # "one line" may leave the number out
        used = placeholders(text or "")
        if used != wanted and not (allowed_less and used < wanted):
            yield f"placeholders differ, {sorted(wanted)} and {sorted(used)}"


if __name__ == "__main__":
    commands = {"extract": extract_all, "check": check_all, "compile": compile_all}
    if len(sys.argv) != 2 or sys.argv[1] not in commands:
        sys.exit("usage: python -m scripts.messages extract | check | compile")
    sys.exit(commands[sys.argv[1]]())
