"""A page compressed but for its token: what a browser unpacks is the page."""

from __future__ import annotations

import gzip

from hypothesis import given
from hypothesis import strategies as st

from paraph.web.portal import packed

LENGTH = 64
PIECES = st.lists(st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"])), min_size=1)


@given(PIECES, st.binary(min_size=LENGTH, max_size=LENGTH))
def test_any_pieces_around_any_value_unpack_to_themselves(texts: list[str], between: bytes) -> None:
    pieces = [one.encode() for one in texts]
    plain = between.join(pieces)
    assert gzip.decompress(packed.join(packed.pack(pieces, LENGTH), between, plain)) == plain


def test_pieces_refer_to_one_another_across_the_value() -> None:
    piece = b"<form method=post><button name=choice value=approved>Approve</button></form>"
    once, many = packed.pack([piece], LENGTH), packed.pack([piece] * 20, LENGTH)
    assert sum(map(len, many)) < 2 * len(once[0]) + 20 * 16


def test_the_value_stands_in_the_answer_as_it_is() -> None:
    token = b"secret" * 10 + b"abcd"
    assert token in packed.join(packed.pack([b"a", b"b"], LENGTH), token, b"a" + token + b"b")
