"""Counts what a PDF holds besides pages, so that people can be told what did not come along."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Stream

ACTIONS = {
    "/JavaScript": "javascript",
    "/Launch": "launch",
    "/URI": "link",
    "/GoTo": "link",
    "/GoToR": "link",
    "/GoToE": "link",
    "/SubmitForm": "form_action",
    "/ImportData": "form_action",
    "/ResetForm": "form_action",
    "/Rendition": "media",
    "/Movie": "media",
    "/Sound": "media",
    "/RichMediaExecute": "media",
    "/Named": "action",
    "/Hide": "action",
    "/SetOCGState": "action",
    "/Thread": "action",
    "/Trans": "action",
}
TYPES = {"/Filespec": "file", "/EmbeddedFile": "embedded_file", "/OCG": "layer", "/Metadata": "metadata"}
KEYS = {
    "/OpenAction": "open_action",
    "/AA": "action",
    "/XFA": "xfa",
    "/StructTreeRoot": "tags",
    "/Outlines": "bookmarks",
    "/RichMediaContent": "media",
    "/3DD": "media",
    "/PieceInfo": "metadata",
    "/Thumb": "thumbnail",
}
FIELDS = {"/Tx": "form_field", "/Btn": "form_field", "/Ch": "form_field", "/Sig": "signature_field"}
MAX_NESTED = 30


def census(pdf: pikepdf.Pdf) -> Counter[str]:
    """What there is, by name."""
    counted: Counter[str] = Counter()
    for one in pdf.objects:
        _look(one, counted, 0)
    if "/Info" in pdf.trailer:
        counted["metadata"] += 1
    return counted


def _look(value: Any, counted: Counter[str], depth: int) -> None:
    if depth > MAX_NESTED or not isinstance(value, (Dictionary, Stream, Array)):
        return
    inner: list[Any]
    if isinstance(value, Array):
        inner = list(value)
    else:
        keys = set(value.keys())
        _count(value, keys, counted)
        inner = [value[key] for key in keys - {"/Parent", "/P"}]
    for one in inner:
        if isinstance(one, (Dictionary, Array)) and one.objgen == (0, 0):
            _look(one, counted, depth + 1)


def _count(value: Any, keys: set[str], counted: Counter[str]) -> None:
    counted.update(KEYS[key] for key in keys & KEYS.keys())
    _name(value, "/S", ACTIONS, counted)
    _name(value, "/Type", TYPES, counted)
    _name(value, "/FT", FIELDS, counted)
    if "/Rect" in keys and "/Subtype" in keys and value["/Subtype"] not in ("/Link", "/Widget"):
        counted["annotation"] += 1


def _name(value: Any, key: str, words: dict[str, str], counted: Counter[str]) -> None:
    word = words.get(str(value.get(key, "")))
    if word:
        counted[word] += 1
