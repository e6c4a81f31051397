"""Line 10: whatever is wrong with a link, the answer is the same 404, byte for byte, at the same cost."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from paraph.lib import home
from paraph.lib.links import MAX_TOKEN_CHARS, BadLink, Keyring
from paraph.people.models import Attempt
from paraph.signoff.invitations import AUDIENCE
from tests.attacks.world import Knocker, changed, rows
from tests.cast import Shop

pytestmark = pytest.mark.slow

Spoil = Callable[[str], str]
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def _flip(position: int) -> Spoil:
    """One bit of the character at a position, so that it stays within base64url."""

    def spoil(token: str) -> str:
        at = position if position >= 0 else len(token) + position
        other = ALPHABET[ALPHABET.index(token[at]) ^ 1] if token[at] in ALPHABET else "A"
        return token[:at] + other + token[at + 1 :]

    return spoil


def _flip_first(kind: str) -> Spoil:
    """One bit of the first character of a class: capitals, small letters, digits, signs, the dot."""
    return lambda token: _flip(re.search(kind, token).start())(token)  # type: ignore[union-attr]


def _other_ring(audience: str = AUDIENCE) -> Spoil:
    return lambda token: Keyring([b"k" * 32]).mint(
        home.links().read(token, audience=AUDIENCE), audience=audience
    )


def _own_ring(audience: str) -> Spoil:
    return lambda token: home.links().mint(home.links().read(token, audience=AUDIENCE), audience=audience)


def _foreign_footer(token: str) -> str:
    """The ciphertext of ours under the key id of another installation."""
    other = Keyring([b"k" * 32]).mint({}, audience=AUDIENCE)
    return token.split(".")[0] + "." + other.split(".")[1]


def _removed_key(token: str) -> str:
    """A key that is no longer in the ring: rotated out for good."""
    return Keyring([b"o" * 32, b"n" * 32]).mint({"grant": str(uuid4()), "key": "x"}, audience=AUDIENCE)


BROKEN: dict[str, Spoil] = {
    "first character": _flip(0),
    "second character": _flip(1),
    "in the middle": _flip(60),
    "before the footer": lambda token: _flip(token.index(".") - 1)(token),
    "last character": _flip(-1),
    "a capital": _flip_first("[A-Z]"),
    "a small letter": _flip_first("[a-z]"),
    "a digit": _flip_first("[0-9]"),
    "the dot": lambda token: token.replace(".", "A"),
    "two dots": lambda token: token.replace(".", ".."),
    "cut by one": lambda token: token[:-1],
    "cut in half": lambda token: token[: len(token) // 2],
    "without footer": lambda token: token.split(".")[0],
    "empty footer": lambda token: token.split(".")[0] + ".",
    "one longer": lambda token: token + "A",
    "padded": lambda token: token + "=",
    "other spelling of the last bits": lambda token: token[:-1] + ALPHABET[ALPHABET.index(token[-1]) ^ 1],
    "one character": lambda token: token[0],
    "foreign key id": _foreign_footer,
    "key of another installation": _other_ring(),
    "rotated out": _removed_key,
    "audience of something else": _own_ring("renewal"),
    "no audience": _own_ring(""),
    "not base64": lambda token: token[:10] + "!" + token[11:],
    "not ascii": lambda token: token[:10] + "é" + token[11:],
    "a null": lambda token: token[:10] + "\0" + token[11:],
    "a space": lambda token: " " + token,
    "in capitals": str.upper,
    "with its version": lambda token: "v4.local." + token,
    "of another version": lambda token: "v2.local." + token,
    "too long": lambda token: "A" * (MAX_TOKEN_CHARS + 1),
    "exactly too long": lambda token: token + "A" * (MAX_TOKEN_CHARS - len(token)),
    "a word": lambda token: "undefined",
    "an order": lambda token: str(uuid4()),
}


# What differs from answer to answer: a new session's cookie, the number of the request.
OF_EACH = {"Set-Cookie", "X-Request-Id"}


def _ask(token: str, method: str = "GET", end: str = "") -> tuple[int, bytes, dict[str, str], int]:
    browser = Knocker()
    with CaptureQueriesContext(connection) as queries:
        answer = browser.ask(method, f"/s/{quote(token)}/{end}")
    headers = {name: value for name, value in answer.headers.items() if name not in OF_EACH}
    return answer.status_code, answer.content, headers, len(queries)


@pytest.fixture
def token(shop: Shop) -> str:
    return shop.path(shop.invite(shop.open_order(lines=1))).split("/")[2]


def test_line_10_every_broken_link_is_one_and_the_same_404_without_any_query(token: str) -> None:
    assert _ask(token)[0] == 200, "the control: unspoilt it opens"
    before, one = rows(), _ask("nonsense")
    assert (one[0], one[3]) == (404, 0)
    wrong = []
    for name, spoil in BROKEN.items():
        spoilt = spoil(token)
        assert spoilt != token, name
        if _ask(spoilt) != one:
            wrong.append(name)
    assert not wrong
    assert changed(before) == []


def test_line_10_posts_of_broken_links_are_one_answer_as_well(token: str) -> None:
    before = rows()
    for end in ("", "?renewal"):
        one = _post("nonsense", end)
        assert one[0] == 404
        wrong = [name for name, spoil in BROKEN.items() if _post(spoil(token), end) != one]
        assert not wrong, end
    assert changed(before) == []


def _post(token: str, end: str) -> tuple[int, bytes, dict[str, str], int]:
    """A POST is counted before anything is read; each starts with an empty counter here."""
    Attempt.objects.all().delete()
    return _ask(token, "POST", end)


def test_line_10_any_single_changed_character_ends_at_404(token: str) -> None:
    ring = home.links()
    places = [at for at, letter in enumerate(token) if letter != "."]
    assert len(places) > 250
    for at in places:
        with pytest.raises(BadLink):
            ring.read(_flip(at)(token), audience=AUDIENCE)


def test_line_10_a_token_of_ours_for_a_row_that_is_not_there_or_with_another_key_is_the_same_404(
    shop: Shop, token: str
) -> None:
    """Such tokens need our own key ring; still they are told nothing more."""
    ring = home.links()
    claims = ring.read(token, audience=AUDIENCE)
    nobody = ring.mint({**claims, "grant": str(uuid4())}, audience=AUDIENCE)
    other = ring.mint({**claims, "key": "x" * 43}, audience=AUDIENCE)
    shapes: list[dict[str, object]] = [
        {},
        {"grant": 1, "key": 2},
        {"grant": None, "key": None},
        {"grant": [], "key": {}},
    ]
    shapeless = [ring.mint(one, audience=AUDIENCE) for one in shapes]
    one = _ask("nonsense")
    for wrong in (nobody, other, *shapeless):
        assert _ask(wrong)[:3] == one[:3]
    assert _ask(nobody)[3] == _ask(other)[3] == 1


def test_line_10_an_older_key_still_opens_what_it_sealed_and_a_newer_one_seals() -> None:
    old, new = b"o" * 32, b"n" * 32
    sealed = Keyring([old]).mint({"grant": "1"}, audience=AUDIENCE)
    both = Keyring([new, old])
    assert both.read(sealed, audience=AUDIENCE) == {"grant": "1"}
    fresh = both.mint({"grant": "2"}, audience=AUDIENCE)
    assert Keyring([new]).read(fresh, audience=AUDIENCE) == {"grant": "2"}
