"""Who gives, confirms, fills and frees a bed? The one writer of the bed ledger.

A bed that is given is a numbered one. The ward's row is locked while a number is chosen, and the
database refuses a number twice and a person in two beds, whoever asks at the same moment.
"""

from collections.abc import Iterable

from django.db import IntegrityError, connection, transaction
from django.db.models import Count

from linli.errors import N_, Conflict
from linli.loops.beds.tables import ON_THE_WAY, Bed, BedEvent, BedState
from linli.policy.can import Actor
from linli.registry.wards import Ward

NAMED_AT_MOST = 400  # wards named in a query; beyond that all are counted


class NoBedFree(Conflict):
    """Every bed of the ward is taken or held."""

    code = "no_bed_free"
    sentence = N_(
        "The ward has no free bed: {taken} of {beds} are taken or held. Choose another ward, or "
        "ask it to count its beds anew."
    )


class HasBed(Conflict):
    """The person has a bed already: nobody is in two."""

    code = "has_bed"
    sentence = N_("A bed is held for this person already. Give that one back first.")


def taken(ward_ids: Iterable[int], *, exercise: bool = False) -> dict[int, int]:
    """How many beds of each ward are taken or held."""
    wanted = list(ward_ids)
    rows = Bed.objects.filter(exercise=exercise)
    if len(wanted) <= NAMED_AT_MOST:
        rows = rows.filter(ward_id__in=wanted)
    counted = rows.exclude(state=BedState.FREE).values_list("ward_id").annotate(n=Count("id"))
    return dict(counted.order_by())


def hold(actor: Actor, ward_id: int, person_id: int, transfer_id: int, *, now: int) -> Bed:
    """Hold the lowest free bed of a ward for somebody; raises NoBedFree or HasBed.

    In the caller's transaction.
    """
    ward = _locked(ward_id)
    mine = Bed.objects.filter(person_id=person_id, exercise=actor.exercise, state__in=ON_THE_WAY)
    if mine.exists():
        raise HasBed()
    numbers = set(
        Bed.objects.filter(ward_id=ward_id, exercise=actor.exercise)
        .exclude(state=BedState.FREE)
        .values_list("number", flat=True)
    )
    if len(numbers) >= ward.n_beds - ward.n_blocked:
        raise NoBedFree(taken=len(numbers) + ward.n_blocked, beds=ward.n_beds)
    number = next(n for n in range(1, ward.n_beds + 1) if n not in numbers)
    try:
        with transaction.atomic():
            made = Bed.objects.create(
                ward_id=ward_id, number=number, path=ward.path, person_id=person_id,
                transfer_id=transfer_id, state=BedState.HELD, held_at=now,
                exercise=actor.exercise,
            )  # fmt: skip
    except IntegrityError:  # the second lock, should the first ever fail
        raise HasBed() from None
    _event(made, actor, now)
    return made


def confirm(actor: Actor, bed_id: int, *, now: int) -> None:
    """The ward says that the bed is there; the hold does not run out any more."""
    _move(actor, bed_id, BedState.CONFIRMED, now)


def set_out(actor: Actor, bed_id: int, *, now: int) -> None:
    """Its person is on the way."""
    _move(actor, bed_id, BedState.COMING, now)


def enter(actor: Actor, bed_id: int, *, now: int) -> None:
    """Its person is in it; whichever bed they were in before is free in the same moment."""
    bed = Bed.objects.get(id=bed_id)
    before = Bed.objects.filter(
        person_id=bed.person_id, exercise=bed.exercise, state=BedState.OCCUPIED
    ).exclude(id=bed_id)
    for old in before:
        free(actor, old.id, "moved", now=now)
    _move(actor, bed_id, BedState.OCCUPIED, now, entered_at=now)


def free(actor: Actor, bed_id: int, why: str, *, now: int) -> None:
    """The bed is free again, and why; a bed that is free already stays as it is."""
    if Bed.objects.filter(id=bed_id).exclude(state=BedState.FREE).exists():
        _move(actor, bed_id, BedState.FREE, now, why=why, freed_at=now)


def of_transfers(transfer_ids: Iterable[int]) -> dict[int, Bed]:
    """The bed on the way of each transfer, where there is one."""
    rows = Bed.objects.filter(transfer_id__in=list(transfer_ids), state__in=ON_THE_WAY)
    return {bed.transfer_id: bed for bed in rows}


def in_site(site_id: int, *, exercise: bool = False) -> int:
    """How many beds of a site are taken or held."""
    wards = list(Ward.objects.filter(site_id=site_id).values_list("id", flat=True))
    return sum(taken(wards, exercise=exercise).values())


def _locked(ward_id: int) -> Ward:
    """The ward, so that nobody else chooses a bed of it before this transaction ends."""
    rows = Ward.objects.all()
    if connection.vendor == "postgresql":
        rows = rows.select_for_update()
    return rows.get(id=ward_id)


def _move(actor: Actor, bed_id: int, state: BedState, now: int, **columns: object) -> None:
    Bed.objects.filter(id=bed_id).update(state=state, **columns)
    _event(Bed.objects.get(id=bed_id), actor, now)


def _event(bed: Bed, actor: Actor, now: int) -> None:
    BedEvent.objects.create(
        bed_id=bed.id, ward_id=bed.ward_id, number=bed.number, state=bed.state, why=bed.why,
        at=now, actor_id=actor.id, exercise=bed.exercise,
    )  # fmt: skip
