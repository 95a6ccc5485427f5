"""What can be chosen, as a form says it, and which policies follow? Days count from today on.

The first choice of a question is what holds already; the others are compared with it. All share
what the records say: who is reported is isolated, contacts are traced, there are so many beds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Any

from linli.analysis.simulation.disease import Layer
from linli.analysis.simulation.policies import (
    Beds,
    CloseCompounds,
    Deliver,
    Isolate,
    Policy,
    Quarantine,
    Reduce,
    Rung,
    Screen,
    Trace,
    Triage,
)  # fmt: skip
from linli.errors import N_, BadInput, Phrase, Word
from linli.studies.simulation.city import Registered
from linli.studies.simulation.parameters import Parameter

MOST_CHOICES = 4
MOST_DAYS = 120
MOST_RUNGS = 5
MOST_AREAS = 2_000
LONGEST_NAME = 60
MOST = 2**63 - 1  # of any number, and of an area's
POOL = 10  # people in one tube
TODAY = 0


class Closing(StrEnum):
    """Which gates are kept."""

    NONE = "none"
    ALL = "all"
    LISTED = "listed"
    FIRST = "first"


CLOSING_NAMES = {
    Closing.NONE: N_("close none"),
    Closing.ALL: N_("all compounds"),
    Closing.LISTED: N_("the areas listed"),
    Closing.FIRST: N_("so many compounds, those first that spare most"),
}


class WrongChoice(BadInput):
    """A choice cannot be; the sentence names it, the entry and the value."""

    code = "wrong_choice"
    sentence = N_("Choice {choice}, {entry}: {why}")


@dataclass(frozen=True)
class Choice:
    """One choice. Days count from today; one below 0 says since when something holds already."""

    name: str
    close: str = Closing.NONE
    close_from: int = TODAY
    close_until: int | None = None
    areas: tuple[int, ...] = ()
    n_first: int = 0
    leakage: float = 0.1
    reopen_days: tuple[int, ...] = ()  # days without a report, rung by rung
    reopen_shares: tuple[float, ...] = ()  # of contacts outside that are allowed then
    quarantine: bool = False
    trace_delay: int | None = None  # days; None: as the records say
    trace_share: float | None = None
    rounds: int = 0
    samples_a_day: int = 10_000
    rounds_from: int = TODAY
    shelter_beds: int = 0
    shelter_from: int = TODAY
    school_share: float = 1.0
    work_share: float = 1.0
    city_share: float = 1.0
    contacts_from: int = TODAY
    deliveries_a_day: int | None = None  # households; None: nobody counts deliveries

    def as_values(self) -> dict[str, Any]:
        """Plain values, as they are kept and sent."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}


LABELS = {
    "name": N_("name"),
    "close": N_("close"),
    "close_from": N_("gates kept from day"),
    "close_until": N_("gates kept until day"),
    "areas": N_("areas"),
    "n_first": N_("number of compounds"),
    "leakage": N_("share that gets through a gate"),
    "reopen_days": N_("days without a report"),
    "reopen_shares": N_("share allowed again"),
    "quarantine": N_("household quarantine"),
    "trace_delay": N_("days until contacts are found"),
    "trace_share": N_("share of contacts found"),
    "rounds": N_("rounds of tests"),
    "samples_a_day": N_("samples a day"),
    "rounds_from": N_("rounds from day"),
    "shelter_beds": N_("beds in shelter hospitals"),
    "shelter_from": N_("shelter beds from day"),
    "school_share": N_("share of contacts at school"),
    "work_share": N_("share of contacts at work"),
    "city_share": N_("share of contacts elsewhere in the city"),
    "contacts_from": N_("fewer contacts from day"),
    "deliveries_a_day": N_("households supplied a day"),
}
SHARES = ("leakage", "trace_share", "school_share", "work_share", "city_share")
COUNTS = (
    "n_first", "rounds", "samples_a_day", "shelter_beds", "trace_delay", "deliveries_a_day",
)  # fmt: skip
WHOLE = (*COUNTS, "close_from", "close_until", "rounds_from", "shelter_from", "contacts_from")
BEGINS = ("close_from", "rounds_from", "shelter_from", "contacts_from")
LONG_AGO = -28  # days that a run remembers


