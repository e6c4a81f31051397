"""How files of others would be treated: what `paraph intake` tells an operator who is asked why a file was refused."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from paraph.intake import taking
from paraph.intake.errors import Reason, Refused
from paraph.operate import looks
from paraph.operate.scratch import Sorry

SENTENCES = {
    Reason.EMPTY: "it is empty",
    Reason.TOO_LARGE: "it is larger than 50 MB",
    Reason.UNKNOWN_KIND: "it is no PDF, JPEG, PNG, HEIC or TIFF",
    Reason.TWO_KINDS: "it begins as two kinds of file at once",
    Reason.ENCRYPTED: "it is locked with a password",
    Reason.DAMAGED: "it is damaged beyond reading",
    Reason.NO_PAGES: "it holds no page",
    Reason.TOO_MANY_PAGES: "it has more than 255 pages",
    Reason.TOO_MANY_PIXELS: "a picture in it is too large",
    Reason.UNPACKS_LARGE: "it unpacks to far more than it should",
    Reason.NO_FONTS: "it does not hold the fonts it needs",
    Reason.TOO_SLOW: "it was not read within ten seconds",
    Reason.BUSY: "the machine was too busy to read it: try again",
    Reason.TOO_MUCH_MEMORY: "it needs more than 768 MB of memory",
    Reason.CRASHED: "reading it ended the process that read it",
}


def tell(
    paths: Sequence[Path], out: Path | None, *, compare: bool = False, pdfjs: Path | None = None
) -> list[dict[str, Any]]:
    """What becomes of each file; folders are looked through. Raises Sorry for what cannot be read or written."""
    readers = looks.readers(pdfjs) if compare else {}
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
    told = []
    for path in _files(paths):
        try:
            content = path.read_bytes()
        except OSError as problem:
            raise Sorry(f"{path}: {problem.strerror}") from problem
        one, pdf = _one(path, content)
        if pdf is not None and out is not None:
            one["out"] = str(_written(pdf, path, out))
        if pdf is not None and compare:
            one |= looks.compared(pdf, readers)
        told.append(one)
    return told


def as_json(told: Sequence[dict[str, Any]]) -> str:
    """For programs: a list with one object a file."""
    return json.dumps(told, indent=2, ensure_ascii=False)


def as_text(told: Sequence[dict[str, Any]]) -> Iterator[str]:
    """For people."""
    for one in told:
        took = f"{one['seconds']:.1f} s, {one['peak_mb']:.0f} MB"
        if not one["accepted"]:
            detail = f" [{one['detail']}]" if one["detail"] else ""
            yield f"{one['file']}: refused, because {one['because']} ({one['reason']}; {took}){detail}"
            continue
        pages = "1 page" if one["pages"] == 1 else f"{one['pages']} pages"
        yield f"{one['file']}: accepted as {one['kind']}, {pages} ({took})"
        yield from (f"  {line}" for line in _more(one))
    yield f"{sum(one['accepted'] for one in told)} accepted, {sum(not one['accepted'] for one in told)} refused"


def _more(one: dict[str, Any]) -> Iterator[str]:
    if one["dropped"]:
        yield "left behind: " + ", ".join(f"{name} ({count})" for name, count in one["dropped"].items())
    if one["redrawn"]:
        why = sorted({reason for reasons in one["redrawn"].values() for reason in reasons})
        yield f"kept as images: {len(one['redrawn'])} of {one['pages']} pages ({', '.join(why)})"
    if one["notes"]:
        yield "remarkable: " + ", ".join(one["notes"])
    yield f"sha256 in  {one['digest_in']} ({one['bytes_in']:,} bytes)"
    yield f"sha256 out {one['digest_out']} ({one['bytes_out']:,} bytes)"
    if "out" in one:
        yield f"written to {one['out']}"
    if "readers" in one:
        yield looks.sentence(one)


def _one(path: Path, content: bytes) -> tuple[dict[str, Any], bytes | None]:
    told: dict[str, Any] = {"file": str(path), "bytes_in": len(content)}
    told["digest_in"] = sha256(content).hexdigest()
    try:
        taken = taking.take_in(content, path.name)
    except Refused as refused:
        why = {"reason": refused.reason.value, "because": SENTENCES[refused.reason], "detail": refused.detail}
        took = {"seconds": round(refused.seconds, 3), "peak_mb": round(refused.peak_mb, 1)}
        return {**told, "accepted": False, **why, **took}, None
    return {
        **told,
        "accepted": True,
        "kind": taken.kind.value,
        "pages": taken.pages,
        "seconds": round(taken.seconds, 3),
        "peak_mb": round(taken.peak_mb, 1),
        "dropped": taken.dropped,
        "redrawn": {str(page): list(why) for page, why in taken.redrawn.items()},
        "notes": list(taken.notes),
        "bytes_out": len(taken.pdf),
        "digest_out": taken.digest_out,
    }, taken.pdf


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        yield from (one for one in sorted(path.rglob("*")) if one.is_file()) if path.is_dir() else (path,)


def _written(pdf: bytes, path: Path, out: Path) -> Path:
    """A file that was not there before: two files of one name do not meet."""
    for number in range(1, 10_000):
        target = out / (f"{path.name}.pdf" if number == 1 else f"{path.name}-{number}.pdf")
        try:
            with target.open("xb") as file:
                file.write(pdf)
        except FileExistsError:
            continue
        except OSError as problem:
            raise Sorry(f"{target}: {problem.strerror}") from problem
        return target
    raise Sorry(f"{out} is full of files called {path.name}")
