"""Kill the worker in the middle of an import: the next one goes on, every row is counted once."""

import time

import pytest

from tests.crash.deployment import Deployment

pytestmark = pytest.mark.db

ROWS = 20_000
ASKED = f"""
import io
from linli.registry import imports
from linli.registry.areas import Area
city = Area.objects.get(kind="city")
lines = ["姓名,手机号,责任网格"]
lines += [f"王{{n}}号,139{{n:08d}},id:{{city.id}}" for n in range({ROWS})]
lines += lines[1:501]
text = "\\n".join(lines).encode()
upload = imports.begin(imports.OPERATOR, "people", io.BytesIO(text), "list.csv")
print(json.dumps(imports.run(upload).id))
"""
FAR = """
from linli.jobs.queue import Job
print(json.dumps(Job.objects.get(kind="import").n_done))
"""
FOUND = """
from django.db.models import Count
from linli.jobs.queue import Job
from linli.registry import imports
from linli.registry.imports.results import ImportOutcome
from linli.registry.names import NamePart
from linli.registry.person import Person
job = Job.objects.get(kind="import")
found = imports.result(job)
print(json.dumps({
    "state": job.state, "attempts": job.attempts, "counts": found.counts, "done": found.n_done,
    "outcomes": dict(ImportOutcome.objects.values_list("outcome").annotate(n=Count("n"))),
    "people": Person.objects.count(),
    "findable": NamePart.objects.filter(text__startswith="王").values("person_id")
                .distinct().count(),
}))
"""


def wait_for(deployment: Deployment, least: int) -> int:
    """How far the import is, once it is that far."""
    until = time.monotonic() + 60
    done = 0
    while done < least and time.monotonic() < until:
        done = deployment.ask(FAR)
    assert done >= least, (deployment.folder / "log").read_text()
    return done


@pytest.mark.search
@pytest.mark.slow
def test_a_killed_import_goes_on_and_its_sums_balance(deployment: Deployment) -> None:
    deployment.ask(ASKED)
    deployment.start("worker")
    far = wait_for(deployment, 1)
    deployment.kill()
    assert far < ROWS + 500, "The import was over before it could be killed."

    deployment.start("worker")
    wait_for(deployment, ROWS + 500)
    deployment.stop()

    found = deployment.ask(FOUND)
    assert found["attempts"] == 2
    assert found["done"] == ROWS + 500
    assert {k: n for k, n in found["counts"].items() if n} == found["outcomes"]
    assert found["outcomes"] == {"created": ROWS, "unchanged": 500}
    assert found["people"] == found["findable"] == ROWS
