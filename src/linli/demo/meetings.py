"""Where were the cases of the demo, and who was there too? What tracers write down and decide."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

from linli import clock
from linli.demo.outbreak import DAY, HOUR, neighbours
from linli.demo.staff import Staff
from linli.loops.acts import Take, act_many
from linli.loops.exposures import decide, find
from linli.loops.exposures.tables import Decision, Exposure
from linli.loops.under_way import UnderWay, these
from linli.loops.visits import intake
from linli.loops.visits.intake import NewVisit
from linli.loops.visits.tables import Certainty, PlaceKind, Precision, Source
from linli.policy.roles import Role
from linli.registry.person import Person
from linli.registry.sites import SiteKind

PLACES = {  # kind of site: kind of place, who says so of others, how long one stays in minutes
    SiteKind.SHOP: (PlaceKind.MARKET, Source.VENUE, (15, 50)),
    SiteKind.CLINIC: (PlaceKind.HOSPITAL, Source.VENUE, (40, 180)),
    SiteKind.GATE: (PlaceKind.OUTDOORS, Source.GATE, (2, 10)),
}
VISITS, OTHERS = (1, 2, 2, 3), (0, 1, 2, 3)  # a case, and others at each place; assumed
ACCEPTED_FROM = 0.12  # of the score that explains itself; a tracer takes what is likelier
UNDECIDED = 0.10  # of cases a tracer has not finished with when the day ends; assumed


class Meetings:
    """The tracers' work, district by district."""

    def __init__(
        self, staff: Staff, sites: Mapping[str, Sequence[tuple[int, str, str]]], dice: Random
    ) -> None:
        self.staff, self.sites, self.dice = staff, sites, dice

    def trace(self, investigations: Iterable[Any], at: int) -> None:
        """Begin each investigation, write the visits down, look for others, decide, finish."""
        teams: dict[int, list[Any]] = defaultdict(list)
        for one in investigations:
            tracer = self.staff.nearest(Role.TRACER, one.path)
            if tracer is not None:
                teams[tracer].append(one)
        for tracer, mine in teams.items():
            self._work(tracer, mine, at)

    def leave(self, investigations: Iterable[Any], at: int) -> None:
        """Of cases nobody has come to yet, what gates and venues have written down is there."""
        for one in investigations:
            scene = self.staff.scene(Role.TRACER, one.path, at)
            case = these([one.parent_id]).get(one.parent_id or 0)
            if scene is not None and case is not None and one.stage == "opened":
                told = self._visits(case, at)
                logged = [replace(v, source=Source.VENUE) if v.case_id else v for v in told]
                intake.take_in(logged, scene)

    def _work(self, tracer: int, mine: Sequence[Any], at: int) -> None:
        scene = self.staff.scene_of(tracer, Role.TRACER, at)
        told_by = ("case", "case", "family", "records")
        fresh = [one for one in mine if one.stage == "opened"]
        act_many(
            [Take(i.id, "begin", scene, {"told_by": self.dice.choice(told_by)}) for i in fresh]
        )
        cases = these(i.parent_id for i in mine)
        intake.take_in([v for i in fresh for v in self._visits(cases[i.parent_id], at)], scene)
        for one in fresh:
            find.look(one.parent_id, scene)
        left = {i.id: i for i in mine if self.dice.random() > UNDECIDED}
        self._decide([i.parent_id for i in left.values()], scene)
        act_many([Take(i, "finish", scene, {}) for i in left])

    def _decide(self, case_ids: Sequence[int], scene: Any) -> None:
        rows = Exposure.objects.filter(source_id__in=case_ids, decision=Decision.OPEN)
        accepted: list[int] = []
        short: list[int] = []
        for row in rows.order_by("id"):
            (accepted if row.score >= ACCEPTED_FROM else short).append(row.id)
        if accepted:
            decide.accept(accepted, scene)
        if short:
            decide.dismiss(short, scene, reason="too_short")

    def _visits(self, case: UnderWay, at: int) -> list[NewVisit]:
        """Where a case was before it was reported, and who was at the same places then."""
        person = case.person_id
        path = Person.objects.values_list("path", flat=True).get(id=person)
        reported = case.opened_at
        found: list[NewVisit] = []
        others = neighbours(path[:16], [person], 8, self.dice)
        for _ in range(self.dice.choice(VISITS)):
            kind = self.dice.choice(tuple(PLACES))
            place_kind, logged, stay = PLACES[kind]
            site = self._near(kind, path)
            if site is None:
                continue
            day = clock.day(clock.moment(reported)) - timedelta(days=self.dice.randrange(1, 5))
            begins = clock.midnight_s(day) + self.dice.randrange(8 * HOUR, 18 * HOUR)
            lasts = self.dice.randrange(*stay) * 60
            about: dict[str, Any] = {"place_kind": place_kind, "name": site[2], "site_id": site[0]}
            found.append(
                NewVisit(
                    from_at=begins, until_at=begins + lasts, person_id=person, case_id=case.id,
                    precision=Precision.HOUR, certainty=Certainty.LIKELY,
                    source=Source.INTERVIEW, **about,
                )
            )  # fmt: skip
            for _ in range(min(self.dice.choice(OTHERS), len(others))):
                came = begins + self.dice.randrange(-20, 20) * 60
                found.append(
                    NewVisit(
                        from_at=came, until_at=came + lasts, person_id=others.pop(),
                        precision=Precision.MINUTE, certainty=Certainty.SURE, source=logged,
                        **about,
                    )
                )  # fmt: skip
        return [v for v in found if v.until_at < at and at - v.from_at < 60 * DAY]

    def _near(self, kind: str, path: str) -> tuple[int, str, str] | None:
        listed = self.sites.get(kind, ())
        for n in (16, 12, 8):
            near = [s for s in listed if s[1].startswith(path[:n])]
            if near:
                return near[self.dice.randrange(min(len(near), 3))]
        return None
