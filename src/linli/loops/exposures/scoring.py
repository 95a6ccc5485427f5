"""How strongly does each meeting speak for a contact? Visits as columns for the tracing score."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from linli.analysis.tracing.score import People, candidates
from linli.analysis.tracing.visits import AIRS, KINDS, OVERLAPS, UNKNOWN, Meetings, meetings
from linli.analysis.tracing.visits import Visits as Columns
from linli.loops.visits.tables import Certainty, Precision

PRECISION_S = {Precision.MINUTE: 60.0, Precision.HOUR: 3600.0, Precision.DAY: 86_400.0}
HOW_SURE = {Certainty.SURE: 1.0, Certainty.LIKELY: 0.8, Certainty.DOUBTFUL: 0.4}  # assumed
CITY_OFFSET_S = 8 * 3600  # the city's midnights, for arithmetic by the day


@dataclass(frozen=True)
class Stay:
    """One stay, as the score needs it."""

    person_id: int
    place: str
    kind: str
    from_at: int
    until_at: int
    precision: str
    certainty: str
    air: str = ""
    carriage: int | None = None
    row: int | None = None
    name: str = ""


@dataclass(frozen=True)
class Known:
    """What is known of a person: household, area, and the day of onset if there is one."""

    household_id: int | None = None
    area_id: int | None = None
    onset_day: int | None = None  # days since 1970 in the city


@dataclass(frozen=True)
class Scored:
    """One person met: how likely a person would call it a contact, and what that rests on."""

    person_id: int
    score: float
    evidence: dict[str, Any]
    last_met_at: int


def score(source_id: int, stays: Sequence[Stay], known: Mapping[int, Known]) -> list[Scored]:
    """Everybody who shared a place with the source, the likeliest first, with the factors."""
    ids = [source_id, *sorted({s.person_id for s in stays} - {source_id})]
    number = {person_id: n for n, person_id in enumerate(ids)}
    columns = _columns(stays, number)
    met = _of_the_source(meetings(columns))
    if not len(met):
        return []
    found = candidates(columns, _people(ids, known), met=met)
    last = _last_met(met, stays)
    chances = found.probability
    return [
        Scored(
            ids[int(found.second[i])],
            round(float(chances[i]), 4),
            {
                "way": "met",
                **_meeting(met, int(found.meeting[i]), stays),
                "n_places": int(found.n_places[i]),
                "factors": [
                    {"name": f.name, "seen": f.seen, "log_odds": round(f.log_odds, 3)}
                    for f in found.factors(i)
                    if f.seen or f.log_odds
                ],
            },
            last[int(found.second[i])],
        )
        for i in range(len(found))
    ]


def _columns(stays: Sequence[Stay], number: Mapping[int, int]) -> Columns:
    places: dict[str, int] = {}
    return Columns(
        person=np.array([number[s.person_id] for s in stays], dtype=np.int64),
        place=np.array([places.setdefault(s.place, len(places)) for s in stays], dtype=np.int64),
        kind=np.array([_position(KINDS, s.kind) for s in stays], dtype=np.int64),
        start_s=np.array([s.from_at + CITY_OFFSET_S for s in stays], dtype=float),
        end_s=np.array([s.until_at + CITY_OFFSET_S for s in stays], dtype=float),
        precision_s=np.array([PRECISION_S[Precision(s.precision)] for s in stays]),
        certainty=np.array([HOW_SURE[Certainty(s.certainty)] for s in stays]),
        air=np.array([_position(AIRS, s.air) for s in stays], dtype=np.int64),
        carriage=np.array([UNKNOWN if s.carriage is None else s.carriage for s in stays]),
        row=np.array([UNKNOWN if s.row is None else s.row for s in stays]),
    )


def _position(known: Sequence[Any], code: str) -> int:
    return list(known).index(code) if code in list(known) else UNKNOWN


def _of_the_source(met: Meetings) -> Meetings:
    """The meetings of person 0 alone; the others met each other, too, but nobody asks that here."""
    mine = met.first == 0
    return Meetings(**{field.name: getattr(met, field.name)[mine] for field in fields(met)})


def _people(ids: Sequence[int], known: Mapping[int, Known]) -> People:
    facts = [known.get(person_id, Known()) for person_id in ids]
    onset = np.array([np.nan if f.onset_day is None else f.onset_day for f in facts], dtype=float)
    return People(
        onset_from=onset,
        onset_to=onset,
        household=np.array([_or_unknown(f.household_id) for f in facts], dtype=np.int64),
        workplace=np.full(len(ids), UNKNOWN, dtype=np.int64),
        area=np.array([_or_unknown(f.area_id) for f in facts], dtype=np.int64),
    )


def _or_unknown(value: int | None) -> int:
    return UNKNOWN if value is None else value


def _last_met(met: Meetings, stays: Sequence[Stay]) -> dict[int, int]:
    """When each was last together with the source, as far as the two stays say."""
    last: dict[int, int] = {}
    for second, one, other in zip(met.second, met.one, met.other, strict=True):
        until = min(stays[one].until_at, stays[other].until_at)
        last[int(second)] = max(last.get(int(second), 0), until)
    return last


def _meeting(met: Meetings, row: int, stays: Sequence[Stay]) -> dict[str, Any]:
    """The meeting that counts most, as it is shown: where, when, how long and how surely."""
    one, other = stays[int(met.one[row])], stays[int(met.other[row])]
    return {
        "place": one.name or one.place,
        "kind": one.kind,
        "from_at": max(one.from_at, other.from_at),
        "until_at": min(one.until_at, other.until_at),
        "overlap": str(OVERLAPS[int(met.overlap[row])]),
        "hours": round(float(np.nan_to_num(met.possible_h[row])), 2),
    }
