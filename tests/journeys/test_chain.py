"""S22: fever, case, trajectory, contacts, quarantine, test: each step opens the next by itself."""

from itertools import pairwise

import pytest

from linli import clock
from linli.errors import GateShut
from linli.loops import tick
from linli.loops.advance import advance
from linli.loops.exposures import chain_picture, chains, decide, figures, find, lists
from linli.loops.exposures.figures import Asked
from linli.loops.exposures.lists import Listed
from linli.loops.exposures.tables import Exposure
from linli.loops.follow_ups.tables import TEST_SLOT, FollowUp
from linli.loops.laboratory import results
from linli.loops.laboratory.results import NewResult
from linli.loops.laboratory.whose import Told
from linli.loops.ledger import Item
from tests.cast import City
from tests.journeys.chained import Outbreak

pytestmark = pytest.mark.db


@pytest.fixture
def outbreak(city: City) -> Outbreak:
    """Four generations are about to begin."""
    return Outbreak(city)


def below(item: int) -> set[tuple[str, str]]:
    """(loop, class) of what opened below an item by itself."""
    return set(Item.objects.filter(parent_id=item).values_list("loop", "item_class"))


def positive(outbreak: Outbreak, name: str) -> None:
    """The laboratory's result of a sample, by the person's code."""
    result = NewResult(
        "pcr", "covid19", "positive", outbreak.now, Told(code=outbreak.person(name).code)
    )
    results.take_in(outbreak.city.actor("lil", outbreak.now), [result], now=outbreak.now)


def test_four_generations_open_by_themselves(outbreak: Outbreak) -> None:
    outbreak.confirm("Gen0")
    generations = ["Gen0", "Gen1", "Gen2", "Gen3"]
    for earlier, later in pairwise(generations):
        case = outbreak.case(earlier)
        assert below(case.id) == {("placement", "treatment"), ("investigation", "case")}
        outbreak.meet(earlier, later, f"by {earlier}", place=f"table of {earlier}")
        outbreak.trace(case.id, accept=(later, f"by {earlier}"))
        contact = outbreak.contact(later)
        assert below(contact.id) == {("placement", "observation")}
        assert FollowUp.objects.filter(contact_id=contact.id, slot=TEST_SLOT).exists()
        outbreak.pass_days(2)
        positive(outbreak, later)
        assert outbreak.case(later).parent_id == contact.id
        assert outbreak.case(later).item_class == "confirmed"

    last = outbreak.case("Gen3")
    assert below(last.id) == {("placement", "treatment"), ("investigation", "case")}
    chain = chains.around(outbreak.person("Gen2").id, outbreak.scene("tao"))
    assert chain.generations == {0: 1, 1: 1, 2: 1, 3: 1}
    assert chains.offspring(chain) == [1, 1, 1, 0]
    assert outbreak.contact("Gen3").outcome == "case"  # what they were stays to be read
    assert Exposure.objects.get(contact_id=outbreak.contact("Gen3").id).decided_by


def test_no_confirmed_case_ends_untraced_and_a_late_one_climbs(outbreak: Outbreak) -> None:
    case = outbreak.confirm("Gen0")
    recovered = {"end": "recovered"}
    with pytest.raises(GateShut, match="Investigation"):
        advance(case, "end", outbreak.scene("hal", "care"), data=recovered)

    outbreak.pass_days(3)
    tick.tick(outbreak.now)

    assert Item.objects.get(loop="investigation", parent_id=case).tier >= 2
    advance(case, "end", outbreak.scene("hal", "care"), data=recovered)
    assert Item.objects.get(id=case).outcome == "recovered"


def test_an_investigation_does_not_finish_while_anybody_is_undecided(outbreak: Outbreak) -> None:
    case = outbreak.confirm("Gen0")
    outbreak.meet("Gen0", "A", "B", place="fish")
    investigation = Item.objects.get(loop="investigation", parent_id=case).id
    advance(investigation, "begin", outbreak.scene("tao"))
    with pytest.raises(GateShut, match="looked for"):
        advance(investigation, "finish", outbreak.scene("tao"))
    find.look(case, outbreak.scene("tao"))

    with pytest.raises(GateShut, match="2 people"):
        advance(investigation, "finish", outbreak.scene("tao"))
    decide.accept([outbreak.exposure(case, "A").id], outbreak.scene("tao"))
    decide.dismiss([outbreak.exposure(case, "B").id], outbreak.scene("tao"), reason="not_together")
    advance(investigation, "finish", outbreak.scene("tao"))

    assert Item.objects.get(id=investigation).outcome == "traced"


