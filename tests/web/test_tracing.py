"""The tracing desk, a contact's page and today's follow-ups: by whoever may, and nobody else."""

import pytest
from django.test import Client

from linli import clock
from linli.audit.records import Record
from linli.loops.exposures import decide, find
from linli.loops.exposures.tables import Exposure
from linli.loops.follow_ups.tables import FollowUp
from linli.loops.ledger import Item
from linli.loops.visits.tables import Visit
from linli.web.meetings import in_words
from tests.cast import City
from tests.journeys.chained import Outbreak

pytestmark = pytest.mark.db


@pytest.fixture
def outbreak(city: City, settings) -> Outbreak:
    """A confirmed case who met two people, one of them a contact since."""
    settings.SECOND_FACTOR = False
    made = Outbreak(city)
    case = made.confirm("Gen0")
    made.meet("Gen0", "Ren", "Li", place="渔家")
    find.look(case, made.scene("tao"))
    decide.accept([made.exposure(case, "Ren").id], made.scene("tao"))
    clock.follow(lambda: clock.Dial(shown=made.now, speed=0))
    return made


def client(outbreak: Outbreak, name: str, language: str = "en") -> Client:
    """Somebody's browser."""
    made = Client(HTTP_ACCEPT_LANGUAGE=language)
    made.force_login(
        outbreak.city.accounts[name], backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    return made


def pages(outbreak: Outbreak) -> list[str]:
    """The address of every page about this outbreak."""
    case, contact = outbreak.case("Gen0").id, outbreak.contact("Ren").id
    person = outbreak.person("Gen0").id
    return [
        "/tracing", "/tracing/lists/no_source", "/tracing/lists/unseen", f"/tracing/{case}",
        f"/tracing/{contact}", f"/contacts/{contact}", f"/chains/{person}",
        f"/chains/{person}/picture", f"/chains/{person}/near",
    ]  # fmt: skip


def test_whoever_traces_opens_every_page(outbreak: Outbreak) -> None:
    tao = client(outbreak, "tao")

    answers = {address: tao.get(address) for address in pages(outbreak)}

    assert {address: a.status_code for address, a in answers.items()} == dict.fromkeys(answers, 200)
    case = answers[pages(outbreak)[3]].content.decode()
    assert "渔家" in case
    assert "Li" in case


@pytest.mark.parametrize("name", ["eve", "gus", "quin", "ann", "lil", "pat", "jo"])
def test_a_neighbour_a_gate_keeper_and_a_courier_see_nothing(outbreak, name: str) -> None:
    here = client(outbreak, name)
    names = [person.name for person in outbreak.people.values()]

    for address in [*pages(outbreak), "/follow-ups"]:
        answer = here.get(address)
        text = answer.content.decode()
        told_nothing = answer.status_code in (403, 404) or "Ren" not in text
        assert told_nothing, f"{name} opens {address}"
        assert not any(f">{one}<" in text for one in names)


def test_a_page_of_a_stranger_sounds_like_one_that_is_not_there(outbreak: Outbreak) -> None:
    eve = client(outbreak, "eve")

    there = eve.get(f"/tracing/{outbreak.case('Gen0').id}").status_code
    nowhere = eve.get("/tracing/999999").status_code

    assert (there, nowhere) == (404, 404)


def test_deciding_from_the_page_opens_a_contact(outbreak: Outbreak) -> None:
    case = outbreak.case("Gen0").id
    row = outbreak.exposure(case, "Li")

    client(outbreak, "tao").post(
        f"/tracing/{case}/act", {"act": "accept", "exposure": [str(row.id)]}
    )

    assert outbreak.contact("Li").stage == "to_reach"


def test_a_dismissal_without_a_reason_is_one_sentence(outbreak: Outbreak) -> None:
    case = outbreak.case("Gen0").id
    row = outbreak.exposure(case, "Li")

    answer = client(outbreak, "tao").post(
        f"/tracing/{case}/act", {"act": "dismiss", "exposure": [str(row.id)], "reason": ""}
    )

    assert answer.status_code == 422
    assert "is no reason" in answer.content.decode()
    assert Exposure.objects.get(id=row.id).decision == ""


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"from_at": ""}, "from when"),
        ({"from_at": "soon"}, "is no moment"),
        ({"from_at": "2021-01-01T10:00", "until_at": ""}, "future"),
        ({"name": ""}, "Say where it was"),
        ({"place_kind": "moon"}, "is no place_kind"),
    ],
)
def test_a_visit_that_cannot_be_is_told_and_what_was_typed_stays(outbreak, more, sentence) -> None:
    case = outbreak.case("Gen0").id
    before = Visit.objects.count()
    typed = {
        "act": "visit", "place_kind": "shop", "name": "粮店", "from_at": "2020-02-08T10:00",
        "until_at": "2020-02-08T11:00", "certainty": "sure", "source": "interview",
    }  # fmt: skip

    answer = client(outbreak, "tao").post(f"/tracing/{case}/act", typed | more)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert Visit.objects.count() == before
    if "name" not in more:
        assert "粮店" in answer.content.decode()


