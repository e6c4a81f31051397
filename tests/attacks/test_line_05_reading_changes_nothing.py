"""Line 5: GET, HEAD and OPTIONS change no row of any table, but the counters."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from django.db import connection

from paraph.people.models import Attempt
from tests.attacks.answers import READING, Answer
from tests.attacks.world import Knocker, World, changed, rows, undone


@pytest.mark.slow
def test_line_5_reading_every_address_changes_no_row(answers: list[Answer]) -> None:
    reads = [one for one in answers if one.method in READING]
    wrong = [f"{one}: {one.spoilt}" for one in reads if one.spoilt]
    assert not wrong, "\n".join(wrong)
    assert {one.method for one in reads} == READING


def test_line_5_a_row_that_changes_is_seen_by_the_comparison(world: World) -> None:
    before = rows()
    world.order.title = "Something else"
    with undone():
        world.order.save()
        assert changed(before) == ["work_workorder"]
    assert changed(before) == []
    with connection.cursor() as cursor:
        cursor.execute("update work_workorder set title = 'Past the models'")
    assert changed(before) == ["work_workorder"]


@pytest.mark.django_db
def test_line_5_a_stranger_leaves_no_session_behind() -> None:
    for headers in ({}, {"HX-Request": "true"}):
        for address in (
            "/",
            "/s/nonsense/",
            "/sign-in/",
            "/proof/",
            "/p/00000000-0000-4000-8000-000000000000/",
        ):
            Knocker().get(address, headers=headers)
            Knocker().post(address, headers=headers)
    assert Session.objects.count() == 0


def test_line_5_a_mail_scanner_moves_one_counter_and_the_link_still_works(world: World) -> None:
    address, scanner = world.shop.path(world.invitation), Knocker()
    opened = world.invitation.opened_at
    for method in ("HEAD", "GET", "GET", "OPTIONS"):
        scanner.ask(method, address)
    world.invitation.refresh_from_db()
    assert world.invitation.opened_at == opened
    assert world.invitation.fetches == 3
    assert "sessionid" not in scanner.cookies
    assert "__Host-paraph" not in scanner.cookies, "a scanner is nobody: it gets no session"
    assert Attempt.objects.count() == 0
    assert Knocker().post(address).status_code == 302
