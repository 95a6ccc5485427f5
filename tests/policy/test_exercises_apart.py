"""With an exercise and without: every list, figure and page of the city's own work is the same.

Everything stands twice, once flagged. Whoever does not take part is shown what they were shown
before; whoever takes part is shown the exercise alone. Pages and operations come from the resolver
and from the API's description, so a new one is asked without being named here.
"""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client, override_settings

from linli import clock
from linli.analysis.evaluation.formulas import shipped_formulas
from linli.loops import limits
from linli.loops.calls.tables import CareContact
from linli.loops.keeping import Destruction
from linli.loops.ledger import Item, Voice
from linli.loops.routes.tables import RunRoute
from linli.loops.screening import tables as screening
from linli.loops.shipped import ship_limits
from linli.plans import modes
from linli.plans.modes import NewDeclaration
from linli.policy.roles import STAFF
from linli.registry import roster
from linli.registry.accounts import Account
from linli.studies.evaluation import snapshots
from linli.studies.evaluation.records import vocabulary
from linli.studies.evaluation.study import framework
from linli.studies.risk import runs as risk
from linli.studies.simulation.tables import WhatIfDecision
from linli.studies.warning import plan as signals
from linli.studies.warning import watch
from tests.callers import still
from tests.cast import EVENING, HOUR, City, build_city
from tests.policy import stage, twins
from tests.policy.test_crossing import OPERATIONS, Operation, World
from tests.policy.test_pages_crossing import PAGES, address_of
from tests.web import furnished

pytestmark = pytest.mark.django_db
TODAY, YESTERDAY = date(2020, 2, 9), date(2020, 2, 8)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
# What is another one at each look: proofs of origin, how long it took, a link signed anew.
UID = rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
FRESH = re.compile(rb'csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*"|' + UID)
ASKS_FOR_WHAT = b"What do you need these records for?"
# Who takes part is still told what is for them in earnest; which exercises are held is no secret.
TOLD = frozenset({"notices", "notices_list"})
# What holds a resident's record is the city's own work, since the register is no part of exercises.
REGISTER = frozenset({"removals/people/<int:person_id>", "removals_person"})
READS = [one for one in OPERATIONS if one.method == "get"]
EVERYTHING = "ora"  # holds every post of the city's staff
ASKED_FOR = ("service", "care", "investigation", "screening", "registry")
Answers = dict[str, tuple[int, bytes]]


@dataclass
class Worlds:
    """The city with everything in it, and how the API is asked."""

    city: City
    place: stage.Place
    api: World


@dataclass
class Seen:
    """What was seen of one world and of another, by what was asked; ``made``: rows of twins."""

    one: dict[str, Answers]
    other: dict[str, Answers]
    made: dict[str, int]


