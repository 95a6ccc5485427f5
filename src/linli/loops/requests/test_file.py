"""A request comes in by any door, once; others join it; and its class follows from its type."""

from uuid import uuid4

import pytest

from linli.errors import BadInput, NotFound, Taken
from linli.loops import find
from linli.loops.ledger import Item, Voice
from linli.loops.requests.file import file_request, join_request
from linli.loops.requests.forms import Channel
from linli.policy.can import VISITOR
from linli.registry.duties import RequestType
from tests.cast import EVENING, City

pytestmark = pytest.mark.db


def ask(city: City, **more):
    words = {"actor": VISITOR, "kind": "water", "data": {"description": "No water"}} | more
    return file_request(now=EVENING, area_id=city.areas["oak1"].id, channel=Channel.PAGE, **words)


def test_a_visitor_files_and_follows_by_the_token(city: City):
    filed = ask(city)

    assert find.by_token(filed.token) == filed.item_id
    item = Item.objects.get(id=filed.item_id)
    assert (item.item_class, item.channel, item.opened_by) == ("utility", "page", None)


def test_the_same_request_sent_twice_is_filed_once_and_tells_its_token_once(city: City):
    uid = uuid4()

    first, again = ask(city, uid=uid), ask(city, uid=uid)

    assert first.item_id == again.item_id
    assert (bool(first.token), again.token, again.again) == (True, "", True)


def test_what_the_desk_files_for_a_caller_is_not_the_desks_own(city: City):
    filed = ask(city, actor=city.actor("bo"), on_behalf=True)

    assert Item.objects.get(id=filed.item_id).opened_by is None


def test_an_unknown_type_is_told(city: City):
    with pytest.raises(BadInput, match="tap is no type"):
        ask(city, kind="tap")


def test_another_resident_joins_with_a_token_of_their_own_and_only_once(city: City):
    filed = ask(city)

    token = join_request(city.actor("ann"), filed.item_id, now=EVENING)

    assert find.by_token(token) == filed.item_id
    assert Item.objects.get(id=filed.item_id).n_me_too == 1
    with pytest.raises(Taken):
        join_request(city.actor("ann"), filed.item_id, now=EVENING)
    assert (Voice.objects.count(), Item.objects.get(id=filed.item_id).n_me_too) == (1, 1)


def test_a_request_of_a_private_type_cannot_be_joined(city: City):
    filed = ask(city)
    RequestType.objects.filter(code="water").update(public=False)

    with pytest.raises(NotFound):
        join_request(VISITOR, filed.item_id, now=EVENING)


def test_the_desk_adds_a_callers_voice_only_where_it_works(city: City):
    filed = ask(city)
    RequestType.objects.filter(code="water").update(public=False)

    for _ in range(2):
        join_request(city.actor("bo"), filed.item_id, now=EVENING, on_behalf=True)

    assert Item.objects.get(id=filed.item_id).n_me_too == 2
    with pytest.raises(NotFound):
        join_request(city.actor("eve"), filed.item_id, now=EVENING, on_behalf=True)
