"""How does it stand today, by the records? Cases, contacts and beds, as a run can begin with them.

Counts and ids only: who somebody is is not asked. Only confirmed cases begin a run; a suspected one
waits for its test like everybody who comes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.db.models import Q
from numpy.typing import NDArray

from linli import clock
from linli.analysis.simulation.care import INTENSIVE, ROOM, SHELTER, WARD
from linli.analysis.simulation.start import REMEMBERED_DAYS, Known
from linli.analysis.simulation.state import Fate
from linli.loops import counted
from linli.loops.beds.tables import Bed, BedState
from linli.loops.cases.forms import End
from linli.loops.loop import State
from linli.loops.needs import Need
from linli.registry.areas import under
from linli.registry.sites import Site, SiteKind
from linli.registry.wards import BedCategory, BedSeverity, Ward
from linli.studies.simulation.city import Registered

DAY_S = 86_400
FATES = {"severe": Fate.SEVERE, "critical": Fate.CRITICAL}  # a case's severity; any other is mild
OVER = (End.RECOVERED, End.DIED)
SICK = (BedCategory.CONFIRMED, BedCategory.SUSPECTED)


@dataclass(frozen=True)
class Moment:
    """When, and of which rows: the city's or an exercise's."""

    now: int  # UTC seconds
    exercise: bool
    path: str  # of the area that is simulated

    @property
    def today(self) -> date:
        """The day of the moment in the city."""
        return clock.day(clock.moment(self.now))

    @property
    def first_day(self) -> date:
        """The first day that is remembered."""
        return self.today - timedelta(days=REMEMBERED_DAYS)

    def day_of(self, on: date) -> int:
        """A day on the run's axis; before the first remembered one it is negative."""
        return (on - self.first_day).days


@dataclass(frozen=True, eq=False)
class Standing:
    """What the records hold of today: the start, and what the start could not use."""

    known: Known
    waits: NDArray[np.float64]  # days from onset to report, of the cases that have both
    reported_with_onset: NDArray[np.int64]  # day of report of the same
    n_confirmed: int
    n_open: int
    n_without_onset: int
    n_suspected: int
    n_elsewhere: int  # confirmed, and not found among the people who live here
    n_contacts: int

    def without_backlog(self, backlog: NDArray[np.bool_]) -> "Standing":
        """The same with waits of such cases only as were not reported from a backlog."""
        if not backlog.any():
            return self
        late = backlog[np.clip(self.reported_with_onset, 0, len(backlog) - 1)]
        told = self.reported_with_onset[~late]
        return replace(self, waits=self.waits[~late], reported_with_onset=told)


@dataclass(frozen=True)
class BedCount:
    """Beds of one kind for those who have the disease: set up, not to be given, and taken."""

    n_beds: int
    n_blocked: int
    n_taken: int

    @property
    def usable(self) -> int:
        """Beds that are there for the ill."""
        return max(0, self.n_beds - self.n_blocked)


def standing(here: Registered, moment: Moment, *, disease: str) -> Standing:
    """How it stands: every case and contact of a disease in the area, and where they are."""
    rows = _items("case", moment, disease).values_list(
        "id", "subject_id", "item_class", "state", "outcome", "opened_at", "data"
    )
    listed = [_Case.of(row, moment) for row in rows.iterator(chunk_size=20_000)]
    confirmed = [c for c in listed if c.confirmed]
    at = here.find(np.array([c.person_id for c in confirmed], dtype=np.int64))
    cases = [(c, int(k)) for c, k in zip(confirmed, at, strict=True) if k >= 0]
    cases = list({k: (c, k) for c, k in sorted(cases, key=lambda one: one[0].reported)}.values())
    wait = [c.reported - c.onset for c, _ in cases if c.onset is not None]
    usual = round(float(np.mean(wait))) if wait else 0
    recent = [
        (c, k) for c, k in cases
        if c.open or (c.onset if c.onset is not None else c.reported - usual) >= 0
    ]  # fmt: skip
    old = [k for c, k in cases if (c, k) not in set(recent)]
    waits = [c.reported - c.onset for c, _ in recent if c.onset is not None]
    told = np.array([c.reported for c, _ in recent if c.onset is not None], dtype=np.int64)
    known = _known(recent, old, usual, here, moment, disease)
    return Standing(
        known, np.array(waits, dtype=float), told, len(confirmed),
        sum(c.open for c in confirmed), sum(c.onset is None for c, _ in cases),
        sum(c.suspected and c.open for c in listed), int((at < 0).sum()), len(known.held),
    )  # fmt: skip


@dataclass(frozen=True)
class _Case:
    """A case, as far as a run needs it; days are the run's."""

    id: int
    person_id: int
    confirmed: bool
    suspected: bool
    open: bool
    reported: int
    onset: int | None
    fate: int

    @classmethod
    def of(cls, row: tuple[Any, ...], moment: Moment) -> "_Case":
        id_, person, item_class, state, outcome, opened_at, data = row
        onset = data.get("onset_on")
        is_open = state != State.CLOSED
        reported = moment.day_of(clock.day(opened_at))
        began = moment.day_of(date.fromisoformat(onset)) if onset else None
        return cls(
            id_, person or data.get("person_id", 0),
            item_class == "confirmed" and (is_open or outcome in OVER), item_class == "suspected",
            is_open, reported, began if began is None or began <= reported else reported,
            int(FATES.get(data.get("severity", ""), Fate.MILD)),
        )  # fmt: skip


