"""Which reports do not hold? Replaced by a later one, stale when they came, or after the day."""

from datetime import date
from typing import Any

from linli.audit.records import record
from linli.loops.rounds import Seen
from linli.loops.screening.tables import Beaten
from linli.policy.can import Actor, Ask, can, end_of
from linli.policy.powers import roles_for
from linli.policy.roles import Purpose
from linli.registry.areas import Area
from linli.registry.person import Person

SEE = "screening.see"
MOST_SHOWN = 500


def lost(actor: Actor, area: Area, day: date, *, purpose: str | None) -> list[dict[str, Any]]:
    """The reports of an area and day that do not hold, the newest first; the look is recorded."""
    chosen = Purpose(purpose) if purpose else None
    ask = Ask(SEE, roles_for(SEE), area.path, chosen, about_residents=True)
    holding = can(actor, ask).required()
    here = Person.objects.filter(path__gte=area.path, path__lt=end_of(area.path)).values("id")
    rows = Beaten.objects.filter(day=day, exercise=actor.exercise, person_id__in=here)
    found = list(rows.order_by("-id")[:MOST_SHOWN])
    record(
        actor, "list", "screening", area.id, holding=holding, purpose=purpose, path=area.path,
        detail={"day": day.isoformat(), "lost": len(found)},
    )  # fmt: skip
    return [
        {
            "day": row.day,
            "person_id": row.person_id,
            "seen": Seen(row.state).name.lower(),
            "at": row.at,
            "account_id": row.account_id,
            "why": row.why,
        }
        for row in found
    ]
