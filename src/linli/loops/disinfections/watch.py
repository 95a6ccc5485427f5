"""Which disinfections are due today, and which were missed? The sheet comes back every day."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from linli import clock
from linli.audit.records import record
from linli.errors import N_, BadInput
from linli.loops.advance import advance_many, open_many
from linli.loops.disinfections.loop import LOOP
from linli.loops.disinfections.tables import EVERY_DAY, DisinfectionPlace
from linli.loops.ledger import Item
from linli.loops.opening import Opening
from linli.loops.scene import Scene
from linli.policy.can import SYSTEM, Actor, Ask, can, end_of
from linli.policy.powers import roles_for
from linli.registry.areas import Area
from linli.registry.facts import Fact

PLAN = "disinfection.plan"
SHEETS = UUID("0d6a7f2b-8c35-4c0d-9a52-5a2a4f3b9c10")  # the name space of their uids; ours
OPENS_AT_HOUR = 6
FLAGS = ("no_toilet", "no_kitchen")  # figures of a building that make it a daily task (S16)


@dataclass(frozen=True)
class Due:
    """A place that is due on a day."""

    key: str
    area_id: int
    name: str
    agent: str
    item_class: str
    photo: bool = False


class BadWeekdays(BadInput):
    """The days of the week cannot be read."""

    code = "bad_weekdays"
    sentence = N_("{given} names no days of the week. Write digits, 1 for Monday to 7 for Sunday.")


def chore(now: int | None = None, *, exercise: bool = False) -> int:
    """Open today's sheets from six o'clock on, and close those of days that are over."""
    at = clock.now_s() if now is None else now
    local = clock.moment(at).astimezone(ZoneInfo(clock.CITY_ZONE_DEFAULT))
    scene = Scene(replace(SYSTEM, exercise=exercise), at)
    over = Item.objects.filter(
        loop=LOOP.name, stage="due", exercise=exercise, data__day__lt=local.date().isoformat()
    )
    missed, _ = advance_many(list(over.values_list("id", flat=True)), "miss", scene)
    if local.hour < OPENS_AT_HOUR:
        return len(missed)
    opened, _ = open_many(LOOP, _openings(due_on(local.date()), local.date(), exercise), scene)
    return len(missed) + sum(not one.again for one in opened)


def due_on(day: date) -> list[Due]:
    """Every place that is due on a day: those planned, and buildings that are flagged."""
    planned = DisinfectionPlace.objects.filter(
        Q(last_day=None) | Q(last_day__gte=day),
        first_day__lte=day,
        weekdays__contains=str(day.isoweekday()),
    ).order_by("path", "id")
    found = [Due(f"p{p.id}", p.area_id, p.name, p.agent, "routine", p.photo) for p in planned]
    flags = Fact.objects.filter(key__in=FLAGS, value__gt=0, as_of__lte=day)
    flagged = Area.objects.filter(id__in=flags.values("area_id"), valid_until=None)
    return found + [Due(f"a{a.id}", a.id, a.name_zh, "", "flagged") for a in flagged]


def _openings(due: Iterable[Due], day: date, exercise: bool) -> list[Opening]:
    return [
        Opening(
            area_id=one.area_id,
            item_class=one.item_class,
            data={
                "place": one.name,
                "day": day.isoformat(),
                "agent": one.agent,
                **({"photo": True} if one.photo else {}),
            },
            title=one.name,
            uid=uuid5(SHEETS, f"{one.key}:{day}:{exercise}"),
            subject_kind="place",
            subject_id=one.area_id,
        )
        for one in due
    ]


def undone(path: str, day: date, *, exercise: bool = False) -> list[Item]:
    """Today's undone disinfections below a path, by place."""
    return list(
        Item.objects.filter(
            loop=LOOP.name, stage__in=["due", "missed"], path__gte=path, path__lt=end_of(path),
            exercise=exercise, data__day=day.isoformat(),
        ).order_by("path", "title", "id")
    )  # fmt: skip


@transaction.atomic
def plan(
    actor: Actor, area: Area, name: str, *, first_day: date, weekdays: str = EVERY_DAY,
    agent: str = "", last_day: date | None = None, photo: bool = False,
) -> DisinfectionPlace:  # fmt: skip
    """Put a place onto the sheet, or change it; recorded. ``photo``: done only with a photo."""
    holding = can(actor, Ask(PLAN, roles_for(PLAN), area.path)).required()
    days = "".join(sorted(set(weekdays)))
    if not days or set(days) - set(EVERY_DAY):
        raise BadWeekdays(given=weekdays[:20])
    made, _ = DisinfectionPlace.objects.update_or_create(
        area_id=area.id,
        name=name,
        defaults={"path": area.path, "weekdays": days, "agent": agent, "first_day": first_day,
                  "last_day": last_day, "photo": photo},
    )  # fmt: skip
    record(actor, "plan", "disinfection", made.id, holding=holding, path=area.path)
    return made
