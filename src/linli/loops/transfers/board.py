"""How do the transfers stand? Moved, waiting, the longest wait, shut gates; counts only."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q, QuerySet

from linli import clock
from linli.loops import catalogue, write
from linli.loops.beds import search
from linli.loops.ledger import Item
from linli.loops.loop import Gate, State
from linli.loops.scene import Scene
from linli.loops.work import unmet_gates
from linli.policy.can import Actor
from linli.registry import sight
from linli.registry.areas import within
from linli.registry.wards import BedCategory, BedSeverity

SEE = "board.see"
MOVED_WITHIN = timedelta(hours=24)
RUNS_LOOKED_AT = 200  # the newest runs that are being made up; more are none a desk can see


@dataclass(frozen=True)
class ClassRow:
    """One severity: how many wait, how many of them too long, and who has waited longest."""

    severity: str
    n_waiting: int
    n_late: int
    longest: timedelta | None
    n_placed: int
    n_on_road: int
    n_moved: int


@dataclass(frozen=True)
class BedRow:
    """The beds of one category over the whole city."""

    category: str
    n_beds: int
    n_free: int
    n_in_24h: int


@dataclass(frozen=True)
class TransferBoard:
    """Everything at a glance: by severity, by gate, by category of bed."""

    classes: tuple[ClassRow, ...]
    beds: tuple[BedRow, ...]
    shut: tuple[tuple[Gate, int], ...]  # of the runs being made up, how many a gate holds
    n_drafted: int
    n_on_road: int
    n_blocked: int = 0  # runs whose road is known to be closed

    @property
    def n_waiting(self) -> int:
        """Everybody who waits for a bed."""
        return sum(row.n_waiting for row in self.classes)

    @property
    def n_moved(self) -> int:
        """Everybody who was brought to a bed within a day."""
        return sum(row.n_moved for row in self.classes)


def board(actor: Actor, *, area_path: str = "") -> TransferBoard:
    """How the transfers stand within reach, narrowed to an area; no look at anybody."""
    seen = sight.look(actor, SEE, None, about_residents=False)
    ranges = seen.within(area_path) if area_path else seen.ranges
    here = Item.objects.filter(within(ranges), exercise=actor.exercise)
    runs = here.filter(loop="run").exclude(state=State.CLOSED)
    drafted = list(runs.filter(stage="drafted").order_by("-id")[:RUNS_LOOKED_AT])
    return TransferBoard(
        _classes(here.filter(loop="transfer"), clock.now()),
        _beds(actor),
        _shut(actor, [run.id for run in drafted]),
        len(drafted),
        runs.filter(stage="departed").count(),
        runs.filter(stage__in=("drafted", "departed"), data__route__open=False).count(),
    )


def _classes(rows: QuerySet[Item], now: datetime) -> tuple[ClassRow, ...]:
    waiting = Q(stage="needed")
    told = {
        row["item_class"]: row
        for row in rows.values("item_class").annotate(
            waiting=Count("id", filter=waiting),
            too_late=Count("id", filter=waiting & Q(late=True)),
            since=Min("opened_at", filter=waiting),
            placed=Count("id", filter=Q(stage__in=("placed", "planned"))),
            on_road=Count("id", filter=Q(stage__in=("departed", "arrived"))),
            moved=Count("id", filter=Q(stage="admitted", closed_at__gte=now - MOVED_WITHIN)),
        )
    }
    found = []
    for severity in reversed(BedSeverity.values):
        row = told.get(severity)
        if row is None:
            found.append(ClassRow(severity, 0, 0, None, 0, 0, 0))
            continue
        longest = now - row["since"] if row["since"] else None
        found.append(
            ClassRow(
                severity, row["waiting"], row["too_late"], longest, row["placed"],
                row["on_road"], row["moved"],
            )
        )  # fmt: skip
    return tuple(found)


def _beds(actor: Actor) -> tuple[BedRow, ...]:
    places = search.everywhere(actor)
    rows = []
    for category in BedCategory.values:
        mine = [place for place in places if place.category == category]
        if mine:
            rows.append(
                BedRow(
                    category,
                    sum(p.n_beds for p in mine),
                    sum(p.n_free for p in mine),
                    sum(p.n_in_24h for p in mine),
                )
            )
    return tuple(rows)


def _shut(actor: Actor, run_ids: list[int]) -> tuple[tuple[Gate, int], ...]:
    """How many of the runs each gate holds back, the most first."""
    step = catalogue.get("run").step("depart")
    if step is None:
        return ()
    scene = Scene(actor, clock.now_s())
    counted: Counter[str] = Counter()
    for run_id in run_ids:
        run = write.load(run_id, lock=False)
        if run is not None:
            counted.update(unmet.gate for unmet in unmet_gates(step, run, {}, scene))
    gates = {gate.name: gate for gate in step.gates}
    return tuple((gates[name], n) for name, n in counted.most_common())
