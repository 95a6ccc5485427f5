"""Which emergencies are over, and what falls under one? What both kinds of destruction ask."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from linli import clock
from linli.registry.declarations import Declaration, Mode

DAY_S = 86_400
CLOSED, EMERGENCY = "closed", "emergency"  # why something goes


@dataclass(frozen=True)
class Due:
    """Rows of one loop or table that are to go, and why."""

    name: str
    cause: str
    rows: QuerySet[Any]
    path: str = ""
    declaration_id: int | None = None
    exercise: bool = False


@dataclass(frozen=True)
class Emergency:
    """A declared emergency: its area, its first second, the one after its last, drill or not."""

    id: int
    path: str
    span: tuple[int, int]
    exercise: bool

    def due(self, name: str, rows: QuerySet[Any]) -> Due:
        """What of a loop or table goes because this emergency is over."""
        return Due(name, EMERGENCY, rows, self.path, self.id, self.exercise)


def over(until: int) -> list[tuple[Emergency, list[Emergency]]]:
    """The emergencies that ended by a moment, each with those that hold on to what it covers."""
    declared = [_read(d) for d in Declaration.objects.filter(mode=Mode.EMERGENCY).order_by("id")]
    ended = [e for e in declared if e.span[1] <= until]
    going = [e for e in declared if e.span[1] > until]
    return [(e, [o for o in going if o.exercise == e.exercise]) for e in ended]


def opened_in(emergency: Emergency, path: Q) -> Q:
    """The items that were opened under an emergency."""
    start, end = emergency.span
    return path & Q(opened_at__gte=start, opened_at__lt=end)


def _read(declared: Declaration) -> Emergency:
    ends = [clock.seconds(m) for m in (declared.ends_at, declared.lifted_at) if m is not None]
    span = clock.seconds(declared.starts_at), min(ends)
    return Emergency(declared.id, declared.path, span, declared.exercise)
