"""Line 3: every address is listed in the authorisation table, and does for everybody what the table says."""

from __future__ import annotations

import pytest

from tests.attacks.answers import REFUSED, Answer
from tests.attacks.routes import TABLE, walk
from tests.attacks.world import EVERYBODY


def test_line_3_every_route_of_the_product_stands_in_the_table() -> None:
    found = list(walk())
    assert len({name for name, _ in found}) == len(found), "two routes of one name cannot be told apart"
    assert {name for name, _ in found} == set(TABLE)


def test_line_3_the_table_knows_every_parameter_and_every_person() -> None:
    for name, parameters in walk():
        assert set(TABLE[name].args) == parameters, name
        assert set(TABLE[name].get) == set(TABLE[name].post) == set(EVERYBODY), name


@pytest.mark.slow
def test_line_3_everybody_gets_what_the_table_says(answers: list[Answer]) -> None:
    wrong = [f"{one}: {one.got}, not {one.expected}" for one in answers if one.got != one.expected]
    assert not wrong, "\n".join(wrong)
    assert len(answers) > 700


@pytest.mark.slow
def test_line_3_who_is_refused_changed_nothing(answers: list[Answer]) -> None:
    refused = [one for one in answers if one.expected in REFUSED]
    wrong = [f"{one}: {one.spoilt}" for one in refused if one.spoilt]
    assert not wrong, "\n".join(wrong)
    assert {one.expected for one in refused} == REFUSED