@pytest.fixture
def blocked(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock(), override_settings(SECOND_FACTOR=False), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def outside(blocked: None) -> Iterator[Seen]:
    """The city without an exercise and with one, as who does not take part sees it."""
    with transaction.atomic():
        worlds = _build()
        one = _everything(worlds)
        made = twins.add_twins()
        yield Seen(one, _everything(worlds), made)
        transaction.set_rollback(True)


@pytest.fixture
def inside(blocked: None) -> Iterator[Seen]:
    """The exercise beside the city's own work and without it, as who takes part sees it."""
    with transaction.atomic():
        worlds = _build()
        made = twins.add_twins()
        one = _everything(worlds, taking_part=True)
        twins.remove_own()
        yield Seen(one, _everything(worlds, taking_part=True), made)
        transaction.set_rollback(True)


def test_the_citys_own_is_as_if_no_exercise_were_held(outside: Seen) -> None:
    empty = {table for table, n in outside.made.items() if not n}
    differing = {asked: lines for asked in outside.one if (lines := _apart(outside, asked))}

    assert empty == {"studies.RiskRun", "studies.WarningRow"}  # so small a city has none
    assert differing == {}


@pytest.mark.search
@pytest.mark.slow
def test_who_takes_part_sees_the_exercise_and_nothing_else_and_is_told_so(inside: Seen) -> None:
    asked = set(inside.one) - TOLD - REGISTER
    differing = {one: lines for one in sorted(asked) if (lines := _apart(inside, one))}
    unmarked = [page for page in PAGES if not _says_so(inside.one[page])]

    assert differing == {}
    assert unmarked == []


def _says_so(answers: Answers) -> bool:
    """Whether a page tells everybody who opens it that they are in an exercise."""
    told = [text for status, text in answers.values() if status == 200]
    whole = [text for text in told if text.lstrip().startswith(b"<!doctype html>")]
    return all(b"You are in an exercise" in text for text in whole)


def _apart(seen: Seen, asked: str) -> list[str]:
    """Where two answers differ: who asked, and the lines."""
    found = []
    for who, (status, told) in seen.one[asked].items():
        other_status, other = seen.other[asked][who]
        if (status, told) != (other_status, other):
            lines = difflib.unified_diff(
                told.decode(errors="replace").splitlines(),
                other.decode(errors="replace").splitlines(), lineterm="", n=0,
            )  # fmt: skip
            found += [f"{who}: {status} {other_status}", *(one[:600] for one in lines)]
    return found


def _everything(worlds: Worlds, *, taking_part: bool = False) -> dict[str, Answers]:
    """What every page and every reading operation says to whoever asks."""
    still()
    limits.forget()
    risk.forget()
    pages = {page: _looks(worlds, page, taking_part=taking_part) for page in PAGES}
    return pages | {one.id: _calls(worlds, one, taking_part=taking_part) for one in READS}


def _looks(worlds: Worlds, page: str, *, taking_part: bool) -> Answers:
    """What a resident and whoever holds every post see of a page, for the first fit purpose."""
    found: Answers = {}
    address = address_of(page, worlds.place)
    for who in (EVERYTHING,) if taking_part else ("ann", EVERYTHING):
        client = Client(raise_request_exception=False, headers={"Accept-Language": "en"})
        client.force_login(worlds.city.accounts[who], backend=BACKEND)
        if taking_part:
            session = client.session
            session["linli_exercise"] = True
            session.save()
        for purpose in ASKED_FOR if who == EVERYTHING else ASKED_FOR[:1]:
            with transaction.atomic():
                answer: Any = client.get(address, {"purpose": purpose, "q": "Zhao"})
                told = FRESH.sub(b"", answer.getvalue())
                transaction.set_rollback(True)
            found[f"{who} {purpose}"] = answer.status_code, told
            if answer.status_code == 200 and ASKS_FOR_WHAT not in told:
                break
    return found


def _calls(worlds: Worlds, operation: Operation, *, taking_part: bool) -> Answers:
    """What the API says to those who may ask: one of the staff, a resident, a visitor."""
    staff = sorted(operation.roles & set(STAFF))
    others = [] if taking_part else sorted(operation.roles - set(STAFF))
    found: Answers = {}
    for role in [*staff[:1], *staff[-1:], *others]:
        if taking_part:
            worlds.api.callers[role]["X-Exercise"] = "1"
        answer, _ = worlds.api.call(operation, role, stage.OWN)
        worlds.api.callers[role].pop("X-Exercise", None)
        found[role] = answer.status_code, answer.told
    return found


def _build() -> Worlds:
    still()
    ship_limits()
    city = build_city()
    furnished.furnish(city)
    still()
    place = stage.furnish(city, stage.OWN)
    callers = stage.cast_of_every_role(city)
    place.ids |= stage.imports_of_their_own()
    _seat(city, place)
    _more(city, place)
    return Worlds(city, place, World(city, {stage.OWN: place}, callers))


def _seat(city: City, place: stage.Place) -> None:
    """Ora holds every post; Ann lives in the household of the stage and has asked for something."""
    ora = Account.objects.create_user(EVERYTHING, display_name="Ora", language="en")
    for role in sorted(STAFF):
        area = city.areas["w"]
        post = roster.Post.objects.create(role=role, area=area, path=area.path)
        roster.appoint(post, ora, starts_at=clock.moment(EVENING - HOUR))
    city.accounts[EVERYTHING] = ora
    ann = city.accounts["ann"]
    ann.person_id = place.ids["person_id"]
    ann.save()
    Item.objects.filter(id=place.rows["requests"]).update(opened_by=ann.id)
    Item.objects.filter(id__in=[place.rows["fevers"], place.rows["handovers"]]).update(
        holder_id=ora.id, opened_by=ora.id
    )


def _more(city: City, place: stage.Place) -> None:
    """What neither the stage nor the furniture has any of."""
    area, who, home = city.areas["oak1"], place.ids["person_id"], place.ids["household_id"]
    gil = city.actor("gil")
    declared = NewDeclaration("emergency", "t", "t", EVENING - HOUR, EVENING + 9 * HOUR, "contain")
    modes.declare(gil, city.areas["w"], declared, now=EVENING - HOUR)
    Voice.objects.create(item_id=place.rows["requests"], account_id=gil.id, at=EVENING)
    RunRoute.objects.create(
        run_id=place.rows["runs"], why="made_up", made_at=EVENING, stops=[], legs=[], roads="r",
        estimate=True,
    )  # fmt: skip
    CareContact.objects.create(
        uid=uuid4(), person_id=who, day=TODAY, by="phone", well=True, at=EVENING, exercise=False
    )
    Destruction.objects.create(
        at=EVENING, loop="request", cause="closed", n_items=1, n_texts=1, digest="d"
    )
    said = {"person_id": who, "exercise": False}
    told = {"seq": 1, "uid": uuid4(), "at": EVENING, "state": 1, "how": 1, "fever": False}
    screening.Report.objects.create(day=TODAY, area_id=area.id, household_id=home, revision=1,
                                    **said, **told)  # fmt: skip
    screening.Beaten.objects.create(day=TODAY, why="stale", **said, **told)
    screening.Count.objects.create(day=TODAY, area_id=area.id, path=area.path, n_expected=9,
                                   n_checked=1, exercise=False)  # fmt: skip
    screening.Day.objects.create(day=YESTERDAY, ended_at=EVENING, closed_at=EVENING, n_missed=1,
                                 exercise=False)  # fmt: skip
    screening.Missed.objects.create(day=YESTERDAY, area_id=area.id, path=area.path,
                                    household_id=home, **said)  # fmt: skip
    screening.Round.objects.create(
        item_id=place.rows["campaigns"], path=area.path[:4], path_end="0002", exercise=False,
        first_day=YESTERDAY, last_day=date(2020, 2, 11), reward_cents=100,
    )  # fmt: skip
    screening.Owed.objects.create(day=TODAY, area_id=area.id, uid=uuid4(), how=1, at=EVENING,
                                  **said)  # fmt: skip
    screening.Reward.objects.create(day=TODAY, path=area.path, cents=100, **said)
    WhatIfDecision.objects.create(
        what_if_id=place.ids["whatif_id"], choice="t", signed_by=gil.id or 0, signed_at=EVENING
    )
    watch.run(signals.in_force(), day=YESTERDAY, now=EVENING, exercise=False)
    measured = framework()
    snapshots.nightly(
        measured, shipped_formulas(measured, vocabulary()), now=EVENING, exercise=False
    )
