"""Others ask for the same: they follow, they are told, and a merge carries them along."""

import pytest

from linli.errors import GateShut, NotAllowed, NotFound, PurposeNeeded, SignInNeeded
from linli.jobs.outbox import Message
from linli.loops import catalogue, find
from linli.loops.advance import Opening, advance, open_item
from linli.loops.ledger import Item, Voice
from linli.loops.requests import sample
from linli.loops.requests.file import join_request
from linli.loops.requests.test_file import ask
from linli.policy.can import VISITOR
from linli.policy.fields import MASK
from tests.cast import EVENING, City

pytestmark = pytest.mark.db
LOOP = catalogue.get("request")
CONTACT = {"description": "No water", "contact_name": "Una", "contact_phone": "000"}


def told(city: City, kind: str = "progress") -> dict[str, list[str]]:
    """Who of the cast was told of which stages."""
    names = {account.id: name for name, account in city.accounts.items()}
    heard: dict[str, list[str]] = {}
    for message in Message.objects.filter(kind=kind).order_by("id"):
        heard.setdefault(names[message.account_id], []).append(message.detail["stage"])
    return heard


def take(city: City, item_id: int, step: str, by: str, **data: object) -> None:
    """Somebody takes a step."""
    advance(item_id, step, city.scene(by), data=data, own=by == "ann")


def answer(city: City, item_id: int) -> None:
    """Cy sees to it and says so."""
    take(city, item_id, "accept", "cy")
    take(city, item_id, "answer", "cy", note="Done.", result="done", reach="page")


def test_who_joined_is_told_at_the_answer_and_at_the_end_and_not_in_between(city: City) -> None:
    item_id = ask(city, actor=city.actor("ann")).item_id
    join_request(city.actor("kim"), item_id, now=EVENING)
    join_request(VISITOR, item_id, now=EVENING)
    Message.objects.all().delete()

    answer(city, item_id)
    take(city, item_id, "rate", "ann", solved=True)

    assert told(city) == {"ann": ["working", "answered"], "kim": ["answered", "closed"]}


def test_who_joined_follows_without_seeing_or_steering_what_is_anothers(city: City) -> None:
    item_id = ask(city, actor=city.actor("ann"), data=CONTACT).item_id
    token = join_request(VISITOR, item_id, now=EVENING)
    join_request(city.actor("kim"), item_id, now=EVENING)

    views = [
        find.item_for(VISITOR, item_id, now=EVENING, purpose=None, token=token),
        find.item_for(city.actor("kim"), item_id, now=EVENING, purpose=None),
    ]

    for view in views:
        assert (view.own, view.steps) == (False, ())
        assert (view.data["contact_name"], view.data["contact_phone"]) == (MASK, MASK)
    assert not find.reach(VISITOR, item_id, loop=LOOP, roles=LOOP.seen_by, token=token)
    with pytest.raises(SignInNeeded):
        advance(item_id, "withdraw", city.scene("ann").onward(VISITOR, EVENING), own=False)


def test_a_merge_carries_the_voices_and_the_owner_along(city: City) -> None:
    first = ask(city, actor=city.actor("ann")).item_id
    second = ask(city, actor=city.actor("kim"))
    tokens = [join_request(VISITOR, second.item_id, now=EVENING)]
    join_request(city.actor("ann"), second.item_id, now=EVENING)  # who asked for the first

    take(city, second.item_id, "merge", "bo", item=first)

    kept, gone = Item.objects.get(id=first), Item.objects.get(id=second.item_id)
    assert (gone.stage, gone.duplicate_of) == ("merged", first)
    assert kept.n_me_too == 2  # Kim, and the visitor; Ann is heard already
    assert Voice.objects.filter(item_id=first).count() == 2
    assert find.by_token(tokens[0]) == first
    assert find.by_token(second.token) == second.item_id
    Message.objects.all().delete()
    answer(city, first)
    assert told(city)["kim"] == ["answered"]


