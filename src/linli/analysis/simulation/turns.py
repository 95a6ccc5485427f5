"""On which days does a choice turn? What begins and ends under it, in words, for its curves.

What holds from the first day on is no turn: nothing is otherwise on the day before.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from linli.analysis.simulation.policies import (
    Beds,
    CloseCompounds,
    Deliver,
    Isolate,
    Policy,
    Quarantine,
    Reduce,
    Screen,
    Trace,
    Triage,
    Vaccinate,
)  # fmt: skip
from linli.analysis.simulation.setting import Setting
from linli.errors import N_, Phrase, Word

LAYER_WORDS = {
    "household": N_("at home"),
    "compound": N_("in the compound"),
    "community": N_("in the community"),
    "work": N_("at work"),
    "school": N_("at school"),
    "city": N_("elsewhere in the city"),
    "response": N_("with riders and volunteers"),
}
ENDS: dict[type[Policy], str] = {
    CloseCompounds: N_("gates are open again"),
    Reduce: N_("contacts {where} are free again"),
    Isolate: N_("who is reported is no longer kept apart"),
    Quarantine: N_("households of cases no longer stay at home"),
    Trace: N_("contacts are no longer traced"),
    Screen: N_("rounds of tests are over"),
    Beds: N_("{n} beds are closed"),
    Triage: N_("beds go by turn, no longer to the worst first"),
    Vaccinate: N_("vaccination ends"),
    Deliver: N_("deliveries end"),
}


@dataclass(frozen=True)
class Turn:
    """A day on which some choices do something else than on the day before."""

    day: int  # on the run's axis
    words: Phrase
    choices: tuple[str, ...]  # by name, in order

    @property
    def plain(self) -> dict[str, object]:
        """As it is kept: a template and its values, told later in the reader's language."""
        values = {k: _plain(v) for k, v in self.words.values.items()}
        return {"day": self.day, "sentence": self.words.template, "values": values,
                "choices": list(self.choices)}  # fmt: skip


def turns_of(settings: Mapping[str, Setting], *, n_days: int) -> list[Turn]:
    """The turns of all choices up to a day, the oldest first.

    What several choices do on one day is one turn of these choices.
    """
    found: dict[tuple[int, str], tuple[Phrase, list[str]]] = {}
    for name, setting in settings.items():
        for policy in setting.policies:
            for day, words in _of(policy, setting):
                if not 0 < day < n_days:
                    continue
                _, by = found.setdefault((day, words.tell()), (words, []))
                if name not in by:
                    by.append(name)
    ordered = sorted(found.items(), key=lambda one: one[0][0])
    return [Turn(day, words, tuple(by)) for (day, _), (words, by) in ordered]


def _of(policy: Policy, setting: Setting) -> Iterator[tuple[int, Phrase]]:
    """What begins and ends under one policy, and when."""
    begins = _begins(policy)
    if policy.when is not None:
        begins = Phrase(
            N_("{what}, once there are {n} reports in {days} days"), what=begins,
            n=policy.when.reports, days=policy.when.days,
        )  # fmt: skip
    if policy.where:
        begins = Phrase(N_("{what} (areas: {n})"), what=begins, n=len(policy.where))
    yield policy.from_day, begins
    last = policy.until_day
    if isinstance(policy, CloseCompounds):
        for rung in policy.reopen:
            day = policy.from_day + rung.quiet_days - 1
            if policy.from_day > 0 and (last is None or day < last):
                yield (
                    day,
                    Phrase(
                        N_("the first quiet compounds may have {share} % of contacts outside"),
                        share=_percent(rung.share),
                    ),
                )
    if isinstance(policy, Screen) and policy.when is None:
        over = _rounds_over(policy, setting)
        last = over if last is None or (over is not None and over < last) else last
    if last is not None:
        yield last, Phrase(ENDS[type(policy)], **_values(policy))


def _begins(policy: Policy) -> Phrase:
    values = _values(policy)
    match policy:
        case CloseCompounds():
            return Phrase(N_("gates are kept; {share} % of contacts outside go on"),
                          share=_percent(policy.leakage))  # fmt: skip
        case Reduce():
            return Phrase(N_("contacts {where} fall to {share} %"), **values,
                          share=_shares(policy))  # fmt: skip
        case Isolate():
            return Phrase(N_("who is reported is kept apart"))
        case Quarantine():
            return Phrase(N_("households of cases stay at home"))
        case Trace():
            return Phrase(N_("contacts are traced"))
        case Screen():
            return Phrase(N_("everybody is tested, {n} rounds"), n=policy.rounds)
        case Beds():
            return Phrase(N_("{n} beds are opened"), **values)
        case Triage():
            return Phrase(N_("beds go to the worst first"))
        case Vaccinate():
            return Phrase(N_("{n} people a day are vaccinated"), n=policy.doses_a_day)
        case Deliver():
            return Phrase(N_("{n} households a day are supplied"), n=policy.households_a_day)
        case _:
            return Phrase(N_("{kind} begins"), kind=policy.kind)


def _values(policy: Policy) -> dict[str, object]:
    if isinstance(policy, Beds):
        return {"n": policy.ward + policy.intensive + policy.shelter}
    if isinstance(policy, Reduce):
        return {"where": tuple(Word(LAYER_WORDS[layer]) for layer in policy.layers)}
    return {}


def _shares(policy: Reduce) -> str:
    return " / ".join(_percent(share) for share in policy.layers.values())


def _percent(share: float) -> str:
    return f"{100 * share:g}"


def _rounds_over(policy: Screen, setting: Setting) -> int | None:
    """The day after the last round, if the samples go on as they begin; None: never."""
    where = setting.city.compounds_of(policy.where)
    starts = setting.city.compound.start
    people = int((starts[1:] - starts[:-1])[where].sum())
    a_day = min(policy.samples_a_day * policy.pool, people)
    return policy.from_day + -(-people * policy.rounds // a_day) if a_day else None


def _plain(value: object) -> object:
    if isinstance(value, Phrase):
        return {"sentence": value.template,
                "values": {k: _plain(v) for k, v in value.values.items()}}  # fmt: skip
    if isinstance(value, Word):
        return {"word": str(value)}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value


def phrase_of(kept: Mapping[str, object]) -> Phrase:
    """The words of a turn that was kept."""
    values = kept["values"]
    assert isinstance(values, dict)
    return Phrase(str(kept["sentence"]), **{k: _told(v) for k, v in values.items()})


def _told(kept: object) -> object:
    if isinstance(kept, dict):
        return Word(kept["word"]) if "word" in kept else phrase_of(kept)
    if isinstance(kept, Sequence) and not isinstance(kept, str):
        return tuple(_told(one) for one in kept)
    return kept