def test_a_dismissal_is_remembered_with_its_reason(outbreak: Outbreak) -> None:
    case = outbreak.confirm("Gen0")
    outbreak.meet("Gen0", "A", place="fish")
    find.look(case, outbreak.scene("tao"))
    dismissed = outbreak.exposure(case, "A")
    decide.dismiss([dismissed.id], outbreak.scene("tao"), reason="protected")

    assert find.look(case, outbreak.scene("tao")) == 0

    again = outbreak.exposure(case, "A")
    assert (again.decision, again.reason) == ("dismissed", "protected")
    assert again.decided_by == outbreak.city.accounts["tao"].id
    assert not Item.objects.filter(loop="contact").exists()


def test_a_list_decides_on_whoever_was_found_and_not_yet_decided(outbreak: Outbreak) -> None:
    case = outbreak.confirm("Gen0")
    outbreak.meet("Gen0", "A", "B", place="fish")
    tao = outbreak.scene("tao")
    find.look(case, tao)
    decide.dismiss([outbreak.exposure(case, "B").id], tao, reason="protected")
    met_on = clock.day(clock.moment(outbreak.now))
    rows = [Listed(case, met_on, outbreak.person(name).id) for name in ("A", "B")]

    first, again = lists.take_in(rows, tao), lists.take_in(rows, tao)

    assert (first.n_new, first.n_again, first.n_contacts) == (1, 1, 1)
    assert (again.n_new, again.n_again, again.n_contacts) == (0, 2, 0)
    assert outbreak.exposure(case, "A").decision == "accepted"
    assert outbreak.exposure(case, "B").decision == "dismissed"


def test_whoever_ten_cases_name_is_one_contact(outbreak: Outbreak) -> None:
    cases = [outbreak.confirm(f"Case {n}") for n in range(10)]
    outbreak.meet(*(f"Case {n}" for n in range(10)), "Ren", place="fish")

    for case in cases:
        find.look(case, outbreak.scene("tao"))
        decide.accept([outbreak.exposure(case, "Ren").id], outbreak.scene("tao"))

    contact = outbreak.contact("Ren")
    assert Exposure.objects.filter(contact_id=contact.id, decision="accepted").count() == 10
    assert Item.objects.filter(loop="placement", parent_id=contact.id).count() == 1


def test_a_contact_stops_when_its_last_case_turns_out_to_be_none(outbreak: Outbreak) -> None:
    from linli.loops.follow_ups import watch

    cases = [outbreak.confirm("A"), outbreak.confirm("B")]
    outbreak.meet("A", "B", "Ren", place="fish")
    for case in cases:
        find.look(case, outbreak.scene("tao"))
        decide.accept([outbreak.exposure(case, "Ren").id], outbreak.scene("tao"))
    excluded = {"end": "excluded"}

    advance(cases[0], "end", outbreak.scene("hal", "care"), data=excluded)
    assert watch.look(outbreak.now).stopped == 0
    advance(cases[1], "end", outbreak.scene("hal", "care"), data=excluded)

    assert watch.look(outbreak.now).stopped == 1
    contact = outbreak.contact("Ren")
    assert contact.stage == "stopped"
    assert not FollowUp.objects.filter(contact_id=contact.id, status="").exists()
    assert not Item.objects.filter(loop="placement", parent_id=contact.id, state="open").exists()


def test_a_contact_of_a_contact_is_of_the_second_ring(outbreak: Outbreak) -> None:
    case = outbreak.confirm("Gen0")
    outbreak.meet("Gen0", "Ren", place="fish")
    find.look(case, outbreak.scene("tao"))
    decide.accept([outbreak.exposure(case, "Ren").id], outbreak.scene("tao"))
    contact = outbreak.contact("Ren")
    outbreak.meet("Ren", "Li", place="tea", hours_ago=2)

    find.look(contact.id, outbreak.scene("tao"))
    decide.accept([outbreak.exposure(contact.id, "Li").id], outbreak.scene("tao"))

    assert outbreak.contact("Li").item_class == "second"


def test_whoever_lives_behind_the_same_door_is_found_without_any_visit(outbreak: Outbreak) -> None:
    from linli.registry.households import Household

    area = outbreak.city.areas["oak1"]
    home = Household.objects.create(
        code="h", area=area, path=area.path, home=outbreak.city.areas["house1"], door="101",
        source="test", as_of="2020-02-01", changed_at=outbreak.now,
    )  # fmt: skip
    for name in ("Gen0", "Wife"):
        person = outbreak.person(name)
        person.household = home
        person.save()
    case = outbreak.confirm("Gen0")

    find.look(case, outbreak.scene("tao"))

    found = outbreak.exposure(case, "Wife")
    assert found.score > 0.5
    factors = {f["name"] for piece in found.evidence for f in piece["factors"]}
    assert "ties" in factors


def test_a_contact_whom_a_clinic_reports_is_followed_up_no_more(outbreak: Outbreak) -> None:
    from linli.loops.follow_ups import watch

    case = outbreak.confirm("Gen0")
    outbreak.meet("Gen0", "Ren", place="fish")
    find.look(case, outbreak.scene("tao"))
    decide.accept([outbreak.exposure(case, "Ren").id], outbreak.scene("tao"))
    outbreak.confirm("Ren")

    assert watch.look(outbreak.now).turned == 1

    assert outbreak.contact("Ren").outcome == "case"
    assert Item.objects.filter(loop="case", subject_id=outbreak.person("Ren").id).count() == 1


