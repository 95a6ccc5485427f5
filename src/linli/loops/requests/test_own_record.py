"""A resident asks to be erased or put right: what may go goes, what is held is told, and why."""

from collections.abc import Callable
from datetime import date

import pytest

from linli.audit import sealed
from linli.audit.records import Record
from linli.errors import NotAllowed, NotFound
from linli.loops.advance import advance
from linli.loops.keeping import Destruction
from linli.loops.ledger import Item
from linli.loops.requests import own_record
from linli.loops.requests.file import file_request
from linli.loops.requests.forms import Channel
from linli.loops.requests.own_record import Answer, Held, NotAboutRecord, WhoIsIt
from linli.policy.can import Actor
from linli.registry import keep, kinds
from linli.registry.accounts import Account
from linli.registry.duties import RequestType
from linli.registry.person import Person
from tests.cast import EVENING, City
from tests.doors import Doors, move_in

pytestmark = pytest.mark.db

Asks = Callable[..., int]


@pytest.fixture
def doors(city: City) -> Doors:
    made = move_in(city)
    one = made.people["Zhao One"]
    one.phone, one.document, one.needs = "555-0100", "D-1", ["dialysis"]
    one.save()
    for code in own_record.TYPES:
        RequestType.objects.create(
            code=code, name_zh=code, name_en=code, item_class="normal", duty_code="d-noise"
        )
    return made


@pytest.fixture
def asks(city: City, doors: Doors) -> Asks:
    """Zhao One asks by an account of their own, and Sam has it in hand."""

    def ask(kind: str = own_record.TO_ERASE, *, own: bool = True) -> int:
        if own:
            Account.objects.filter(username="ann").update(person_id=doors.people["Zhao One"].id)
        filed = file_request(
            city.actor("ann"), now=EVENING, kind=kind, area_id=city.areas["oak1"].id,
            data={"description": "Please erase what you know of me"}, channel=Channel.PAGE,
        )  # fmt: skip
        advance(filed.item_id, "reassign", city.scene("bo"),
                data={"note": "For Sam", "holder_id": city.accounts["sam"].id})  # fmt: skip
        advance(filed.item_id, "accept", city.scene("sam"))
        return filed.item_id

    return ask


def one() -> Person:
    return Person.objects.get(code="ZhaoOne")


def left() -> None:
    Person.objects.filter(code="ZhaoOne").update(left_on=date(2020, 2, 1), left_because="moved")


def parts(found: own_record.Asked) -> dict[str, bool]:
    return {part.name: part.goes for part in found.parts}


def see(city: City, item_id: int, who: str = "sam", **more: int) -> own_record.Asked:
    return own_record.see(city.actor(who), item_id, now=EVENING, purpose="registry", **more)


def sam(city: City) -> Actor:
    return city.actor("sam")


def test_who_lives_here_may_have_erased_what_the_register_can_do_without(
    city: City, asks: Asks
) -> None:
    found = see(city, asks())

    assert parts(found) == {"record": False, "phone": True, "document": True, "needs": True}
    assert "They live here" in found.parts[0].reasons[0].tell()


def test_erasing_and_answering_are_one_act_and_the_resident_reads_what_went(
    city: City, asks: Asks
) -> None:
    item_id = asks()

    own_record.answer(sam(city), item_id, Answer(["phone", "document"], ""), now=EVENING)

    item = Item.objects.get(id=item_id)
    assert (one().phone, one().document, one().needs) == ("", "", ["dialysis"])
    assert (item.stage, item.data["result"]) == ("answered", "partly")
    assert "Erased: phone, identity document." in item.data["reply"]
    assert "Not erased: the whole record. They live here." in item.data["reply"]
    kept = Record.objects.get(act="erase")
    assert kept.detail == {"item": item_id, "parts": ["document", "phone"], "proof": "account"}
    assert "555" not in str(kept.detail)


