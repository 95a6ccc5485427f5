"""What does a draw of `calibrate` mean for persons? Every parameter of the fit, as agents have it.

- Stages have the same exponential lengths, drawn for each person. Who is not ill yet, or never
  seen, infects less: the seen by an average profile since their first infectious day.
- A contact rate becomes the share of contacts outside the home that go on, so that R is the same.
- Who is seen is kept apart on the day they come to care; the fit ends their infecting at that rate.
- A wait whose rate changes by day is a gamma wait by day of onset, with the same mean and spread.
- Nobody leaves the city: contacts, and who is announced, are lowered by day by who would have left.
- Those infected at the start were infected on the days before, so that the stages are as given.
- Whether a test finds a case is drawn for each; the others wait until signs count.

Households are not in the fit. Here contacts at home go on whatever is closed, so that R has a
floor; where the fit asks for less, contacts outside stop altogether and the period is told. And a
household is soon used up: later cases find fewer at home who can be infected than first ones do.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from linli.analysis.simulation.calibrate import simulate_natural
from linli.analysis.simulation.calibrate_kernel import WAIT_STEPS
from linli.analysis.simulation.city import City, mean_contacts
from linli.analysis.simulation.course import course_of
from linli.analysis.simulation.disease import (
    LAYERS,
    QUANTILES,
    Disease,
    Duration,
    Family,
    Layer,
    shipped,
)
from linli.analysis.simulation.epidemic_model import Model
from linli.analysis.simulation.observation import Observation, Period
from linli.analysis.simulation.policies import Isolate, Reduce
from linli.analysis.simulation.setting import Setting
from linli.analysis.simulation.start import REMEMBERED_DAYS, Known, Start
from linli.analysis.simulation.unseen import without_doubt

Floats = NDArray[np.float64]
FIRST_DAY = REMEMBERED_DAYS  # of the model, on the agents' axis
ROOMS = 1_000_000_000  # who comes to care is kept apart, as the fit has it
LONGEST_WAIT = 90  # days
SMOOTH = 0.02  # weight of an even course of infections before the first day; assumed
MOST_INFECTIOUS = 30  # days after which nothing of a case is left
MOST_GENERATION_DAYS = 40
STRENGTHS = 256  # that cases are told apart by, where it is only reckoned with
PARTS = 4  # of a day, in which waits go on
HALF_A_DAY = 0.5  # from a visit, taken at its day's start, to the report a day later
OUTSIDE = tuple(layer for layer in LAYERS if layer is not Layer.HOUSEHOLD)


@dataclass(frozen=True)
class Drawn:
    """One draw of a posterior."""

    contact: Floats  # (rates,)
    tested: float
    start: float
    slower: float
    slower_late: float

    @property
    def natural(self) -> Floats:
        """As `calibrate.simulate_natural` takes it, shape (1, parameters)."""
        others = [self.tested, self.start, self.slower, self.slower_late, 1.0]
        return np.array([[*self.contact, *others]])


@dataclass(frozen=True, eq=False)
class Agents:
    """A draw as the agent model takes it. Arrays: (days,).

    ``wanted``: how many one case is to infect, contacts and leaving of the day taken as lasting;
    ``outside`` and ``first_home``: of these outside the home, and how many a first case infects
    at home; ``staying``: who falls ill on a day and has not left, as a share.
    """

    setting: Setting
    wanted: Floats
    outside: Floats
    first_home: Floats
    staying: Floats

    def stays(self, onset: NDArray[np.int64]) -> Floats:
        """The chance that somebody who fell ill on a day of the model was still there."""
        return self.staying[np.clip(onset, 0, len(self.staying) - 1)]

    @property
    def at_floor(self) -> NDArray[np.bool_]:
        """On which days households alone infect more than the draw allows."""
        return self.outside <= 0


def as_agents(
    model: Model, city: City, drawn: Drawn, *, n_days: int, open_homes: Floats | None = None
) -> Agents:
    """The setting of one draw: the disease, who is seen and when, contacts by day, the start.

    ``open_homes``: of each period, the share of those who live with a case who can still be
    infected; 1 as for a first case. `calibrate_check.tuned` finds it.
    """
    waits = [wait_of(model, drawn, day) for day in range(n_days)]
    seen = Observation(
        periods=tuple(
            Period(from_day=0 if day == 0 else FIRST_DAY + day,
                   onset_to_visit=replace(w, mean_days=max(w.mean_days - HALF_A_DAY, 0.1)))
            for day, w in enumerate(waits)
        ),
        mild_seek=1.0, sensitivity=1.0, most_tests=1, result_days=1, others_per_100k=0.0,
    )  # fmt: skip
    disease = disease_of(model, city)
    infectious, ill = staying(model, drawn, n_days)
    wanted = lasting_r(model, drawn, n_days) * infectious
    homes = np.ones(len(model.periods)) if open_homes is None else open_homes
    open_by_day = homes[[model.period(day) for day in range(n_days)]]
    reach = _Reach(city, disease, model)
    held = [reach.of(w, h) for w, h in zip(waits, open_by_day, strict=True)]
    beta = max(h.rate_for(r) for h, r in zip(held, wanted, strict=True))
    shares = [h.share_for(r, beta) for h, r in zip(held, wanted, strict=True)]
    contacts = [
        Reduce(from_day=FIRST_DAY + day, until_day=FIRST_DAY + day + 1,
               layers=dict.fromkeys(OUTSIDE, share))
        for day, share in enumerate(shares)
    ]  # fmt: skip
    setting = Setting(
        city, disease, (Isolate(rooms=ROOMS), *contacts), seen, beta=beta, first=0,
        start=_start(model, drawn, city),
    )  # fmt: skip
    at_home = np.array([h.infected(beta, 0.0) for h in held])
    both = np.array([h.infected(beta, s) for h, s in zip(held, shares, strict=True)])
    return Agents(setting, wanted, both - at_home, at_home / open_by_day, ill)


def disease_of(model: Model, city: City) -> Disease:
    """The stages of the fit; ages and how unevenly people infect are those of the shipped disease.

    Those who fall ill are those who are seen; nobody falls severely ill, for beds are not asked.
    """
    base = shipped("covid-19-2020")
    years = np.bincount(city.age, minlength=111)[:111] / city.n_people
    decade = np.minimum(np.arange(111) // 10, 8)
    ill, open_to = np.array(base.symptomatic)[decade], np.array(base.susceptibility)[decade]
    scale = model.reported * (open_to @ years) / ((ill * open_to) @ years)
    nobody = (0.0,) * len(base.severe)
    return replace(
        base, name="calibrated", r0=1.0,
        latent=Duration(model.latent_days, family=Family.EXPONENTIAL),
        presymptomatic=Duration(model.presymptomatic_days, family=Family.EXPONENTIAL),
        infectious=Duration(float(MOST_INFECTIOUS), family=Family.FIXED),
        infectiousness=tuple(profile(model).tolist()),
        asymptomatic_infectiousness=model.unseen_infectiousness,
        symptomatic=tuple(min(1.0, s * scale) for s in base.symptomatic),
        severe=nobody, critical=nobody, death=nobody,
    )  # fmt: skip


def profile(model: Model) -> Floats:
    """How infectious a case is on average on each day since the first; the ill one counts 1."""
    day = np.arange(MOST_INFECTIOUS) + 0.5
    a, b = 1 / model.presymptomatic_days, 1 / model.ill_days
    before = np.exp(-a * day)
    ill = a * day * before if abs(a - b) < 1e-9 else a / (b - a) * (before - np.exp(-b * day))
    found: Floats = model.unseen_infectiousness * before + ill
    return found


def wait_of(model: Model, drawn: Drawn, onset: int) -> Duration:
    """From onset on a day to the report: mean and spread of the wait whose rate changes by day."""
    left = np.zeros(WAIT_STEPS)
    left[0] = 1.0
    arrived = np.zeros(LONGEST_WAIT)
    for k in range(LONGEST_WAIT):
        day = onset + k
        factor = drawn.slower_late if day >= model.late_from else drawn.slower
        on = 1 - np.exp(-WAIT_STEPS / (model.wait_days(day) * factor) / PARTS)
        for _ in range(PARTS):
            moved = on * left
            left -= moved
            left[1:] += moved[:-1]
            arrived[k] += moved[-1]
    at = np.arange(LONGEST_WAIT) + 0.5
    share = arrived / arrived.sum()
    mean = float(share @ at)
    return Duration(mean, max(float(np.sqrt(share @ (at - mean) ** 2)), 0.1), Family.GAMMA)


def lasting_r(model: Model, drawn: Drawn, n_days: int) -> Floats:
    """How many one case infects if contacts and waits of a day last and nobody leaves; (days,)."""
    wait = _waits(model, drawn, n_days)
    less = model.unseen_infectiousness
    lasts = model.reported / (1 / model.ill_days + 1 / wait)
    lasts += (1 - model.reported) * less * model.ill_days + less * model.presymptomatic_days
    found: Floats = drawn.contact[_rates(model, n_days)] * lasts
    return found


def staying(model: Model, drawn: Drawn, n_days: int) -> tuple[Floats, Floats]:
    """Of the infectious, and of those who fall ill on a day: the share who have not left.

    Both have shape (days,). The fit's infections go through its stages twice: with people leaving
    as they do, and with nobody leaving.
    """
    leaving = np.array([model.leaving[model.period(day)] for day in range(n_days)])
    with_, without = (_through(model, drawn, leave) for leave in (leaving, 0 * leaving))
    return with_[0] / without[0], with_[1] / without[1]


def _through(model: Model, drawn: Drawn, leaving: Floats) -> tuple[Floats, Floats]:
    """How infectious all are, and the seen who fall ill, by day, for the fit's infections."""
    n_days, dt = len(leaving), 1 / PARTS
    infections = simulate_natural(model, drawn.natural, n_days)[1][0]
    seen, less = model.reported, model.unseen_infectiousness
    scale = drawn.start / (seen * drawn.tested)
    latent, before, ill = (scale * n for n in model.early_onsets)
    ill, unseen = seen * ill, (1 - seen) * ill
    wait = _waits(model, drawn, n_days)
    infectious, onsets = np.zeros(n_days), np.zeros(n_days)
    for day in range(n_days):
        leave = dt * leaving[day]
        for _ in range(PARTS):
            moved, onset = dt / model.latent_days * latent, dt / model.presymptomatic_days * before
            infectious[day] += dt * (ill + less * (before + unseen))
            onsets[day] += seen * onset
            latent += dt * infections[day] - moved - leave * latent
            before += moved - onset - leave * before
            ill += seen * onset - dt * (1 / model.ill_days + 1 / wait[day]) * ill
            unseen += (1 - seen) * onset - (dt / model.ill_days + leave) * unseen
    return infectious, onsets


