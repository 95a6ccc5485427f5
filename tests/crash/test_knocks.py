"""Knocks are counted across the processes of a deployment, also those that come at once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.crash.deployment import Deployment

pytestmark = pytest.mark.db

SET_UP = """
from linli.loops.shipped import ship_limits
from tests.cast import build_city
ship_limits()
print(json.dumps({"area": build_city().areas["oak1"].id}))
"""
LET_IN, TRIED = 5, 24


def test_of_many_who_knock_at_once_as_many_get_in_as_the_rate_says(
    deployment: Deployment,
) -> None:
    deployment.env["LINLI_FILING_RATE"] = f"{LET_IN}/day"
    area = deployment.ask(SET_UP)["area"]
    deployment.serve()
    body = {"area_id": area, "kind": "noise", "form": {"description": "Drums at night"}}

    def file(_: int) -> httpx.Response:
        return httpx.post(f"{deployment.address}/api/requests", json=body, timeout=30)

    with ThreadPoolExecutor(12) as crowd:
        answers = list(crowd.map(file, range(TRIED)))

    assert Counter(a.status_code for a in answers) == {201: LET_IN, 429: TRIED - LET_IN}
    waits = {int(a.headers["Retry-After"]) for a in answers if a.status_code == 429}
    # whole seconds, rounded up, and two processes read the clock a moment apart
    assert max(waits) <= 86_400 / LET_IN + 1
