"""Can a resident ask, follow and close a request on the pages, and is nothing typed ever lost?"""

import re
from uuid import uuid4

import pytest
from django.test import Client

from linli.loops import find
from linli.loops.advance import advance
from linli.loops.find import Filters
from linli.loops.ledger import Item
from linli.loops.requests.file import file_request
from linli.loops.requests.forms import Channel
from linli.registry.duties import RequestType
from tests.cast import EVENING
from tests.web.furnished import PHONE, Furnished

pytestmark = pytest.mark.db


@pytest.fixture
def visitor() -> Client:
    return Client(HTTP_ACCEPT_LANGUAGE="en")


def form(here: Furnished, **other: str) -> dict[str, str]:
    """A filled-in form of the front."""
    return {
        "uid": str(uuid4()),
        "kind": "noise",
        "area": str(here.city.areas["court"].id),
        "where": "橡树院",
        "description": "Drums at night",
        "contact_name": "Ann",
    } | other


def followed(visitor: Client, filed) -> str:
    """Where a visitor follows a request once its code was typed."""
    answer = visitor.post("/requests/follow", {"token": filed.token})
    return answer["Location"]


def as_(here: Furnished, who: str) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(
        here.city.accounts[who], backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


def test_a_visitor_asks_gets_a_code_and_follows_by_it(here, visitor):
    answer = visitor.post("/requests/new", form(here), follow=True)

    code = re.search(r'class="token"[^>]*>([^<]+)<', answer.content.decode()).group(1)
    other = Client(HTTP_ACCEPT_LANGUAGE="en")
    answer = other.post("/requests/follow", {"token": code}, follow=True)
    page = answer.content.decode()
    assert code not in answer.request["PATH_INFO"]
    assert code not in page
    assert "Drums at night" in page
    assert "Somebody has been asked to see to it." in page


def test_sending_the_form_twice_files_once_and_shows_the_same_code(here, visitor):
    filled = form(here)

    first = visitor.post("/requests/new", filled, follow=True).content.decode()
    again = visitor.post("/requests/new", filled, follow=True).content.decode()

    codes = [re.search(r'class="token"[^>]*>([^<]+)<', page).group(1) for page in (first, again)]
    assert codes[0] == codes[1]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"description": ""}, "What do you need? needs at least 2 characters"),
        ({"description": "x" * 4001}, "holds at most 4000 characters"),
        ({"area": ""}, "Choose the place"),
        ({"area": "99999999999999999999999"}, "Choose the place"),
        ({"kind": ""}, "no type of request"),
        ({"kind": "moonlight"}, "moonlight is no type of request"),
    ],
)
def test_wrong_input_is_told_in_a_sentence_and_nothing_typed_is_lost(here, visitor, wrong, said):
    filled = form(here, description="It has been so for a week", contact_phone=PHONE) | wrong

    answer = visitor.post("/requests/new", filled)

    text = answer.content.decode()
    assert answer.status_code == 422
    assert said in text
    kept = [v for k, v in filled.items() if k in {"description", "contact_phone", "where"}]
    assert all(value in text for value in kept)


def test_wrong_input_is_told_in_chinese_to_who_reads_chinese(here):
    visitor = Client(HTTP_ACCEPT_LANGUAGE="zh-hans")

    text = visitor.post("/requests/new", form(here, description="")).content.decode()

    assert "您需要什么帮助？" in text
    assert "needs at least" not in text
    assert "String should have" not in text


def test_ten_megabytes_of_text_are_refused_in_a_sentence(here, visitor):
    answer = visitor.post("/requests/new", form(here, description="x" * 10_000_000))

    assert answer.status_code == 413
    assert "at most" in answer.content.decode()


def test_a_wrong_code_is_told_and_stays_in_the_field(here, visitor):
    answer = visitor.post("/requests/follow", {"token": "notmycode123"})

    assert answer.status_code == 404
    assert 'value="notmycode123"' in answer.content.decode()