def _waits(model: Model, drawn: Drawn, n_days: int) -> Floats:
    factor = np.where(np.arange(n_days) >= model.late_from, drawn.slower_late, drawn.slower)
    return np.array([model.wait_days(day) for day in range(n_days)]) * factor


def _rates(model: Model, n_days: int) -> list[int]:
    return [model.shared[model.period(day)] for day in range(n_days)]


@dataclass(frozen=True)
class _Held:
    """How far a case reaches while reports take so long: infectious days of seen and unseen."""

    days: tuple[tuple[float, float], ...]  # share of cases, infectious days
    met: float  # contacts outside a day, weighed
    at_home: float
    weight_home: float
    strength: Floats
    open_to: float

    def infected(self, beta: float, share: float) -> float:
        """How many a first case infects."""
        n = 0.0
        for part, days in self.days:
            x = beta * days
            home = 1 - np.exp(-x * self.weight_home * self.strength)
            n += part * (share * self.met * x + self.at_home * float(home.mean()))
        return n * self.open_to

    def rate_for(self, r: float) -> float:
        """How much one contact infects for R to be this with all contacts going on."""
        low, high = 0.0, 10.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if self.infected(middle, 1.0) < r else (low, middle)
        return high

    def share_for(self, r: float, beta: float) -> float:
        """The share of contacts outside that goes on for R to be this; 0 where none is too many."""
        home = self.infected(beta, 0.0)
        return float(np.clip((r - home) / (self.infected(beta, 1.0) - home), 0.0, 1.0))


