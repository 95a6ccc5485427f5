"""The self-check: norm, learning, turnover, found and solved, checked again, all by records."""

import json
import re
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from linli import clock
from linli.errors import GateShut, Problem
from linli.loops import limits
from linli.loops.advance import advance
from linli.loops.ledger import Item
from linli.loops.requests import sample
from linli.loops.requests.effects import BACK_CHECK_ONE_IN, drawn
from linli.loops.requests.file import file_request
from linli.loops.requests.forms import Channel
from linli.policy.can import VISITOR
from linli.registry import roster
from linli.registry.households import Household
from linli.registry.imports.kinds.qualifications import COLUMNS
from linli.registry.qualifications import Qualification
from linli.studies.evaluation import checks
from tests.callers import Caller, still
from tests.cast import EVENING, HOUR, City
from tests.cli.prompt import linli

pytestmark = pytest.mark.db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
DAY = 24 * HOUR


@pytest.fixture(autouse=True)
def _one_factor(settings: Any) -> None:
    settings.SECOND_FACTOR = False


def page(city: City, who: str, name: str = "evaluation_checks", query: str = "") -> str:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(city.accounts[who], backend=BACKEND)
    return client.get(reverse(name) + query).content.decode()


def words(html: str) -> str:
    """What a reader reads of a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def households(city: City, area: str, n: int) -> None:
    place = city.areas[area]
    Household.objects.bulk_create(
        Household(code=f"{area}-{k}", area=place, path=place.path, home=city.areas["house1"],
                  door=str(k), source="made up", as_of=date(2020, 1, 1), changed_at=EVENING)
        for k in range(n)
    )  # fmt: skip


def earned(city: City, name: str, kind: str, word: str, on: date, evidence: str = "no. 7") -> None:
    oak = city.areas["oak"]
    Qualification.objects.create(
        account=city.accounts[name], area=oak, path=oak.path, kind=kind, name=word,
        evidence=evidence, gained_on=on,
    )  # fmt: skip


def found(city: City, who: str, area: str) -> checks.Checks:
    return checks.checks(city.actor(who), city.areas[area], now=EVENING)


def answered(city: City, n: int, *, by: str, up: bool = False, at: int = EVENING - DAY) -> None:
    """Some requests in Oak Lane's first grid, each taken through its steps."""
    for _ in range(n):
        filed = file_request(
            VISITOR, now=at, kind="noise", area_id=city.areas["oak1"].id,
            data={"description": "Drums"}, channel=Channel.PAGE,
        )  # fmt: skip
        later = at
        if up:
            later = at + 3 * HOUR
            advance(filed.item_id, "refuse", city.scene("sam", later), data={"reason": "Not ours"})
            advance(filed.item_id, "take_over", city.scene(by, later))
        else:
            advance(filed.item_id, "accept", city.scene(by, later))
        told = {"note": "They stopped.", "result": "done", "reach": "page"}
        advance(filed.item_id, "answer", city.scene(by, later), data=told)


def test_one_household_above_the_norm_asks_for_one_more_worker(city: City):
    households(city, "oak1", 960)  # four workers: Cy, Cleo, Bo and Sam
    kept = next(one for one in found(city, "dee", "elm").communities if one.area.name_en == "Oak")
    households(city, "oak2", 1)
    short = next(one for one in found(city, "dee", "elm").communities if one.area.name_en == "Oak")

    assert (kept.n_wanted, kept.n_lacking) == (4, 0)
    assert (short.n_wanted, short.n_lacking) == (5, 1)


def test_the_page_lists_communities_below_the_norm_and_by_how_many_posts(city: City):
    still()
    households(city, "oak1", 1000)

    told = words(page(city, "dee"))

    assert "1 of 2 communities below one worker for 240 households" in told
    assert "Oak 1000 4 5 1" in told  # households, workers, wanted, lacking


def test_both_percentages_stand_by_community_and_come_from_records(city: City):
    still()
    earned(city, "bo", "college_degree", "Degree", date(2015, 6, 30))
    earned(city, "sam", "college_degree", "Degree", date(2015, 6, 30))
    earned(city, "sam", "social_work", "Certificate", date(2018, 6, 30))

    told = words(page(city, "dee"))

    assert "50 % of the workers have a college degree" in told
    assert re.search(r"50 % Oak 2/4 25 % Oak 1/4", told)
    assert re.search(r"– Pine 0/0", told)  # nobody works in Pine: no share, and not zero


def test_turnover_is_told_by_quarter_and_a_quarter_keeps_its_number(city: City):
    bo = roster.Assignment.objects.get(account=city.accounts["bo"])
    roster.Assignment.objects.update(starts_at=EVENING - 400 * DAY)
    roster.relieve(bo, at=clock.moment(EVENING - 100 * DAY))

    first = found(city, "dee", "elm").quarters
    post = roster.Post.objects.create(
        role="grid_worker", area=city.areas["oak2"], path=city.areas["oak2"].path
    )
    roster.appoint(post, city.accounts["bo"], starts_at=clock.moment(EVENING - HOUR))
    later = found(city, "dee", "elm").quarters

    assert [(q.left.successes, q.left.n) for q in first] == [(0, 3), (1, 4), (0, 4), (0, 4)]
    assert first[0].until == date(2020, 2, 9)
    assert later[1].left.successes == 1  # who came back has left in that quarter all the same


