"""An outbreak as rows: so many fall ill each day, are reported late, and live in these areas."""

from datetime import date, timedelta
from uuid import UUID

import numpy as np

from linli import clock
from linli.loops.ledger import Item
from tests.cast import City

LAST = date(2020, 2, 8)  # the day before the evening of the tests
DELAYS = np.array([0.05, 0.15, 0.2, 0.2, 0.15, 0.1, 0.1, 0.05])  # days from onset to report


def fall_ill(
    city: City,
    *,
    where: tuple[str, ...] = ("oak", "pine", "ash"),
    n_days: int = 45,
    peak: float = 12.0,
    told: bool = True,
    seed: int = 7,
) -> list[tuple[date, date, str]]:
    """Confirmed cases that rise and fall; onset, report and area of each that is reported by LAST.

    ``told``: the cases say since when they are ill.
    """
    dice = np.random.default_rng(seed)
    rows = []
    for day in range(n_days):
        onset = LAST - timedelta(days=n_days - 1 - day)
        mean = peak * np.exp(-(((day - 30) / 12) ** 2))
        for name in where:
            late = dice.choice(len(DELAYS), size=dice.poisson(mean), p=DELAYS)
            rows += [(onset, onset + timedelta(days=int(d)), name) for d in late]
    known = [row for row in rows if row[1] <= LAST]
    Item.objects.bulk_create(
        _case(city, n, onset if told else None, reported, name)
        for n, (onset, reported, name) in enumerate(known)
    )
    return known


def _case(city: City, n: int, onset: date | None, reported: date, name: str) -> Item:
    area, at = city.areas[name], clock.midnight_s(reported) + 9 * 3600
    data = {"person_id": n + 1} | ({"onset_on": onset.isoformat()} if onset else {})
    return Item(
        uid=UUID(int=10**9 + n), loop="case", version=1, kind="covid19", item_class="confirmed",
        stage="managed", state="open", area_id=area.id, path=area.path, community_id=area.id,
        unit_id=area.id, tier=0, found_tier=0, subject_kind="person", subject_id=n + 1,
        happened_at=at, opened_at=at, entered_at=at, entered_c=at, data=data,
    )  # fmt: skip
