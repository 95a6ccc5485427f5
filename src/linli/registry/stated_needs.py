"""What does somebody need, wherever they are handled? Stated once, their own and their household's.

A need is in the record of a person; whoever moves, calls or visits them reads it from there. It is
shown to the roles that see needs, and to nobody else.
"""

from dataclasses import dataclass

from linli.policy.can import Actor
from linli.registry.person import Person, resolve
from linli.registry.sight import seen_at


@dataclass(frozen=True)
class Stated:
    """The codes of the needs of somebody, and of the others behind the same door."""

    own: tuple[str, ...] = ()
    household: tuple[str, ...] = ()


def of_person(actor: Actor, person_id: int | None) -> Stated:
    """What this actor may know of somebody's needs; nothing where they see none."""
    who = None if person_id is None else Person.objects.filter(id=resolve(person_id)).first()
    if who is None:
        return Stated()
    if "needs" not in seen_at(actor, who.path):
        return Stated()
    return Stated(tuple(who.needs), _of_the_others(who))


def _of_the_others(who: Person) -> tuple[str, ...]:
    if who.household_id is None:
        return ()
    near = Person.objects.filter(household_id=who.household_id, survivor_id=None, left_on=None)
    rows = near.exclude(id=who.id).order_by("id").values_list("needs", flat=True)
    return tuple(sorted({need for needs in rows for need in needs}))
