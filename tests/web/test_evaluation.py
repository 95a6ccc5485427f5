"""The evaluation's pages: the score, the records behind it, experts' words, files to take away."""

import json
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from linli.audit.records import Record
from linli.registry.households import Household
from linli.studies.evaluation import study
from linli.studies.evaluation.tables import Judgement, Snapshot
from linli.studies.evaluation.told import beside_of
from tests.callers import still
from tests.cast import EVENING, City

pytestmark = pytest.mark.db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture(autouse=True)
def _one_factor(settings: Any) -> None:
    settings.SECOND_FACTOR = False


@pytest.fixture
def lived(city: City) -> City:
    """Oak Lane with eight households, on the evening of the tests."""
    still()
    place = city.areas["oak1"]
    for k in range(8):
        Household.objects.create(
            code=f"H{k}", area=place, path=place.path, home=city.areas["house1"], door=str(k),
            source="made up", as_of=date(2020, 1, 1), changed_at=EVENING,
        )  # fmt: skip
    return city


def caller(city: City, name: str) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(city.accounts[name], backend=BACKEND)
    return client


def opened(city: City, who: str, page: str, query: str = "", /, **arguments: str) -> Any:
    return caller(city, who).get(reverse(page, kwargs=arguments) + query)


def test_the_page_says_how_much_is_known_and_why_there_is_no_score(lived: City):
    told = opened(lived, "sam", "evaluation", "?phase=peacetime").content.decode()

    assert "There is no score." in told
    assert "a score needs at least 25%" in told
    assert "Awaits the loop of stock." in told


def test_a_number_opens_the_records_of_its_numerator_for_who_may_see_them(lived: City):
    query = "?side=count&part=0&purpose=service"

    sam = opened(lived, "sam", "evaluation_indicator", query, name="D1.2.1")
    jo = opened(lived, "jo", "evaluation_indicator", query, name="D1.2.1")

    assert "8 records within your reach" in sam.content.decode()
    assert Record.objects.filter(kind="households", act="list").count() == 8
    assert jo.status_code == 403  # the analyst sees counts everywhere and no households
    assert opened(lived, "jo", "evaluation_indicator", name="D1.2.1").status_code == 200


def test_residents_records_ask_for_a_purpose(lived: City):
    told = opened(lived, "sam", "evaluation_indicator", "?side=count", name="D1.2.1")

    assert told.status_code == 403
    assert "purpose" in told.content.decode()


def test_nothing_of_another_street_is_shown_whatever_is_asked(lived: City):
    ash = lived.areas["ash"].id
    for page, arguments in (
        ("evaluation", {}), ("evaluation_checks", {}), ("evaluation_file", {"form": "json"}),
        ("evaluation_indicator", {"name": "D1.2.1"}),
    ):  # fmt: skip
        assert opened(lived, "dee", page, f"?area={ash}", **arguments).status_code == 403


def test_an_analyst_writes_an_experts_word_down_and_takes_it_back(lived: City):
    oak = lived.areas["oak"].id
    jo = caller(lived, "jo")
    address = reverse("evaluation_judge", kwargs={"name": "D1.4.1"}) + f"?area={oak}"
    words = {"value": "80", "expert": "Prof. Li", "judged_on": "2020-02-01", "reason": "Read it."}

    wrong = jo.post(address, {**words, "value": "many"})
    made = jo.post(address, words)
    shown = opened(lived, "sam", "evaluation_indicator", name="D1.4.1").content.decode()
    judged = Judgement.objects.get()
    jo.post(reverse("judgement_withdraw", kwargs={"judgement_id": judged.id}))

    assert wrong.status_code == 422
    assert "Prof. Li" in wrong.content.decode()  # what was typed is still there
    assert made.status_code == 302
    assert "an expert&#x27;s word and no count" in shown.replace("’", "&#x27;") or "expert" in shown
    assert Judgement.objects.get().withdrawn_at is not None
    refused = caller(lived, "sam").post(address, words)
    assert refused.status_code == 403


def test_the_city_keeps_a_snapshot_and_asks_for_its_day(lived: City):
    w = lived.areas["w"].id
    gil = caller(lived, "gil")

    kept = gil.post(reverse("evaluation_take") + f"?area={w}")
    then = gil.get(reverse("evaluation") + f"?area={w}&as_of=2020-02-09")
    now = gil.get(reverse("evaluation") + f"?area={w}")
    before = gil.get(reverse("evaluation") + f"?area={w}&as_of=2020-02-08")
    sam = caller(lived, "sam").post(reverse("evaluation_take"))

    assert kept.status_code == 302
    assert Snapshot.objects.get().n_units == 8  # city, 2 districts, 2 streets, 3 communities
    assert "As it was counted on" in then.content.decode()
    assert "<circle" in now.context["line"]  # the score of one night is a dot
    assert before.status_code == 404
    assert "No snapshot of this area was kept by 2020-02-08" in before.content.decode()
    assert sam.status_code == 403


