"""Old runs go by the terms of the city, and what somebody stands for stays."""

from datetime import date

import pytest

from linli import clock
from linli.loops import keeping
from linli.loops.keeping import Destruction
from linli.registry.declarations import Declaration
from linli.studies import thinning
from linli.studies.risk.tables import RiskRun
from linli.studies.simulation.tables import WhatIf, WhatIfDecision
from linli.studies.warning.tables import WarningRow, WarningRun
from tests.cast import EVENING, HOUR, City

pytestmark = pytest.mark.db
DAY = 24 * HOUR


def risk(days_ago: float, **more: object) -> RiskRun:
    return RiskRun.objects.create(
        **{"at": int(EVENING - days_ago * DAY), "phase": "spread", "model": "", "k": 1, "draws": 1,
           "seed": 1, "inputs": {}, "results": {}, "fingerprint": "f", "version": "0", "n": 0,
           **more})  # fmt: skip


def look(days_ago: float, **more: object) -> WarningRun:
    return WarningRun.objects.create(
        **{"at": int(EVENING - days_ago * DAY), "day": date(2020, 2, 1), "plan": "p", "inputs": "i",
           "version": "0", "n_series": 0, "n_loud": 0, **more})  # fmt: skip


def saw(run: WarningRun, item_id: int) -> None:
    WarningRow.objects.create(
        run=run, rank=1, signal="fever", level="grid", area_id=1, path="0001", day=run.day,
        method="bayes", observed=5, expected=1, upper=3, p=0.01, adjusted=0.02, item_id=item_id,
    )  # fmt: skip


def what_if(city: City, days_ago: float, state: str = "done") -> WhatIf:
    place = city.areas["w"]
    return WhatIf.objects.create(
        name="Close the market", area_id=place.id, path=place.path, state=state,
        asked_at=int(EVENING - days_ago * DAY),
    )  # fmt: skip


def ages(model: type, when: str = "at") -> list[int]:
    """How many days ago those that are left were made, the newest first."""
    rows = model.objects.order_by(f"-{when}").values_list(when, flat=True)
    return [round((EVENING - clock.seconds(at)) / DAY) for at in rows]


def test_of_old_nights_the_first_of_a_month_stays_and_what_a_person_counted(city: City):
    for ago in (1, 34, 36, 37, 66, 67):
        risk(ago)
    risk(50, counted_by=city.accounts["jo"].id)

    thinning.thin(EVENING)

    assert ages(RiskRun) == [1, 34, 37, 50, 67]  # 36 and 37 lie in January, 66 and 67 in December
    assert [(r.loop, r.n_items) for r in Destruction.objects.all()] == [("risk_runs", 2)]
    assert thinning.chore(EVENING) == 0


def test_the_newest_run_stays_however_old_it_is(city: City):
    risk(80)
    risk(79)
    thinning.thin(EVENING)
    assert ages(RiskRun) == [79, 80]


def test_a_look_that_raised_an_item_stays_and_so_does_the_last_that_saw_it(city: City):
    look(68)
    raised, seen, last, quiet, _newest = look(67, n_raised=1), look(66), look(65), look(64), look(1)
    for run in (raised, seen, last):
        saw(run, 7)

    thinning.thin(EVENING)

    assert ages(WarningRun) == [1, 65, 67, 68]
    assert not WarningRow.objects.filter(run_id=seen.id).exists()
    assert not WarningRun.objects.filter(id=quiet.id).exists()


def test_a_what_if_goes_after_a_year_unless_it_was_decided_with_or_is_under_way(city: City):
    gone, decided, _waiting = (
        what_if(city, 400), what_if(city, 401), what_if(city, 402, "waiting")
    )  # fmt: skip
    what_if(city, 3)
    WhatIfDecision.objects.create(
        what_if=decided, choice="close", reason="Safer", signed_by=1, signed_name="Jo",
        signed_as="commander", signed_at=EVENING,
    )  # fmt: skip

    assert [w.rows.count() for w in thinning.due(EVENING) if w.name == "what_ifs"] == [1, 0]
    thinning.thin(EVENING)

    assert ages(WhatIf, "asked_at") == [3, 401, 402]
    assert not WhatIf.objects.filter(id=gone.id).exists()


def test_a_city_signs_other_terms_and_an_emergency_that_is_over_ends_them_sooner(city: City):
    place = city.areas["w"]
    Declaration.objects.create(
        area=place, path=place.path, mode="emergency", authority="City command", reason="Outbreak",
        starts_at=EVENING, ends_at=EVENING + 3 * DAY,
    )  # fmt: skip
    what_if(city, -1)
    what_if(city, -9)
    after = EVENING + 33 * DAY

    thinning.thin(after - 1)
    assert ages(WhatIf, "asked_at") == [-9, -1]
    thinning.thin(after)
    assert ages(WhatIf, "asked_at") == [-9]
    what_if(city, -10)
    keeping.sign(city.actor("lou"), "what_ifs", closed_days=20, after_emergency_days=20,
                 note="Rule 5", now=after)  # fmt: skip
    thinning.thin(after)

    assert ages(WhatIf, "asked_at") == [-10]
