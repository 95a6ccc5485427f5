"""What was told of somebody nobody found is seen where it was sampled, and counted elsewhere."""

from datetime import date

import pytest

from linli.audit.records import Record
from linli.errors import NotFound
from linli.loops.laboratory import matching, results
from linli.loops.laboratory.lists import LabResultRow
from linli.loops.laboratory.results import NewResult, TakenIn
from linli.loops.laboratory.tables import LabResult
from linli.loops.laboratory.test_laboratory import ann, case_of, person
from linli.loops.laboratory.whose import Told
from linli.policy.roles import Purpose
from linli.registry.imports.references import UnknownReference
from linli.registry.person import Person
from tests.cast import EVENING, HOUR, City

pytestmark = pytest.mark.db
__all__ = ["ann"]  # a fixture


def near(city: City, told: Told, area: str = "elm") -> NewResult:
    """A positive that was sampled somewhere."""
    path = city.areas[area].path
    return NewResult("pcr", "covid19", "positive", EVENING, told, path=path)


def take(city: City, *given: NewResult, by: str = "lil") -> TakenIn:
    """Somebody enters results."""
    return results.take_in(city.actor(by), list(given), now=EVENING)


def seen_by(city: City, name: str, purpose: str = "investigation") -> list[str]:
    """The names that somebody reads in the queue."""
    page, _ = matching.unmatched(city.actor(name), purpose=purpose)
    return [one.result.told["name"] for one in page]


def test_a_district_reads_what_was_sampled_there_and_counts_the_rest(city: City) -> None:
    here, there = near(city, Told(name="here")), near(city, Told(name="there"), "ash")
    nowhere = NewResult("pcr", "covid19", "negative", EVENING, Told(name="nowhere", phone="1"))

    take(city, here, there, nowhere)

    assert seen_by(city, "tao") == ["here"]
    assert seen_by(city, "hal", "care") == ["here"]
    assert matching.n_elsewhere(city.actor("tao")) == 2
    assert seen_by(city, "ida", "registry") == ["here", "there", "nowhere"]
    assert matching.n_elsewhere(city.actor("ida")) == 0


def test_who_sent_a_result_goes_on_seeing_it(city: City) -> None:
    take(city, near(city, Told(name="sent"), "ash"), by="hal")

    assert seen_by(city, "hal", "care") == ["sent"]
    assert seen_by(city, "tao") == []


def test_a_result_without_a_place_is_seen_where_its_sender_works(city: City) -> None:
    sent = NewResult("pcr", "covid19", "negative", EVENING, Told(name="sent"))

    take(city, sent, by="hal")

    assert LabResult.objects.get().path == city.areas["elm"].path


def test_a_result_of_another_district_is_matched_by_nobody_here(city: City, ann: Person) -> None:
    take(city, near(city, Told(name="欧阳安"), "ash"))
    row = LabResult.objects.get()

    with pytest.raises(NotFound):
        matching.decide(
            city.actor("tao"), row.id, person_id=ann.id, purpose="investigation", now=EVENING
        )
    done = matching.decide(
        city.actor("ida"), row.id, person_id=ann.id, purpose=Purpose.REGISTRY, now=EVENING
    )

    assert (done.match, done.path) == ("person", ann.path)


def test_who_read_which_waiting_results_is_recorded(city: City) -> None:
    take(city, near(city, Told(name="here")))

    seen_by(city, "tao")

    look = Record.objects.get(act="list", kind="laboratory")
    assert look.detail == {"results": [LabResult.objects.get().id]}


def test_a_row_names_the_place_of_its_sample_and_a_wrong_one_is_told(city: City) -> None:
    row = {"finding": "negative", "found_at": "2020-02-09T17:00", "name": "x"}

    placed = LabResultRow(**row, area="东区").result(exercise=False)

    assert placed.path == city.areas["east"].path
    with pytest.raises(UnknownReference, match="nowhere"):
        LabResultRow(**row, area="nowhere").result(exercise=False)


def test_a_tracer_says_whose_a_waiting_result_is(city: City, ann: Person) -> None:
    take(city, near(city, Told(name="欧阳安", birth_date=date(1980, 5, 1))))
    tao = city.actor("tao")
    (waiting,), _ = matching.unmatched(tao, purpose="investigation")
    assert [p.id for p in waiting.candidates] == [ann.id]

    row = matching.decide(
        tao, waiting.result.id, person_id=ann.id, purpose="investigation", now=EVENING + HOUR
    )

    assert (row.match, row.told, row.item_id) == ("person", {}, case_of(ann).id)
    assert matching.unmatched(tao, purpose="investigation") == ([], None)
    with pytest.raises(NotFound):
        matching.decide(tao, row.id, person_id=ann.id, purpose="investigation", now=EVENING + HOUR)


def test_a_result_that_is_nobodys_is_set_aside_and_what_was_told_goes(city: City) -> None:
    take(city, near(city, Told(name="nobody", phone="555-0199")))
    tao = city.actor("tao")
    row_id = LabResult.objects.get().id

    row = matching.decide(tao, row_id, person_id=None, purpose="investigation", now=EVENING)

    assert (row.match, row.told) == ("dismissed", {})


def test_a_tracer_gives_no_result_to_somebody_out_of_reach(city: City) -> None:
    far = person(city, "R9", "far", area="ash1")
    take(city, near(city, Told(name="nobody")))

    with pytest.raises(NotFound):
        matching.decide(
            city.actor("tao"), LabResult.objects.get().id, person_id=far.id,
            purpose="investigation", now=EVENING,
        )  # fmt: skip