def test_symptoms_that_meet_the_rule_open_a_suspected_case(outbreak: Outbreak) -> None:
    from linli import clock
    from linli.loops.follow_ups import seen

    case = outbreak.confirm("Gen0")
    outbreak.meet("Gen0", "Ren", place="fish")
    find.look(case, outbreak.scene("tao"))
    decide.accept([outbreak.exposure(case, "Ren").id], outbreak.scene("tao"))
    day = clock.day(clock.moment(outbreak.now))

    told = seen.Told(outbreak.contact("Ren").id, day, 0, "ill", ("cough",), 37.8)
    done = seen.take_in([told], outbreak.scene("cy", "screening"))

    assert not done.refused
    ill = outbreak.case("Ren")
    assert (ill.item_class, ill.parent_id) == ("suspected", outbreak.contact("Ren").id)
    assert below(ill.id) == {("placement", "ward")}


def test_symptoms_that_do_not_meet_the_rule_wait_with_a_clock(outbreak: Outbreak) -> None:
    from linli import clock
    from linli.loops.follow_ups import seen

    case = outbreak.confirm("Gen0")
    outbreak.meet("Gen0", "Ren", place="fish")
    find.look(case, outbreak.scene("tao"))
    decide.accept([outbreak.exposure(case, "Ren").id], outbreak.scene("tao"))
    day = clock.day(clock.moment(outbreak.now))

    told = seen.Told(outbreak.contact("Ren").id, day, 0, "ill", ("rash",), 36.6)
    seen.take_in([told], outbreak.scene("cy", "screening"))

    contact = outbreak.contact("Ren")
    assert contact.stage == "ill"
    assert contact.due_at is not None


def test_every_figure_is_the_length_of_its_list(outbreak: Outbreak) -> None:
    test_four_generations_open_by_themselves(outbreak)
    asked = Asked(outbreak.now)
    tao = outbreak.city.actor("tao", outbreak.now)

    told = {f.name: f for f in figures.figures(tao, asked, purpose="investigation")}

    for name, figure in told.items():
        assert figure.n == len(figures.rows_of(name, tao, asked, purpose="investigation"))
    assert (told["no_source"].n, told["no_source"].of) == (1, 4)  # the first of them alone
    assert (told["known_before"].n, told["known_before"].of) == (3, 4)
    assert told["untraced"].n == 1
    assert (told["few_contacts"].n, told["few_contacts"].of) == (4, 4)


def test_a_contact_of_a_drill_says_nothing_of_a_real_case(outbreak: Outbreak) -> None:
    test_four_generations_open_by_themselves(outbreak)
    Item.objects.filter(loop="contact").update(exercise=True)
    tao = outbreak.city.actor("tao", outbreak.now)

    told = figures.figures(tao, Asked(outbreak.now), purpose="investigation")

    assert {f.name: f.n for f in told}["known_before"] == 0


def test_the_picture_of_a_chain_holds_no_name_and_no_id_of_anybody(outbreak: Outbreak) -> None:
    test_four_generations_open_by_themselves(outbreak)
    chain = chains.around(outbreak.person("Gen0").id, outbreak.scene("tao"))

    drawn = chain_picture.draw(chain)

    assert drawn.svg.count("<rect") == 4
    assert sorted(drawn.numbers.values()) == list(range(1, len(chain.nodes) + 1))
    for person in outbreak.people.values():
        assert person.name not in drawn.svg
        assert person.code not in drawn.svg


def test_those_infected_at_one_table_are_one_cluster(outbreak: Outbreak) -> None:
    case = outbreak.confirm("Gen0")
    outbreak.meet("Gen0", "A", "B", place="fish")
    outbreak.trace(case, accept=("A", "B"))
    outbreak.pass_days(1)
    positive(outbreak, "A")
    positive(outbreak, "B")

    chain = chains.around(outbreak.person("A").id, outbreak.scene("tao"))

    assert chains.meeting_places(chain) == [("fish", 2)]
    assert chains.offspring(chain) == [2, 0, 0]


def test_a_chain_beyond_the_cap_is_counted_and_not_drawn(outbreak: Outbreak) -> None:
    case = outbreak.confirm("Gen0")
    outbreak.meet("Gen0", *(f"Ren {n}" for n in range(8)), place="fish")
    find.look(case, outbreak.scene("tao"))
    ids = list(Exposure.objects.values_list("id", flat=True))
    decide.accept(ids, outbreak.scene("tao"))

    chain = chains.around(outbreak.person("Gen0").id, outbreak.scene("tao"), most=5)

    assert len(chain.nodes) == 5
    assert chain.nodes[outbreak.person("Gen0").id].n_more == 4
    assert chain.n_left_out == 4
