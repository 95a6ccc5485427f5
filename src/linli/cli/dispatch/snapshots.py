"""How are tables named on the command line read into a snapshot, and how is a plan told?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from linli.cli import texts
from linli.cli.words import gettext as _
from linli.errors import N_, BadInput

if TYPE_CHECKING:
    from linli.analysis.dispatch.plan import Planned, Roads
    from linli.analysis.dispatch.snapshot import Snapshot
    from linli.analysis.dispatch.trips import Plan

Patients = Annotated[
    Path, typer.Argument(help=_("Patients: id, lon, lat, category; also severity, count, told."))
]
Beds = Annotated[
    Path, typer.Argument(help=_("Beds: facility, lon, lat, bed, category, severities, free."))
]
Vehicles = Annotated[
    Path, typer.Argument(help=_("Vehicles: id, lon, lat, seats; also stretchers, equipment."))
]
CrewsFile = Annotated[Path, typer.Argument(help=_("Crews: id, lon, lat, escorts; also protected."))]
Map = Annotated[Path | None, typer.Option("--roads", help=_("A road map: .osm.pbf, or a CSV."))]
Closed = Annotated[Path | None, typer.Option("--closures", help=_("A CSV of what is closed."))]
Seed = Annotated[int, typer.Option(help=_("Of the dice; the same gives the same."))]
InJson = Annotated[bool, typer.Option("--json", help=_("Answer in JSON."))]


def text_of(path: Path | None) -> str:
    """The text of a file, or nothing where none is named."""
    return "" if path is None else texts.text_of(path)


def read(
    patients: Path,
    beds: Path,
    *,
    vehicles: Path | None = None,
    crews: Path | None = None,
    roads: Path | None = None,
    closures: Path | None = None,
) -> "tuple[Snapshot, Roads | None]":
    """The snapshot of these files, and the roads it stands on."""
    from linli.analysis.dispatch.assembled import Map as RoadMap
    from linli.analysis.dispatch.assembled import assembled

    on = None
    if roads is not None:
        from linli.cli.dispatch.roads import read_shut, there
        from linli.studies.dispatch.roads import read_network

        network = read_network(there(roads))
        on = RoadMap(network, tuple(read_shut(closures, network)))
    elif closures is not None:
        raise BadInput(N_("Closures need a map of the roads: name one with --roads."))
    return assembled(
        text_of(patients), text_of(beds), vehicles=text_of(vehicles), crews=text_of(crews),
        roads=on,
    )  # fmt: skip


def clock(seconds: int, *, begins_h: int = 0) -> str:
    """A moment as a clock shows it, if the plan starts on this hour; the day after is marked."""
    hours, minutes = divmod(begins_h * 60 + -(-seconds // 60), 60)
    return f"{hours % 24:02d}:{minutes:02d}" + ("+1" if hours >= 24 else "")


def as_json(planned: "Planned", snapshot: "Snapshot") -> dict[str, Any]:
    """Everything a plan says, for a machine to read."""
    return {
        **plan_as_json(planned.plan, snapshot),
        "crews": {str(n): last_s for n, last_s in planned.table},
        "breaches": [
            {"law": b.code, "sentence": b.tell(_)} for b in planned.verdict.breaches
        ],
        "passes": planned.passes,
    }  # fmt: skip


def plan_as_json(plan: "Plan", snapshot: "Snapshot") -> dict[str, Any]:
    """A plan by the ids of its rows, with its reasons in words."""
    return {
        "seed": plan.seed,
        "iterations": plan.iterations,
        "versions": dict(plan.versions),
        "roads_id": plan.roads_id,
        "estimate": plan.estimate,
        "unserved": plan.worth.unserved,
        "last_arrival_s": plan.worth.last_arrival_s,
        "longest_ride_s": plan.worth.longest_ride_s,
        "driving_s": plan.worth.driving_s,
        "figures": dict(plan.figures),
        "reasons": [r.tell(_) for r in plan.reasons],
        "placed": [
            {
                "patient": snapshot.lots[p.lot].id,
                "facility": snapshot.facilities[p.facility].id,
                "bed": snapshot.facilities[p.facility].beds[p.bed].id,
                "receiver": snapshot.facilities[p.facility].receiver,
                "count": p.count,
                "because": [r.tell(_) for r in p.because],
            }
            for p in plan.placed
        ],
        "waiting": [
            {"patient": snapshot.lots[u.lot].id, "count": u.count, "because": u.reason.tell(_)}
            for u in plan.unserved
        ],
        "trips": [
            {
                "trip": t.id,
                "vehicle": snapshot.vehicles[t.vehicle].id,
                "crew": None if t.crew is None else snapshot.crews[t.crew].id,
                "category": t.category,
                "facility": None if t.facility is None else snapshot.facilities[t.facility].id,
                "persons": t.persons,
                "leaves_s": t.depart_s,
                "arrives_s": t.arrive_s,
                "stops": [snapshot.places[s.place].id for s in t.stops],
                "because": [r.tell(_) for r in t.because],
            }
            for t in plan.trips
        ],
    }
