"""Fifty dispatchers reach for the same beds in the same moment: each bed goes to one of them."""

import pytest

from tests.crash.deployment import Deployment

pytestmark = [pytest.mark.db, pytest.mark.slow]

SET_UP = """
from linli.loops.shipped import ship_limits
from tests.bedside import Bedside
from tests.cast import build_city
ship_limits()
bedside = Bedside(build_city())
one, many = bedside.ward("one", n_beds=1), bedside.ward("many", n_beds=20)
ids, more = ([bedside.waiting() for _ in range(50)] for _ in range(2))
dee = bedside.city.accounts["dee"].id
print(json.dumps({"ids": ids, "more": more, "one": one.id, "many": many.id, "dee": dee}))
"""
REACH = """
import threading
from django.db import connections
from linli.errors import Problem
from linli.loops.advance import advance
from linli.loops.beds.tables import Bed
from linli.loops.scene import Scene
from linli.registry import roster
from linli.registry.accounts import Account
from tests.cast import EVENING
dee = roster.actor_of(Account.objects.get(id=%(dee)d), EVENING, two_factor=True)
start, ends = threading.Barrier(50), {}
def reach(transfer):
    start.wait()
    try:
        data = {"ward_id": %(ward)d}
        advance(transfer, "find_place", Scene(dee, EVENING, "service"), data=data)
        ends[transfer] = "held"
    except Problem as problem:
        ends[transfer] = problem.code
    except Exception as error:
        ends[transfer] = repr(error)
    finally:
        connections.close_all()
threads = [threading.Thread(target=reach, args=(i,)) for i in %(ids)r]
[t.start() for t in threads]; [t.join() for t in threads]
rows = Bed.objects.exclude(state="free").filter(ward_id=%(ward)d)
beds = list(rows.values_list("number", "person_id"))
print(json.dumps({"ends": list(ends.values()), "beds": beds}))
"""


def test_a_bed_held_twice_is_refused_under_fifty_dispatchers(deployment: Deployment) -> None:
    made = deployment.ask(SET_UP)

    for ward, ids, n_beds in (("one", made["ids"], 1), ("many", made["more"], 20)):
        done = deployment.ask(REACH % {"ids": ids, "ward": made[ward], "dee": made["dee"]})

        assert done["ends"].count("held") == n_beds
        assert set(done["ends"]) - {"held"} <= {"gate_shut", "no_bed_free"}
        assert len(done["ends"]) == 50
        assert sorted(number for number, _ in done["beds"]) == list(range(1, n_beds + 1))
        assert len({person for _, person in done["beds"]}) == n_beds
