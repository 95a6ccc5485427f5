"""Who may have infected whom, from a file of visits and one of people?"""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from linli.analysis.dates.typed import Note, TypedDays, parse_onset
from linli.analysis.tracing import score
from linli.analysis.tracing.visits import AIRS, KINDS, UNKNOWN, Air, Meetings, PlaceKind, Visits
from linli.analysis.tracing.visits import meetings as all_meetings
from linli.analysis.tracing.weights import BELIEVED, CHINA_2020, FACTORS, TERMS, Weights
from linli.analysis.tracing.words import SAID
from linli.errors import N_, BadInput
from linli.studies import tables
from linli.studies.pictures import split_bars

VISIT_COLUMNS = ("person", "place", "kind", "from")
VISIT_ALSO = ("to", "air", "certainty", "source", "carriage", "row")
PERSON_COLUMNS = ("person",)
PERSON_ALSO = ("onset", "onset_to", "household", "workplace", "area")
Watch = Callable[[int, int], None]
STAGES = 4  # of the work, for who watches: visits, people, meetings, scores
IN_PICTURE = 15
ABOUT_DAYS = 2  # on either side of a day that somebody gives as about; assumed


@dataclass(frozen=True)
class Traced:
    """The ranked pairs, and the words by which the files call people and places."""

    people: list[str]
    places: list[str]
    visits: Visits
    met: Meetings
    ranked: score.Candidates
    sources: list[str]

    def rows(self) -> Iterator[dict[str, Any]]:
        """One pair a row, the likeliest first, with all that its score is made of."""
        for n in range(len(self.ranked)):
            meeting = self.ranked.meeting[n]
            one, other = self.met.one[meeting], self.met.other[meeting]
            yield {
                "first": self.people[self.ranked.first[n]],
                "second": self.people[self.ranked.second[n]],
                "score": round(float(self.ranked.score[n]), 3),
                "probability": round(float(self.ranked.probability[n]), 4),
                "first_infected_second": round(float(self.ranked.first_to_second[n]), 3),
                "place": self.places[self.visits.place[one]],
                "kind": KINDS[self.visits.kind[one]].value,
                "from": tables.shown_day(self.met.from_day[meeting]),
                "to": tables.shown_day(self.met.to_day[meeting]),
                "places": int(self.ranked.n_places[n]),
                "sources": [s for s in (self.sources[one], self.sources[other]) if s],
                "factors": [
                    {"factor": f.name, "seen": f.seen, "log_odds": round(f.log_odds, 3)}
                    for f in self.ranked.factors(n)
                    if f.seen or f.log_odds
                ],
            }

    def picture(self, title: str, x_label: str, say: Callable[[str], str] = str) -> str:
        """The likeliest pairs as bars, split into their factors, said as ``say`` translates."""
        some = [
            (f"{row['first']} · {row['second']}", self._split(n))
            for n, row in zip(range(IN_PICTURE), self.rows(), strict=False)
        ]
        return split_bars(title, some, [say(SAID[name]) for name in FACTORS], x_label=x_label)

    def _split(self, pair: int) -> list[float]:
        return [factor.log_odds for factor in self.ranked.factors(pair)]


def trace(
    visits: Path,
    people: Path | None = None,
    *,
    weights: Weights = CHINA_2020,
    written_on: date | None = None,
    watch: Watch | None = None,
) -> Traced:
    """Read the files and rank the pairs; see `analysis.tracing.score` for what is ranked how.

    ``written_on``: the day on which onsets were written down; with it, onsets may stand as people
    type them (1.23, 初五, yesterday), and without it only as 2020-01-23.
    """
    watched = watch or _unwatched
    visited = tables.read(visits, wanted=VISIT_COLUMNS, also=VISIT_ALSO)
    watched(1, STAGES)
    known = None if people is None else tables.read(
        people, wanted=PERSON_COLUMNS, also=PERSON_ALSO
    )  # fmt: skip
    own = [] if known is None else known.filled("person")
    names, (person, listed) = tables.numbered(visited.filled("person"), own)
    places, (place,) = tables.numbered(visited.filled("place"))
    table = _visits(visited, person, place)
    watched(2, STAGES)
    met = all_meetings(table)
    watched(3, STAGES)
    who = _people(known, listed, len(names), written_on)
    ranked = score.candidates(table, who, weights=weights, met=met)
    watched(4, STAGES)
    return Traced(names, places, table, met, ranked, visited.cells["source"])


def read_weights(path: Path) -> Weights:
    """Weights of one's own: a file of ``term`` and ``log_odds``; terms left out stay as shipped."""
    columns = tables.read(path, wanted=("term", "log_odds"))
    values = CHINA_2020.values.copy()
    worth = columns.read("log_odds", tables.number, empty=0.0)
    for row, term, value in zip(columns.row, columns.filled("term"), worth, strict=True):
        if term not in TERMS:
            raise BadInput(
                N_("{file}, row {row}: there is no term {term}. `linli trace --terms` lists them."),
                file=path.name,
                row=row,
                term=term,
            )
        values[TERMS.index(term)] = value
    return Weights(values, path.name)


