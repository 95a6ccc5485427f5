"""Are limits signed, modes declared and posts filled from the pages, and is wrong input told?"""

import html

import pytest
from django.test import Client

from linli.audit.records import Record
from linli.loops.limits import LimitSet
from linli.registry.declarations import Declaration
from linli.registry.person import Person, make_findable
from linli.registry.roster import Assignment, Post
from tests.web.furnished import Furnished, do_next_job

pytestmark = pytest.mark.db


def as_(here: Furnished, who: str) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(
        here.city.accounts[who], backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


def newest() -> LimitSet:
    return LimitSet.objects.filter(loop="request").order_by("-version").first()


def text_in_force() -> str:
    return newest().text


def test_a_change_of_limits_is_looked_at_then_signed_with_its_reason(here):
    lou = as_(here, "lou")
    longer = text_in_force().replace('limit = "15m"', 'limit = "20m"', 1)

    looked = lou.post("/limits/request", {"text": longer, "look": "1"}).content.decode()
    assert "+limit = &quot;20m&quot;" in looked
    assert newest().version == 1

    lou.post("/limits/request", {"text": longer, "note": "Long ways", "sign": "1"})
    signed = newest()
    assert (signed.version, signed.note) == (2, "Long ways")
    assert "-limit = &quot;15m&quot;" in lou.get("/limits/request").content.decode()


def test_the_table_changes_one_limit_and_leaves_the_rest_of_the_text(here):
    fields = {"table": "1", "clock-3-limit": "25m"}

    text = as_(here, "lou").post("/limits/request", fields).content.decode()

    assert "+limit = &quot;25m&quot;" in text
    assert text.count('class="plus"') == 1


@pytest.mark.parametrize(
    ("cell", "line"),
    [
        ({"clock-3-calendar": "office"}, "+calendar = &quot;office&quot;"),
        ({"ladder.default-2-at": "175%"}, "+at = &quot;175%&quot;"),
        ({"ladder.default-2-clears_holder": "yes"}, "+clears_holder = true"),
        ({"ladder.default-3-clears_holder": "no"}, "+clears_holder = false"),
    ],
)
def test_each_cell_of_clocks_and_ladders_changes_one_line_and_is_then_signed(here, cell, line):
    lou = as_(here, "lou")

    looked = lou.post("/limits/request", {"table": "1", **cell}).content.decode()

    assert line in looked
    assert looked.count('class="plus"') == 1
    text = html.unescape(looked.split("<textarea")[1].split(">", 1)[1].split("</textarea>")[0])
    lou.post("/limits/request", {"text": text, "note": "As decided", "sign": "1"})
    assert newest().version == 2
    assert "# Limits and ladder of the request loop" in newest().text


@pytest.mark.parametrize(
    "cell",
    [
        {"ladder.default-2-at": "soon"},
        {"ladder.default-2-tier": "city"},  # skips two tiers
        {"ladder.default-2-tier": 'x"\n[[clock]]'},
        {"clock-3-calendar": "moon"},
        {"clock-3-limit": "0h"},
    ],
)
def test_a_cell_that_cannot_be_is_told_and_nothing_is_signed(here, cell):
    answer = as_(here, "lou").post("/limits/request", {"table": "1", **cell})

    assert answer.status_code == 422
    assert newest().version == 1


def test_cells_that_are_not_there_and_cells_as_they_stand_change_nothing(here):
    fields = {
        "table": "1",
        "ladder.default-99-at": "1%",
        "clock-x-limit": "1h",
        "clock-3-limit": "15m",
    }

    looked = as_(here, "lou").post("/limits/request", fields).content.decode()

    assert "Nothing: the text is the version in force" in looked


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ('[[clock]]\nstage = "nowhere"\nlimit = "1h"', "clock[0]"),
        ("this is no TOML", "TOML"),
    ],
)
def test_limits_that_cannot_be_used_are_told_with_their_place_and_stay_in_the_field(
    here, wrong, said
):
    answer = as_(here, "lou").post("/limits/request", {"text": wrong, "note": "x", "sign": "1"})

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert wrong.split("\n")[0].replace('"', "&quot;") in answer.content.decode()


def test_limits_are_not_signed_without_a_reason_nor_by_who_may_not(here):
    longer = text_in_force().replace('"15m"', '"20m"', 1)

    without = as_(here, "lou").post("/limits/request", {"text": longer, "sign": "1"})
    foreign = as_(here, "sam").post("/limits/request", {"text": longer, "note": "x", "sign": "1"})

    assert (without.status_code, foreign.status_code) == (422, 403)
    assert newest().version == 1


def declared(here: Furnished, **other: str) -> dict[str, str]:
    return {
        "area": str(here.city.areas["east"].id),
        "mode": "emergency",
        "phase": "contain",
        "authority": "Order 7",
        "reason": "Spread in two streets",
        "ends_at": "2020-03-01T18:00",
    } | other


