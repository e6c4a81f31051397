"""Rendering: the same bytes each time, conforming whatever people type, figures only where they belong."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paraph.sealing import glyphs
from paraph.sealing import render as rendering
from paraph.sealing.errors import RenderFailed
from paraph.sealing.render import render
from tests.sealing import examples
from tests.sealing.conftest import AT, RECORD, Run

HOSTILE = {
    "markup": '#panic("x") *bold* _it_ $x^2$ = heading @ref <label> `raw` // comment /* */ \\ #sys.inputs',
    "html": "<script>alert(1)</script> &amp; <b>",
    "long": "x" * 10_000,
    "long-words": "Wort " * 2_000,
    "arabic": "توقيع العميل على أمر العمل رقم ١٠٤٢",
    "hebrew": "חתימת הלקוח PH-KLX",
    "cjk": "山田太郎 様 作業指示書",
    "emoji": "👩‍✈️ ✈️ 👍🏽 ❤️ 🇳🇱",
    "control": "a\0b\x07c\x1b[31md\x7f\x85e",
    "reordering": "invoice\u202egpj.exe \u2066x\u2069",
    "combining": "Z͑ͫ̓a̴l̷g̸o e\u0301\u0323 中\u0301 א\u05b0\u0301",
    "private": "\ue000\uf8ff\U000f0000",
    "unassigned": "\uffff\ufffe\U000e0fff",
    "surrogate": "\ud800 lone",
    "invisible": "\u200b\u200d\ufeff\u2060\u00ad",
    "math": "𝐀 ℝ ∑ ½",
    "lines": "one\r\ntwo\rthree\u2028four\n\n\nfive",
    "url": "https://example.com/" + "a/" * 300,
    "spaces": " \t \u00a0\u202f\u3000 ",
    "quotes": "\"'`´“”«»",
    "json": '{"kind":"drawn"}',
}


def made(content: Any, language: str = "en") -> bytes:
    return render("work_order", content, attachments={"record.json": RECORD}, at=AT, language=language)


def text_of(pdf: bytes, run: Run, tmp_path: Path) -> str:
    (tmp_path / "x.pdf").write_bytes(pdf)
    return run("pdftotext", "-layout", "x.pdf", "-")


def with_text(text: str) -> Any:
    """A signed order that says ``text`` wherever people type."""
    order = examples.work_order(
        2, signatures=[examples.signature(name=text, role=text, mark={"kind": "typed", "text": text})]
    )
    order["intro"] = order["object"] = order["number"] = text
    order["customer"] = order["contact"] = [text]
    order["shop"]["name"] = text
    line = order["lines"][0]
    line["finding"] = line["action"] = line["number"] = line["total"] = text
    line["parts"] = [{"name": text, "quantity": text, "price": text}]
    line["notes"] = [{"by": text, "at": text, "text": text}]
    line["decision"]["by"] = text
    return order


def test_the_same_content_gives_the_same_bytes_in_every_thread() -> None:
    content = examples.work_order(signatures=[examples.signature()])
    first = made(content)
    others: list[bytes] = []
    threads = [threading.Thread(target=lambda: others.append(made(content))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made(examples.work_order(3, "nl"), "nl")
    assert [made(content), *others] == [first] * 4


def test_the_date_of_the_document_is_the_given_one(run: Run, tmp_path: Path) -> None:
    content = examples.work_order(1)
    later = render("work_order", content, at=AT + timedelta(days=1), language="en")
    (tmp_path / "x.pdf").write_bytes(later)
    assert "2026-11-22T20:38:36Z" in run("pdfinfo", "-isodates", "x.pdf")


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_text_of_people_is_data_and_never_stops_the_document(name: str) -> None:
    assert made(with_text(HOSTILE[name])).startswith(b"%PDF-1.7")


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(codec=None), max_size=60))
def test_no_text_at_all_stops_the_document(text: str) -> None:
    assert made(with_text(text)).startswith(b"%PDF-1.7")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["long", "url", "emoji", "arabic"])
def test_nothing_that_people_type_leaves_the_paper(name: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.pdf").write_bytes(made(with_text(HOSTILE[name])))
    run("pdftotext", "-bbox", "x.pdf", "x.html")
    right_edges = re.findall(r'xMax="([0-9.]+)"', (tmp_path / "x.html").read_text())
    a4_width, margin = 595.28, 18 * 72 / 25.4
    assert max(map(float, right_edges)) <= a4_width - margin + 1


def test_markup_is_printed_as_typed(run: Run, tmp_path: Path) -> None:
    typed = '#panic("x") *bold* $x^2$ <script> \\ = a'
    order = examples.work_order(1)
    order["lines"][0]["finding"] = typed
    assert typed in re.sub(r"\s+", " ", text_of(made(order), run, tmp_path))


def test_what_cannot_be_printed_is_replaced_visibly_and_the_page_says_so(run: Run, tmp_path: Path) -> None:
    order = examples.work_order(1)
    order["lines"][0]["finding"] = "山田 a\0b 👍"
    text = text_of(made(order), run, tmp_path)
    assert "□□ a�b □" in text
    assert "The attached record keeps the exact text" in " ".join(text.split())
    assert "exact text" not in text_of(made(examples.work_order(1)), run, tmp_path)


@pytest.mark.parametrize(
    "text", ["Łódź Æøå ŠŽ ĳ œuvre", "Ελληνικά Ώ", "Українська їжак", "€ 1.234,50 ✓ ✕ → ½", "حسن", "חיים"]
)
def test_these_scripts_print_without_loss(text: str) -> None:
    assert glyphs.printable(text) == (text, False)


def test_prices_are_on_the_estimate_and_not_on_the_authorisation(run: Run, tmp_path: Path) -> None:
    assert "€ 640.00" in text_of(made(examples.work_order()), run, tmp_path)
    assert "€" not in text_of(made(examples.work_order(view="authorisation")), run, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "nl", "fr"])
@pytest.mark.parametrize("lines", [0, 1, 7, 40])
@pytest.mark.parametrize("signatures", [0, 1, 5])
def test_every_length_renders_in_every_language(language: str, lines: int, signatures: int) -> None:
    content = examples.work_order(lines, language, signatures=[examples.signature()] * signatures)
    assert made(content, language).startswith(b"%PDF")


def test_table_heads_repeat_and_pages_are_numbered(run: Run, tmp_path: Path) -> None:
    pages = text_of(made(examples.work_order(40)), run, tmp_path).rstrip("\f").split("\f")
    assert len(pages) > 3
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in page
        assert "Finding and corrective action" in page or number == len(pages)


def test_several_signatures_stand_on_the_page(run: Run, tmp_path: Path) -> None:
    given_marks = [
        examples.signature(name=f"Signer {i}", mark={"kind": "typed", "text": f"Signer {i}"})
        for i in range(4)
    ]
    text = text_of(made(examples.work_order(2, signatures=given_marks)), run, tmp_path)
    assert all(f"Signer {i}" in text for i in range(4))


def test_the_mark_has_its_alternative_text(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.pdf").write_bytes(made(examples.work_order(1, signatures=[examples.signature()])))
    run("qpdf", "--qdf", "--object-streams=disable", "x.pdf", "y.pdf")
    assert b"Signature of J. Jansen, drawn" in (tmp_path / "y.pdf").read_bytes()


@pytest.mark.parametrize(
    "strokes",
    [
        [],
        [[]],
        [[[0.5, 0.5]]],
        [[[0, 0], [1, 1]]],
        [[[-5, 9], [3.5, -1e9]]],
        [[[0.1, 0.2, 0.7, 12345]] * 3],
        [[[i / 9000, 0.5] for i in range(9000)]],
    ],
)
def test_any_list_of_strokes_can_be_drawn(strokes: list[Any]) -> None:
    mark = {"kind": "drawn", "aspect": 3, "strokes": strokes}
    assert made(examples.work_order(1, signatures=[examples.signature(mark=mark)])).startswith(b"%PDF")


@pytest.mark.parametrize(
    "point", [["a", 0], [float("nan"), 0], [float("inf"), 0], [0], None, [True, 0], [{}, []]]
)
def test_strokes_that_are_no_numbers_are_refused(point: Any) -> None:
    mark = {"kind": "drawn", "aspect": 2, "strokes": [[point, [0.5, 0.5]]]}
    with pytest.raises(RenderFailed):
        made(examples.work_order(1, signatures=[examples.signature(mark=mark)]))


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"\xef\xbb\xbf{}\r\n\0", bytes(range(256)) * 20, b'{"a":"\\u0000 \xe2\x80\xa8"}']
)
def test_attachments_come_back_byte_for_byte(data: bytes, run: Run, tmp_path: Path) -> None:
    files = {"record.json": data, "other.bin": data + b"2"}
    (tmp_path / "x.pdf").write_bytes(
        render("work_order", examples.work_order(1), attachments=files, at=AT, language="en")
    )
    run("pdfdetach", "-saveall", "x.pdf")
    assert {name: (tmp_path / name).read_bytes() for name in files} == files


def test_a_template_that_is_not_there_is_refused() -> None:
    for name in ("nothing", "../secrets", "paper.typ", ""):
        with pytest.raises(RenderFailed, match="no template"):
            render(name, {}, at=AT, language="en")


def test_content_that_does_not_fit_is_a_failure_with_a_reason() -> None:
    broken: dict[str, Any] = {**examples.work_order(1)}
    del broken["shop"]
    with pytest.raises(RenderFailed, match="shop"):
        made(broken)
    with pytest.raises(RenderFailed, match="figures must arrive as text"):
        made({**examples.work_order(1), "summary": 1.5})


@pytest.mark.parametrize(
    "wrong", [{"language": "english!"}, {"at": AT.replace(tzinfo=None)}, {"attachments": {"../x": b""}}]
)
def test_wrong_arguments_are_refused(wrong: dict[str, Any]) -> None:
    arguments: dict[str, Any] = {"at": AT, "language": "en", **wrong}
    with pytest.raises(RenderFailed):
        render("work_order", examples.work_order(1), **arguments)


def test_only_own_fonts_are_used_and_their_licences_lie_beside_them() -> None:
    families = {font.family for font in rendering._fonts().fonts()}
    assert families == {"Inter", "DejaVu Sans", "Caveat"}
    assert all((glyphs.FONTS / f"LICENSE-{name}.txt").is_file() for name in ("Inter", "DejaVu", "Caveat"))
    assert sum(file.stat().st_size for file in glyphs.FONTS.iterdir()) < 4_000_000


def test_no_word_of_any_language_stands_in_the_templates(run: Run, tmp_path: Path) -> None:
    content = json.loads(
        json.dumps(examples.work_order(7, signatures=[examples.signature(), examples.signature()]))
    )
    content["certificate"] = [{"at": "1", "text": "2"}]

    def emptied(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                k: v if k in {"view", "accent", "state", "kind", "strokes", "aspect"} else emptied(v)
                for k, v in value.items()
            }
        return (
            [emptied(one) for one in value]
            if isinstance(value, list)
            else "7"
            if isinstance(value, str)
            else value
        )

    assert not re.search(r"[A-Za-z]", text_of(made(emptied(content)), run, tmp_path))


GROWTH = """
import re
from pathlib import Path
from paraph.sealing import render
from tests.sealing import conftest, examples

def held():
    told = Path("/proc/self/smaps_rollup").read_text()
    return int(re.findall(r"^Anonymous: +(\\d+) kB", told, re.MULTILINE)[0]) / 1024

def some(numbers):
    for number in numbers:
        order = examples.work_order(25, number=f"WO-{number}")
        render.render("work_order", order, at=conftest.AT, language="en")

render._age = AGE
some(range(2))
before = held()
some(range(10, 22))
print(held() - before)
"""


def test_typst_forgets_the_documents_it_made(repository: Path) -> None:
    """What a process holds stays small however many documents it makes (issue 3: 300 MB in all)."""

    def growth(age: str) -> float:
        command = [sys.executable, "-c", GROWTH.replace("AGE", age)]
        done = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=True)
        return float(done.stdout)

    assert growth("render._age") < 10 < growth("lambda: None")


def test_labour_without_a_code_has_one_dot_before_its_hours(run: Run, tmp_path: Path) -> None:
    content = with_text("x")
    content["lines"][0]["labour"] = [{"code": "", "hours": "2"}]
    assert re.search(r"Labour · 2 h", text_of(made(content), run, tmp_path))