def _known(
    recent: list[tuple[_Case, int]], old: list[int], usual: int, here: Registered, moment: Moment,
    disease: str,
) -> Known:  # fmt: skip
    today = REMEMBERED_DAYS
    place = _places({c.person_id for c, _ in recent if c.open}, moment)
    untraced = set(
        _items("investigation", moment, disease, any_kind=True)
        .exclude(state=State.CLOSED)
        .values_list("parent_id", flat=True)
    )

    def column(values: Iterable[Any], kind: type) -> NDArray[Any]:
        return np.array(list(values), dtype=kind)

    person = column((k for _, k in recent), np.int64)
    held, until, away = _contacts(here, moment, disease, set(person.tolist()))
    return Known(
        today=today, person=person,
        onset=column((_onset(c, usual) for c, _ in recent), np.int64),
        reported=column((min(c.reported, today) for c, _ in recent), np.int64),
        fate=column((c.fate for c, _ in recent), np.uint8),
        place=column((place.get(c.person_id, 0) for c, _ in recent), np.uint8),
        over=column((not c.open for c, _ in recent), np.bool_),
        to_trace=column((c.open and c.id in untraced for c, _ in recent), np.bool_),
        immune=np.setdiff1d(column(old, np.int64), person), held=held, held_until=until,
        held_away=away,
    )  # fmt: skip


def _onset(case: _Case, usual: int) -> int:
    """The day of onset; where nobody noted it, the usual wait before the report."""
    return case.onset if case.onset is not None else case.reported - usual


def _contacts(
    here: Registered, moment: Moment, disease: str, ill: set[int]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Who is kept as a contact, until which day, and whether in a place of observation."""
    rows = _items("contact", moment, disease).exclude(state=State.CLOSED)
    kept = [
        (subject, moment.day_of(date.fromisoformat(data["until"])) + 1)
        for subject, data in rows.values_list("subject_id", "data").iterator(chunk_size=20_000)
        if subject and data.get("until") and data.get("quarantine")
    ]
    at = here.find(np.array([s for s, _ in kept], dtype=np.int64))
    until = {int(k): day for k, (_, day) in zip(at, kept, strict=True) if k >= 0 and k not in ill}
    rooms = _places({s for s, _ in kept}, moment)
    away = {int(k) for k, (s, _) in zip(at, kept, strict=True) if rooms.get(s)}
    people = sorted(until)
    return (
        np.array(people, dtype=np.int64),
        np.array([until[p] for p in people], dtype=np.int64),
        np.array([p in away for p in people], dtype=bool),
    )


def _places(person_ids: set[int], moment: Moment) -> dict[int, int]:
    """In what kind of place each of these people is: a bed by its ward, else a room elsewhere."""
    found: dict[int, int] = {}
    rooms = counted.items(exercise=moment.exercise).filter(loop="placement", stage="arrived")
    for person_id, need, data in rows_of(rooms, "subject_id", "item_class", "data"):
        if person_id in person_ids and not data.get("at_home"):
            found[person_id] = WARD if need in (Need.TREATMENT, Need.WARD) else ROOM
    taken = Bed.objects.filter(state=BedState.OCCUPIED, exercise=moment.exercise)
    kinds = {ward.id: kind_of(ward, site) for ward, site in _wards("")}
    for person_id, ward_id in rows_of(taken, "person_id", "ward_id"):
        if person_id in person_ids:
            found[person_id] = kinds.get(ward_id) or ROOM
    return found


def rows_of(rows: Any, *columns: str) -> Any:
    """Plain values, read by and by."""
    return rows.values_list(*columns).iterator(chunk_size=20_000)


def beds(moment: Moment) -> dict[int, BedCount]:
    """Beds for the ill by kind, at the sites of the area."""
    taken: dict[int, int] = {}
    rows = Bed.objects.filter(exercise=moment.exercise).exclude(state=BedState.FREE)
    for (ward_id,) in rows_of(rows, "ward_id"):
        taken[ward_id] = taken.get(ward_id, 0) + 1
    sums = {kind: [0, 0, 0] for kind in (WARD, INTENSIVE, SHELTER)}
    for ward, site in _wards(moment.path):
        kind = kind_of(ward, site)
        if kind in sums:
            for n, value in enumerate((ward.n_beds, ward.n_blocked, taken.get(ward.id, 0))):
                sums[kind][n] += value
    return {kind: BedCount(*counts) for kind, counts in sums.items()}


def kind_of(ward: Ward, site_kind: str) -> int:
    """What a ward is to the simulation: intensive care, a ward, a shelter, a room, or nothing."""
    if ward.category not in SICK:
        return ROOM if ward.category in (BedCategory.CONTACT, BedCategory.FEVER) else 0
    if ward.icu or ward.severity == BedSeverity.CRITICAL:
        return INTENSIVE
    if site_kind == SiteKind.SHELTER_HOSPITAL or ward.severity in (
        BedSeverity.NONE,
        BedSeverity.MILD,
    ):
        return SHELTER
    return WARD


def _wards(path: str) -> list[tuple[Ward, str]]:
    kinds = dict(Site.objects.filter(wards__isnull=False).values_list("id", "kind"))
    return [(ward, kinds.get(ward.site_id, "")) for ward in Ward.objects.filter(under(path))]


def _items(loop: str, moment: Moment, disease: str, *, any_kind: bool = False) -> Any:
    rows = counted.items(exercise=moment.exercise).filter(Q(loop=loop), under(moment.path))
    return rows if any_kind else rows.filter(kind=disease)
