"""What is under way when the demo opens? Requests of the days before, as people left them.

Nothing is written that did not happen: each request was opened at its moment by its door,
accepted, refused, answered, rated or left lying by whoever it was with, and the clocks were
seen to all along.
"""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from linli.demo.cast import home_of
from linli.demo.city import City, build_city
from linli.demo.drive import Drive, Passed, Progress, Work
from linli.demo.frame import build_frame
from linli.demo.people_names import in_chinese
from linli.demo.plan import Plan
from linli.demo.requests import Requests, build_requests, door_of, request_types
from linli.loops import catalogue, tick
from linli.loops.opening import Opening
from linli.loops.token import digest
from linli.policy.roles import Role
from linli.registry.areas import Area
from linli.registry.roster import Assignment

DAYS_BEFORE = 5
# Requests of so many days before: ever more came in. Two thousand are still under way at the end.
WAVES = ((DAYS_BEFORE, 1_000), (1.5, 1_950))
SLOT_S = 60 * 60  # how often clocks were seen to in those days
BY_STAFF = frozenset({"phone", "visit", "paper"})  # somebody at the desk writes these down
TITLE_LENGTH = 40


@dataclass(frozen=True)
class Places:
    """Ids of the registry by row number of the city's areas, and who sits at each desk."""

    areas: dict[int, int]
    desks: dict[int, int]  # community's area id -> account of its desk


def places_of(city: City) -> Places:
    """Find the areas of a built city again; its tree was loaded in the order of the rows."""
    ids = Area.objects.exclude(kind="building").order_by("id").values_list("id", flat=True)
    desks = Assignment.objects.filter(
        post__role=Role.COMMUNITY_DESK, deputy=False, ends_at=None
    ).values_list("post__area_id", "account_id")
    return Places(dict(enumerate(ids[: len(city.areas)])), dict(desks))


MOST_SCALE = 0.02  # enough households to ask from, however big the city


def city_for(plan: Plan, *, scale: float, seed: int) -> City:
    """The city's arrays again, with few enough people to draw who asks."""
    made = _made.get(seed)
    if made is None or made.frame.plan.name != plan.name or made.scale != min(scale, MOST_SCALE):
        frame = build_frame(plan, seed=seed)
        home = str(frame.areas.code[home_of(frame).community])
        made = build_city(plan, scale=min(scale, MOST_SCALE), seed=seed, whole=[home], frame=frame)
        _made.clear()
        _made[seed] = made
    return made


_made: dict[int, City] = {}  # the last one: the demo asks when it builds and again when it plays


def leave_in_flight(
    city: City,
    *,
    seed: int,
    now: int,
    waves: Sequence[tuple[float, int]] = WAVES,
    health: Sequence[tuple[int, Work]] = (),
    progress: Progress | None = None,
) -> Passed:
    """Let the days before ``now`` pass, with (days, requests) of each wave; leave all as it is.

    ``health``: what clinics, tracers and others do meanwhile and before, each at its moment.
    """
    drive = Drive(seed=seed, slot_s=SLOT_S)
    places = places_of(city)
    start = now
    for wave, (days, n) in enumerate(waves):
        asked = build_requests(city, n=n, seed=seed + wave, until=now, days=days)
        drive.expect(catalogue.get("request"), openings_of(city, asked, places, seed, wave))
        drive.echo(echoes_of(asked, seed, wave))
        start = min(start, int(asked.opened_at.min()))
    first = start // SLOT_S * SLOT_S
    for at, work in health:  # before anybody asked: the emergency is older than the requests
        if at < first:
            tick.tick(at)
            work(at)
    drive.beside((at, work) for at, work in health if at >= first)
    return drive.pass_until(first, now, progress)


def echoes_of(asked: Requests, seed: int, wave: int = 0) -> Iterator[tuple[UUID, UUID]]:
    """Which requests ask for what an earlier one asks for."""
    for row, first in enumerate(asked.duplicate_of):
        if first >= 0:
            yield uid_of(seed, row, wave), uid_of(seed, int(first), wave)


def openings_of(
    city: City, asked: Requests, places: Places, seed: int, wave: int = 0
) -> Iterator[tuple[int, Opening, int | None]]:
    """Each request as it is opened: its moment, what is said, and who writes it down."""
    people = city.residents
    names = in_chinese(people.names)
    home = people.building_area[people.household_building]
    for row in range(len(asked)):
        kind = request_types()[int(asked.type[row])]
        household, person = int(asked.household[row]), int(asked.person[row])
        channel = str(asked.channel[row])
        text = str((asked.text_en if asked.language[row] == "en" else asked.text_zh)[row])
        number = int(people.building_number[people.household_building[household]])
        door = door_of(int(people.household_number[household]))
        phone = int(people.person_phone[person])
        uid = uid_of(seed, row, wave)
        community = places.areas[int(asked.community[row])]
        opening = Opening(
            area_id=places.areas[int(people.household_grid[household])],
            item_class=kind.item_class,
            data={
                "description": text,
                "contact_name": str(names[person]),
                "contact_phone": f"+{phone}" if phone else "",
                "address": f"{city.areas.name_zh[home[household]]}{number}栋{door}",
            },
            kind=kind.code,
            title=text[:TITLE_LENGTH],
            uid=uid,
            token_hash=digest(token_of(seed, uid)),
            channel=channel,
        )
        by = places.desks.get(community) if channel in BY_STAFF else None
        yield int(asked.opened_at[row]), opening, by


def uid_of(seed: int, row: int, wave: int = 0) -> UUID:
    """The id of a made-up request, the same for the same seed."""
    digested = hashlib.sha256(f"{seed}/request/{wave}/{row}".encode()).digest()
    return UUID(bytes=digested[:16], version=4)


def token_of(seed: int, uid: UUID) -> str:
    """The token its resident follows it by; in a demo it follows from the seed."""
    digested = hashlib.sha256(f"{seed}/token/{uid}".encode()).digest()
    return base64.urlsafe_b64encode(digested[:9]).decode()
