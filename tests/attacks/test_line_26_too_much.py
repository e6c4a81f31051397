"""Line 26: whatever is too much ends in a refusal that says what was too much, within its time and memory."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

import pytest

from paraph.intake import taking
from paraph.intake.errors import Reason, Refused
from paraph.intake.limits import MAX_BYTES, MB, TAKING
from tests.intake import files

BOMB = {Reason.UNPACKS_LARGE, Reason.TOO_MUCH_MEMORY, Reason.DAMAGED}


def _png(width: int, height: int) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b""))
    )


def test_line_26_a_bomb_ends_within_its_limits() -> None:
    with pytest.raises(Refused) as refused:
        taking.take_in(files.bomb(5000))
    assert refused.value.reason in BOMB
    assert refused.value.seconds <= 10
    assert refused.value.peak_mb <= TAKING.memory / MB


@pytest.mark.parametrize(
    ("content", "reasons"),
    [
        (lambda: b"%PDF-1.7\n" + b"\0" * MAX_BYTES, {Reason.TOO_LARGE}),
        (lambda: _png(60_000, 60_000), {Reason.TOO_MANY_PIXELS}),
        (lambda: files.vast(), {Reason.TOO_MANY_PIXELS}),
        (lambda: files.mended(lambda pdf: pdf.pages.extend([pdf.pages[0]] * 300)), {Reason.TOO_MANY_PAGES}),
        (lambda: files.nested(), {Reason.DAMAGED}),
    ],
    ids=["bytes", "pixels", "pixels in a PDF", "pages", "depth"],
)
def test_line_26_every_limit_is_a_refusal_with_its_reason(
    content: Callable[[], bytes], reasons: set[Reason]
) -> None:
    with pytest.raises(Refused) as refused:
        taking.take_in(content())
    assert refused.value.reason in reasons
