"""Which tests were asked for, and which are still open? An order ties a tube to a person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction

from linli import bulk, clock, uids
from linli.audit.records import record
from linli.errors import N_, BadInput, Conflict, NotFound, Problem, Taken, Word
from linli.loops.laboratory.tables import LabOrder, Why
from linli.loops.ledger import Item
from linli.policy.can import SYSTEM, Actor, Ask, Holding, can
from linli.policy.powers import roles_for
from linli.policy.roles import Purpose
from linli.registry import sight
from linli.registry.person import Person, resolve

ORDER = "laboratory.order"
ASKED_FOR = ("case", "contact", "fever")  # the loops that a test may be asked for
AGAIN = UUID("b9a3e0c4-7a55-4a34-8f0b-6f4d6f7b2a90")  # the name space of second samples; ours
COLUMNS = (
    "uid", "sample", "test", "disease", "person_id", "item_id", "path", "due_on", "ordered_at",
    "ordered_by", "sampled_at", "done_at", "why", "exercise",
)  # fmt: skip


@dataclass(frozen=True)
class NewOrder:
    """A test that is asked for; without a tube yet, its code is made here."""

    person_id: int
    test: str
    disease: str
    item_id: int | None = None
    sample: str = ""
    due_on: date | None = None
    sampled_at: int | None = None
    uid: UUID = field(default_factory=uids.fresh)

    def code(self) -> str:
        """The code on the tube: the one given, or one that nobody else has."""
        return self.sample or f"L{self.uid.hex[:15].upper()}"


def order(actor: Actor, new: NewOrder, *, purpose: str | None, now: int) -> LabOrder:
    """Ask for a test of somebody within reach; the same uid again answers with what is there."""
    person = Person.objects.filter(id=new.person_id, survivor_id=None).first()
    holding = _may(actor, person, NotFound(what=Word(N_("person")), value=new.person_id), purpose)
    assert person is not None  # or it was not found
    _check_item(new, actor)
    known = LabOrder.objects.filter(uid=new.uid).first()
    if known is not None:
        if (known.person_id, known.exercise) != (person.id, actor.exercise):
            raise Taken(what=Word(N_("The sample")), value=new.code())
        return known
    try:
        with transaction.atomic():
            bulk.insert(LabOrder, COLUMNS, [_row(new, person.path, actor, now)])
    except IntegrityError:
        raise Taken(what=Word(N_("The sample")), value=new.code()) from None
    made = LabOrder.objects.get(uid=new.uid)
    record(
        actor, "order", "laboratory", made.id, holding=holding, purpose=purpose, path=person.path
    )
    return made


@transaction.atomic
def cancel(
    actor: Actor, order_id: int, *, why: str, purpose: str | None, now: int, sample: str = ""
) -> LabOrder:
    """Say why a test is not done; with ``again`` a new one with its own tube takes its place.

    Returns the one that stands now. Raises NotFound out of reach, BadInput for an unknown reason,
    and Conflict for one that has its result already.
    """
    row = LabOrder.objects.select_for_update().filter(
        id=order_id, exercise=actor.exercise
    ).first()  # fmt: skip
    missing = NotFound(what=Word(N_("order")), value=order_id)
    person = None if row is None else Person.objects.filter(id=resolve(row.person_id)).first()
    holding = _may(actor, person, missing, purpose)
    assert row is not None and person is not None  # noqa: PT018 - or it was not found
    if why not in Why.values:
        raise BadInput(
            N_("{given} is no reason. Choose one of: {known}."),
            given=why[:24] or "-",
            known=tuple(Why.values),
        )
    if row.why == why:
        return _instead(row) if why == Why.AGAIN else row
    if row.done_at is not None:
        raise Conflict(N_("Order {id} is not open any more. Look at its result."), id=order_id)
    row.done_at, row.cancelled_by, row.why = clock.moment(now), actor.id, why
    row.save()
    record(
        actor, "cancel_order", "laboratory", row.id, holding=holding, purpose=purpose,
        path=person.path, detail={"why": why},
    )  # fmt: skip
    if why != Why.AGAIN:
        return row
    new = NewOrder(
        person.id, row.test, row.disease, row.item_id, sample, row.due_on, now,
        uid=uuid5(AGAIN, str(row.uid)),
    )  # fmt: skip
    return order(actor, new, purpose=purpose, now=now)


def _instead(row: LabOrder) -> LabOrder:
    return LabOrder.objects.get(uid=uuid5(AGAIN, str(row.uid)))


def _may(actor: Actor, person: Person | None, missing: Problem, purpose: str | None) -> Holding:
    """The holding by which tests of somebody are asked for; out of reach sounds like not there."""
    roles = roles_for(ORDER)
    if person is None or not any(person.path.startswith(h.path) for h in actor.holds(roles)):
        raise missing
    chosen = Purpose(purpose) if purpose else None
    return can(actor, Ask(ORDER, roles, person.path, chosen, True)).required()


def _check_item(new: NewOrder, actor: Actor) -> None:
    """What a test is asked for is the person's own: their case, contact or fever."""
    if new.item_id is None:
        return
    rows = Item.objects.filter(
        id=new.item_id, loop__in=ASKED_FOR, subject_kind="person", exercise=actor.exercise
    )
    about = rows.values_list("subject_id", flat=True).first()
    if about is None or resolve(about) != new.person_id:
        raise NotFound(what=Word(N_("case or contact of this person")), value=new.item_id)


def order_many(new: Iterable[NewOrder], *, now: int, exercise: bool = False) -> int:
    """Linli asks for many tests at once, such as those of a schedule; known uids are left out."""
    wanted = {one.uid: one for one in new}
    known = LabOrder.objects.filter(uid__in=list(wanted)).values_list("uid", flat=True)
    for uid in list(known):
        del wanted[uid]
    paths = dict(
        Person.objects.filter(id__in={one.person_id for one in wanted.values()}).values_list(
            "id", "path"
        )
    )
    acting = Actor(id=None, holdings=SYSTEM.holdings, exercise=exercise)
    rows = [_row(one, paths[one.person_id], acting, now) for one in wanted.values()]
    return bulk.insert(LabOrder, COLUMNS, rows) if rows else 0


def open_orders(
    actor: Actor, *, after: int = 0, most: int = sight.ROWS_A_PAGE
) -> tuple[list[LabOrder], int | None]:
    """A page of orders without a result within reach: the tube and the test, nobody's name."""
    seen = sight.look(actor, "laboratory.see", None, about_residents=False)
    most = sight.a_page(most)
    rows: list[LabOrder] = []
    for first, end in seen.ranges:
        within = LabOrder.objects.filter(
            path__gte=first, path__lt=end, done_at=None, exercise=actor.exercise, id__gt=after
        )
        rows += within.order_by("id")[: most + 1]
    rows.sort(key=lambda row: row.id)
    return rows[:most], rows[most - 1].id if len(rows) > most else None


def of_person(person_id: int, *, exercise: bool = False) -> list[LabOrder]:
    """The orders about somebody, the newest first; who may see them is the caller's to ask."""
    return list(LabOrder.objects.filter(person_id=person_id, exercise=exercise).order_by("-id"))


def done(order_ids: Sequence[int], *, now: int) -> None:
    """A result that answers them came for these."""
    LabOrder.objects.filter(id__in=order_ids, done_at=None).update(done_at=now)


def _row(new: NewOrder, path: str, actor: Actor, now: int) -> tuple[Any, ...]:
    return (
        new.uid, new.code(), new.test, new.disease, new.person_id, new.item_id, path,
        new.due_on, now, actor.id, new.sampled_at, None, "", actor.exercise,
    )  # fmt: skip
