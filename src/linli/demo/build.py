"""How does city W get into the registry? Set by set, district by district, on either database."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import transaction

from linli import bulk, clock
from linli.demo.cast import Home, Member, home_of, members, seats
from linli.demo.city import Fittings, build_fittings
from linli.demo.estates import figures_of
from linli.demo.frame import Frame, build_frame
from linli.demo.plan import Plan
from linli.demo.quotas import quotas_at
from linli.demo.residents import residents_by_district
from linli.demo.rows import MADE_UP, Rows, areas_of, buildings_of
from linli.errors import N_, Conflict
from linli.registry import (
    accounts,
    area_load,
    duties,
    facts,
    households,
    organisations,
    people,
    resources,
    roster,
    sites,
    vehicles,
)
from linli.registry.accounts import Account
from linli.registry.area_load import LoadedAreas
from linli.registry.areas import Area
from linli.registry.facts import Fact
from linli.registry.households import Household
from linli.registry.organisations import Organisation
from linli.registry.people import Person
from linli.registry.resources import Resource
from linli.registry.roster import Assignment, Post
from linli.registry.sites import Site
from linli.registry.vehicles import Vehicle

BATCH = 50_000  # rows between two words of progress
Progress = Callable[[str, int, int], None]  # what, done, of how many
Door = Callable[[Any], int]


class NotEmpty(Conflict):
    """The registry already has a city."""

    code = "registry_not_empty"
    sentence = N_("The registry already holds {area}. Build the demo into an empty database.")


@dataclass
class Built:
    """What was loaded: rows and seconds by kind of thing, and where the cast lives."""

    n_rows: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    home: dict[str, int] = field(default_factory=dict)  # area ids by the words of Home
    cast: dict[str, int] = field(default_factory=dict)  # account ids by user name


@transaction.atomic
def build(
    plan: Plan,
    *,
    scale: float,
    seed: int,
    now: int,
    progress: Progress | None = None,
    whole_home: bool = True,
) -> Built:
    """Load a made-up city into an empty registry, all or nothing.

    ``now`` is the city's time in UTC seconds. With ``whole_home`` the community of the cast has
    all its people whatever the scale. Raises NotEmpty if there is a city already.
    """
    first = Area.objects.filter(parent=None).first()
    if first is not None:
        raise NotEmpty(area=first.name_zh)
    frame = build_frame(plan, seed=seed)
    home = home_of(frame)
    whole = [str(frame.areas.code[home.community])] if whole_home else []
    loading = _Loading(frame, build_fittings(frame), home, now, progress)
    loading.areas()
    loading.duties()
    loading.places()
    loading.estates(scale)
    loading.staff()
    loading.residents(scale, whole)
    return loading.built


class _Loading:
    """The city on its way in: what is loaded so far, and who is told about it."""

    def __init__(
        self,
        frame: Frame,
        fittings: Fittings,
        home: Home,
        now: int,
        progress: Progress | None,
    ) -> None:
        self.frame, self.fittings, self.home, self.now = frame, fittings, home, now
        self.today = clock.day(clock.moment(now))
        self.progress = progress
        self.built = Built()
        self.loaded = LoadedAreas([], [], [], [])
        self.rows = Rows(frame, fittings, self.today, now)

    def areas(self) -> None:
        """The tree down to compounds and grids, with codes, outlines and shares."""
        started = time.perf_counter()
        plan = self.frame.plan
        self.loaded = area_load.load(areas_of(self.frame), source=plan.source)
        self._note("areas", len(self.loaded.ids), started)
        self.rows.ids, self.rows.paths = self.loaded.ids, self.loaded.paths
        self._fill("codes", area_load.load_codes, self.rows.codes())
        self._fill("outlines", area_load.load_shapes, self.rows.shapes())
        self._fill("grid shares", area_load.load_shares, self.rows.shares())
        for place in Home.__dataclass_fields__:
            self.built.home[place] = self.loaded.ids[getattr(self.home, place)]
        self._fill("figures", facts.load, self._with_ids(Fact, self.rows.facts()))

    def duties(self) -> None:
        """The duty list and the types of request."""
        listed = self._with_ids(duties.Duty, self.rows.duties())
        self._fill("duties", duties.load_duties, listed)
        self._fill("request types", duties.load_types, self.rows.request_types())

    def places(self) -> None:
        """Organisations, sites, vehicles and resources."""
        listed = self._with_ids(Organisation, self.rows.organisations())
        self.rows.organisation_ids = [row[0] for row in listed]
        self._fill("organisations", organisations.load, listed)
        self._fill("sites", sites.load, self._with_ids(Site, self.rows.sites()))
        self._fill("vehicles", vehicles.load, self._with_ids(Vehicle, self.rows.vehicles()))
        self._fill("resources", resources.load, self._with_ids(Resource, self.rows.resources()))

    def estates(self, scale: float) -> None:
        """What estates lack, how crowded homes are, where clinicians work."""
        listed = figures_of(self.frame, self.fittings, scale=scale)
        since = f"{self.today.year}-01-01"
        made = [(*self.rows.at(row), key, value, unit, since, MADE_UP)
                for row, key, value, unit in listed]  # fmt: skip
        self._fill("estates", facts.load, self._with_ids(Fact, made))

    def staff(self) -> None:
        """Accounts of the staff, posts, and who holds them; the cast among them."""
        cast = seats(members(), self.home, self.fittings.posts)
        people_at_work = self._with_ids(Account, self.rows.accounts(cast))
        account_ids = [row[0] for row in people_at_work]
        self.built.cast |= {m.username: account_ids[row] for row, m in cast.items()}
        self._fill("staff", accounts.load, people_at_work)
        posts = self._with_ids(Post, self.rows.posts())
        self._fill("posts", roster.load_posts, posts)
        held = self.rows.assignments([row[0] for row in posts], account_ids)
        self._fill("appointments", roster.load_assignments, self._with_ids(Assignment, held))

    def residents(self, scale: float, whole: Sequence[str]) -> None:
        """Buildings, households and people, one district after the other."""
        quotas = quotas_at(self.frame, scale=scale, whole=whole)
        n_households = int(quotas.families.sum() + quotas.collectives.sum())
        totals = {"households": n_households, "people": quotas.people}
        with bulk.indexes_aside(Household, Person):
            for district, residents in residents_by_district(self.frame, quotas, today=self.today):
                started = time.perf_counter()
                buildings = area_load.load(
                    buildings_of(residents, self.frame), below=self.loaded, source="made up"
                )
                self._note("buildings", len(buildings.ids), started)
                household_ids = list(bulk.next_ids(Household, len(residents.household_size)))
                homes = self.rows.households(residents, district, household_ids, buildings.ids)
                self._fill("households", households.load, homes, totals["households"])
                person_ids = list(bulk.next_ids(Person, len(residents.person_role)))
                living = self.rows.people(residents, district, person_ids, household_ids)
                self._fill("people", _load_people, living, totals["people"])
                if district == self.home.district:
                    self._settle_ann(residents, person_ids)
            started = time.perf_counter()
            self._begin("names")
        self._note("indexes", 0, started)
        started = time.perf_counter()
        self._note("parts of names", people.make_findable(), started)

    def _settle_ann(self, residents: Any, person_ids: list[int]) -> None:
        member = next((m for m in members() if m.role == "resident"), None)
        row = self.rows.resident_at(residents, self.home.compound)
        if member is None or row is None:
            return
        name, phone = self.rows.name_and_phone(residents, row)
        account = Account.objects.create_user(
            member.username,
            display_name=_display(name, member),
            phone=phone,
            person_id=person_ids[row],
            is_cast=True,
        )
        self.built.cast[member.username] = account.id

    def _with_ids(self, model: Any, rows: Any) -> list[tuple]:
        listed = list(rows)
        ids = bulk.next_ids(model, len(listed))
        return [(id_, *row) for id_, row in zip(ids, listed, strict=True)]

    def _fill(self, what: str, door: Door, rows: Any, total: int | None = None) -> None:
        started = time.perf_counter()
        listed = rows if total is not None else list(rows)
        total = len(listed) if total is None else total
        left = iter(listed)
        while batch := list(islice(left, BATCH)):
            count = door(batch)
            self._note(what, count, started)
            started = time.perf_counter()
            if self.progress is not None:
                self.progress(what, self.built.n_rows[what], total)

    def _begin(self, what: str) -> None:
        if self.progress is not None:
            self.progress(what, 0, 1)

    def _note(self, what: str, count: int, started: float) -> None:
        self.built.n_rows[what] = self.built.n_rows.get(what, 0) + count
        spent = time.perf_counter() - started
        self.built.seconds[what] = self.built.seconds.get(what, 0.0) + spent


def _display(name: str, member: Member) -> str:
    return f"{name} ({member.username.capitalize()})"


def _load_people(rows: Any) -> int:
    """People go in first and are made findable by name in one go at the end."""
    return people.load(rows, findable=False)
