"""The case notices of 2020 as visits, people and links, where the shared data is at hand."""

import csv
import os
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from itertools import combinations
from pathlib import Path

import numpy as np

from linli.analysis.tracing.score import People
from linli.analysis.tracing.visits import KINDS, UNKNOWN, PlaceKind, Visits

EPOCH = date(2019, 11, 1)
MOST_DAYS_BEFORE_CONFIRMED = 14  # an onset that is not told lies this far before confirmation
KIND_OF = {
    "private": PlaceKind.PRIVATE, "hospital": PlaceKind.HOSPITAL, "market": PlaceKind.MARKET,
    "transport": PlaceKind.TRANSPORT, "mall": PlaceKind.SHOP, "work": PlaceKind.WORK,
    "restaurant": PlaceKind.RESTAURANT, "pharmacy": PlaceKind.SHOP,
}  # fmt: skip
VEHICLE_OF = {
    "train": PlaceKind.TRAIN, "plane": PlaceKind.PLANE, "coach": PlaceKind.COACH,
    "bus": PlaceKind.COACH, "metro": PlaceKind.METRO,
}  # fmt: skip


@dataclass(frozen=True)
class Notices:
    """Visits and people in numbers, the provinces of the people, and the links as pairs."""

    visits: Visits
    people: People
    province: np.ndarray  # of each person, the two letters of the notice
    links: set[tuple[int, int]]  # both have a visit with a place


def shared_data() -> Path | None:
    """The folder of shared data: LINLI_SHARED_DATA, or `shared/data` beside the checkout."""
    told = os.environ.get("LINLI_SHARED_DATA")
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(told) if told else beside
    return folder if folder.is_dir() else None


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    """A file of the folder, row by row."""
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read(folder: Path) -> Notices:
    """The three files as numbers; visits without a place or a vehicle are left out."""
    cases = rows(folder, "cn_cases_2020.csv")
    number = {case["case"]: n for n, case in enumerate(cases)}
    places: dict[str, int] = defaultdict(lambda: len(places))
    columns: dict[str, list[float]] = defaultdict(list)
    for event in rows(folder, "cn_case_events_2020.csv"):
        place, kind = _place(event)
        start, end = _seconds(event["start_local"]), _seconds(event["end_local"])
        if not place or end < start:
            continue
        columns["person"].append(number[event["case"]])
        columns["place"].append(places[place])
        columns["kind"].append(KINDS.index(kind))
        columns["start_s"].append(start)
        columns["end_s"].append(end)
        columns["precision_s"].append(60 if event["time_precision"] == "minute" else 86_400)
    n = len(columns["person"])
    whole = {name: np.array(columns[name], dtype=np.int64) for name in ("person", "place", "kind")}
    times = {name: np.array(columns[name]) for name in ("start_s", "end_s", "precision_s")}
    nowhere = np.full(n, UNKNOWN)
    visits = Visits(
        **whole, **times, certainty=np.ones(n), air=nowhere, carriage=nowhere, row=nowhere
    )
    seen = set(whole["person"].tolist())
    pairs = {
        tuple(sorted((number[link["case"]], number[link["linked_to"]])))
        for link in rows(folder, "cn_case_links_2020.csv")
    }
    return Notices(
        visits,
        _people(cases),
        np.array([case["case"][:2] for case in cases]),
        {(a, b) for a, b in pairs if a in seen and b in seen},
    )


def naive_join(notices: Notices) -> dict[tuple[int, int], int]:
    """Same place, same day: for each pair the number of place-days they share."""
    there = defaultdict(set)
    visits = notices.visits
    for i in range(len(visits)):
        if np.isnan(visits.start_s[i]):
            continue
        first = int(visits.start_s[i] // 86_400)
        end = visits.end_s[i]
        last = first if np.isnan(end) else int(end // 86_400)
        for day in range(first, last + 1):
            there[visits.place[i], day].add(int(visits.person[i]))
    found: dict[tuple[int, int], int] = defaultdict(int)
    for present in there.values():
        for pair in combinations(sorted(present), 2):
            found[pair] += 1
    return found


def _place(event: dict[str, str]) -> tuple[str, PlaceKind]:
    if event["travel_no"]:
        kind = VEHICLE_OF.get(event["travel_mode"], PlaceKind.TRANSPORT)
        return f"vehicle {event['travel_no']}", kind
    if event["place_id"]:
        return event["place_id"], KIND_OF.get(event["place_kind"], PlaceKind.OTHER)
    return "", PlaceKind.OTHER


def _people(cases: list[dict[str, str]]) -> People:
    onset, confirmed = ([_day(case[name]) for case in cases] for name in ("onset", "confirmed"))
    areas: dict[str, int] = defaultdict(lambda: len(areas))
    area = [areas[c["city"] + c["district"]] if c["district"] else UNKNOWN for c in cases]
    unsaid = np.isnan(onset)
    nothing = np.full(len(cases), UNKNOWN)
    return People(
        onset_from=np.where(unsaid, np.array(confirmed) - MOST_DAYS_BEFORE_CONFIRMED, onset),
        onset_to=np.where(unsaid, confirmed, onset),
        household=nothing,
        workplace=nothing,
        area=np.array(area),
    )


def _day(text: str) -> float:
    return float((date.fromisoformat(text) - EPOCH).days) if text else np.nan


def _seconds(text: str) -> float:
    if not text:
        return np.nan
    moment = datetime.fromisoformat(text)
    return (moment - datetime(EPOCH.year, EPOCH.month, EPOCH.day)).total_seconds()  # noqa: DTZ001
