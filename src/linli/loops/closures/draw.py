"""Who closes a road, who opens it again, and which closures are in force? The one writer."""

import math
from dataclasses import dataclass
from typing import Annotated, Any

from django.db import transaction
from django.db.models import QuerySet
from pydantic import AwareDatetime, BeforeValidator, Field

from linli import clock
from linli.audit.records import record
from linli.errors import N_, BadInput, Conflict, NotFound, Word
from linli.geo import Point, box
from linli.loops.closures.tables import RoadClosure, Shape
from linli.loops.loop import Form
from linli.policy.can import Actor, Ask, Decision, can
from linli.policy.powers import roles_for
from linli.registry import areas
from linli.registry.areas import Area
from linli.registry.vehicles import VehicleKind

DRAW, SEE = "closures.draw", "closures.see"
DAY_S = 86_400
MOST_DAYS = 30  # a closure ends; whoever needs it longer draws it again
MOST_POINTS = 60
LEAST_POINTS = {Shape.POINT: 1, Shape.LINE: 2, Shape.AREA: 3}
MOST_SHOWN = 200
CORNERS = 16  # of what lies around a point


def points_of(text: str) -> list[Point]:
    """Points as somebody types them: "114.30 30.58; 114.31 30.58"."""
    found = []
    for part in (p.replace(",", " ").split() for p in text.replace("；", ";").split(";")):
        if not part:
            continue
        try:
            lon, lat = (float(number) for number in part)
        except ValueError:
            raise BadInput(
                N_("{text} is no point. Write longitude and latitude: 114.30 30.58; 114.31 30.58."),
                text=" ".join(part)[:40],
            ) from None
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            raise BadInput(
                N_("{text} is no point on earth. Write longitude before latitude."),
                text=" ".join(part)[:40],
            )
        found.append((lon, lat))
    return found


def _apart(given: Any) -> Any:
    return given.replace(",", " ").split() if isinstance(given, str) else given


class ClosureAsk(Form):
    """Where a road is closed, from when until when, who may pass, and why."""

    shape: Shape = Field(
        default=Shape.LINE, title=N_("How is it drawn?"),
        json_schema_extra={"names": dict(Shape.choices)},
    )  # fmt: skip
    points: str = Field(
        default="", max_length=2000, title=N_("Its points"),
        description=N_("Longitude and latitude of each, parted by semicolons."),
    )  # fmt: skip
    area_id: int | None = Field(default=None, gt=0, title=N_("Or all roads around"))
    radius_m: int = Field(
        default=300, ge=50, le=5_000, title=N_("As far around as so many metres")
    )  # fmt: skip
    from_at: AwareDatetime | None = Field(default=None, title=N_("Closed from (empty: now)"))
    until_at: AwareDatetime = Field(title=N_("Closed until"))
    passes: Annotated[list[VehicleKind], BeforeValidator(_apart)] = Field(
        default_factory=list, max_length=8, title=N_("Who may pass?")
    )
    reason: str = Field(min_length=2, max_length=200, pattern=r"\S", title=N_("Why?"))


class LiftedAlready(Conflict):
    """The road is open again already."""

    code = "lifted_already"
    sentence = N_("Closure {id} was lifted already. Draw another where a road is closed again.")


@dataclass(frozen=True)
class Drawn:
    """A closure that has been checked, ready to be kept."""

    shape: Shape
    points: tuple[Point, ...]
    from_s: int
    until_s: int
    passes: tuple[str, ...]
    reason: str


def checked(form: ClosureAsk, *, now: int) -> Drawn:
    """What was asked, or a sentence on what cannot be closed like this."""
    shape, points = form.shape, tuple(dict.fromkeys(points_of(form.points)))
    if form.area_id is not None and not points:
        shape, points = Shape.AREA, _around(areas.get(form.area_id), form.radius_m)
    least = LEAST_POINTS[shape]
    if not least <= len(points) <= MOST_POINTS:
        raise BadInput(
            N_("{shape} needs from {least} to {most} different points; got {n}. Draw it again."),
            shape=Word(Shape(shape).label), least=least, most=MOST_POINTS, n=len(points),
        )  # fmt: skip
    if shape == Shape.AREA:
        _refuse_crossed(points)
    begins = clock.seconds(form.from_at) if form.from_at else now
    ends = clock.seconds(form.until_at)
    if ends <= max(begins, now):
        raise BadInput(N_("It would end before it begins, or is over already. Say until when."))
    if ends - begins > MOST_DAYS * DAY_S:
        raise BadInput(
            N_("A closure lasts at most {days} days. Say an earlier end; it can be drawn again."),
            days=MOST_DAYS,
        )
    passes = tuple(sorted({kind.value for kind in form.passes}))
    return Drawn(Shape(shape), points, begins, ends, passes, form.reason.strip())