def test_a_commander_declares_an_emergency_with_its_end_and_lifts_it(here):
    fay = as_(here, "fay")

    fay.post("/modes/declare", declared(here))
    made = Declaration.objects.get()
    assert (made.mode, made.area, made.lifted_at) == ("emergency", here.city.areas["east"], None)
    assert "Spread in two streets" in Client(HTTP_ACCEPT_LANGUAGE="en").get("/").content.decode()

    fay.post(f"/modes/{made.id}/lift")
    made.refresh_from_db()
    assert made.lifted_at is not None


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"ends_at": "2019-01-01T00:00"}, "in the past"),
        ({"ends_at": ""}, "Say when it ends"),
        ({"ends_at": "soon"}, "soon is no moment"),
        ({"mode": "panic"}, "panic is no mode"),
        ({"reason": " "}, "Say by whose authority, and why"),
    ],
)
def test_a_wrong_declaration_is_told_and_keeps_what_was_typed(here, wrong, said):
    answer = as_(here, "fay").post("/modes/declare", declared(here) | wrong)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "Order 7" in answer.content.decode()
    assert not Declaration.objects.exists()


def test_nobody_declares_for_an_area_that_is_not_theirs(here):
    foreign = declared(here, area=str(here.city.areas["west"].id))

    answer = as_(here, "fay").post("/modes/declare", foreign)

    assert answer.status_code == 403
    assert not Declaration.objects.exists()


def test_somebody_is_appointed_and_relieved_and_both_are_recorded(here):
    sam = as_(here, "sam")
    post = Post.objects.create(
        role="grid_worker", area=here.city.areas["oak2"], path=here.city.areas["oak2"].path
    )
    assert "vacant" in sam.get(f"/roster?area={post.area_id}").content.decode()

    sam.post("/roster/appoint", {"post": post.id, "username": "cleo", "area": post.area_id})
    made = Assignment.objects.get(post=post)
    assert made.account == here.city.accounts["cleo"]

    sam.post("/roster/relieve", {"assignment": made.id, "area": post.area_id})
    made.refresh_from_db()
    assert made.ends_at is not None
    acts = set(Record.objects.values_list("act", flat=True))
    assert {"appoint", "relieve"} <= acts


def test_an_unknown_name_is_told_and_stays_in_the_field(here):
    post = Post.objects.get(area=here.city.areas["oak"], role="secretary")
    fields = {"post": post.id, "username": "nobody-here", "area": post.area_id}

    answer = as_(here, "sam").post("/roster/appoint", fields)

    assert answer.status_code == 404
    assert 'value="nobody-here"' in answer.content.decode()


def test_a_look_at_a_resident_is_in_the_audit_with_its_purpose(here):
    as_(here, "cy").get(f"/registry/people/{here.ids['person']}?purpose=care")

    page = as_(here, "kim").get(f"/audit?kind=people&subject={here.ids['person']}").content.decode()

    assert "Cy" in page
    assert "caring for somebody" in page
    assert "安娜" not in page


def test_breaking_the_glass_takes_a_reason_and_opens_the_record(here):
    eve = as_(here, "eve")
    address = f"/registry/people/{here.ids['person']}"
    eve.get("/me?purpose=care")
    assert eve.get(address).status_code == 404

    assert eve.post(f"{address}/open", {"reason": ""}).status_code == 422
    eve.post(f"{address}/open", {"reason": "Unconscious at the gate, needs her doctor"})

    page = eve.get(address)
    assert page.status_code == 200
    assert Record.objects.filter(act="break_glass").count() == 1


def test_the_audit_is_proved_by_the_worker_and_the_page_says_so(here):
    from linli.audit.sealed import seal_all

    kim = as_(here, "kim")
    seal_all()
    kim.post("/audit/prove")
    assert "It is being checked" in kim.get("/audit").content.decode()
    assert "every 2s" in kim.get("/audit/proof").content.decode()

    do_next_job()

    page = kim.get("/audit/proof").content.decode()
    assert "blocks hold" in page
    assert "every 2s" not in page


def test_a_pair_is_decided_as_one_person_and_the_other_record_points_to_it(here):
    ida = as_(here, "ida")
    page = ida.get("/registry/duplicates?purpose=registry")
    assert "same phone" in page.content.decode()
    pair = page.context["pairs"][0][0]["id"]

    ida.post(f"/registry/duplicates/{pair}", {"answer": str(here.ids["person"])})

    assert Person.objects.get(id=here.ids["again"]).survivor_id == here.ids["person"]
    assert "No pair waits." in ida.get("/registry/duplicates").content.decode()


def test_a_list_is_taken_out_by_who_may_and_its_taking_is_recorded(here):
    answer = as_(here, "ida").get("/registry/sites.csv")

    assert "橡树诊所" in b"".join(answer.streaming_content).decode()
    assert Record.objects.filter(act="export", kind="sites").count() == 1
    assert as_(here, "cy").get("/registry/sites.csv").status_code == 403


def test_people_are_found_by_pinyin_and_merged_ones_are_left_out(here):
    make_findable()

    page = as_(here, "cy").get("/registry/people?purpose=care&name=an na").content.decode()

    assert page.count("安娜") == 2
