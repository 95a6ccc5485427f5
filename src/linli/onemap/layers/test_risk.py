"""Does the layer of risk paint what the page says, and nobody who could be recognised?"""

import pytest

from linli.onemap import catalogue, sights
from linli.onemap.layer import Gap
from linli.registry.person import Person
from linli.studies.risk import runs
from linli.studies.risk.test_runs import lived
from tests.cast import EVENING, HOUR, City

pytestmark = pytest.mark.db
__all__ = ["lived"]  # the fixture


def test_the_map_paints_scores_of_the_own_area_and_no_people(lived: City):
    runs.keep(now=EVENING, by=None, exercise=False)
    sight = sights.look(lived.actor("dee"), catalogue.get("risk"), lived.areas["elm"])
    painted = catalogue.get("risk").read(sight)

    run = runs.latest(exercise=False)
    oak = lived.areas["oak"].id
    assert painted[oak].values[0] == pytest.approx(run.risk.score[run.place[oak]])
    assert painted[oak].values[1] == 1
    Person.objects.filter(path=lived.areas["pine"].path).exclude(
        code__in=["pine0", "pine9"]
    ).delete()
    runs.keep(now=EVENING + HOUR, by=None, exercise=False)
    assert catalogue.get("risk").read(sight)[lived.areas["pine"].id].gap is Gap.WITHHELD
