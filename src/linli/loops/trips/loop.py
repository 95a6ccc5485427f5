"""The trip loop (S34): the community's two or three cars take whoever has no fever.

Whoever has a fever is not left at the kerb: the booking becomes a transfer by itself, and the car
of the ordinary patients stays clean. What repeats, such as dialysis, is booked once.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import AwareDatetime, Field, field_validator

from linli import clock
from linli.errors import N_
from linli.loops.ledger import Item
from linli.loops.loop import Form, Gate, Loop, Stage, State, Step, Unmet, stages
from linli.loops.opening import Opening
from linli.loops.scene import Scene
from linli.loops.standing import Changes, Standing
from linli.policy.can import is_within
from linli.policy.roles import DESKS, EVERYONE, FIELD_STAFF, Role
from linli.registry.forms import Day
from linli.registry.vehicles import Vehicle

LINLI = frozenset({Role.SYSTEM})
BOOKERS = DESKS | {Role.GRID_WORKER}
CREW = DESKS | {Role.DRIVER}
FEVER_FROM_C = 37.3  # of the national protocol: from here on it is a fever
TRIP_MINUTES = 90  # assumed: a car is out so long for one trip, there and back
MOST_REPEATS = 60
WEEKDAYS = "1234567"


class TripAsk(Form):
    """Who goes, when, where to, and whether they have a fever: measured, or said."""

    person_id: int = Field(gt=0, title=N_("Number of the person"))
    goes_at: AwareDatetime = Field(title=N_("When?"))
    site_id: int | None = Field(default=None, gt=0, title=N_("Number of the site"))
    from_site_id: int | None = Field(
        default=None, gt=0, title=N_("Fetched at the site with number")
    )
    fever: bool = Field(title=N_("Do they have a fever?"))
    temperature_c: float | None = Field(default=None, ge=30, le=45, title=N_("Temperature in °C"))
    wheelchair: bool = Field(default=False, title=N_("Needs a wheelchair"))


class TripCar(Form):
    """The car that goes, and who drives."""

    vehicle_id: int = Field(gt=0, title=N_("Number of the vehicle"))
    driver_id: int | None = Field(default=None, gt=0, title=N_("Who drives?"))


class TripLeave(Form):
    """Their temperature at the door."""

    temperature_c: float = Field(ge=30, le=45, title=N_("Temperature in °C"))


class TripRepeat(Form):
    """On which days of the week it is made again, until when; 1 is Monday."""

    weekdays: str = Field(
        min_length=1, max_length=7, pattern="^[1-7]+$", title=N_("On which days?")
    )
    until: Day = Field(title=N_("Until which day?"))

    @field_validator("weekdays")
    @classmethod
    def _once(cls, days: str) -> str:
        return "".join(day for day in WEEKDAYS if day in days)


def is_fever(data: Mapping[str, Any]) -> bool:
    """Whether what was said or measured is a fever."""
    warm = data.get("temperature_c")
    return bool(data.get("fever")) or (warm is not None and warm >= FEVER_FROM_C)


def _at(data: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(str(data["goes_at"]).replace("Z", "+00:00"))


def _has_fever(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    if is_fever(item.data):
        return None
    return Unmet("fever", N_("There is no fever, so the community's car goes."))


def _no_fever(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    warm = form.get("temperature_c")
    if not is_fever(item.data) and (warm is None or warm < FEVER_FROM_C):
        return None
    return Unmet(
        "no_fever",
        N_("Somebody with a fever does not go by the community's car. Hand them to the transfers."),
    )


def _car(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """The car is here, has the place, and is not out at that time."""
    car = Vehicle.objects.filter(id=form["vehicle_id"]).first()
    here = car is not None and (
        is_within(item.path, car.path) or is_within(car.path, item.path[:16])
    )
    if car is None or not here:
        return Unmet("car", N_("There is no vehicle {id} here."), {"id": form["vehicle_id"]})
    if item.data.get("wheelchair") and car.n_wheelchairs < 1:
        return Unmet("car", N_("The car has no place for a wheelchair. Take another."))
    mine = _at(item.data)
    others = Item.objects.filter(
        loop="trip", stage__in=("booked", "out"), exercise=item.exercise
    ).exclude(id=item.id)
    spare = timedelta(minutes=TRIP_MINUTES)
    for other in others.filter(data__vehicle_id=car.id):
        if abs(_at(other.data) - mine) < spare:
            return Unmet(
                "car", N_("The car is out then, on trip {id}. Take another car or time."),
                {"id": other.id},
            )  # fmt: skip
    return None


def _booked(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    return {"holder_id": form.get("driver_id"), "data": {**item.data, **form}}


def _home(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    return {
        "replied_at": scene.now,
        "in_time": None if item.clock_id is None else not item.missed,
        "solved_tier": item.tier,
        "outcome": "home",
    }


def _to_transfers(item: Standing, form: Mapping[str, Any], scene: Scene) -> list[Opening]:
    """A fever is a matter of the transfers: the bed for who cannot be ruled out."""
    person = item.data["person_id"]
    asked = {"person_id": person, "category": "fever", "trigger": "fever_trip"}
    if item.data.get("wheelchair"):
        asked["posture"] = "sits"
    return [
        Opening(
            item.area_id, "ordinary", asked, kind="fever", subject_kind="person",
            subject_id=person, loop="transfer",
        )
    ]  # fmt: skip


def _repeated(item: Standing, form: Mapping[str, Any], scene: Scene) -> list[Opening]:
    """The same trip on each of the days, at the same hour of the city's day."""
    first, until = _at(item.data), form["until"]
    openings: list[Opening] = []
    for n in range(1, MOST_REPEATS * 7):
        at = first + timedelta(days=n)
        on = clock.day(at.astimezone(UTC))
        if on.isoformat() > str(until) or len(openings) == MOST_REPEATS:
            break
        if str(on.isoweekday()) in form["weekdays"]:
            names = ("person_id", "site_id", "from_site_id", "fever", "wheelchair")
            kept = {name: item.data[name] for name in names if name in item.data}
            openings.append(
                Opening(
                    item.area_id, item.item_class, {**kept, "goes_at": at.isoformat()},
                    subject_kind="person", subject_id=item.data["person_id"], loop="trip",
                )
            )  # fmt: skip
    return openings


