"""At the prompt: a unit by its records, beside another and since a day, and the self-check."""

import json
from datetime import date

import pytest

from linli.studies.evaluation.tables import Judgement
from tests.callers import still
from tests.cast import EVENING, City
from tests.cli.prompt import linli

pytestmark = pytest.mark.db
NAMES = ("D1.4.1", "D1.4.2", "D2.1.1", "D2.3.1", "D2.3.3", "D3.1.1", "D3.1.2", "D3.1.3")
ASKED = ("evaluate", "--from-records", "--area", "Oak", "--as", "dee", "--phase", "peacetime")


@pytest.fixture
def judged(city: City) -> City:
    """Oak Lane and Pine as an expert sees them: one better than the other."""
    still()
    Judgement.objects.bulk_create(
        Judgement(
            framework="community", indicator=name, area_id=city.areas[area].id,
            path=city.areas[area].path, value=value, expert="Prof. Li",
            judged_on=date(2020, 2, 1), reason="Read it.", recorded_at=EVENING,
        )
        for area, value in (("oak", 90.0), ("pine", 40.0))
        for name in NAMES
    )  # fmt: skip
    return city


def test_a_unit_is_told_beside_another(judged: City):
    told = linli(*ASKED, "--beside", "Pine").stdout
    values = json.loads(linli(*ASKED, "--beside", "Pine", "--json").stdout)

    assert "Pine has" in told
    assert "apart" in told
    assert values["beside"]["area_id"] == judged.areas["pine"].id


def test_what_moved_since_a_day_is_told_and_a_day_without_a_snapshot_has_none(judged: City):
    linli("evaluate", "--from-records", "--area", "W市", "--as", "gil", "--keep")

    kept = json.loads(linli(*ASKED, "--since", "2020-02-09", "--json").stdout)
    none = json.loads(linli(*ASKED, "--since", "2020-02-08", "--json").stdout)

    assert kept["since"]["moved"] == 0
    assert none["since"] is None


def test_the_self_check_is_told_in_words_and_a_stranger_is_refused(judged: City):
    told = linli("evaluate", "--self-check", "--area", "Elm", "--as", "dee").stdout
    refused = linli("evaluate", "--self-check", "--area", "Elm", "--as", "cy", code=2)

    assert "0 of 2 communities are below one worker for 240 households." in told
    assert "request: somebody would take it in 2 of 2 communities, 1 alone" in told
    assert "grid worker" in refused.output