def test_who_has_left_and_is_held_by_nothing_goes_at_once_with_a_report(
    city: City, asks: Asks
) -> None:
    left()
    item_id, was = asks(), one().id

    own_record.answer(sam(city), item_id, Answer(["record"], ""), now=EVENING)
    sealed.seal_all()

    item, ann = Item.objects.get(id=item_id), Account.objects.get(username="ann")
    assert not Person.objects.filter(id=was).exists()
    assert (item.stage, item.data["result"]) == ("answered", "done")
    assert (ann.person_id, ann.is_active) == (None, True)  # the answer reaches them
    report = Destruction.objects.get()
    assert (report.loop, report.cause, report.n_items) == ("people_asked", "asked", 1)
    assert all(verdict.broken is None for verdict in sealed.verify())


def test_what_is_open_holds_and_the_answer_says_so(city: City, asks: Asks) -> None:
    left()
    item_id = asks()
    noise = file_request(
        city.actor("ann"), now=EVENING, kind="noise", area_id=city.areas["oak1"].id,
        data={"description": "Drums"}, channel=Channel.PAGE,
    ).item_id  # fmt: skip

    with pytest.raises(Held, match=f"No. {noise}, request"):
        own_record.answer(sam(city), item_id, Answer(["record"], ""), now=EVENING)
    assert one().phone == "555-0100"
    own_record.answer(sam(city), item_id, Answer([], "", words="Sorry."), now=EVENING)

    item = Item.objects.get(id=item_id)
    assert item.data["result"] == "cannot"
    assert f"No. {noise}, request, was asked for by them and is still open." in item.data["reply"]
    assert "Sorry." in item.data["reply"]


def test_a_record_put_right_since_they_asked_is_told_by_its_fields(city: City, asks: Asks) -> None:
    item_id = asks(own_record.TO_CORRECT)
    nothing = Answer([], "")

    with pytest.raises(Exception, match="Nothing was changed"):
        own_record.answer(sam(city), item_id, nothing, now=EVENING)
    keep.change(sam(city), kinds.get("people"), one().id, {"phone": "555-0199"},
                purpose="registry")  # fmt: skip
    Record.objects.filter(act="edit").update(at=EVENING + 1)
    own_record.answer(sam(city), item_id, nothing, now=EVENING)

    item = Item.objects.get(id=item_id)
    assert "Put right: Phone." in item.data["reply"]
    assert item.data["result"] == "done"


def test_whose_record_it_is_has_to_be_said_and_shown_where_no_account_asked(
    city: City, asks: Asks
) -> None:
    item_id, who = asks(own=False), one().id

    assert see(city, item_id).person is None
    assert parts(see(city, item_id, person_id=who))["phone"]
    for given in (
        Answer(["phone"], "document"),
        Answer(["phone"], "", person_id=who),
        Answer(["phone"], "account", person_id=who),
        Answer(["phone"], "a friend said so", person_id=who),
    ):
        with pytest.raises(WhoIsIt):
            own_record.answer(sam(city), item_id, given, now=EVENING)
    own_record.answer(sam(city), item_id, Answer(["phone"], "document", person_id=who), now=EVENING)

    assert one().phone == ""


def test_nobody_erases_out_of_reach_or_without_the_power(
    city: City, doors: Doors, asks: Asks
) -> None:
    item_id = asks(own=False)
    far = doors.people["Li One"].id

    with pytest.raises(NotFound):
        own_record.answer(sam(city), item_id, Answer([], "known", person_id=far), now=EVENING)
    with pytest.raises(NotFound):
        see(city, item_id, "eve")
    for who in ("cy", "bo", "dee"):
        with pytest.raises(NotAllowed):
            own_record.see(city.actor(who), item_id, now=EVENING, purpose="service")
    for who in ("kim", "ida", "ann"):
        with pytest.raises((NotAllowed, NotFound)):
            own_record.answer(city.actor(who), item_id, Answer([], "known"), now=EVENING)


def test_a_request_of_another_type_and_a_part_that_is_not_there_are_told(
    city: City, asks: Asks
) -> None:
    item_id = asks()
    noise = file_request(
        city.actor("ann"), now=EVENING, kind="noise", area_id=city.areas["oak1"].id,
        data={"description": "Drums"}, channel=Channel.PAGE,
    ).item_id  # fmt: skip

    with pytest.raises(NotAboutRecord, match="erase_my_data"):
        see(city, noise)
    with pytest.raises(NotFound):
        own_record.answer(sam(city), item_id, Answer(["name"], ""), now=EVENING)
