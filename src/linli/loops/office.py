"""When are offices open? A calendar that a city keeps and signs, in versions, like its limits.

A version holds from the moment it is signed: what clocks counted before stays counted. A year
that nobody entered is counted in ordinary weeks, and said to be so wherever limits are read and
this deployment is looked over.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache

from django.db import models, transaction
from lunar_python.util import HolidayUtil

from linli import clock
from linli.columns import MomentField
from linli.errors import N_, NotFound, Word
from linli.loops.calendar import ALWAYS, FIRST_DAY, LAST_DAY, Calendar, Era
from linli.loops.office_text import Office, Year, read, written

SOURCE = "国务院办公厅关于部分节假日安排的通知 (lunar-python)"
LOOK_AHEAD = timedelta(days=60)  # assumed: longer than limits of office time, and the State
# Council announces a year in the November before
NAMES = {"always": N_("round the clock"), "office": N_("of office time")}  # of the calendars

ORDINARY_WEEKS = N_(
    "The office calendar holds no holidays for {year} yet: ordinary weeks are counted."
)


class OfficeDays(models.Model):
    """One signed version of the office calendar; never changed, only followed by another."""

    id = models.BigAutoField(primary_key=True)
    version = models.IntegerField(unique=True)
    signed_by = models.BigIntegerField(null=True)  # None: shipped with Linli
    signed_at = MomentField()
    note = models.CharField(max_length=300, blank=True)
    text = models.TextField()  # the whole calendar as TOML, as it was signed
    digest = models.CharField(max_length=64)

    class Meta:
        app_label = "loops"


def named(name: str) -> Calendar:
    """A calendar by its name, as it is in force now."""
    return ALWAYS if name == ALWAYS.name else _office(_newest())


def every() -> list[Calendar]:
    """All calendars that clocks run by."""
    return [named(name) for name in NAMES]


def versions() -> list[OfficeDays]:
    """Every signed version, the newest first."""
    return list(OfficeDays.objects.order_by("-version"))


def version(number: int) -> OfficeDays:
    """One signed version; raises NotFound."""
    found = OfficeDays.objects.filter(version=number).first()
    if found is None:
        raise NotFound(what=Word(N_("version of the office calendar")), value=number)
    return found


def in_force() -> OfficeDays:
    """The version in force; raises NotFound before the first was shipped."""
    found = OfficeDays.objects.order_by("-version").first()
    if found is None:
        raise NotFound(what=Word(N_("version of the office calendar")), value=1)
    return found


@lru_cache(maxsize=1)
def shipped() -> Office:
    """The office calendar that Linli comes with: the years that the library knows."""
    years = (_of_library(year) for year in range(FIRST_DAY.year, LAST_DAY.year + 1))
    return Office(years=tuple(year for year in years if year))


def ship() -> bool:
    """Put the shipped calendar in force where there is none, and add years that are new in it."""
    forget()
    newest = OfficeDays.objects.order_by("-version").first()
    if newest is None:
        write(written(shipped()), by=None, note="As shipped.", now=clock.now_s())
        return True
    standing = read(newest.text)
    last = max((year.year for year in standing.years), default=0)
    new = [year for year in shipped().years if year.year > last]  # older ones were left out
    for year in new:
        standing = standing.with_year(year)
    if new:
        note = f"Shipped: {', '.join(str(year.year) for year in new)}."
        write(written(standing), by=None, note=note, now=clock.now_s())
    return bool(new)


@transaction.atomic
def write(text: str, *, by: int | None, note: str, now: int) -> OfficeDays:
    """Put a text that reads in force as the next version, from a moment (UTC seconds) on."""
    last = OfficeDays.objects.order_by("-version").values_list("version", flat=True).first() or 0
    sealed = json.dumps([last + 1, by, text])
    made = OfficeDays.objects.create(
        version=last + 1,
        signed_by=by,
        signed_at=now,
        note=note,
        text=text,
        digest=hashlib.sha256(sealed.encode()).hexdigest(),
    )
    forget()
    return made


def unknown_years(now: int) -> list[int]:
    """The years that clocks reach from a moment on and that nobody has entered."""
    standing = _standing()
    first = clock.day(clock.moment(now))
    reached = sorted({first.year, (first + LOOK_AHEAD).year})
    return [year for year in reached if not standing.knows(year)]


def unknown_said(now: int, translate: Callable[[str], str] = str) -> list[str]:
    """A sentence for each year that clocks reach and that nobody has entered."""
    return [translate(ORDINARY_WEEKS).format(year=year) for year in unknown_years(now)]


def knows(moment_s: int) -> bool:
    """Whether the year of a moment was entered."""
    return _standing().knows(year_of(moment_s))


def year_of(moment_s: int) -> int:
    """The city's year at a moment (UTC seconds)."""
    return clock.day(clock.moment(moment_s)).year


def _standing() -> Office:
    row = OfficeDays.objects.order_by("-version").first()
    return read(row.text) if row else shipped()


def _of_library(year: int) -> Year | None:
    days = HolidayUtil.getHolidays(year) or []
    if not days:
        return None
    off = frozenset(date.fromisoformat(day.getDay()) for day in days if not day.isWork())
    worked = frozenset(date.fromisoformat(day.getDay()) for day in days if day.isWork())
    return Year(year, SOURCE, off, worked)


_known: tuple[float, int] | None = None
NEWEST_FOR_S = 1.0  # wall seconds for which a process trusts what it read as the newest


def _newest() -> int:
    """The id of the newest version, 0 where there is none."""
    global _known
    if _known is None or clock.wall_now() - _known[0] > NEWEST_FOR_S:
        last = OfficeDays.objects.order_by("-version").values_list("id", flat=True).first()
        _known = (clock.wall_now(), last or 0)
    return _known[1]


@lru_cache(maxsize=4)
def _office(newest_id: int) -> Calendar:
    """The calendar that all versions up to one make, each from its moment on."""
    rows = list(OfficeDays.objects.filter(id__lte=newest_id).order_by("version"))
    if not rows:
        return calendar_of(shipped())
    eras: list[Era] = []
    for row in rows[1:]:
        office = read(row.text)
        since = int(row.signed_at.timestamp())
        since = max(since, eras[-1].since_s if eras else since)  # a clock set back undoes nothing
        eras.append(Era(since, office.week, office.exceptions))
    return calendar_of(read(rows[0].text), tuple(eras))


def calendar_of(office: Office, later: tuple[Era, ...] = ()) -> Calendar:
    """The calendar that a written one counts by."""
    return Calendar("office", week=office.week, exceptions=office.exceptions, later=later)


def forget() -> None:
    """Read everything anew (a version was signed; a test emptied the tables)."""
    global _known
    _known = None
    _office.cache_clear()