def test_a_request_cannot_be_joined_to_a_closed_one(city: City) -> None:
    first, second = (ask(city, actor=city.actor("ann")).item_id for _ in range(2))
    take(city, first, "withdraw", "ann")

    with pytest.raises(GateShut, match="closed"):
        take(city, second, "merge", "bo", item=first)

    assert Item.objects.get(id=second).duplicate_of is None


def test_a_holder_is_told_when_it_comes_and_not_at_every_step(city: City) -> None:
    item_id = ask(city, actor=city.actor("ann")).item_id
    take(city, item_id, "accept", "sam")
    Message.objects.all().delete()

    join_request(VISITOR, item_id, now=EVENING)
    assert not Message.objects.exists()
    take(city, item_id, "ask_resident", "sam", reason="Which tap?")
    take(city, item_id, "tell_more", "ann", reason="The kitchen.")
    assert told(city, "yours") == {"sam": ["working"]}

    take(city, item_id, "refuse", "sam", reason="Not ours.")
    assert told(city, "unheld") == {"dee": ["refused"]}


def checked(city: City, differs: int, agrees: int) -> None:
    """Requests of the sample that were checked."""
    for n in range(differs + agrees):
        item_id = ask(city, actor=city.actor("ann")).item_id
        answer(city, item_id)
        take(city, item_id, "rate", "ann", solved=True)
        Item.objects.filter(id=item_id).update(back_check="asked")
        take(city, item_id, "back_check", "sam", agrees=n >= differs)


def test_the_sample_waits_for_somebody_other_than_who_solved_it(city: City) -> None:
    ids = [ask(city, actor=city.actor("ann")).item_id for _ in range(4)]
    for item_id in ids:
        answer(city, item_id)
        take(city, item_id, "rate", "ann", solved=True)
    Item.objects.update(back_check="asked")
    Item.objects.filter(id=ids[0]).update(holder_id=city.accounts["sam"].id)
    sam = city.actor("sam")

    first = sample.waiting(sam, purpose="service", most=2)
    rest = sample.waiting(sam, purpose="service", most=2, after=first.after)

    assert [item.id for item in first.rows + rest.rows] == ids[1:]
    assert rest.after is None
    assert sample.waiting(city.actor("eve"), purpose="service").rows == []
    assert len(sample.waiting(city.actor("kim"), purpose="oversight").rows) == 4
    with pytest.raises(PurposeNeeded):
        sample.waiting(sam, purpose=None)
    with pytest.raises(NotAllowed):
        sample.waiting(city.actor("cy"), purpose="service")


def test_the_mismatch_rate_is_shown_from_ten_checks_on(city: City) -> None:
    checked(city, differs=2, agrees=7)
    path = city.areas["oak"].path
    assert sample.back_checks(path).mismatch.share is None

    checked(city, differs=0, agrees=1)

    found = sample.back_checks(path)
    assert (found.n_sampled, found.n_waiting, found.mismatch.share) == (10, 0, 0.2)


def test_a_purpose_opens_the_area_of_the_role_that_may_have_it_and_no_other(city: City) -> None:
    here = ask(city).item_id
    there = open_item(
        LOOP,
        Opening(city.areas["ash1"].id, "utility", CONTACT, kind="water"),
        city.scene("ann"),
    ).item_id
    both = city.actor("fay").holdings + city.actor("eve").holdings  # commands East, leads Ash
    actor = type(city.actor("fay"))(city.accounts["fay"].id, both)

    def seen(purpose: str) -> list[int]:
        page = find.items(actor, filters=find.Filters(loop="request"), purpose=purpose)
        return sorted(item.id for item in page.rows)

    assert seen("service") == [here, there]
    assert seen("care") == [there]
    with pytest.raises(NotAllowed):
        seen("oversight")
    with pytest.raises(NotFound):
        find.item_for(city.actor("eve"), here, now=EVENING, purpose="care")
