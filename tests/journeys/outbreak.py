"""An outbreak of any size put into the small city: people reported, and their places reached."""

from collections.abc import Mapping
from datetime import date, timedelta

from linli import clock
from linli.loops.advance import advance_many
from linli.loops.cases import intake
from linli.loops.cases.intake import CaseReport
from linli.loops.ledger import Item
from tests.cast import EVENING, HOUR, City

# Wuhan's figures when the four categories were to be taken in by 9 February 2020 (S21).
WUHAN = {"confirmed": 1_275, "suspected": 1_436, "contact": 9_105}
ROWS = 1_000
SPEAKS = {"confirmed": ["pcr_positive"], "suspected": ["exposure", "fever"], "contact": ["contact"]}


def report(city: City, sizes: Mapping[str, int]) -> None:
    """So many people of each category, reported by Hal."""
    grid = city.areas["oak1"].id
    onset = clock.day(clock.moment(EVENING))
    reports = [
        CaseReport(
            category=category,
            area=f"id:{grid}",
            name=f"人{category}{n}",
            document=f"{category}-{n}",
            evidence=SPEAKS[category],
            onset_on=_onset(onset, n) if category != "contact" else None,
        )
        for category, size in sizes.items()
        for n in range(size)
    ]
    for n in range(0, len(reports), ROWS):
        taken = intake.take_in(
            city.actor("hal"), reports[n : n + ROWS], now=EVENING, purpose="care"
        )
        assert not taken.refused


def _onset(day: date, n: int) -> date:
    return day - timedelta(days=1 + n % 9)


def arrive(city: City, ids: list[int] | None = None, *, hours: int = 6) -> list[int]:
    """These placements, or all that wait, end with an arrival; returns which."""
    if ids is None:
        waiting = Item.objects.filter(loop="placement", stage="needed").order_by("id")
        ids = list(waiting.values_list("id", flat=True))
    scene = city.scene("hal", EVENING + hours * HOUR, purpose="care")
    for n in range(0, len(ids), ROWS):
        _, refused = advance_many(ids[n : n + ROWS], "arrive", scene, data={"site_id": 1})
        assert not refused
    return ids
