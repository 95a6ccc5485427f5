"""Who asks for a bed for somebody? One door: the person is in reach, and one transfer is enough."""

from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction

from linli import uids
from linli.errors import N_, Conflict
from linli.loops import needs
from linli.loops.advance import Moved
from linli.loops.for_person import About, linli_for, open_about, reach
from linli.loops.ledger import Item
from linli.loops.loop import State
from linli.loops.scene import Scene
from linli.loops.transfers.forms import TransferAsk
from linli.policy.can import Actor
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
    uid: UUID = field(default_factory=uids.fresh)


@transaction.atomic
def ask(actor: Actor, new: NewTransfer, *, purpose: str | None, now: int) -> Moved:
    """Ask for a bed for somebody within reach; the same uid again answers with what is there.

    Where a placement asks for the same, the transfer is the placement's, and ends with it.
    """
    person, _ = reach(actor, new.form.person_id, ASK, purpose)
    Person.objects.select_for_update().get(id=person.id)  # two who ask at once ask once
    known = open_of(person.id, exercise=actor.exercise)
    if known is not None and known.uid != new.uid:
        raise AskedAlready(id=known.id)
    about = About(
        "transfer",
        new.severity,
        person.id,
        new.form.model_dump(mode="json", exclude_none=True),
        kind=new.form.category,
        parent_id=_placement(person.id, new.form.category, linli_for(actor, now)),
        uid=new.uid,
    )
    return open_about(actor, about, ASK, purpose=purpose, now=now)


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