def test_each_step_of_the_grade_shows_its_evidence_and_what_was_before(city: City):
    still()
    earned(city, "bo", "grade", "Grade 5", date(2017, 1, 1), "Order 12 of 2017")
    earned(city, "bo", "grade", "Grade 6", date(2019, 1, 1), "Order 3 of 2019")
    earned(city, "sam", "care", "A week of rest", date(2020, 2, 1), "List of 1 February")

    told = words(page(city, "dee"))
    analyst = found(city, "jo", "oak")

    assert "Bo Grade 6 Grade 5 2019-01-01 Order 3 of 2019" in told
    assert "Steps of the grade: 2. Acts of care: 1." in told
    assert "List of 1 February" in told
    assert analyst.n_grade_steps == 2
    assert next(c for c in COLUMNS if c.name == "evidence").required


def test_where_it_is_found_and_solved_is_told_with_the_wait_for_each_tier(city: City):
    still()
    answered(city, 9, by="bo")
    answered(city, 3, by="dee", up=True)

    told = words(page(city, "dee"))

    assert "75 % solved at the tier that found it" in told
    assert "9 of 12 answered requests were solved at the tier that found them" in told
    assert "reached after 3.0 hours on average" in told


def test_one_closed_request_in_twenty_is_drawn_whatever_the_sender_makes_of_ids(settings: Any):
    uids = [uuid4() for _ in range(20_000)]
    first = {uid for uid in uids if drawn(uid)}
    settings.SECRET_KEY = "another city"
    second = {uid for uid in uids if drawn(uid)}

    assert BACK_CHECK_ONE_IN == 20
    assert 900 < len(first) < 1100  # 5 %; seven standard deviations to either side
    assert len(first & second) < 100  # which ones cannot be foreseen without the secret


def test_who_ever_answered_a_request_does_not_check_it(city: City):
    answered(city, 1, by="bo")
    item = Item.objects.get()
    Item.objects.update(
        state="closed", stage="closed", back_check="asked", holder_id=city.accounts["sam"].id
    )

    with pytest.raises(GateShut, match="other than who solved it"):
        advance(item.id, "back_check", city.scene("bo"), data={"agrees": True})
    assert not sample.waiting(city.actor("bo"), purpose="service").rows
    advance(item.id, "back_check", city.scene("dee"), data={"agrees": False})
    assert Item.objects.get().back_check == "differs"


def test_the_rate_of_those_who_said_otherwise_stands_on_the_page(city: City):
    still()
    answered(city, 12, by="bo")
    ids = list(Item.objects.order_by("id").values_list("id", flat=True))
    Item.objects.filter(id__in=ids).update(state="closed", stage="closed", back_check="agrees")
    Item.objects.filter(id__in=ids[:3]).update(back_check="differs")

    told = words(page(city, "dee"))

    assert "25 % of 12 checked again said otherwise than the record" in told
    assert "12 were checked by somebody else, 3 of them said otherwise; 0 wait." in told


def test_every_link_of_the_evaluation_leads_somewhere(city: City):
    still()
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(city.accounts["dee"], backend=BACKEND)
    links: set[str] = set()
    for name in ("evaluation", "evaluation_checks"):
        links |= set(re.findall(r'href="([^"#]*evaluation[^"#]*|\?area[^"#]*)"',
                                client.get(reverse(name)).content.decode()))  # fmt: skip
    some = sorted(link.replace("&amp;", "&") for link in links if "file." not in link)[:12]

    answers = {
        link: client.get(link if link.startswith("/") else f"{reverse('evaluation')}{link}")
        for link in some
    }

    assert len(some) >= 6
    assert {link: a.status_code for link, a in answers.items() if a.status_code >= 400} == {}


def test_a_loop_is_ready_where_somebody_reachable_may_take_it_and_alone_where_they_work(city: City):
    def ready(loop: str) -> tuple[int, int]:
        one = next(one for one in found(city, "gil", "w").ready if one.loop == loop)
        return one.n_covered, one.n_alone  # of three communities: Oak, Pine, Ash

    at_first = {name: ready(name) for name in ("request", "call", "fever")}
    for name in ("eve", "gil"):
        roster.Absence.objects.create(
            account=city.accounts[name], starts_at=EVENING - HOUR, ends_at=EVENING + HOUR
        )
    nobody_west = ready("call")

    assert at_first == {"request": (3, 2), "call": (3, 2), "fever": (3, 2)}
    assert nobody_west == (2, 1)  # Pine has Dee at the street; in Ash nobody is left


def test_a_loop_without_limits_and_a_city_without_a_worker_are_told(city: City):
    still()
    before = words(page(city, "dee"))
    limits.LimitSet.objects.filter(loop="call").delete()
    limits.forget()

    after = words(page(city, "dee"))

    assert "No worker is alive" in before
    assert "1 kind of work is not ready." in before  # nobody disinfects in Pine
    assert "2 kinds of work are not ready." in after  # and nobody says until when a call is due


def test_a_stranger_is_refused(city: City):
    for name in ("eve", "cy", "kim", "lou", "gus"):
        with pytest.raises(Problem):
            found(city, name, "oak")


def test_the_api_and_the_prompt_tell_the_same_as_the_page(city: City):
    still()
    households(city, "oak1", 1000)

    api = Caller(city, "dee").get("/api/evaluation/checks", area_id=city.areas["elm"].id)
    told = linli("evaluate", "--self-check", "--area", "Elm", "--as", "dee", "--json")

    assert api.status_code == 200
    assert api.json() == json.loads(told.stdout)
    assert api.json()["communities"][0]["n_lacking"] == 1
