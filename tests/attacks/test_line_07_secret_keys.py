"""Line 7: the key of a link stands in the link and in its mail, and nowhere else."""

from __future__ import annotations

import copy
import io
import logging
import logging.config
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from paraph.automation import runner
from paraph.delivery import outbox
from paraph.lib import home
from paraph.people import passwords
from paraph.signoff import invitations
from paraph.signoff.models import Invitation
from tests.attacks.world import Knocker, sign_in
from tests.cast import Shop

pytestmark = pytest.mark.slow

LOGGING: dict[str, Any] = settings.LOGGING
SECRET_PART = 40  # characters of a token that are enough to know it by


class Reader(Knocker):
    """A browser that keeps every answer it got."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: list[Any] = []

    def request(self, **told: Any) -> Any:
        answer = super().request(**told)
        self.answers.append(answer)
        return answer


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """What the product's own logging settings would have written, at their most talkative."""
    stream, root, product = io.StringIO(), logging.getLogger(), copy.deepcopy(LOGGING)
    level, before = root.level, list(root.handlers)
    assert set(product["root"]["handlers"]) == set(product["handlers"]) == {"console"}
    product["root"]["level"] = "DEBUG"
    product["handlers"]["console"] |= {"stream": stream, "level": "DEBUG"}
    logging.config.dictConfig(product)
    # dictConfig replaces the root's handlers; the test runner's own go on listening.
    for handler in before:
        if handler not in root.handlers:
            root.addHandler(handler)
    yield stream
    root.setLevel(level)
    root.handlers[:] = before


def _token(text: str) -> str:
    return text.split("/s/")[1].split("/")[0].split()[0]


def _all_text_of_the_database() -> str:
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found += [_clear(value) for row in cursor.fetchall() for value in row]
    found += [repr(one.get_decoded()) for one in Session.objects.all()]
    return "\n".join(found)


def _clear(value: object) -> str:
    if isinstance(value, memoryview | bytes):
        return bytes(value).decode("latin-1")
    return str(value)


def _shown(answer: Any) -> bytes:
    body: bytes = b"" if answer.streaming else answer.content
    return body


def _journey(shop: Shop, browser: Reader, link: str) -> None:
    """Everything a customer does, good and bad, from the link to the receipt."""
    path = "/s/" + link.split("/s/")[1]
    browser.get(path)
    browser.get(path[:-1])
    browser.put(path)
    browser.get(path + "nowhere/")
    browser.post(path)
    invitation = Invitation.objects.latest("created_at")

    def at(name: str, *more: Any) -> str:
        return reverse(f"portal:{name}", args=[invitation.pk, *more])

    browser.get(at("order"))
    browser.post(at("approve_all"))
    browser.post(at("comments"), {"text": "Fine."})
    page = browser.post(at("review"), follow=True)
    agreed, ceremony = page.context["agreed"], page.context["ceremony"]
    said = {"name": "Jan", "role": "", "method": "typed", "typed": "Jan", "language": "en"}
    browser.post(at("sign", ceremony.pk), said)
    signed = browser.post(at("sign", ceremony.pk), {**said, "consent": agreed.digest})
    assert signed.status_code == 302
    for name in ("receipt", "timeline", "sealed", "record", "receipt_file", "print"):
        assert browser.get(at(name)).status_code == 200
    outbox.deliver_due()
    invitations.revoke(invitation, by=shop.mara, actor=shop.mara.actor)
    for address in (path, path[:-1], at("order")):
        assert browser.get(address).status_code == 410
    assert browser.post(path).status_code == 410
    for address in (path, path[:-1]):
        assert browser.post(address + "?renewal").status_code == 200
    runner.run_all()
    outbox.deliver_due()


@pytest.fixture
def link(shop: Shop, mailoutbox: list[Any]) -> str:
    """The link as Jan finds it in his mail."""
    order = shop.open_order(lines=2)
    body = {f"ask-{shop.jan.pk}": "authorise", "view": "estimate", "lasts": "48"}
    assert sign_in(shop.mara).post(reverse("office:email", args=[order.pk]), body).status_code == 302
    outbox.deliver_due()
    letter = next(one for one in mailoutbox if one.to == [shop.jan.email])
    return str(next(word for word in letter.body.split() if "/s/" in word))


def test_line_7_after_a_whole_journey_the_key_is_in_the_mail_alone(
    shop: Shop, link: str, logged: io.StringIO
) -> None:
    browser, token = Reader(), _token(link)
    _journey(shop, browser, link)
    secret = token[:SECRET_PART]
    claims = home.links().read(token, audience=invitations.AUDIENCE)
    for needle in (secret, str(claims["key"])):
        text = logged.getvalue()
        assert needle not in text, next(line for line in text.splitlines() if needle in line)
        assert needle not in _all_text_of_the_database()
        for answer in browser.answers:
            assert needle not in repr(dict(answer.headers)), answer.request["PATH_INFO"]
            assert needle.encode() not in _shown(answer), (
                answer.status_code,
                answer.request["REQUEST_METHOD"],
            )
    assert "(key)" in logged.getvalue(), "the refused requests must have been logged, without their key"
    letters = [one for one in mail.outbox if secret in str(one.message())]
    assert [one.to for one in letters] == [[shop.jan.email]]


