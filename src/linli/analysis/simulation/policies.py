"""What can a city do? Policies as small declarations: since when, where, how much of it there is.

Each is checked when it is made. A policy is dated (`from_day`), or waits for reports (`when`); it
ends on `until_day`. It never sees an infection that was not reported.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

from linli.analysis.simulation.disease import LAYERS, Layer
from linli.errors import N_, BadInput, Phrase

MOST_DAYS = 3650
MOST = 1_000_000_000  # of anything that is counted
OUTSIDE = (Layer.COMMUNITY, Layer.WORK, Layer.SCHOOL, Layer.CITY)


class WrongPolicy(BadInput):
    """A policy cannot be; the sentence names it and the value seen."""

    code = "wrong_policy"
    sentence = N_("Policy {policy}, {entry}: {reason}")


@dataclass(frozen=True)
class Trigger:
    """So many reports within so many days, in each area of a level or in the whole city."""

    reports: int
    days: int = 7
    per: str = "city"


@dataclass(frozen=True)
class Rung:
    """After so many days without a report, this share of outside contacts is allowed again."""

    quiet_days: int
    share: float


@dataclass(frozen=True)
class Policy:
    """What all policies have: a time, and areas said as ``level:name``; none is everywhere."""

    kind: ClassVar[str] = ""
    shares: ClassVar[tuple[str, ...]] = ()  # entries that have to lie within 0 and 1
    counts: ClassVar[tuple[str, ...]] = ()  # entries that may not be negative
    from_day: int = 0
    until_day: int | None = None
    when: Trigger | None = None
    where: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in self.shares:
            value = getattr(self, name)
            if not 0 <= value <= 1:
                self._refuse(name, Phrase(N_("{value} is no share; give 0 to 1."), value=value))
        for name in self.counts:
            value = getattr(self, name)
            if not value >= 0:
                self._refuse(name, Phrase(N_("{value} is below 0; give 0 or more."), value=value))
            self._at_most(name, value)
        if not 0 <= self.from_day <= MOST_DAYS:
            self._refuse(
                "from", Phrase(N_("day {value} lies outside the run."), value=self.from_day)
            )
        if self.until_day is not None and not self.until_day > self.from_day:  # NaN is not
            self._refuse(
                "until",
                Phrase(
                    N_("day {until_day} is not after day {from_day}."),
                    until_day=self.until_day,
                    from_day=self.from_day,
                ),
            )
        if self.when and not (_is_count(self.when.reports, MOST) and _is_count(self.when.days)):
            self._refuse("when", Phrase(N_("reports and days have to be whole, and 1 or more.")))
        if self.when and self.when.per not in ("city", "district", "community", "compound"):
            self._refuse(
                "when",
                Phrase(
                    N_("{value} is no level. Give city, district or community."),
                    value=self.when.per,
                ),
            )

    def is_on(self, day: int) -> bool:
        """Whether the days named hold this one; a trigger asks more."""
        return self.from_day <= day and (self.until_day is None or day < self.until_day)

    def _at_most(self, name: str, value: float) -> None:
        most = MOST_DAYS if name.endswith("days") else MOST
        if value > most:
            self._refuse(name, Phrase(N_("{value} is too much; give at most {most}."),
                                      value=value, most=most))  # fmt: skip

    def _refuse(self, entry: str, reason: Phrase) -> None:
        raise WrongPolicy(policy=self.kind, entry=entry, reason=reason)


@dataclass(frozen=True)
class CloseCompounds(Policy):
    """Gates are kept: contacts outside the compound fall to a leakage, those inside to a share."""

    kind = "close_compounds"
    shares = ("leakage", "within", "response")
    leakage: float = 0.1  # of contacts outside that go on
    within: float = 0.3  # of contacts in the compound that go on
    response: float = 1.0  # of contacts with riders and volunteers that go on
    reopen: tuple[Rung, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        for rung in self.reopen:
            if not _is_count(rung.quiet_days) or not 0 <= rung.share <= 1:
                self._refuse(
                    "reopen",
                    Phrase(
                        N_("{quiet_days} days and {share} are no rung."),
                        quiet_days=rung.quiet_days,
                        share=rung.share,
                    ),
                )
        days = [r.quiet_days for r in self.reopen]
        if days != sorted(set(days)):
            self._refuse("reopen", Phrase(N_("the days have to rise from rung to rung.")))


@dataclass(frozen=True)
class Reduce(Policy):
    """Contacts of some layers fall to a share: schools shut, work from home, fewer buses."""

    kind = "reduce"
    layers: Mapping[Layer, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        for layer, share in self.layers.items():
            if layer not in LAYERS:
                self._refuse(
                    "layers",
                    Phrase(N_("{layer} is none of {known}."), layer=layer, known=tuple(LAYERS)),
                )
            if not 0 <= share <= 1:
                self._refuse(layer, Phrase(N_("{value} is no share; give 0 to 1."), value=share))


@dataclass(frozen=True)
class Isolate(Policy):
    """Who is reported is kept apart: at home, or elsewhere as long as there are rooms."""

    kind = "isolate"
    shares = ("home_share",)
    counts = ("rooms",)
    rooms: int = 0  # elsewhere, the shelter hospitals' beds not among them
    home_share: float = 0.5  # of contacts at home that go on for who stays at home


@dataclass(frozen=True)
class Quarantine(Policy):
    """Who lives with a reported case stays at home."""

    kind = "quarantine"
    shares = ("obey",)
    counts = ("days",)
    days: int = 14
    obey: float = 0.9  # of the people told to


@dataclass(frozen=True)
class Trace(Policy):
    """Contacts of a reported case are found and quarantined, as far as the tracers get."""

    kind = "trace"
    shares = ("obey",)
    counts = ("cases_a_day", "days", "look_back_days", "rooms")
    found: Mapping[Layer, float] = field(
        default_factory=lambda: {
            Layer.HOUSEHOLD: 1.0, Layer.WORK: 0.5, Layer.SCHOOL: 0.5, Layer.COMPOUND: 0.3,
            Layer.COMMUNITY: 0.2, Layer.CITY: 0.1, Layer.RESPONSE: 0.5,
        }
    )  # fmt: skip
    delay_days: Mapping[Layer, int] = field(
        default_factory=lambda: {
            Layer.HOUSEHOLD: 0, Layer.WORK: 1, Layer.SCHOOL: 1, Layer.COMPOUND: 1,
            Layer.COMMUNITY: 2, Layer.CITY: 2, Layer.RESPONSE: 1,
        }
    )  # fmt: skip
    cases_a_day: int = 1_000_000  # whose contacts the tracers can follow
    days: int = 14
    look_back_days: int = 4  # before the report, or two before onset if that is earlier
    obey: float = 0.9
    rooms: int = 0  # to quarantine in; without one people stay at home
    test: bool = True  # whoever is found is tested

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("found", "delay_days"):
            for layer, value in getattr(self, name).items():
                if layer not in LAYERS:
                    self._refuse(
                        name,
                        Phrase(N_("{layer} is none of {known}."), layer=layer, known=tuple(LAYERS)),
                    )
                fits = 0 <= value <= (1 if name == "found" else 14)
                if not fits or (name == "delay_days" and value != int(value)):
                    self._refuse(
                        f"{name}.{layer}", Phrase(N_("{value} is out of range."), value=value)
                    )


@dataclass(frozen=True)
class Screen(Policy):
    """Everybody in the areas is tested, round after round, as fast as the samples go."""

    kind = "screen"
    shares = ("coverage", "sensitivity")
    counts = ("samples_a_day",)
    samples_a_day: int = 100_000  # tubes a laboratory can take
    pool: int = 10  # people in one tube
    rounds: int = 1
    coverage: float = 0.95  # of the people who come
    sensitivity: float = 0.8  # of one test, while somebody is infectious; assumed
    result_days: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("pool", "rounds", "result_days"):
            if getattr(self, name) < 1:
                self._refuse(name, Phrase(N_("{value} is below 1."), value=getattr(self, name)))
            self._at_most(name, getattr(self, name))


@dataclass(frozen=True)
class Beds(Policy):
    """So many beds there are from this day on; kinds with several entries add up."""

    kind = "beds"
    counts = ("ward", "intensive", "shelter", "transfer_days")
    ward: int = 0
    intensive: int = 0
    shelter: int = 0  # for the mild: a shelter hospital
    transfer_days: int = 0  # from the need to the bed, where one is free; the longest counts


@dataclass(frozen=True)
class Triage(Policy):
    """Who gets the next bed: who is worst first; without it, who came first."""

    kind = "triage"


@dataclass(frozen=True)
class Vaccinate(Policy):
    """So many people a day, the oldest first."""

    kind = "vaccinate"
    shares = ("efficacy", "against_severe", "reach")
    counts = ("doses_a_day", "delay_days")
    doses_a_day: int = 0
    reach: float = 0.9  # of the people who take it
    efficacy: float = 0.8  # of those vaccinated who cannot be infected; assumed
    against_severe: float = 0.9  # of the others who are spared a severe course; assumed
    delay_days: int = 14


@dataclass(frozen=True)
class Deliver(Policy):
    """Households that may not go out are supplied every few days, as far as the riders get."""

    kind = "deliver"
    counts = ("households_a_day",)
    households_a_day: int = 0
    every_days: int = 3

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.every_days < 1:
            self._refuse("every_days", Phrase(N_("{value} is below 1."), value=self.every_days))
        self._at_most("every_days", self.every_days)


KINDS: dict[str, type[Policy]] = {
    k.kind: k
    for k in (
        CloseCompounds, Reduce, Isolate, Quarantine, Trace, Screen, Beds, Triage, Vaccinate,
        Deliver,
    )
}  # fmt: skip


BY_LAYER = ("layers", "found", "delay_days")
BEYOND = 1e15  # no policy has a number as big


def _is_count(value: float, most: float = MOST_DAYS) -> bool:
    """Whether it is a whole number from 1 to the most."""
    return not isinstance(value, bool) and 1 <= value <= most and value == int(value)


def policy_of(given: Mapping[str, Any]) -> Policy:
    """Make a policy from what a file or a form says; raises WrongPolicy."""
    said = dict(given)
    kind = said.pop("kind", None)
    if not isinstance(kind, str) or kind not in KINDS:
        known = tuple(KINDS)
        raise WrongPolicy(
            policy=kind,
            entry="kind",
            reason=Phrase(N_("there is none. Choose: {value}."), value=known),
        )
    chosen = KINDS[kind]
    entries = {f.name: f for f in fields(chosen)}
    for entry in said:
        if entry not in entries:
            raise WrongPolicy(
                policy=kind,
                entry=entry,
                reason=Phrase(N_("is not known. Choose: {value}."), value=tuple(entries)),
            )
    try:
        return chosen(**{k: _made(kind, k, v, entries[k].default) for k, v in said.items()})
    except TypeError:
        raise WrongPolicy(
            policy=kind, entry="values", reason=Phrase(N_("a value has the wrong type."))
        ) from None


def _made(kind: str, entry: str, value: Any, usual: Any) -> Any:
    if entry in BY_LAYER and not isinstance(usual, int):
        if not isinstance(value, dict):
            reason = Phrase(N_("needs a table: a layer and a number each."))
            raise WrongPolicy(policy=kind, entry=entry, reason=reason)
        return {Layer(k) if k in LAYERS else k: v for k, v in value.items()}
    if entry == "when":
        return _part(kind, entry, Trigger, value)
    if entry == "reopen":
        return tuple(_part(kind, entry, Rung, v) for v in value)
    if entry == "where":
        places = tuple([value] if isinstance(value, str) else value)
        if not all(isinstance(place, str) for place in places):
            raise TypeError(entry)
        return places
    if isinstance(usual, bool) and not isinstance(value, bool):
        reason = Phrase(N_("{value!r} is neither true nor false."), value=value)
        raise WrongPolicy(policy=kind, entry=entry, reason=reason)
    wants = int if isinstance(usual, int) and not isinstance(usual, bool) else float
    if isinstance(usual, int | float) and not isinstance(usual, bool):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise WrongPolicy(
                policy=kind, entry=entry, reason=Phrase(N_("{value!r} is no number."), value=value)
            )
        if (wants is int or isinstance(value, int)) and not -BEYOND < value < BEYOND:
            reason = Phrase(N_("{value} is out of range."), value=value)
            raise WrongPolicy(policy=kind, entry=entry, reason=reason)
        if wants is int and value != int(value):
            raise WrongPolicy(
                policy=kind,
                entry=entry,
                reason=Phrase(N_("{value} is no whole number."), value=value),
            )
        return wants(value)
    return value


def _part(kind: str, entry: str, made: type, value: Any) -> Any:
    known = {f.name for f in fields(made)}
    if not isinstance(value, dict) or not set(value) <= known:
        raise WrongPolicy(
            policy=kind,
            entry=entry,
            reason=Phrase(N_("needs {value}."), value=tuple(sorted(known))),
        )
    return made(**value)
