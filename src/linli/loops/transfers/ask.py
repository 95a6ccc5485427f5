"""Who asks for a bed for somebody? One door: the person is in reach, and one transfer is enough."""

from dataclasses import dataclass, field, replace
from uuid import UUID, uuid4

from django.db import transaction

from linli.audit.records import record
from linli.errors import N_, Conflict, NotFound, Word
from linli.loops import catalogue, needs
from linli.loops.advance import Moved, Opening, open_item
from linli.loops.ledger import Item
from linli.loops.loop import State
from linli.loops.scene import Scene
from linli.loops.transfers.forms import TransferAsk
from linli.policy.can import SYSTEM, Actor, Ask, can
from linli.policy.powers import roles_for
from linli.policy.roles import Purpose
from linli.registry.person import Person

ASK = "transfers.ask"


class AskedAlready(Conflict):
    """A bed is looked for already."""

    code = "asked_already"
    sentence = N_("Transfer {id} looks for a bed for this person already. Open that one.")


@dataclass(frozen=True)
class NewTransfer:
    """Somebody who needs a bed: how ill they are, and what is asked of the bed."""

    severity: str
    form: TransferAsk
    uid: UUID = field(default_factory=uuid4)


def ask(actor: Actor, new: NewTransfer, *, purpose: str | None, now: int) -> Moved:
    """Ask for a bed for somebody within reach; the same uid again answers with what is there.

    Where a placement asks for the same, the transfer is the placement's, and ends with it.
    """
    person = Person.objects.filter(id=new.form.person_id, survivor_id=None).first()
    roles = roles_for(ASK)
    if person is None or not any(person.path.startswith(h.path) for h in actor.holds(roles)):
        raise NotFound(what=Word(N_("person")), value=new.form.person_id)
    chosen = Purpose(purpose) if purpose else None
    holding = can(actor, Ask(ASK, roles, person.path, chosen, True)).required()
    with transaction.atomic():
        Person.objects.select_for_update().get(id=person.id)  # two who ask at once ask once
        known = open_of(person.id, exercise=actor.exercise)
        if known is not None and known.uid != new.uid:
            raise AskedAlready(id=known.id)
        linli = Scene(replace(SYSTEM, exercise=actor.exercise), now)
        opening = Opening(
            person.area_id,
            new.severity,
            new.form.model_dump(mode="json", exclude_none=True),
            kind=new.form.category,
            uid=new.uid,
            subject_kind="person",
            subject_id=person.id,
            parent_id=_placement(person.id, new.form.category, linli),
            opened_by=actor.id,
        )
        moved = open_item(catalogue.get("transfer"), opening, linli)
        record(
            actor, "ask", "transfer", moved.item_id, holding=holding, purpose=purpose,
            path=person.path,
        )  # fmt: skip
    return moved


def open_of(person_id: int, *, exercise: bool) -> Item | None:
    """The transfer of somebody that has not ended."""
    rows = Item.objects.filter(
        loop="transfer", subject_kind="person", subject_id=person_id, exercise=exercise
    )
    return rows.exclude(state=State.CLOSED).order_by("id").first()


def _placement(person_id: int, category: str, scene: Scene) -> int | None:
    """The placement that asks for the same kind of bed."""
    wanted = needs.REQUIRED.get(category)
    waiting = ("needed", "offered")
    rows = needs.of_person(person_id, scene)
    return next((i for i, need, stage in rows if need == wanted and stage in waiting), None)