def test_opening_the_reply_reads_it_and_the_resident_has_the_last_word(here, visitor):
    own = followed(visitor, here.answered)

    page = visitor.get(own).content.decode()
    assert "The pump runs again." in page
    assert _item(here).reply_seen_at is not None

    visitor.post(f"{own}/rate", {"solved": "true", "satisfied": "5"})
    item = _item(here)
    assert (item.stage, item.solved, item.satisfied) == ("closed", True, 5)


def test_a_rating_without_a_word_on_solved_keeps_what_was_typed(here, visitor):
    own = followed(visitor, here.answered)

    answer = visitor.post(f"{own}/rate", {"comment": "Quick, thank you"})

    assert answer.status_code == 422
    assert "Quick, thank you" in answer.content.decode()
    assert _item(here).stage == "answered"


def test_not_solved_opens_it_again(here, visitor):
    visitor.post(f"{followed(visitor, here.answered)}/reopen", {"reason": "Still dry."})

    assert (_item(here).stage, _item(here).n_reopened) == ("working", 1)


def test_a_code_takes_no_step_of_staff(here, visitor):
    answer = visitor.post(f"{followed(visitor, here.asked)}/accept")

    assert answer.status_code == 404


def test_others_may_join_what_is_public_and_only_follow_it(here, visitor):
    RequestType.objects.filter(code="breath").update(public=True)

    answer = visitor.post(f"/requests/{here.asked.item_id}/join", follow=True)

    code = re.search(r'class="token"[^>]*>([^<]+)<', answer.content.decode()).group(1)
    page = visitor.get(f"/requests/follow/{code}", follow=True).content.decode()
    assert "You have joined this request of a neighbour." in page
    assert "Short of breath" not in page
    assert PHONE not in page


def test_the_desk_finds_the_caller_and_writes_down_for_them(here):
    desk = as_(here, "bo")

    found = desk.get("/desk/new/callers", {"caller": PHONE}, HTTP_HX_REQUEST="true")
    assert "3-201" in found.content.decode()

    filled = form(here, household=str(here.ids["household"]), channel="phone", area="")
    answer = desk.post("/desk/new", filled)
    assert answer.status_code == 201
    newest = find.items(here.city.actor("bo"), filters=Filters(), purpose="service").rows[0]
    assert (newest.channel, newest.subject_id, newest.opened_by) == (
        "phone",
        here.ids["household"],
        None,
    )


def test_a_grid_worker_at_a_neighbours_door_finds_the_own_grid_chosen_already(here):
    oak1 = here.city.areas["oak1"]

    page = as_(here, "cy").get("/desk/new").content.decode()

    assert f'name="area" value="{oak1.id}" checked' in page
    assert 'name="channel" value="visit" checked' in page
    answer = as_(here, "cy").post(
        "/desk/new",
        {"channel": "visit", "kind": "noise", "area": str(oak1.id), "description": "Drums"},
    )
    assert answer.status_code == 201
    assert Item.objects.filter(title__contains="Drums", area_id=oak1.id).exists()
    assert 'name="area"' not in as_(here, "bo").get("/desk/new").content.decode()


def test_the_desk_is_told_what_lacks_and_keeps_the_callers_words(here):
    answer = as_(here, "bo").post("/desk/new", form(here, channel=""))

    assert answer.status_code == 422
    assert "Say how the request came in" in answer.content.decode()
    assert "Drums at night" in answer.content.decode()


def test_a_desk_elsewhere_finds_neither_the_caller_nor_the_place(here):
    desk = as_(here, "eve")

    assert "3-201" not in desk.get("/desk/new/callers", {"caller": PHONE}).content.decode()
    assert "橡树" not in desk.get("/desk/new/places", {"where": "橡树"}).content.decode().replace(
        "“橡树”", ""
    )
    answer = desk.post("/desk/new", form(here, channel="phone"))
    assert answer.status_code == 403