def _around(area: Area, radius_m: int) -> tuple[Point, ...]:
    """The corners of what lies so far around the point of an area."""
    middle = areas.point_of(area)
    if middle is None:
        raise BadInput(N_("{area} has no point on the map. Draw the closure by its points."),
                       area=area.name_zh)  # fmt: skip
    west, south, east, north = box(middle, radius_m)
    turns = [2 * math.pi * n / CORNERS for n in range(CORNERS)]
    return tuple(
        (
            round(middle[0] + (east - west) / 2 * math.cos(turn), 6),
            round(middle[1] + (north - south) / 2 * math.sin(turn), 6),
        )
        for turn in turns
    )


def _refuse_crossed(points: tuple[Point, ...]) -> None:
    import shapely

    if not shapely.Polygon(points).is_valid:
        raise BadInput(N_("The closed area crosses itself. Draw its corners in order."))


def may(actor: Actor) -> Decision:
    """Whether this actor may close roads."""
    return can(actor, Ask(DRAW, roles_for(DRAW), _widest(actor)))


def _widest(actor: Actor) -> str:
    return min((h.path for h in actor.holds(roles_for(DRAW))), key=len, default="")


@transaction.atomic
def draw(actor: Actor, drawn: Drawn, *, now: int) -> RoadClosure:
    """Close a road; it belongs to the widest area that the actor answers for."""
    path, holding = _widest(actor), may(actor).required()
    made = RoadClosure.objects.create(
        shape=drawn.shape, points=[list(p) for p in drawn.points], path=path,
        reason=drawn.reason, passes=list(drawn.passes), from_at=drawn.from_s,
        until_at=drawn.until_s, drawn_at=now, drawn_by=actor.id, exercise=actor.exercise,
    )  # fmt: skip
    record(actor, "shut", "closures", made.id, holding=holding, path=path)
    return RoadClosure.objects.get(id=made.id)


@transaction.atomic
def lift(actor: Actor, closure_id: int, *, now: int) -> RoadClosure:
    """The road is open again; whoever answers for the area in which it was drawn says so."""
    found = RoadClosure.objects.filter(id=closure_id, exercise=actor.exercise).first()
    reach = found is not None and any(
        found.path.startswith(h.path) for h in actor.holds(roles_for(DRAW))
    )
    if found is None or not reach:
        raise NotFound(what=Word(N_("closure")), value=closure_id)
    holding = can(actor, Ask(DRAW, roles_for(DRAW), found.path)).required()
    done = RoadClosure.objects.filter(id=found.id, lifted_at=None).update(
        lifted_at=now, lifted_by=actor.id
    )
    if not done:
        raise LiftedAlready(id=found.id)
    record(actor, "lift", "closures", found.id, holding=holding, path=found.path)
    return RoadClosure.objects.get(id=found.id)


def listed(actor: Actor, *, now: int) -> list[RoadClosure]:
    """What is closed now or later, for everybody who sends or drives; the next to end first."""
    can(actor, Ask(SEE, roles_for(SEE))).required()
    return list(in_force(exercise=actor.exercise, now=now)[:MOST_SHOWN])


def in_force(*, exercise: bool, now: int) -> QuerySet[RoadClosure]:
    """Closures that are not lifted and not over, also those that begin later."""
    alive = RoadClosure.objects.filter(lifted_at=None, exercise=exercise)
    return alive.filter(until_at__gt=now).order_by("until_at", "id")


def may_lift(actor: Actor, closure: RoadClosure) -> bool:
    """Whether this actor answers for the area in which it was drawn."""
    return any(closure.path.startswith(h.path) for h in actor.holds(roles_for(DRAW)))
