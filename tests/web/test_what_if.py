"""The pages of what-ifs: a commander asks on a phone, follows, reads, signs; nobody else does."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from linli.jobs import queue
from linli.studies.simulation import study
from linli.studies.simulation.tables import WhatIf
from linli.web.templatetags.what_if import counted
from tests.callers import still
from tests.cast import City
from tests.crowd import Crowd

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture(autouse=True)
def _one_factor(settings: Any) -> None:
    settings.SECOND_FACTOR = False


@pytest.fixture
def crowd(city: City) -> Crowd:
    import linli.studies.simulation.jobs  # noqa: F401 - so that the kind of job is known

    still()
    made = Crowd(city)
    made.fall_ill(24)
    return made


def caller(city: City, name: str, language: str = "en") -> Client:
    client = Client(headers={"Accept-Language": language})
    client.force_login(city.accounts[name], backend=BACKEND)
    return client


@pytest.mark.db
def test_a_commander_asks_by_one_tap_follows_reads_and_signs(crowd: Crowd):
    gil = caller(crowd.city, "gil")
    form = gil.get(reverse("what_if_new") + "?preset=close")
    parts, head = form.context["parts"], form.context["head"]
    sent = {k: v for k, v in head.items() if v} | {
        f.name: f.value for part in parts for f in part.fields.values() if f.value
    }

    asked = gil.post(
        reverse("what_if_new"),
        sent | {"area": crowd.city.areas["w"].id, "n_days": "10", "most_seeds": "3"},
    )

    assert asked.status_code == 302, asked.content.decode()
    waiting = gil.get(asked.url).content.decode()
    assert "waiting" in waiting
    assert "Cancel it" in waiting
    assert "That takes longest" in waiting
    assert '<progress id="progress"></progress>' in waiting  # nothing is known yet of its end
    assert queue.run_next()
    told = gil.get(asked.url).content.decode()
    assert "close tomorrow" in told
    assert "less “close in a week”, and the 95 % interval of that mean" in told
    assert "data-low=" in told
    assert "Who waits, and how long" in told
    assert "From onset to report" in told
    assert "Nobody has decided on this." in told
    made = WhatIf.objects.get()
    signed = gil.post(
        reverse("what_if_decide", args=[made.id]), {"choice": "close today", "reason": "Beds."},
        follow=True,
    )  # fmt: skip
    assert "Gil, city commander" in signed.content.decode()
    file = gil.get(reverse("what_if_file", args=[made.id]) + "?sheet=worlds")
    assert b"".join(file.streaming_content)[:4] == b"PAR1"
    assert made.fingerprint in told
    assert "2020-02-09 18:00" in told  # a line to cite has a year
    assert gil.get(asked.url, headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_what_is_wrong_is_told_by_name_and_what_was_typed_stays(crowd: Crowd):
    gil = caller(crowd.city, "gil", "zh-hans")
    typed = {
        "name": "今晚", "area": crowd.city.areas["w"].id, "n_days": "10", "most_seeds": "3",
        "supposed": "0", "c1-name": "照旧", "c2-name": "关闭", "c2-close": "all",
        "c2-leakage": "130",
    }  # fmt: skip

    answer = gil.post(reverse("what_if_new"), typed)

    told = answer.content.decode()
    assert answer.status_code == 422
    assert "方案“关闭”，大门漏出的比例：1.3不是比例，请填0到1。" in told
    assert 'value="130"' in told
    assert not WhatIf.objects.exists()


def test_areas_are_named_as_people_name_them(crowd: Crowd):
    gil = caller(crowd.city, "gil")
    typed = {
        "name": "t", "area": crowd.city.areas["w"].id, "n_days": "5", "most_seeds": "2",
        "supposed": "0", "c1-name": "now", "c2-name": "some", "c2-close": "listed",
    }  # fmt: skip

    good = gil.post(reverse("what_if_new"), typed | {"c2-areas": "1号院\n松树里社区"})
    wrong = gil.post(reverse("what_if_new"), typed | {"c2-areas": "月亮院"})

    assert good.status_code == 302
    areas = WhatIf.objects.get().asked["choices"][1]["areas"]
    assert areas == [crowd.compounds[1].id, crowd.city.areas["pine"].id]
    assert "月亮院 names 0 areas here." in wrong.content.decode()


def test_what_a_run_would_begin_with_is_shown_with_its_records(crowd: Crowd):
    told = caller(crowd.city, "fay").get(reverse("what_if_basis")).content.decode()

    assert "480 people in 160 households" in told
    assert "confirmed cases with a day of onset" in told
    assert "too few records" not in told.split("From onset to report")[1].split("</tr>")[0]


def test_a_run_is_cancelled_from_its_page(crowd: Crowd):
    gil = caller(crowd.city, "gil")
    given = {"name": "t", "area_id": crowd.city.areas["w"].id, "choices": [{"name": "now"}]}
    made = study.ask(crowd.city.actor("gil"), study.question_of(given))

    told = gil.post(reverse("what_if_cancel", args=[made.id]), follow=True).content.decode()

    assert "cancelled" in told
    assert queue.run_next()
    assert WhatIf.objects.get(id=made.id).result == {}


@pytest.mark.db
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("order or measure", "gates are kept; 10 % of contacts outside go on",
                "then, and 15 days later", "by the records")),
        ("zh-hans", ("指令或措施", "大门看守", "15天后", "据记录")),
    ],
)  # fmt: skip
def test_curves_carry_the_orders_in_force_and_what_each_choice_begins(
    crowd: Crowd, language: str, words: tuple[str, ...]
):
    gil, area = caller(crowd.city, "gil", language), crowd.city.areas["w"]
    gil.post(
        f"{reverse('epidemic_declare')}?area={area.id}",
        {"kind": "order", "first_on": "2020-02-05", "words": "全城封闭管理"},
    )
    given = {
        "name": "t",
        "area_id": area.id,
        "n_days": 20,
        "most_seeds": 2,
        "choices": [{"name": "now"}, {"name": "shut", "close": "all", "close_from": 3}],
    }
    made = study.ask(crowd.city.actor("gil"), study.question_of(given))
    assert queue.run_next()

    told = gil.get(reverse("what_if_run", args=[made.id])).content.decode()

    assert 'data-mark="1"><th scope="row">02-05' in told
    assert 'data-mark="2"><th scope="row">02-12' in told
    assert "全城封闭管理" in told
    for said in words:
        assert said in told


@pytest.mark.parametrize(
    ("value", "told"),
    [(9.94, "9.9"), (9.96, "10"), (10.4, "10"), (0.04, "0"), (-9.97, "-10"), (12_345.6, "12,346")],
)
def test_numbers_are_told_with_no_more_digits_than_a_simulation_knows(value: float, told: str):
    assert counted(value) == told
