"""Renders documents as PDF/A-3a and PDF/UA-1 with typst; the same input gives the same bytes, on every machine.

The secret of this module: typst. Content reaches the template as one JSON value, so text typed by people is never
read as markup. Only the fonts in ``fonts/`` are used. The shapes of content stand in ``document``.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

# One request, one core: typst's own threads cost a sixth more CPU and gain nothing when several people sign at once.
# Read once, at the first compilation; an operator who sets it keeps it.
os.environ.setdefault("RAYON_NUM_THREADS", "1")

import typst

from paraph.sealing import glyphs, mark, qr
from paraph.sealing.errors import RenderFailed

TEMPLATES = Path(__file__).parent / "templates"
STANDARDS: list[Literal["a-3a", "ua-1"]] = ["a-3a", "ua-1"]
MIME_TYPES = {
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".txt": "text/plain",
    ".pdf": "application/pdf",
    ".xml": "text/xml",
}
# How an attachment belongs to the page; the others are *Supplement*. An invoice's XML says the same as the page.
RELATIONS = {"application/json": "data", "text/xml": "alternative"}
# typst remembers what it worked out in its last ten compilations, about 1.5 MB for each document. Ten empty ones let
# it forget: the next document is made no slower for it, for hardly anything but the fonts is the same.
BLANK, TIMES = "blank", 10
_ATTACHMENT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_]([A-Z]{2}))?")

_own = threading.local()


def render(
    template: str,
    content: Mapping[str, Any],
    *,
    attachments: Mapping[str, bytes] | None = None,
    pictures: Mapping[str, bytes] | None = None,
    at: datetime,
    language: str,
) -> bytes:
    """Return the PDF of ``content`` in the named template.

    ``attachments`` (name to bytes) are embedded byte for byte as associated files (PDF/A-3): JSON as *Data*, XML as
    *Alternative*, the rest as *Supplement*. ``pictures`` (name to JPEG) are those that ``content`` names. ``at`` is
    written as the document's date; ``language`` is ``nl`` or ``nl-BE``. Raises RenderFailed when the content does not
    fit the template or the page would not conform.
    """
    inputs, files = _inputs(attachments or {}, at=at, language=language)
    with _prepared(template, {**files, **(pictures or {})}) as compiler:
        strings = _Strings()
        clean = strings.clean(content)
        try:
            return _compile(compiler, {**inputs, "content": _json(clean, strings)}, at)
        except RenderFailed:
            # A mark and its base from two fonts cannot be shaped together; rather lose the accent than the document.
            strings.lost, strings.last_resort = True, True
            clean = strings.clean(content)
            return _compile(compiler, {**inputs, "content": _json(clean, strings)}, at)


def measure(
    template: str, content: Mapping[str, Any], *, language: str, label: str, at: datetime
) -> dict[str, Any]:
    """Return what the template says under ``<label>`` of how it lays ``content`` out, without drawing it.

    Raises RenderFailed as `render` does.
    """
    inputs = {
        **_inputs({}, at=at, language=language)[0],
        "content": _json(_Strings().clean(content), _Strings()),
    }
    compiler = typst.Compiler(
        _path(template), root=TEMPLATES, font_paths=_fonts(), ignore_system_fonts=True, sys_inputs=inputs
    )
    try:
        told = json.loads(compiler.query(f"<{label}>", field="value", one=True))
    except (RuntimeError, ValueError) as error:
        raise RenderFailed(str(getattr(error, "message", error))) from error
    if not isinstance(told, dict):
        raise RenderFailed(f"the template says nothing under <{label}>")
    return told


def warm(template: str = "work_order") -> None:
    """Load fonts and template in this thread, so that the first signature does not wait for them."""
    glyphs.coverage()
    _compiler(template)


class _Strings:
    """Walks content and makes every string printable, every drawn mark a picture."""

    def __init__(self) -> None:
        self.lost = False
        self.last_resort = False

    def clean(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, Mapping):
            if value.get("kind") == "drawn" and "strokes" in value:
                return {"kind": "drawn", "svg": mark.picture(value["strokes"], value.get("aspect"))}
            if value.get("kind") == "code" and set(value) == {"kind", "text"}:
                return {"kind": "code", "svg": qr.picture(value["text"])}
            return {str(key): self.clean(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.clean(item) for item in value]
        if value is None or isinstance(value, bool | int):
            return value
        raise RenderFailed(f"content holds a {type(value).__name__}; figures must arrive as text")

    def _text(self, text: str) -> str:
        shown, lost = glyphs.printable(glyphs.plain(text) if self.last_resort else text)
        self.lost = self.lost or lost
        return shown


def _json(clean: Any, strings: _Strings) -> str:
    return json.dumps({**clean, "lost": strings.lost}, ensure_ascii=False)


def _inputs(
    attachments: Mapping[str, bytes], *, at: datetime, language: str
) -> tuple[dict[str, str], dict[str, bytes]]:
    """What goes to the template as text, and what it has to read from files: typst takes text only."""
    spoken = _LANGUAGE.fullmatch(language)
    if spoken is None:
        raise RenderFailed(f"{language!r} is no language tag")
    if at.tzinfo is None:
        raise RenderFailed("the document's date has no time zone")
    inputs: dict[str, str] = {"language": spoken[1], "region": spoken[2] or ""}
    files: dict[str, bytes] = {}
    listed = []
    for place, (name, data) in enumerate(attachments.items()):
        if not _ATTACHMENT_NAME.fullmatch(name):
            raise RenderFailed(f"{name!r} cannot be the name of an attachment")
        mime = MIME_TYPES.get(Path(name).suffix, "application/octet-stream")
        file = ""
        try:
            inputs[f"attachment-{place}"] = data.decode("utf-8")
        except UnicodeDecodeError:
            file = f"attachment-{place}"
            files[file] = data
        relation = RELATIONS.get(mime, "supplement")
        listed.append({"name": name, "mime": mime, "relation": relation, "file": file})
    return {**inputs, "attachments": json.dumps(listed)}, files


@contextmanager
def _prepared(template: str, files: Mapping[str, bytes]) -> Iterator[typst.Compiler]:
    """A compiler for a template; where it has files to read, in a folder of its own with nothing else in it."""
    if not files:
        yield _compiler(template)
        return
    main = _path(template)
    with tempfile.TemporaryDirectory(prefix="paraph-print-") as name:
        folder = Path(name)
        for one in TEMPLATES.glob("*.typ"):
            shutil.copyfile(one, folder / one.name)
        for file, content in files.items():
            if not _ATTACHMENT_NAME.fullmatch(file) or (folder / file).exists():
                raise RenderFailed(f"{file!r} cannot be the name of a file")
            (folder / file).write_bytes(content)
        yield typst.Compiler(folder / main.name, root=folder, font_paths=_fonts(), ignore_system_fonts=True)


def _compile(compiler: typst.Compiler, inputs: dict[str, str], at: datetime) -> bytes:
    # typst takes whole seconds only; more would make the bytes differ from what the date in the file says.
    moment = at.astimezone(UTC).replace(microsecond=0)
    try:
        made = compiler.compile(
            sys_inputs=inputs, format="pdf", pdf_standards=list(STANDARDS), timestamp=moment
        )
    except (RuntimeError, ValueError) as error:
        raise RenderFailed(str(getattr(error, "message", error))) from error
    finally:
        _age()
    if not isinstance(made, bytes):
        raise RenderFailed("the renderer gave no single file")
    return made


def _age() -> None:
    """Let typst forget the document: a millisecond, and a third of a process's memory."""
    blank = _compiler(BLANK)
    for _ in range(TIMES):
        blank.compile(format="svg")


def _compiler(template: str) -> typst.Compiler:
    """One compiler per thread and template: typst refuses to share one between threads."""
    compilers: dict[str, typst.Compiler] = _own.__dict__.setdefault("compilers", {})
    if template not in compilers:
        compilers[template] = typst.Compiler(
            _path(template), root=TEMPLATES, font_paths=_fonts(), ignore_system_fonts=True
        )
    return compilers[template]


def _path(template: str) -> Path:
    path = TEMPLATES / f"{template}.typ"
    if not template.isidentifier() or not path.is_file():
        raise RenderFailed(f"there is no template {template!r}")
    return path


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[glyphs.FONTS])
