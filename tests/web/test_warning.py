"""The pages of warnings: the board, a series, a decision, and what each method would have said."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from linli.jobs import queue
from linli.loops.advance import advance
from linli.loops.ledger import Item
from linli.registry.areas import Area
from linli.studies.warning import jobs, watch
from linli.studies.warning.tables import WarningRun
from linli.studies.warning.test_watch import ACCEPTED, PLAN, SIGNAL, YESTERDAY, positives
from tests.callers import still
from tests.cast import EVENING, City

pytestmark = pytest.mark.db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture(autouse=True)
def _one_factor(settings: Any) -> None:
    settings.SECOND_FACTOR = False


@pytest.fixture
def looked(city: City) -> City:
    """Nine positives in a grid of Oak Lane yesterday, and Linli has looked."""
    still()
    for back in range(20):
        positives(city, "oak2", YESTERDAY - timedelta(days=back), back % 2)
    positives(city, "oak1", YESTERDAY, 9)
    watch.run(PLAN, day=YESTERDAY, now=EVENING, exercise=False)
    return city


def caller(city: City, name: str, language: str = "en") -> Client:
    client = Client(headers={"Accept-Language": language})
    client.force_login(city.accounts[name], backend=BACKEND)
    return client


def opened(city: City, who: str, page: str, **query: Any) -> Any:
    return caller(city, who).get(reverse(page), query)


def test_the_board_says_what_stands_out_where_why_and_who_decides(looked: City) -> None:
    told = opened(looked, "dee", "warning").content.decode()

    assert "positive tests: COVID-19" in told
    assert "<strong>9</strong> seen, 0.0 expected; it warns above" in told
    assert "Sam ·" in told
    assert "1 day since its first signal" in told
    assert told.count("<svg xmlns") == 1  # told once, where it is
    assert (
        "told by Oak1, where most of it is"
        in opened(looked, "dee", "warning", parts="1").content.decode()
    )
    assert "Nothing stands out here." in opened(looked, "eve", "warning").content.decode()


def test_a_decision_is_taken_on_the_item_and_the_days_it_took_are_shown(looked: City) -> None:
    item = Item.objects.get(loop="warning")
    page = caller(looked, "sam").get(reverse("item", args=[item.id])).content.decode()
    assert "9 seen, 0.0 expected" in page

    answer = caller(looked, "sam").post(
        reverse("step", args=[item.id, "accept"]), {"action": "test", "note": "One stairwell."}
    )

    assert answer.status_code == 302
    told = opened(looked, "sam", "warning").content.decode()
    assert "after 1 day" in told
    assert "accepted, 02-08 → 02-09" in told


def test_looking_again_is_for_who_reaches_the_whole_city(looked: City) -> None:
    assert jobs.look  # so that the worker knows the kind of job
    assert caller(looked, "sam").post(reverse("warning_run")).status_code == 403

    assert caller(looked, "jo").post(reverse("warning_run")).status_code == 302

    assert queue.run_next()
    assert list(WarningRun.objects.order_by("id").values_list("asked_by", flat=True)) == [
        None, looked.accounts["jo"].id,
    ]  # fmt: skip
    assert Item.objects.filter(loop="warning").count() == 1


def test_a_series_that_is_not_known_is_told_and_not_drawn_as_zero(looked: City) -> None:
    oak = Area.objects.get(id=looked.areas["oak"].id)

    known = opened(looked, "sam", "warning_series", area=oak.id, signal=SIGNAL).content.decode()
    fevers = opened(looked, "sam", "warning_series", area=oak.id, signal="fevers")

    assert "<strong>It stands out.</strong>" in known
    assert "A count that the method needs is missing." in fevers.content.decode()
    wrong = opened(looked, "sam", "warning_series", area=oak.id, signal="unreachables")
    assert wrong.status_code == 422


def test_a_replay_tells_the_lead_of_each_method_and_when_somebody_decided(looked: City) -> None:
    advance(Item.objects.get(loop="warning").id, "accept", looked.scene("sam"), data=ACCEPTED)

    told = opened(
        looked, "sam", "warning_back_test", signal=SIGNAL, event="2020-02-08"
    ).content.decode()

    assert "It was known on 2020-02-08: as you say." in told
    assert '<th scope="row">c2</th>' in told
    assert "The first decision came after 1 day." in told


BAD = {  # rows of a file, and what the page answers
    "2020-01-01,2\n2020-01-03,1\n": "has no row for 2020-01-02",
    "2020-01-01,2\n2020-01-02,-1\n": "-1 is below zero",
    "2020-01-01,2\n2020-03-01,1\n": "lies in the future",
    "2020-01-01,2\n2020-01-01,1\n": "two counts for 2020-01-01",
    "": "has a header and no rows",
}


def test_bad_counts_are_answered_by_row_and_remedy_and_short_ones_method_by_method(
    city: City,
) -> None:
    still()
    sam = caller(city, "sam")

    def sent(rows: str) -> Any:
        file = SimpleUploadedFile("counts.csv", f"day,count\n{rows}".encode())
        return sam.post(reverse("warning_back_test"), {"file": file, "event": ""})

    for rows, told in BAD.items():
        answer = sent(rows)
        assert (answer.status_code, told in answer.content.decode()) == (422, True), told
    short = sent("2020-01-01,2\n2020-01-02,3\n2020-01-03,9\n").content.decode()
    assert short.count("The past is too short") == 6