class _Reach:
    """What of a city and a disease decides how many one case infects."""

    def __init__(self, city: City, disease: Disease, model: Model) -> None:
        met = mean_contacts(city) * [disease.layers[layer] for layer in LAYERS]
        course = course_of(disease, Observation())
        years = np.bincount(city.age, minlength=111)[:111] / city.n_people
        self.met, self.at_home = float(met[1:].sum()), float(mean_contacts(city)[0])
        self.weight_home = disease.layers[Layer.HOUSEHOLD]
        self.strength = course.strength.astype(float).reshape(STRENGTHS, -1).mean(axis=1)
        self.open_to = float(course.susceptibility @ years)
        self.cumulative = disease.cumulative()
        self.model = model

    def of(self, wait: Duration, open_home: float) -> _Held:
        """The same while reports take so long."""
        model, dice = self.model, np.random.default_rng(0)
        onset = Duration(model.presymptomatic_days, family=Family.EXPONENTIAL).table()
        until = onset[dice.permutation(QUANTILES)] + wait.table()
        day = np.arange(len(self.cumulative))
        whole = float(np.interp(MOST_INFECTIOUS, day, self.cumulative))
        kept = float(np.interp(np.minimum(until, MOST_INFECTIOUS), day, self.cumulative).mean())
        less = model.unseen_infectiousness
        days = ((model.reported, kept), (1 - model.reported, less * whole))
        at_home = self.at_home * open_home
        return _Held(days, self.met, at_home, self.weight_home, self.strength, self.open_to)