def test_a_visit_written_twice_from_the_page_is_one(outbreak: Outbreak) -> None:
    case = outbreak.case("Gen0").id
    typed = {
        "act": "visit", "place_kind": "train", "name": "G1021", "from_at": "2020-02-08T10:00",
        "until_at": "2020-02-08T11:00", "row": "12", "carriage": "5", "certainty": "sure",
        "source": "transport",
    }  # fmt: skip
    tao = client(outbreak, "tao")

    tao.post(f"/tracing/{case}/act", typed)
    tao.post(f"/tracing/{case}/act", typed)

    assert Visit.objects.get(name="G1021").row == 12


def test_well_is_one_tap_of_the_day(outbreak: Outbreak) -> None:
    outbreak.pass_days(1)
    holder = Item.objects.get(id=outbreak.contact("Ren").id).holder_id
    name = next(n for n, a in outbreak.city.accounts.items() if a.id == holder)
    here = client(outbreak, name)
    page = here.get("/follow-ups").content.decode()
    assert "Ren" in page
    row = FollowUp.objects.get(contact_id=outbreak.contact("Ren").id, day="2020-02-10", slot=0)

    answer = here.post(
        "/follow-ups/tell",
        {"contact": row.contact_id, "day": "2020-02-10", "slot": "0", "status": "well",
         "in_place": "1"},
    )  # fmt: skip

    assert answer.content.decode() == "Written down."
    row.refresh_from_db()
    assert row.status == "well"
    assert outbreak.contact("Ren").stage == "followed"


def test_what_was_asked_while_the_line_was_cut_has_the_moment_it_was_asked(outbreak) -> None:
    outbreak.pass_days(1)
    row = FollowUp.objects.get(contact_id=outbreak.contact("Ren").id, day="2020-02-10", slot=0)
    then = clock.now_s() - 1800

    client(outbreak, "cy").post(
        "/follow-ups/tell",
        {"contact": row.contact_id, "day": "2020-02-10", "slot": "0", "status": "well",
         "in_place": "1", "kept": "1", "at_ms": str(then * 1000)},
    )  # fmt: skip

    row.refresh_from_db()
    assert (row.status, clock.seconds(row.at)) == ("well", then)


def test_an_exception_asks_more_and_goes_on_by_itself(outbreak: Outbreak) -> None:
    outbreak.pass_days(1)
    contact = outbreak.contact("Ren")

    client(outbreak, "cy").post(
        "/follow-ups/tell",
        {"contact": contact.id, "day": "2020-02-10", "slot": "0", "status": "ill",
         "symptoms": ["fever", "cough"], "temperature_c": "38.4"},
    )  # fmt: skip

    assert outbreak.contact("Ren").stage == "turned"
    assert outbreak.case("Ren").parent_id == contact.id


@pytest.mark.parametrize(
    "wrong",
    [{"day": "x"}, {"temperature_c": "warm"}, {"temperature_c": "99"}, {"contact": "x"},
     {"status": "fine"}, {"contact": "999999"}, {"day": "1999-01-01"}, {"day": "9999-12-31"}],
)  # fmt: skip
def test_a_wrong_follow_up_is_told_in_one_sentence(outbreak: Outbreak, wrong) -> None:
    said = {"contact": outbreak.contact("Ren").id, "day": "2020-02-09", "slot": "0",
            "status": "well"}  # fmt: skip

    answer = client(outbreak, "cy").post("/follow-ups/tell", said | wrong)

    assert answer.status_code in (404, 422)
    assert not FollowUp.objects.exclude(status="").exists()


