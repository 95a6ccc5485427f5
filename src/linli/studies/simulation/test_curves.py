"""Which curves does an answer show, and which would say what is not so?"""

from typing import Any

from linli.studies.simulation import told

DAYS = [0.0, 4.0]


def answer(*, shelter_in: list[float]) -> dict[str, Any]:
    """An answer of one choice over two days."""
    bands = {"reports": DAYS, "shelter_queue": DAYS, "shelter_in": shelter_in}
    return {
        "starts_on": "2020-02-09",
        "names": ["as now"],
        "start": {},
        "bands": {"as now": {name: [days, days, days] for name, days in bands.items()}},
    }


def shown(result: dict[str, Any]) -> list[str]:
    """The names of its curves."""
    return [curve.name for curve in told.curves_of(result, ("reports", "shelter_queue"))]


def test_nobody_is_shown_waiting_for_a_shelter_that_no_choice_opens():
    assert shown(answer(shelter_in=[0.0, 0.0])) == ["reports"]


def test_who_waits_for_a_shelter_that_is_open_is_shown():
    assert shown(answer(shelter_in=[0.0, 3.0])) == ["reports", "shelter_queue"]