def _start(model: Model, drawn: Drawn, city: City) -> Start:
    """Infections of the days before the first one, so that as many are in each stage as there were.

    Of the courses that bring that about, the smoothest with nothing below zero.
    """
    from scipy.optimize import nnls

    there = still_in(model, FIRST_DAY)
    wanted = np.array(model.early_onsets) / there.mean(axis=1)
    bend = SMOOTH * np.diff(np.eye(FIRST_DAY), n=2, axis=0)
    infections, _ = nnls(
        np.vstack([there / there.mean(axis=1)[:, None], bend]),
        np.concatenate([wanted, np.zeros(FIRST_DAY - 2)]),
    )
    infections *= city.n_people / model.people * drawn.start / (model.reported * drawn.tested)
    nobody: dict[str, NDArray] = {
        **{n: np.empty(0, np.int64) for n in
           ("person", "onset", "reported", "immune", "held", "held_until")},
        "fate": np.empty(0, np.uint8), "place": np.empty(0, np.uint8),
        "over": np.empty(0, bool), "to_trace": np.empty(0, bool), "held_away": np.empty(0, bool),
    }  # fmt: skip
    known = Known(today=FIRST_DAY, **nobody)
    return Start(known, without_doubt(infections, model.reported))


def still_in(model: Model, n_days: int) -> Floats:
    """Of those infected so many days before: the share latent, presymptomatic and ill.

    Shape (3, days), the day longest ago first.
    """
    steps = 20
    rates = np.array([1 / model.latent_days, 1 / model.presymptomatic_days, 1 / model.ill_days])
    on = 1 - np.exp(-rates / steps)
    there, found = np.array([1.0, 0.0, 0.0]), np.zeros((3, n_days))
    for day in range(n_days):
        for step in range(steps):
            if step == steps // 2:
                found[:, n_days - 1 - day] = there
            moved = on * there
            there = there - moved + np.array([0.0, moved[0], moved[1]])
    return found


def generation_of(model: Model) -> Floats:
    """How a case's infections are spread over the days since its own, none on the same day."""
    days = np.arange(MOST_GENERATION_DAYS)

    def then(course: Floats, stage: Floats) -> Floats:
        return np.convolve(course, stage)[:MOST_GENERATION_DAYS]

    latent = np.exp(-days / model.latent_days) / model.latent_days
    pre, ill = np.exp(-days / model.presymptomatic_days), np.exp(-days / model.ill_days)
    onset = then(latent, pre / model.presymptomatic_days)
    less = model.unseen_infectiousness
    seen = model.reported + (1 - model.reported) * less
    weight = less * then(latent, pre) + seen * then(onset, ill)
    weight[0] = 0.0
    found: Floats = weight / weight.sum()
    return found
