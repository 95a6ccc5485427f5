"""The pages of plans: readiness, a start with its word, the board, the score, what is held."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from linli.loops.counted import items
from linli.plans import shelf
from linli.registry import area_tree
from linli.registry.area_tree import NewArea
from linli.registry.areas import Area
from linli.registry.plans import PlanRun, PlanVersion, Reserve
from linli.registry.roster import Post
from tests.callers import still
from tests.cast import EVENING, HOUR, City
from tests.plans import prepared
from tests.plans.prepared import PLAN, begin, emergency, of_step, signed

pytestmark = pytest.mark.db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture(autouse=True)
def _one_factor(settings: Any) -> None:
    settings.SECOND_FACTOR = False
    still()


def caller(city: City, name: str, language: str = "en") -> Client:
    client = Client(headers={"Accept-Language": language})
    client.force_login(city.accounts[name], backend=BACKEND)
    return client


def page(client: Client, name: str, *args: Any, **query: Any) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200, answer.content[:300]
    return str(answer.content.decode())


def test_the_list_says_how_ready_each_plan_is_where_one_answers(city: City) -> None:
    signed(city)
    told = page(caller(city, "sam"), "plans")

    assert "A small plan" in told
    assert "All plans, as they stand in Oak" in told
    assert "without a record" in told
    assert "as shipped" in told
    assert caller(city, "ann").get(reverse("plans")).status_code == 403
    assert Client().get(reverse("plans")).status_code in (302, 401)


def test_the_list_asks_no_more_of_a_larger_city_nor_of_more_plans(city: City) -> None:
    PlanVersion.objects.all().delete()
    shelf.ship_plans()
    prepared.people(city, 1)
    prepared.stock(city, "oak", "mask_box", 1)
    Post.objects.create(role="driver", area=city.areas["oak"], path=city.areas["oak"].path)
    gil = caller(city, "gil")
    n_small = _statements(gil)

    elm, grown = city.areas["elm"], 40
    area_tree.add_many(
        NewArea(kind="community", name_zh=f"新{n}社区", parent=elm.id, key=f"new{n}")
        for n in range(grown)
    )
    for area in Area.objects.filter(kind="community"):
        Post.objects.create(role="grid_worker", area=area, path=area.path, title="g")
    for n in range(20):
        prepared.stock(city, "oak", "mask_box", n)
    prepared.people(city, 30, "oak2")

    assert _statements(gil) == n_small
    signed(city, PLAN.replace('"district"]', '"city"]'))
    assert _statements(gil) <= n_small + 3  # for its trigger, and for sorts of place of its own


def _statements(client: Client) -> int:
    """How many statements the list takes, besides limits, which are remembered for seconds."""
    with CaptureQueriesContext(connection) as asked:
        page(client, "plans")
    limits = ("loops_limitset", "loops_stageclock", "loops_rung")
    return sum(1 for one in asked if not any(table in one["sql"] for table in limits))


def test_the_page_is_whole_in_chinese(city: City) -> None:
    signed(city)
    told = page(caller(city, "dee", "zh-hans"), "plan", "small")

    for words in (
        "小预案",
        "现在能否在榆树街道执行？",
        "开始演练",
        "没有登记这一角色的岗位",
        "无记录",
    ):
        assert words in told


def test_a_plan_shows_steps_gaps_and_who_mends_each(city: City) -> None:
    signed(city)
    told = page(caller(city, "dee"), "plan", "small")

    assert "Could it run in Elm now?" in told
    assert "no post of this role is recorded here" in told
    assert "Dee, </span>" in told or "Dee, Elm" in told
    assert "Start the exercise" in told
    assert "Start it for real" not in told  # a street's duty officer does not
    assert "Start it for real" in page(caller(city, "fay"), "plan", "small")
    assert "not shown" in page(caller(city, "hal"), "plan", "small")


def test_a_number_opens_its_list(city: City) -> None:
    signed(city)
    tents = prepared.stock(city, "oak", "tent", 1, unit="piece")
    dee = caller(city, "dee")

    assert "Sam" in page(dee, "plan_behind", "small", "role-0")
    stock = page(dee, "plan_behind", "small", "stock-1")
    assert reverse("record", args=["resources", tents.id]) in stock
    assert f"record={tents.id}" in stock
    assert "Nothing of the kind is recorded" in page(dee, "plan_behind", "small", "place-0")
    assert "橡树院" in page(caller(city, "sam", "zh-hans"), "plan_behind", "small", "step-guards")
    for key in ("role-9", "moon", "stock-x"):
        assert dee.get(reverse("plan_behind", args=["small", key])).status_code == 404


def test_an_exercise_begins_is_joined_and_ends_on_its_pages(city: City) -> None:
    signed(city)
    dee, elm = caller(city, "dee"), city.areas["elm"].id
    asked = {"area": elm, "kind": "exercise", "hours": "6", "reason": ""}
    wrong = dee.post(reverse("plan_start", args=["small"]), asked)
    assert (wrong.status_code, "why it is started" in wrong.content.decode()) == (422, True)

    made = dee.post(reverse("plan_start", args=["small"]), asked | {"reason": "The yearly one."})
    run = PlanRun.objects.get()
    assert made["Location"] == reverse("plan_run", args=[run.id])
    for address in (reverse("plans"), reverse("plan_runs")):
        told = dee.get(address, headers={"Accept-Language": "zh-hans"}).content.decode()
        assert '<a href="/plans/runs/' in told
        assert ">small ·" not in told
        assert ": small<" not in told
    [order] = of_step(run, "order")
    board = page(dee, "plan_run", run.id)
    assert "Take part" in board
    assert reverse("item", args=[order.id]) not in board
    assert dee.get(reverse("item", args=[order.id])).status_code == 404

    dee.post(reverse("plan_run_join", args=[run.id]))
    inside = page(dee, "plan_run", run.id)
    assert "You are in an exercise" in inside
    assert reverse("item", args=[order.id]) in inside
    item = page(dee, "item", order.id)
    assert "exercise" in item
    assert f"run {run.id}" in item
    dee.post(reverse("exercise_leave"))
    assert dee.get(reverse("item", args=[order.id])).status_code == 404

    sam = caller(city, "sam")
    sam.post(reverse("plan_run_answer", args=[run.id]))
    assert sam.post(reverse("plan_run_end", args=[run.id]), {"reason": "No."}).status_code == 403
    short = dee.post(reverse("plan_run_end", args=[run.id]), {"reason": ""})
    assert short.status_code == 422
    dee.post(reverse("plan_run_end", args=[run.id]), {"reason": "Enough."})
    over = page(dee, "plan_run", run.id)
    assert "33 %" in over or "33%" in over
    assert "2 called have not answered" in over
    assert "Take the gaps on" in over
    dee.post(reverse("plan_run_take_on", args=[run.id]))
    assert items(exercise=False).filter(loop="gap").count() == run.n_gaps


def test_taking_part_ends_with_the_exercise(city: City) -> None:
    signed(city)
    run = begin(city, "dee", "elm")
    dee = caller(city, "dee")
    dee.post(reverse("plan_run_join", args=[run.id]))
    assert "You are in an exercise" in page(dee, "plans")

    still(EVENING + 9 * HOUR)

    assert "You are in an exercise" not in page(dee, "plans")
    assert caller(city, "eve").post(reverse("plan_run_join", args=[run.id])).status_code == 404


def test_a_start_for_real_takes_the_word_and_an_emergency(city: City) -> None:
    signed(city)
    fay, east = caller(city, "fay"), city.areas["east"].id
    asked = {"area": east, "kind": "real", "reason": "It is time."}
    address = reverse("plan_start", args=["small"])
    assert "Say that you are sure" in fay.post(address, asked).content.decode()
    none = fay.post(address, asked | {"sure": "1"})
    assert (none.status_code, "No emergency is declared" in none.content.decode()) == (409, True)
    emergency(city)

    assert fay.post(address, asked | {"sure": "1"}).status_code == 302

    run = PlanRun.objects.get()
    assert (run.kind, run.exercise) == ("real", False)
    assert "was not opened" not in page(fay, "plan_run", run.id)
    assert "for real" in page(fay, "plan_runs")


def test_a_plan_is_changed_signed_and_compared(city: City) -> None:
    signed(city)
    gil = caller(city, "gil")
    assert caller(city, "dee").get(reverse("plan_edit", args=["small"])).status_code == 403
    assert "code = " in page(gil, "plan_edit", "small")
    wrong = gil.post(reverse("plan_edit", args=["small"]), {
        "text": PLAN.replace('loop = "substitute"', 'loop = "lift"'), "note": "x x"})  # fmt: skip
    assert (wrong.status_code, "There is no loop lift" in wrong.content.decode()) == (422, True)
    assert "loop = &quot;lift&quot;" in wrong.content.decode()  # what was typed is still there

    text = PLAN.replace("quantity = 2", "quantity = 3").replace("\n", "\r\n")
    made = gil.post(reverse("plan_edit", args=["small"]), {"text": text, "note": "Three."})
    assert made["Location"] == reverse("plan", args=["small"])
    told = page(gil, "plan_compare", "small")
    assert "quantity = 3" in told
    assert "quantity = 2" in told
    assert "They say the same." in page(gil, "plan_compare", "small", old=2, new=2)
    assert "Ours." in page(gil, "plan", "small", version=1)


def test_a_plan_is_taken_in_as_a_file(city: City) -> None:
    gil = caller(city, "gil")
    file = SimpleUploadedFile("small.toml", PLAN.encode())
    gil.post(reverse("plan_new"), {"file": file, "text": "", "note": "Ours."})

    assert PlanVersion.objects.get(code="small").text == PLAN
    odd = SimpleUploadedFile("small.toml", b"\xff\xfe")
    refused = gil.post(reverse("plan_new"), {"file": odd, "text": "", "note": "Ours."})
    assert (refused.status_code, "UTF-8" in refused.content.decode()) == (422, True)


def test_several_at_once_show_what_they_share(city: City) -> None:
    signed(city)
    signed(city, PLAN.replace('code = "small"', 'code = "other"'))
    prepared.stock(city, "oak", "tent", 3, unit="piece")
    dee = caller(city, "dee")

    told = dee.get(reverse("plans_at_once"), {"plan": ["small", "other"]}).content.decode()

    assert "Needed in all" in told
    assert "Tents" in told
    assert "Choose two plans" in page(dee, "plans_at_once", plan="small")


def test_something_is_held_back_and_let_go_on_its_page(city: City) -> None:
    signed(city)
    tents = prepared.stock(city, "oak", "tent", 3, unit="piece")
    dee = caller(city, "dee")
    asked = {"kind": "resources", "record": tents.id, "quantity": "2", "plan": "small",
             "area": city.areas["elm"].id, "reason": "For the night."}  # fmt: skip

    assert dee.post(reverse("reserve_hold"), asked).status_code == 302
    again = dee.post(reverse("reserve_hold"), asked)
    assert (again.status_code, "2 are held back" in again.content.decode()) == (409, True)
    for name, value in (("quantity", "many"), ("until", "soon"), ("record", "x"), ("area", "")):
        assert dee.post(reverse("reserve_hold"), asked | {name: value}).status_code in (404, 422)
    assert caller(city, "sam").post(reverse("reserve_hold"), asked).status_code == 403
    assert "For the night." in page(dee, "reserves")
    dee.post(reverse("reserve_let_go", args=[Reserve.objects.get().id]))
    assert "Nothing is held back." in page(dee, "reserves")