def test_one_tap_takes_the_next_step_and_gives_back_the_row(here):
    worker = next(name for name in ("cy", "cleo") if _holds(here, name))
    client = as_(here, worker)
    assert f"/items/{here.asked.item_id}/steps/accept" in client.get("/work").content.decode()

    answer = client.post(f"/items/{here.asked.item_id}/steps/accept", HTTP_HX_REQUEST="true")

    text = answer.content.decode()
    assert answer.status_code == 200
    assert text.startswith("<li")
    assert "Being worked on" in text
    assert "Done." in text


def test_a_step_that_is_not_possible_is_told_in_the_place_for_alerts(here):
    client = as_(here, "cy")

    answer = client.post(f"/items/{here.answered.item_id}/steps/accept", HTTP_HX_REQUEST="true")

    assert answer.status_code == 409
    assert answer["HX-Retarget"] == "#alert"
    assert "cannot take the step accept" in answer.content.decode()


def test_a_reply_without_its_words_keeps_the_rest(here):
    worker = next(name for name in ("cy", "cleo") if _holds(here, name))
    client = as_(here, worker)
    client.post(f"/items/{here.asked.item_id}/steps/accept")

    answer = client.post(
        f"/items/{here.asked.item_id}/steps/answer",
        {"note": "", "result": "partly", "reach": "phone"},
    )

    text = answer.content.decode()
    assert answer.status_code == 422
    assert re.search(r'value="partly" checked', text)
    assert re.search(r'value="phone" checked', text)
    assert "The reply needs at least 2 characters" in text


def _item(here: Furnished):
    view = find.item_for(here.city.actor("bo"), here.answered.item_id, now=0, purpose="service")
    return view.item


def _holds(here: Furnished, name: str) -> bool:
    mine = find.work_of(here.city.actor(name), now=0).rows
    return here.asked.item_id in {item.id for item in mine}


def test_a_resident_with_an_account_reads_the_reply_on_the_items_page(here):
    ann = here.city.actor("ann")
    mine = file_request(
        ann,
        now=EVENING,
        kind="noise",
        area_id=here.city.areas["oak1"].id,
        data={"description": "Drums"},
        channel=Channel.PAGE,
    )
    worker = next(
        name
        for name in ("cy", "cleo")
        if mine.item_id in {i.id for i in find.work_of(here.city.actor(name), now=0).rows}
    )
    advance(mine.item_id, "accept", here.city.scene(worker))
    reply = {"note": "They play at noon now.", "result": "done", "reach": "page"}
    advance(mine.item_id, "answer", here.city.scene(worker), data=reply)

    page = as_(here, "ann").get(f"/items/{mine.item_id}").content.decode()

    assert "They play at noon now." in page
    seen = find.item_for(here.city.actor("bo"), mine.item_id, now=0, purpose="service").item
    assert seen.reply_seen_at is not None


def test_a_form_that_is_too_old_is_told_in_a_sentence(here):
    visitor = Client(enforce_csrf_checks=True, HTTP_ACCEPT_LANGUAGE="en")

    answer = visitor.post("/requests/new", form(here))

    assert answer.status_code == 403
    assert "The page was open for too long" in answer.content.decode()


def test_a_link_with_the_code_leads_to_an_address_without_it(here, visitor):
    token = here.answered.token

    answer = visitor.get(f"/requests/follow/{token}")

    assert answer["Location"] == f"/requests/own/{here.answered.item_id}"
    page = visitor.get(answer["Location"])
    assert token not in page.content.decode()
    assert page["Referrer-Policy"] in {"same-origin", "no-referrer"}


def test_nobody_follows_by_the_number_alone(here, visitor):
    for address in ("", "/rate", "/withdraw"):
        answer = visitor.get(f"/requests/own/{here.asked.item_id}{address}", follow=True)
        assert answer.status_code == 404
