"""The answer of a what-if, ready made: two choices, two worlds, three days."""

from typing import Any

from linli.analysis.simulation.compare import OUTCOMES
from linli.registry.areas import Area
from linli.studies.simulation.running import SHOWN
from linli.studies.simulation.tables import WhatIf
from tests.cast import EVENING, City

FEW, MANY = [3.0, 4.0], [5.0, 8.0]


def with_answer(city: City, name: str) -> WhatIf:
    """A what-if about an area that has its answer."""
    area = city.areas[name]
    return WhatIf.objects.create(
        name=f"What if in {name}", area_id=area.id, path=area.path, asked_at=EVENING, state="done",
        asked={}, fingerprint="0123456789abcdef", version="0", result=result_of(area),
    )  # fmt: skip


def result_of(area: Area) -> dict[str, Any]:
    """As now, and close: closing spares three infections and costs as many days."""
    return {
        "names": ["as now", "close"], "seeds": [1, 2], "starts_on": "2020-02-09", "n_people": 720,
        "n_households": 240, "unbeaten": ["as now", "close"], "counts_deliveries": False,
        "outcomes": {
            "as now": {o: _outcome(MANY, None) for o in OUTCOMES},
            "close": {o: _outcome(FEW, -3.0) for o in OUTCOMES},
        },
        "bands": {
            "as now": {s: [[1, 1, 1], [2, 3, 4], [3, 5, 7]] for s in SHOWN},
            "close": {s: [[0, 0, 0], [1, 1, 1], [2, 2, 2]] for s in SHOWN},
        },
        "parameters": [
            {"name": "report_wait", "label": "From onset to report", "value": 3.0, "unit": "days",
             "default": 5.0, "n_records": 24, "source": "confirmed cases with a day of onset",
             "default_source": "assumed", "from_records": True, "spread": 1.0}
        ],
        "start": {
            "n_confirmed": 24, "n_open": 24, "n_without_onset": 0, "n_suspected": 1,
            "n_elsewhere": 0, "n_contacts": 2, "n_in_bed": 3, "n_to_trace": 1, "n_alone": 0,
            "n_ages_drawn": 0, "share_reported": 0.3, "growth": 0.1, "growth_error": 0.05,
            "n_onsets": 24, "infections": [1.0, 2.0], "certain_until": 1, "onsets": [1, 1],
            "reports": [0, 2],
        },
        "compounds": [{"area_id": area.id, "community_id": area.id, "people": 120,
                       "infections": [6.5, 3.5]}],
        "close_first": [{"area_id": area.id, "spares": 3.0}], "close_first_together": 3.0,
        "clear": {"days": [0], "street": [{"area_id": area.id, "by_week": [0.5]}],
                  "community": [{"area_id": area.id, "by_week": [0.5]}]},
    }  # fmt: skip


def _outcome(worlds: list[float], less: float | None) -> dict[str, Any]:
    told = {"mean": less, "low": -4.0, "high": -2.0, "is_clear": True} if less else None
    mean = sum(worlds) / len(worlds)
    return {"mean": mean, "low": worlds[0], "high": worlds[1], "by_seed": worlds, "less": told}