def terms() -> list[dict[str, Any]]:
    """Every term of a score: what it is worth, what was believed before, and why."""
    return [
        {"term": t.name, "log_odds": t.learnt, "believed": t.before, "source": t.why}
        for t in BELIEVED
    ]


def write(traced: Traced, path: Path) -> None:
    """The ranked pairs as CSV, a column a factor."""
    fixed = ("first", "second", "score", "probability", "first_infected_second", "place", "kind",
             "from", "to", "places")  # fmt: skip
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow([*fixed, *FACTORS])
        for row in traced.rows():
            worth = {f["factor"]: f["log_odds"] for f in row["factors"]}
            out.writerow(
                [
                    *(tables.neutral(row[name]) for name in fixed),
                    *(worth.get(f, 0) for f in FACTORS),
                ]
            )


def _unwatched(done: int, total: int) -> None:
    """Nobody looks on."""


def _visits(columns: tables.Columns, person: np.ndarray, place: np.ndarray) -> Visits:
    """A table of visits; where a stay has no end it is over when its last day is."""
    missing = (np.nan, 0)
    starts = columns.read("from", tables.moment, empty=missing)
    ends = columns.read("to", tables.moment, empty=missing)
    precision = np.array([max(s[1], e[1]) or 86_400 for s, e in zip(starts, ends, strict=True)])
    start, end = np.array([s[0] for s in starts]), np.array([e[0] for e in ends])
    backwards = np.flatnonzero(end + precision <= start)
    if len(backwards):
        raise BadInput(
            N_("{file}, row {row}: the visit ends before it starts. Mend from or to."),
            file=columns.file,
            row=columns.row[backwards[0]],
        )
    return Visits(
        person=person,
        place=place,
        kind=np.array(columns.read("kind", _kind, empty=KINDS.index(PlaceKind.OTHER))),
        start_s=start,
        end_s=end,
        precision_s=precision.astype(float),
        certainty=np.array(columns.read("certainty", _certainty, empty=1.0)),
        air=np.array(columns.read("air", _air, empty=UNKNOWN)),
        carriage=np.array(columns.read("carriage", tables.count, empty=UNKNOWN)),
        row=np.array(columns.read("row", tables.count, empty=UNKNOWN)),
    )


def _people(
    columns: tables.Columns | None, listed: np.ndarray, n: int, written_on: date | None
) -> score.People:
    """What is known of everybody; of those in no file of people, nothing."""
    onset_from, onset_to = np.full(n, np.nan), np.full(n, np.nan)
    ties = {name: np.full(n, UNKNOWN) for name in ("household", "workplace", "area")}
    if columns is not None:
        _once_each(columns, listed)
        missing = (np.nan, np.nan)
        onsets = columns.read("onset", lambda text: _onset(text, written_on), empty=missing)
        later = columns.read("onset_to", tables.day, empty=np.nan)
        onset_from[listed] = [first for first, _ in onsets]
        onset_to[listed] = [
            last if np.isnan(to) else to for (_, last), to in zip(onsets, later, strict=True)
        ]
        for name, tie in ties.items():
            tie[listed] = tables.numbered(columns.cells[name])[1][0]
    return score.People(onset_from, onset_to, **ties)


def _once_each(columns: tables.Columns, listed: np.ndarray) -> None:
    _, first = np.unique(listed, return_index=True)
    again = np.setdiff1d(np.arange(len(listed)), first)
    if len(again):
        raise BadInput(
            N_("{file}, row {row}: this person stands there twice. Keep one row a person."),
            file=columns.file,
            row=columns.row[again[0]],
        )


def _onset(text: str, written_on: date | None) -> tuple[float, float]:
    if written_on is None:
        found = tables.day(text)
        return found, found
    days: TypedDays = parse_onset(text, written_on=written_on)
    blur = ABOUT_DAYS if Note.ABOUT in days.notes else 0
    last = min(days.latest + timedelta(days=blur), written_on)
    return (
        tables.day((days.earliest - timedelta(days=blur)).isoformat()),
        tables.day(last.isoformat()),
    )


def _kind(text: str) -> int:
    return _one_of(text, KINDS)


def _air(text: str) -> int:
    return _one_of(text, AIRS)


def _one_of(text: str, known: tuple[PlaceKind, ...] | tuple[Air, ...]) -> int:
    if text.lower() not in known:
        raise BadInput(
            N_("{text} is not known here. Write one of: {known}."),
            text=text,
            known=tuple(k.value for k in known),
        )
    return [k.value for k in known].index(text.lower())


def _certainty(text: str) -> float:
    found = tables.number(text)
    if not 0 < found <= 1:
        raise BadInput(N_("{text} is no certainty. Write a number above 0, at most 1."), text=text)
    return found
