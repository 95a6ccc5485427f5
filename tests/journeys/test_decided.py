"""What is decided stays decided, is taken back wholly, and is told no further than it reaches."""

import pytest

from linli import clock
from linli.loops.advance import advance
from linli.loops.exposures import chain_picture, chains, decide, find, lists
from linli.loops.exposures.lists import Listed
from linli.loops.exposures.tables import Exposure
from linli.loops.follow_ups.tables import FollowUp
from linli.registry import merges
from tests.cast import City
from tests.journeys.chained import Outbreak

pytestmark = pytest.mark.db


@pytest.fixture
def outbreak(city: City) -> Outbreak:
    """Somebody will be confirmed, and has met others."""
    return Outbreak(city)


def test_a_contact_whose_last_exposure_is_dismissed_after_all_stops(outbreak: Outbreak) -> None:
    cases = [outbreak.confirm("A"), outbreak.confirm("B")]
    outbreak.meet("A", "B", "Ren", place="fish")
    tao = outbreak.scene("tao")
    for case in cases:
        find.look(case, tao)
        decide.accept([outbreak.exposure(case, "Ren").id], tao)

    decide.dismiss([outbreak.exposure(cases[0], "Ren").id], tao, reason="mistaken")
    assert outbreak.contact("Ren").state != "closed"
    decide.dismiss([outbreak.exposure(cases[1], "Ren").id], tao, reason="mistaken")

    contact = outbreak.contact("Ren")
    assert contact.stage == "stopped"
    assert not FollowUp.objects.filter(contact_id=contact.id, status="").exists()


def test_what_was_accepted_stays_as_it_was_decided(outbreak: Outbreak) -> None:
    case = outbreak.confirm("Gen0")
    outbreak.meet("Gen0", "Ren", place="fish")
    find.look(case, outbreak.scene("tao"))
    exposure = outbreak.exposure(case, "Ren")
    decide.accept([exposure.id], outbreak.scene("tao"), why="seen")
    first = outbreak.exposure(case, "Ren")
    outbreak.pass_days(1)

    again = decide.accept([exposure.id], outbreak.scene("sam"))

    now = outbreak.exposure(case, "Ren")
    assert (again.opened, again.linked) == ([], [outbreak.person("Ren").id])
    assert (now.decided_by, now.decided_at, now.reason) == (
        first.decided_by, first.decided_at, "seen",
    )  # fmt: skip


def test_a_list_follows_a_person_through_every_merge(outbreak: Outbreak) -> None:
    case = outbreak.confirm("Gen0")
    first, second, last = (outbreak.person(name) for name in ("A", "B", "C"))
    ida = outbreak.city.actor("ida")
    merges.merge(ida, first.id, second.id, now=outbreak.now)
    merges.merge(ida, second.id, last.id, now=outbreak.now)
    met_on = clock.day(clock.moment(outbreak.now))

    lists.take_in([Listed(case, met_on, first.id)], outbreak.scene("tao"))

    assert Exposure.objects.get().person_id == last.id


def test_whom_another_district_looks_after_is_counted_and_not_told(outbreak: Outbreak) -> None:
    case = outbreak.confirm("Gen0")
    outbreak.person("Far", "ash1")
    outbreak.meet("Gen0", "Near", place="fish")
    gil = outbreak.scene("gil")
    find.look(case, gil)
    find.name(case, outbreak.person("Far").id, relation="friend", last_met_on=outbreak._day(-1),
              scene=gil)  # fmt: skip
    decide.accept([outbreak.exposure(case, name).id for name in ("Near", "Far")], gil)
    behind = outbreak.contact("Far").id
    find.name(behind, outbreak.person("Behind", "ash1").id, relation="friend",
              last_met_on=outbreak._day(-1), scene=gil)  # fmt: skip
    decide.accept([Exposure.objects.get(source_id=behind).id], gil)

    mine = chains.around(outbreak.person("Gen0").id, outbreak.scene("tao"))
    whole = chains.around(outbreak.person("Gen0").id, gil)

    west = outbreak.city.areas["west"]
    assert set(mine.nodes) == {outbreak.person(name).id for name in ("Gen0", "Near")}
    assert {link.target for link in mine.links} == {outbreak.person("Near").id}
    assert mine.nodes[outbreak.person("Gen0").id].n_beyond == 1
    assert mine.beyond == (chains.Beyond(west.id, west.name_zh, 1),)
    assert str(outbreak.person("Far").id) not in chain_picture.draw(mine).svg.split(">")
    assert (len(whole.nodes), whole.beyond) == (4, ())


def test_a_source_of_another_district_is_counted_too(outbreak: Outbreak) -> None:
    gil = outbreak.scene("gil")
    outbreak.person("Far", "ash1")
    opening = outbreak.case_of("Far", gil)
    outbreak.person("Near")
    find.name(opening, outbreak.person("Near").id, relation="friend",
              last_met_on=outbreak._day(-1), scene=gil)  # fmt: skip
    decide.accept([outbreak.exposure(opening, "Near").id], gil)

    chain = chains.around(outbreak.person("Near").id, outbreak.scene("tao"))

    assert (len(chain.nodes), chain.links) == (1, [])
    assert [desk.n for desk in chain.beyond] == [1]


def test_a_case_that_ends_by_death_says_so_in_the_record_of_the_person(outbreak: Outbreak) -> None:
    who, day = outbreak.person("Wang"), outbreak._day(-1)
    case = outbreak.case_of("Wang", outbreak.scene("hal", "care"))
    hal = outbreak.scene("hal", "care")
    advance(case, "classify", hal, data={"category": "suspected"})

    advance(case, "end", hal, data={"end": "died", "ended_on": day.isoformat()})

    who.refresh_from_db()
    assert (who.left_on, who.left_because, who.left_source) == (day, "died", f"case {case}")
