"""What do the city's own loops say of its speed? Each parameter with its source and its records.

A parameter that stands on too few records keeps the published or assumed default, and says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import numpy as np
from django.db.models import Sum
from django.db.models.functions import Coalesce
from numpy.typing import NDArray

from linli import clock
from linli.analysis.simulation.care import INTENSIVE, SHELTER, WARD
from linli.analysis.simulation.disease import Duration, Family
from linli.analysis.simulation.observation import Observation, Period
from linli.analysis.simulation.start import REMEMBERED_DAYS
from linli.analysis.simulation.unseen import USUAL_WAIT, wait_of
from linli.errors import N_
from linli.loops import counted
from linli.loops.cases.forms import CaseSource
from linli.loops.exposures.tables import Decision, Exposure
from linli.loops.laboratory.tables import LabResult
from linli.loops.screening.tables import Count as Screened
from linli.policy.roles import COMMUNITY_STAFF, DOOR_STAFF
from linli.registry.areas import under
from linli.registry.roster import Assignment, current
from linli.studies.simulation.records import BedCount, Moment, Standing, beds, rows_of

DAY_S = 86_400
WINDOW_DAYS = 14
LEAST_RECORDS = 20  # below this the default stays; assumed
FREE_BEDS = 1 / 6  # of all beds; assumed
MOST_RESPONSE = 0.05  # share of people; above it the registry lacks residents; assumed
LEAST_PEOPLE = 5  # response workers; fewer are no rate; assumed
MOST_DAYS = 60.0  # a longer wait is a mistake in the records
RESPONSE = COMMUNITY_STAFF | DOOR_STAFF


@dataclass(frozen=True)
class Parameter:
    """One number of a run: what it is, its value, where it comes from, and how many records."""

    name: str
    label: str
    value: float
    unit: str
    default: float
    n_records: int
    source: str  # of the records
    default_source: str
    from_records: bool
    spread: float | None = None  # standard deviation, of waits

    @property
    def said(self) -> str:
        """Where the value comes from."""
        return self.source if self.from_records else self.default_source


ASSUMED = N_("assumed")
FROM_WUHAN = N_("Wuhan, winter of 2020, as the model assumes")
NAMES: dict[str, tuple[str, str, float, str, str]] = {
    # name: what it is, unit, default, records, source of the default
    "report_wait": (
        N_("From onset to report"), N_("days"), USUAL_WAIT.mean_days,
        N_("confirmed cases with a day of onset"), FROM_WUHAN,
    ),
    "result_days": (
        N_("From sample to result"), N_("days"), 1.0, N_("results of the laboratory"), ASSUMED,
    ),
    "tests_a_day": (
        N_("Tests that can be taken"), N_("a day"), 1_000_000.0,
        N_("most results on one day"), N_("nobody has said how many"),
    ),
    "trace_delay": (
        N_("From report to naming a contact"), N_("days"), 1.0, N_("contacts named"), ASSUMED,
    ),
    "trace_share": (
        N_("Cases that were known contacts before"), N_("share"), 0.3,
        N_("confirmed cases and how they came to be known"), ASSUMED,
    ),
    "cases_traced": (
        N_("Cases whose contacts can be asked for"), N_("a day"), 1_000_000.0,
        N_("most investigations finished on one day"), N_("nobody has said how many"),
    ),
    "transfer_wait": (
        N_("From the need of a bed to the bed"), N_("days"), 0.0, N_("people admitted"), ASSUMED,
    ),
    "coverage": (
        N_("Reached by a round"), N_("share"), 0.95, N_("people expected by the rounds"), ASSUMED,
    ),
    "response": (
        N_("Workers who meet many residents"), N_("share of people"), 0.004,
        N_("people in posts of the response"), ASSUMED,
    ),
    # Defaults of beds are for one person; the people of the run multiply them.
    "ward": (
        N_("Beds in wards"), N_("beds"), 6.3e-3 * FREE_BEDS, N_("beds counted by wards"),
        N_("6.3 for 1,000 people (national statistics of 2019); a sixth of them free, assumed"),
    ),
    "intensive": (
        N_("Beds in intensive care"), N_("beds"), 3.6e-5, N_("beds counted by wards"),
        N_("3.6 for 100,000 people (China, doi:10.1097/CCM.0000000000004222)"),
    ),
    "shelter": (
        N_("Beds for the mildly ill"), N_("beds"), 0.0, N_("beds counted by wards"),
        N_("none until one is opened"),
    ),
}  # fmt: skip
BED_KINDS = {"ward": WARD, "intensive": INTENSIVE, "shelter": SHELTER}


def parameters(
    standing: Standing, moment: Moment, *, n_people: int, disease: str
) -> dict[str, Parameter]:
    """Every parameter that a record can tell of, by name."""
    seen = beds(moment)
    made = [
        _mean("report_wait", standing.waits),
        _mean("result_days", _result_waits(moment, disease)),
        _most("tests_a_day", _a_day(_results(moment, disease), "found_at")),
        _mean("trace_delay", _naming_waits(moment)),
        _share("trace_share", *_known_before(moment, disease)),
        _most("cases_traced", _a_day(_finished(moment), "closed_at")),
        _mean("transfer_wait", _bed_waits(moment)),
        _share("coverage", *_covered(moment)),
        _response(moment, n_people),
        *(
            _beds(name, seen[kind], int((standing.known.place == kind).sum()), n_people)
            for name, kind in BED_KINDS.items()
        ),
    ]
    return {one.name: one for one in made}


def observation_of(found: Mapping[str, Parameter], wait: Duration) -> Observation:
    """How cases come to be known, by what the records say; ``wait``: from onset to report.

    A report comes after a visit, tests that find nothing, and a result.
    """
    result_days = max(1, round(found["result_days"].value))
    seen = Observation(result_days=result_days)
    mean = wait.mean_days - result_days - seen.retest_wait.mean_days
    sd = max(0.0, wait.sd_days**2 - seen.retest_wait.sd_days**2) ** 0.5
    period = Period(
        onset_to_visit=Duration(max(0.5, mean), max(0.5, sd), Family.GAMMA),
        tests_a_day=max(1, round(found["tests_a_day"].value)),
    )
    return replace(seen, periods=(period,))


def wait_for(found: Mapping[str, Parameter], standing: Standing) -> Duration:
    """From onset to report: as in the records, made up for those whose wait is not over yet.

    Reports of today are left out: the day is not over.
    """
    if not found["report_wait"].from_records:
        return USUAL_WAIT
    waits, told = standing.waits, standing.reported_with_onset
    kept = (waits >= 0) & (waits <= MOST_DAYS) & (told < REMEMBERED_DAYS)
    if kept.sum() < LEAST_RECORDS:
        return USUAL_WAIT
    onset = told[kept] - waits[kept]
    return wait_of(waits[kept], REMEMBERED_DAYS - 1 - onset)


def _made(
    name: str, value: float | None, n: int, *, least: int, spread: float | None = None
) -> Parameter:
    label, unit, default, source, default_source = NAMES[name]
    told = value is not None and n >= least
    return Parameter(
        name, label, float(value) if told and value is not None else default, unit, default, n,
        source, default_source, told, spread if told else None,
    )  # fmt: skip


def _mean(name: str, days: NDArray[np.float64]) -> Parameter:
    days = days[(days >= 0) & (days <= MOST_DAYS)]
    value = float(days.mean()) if len(days) else None
    return _made(name, value, len(days), least=LEAST_RECORDS,
                 spread=float(days.std(ddof=1)) if len(days) > 1 else None)  # fmt: skip


def _most(name: str, by_day: Sequence[int]) -> Parameter:
    return _made(name, max(by_day, default=None), sum(by_day), least=LEAST_RECORDS)


def _share(name: str, part: int, whole: int) -> Parameter:
    return _made(name, part / whole if whole else None, whole, least=LEAST_RECORDS)


def _response(moment: Moment, n_people: int) -> Parameter:
    held = Assignment.objects.filter(
        current(moment.now), under(moment.path, "post__path"),
        post__role__in=[role.value for role in RESPONSE],
    )  # fmt: skip
    n = held.values("account_id").distinct().count()
    share = n / n_people
    return _made("response", share if share <= MOST_RESPONSE else None, n, least=LEAST_PEOPLE)


def _beds(name: str, seen: BedCount, ours: int, n_people: int) -> Parameter:
    """Beds for the people of the run: free ones, and those that they lie in already."""
    made = _made(name, max(0, seen.usable - seen.n_taken) + ours, seen.n_beds, least=1)
    default = float(round(made.default * n_people) + ours)
    return replace(made, default=default, value=made.value if made.from_records else default)


def _window(moment: Moment, column: str) -> dict[str, int]:
    return {f"{column}__gt": moment.now - WINDOW_DAYS * DAY_S, f"{column}__lte": moment.now}


def _results(moment: Moment, disease: str) -> Any:
    return LabResult.objects.filter(
        under(moment.path), **_window(moment, "found_at"), exercise=moment.exercise,
        disease=disease,
    )  # fmt: skip


def _finished(moment: Moment) -> Any:
    rows = counted.items(exercise=moment.exercise).filter(under(moment.path), loop="investigation")
    return rows.filter(**_window(moment, "closed_at"))


def _result_waits(moment: Moment, disease: str) -> NDArray[np.float64]:
    rows = _results(moment, disease).filter(sampled_at__isnull=False)
    return _apart(rows_of(rows, "sampled_at", "found_at"))


def _naming_waits(moment: Moment) -> NDArray[np.float64]:
    """From the report of a case until each of its contacts was accepted as one."""
    rows = Exposure.objects.filter(
        under(moment.path), **_window(moment, "decided_at"), decision=Decision.ACCEPTED,
        exercise=moment.exercise,
    )  # fmt: skip
    pairs = list(rows_of(rows, "source_id", "decided_at"))
    cases = counted.items(exercise=moment.exercise).filter(loop="case")
    asked = dict(cases.filter(id__in={s for s, _ in pairs}).values_list("id", "opened_at"))
    return _apart((asked[source], at) for source, at in pairs if source in asked)


def _known_before(moment: Moment, disease: str) -> tuple[int, int]:
    """Of the confirmed cases: how many were followed up as contacts when they fell ill."""
    rows = counted.items(exercise=moment.exercise).filter(
        under(moment.path), loop="case", kind=disease, item_class="confirmed",
        **_window(moment, "opened_at"),
    )  # fmt: skip
    sources = [data.get("source") for (data,) in rows_of(rows, "data")]
    return sum(s == CaseSource.CONTACT for s in sources), len(sources)


def _bed_waits(moment: Moment) -> NDArray[np.float64]:
    rows = counted.items(exercise=moment.exercise).filter(
        under(moment.path), loop="transfer", stage="admitted", **_window(moment, "closed_at")
    )
    return _apart(rows_of(rows, "opened_at", "closed_at"))


def _covered(moment: Moment) -> tuple[int, int]:
    """Of the people whom the rounds of the last days expected: how many were checked."""
    first = moment.today - timedelta(days=WINDOW_DAYS)
    rows = Screened.objects.filter(
        under(moment.path), day__gt=first, day__lte=moment.today, exercise=moment.exercise,
        n_expected__isnull=False,
    )  # fmt: skip
    sums = rows.aggregate(
        checked=Coalesce(Sum("n_checked"), 0), expected=Coalesce(Sum("n_expected"), 0)
    )
    return sums["checked"], sums["expected"]


def _apart(pairs: Any) -> NDArray[np.float64]:
    days = [(clock.seconds(b) - clock.seconds(a)) / DAY_S for a, b in pairs]
    return np.array(days, dtype=float)


def _a_day(rows: Any, column: str) -> list[int]:
    by_day: dict[Any, int] = {}
    for (at,) in rows_of(rows, column):
        day = clock.day(at)
        by_day[day] = by_day.get(day, 0) + 1
    return list(by_day.values())
