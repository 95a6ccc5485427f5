"""What does the laboratory of the demo enter? Results of its tubes, and some nobody can place."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from random import Random
from uuid import UUID

from linli import clock
from linli.demo.staff import Staff
from linli.loops.laboratory import orders, results
from linli.loops.laboratory.orders import NewOrder
from linli.loops.laboratory.results import NewResult
from linli.loops.laboratory.tables import Finding, LabOrder
from linli.loops.laboratory.whose import Told
from linli.policy.roles import Purpose, Role
from linli.registry.person import Person

DISEASE = "covid19"
HOUR = 3600
READ_AFTER_S = 14 * HOUR  # a tube is read at the earliest so long after it was taken; assumed
READ = 0.75  # chance that it is read at a session then; assumed
USELESS = 0.02  # of tubes that cannot be used; assumed
STRAY_A_SESSION = 2  # results a session whose tube no order knows
LABORATORIES = ("W市疾控中心（演练）", "华星检测所（演练）")


class Tubes:
    """The tubes of the outbreak: ordered by clinicians, read by the laboratory."""

    def __init__(self, staff: Staff, dice: Random, *, home: str) -> None:
        """``home``: the path of the community where stray results may be of somebody."""
        self.staff, self.dice, self.home = staff, dice, home

    def order(self, person_id: int, item_id: int, path: str, at: int) -> None:
        """The nearest clinician takes a sample of somebody."""
        account = self.staff.nearest(Role.CLINICIAN, path)
        if account is None:
            return
        new = NewOrder(
            person_id, "pcr", DISEASE, item_id=item_id, sampled_at=at,
            uid=_uuid(f"{item_id}/{at}"),
        )  # fmt: skip
        actor = self.staff.actors[account]
        orders.order(actor, new, purpose=Purpose.CARE, now=at)

    def enter(
        self,
        at: int,
        positive: Iterable[int],
        waiting: Iterable[int],
        not_it: Mapping[int, date],
        *,
        stray: bool,
    ) -> None:
        """Enter what is due: positives of some people, nothing yet of those who wait."""
        today = clock.day(clock.moment(at))
        ill, later = set(positive), set(waiting)
        tubes = LabOrder.objects.filter(done_at=None, exercise=True).order_by("id")
        given: list[NewResult] = []
        for tube in tubes:
            due = self._is_read(tube, at) and not_it.get(tube.person_id, today) <= today
            if tube.person_id in later or not (tube.person_id in ill or due):
                continue
            given.append(self._result(tube, tube.person_id in ill, at))
        known = {tube.person_id for tube in tubes}
        for person in sorted(ill - known):  # a tube of which nobody wrote an order: by the code
            code = Person.objects.values_list("code", flat=True).get(id=person)
            given.append(self._new(Told(code=code), Finding.POSITIVE, at, f"{person}/{at}"))
        if stray:
            given += [self._stray(at, n) for n in range(STRAY_A_SESSION)]
        account = self.staff.anybody(Role.LABORATORY)
        if given and account is not None:
            results.take_in(self.staff.actors[account], given, now=at)

    def _is_read(self, tube: LabOrder, at: int) -> bool:
        taken = clock.seconds(tube.sampled_at or tube.ordered_at)
        return taken + READ_AFTER_S <= at and self.dice.random() < READ

    def _result(self, tube: LabOrder, positive: bool, at: int) -> NewResult:
        luck = self.dice.random()
        finding = Finding.INVALID if luck < USELESS else Finding.NEGATIVE
        taken = clock.seconds(tube.sampled_at or tube.ordered_at)
        return self._new(
            Told(sample=tube.sample), Finding.POSITIVE if positive else finding, at,
            f"{tube.sample}/{at}", taken,
        )  # fmt: skip

    def _stray(self, at: int, n: int) -> NewResult:
        """A result with a name and a day of birth only, sampled at home; or with a code alone."""
        told = Told(sample=f"X{at % 1_000_000:06d}{n}")
        if n % 2:
            near = Person.objects.filter(path__startswith=self.home, survivor_id=None)
            rows = list(near.order_by("id")[:60]) or list(Person.objects.order_by("id")[:60])
            somebody = self.dice.choice(rows)
            told = Told(sample=told.sample, name=somebody.name, birth_date=somebody.birth_date)
        found = self._new(told, Finding.POSITIVE if n % 2 else Finding.NEGATIVE, at, f"{at}/{n}")
        return replace(found, path=self.home) if n % 2 else found

    def _new(
        self, told: Told, finding: str, at: int, seed: str, taken: int | None = None
    ) -> NewResult:
        ct = round(self.dice.uniform(18, 36), 1) if finding == Finding.POSITIVE else None
        return NewResult(
            "pcr", DISEASE, finding, at - HOUR // 2, told, ct=ct,
            laboratory=self.dice.choice(LABORATORIES), sampled_at=taken,
            uid=_uuid(f"result/{seed}"),
        )  # fmt: skip


def _uuid(seed: str) -> UUID:
    return UUID(int=Random(seed).getrandbits(128), version=4)
