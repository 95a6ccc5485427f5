"""Who has died or moved away? From that day on nobody expects to meet them; the record stays."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from linli import clock
from linli.audit.records import record
from linli.errors import N_, BadInput
from linli.policy.can import SYSTEM, end_of
from linli.policy.roles import Purpose
from linli.registry import gone
from linli.registry.person import Left, Person, resolve


def refuse_half(values: Mapping[str, Any], today: date) -> None:
    """Raise BadInput for a departure without its day or reason, or on a day to come."""
    left_on, because = values.get("left_on"), values.get("left_because") or ""
    if (left_on is None) != (because == ""):
        raise BadInput(N_("Say both on which day somebody left and why, or neither."))
    if left_on is not None and left_on > today:
        raise BadInput(N_("What is told cannot have happened in the future. Check the time."))


def note(person_id: int, on: date, because: Left, *, source: str, now: int) -> bool:
    """Linli notes that somebody has left, as a record of the city says; what is known stays."""
    person = Person.objects.select_for_update().filter(id=resolve(person_id)).first()
    if person is None or person.left_on is not None:
        return False
    person.left_on, person.left_because, person.left_source = on, because, source
    person.changed_at = clock.moment(now)
    person.save()
    record(
        SYSTEM, "edit", "people", person.id, purpose=Purpose.REGISTRY, path=person.path,
        detail={"fields": ["left_because", "left_on", "left_source"]},
    )  # fmt: skip
    return True


def n_left(path: str, day: date) -> int:
    """How many people of an area have left by a day, those removed since among them."""
    here = Person.objects.filter(path__gte=path, path__lt=end_of(path), survivor_id=None)
    return here.filter(left_on__lte=day).count() + gone.n_counted(path, day)
