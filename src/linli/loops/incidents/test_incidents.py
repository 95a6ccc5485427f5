"""An incident is closed when each one it struck has had the remedy, and not before (S32)."""

import pytest

from linli.errors import GateShut, NotAllowed, StepNotPossible
from linli.loops import catalogue
from linli.loops.advance import Opening, open_item
from linli.loops.ledger import Item
from tests.bedside import Bedside
from tests.cast import City

pytestmark = pytest.mark.db


@pytest.fixture
def bedside(city: City) -> Bedside:
    """The small city with its hospital and bus."""
    return Bedside(city)


def incident(bedside: Bedside, run: int) -> int:
    """Hal reports that people stood on the bus."""
    data = {"fault": "crowded", "facts": "Some stood for two hours.", "run_id": run}
    opening = Opening(bedside.city.areas["elm"].id, "harm", data)
    return open_item(catalogue.get("incident"), opening, bedside.at("hal")).item_id


def reviewed(bedside: Bedside) -> tuple[int, list[int]]:
    """An incident that struck two people, and their two remedies."""
    ward = bedside.ward()
    run = bedside.departed(bedside.confirmed(ward), bedside.confirmed(ward))
    found = incident(bedside, run)
    bedside.take(found, "review", "fay", finding="No second bus was asked for.", heard=True)
    ids = Item.objects.filter(loop="remedy", parent_id=found).order_by("id")
    return found, list(ids.values_list("id", flat=True))


def test_it_stays_open_until_the_last_person_has_had_the_remedy(bedside: Bedside) -> None:
    found, (one, two) = reviewed(bedside)
    lesson = {"lesson": "A second bus stands by."}

    with pytest.raises(StepNotPossible):
        bedside.take(found, "learn", "fay", **lesson)
    for remedy in (one, two):
        bedside.take(remedy, "do", "sam", how="in_person", note="The street's head came.")
    bedside.take(one, "accept", "sam")
    assert bedside.stage(found) == "owed"
    bedside.take(two, "object", "sam", note="Nobody asked how she is.")
    assert (bedside.stage(two), bedside.stage(found)) == ("owed", "owed")
    bedside.take(two, "do", "dee", how="in_person", note="Again, with the district.")
    bedside.take(two, "accept", "dee")

    bedside.take(found, "learn", "fay", **lesson)

    assert bedside.stage(found) == "closed"


def test_somebody_who_says_it_was_not_enough_goes_up_a_tier(bedside: Bedside) -> None:
    _, (one, _) = reviewed(bedside)
    bedside.take(one, "do", "sam", how="phone", note="We called.")

    bedside.take(one, "object", "sam")

    assert Item.objects.get(id=one).tier == 1


def test_who_is_blamed_is_heard_first(bedside: Bedside) -> None:
    run = bedside.departed(bedside.confirmed(bedside.ward()))

    with pytest.raises(GateShut, match="has a right of reply"):
        bedside.take(incident(bedside, run), "review", "fay", finding="So it was.", heard=False)


def test_it_names_whom_it_struck(bedside: Bedside) -> None:
    empty = bedside.run()

    with pytest.raises(GateShut, match="names nobody"):
        bedside.take(incident(bedside, empty), "review", "fay", finding="Nothing.", heard=True)


def test_a_street_does_not_review_itself(bedside: Bedside) -> None:
    run = bedside.departed(bedside.confirmed(bedside.ward()))

    with pytest.raises(NotAllowed):
        bedside.take(incident(bedside, run), "review", "dee", finding="All fine.", heard=True)
