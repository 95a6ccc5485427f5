"""Whose reports are they, when two records of a person turn out to be one?

Of two reports about one day the later one holds, as if both had come about one person; the other
is kept beside it. The counters move with them. What a closed day says stays as it was said.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import F

from linli.loops.rounds import Seen
from linli.loops.screening.tables import Beaten, Count, Day, Report, Reward
from linli.registry.person import Person

MERGED = "merged"  # why a report does not hold
KEPT = ("uid", "seq", "at", "account_id", "state", "how", "fever", "answers")


def move_reports(old_id: int, new_id: int, only: Sequence[int] | None = None) -> list[int]:
    """Let the reports about one person of the days that run be about another.

    Returns a key for each: positive where it moved, negative where it did not hold any more.
    """
    closed = set(Day.objects.values_list("day", "exercise"))
    moved = []
    for row in Report.objects.filter(person_id=old_id).order_by("day"):
        key = _key(row.day, row.exercise)
        if (row.day, row.exercise) in closed or (only is not None and key not in only):
            continue
        moved.append(key if _hand(row, new_id) else -key)
    for key in only or ():
        _give_back(*_told(abs(key)), (old_id, new_id), closed)
    return moved


def move_rewards(old_id: int, new_id: int, only: Sequence[int] | None = None) -> list[int]:
    """Let what one person earned be another's, once a day; returns the ids."""
    taken = Reward.objects.filter(person_id=new_id).values_list("day", "exercise")
    theirs = set(taken) if only is None else set()
    rows = Reward.objects.filter(person_id=old_id)
    if only is not None:
        rows = rows.filter(id__in=only)
    ids = [row.id for row in rows.order_by("id") if (row.day, row.exercise) not in theirs]
    Reward.objects.filter(id__in=ids).update(person_id=new_id)
    return ids


def _hand(row: Report, new_id: int) -> bool:
    """Give a report to another person, unless theirs of that day is the later one."""
    theirs = _report(row.day, row.exercise, new_id)
    if theirs is not None:
        loser = theirs if (row.seq, row.uid) > (theirs.seq, theirs.uid) else row
        _set_beside(loser)
        if loser is row:
            return False
    mine = Report.objects.filter(day=row.day, person_id=row.person_id, exercise=row.exercise)
    mine.update(person_id=new_id)
    return True


def _report(day: date, exercise: bool, person_id: int) -> Report | None:
    return Report.objects.filter(day=day, exercise=exercise, person_id=person_id).first()


def _set_beside(row: Report) -> None:
    """A report does not hold any more; nobody is counted by it."""
    Beaten.objects.get_or_create(
        person_id=row.person_id, day=row.day, uid=row.uid,
        defaults={
            "exercise": row.exercise, "why": MERGED,
            **{name: getattr(row, name) for name in KEPT if name != "uid"},
        },
    )  # fmt: skip
    _count(row, -1)
    Report.objects.filter(day=row.day, person_id=row.person_id, exercise=row.exercise).delete()


def _give_back(
    day: date, exercise: bool, people: tuple[int, int], closed: set[tuple[date, bool]]
) -> None:
    """When a merge is taken back, the report that did not hold for it holds again."""
    if (day, exercise) in closed:
        return
    rows = Beaten.objects.filter(day=day, exercise=exercise, person_id__in=people, why=MERGED)
    for lost in rows:
        if _report(day, exercise, lost.person_id) is not None:
            continue
        who = Person.objects.get(id=lost.person_id)
        back = Report.objects.create(
            day=day, person_id=who.id, exercise=exercise, area_id=who.area_id,
            household_id=who.household_id, revision=1,
            **{name: getattr(lost, name) for name in KEPT},
        )  # fmt: skip
        _count(back, 1)
        lost.delete()


def _count(row: Report, n: int) -> None:
    state = f"n_{Seen(row.state).name.lower()}"
    changes: dict[str, Any] = {state: F(state) + n}
    if row.fever:
        changes["n_fever"] = F("n_fever") + n
    Count.objects.filter(day=row.day, area_id=row.area_id, exercise=row.exercise).update(**changes)


def _key(day: date, exercise: bool) -> int:
    """A day and whether it is a drill's, as one number that a merge can keep."""
    return day.toordinal() * 2 + exercise


def _told(key: int) -> tuple[date, bool]:
    return date.fromordinal(key // 2), bool(key % 2)
