"""A small city with a plan of its own, and what it takes: some of it there, some of it not."""

from datetime import date
from typing import Any
from uuid import uuid4

from linli.loops.counted import items
from linli.plans import modes, runs, shelf
from linli.plans.modes import NewDeclaration
from linli.plans.starting import NewRun
from linli.registry.declarations import Declaration
from linli.registry.households import Household
from linli.registry.organisations import Organisation
from linli.registry.person import Person
from linli.registry.plans import PlanRun, PlanRunStep, PlanVersion
from linli.registry.resources import Resource
from linli.registry.sites import Site
from linli.registry.vehicles import Vehicle
from linli.registry.wards import Ward
from tests.cast import EVENING, HOUR, City

TODAY = date(2020, 2, 9)
HOURS = 8  # of an exercise
DAY = 24 * HOUR
SAID: dict[str, Any] = {"source": "made up", "as_of": date(2020, 2, 1)}

PLAN = """
code = "small"
title = { zh = "小预案", en = "A small plan" }
purpose = { zh = "试一试。", en = "To try it." }
mode = "emergency"
phase = "contain"
days = 10
areas = ["community", "street", "district"]
[trigger]
words = { zh = "有一例确诊。", en = "One confirmed case." }
count = { records = "items", loop = "case", when = "opened", days = 7 }
at_least = 1

[[step]]
name = "order"
title = { zh = "下达", en = "Give the order" }
loop = "directive"
class = "urgent"
within = "6h"
[step.form]
title = { zh = "封闭", en = "Close" }
text = { zh = "关上{place}的门。", en = "Close the gates of {place}." }
tiers = [0]

[[step]]
name = "guards"
title = { zh = "门岗", en = "Guards" }
loop = "substitute"
class = "guard"
each = "compound"
at = "1h"
within = "12h"
[step.form]
estate = "{place}"

[[step]]
name = "later"
title = { zh = "随后", en = "Afterwards" }
loop = "disinfection"
class = "routine"
each = "compound"
after = ["guards"]
at = "2h"
[step.form]
place = "{place}"
day = "{day+1}"

[[role]]
role = "secretary"
each = "community"
count = 1

[[role]]
role = "grid_worker"
each = "area"
per_1000 = 500

[[stock]]
what = "mask_box"
name = { zh = "口罩", en = "Masks" }
unit = "box"
per = "person"
a_day = 0.5

[[stock]]
what = "tent"
name = { zh = "帐篷", en = "Tents" }
unit = "piece"
per = "area"
quantity = 2

[[place]]
sort = "beds"
kind = "confirmed"
severity = "mild"
count = 5

[[place]]
sort = "vehicles"
kind = "bus"
seats = 20
count = 1

[[place]]
sort = "sites"
kind = "isolation"
count = 1
"""


def signed(city: City, text: str = PLAN, note: str = "Ours.") -> PlanVersion:
    """The plan, signed by Gil for the whole city."""
    return shelf.sign(city.actor("gil"), text, note=note, now=EVENING)


def people(city: City, n: int, area: str = "oak1") -> None:
    """So many residents, each in a household of the court."""
    place = city.areas[area]
    for k in range(n):
        home = Household.objects.create(
            code=f"{area}-{k}", area=place, path=place.path, home=city.areas["court"],
            door=str(k), changed_at=EVENING, **SAID,
        )  # fmt: skip
        Person.objects.create(
            code=f"{area}-{k}", name=f"N {k}", area=place, path=place.path, household=home,
            changed_at=EVENING, **SAID,
        )  # fmt: skip


def stock(city: City, area: str, what: str, quantity: float, **more: Any) -> Resource:
    """Some stock at an area."""
    place = city.areas[area]
    said = {"name_zh": what, "unit": "box", **SAID, **more}
    return Resource.objects.create(
        what=what, quantity=quantity, area=place, path=place.path, **said
    )


def site(city: City, area: str, kind: str, **more: Any) -> Site:
    """A site at an area."""
    place = city.areas[area]
    return Site.objects.create(kind=kind, name_zh=kind, area=place, path=place.path, **SAID, **more)


def ward(city: City, area: str, n_beds: int, n_blocked: int = 0) -> Ward:
    """A ward for mild confirmed patients in a hospital of an area."""
    at = site(city, area, "hospital")
    return Ward.objects.create(
        site=at, path=at.path, name_zh="轻症", category="confirmed", severity="mild",
        severity_rank=1, n_beds=n_beds, n_blocked=n_blocked, counted_at=EVENING, source="made up",
    )  # fmt: skip


def bus(city: City, area: str, plate: str, seats: int = 40) -> Vehicle:
    """A bus at an area."""
    place = city.areas[area]
    return Vehicle.objects.create(
        kind="bus", plate=plate, n_seats=seats, area=place, path=place.path, **SAID
    )


def body(city: City, area: str, kind: str) -> Organisation:
    """An organisation at an area."""
    place = city.areas[area]
    return Organisation.objects.create(
        kind=kind, name_zh=kind, area=place, path=place.path, valid_from=date(2019, 1, 1)
    )


def begin(city: City, name: str, area: str, kind: str = "exercise", **more: Any) -> PlanRun:
    """Somebody starts the small plan in an area, this evening."""
    said = {"hours": HOURS, "reason": "The yearly exercise.", **more}
    new = NewRun("small", city.areas[area].id, kind, **said)
    return runs.begin(city.actor(name), new, now=EVENING)


def emergency(city: City, area: str = "w", phase: str = "contain") -> Declaration:
    """Gil declares an emergency of twenty days."""
    new = NewDeclaration("emergency", "Command", "Cases rise.", EVENING, EVENING + 20 * DAY, phase)
    return modes.declare(city.actor("gil"), city.areas[area], new, now=EVENING)


def of_step(run: PlanRun, step: str) -> list[Any]:
    """The items that a step of a run has opened."""
    ids = run.items.filter(step=step).values_list("item_id", flat=True)
    return list(items(exercise=run.exercise).filter(id__in=list(ids)).order_by("id"))


def gap_items(run: PlanRun) -> list[Any]:
    """The items of a run's gaps."""
    ids = run.items.exclude(gap="").values_list("item_id", flat=True)
    return list(items(exercise=run.exercise).filter(id__in=list(ids)).order_by("id"))


def written(city: City, area: str = "elm") -> PlanRun:
    """The small plan, and a run of it that stands in the records and has opened nothing."""
    version, place = signed(city), city.areas[area]
    run = PlanRun.objects.create(
        uid=uuid4(), version=version, kind="exercise", area=place, path=place.path, reason="Yearly",
        started_by=city.accounts["dee"].id, started_name="Dee", started_as="street_duty",
        started_at=EVENING, ends_at=EVENING + HOURS * HOUR, looked_at=EVENING, exercise=True,
    )  # fmt: skip
    for step in ("order", "guards", "later"):
        PlanRunStep.objects.create(run=run, name=step, due_at=EVENING)
    return run