def choice_of(given: Mapping[str, Any], *, n_days: int) -> Choice:
    """A checked choice; raises WrongChoice with the entry, the value seen and what can be given."""
    known = {f.name for f in fields(Choice)}
    name = str(given.get("name", "")).strip()[:LONGEST_NAME]
    for entry in given:
        if entry not in known:
            raise WrongChoice(choice=name, entry=entry, why=Word(N_("There is no such entry.")))
    if not name:
        raise WrongChoice(choice="–", entry=Word(LABELS["name"]), why=Word(N_("Give it a name.")))
    said = {k: _read(name, k, v) for k, v in given.items() if k != "name"}
    made = Choice(name=name, **said)
    _check(made, n_days)
    return made


def _read(name: str, entry: str, value: Any) -> Any:
    if entry == "close":
        return value
    if entry == "quarantine":
        if not isinstance(value, bool):
            raise _wrong(name, entry, N_("{value} is neither true nor false."), value=value)
        return value
    if entry in ("areas", "reopen_days", "reopen_shares"):
        if not isinstance(value, list | tuple):
            raise _wrong(name, entry, N_("{value} is no list."), value=value)
        kind = float if entry == "reopen_shares" else int
        return tuple(_number(name, entry, v, kind) for v in value)
    if value is None:
        return None
    return _number(name, entry, value, int if entry in WHOLE else float)


def _number(name: str, entry: str, value: Any, kind: type) -> Any:
    fits = isinstance(value, int | float) and not isinstance(value, bool)
    if not fits or not -MOST <= value <= MOST:  # NaN fails this too
        raise _wrong(name, entry, N_("{value} is no number."), value=value)
    if kind is int and value != int(value):
        raise _wrong(name, entry, N_("{value} is no whole number."), value=value)
    return kind(value)


def _check(choice: Choice, n_days: int) -> None:
    name = choice.name
    if choice.close not in tuple(Closing):
        raise _wrong(name, "close", N_("{value} is none of: {known}."), value=choice.close,
                     known=tuple(Closing))  # fmt: skip
    for entry in SHARES:
        value = getattr(choice, entry)
        if value is not None and not 0 <= value <= 1:
            raise _wrong(name, entry, N_("{value} is no share. Give 0 to 1."), value=value)
    for entry in COUNTS:
        value = getattr(choice, entry)
        if value is not None and not 0 <= value <= 100_000_000:
            raise _wrong(name, entry, N_("{value} cannot be. Give 0 or more."), value=value)
    for entry in BEGINS:
        value = getattr(choice, entry)
        if not LONG_AGO <= value < n_days:
            raise _wrong(name, entry, N_("Day {value} lies outside the run. Give {low} to {high}."),
                         value=value, low=LONG_AGO, high=n_days - 1)  # fmt: skip
    until = choice.close_until
    if until is not None and until <= max(0, choice.close_from):
        raise _wrong(name, "close_until", N_("Day {value} is over before it counts. Give a day "
                     "after {day}."), value=until, day=max(0, choice.close_from))  # fmt: skip
    if choice.close == Closing.LISTED and not 0 < len(choice.areas) <= MOST_AREAS:
        raise _wrong(name, "areas", N_("Name 1 to {most} areas."), most=MOST_AREAS)
    if choice.close == Closing.FIRST and choice.n_first < 1:
        raise _wrong(name, "n_first", N_("Say how many compounds, 1 or more."))
    _check_ladder(choice)


