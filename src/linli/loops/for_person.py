"""Who opens an item about somebody? Whoever reaches that person, and may ask for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.db import transaction

from linli import uids
from linli.audit.records import record
from linli.errors import N_, NotFound, Word
from linli.loops import catalogue
from linli.loops.advance import Moved, Opening, open_item
from linli.loops.scene import Scene
from linli.policy.can import SYSTEM, Actor, Ask, Holding, can
from linli.policy.powers import roles_for
from linli.policy.roles import Purpose
from linli.registry.person import Person


@dataclass(frozen=True)
class About:
    """An item about one person: in which loop, of which class, and what its form says."""

    loop: str
    item_class: str
    person_id: int
    data: Mapping[str, Any]
    kind: str = ""
    parent_id: int | None = None
    uid: UUID = field(default_factory=uids.fresh)


def reach(actor: Actor, person_id: int, verb: str, purpose: str | None) -> tuple[Person, Holding]:
    """The person, and the holding that lets this actor ask; raises NotFound out of sight."""
    person = Person.objects.filter(id=person_id, survivor_id=None).first()
    roles = roles_for(verb)
    if person is None or not any(person.path.startswith(h.path) for h in actor.holds(roles)):
        raise NotFound(what=Word(N_("person")), value=person_id)
    chosen = Purpose(purpose) if purpose else None
    return person, can(actor, Ask(verb, roles, person.path, chosen, True)).required()


def linli_for(actor: Actor, now: int) -> Scene:
    """Linli acting in the same drill, or in none."""
    return Scene(replace(SYSTEM, exercise=actor.exercise), now)


@transaction.atomic
def open_about(actor: Actor, about: About, verb: str, *, purpose: str | None, now: int) -> Moved:
    """Open an item about somebody within reach; the same uid again answers with what is there."""
    person, holding = reach(actor, about.person_id, verb, purpose)
    opening = Opening(
        person.area_id,
        about.item_class,
        {**about.data, "person_id": person.id},
        kind=about.kind,
        uid=about.uid,
        subject_kind="person",
        subject_id=person.id,
        parent_id=about.parent_id,
        opened_by=actor.id,
    )
    moved = open_item(catalogue.get(about.loop), opening, linli_for(actor, now))
    record(
        actor, "ask", about.loop, moved.item_id, holding=holding, purpose=purpose, path=person.path
    )
    return moved