@pytest.mark.parametrize("form", ["csv", "xlsx", "json"])
def test_the_same_figures_leave_in_every_form(lived: City, form: str):
    answer = opened(lived, "sam", "evaluation_file", "?phase=peacetime", form=form)

    if form == "json":
        rows = {i["indicator"]: i["value"] for i in json.loads(answer.content)["indicators"]}
    elif form == "csv":
        lines = [line.split(",") for line in answer.content.decode("utf-8-sig").splitlines()]
        rows = {line[0]: float(line[4]) for line in lines[1:] if line[0] == "D1.2.1"}
    else:
        sheet = load_workbook(BytesIO(answer.content)).active
        rows = {row[0]: row[4] for row in sheet.iter_rows(values_only=True)}
    assert rows["D1.2.1"] == 2
    assert "attachment" in answer["Content-Disposition"]


def test_the_report_for_word_holds_pictures_and_counts(lived: City):
    docx = pytest.importorskip("docx")
    answer = opened(lived, "dee", "evaluation_file", "?phase=peacetime", form="docx")

    paper = docx.Document(BytesIO(answer.content))
    cells = [c.text for t in paper.tables for c in t._cells]

    assert len(paper.inline_shapes) >= 2
    assert "Households per community worker" in cells
    assert "Units below" in [p.text for p in paper.paragraphs]


def test_an_unknown_form_indicator_phase_or_day_gets_one_sentence(lived: City):
    wrong = (
        opened(lived, "sam", "evaluation_file", form="pdf"),
        opened(lived, "sam", "evaluation_indicator", name="D99"),
        opened(lived, "sam", "evaluation", "?phase=teatime"),
        opened(lived, "sam", "evaluation", "?as_of=yesterday"),
        opened(lived, "sam", "evaluation", "?area=oak"),
        opened(lived, "sam", "evaluation_indicator", "?side=inside", name="D1.2.1"),
    )

    assert [answer.status_code for answer in wrong] == [422, 404, 422, 422, 404, 422]


def test_the_self_check_counts_the_norm_and_what_lacks(lived: City):
    place = lived.areas["oak1"]
    for k in range(8, 1000):
        Household.objects.create(
            code=f"H{k}", area=place, path=place.path, home=lived.areas["house1"], door=str(k),
            source="made up", as_of=date(2020, 1, 1), changed_at=EVENING,
        )  # fmt: skip

    told = opened(lived, "dee", "evaluation_checks").content.decode()

    assert '<td class="n" data-label="Households">1000</td>' in told
    assert "<strong>1</strong>" in told  # 1,000 households ask for 5 workers, and 4 are there


def test_two_neighbours_stand_side_by_side_and_the_difference_adds_up(lived: City):
    oak, pine = lived.areas["oak"], lived.areas["pine"]
    Judgement.objects.bulk_create(
        Judgement(
            framework="community", indicator=name, area_id=area.id, path=area.path, value=value,
            expert="Prof. Li", judged_on=date(2020, 2, 1), reason="Read it.", recorded_at=EVENING,
        )
        for area, value in ((oak, 90.0), (pine, 40.0))
        for name in ("D1.4.1", "D1.4.2", "D2.1.1", "D2.3.1", "D2.3.3", "D3.1.1", "D3.1.2", "D3.1.3")
    )  # fmt: skip
    basis = study.basis_of(now=EVENING, exercise=False, path=oak.path)

    found = study.study(lived.actor("dee"), oak, basis=basis, phase="peacetime")
    told = beside_of(found, pine.id)
    page = opened(lived, "dee", "evaluation", f"?area={oak.id}&phase=peacetime&beside={pine.id}")
    wrong = opened(lived, "dee", "evaluation", f"?area={oak.id}&beside={lived.areas['ash'].id}")

    explained = sum(told["by_indicator"].values()) + told["unexplained"]
    assert told["apart"] == pytest.approx(found.score - told["score"])
    assert explained == pytest.approx(told["apart"], abs=1e-4)
    assert "What sets them apart most" in page.content.decode()
    assert wrong.status_code == 422