def _check_ladder(choice: Choice) -> None:
    days, shares = choice.reopen_days, choice.reopen_shares
    if len(days) != len(shares) or len(days) > MOST_RUNGS:
        raise _wrong(choice.name, "reopen_days", N_("Each rung needs days and a share; at most "
                     "{most} rungs."), most=MOST_RUNGS)  # fmt: skip
    if list(days) != sorted(set(days)) or any(d < 1 for d in days):
        raise _wrong(choice.name, "reopen_days", N_("The days have to rise from rung to rung."))
    for share in shares:
        if not 0 <= share <= 1:
            raise _wrong(choice.name, "reopen_shares", N_("{value} is no share. Give 0 to 1."),
                         value=share)  # fmt: skip


def _wrong(name: str, entry: str, why: str, **values: Any) -> WrongChoice:
    return WrongChoice(choice=name, entry=Word(LABELS[entry]), why=Phrase(why, **values))


def policies_of(
    choice: Choice, found: Mapping[str, Parameter], here: Registered, *, today: int,
    first: Sequence[int] = (),
) -> tuple[Policy, ...]:  # fmt: skip
    """The policies of a choice on the run's axis; ``first``: compounds chosen to be closed."""
    made: list[Policy] = [
        Isolate(), Triage(),
        Beds(
            ward=round(found["ward"].value), intensive=round(found["intensive"].value),
            shelter=round(found["shelter"].value),
            transfer_days=round(found["transfer_wait"].value),
        ),
        _tracing(choice, found),
    ]  # fmt: skip
    if choice.quarantine:
        made.append(Quarantine(from_day=today))
    closing = closing_of(choice, today=today)
    if closing is not None:
        where: tuple[str, ...] = ()
        if choice.close == Closing.LISTED:
            where = here.where(choice.areas)
        elif choice.close == Closing.FIRST:
            where = tuple(f"compound:{here.city.compound.names[n]}" for n in first)
        made.append(replace(closing, where=where))
    for layer, share in (
        (Layer.SCHOOL, choice.school_share), (Layer.WORK, choice.work_share),
        (Layer.CITY, choice.city_share),
    ):  # fmt: skip
        if share < 1:
            made.append(Reduce(from_day=today + choice.contacts_from, layers={layer: share}))
    if choice.deliveries_a_day is not None:
        made.append(Deliver(households_a_day=choice.deliveries_a_day))
    if choice.rounds:
        made.append(
            Screen(
                from_day=max(today, today + choice.rounds_from), rounds=choice.rounds,
                samples_a_day=choice.samples_a_day, pool=POOL, coverage=found["coverage"].value,
                result_days=max(1, round(found["result_days"].value)),
            )
        )  # fmt: skip
    if choice.shelter_beds:
        start = max(today, today + choice.shelter_from)
        made.append(Beds(from_day=start, shelter=choice.shelter_beds))
    return tuple(made)


def closing_of(choice: Choice, *, today: int) -> CloseCompounds | None:
    """How gates are kept under a choice, wherever that is; None where none is."""
    if choice.close == Closing.NONE:
        return None
    rungs = zip(choice.reopen_days, choice.reopen_shares, strict=True)
    return CloseCompounds(
        from_day=max(0, today + choice.close_from),
        until_day=None if choice.close_until is None else today + choice.close_until,
        leakage=choice.leakage, reopen=tuple(Rung(days, share) for days, share in rungs),
    )  # fmt: skip


def _tracing(choice: Choice, found: Mapping[str, Parameter]) -> Trace:
    """Tracing as fast and as complete as the records say, or as the choice does.

    The share of cases who were known contacts stands for the share of contacts found; at home all
    are. Both are assumed to hold in every layer.
    """
    share = found["trace_share"].value if choice.trace_share is None else choice.trace_share
    delay = found["trace_delay"].value if choice.trace_delay is None else choice.trace_delay
    outside = [layer for layer in Layer if layer is not Layer.HOUSEHOLD]
    return Trace(
        found={Layer.HOUSEHOLD: 1.0, **dict.fromkeys(outside, share)},
        delay_days={Layer.HOUSEHOLD: 0, **dict.fromkeys(outside, min(14, round(delay)))},
        cases_a_day=max(1, round(found["cases_traced"].value)),
    )
