"""How is a contact of a disease followed up? A file for each disease, read once.

Days are counted from the last contact: day 1 is the day after. A city changes a file, or adds
one for another disease; what is not described here goes by ``other.toml``.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

from linli.errors import N_, BadInput

MOST_DAYS = 400
MOST_TIMES = 6  # a day; slot 7 of a day asks for a sample, slot 6 for the release


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done for one class of risk: on which days, how often a day, and where they stay.

    ``pattern`` names the days; without it every ``every_days``-th of ``days`` is meant.
    """

    days: int
    every_days: int = 1
    times_a_day: int = 1
    pattern: tuple[int, ...] = ()
    tests_on: tuple[int, ...] = ()
    quarantine: str = ""  # "", home, site

    def follow_up_days(self) -> tuple[int, ...]:
        """The days after the last contact on which somebody asks."""
        return self.pattern or tuple(range(1, self.days + 1, self.every_days))


@dataclass(frozen=True)
class Disease:
    """What tracing needs to know of a disease."""

    name: str
    infectious_from_days: int
    ill_when: frozenset[str]
    fever_c: float
    quiet_days: int
    opens_case: str
    test: str  # what is done with a sample that the plan asks for
    plans: Mapping[str, Plan] = field(default_factory=dict)

    def plan(self, risk: str) -> Plan:
        """What is done for a class of risk; nothing where the file does not name it."""
        return self.plans.get(risk, Plan(0))

    def is_ill(self, symptoms: list[str], temperature_c: float | None) -> bool:
        """Whether what somebody feels makes a case of a contact, by the rule of the disease."""
        warm = temperature_c is not None and temperature_c >= self.fever_c
        return warm or bool(self.ill_when.intersection(symptoms))


@lru_cache(maxsize=64)
def of(disease: str) -> Disease:
    """How contacts of this disease are followed up."""
    folder = files(__name__)
    known = {path.name for path in folder.iterdir()}
    name = f"{disease}.toml" if f"{disease}.toml" in known else "other.toml"
    return read(disease, folder.joinpath(name).read_text("utf-8"))


def read(disease: str, text: str) -> Disease:
    """Read a file; raises BadInput naming what cannot be."""
    raw = tomllib.loads(text)
    plans = {risk: _plan(f"{disease}.{risk}", plan) for risk, plan in raw["class"].items()}
    return Disease(
        disease,
        int(raw["infectious_from_days"]),
        frozenset(raw["ill_when"]),
        float(raw["fever_c"]),
        int(raw["quiet_days"]),
        str(raw.get("opens_case", "suspected")),
        str(raw.get("test", "pcr")),
        plans,
    )


def _plan(name: str, raw: dict[str, object]) -> Plan:
    given = {k: tuple(v) if isinstance(v, list) else v for k, v in raw.items()}
    plan = Plan(**given)  # type: ignore[arg-type]
    days = (*plan.follow_up_days(), *plan.tests_on)
    sound = (
        0 <= plan.days <= MOST_DAYS
        and plan.every_days >= 1
        and 0 <= plan.times_a_day <= MOST_TIMES
        and all(1 <= day <= plan.days for day in days)
        and plan.quarantine in ("", "home", "site")
    )
    if not sound:
        raise BadInput(
            N_("The plan {plan} cannot be: days lie between 1 and its last, at most six a day."),
            plan=name,
        )
    return plan