LOOP = Loop(
    name="trip",
    label=N_("trip"),
    opens="asked",
    opened_by=LINLI,
    when_children_close="settle",
    asks=TripAsk,
    subject="person",
    seen_by=FIELD_STAFF,
    classes={
        "dialysis": N_("dialysis"),
        "pregnancy": N_("pregnancy"),
        "clinic": N_("clinic or hospital"),
        "errand": N_("something else that cannot wait"),
        "home": N_("home from a hospital"),
    },
    stages=(
        Stage("asked", N_("asked"), auto="refer", public=N_("A car is being looked for.")),
        Stage("booked", N_("a car is booked"), public=N_("A car will come.")),
        Stage("out", N_("under way"), public=N_("They are under way.")),
        Stage("home", N_("home again"), State.CLOSED, public=N_("They are home again.")),
        Stage(
            "referred",
            N_("handed to the transfers"),
            State.WAITING,
            public=N_("With a fever the car of the transfers comes."),
        ),
        Stage("settled", N_("settled by the transfers"), State.CLOSED),
        Stage("cancelled", N_("cancelled"), State.CLOSED),
    ),
    steps=(
        Step(
            "refer",
            N_("hand to the transfers"),
            stages("asked", "booked"),
            "referred",
            by=BOOKERS | LINLI,
            gates=(Gate("fever", N_("there is a fever"), _has_fever),),
            children=_to_transfers,
            hands_over="transfer",
        ),
        Step(
            "settle",
            N_("the transfer has ended"),
            stages("referred"),
            "settled",
            by=LINLI,
        ),
        Step(
            "book",
            N_("book a car"),
            stages("asked", "booked"),
            "booked",
            by=BOOKERS,
            asks=TripCar,
            gates=(Gate("no_fever", N_("there is no fever"), _no_fever),
                   Gate("car", N_("the car is here and free"), _car)),
            effect=_booked,
        ),
        Step(
            "repeat",
            N_("book it again and again"),
            stages("asked", "booked"),
            "asked",
            by=BOOKERS,
            asks=TripRepeat,
            gates=(Gate("no_fever", N_("there is no fever"), _no_fever),),
            children=_repeated,
            hands_over="trip",
            stays=True,
        ),
        Step(
            "leave",
            N_("leave"),
            stages("booked"),
            "out",
            by=CREW,
            asks=TripLeave,
            gates=(Gate("no_fever", N_("there is no fever"), _no_fever),),
        ),
        Step(
            "come_home",
            N_("say that they are home"),
            stages("out"),
            "home",
            by=CREW | EVERYONE,
            own=True,
            effect=_home,
        ),
        Step(
            "cancel",
            N_("cancel"),
            stages("asked", "booked"),
            "cancelled",
            by=BOOKERS | EVERYONE,
            own=True,
        ),
    ),
)  # fmt: skip