def test_line_7_no_file_of_the_installation_holds_the_key(shop: Shop, link: str, logged: io.StringIO) -> None:
    _journey(shop, Reader(), link)
    secret = _token(link)[:SECRET_PART].encode()
    database = Path(str(connection.settings_dict["NAME"]))
    for path in home.folder().rglob("*"):
        # Sent mails are wiped in the rows; freed pages of the file hold what they held, encrypted.
        if path.is_file() and not path.name.startswith(database.name):
            assert secret not in path.read_bytes(), path


def test_line_7_a_link_copied_by_hand_is_in_one_answer_and_in_no_session(shop: Shop) -> None:
    order, browser = shop.open_order(), Reader()
    browser.force_login(shop.mara.user)
    told = {"contact": shop.lotte.pk, "view": "estimate", "lasts": "48", "language": ""}
    body = {f"link-{key}": value for key, value in told.items()}
    body["link-once"] = "0f0e0d0c-0b0a-4988-8777-665544332211"
    answer = browser.post(reverse("office:link", args=[order.pk]), body)
    token = _token(answer.content.decode().split('"')[_index_of_link(answer.content.decode())])
    assert token[:SECRET_PART] not in _all_text_of_the_database()
    again = browser.post(reverse("office:link", args=[order.pk]), body)
    assert again.status_code == 409
    for address in (f"/orders/{order.pk}/", f"/orders/{order.pk}/email/", "/", "/notices/"):
        assert token[:SECRET_PART] not in browser.get(address).content.decode()
    assert not any(token[:SECRET_PART] in repr(dict(one.headers)) for one in browser.answers)


def _index_of_link(page: str) -> int:
    return next(number for number, part in enumerate(page.split('"')) if "/s/" in part)


def test_line_7_the_copies_to_the_managers_hold_no_key(shop: Shop, link: str, mailoutbox: list[Any]) -> None:
    copies = [one for one in mailoutbox if one.to != [shop.jan.email]]
    assert copies
    for one in copies:
        assert "/s/" not in str(one.message())
        assert "/s/" not in one.body


def test_line_7_a_fault_in_the_middle_of_a_link_page_logs_no_key(
    shop: Shop, logged: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    invitation = shop.invite(shop.open_order())
    path, token = shop.path(invitation), shop.path(invitation).split("/")[2]

    def broken(given: str) -> None:
        raise RuntimeError(f"cannot read http://localhost:8000/s/{given}/ today")

    monkeypatch.setattr(invitations, "peek", broken)
    answer = Knocker().get(path)
    assert answer.status_code == 500
    assert token not in answer.content.decode()
    text = logged.getvalue()
    assert "RuntimeError" in text, "the fault itself must be logged"
    assert token[:SECRET_PART] not in text


def test_line_7_every_handler_of_the_settings_passes_the_filter() -> None:
    from paraph.web.shared.logs import WithoutTokens

    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "Gone: %s", ("/s/abc.def/",), None)
    assert WithoutTokens().filter(record)
    assert record.getMessage() == "Gone: /s/(key)/"
    for name, handler in LOGGING["handlers"].items():
        named = [LOGGING["filters"][one]["()"] for one in handler["filters"]]
        assert "paraph.web.shared.logs.WithoutTokens" in [str(one) for one in named], name


def test_line_7_no_address_with_a_key_in_it_is_logged(shop: Shop, logged: io.StringIO) -> None:
    behind = sorted(path for path in _addresses() if "<str:token>" in path)
    assert {one.split("/")[0] for one in behind} >= {"s", "join", "reset"}
    logger = logging.getLogger("django.security.csrf")
    for path in behind:
        logger.warning(
            "Forbidden (%s): %s", "CSRF cookie not set.", "/" + path.replace("<str:token>", "k3y.of-a_link")
        )
    # A password mailed an hour ago, and a page that was open too long.
    token = passwords.key_for(shop.mara.user)
    assert Client(enforce_csrf_checks=True).post(f"/reset/{token}/", {"password": "x"}).status_code == 403
    text = logged.getvalue()
    assert text.count("Forbidden") > len(behind)
    assert "k3y" not in text
    assert token[:SECRET_PART] not in text


def _addresses(resolver: URLResolver | None = None, before: str = "") -> Iterator[str]:
    for one in (resolver or get_resolver()).url_patterns:
        path = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _addresses(one, path)
        else:
            yield path


def test_line_7_bearers_and_passwords_with_any_letter_in_them_are_replaced() -> None:
    from paraph.web.shared.logs import without_tokens

    assert without_tokens("Authorization: Bearer a.b-c") == "Authorization: Bearer (token)"
    for secret in ("p@ss/w", "pa:ss", "p/w"):
        assert without_tokens(f"postgres://u:{secret}@host/db") == "postgres://u:(password)@host/db"


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT"])
def test_line_7_no_answer_under_a_link_says_where_the_reader_came_from(shop: Shop, method: str) -> None:
    answer = Knocker().ask(method, shop.path(shop.invite(shop.open_order())))
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["Cache-Control"] == "no-store"
    assert "/s/" not in answer.get("Location", "")
    assert "Refresh" not in answer.headers