def test_every_look_at_a_contact_can_be_read_by_the_person(outbreak: Outbreak) -> None:
    from linli.audit.acts import looks_at

    Record.objects.all().delete()
    client(outbreak, "tao").get(f"/contacts/{outbreak.contact('Ren').id}")
    client(outbreak, "tao").get(f"/tracing/{outbreak.case('Gen0').id}")

    assert looks_at(outbreak.person("Ren").id)
    assert looks_at(outbreak.person("Gen0").id)


def test_a_look_at_the_bare_item_of_a_contact_can_be_read_by_the_person_too(outbreak) -> None:
    from linli.audit.acts import looks_at

    Record.objects.all().delete()
    client(outbreak, "tao").get(f"/items/{outbreak.contact('Ren').id}?purpose=investigation")

    (look,) = looks_at(outbreak.person("Ren").id)
    assert (look.act, look.detail) == ("see", {"item": outbreak.contact("Ren").id})


def test_the_picture_leaves_without_names_and_numbers_of_people(outbreak: Outbreak) -> None:
    answer = client(outbreak, "tao").get(f"/chains/{outbreak.person('Gen0').id}/picture")

    text = answer.content.decode()
    assert answer["Content-Type"] == "image/svg+xml"
    assert "attachment" in answer["Content-Disposition"]
    assert not any(person.name in text for person in outbreak.people.values())


def test_a_candidate_who_lives_elsewhere_is_masked(outbreak: Outbreak) -> None:
    case = outbreak.case("Gen0").id
    outbreak.person("Far", "ash1")
    stay = Visit.objects.filter(person_id=outbreak.person("Gen0").id).first()
    stay.pk, stay.uid = None, "6e5c2a52-7f0e-4f3c-9a58-0a8f4d2b9c12"
    stay.person_id, stay.path = outbreak.person("Far").id, outbreak.person("Far").path
    stay.save()
    find.look(case, outbreak.scene("tao"))

    page = client(outbreak, "tao").get(f"/tracing/{case}").content.decode()

    assert outbreak.exposure(case, "Far")
    assert "Far" not in page
    assert "•••" in page


@pytest.mark.parametrize(
    ("piece", "where", "together"),
    [
        ({"place": "household:6936", "hours": 162.66}, "the same home", "up to 7 days together"),
        ({"place": "渔家", "hours": 1.9}, "渔家", "up to 2 hours together"),
        ({"place": "train:g1021:18301", "hours": 0.4}, "g1021", "up to 24 minutes together"),
        ({"place": "7:茶馆", "hours": 0}, "茶馆", ""),
        ({"place": "area:999", "kind": "market"}, "market", ""),
    ],
)
def test_a_meeting_is_told_in_words_and_no_key_is_shown(db, piece, where, together) -> None:
    (told,) = in_words([piece])

    assert (told["where"], told["together"]) == (where, together)


def test_a_chain_is_opened_person_by_person_within_reach(outbreak: Outbreak) -> None:
    case, ren = outbreak.case("Gen0"), outbreak.person("Ren")
    outbreak.person("Far", "ash1")
    gil = outbreak.scene("gil")
    found = find.name(case.id, outbreak.person("Far").id, relation="friend",
                      last_met_on=clock.day(clock.moment(outbreak.now)), scene=gil)  # fmt: skip
    decide.accept([found.id], gil)
    tao = client(outbreak, "tao")

    whole = tao.get(f"/chains/{case.subject_id}").content.decode()
    piece = tao.get(f"/chains/{case.subject_id}/near").content.decode()

    assert f"/chains/{case.subject_id}/near" in whole
    assert "<html" not in piece
    assert "1 more is looked after by another desk" in piece
    assert "Far" not in piece + whole
    assert client(outbreak, "eve").get(f"/chains/{ren.id}/near").status_code == 404
