"""A list of results comes in by the page, and somebody says whose the doubtful ones are."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from linli.loops.laboratory import orders
from linli.loops.laboratory.orders import NewOrder
from linli.loops.laboratory.tables import LabOrder, LabResult
from linli.loops.ledger import Item
from linli.registry.person import Person
from tests.cast import EVENING, City
from tests.cli.prompt import linli

pytestmark = pytest.mark.db

LIST = (
    "finding,found_at,name,document,birth_date,area\n"
    "positive,2020-02-09T08:00:00,安娜,D1,,\n"
    "negative,2020-02-09T08:00:00,无名,,1980-05-01,东区\n"
    "perhaps,2020-02-09T08:00:00,无名,,,\n"
    "positive,2031-01-01T08:00:00,无名,,,\n"
)


@pytest.fixture
def anna(city: City, settings) -> Person:
    """Somebody whom the registry knows by her document."""
    settings.SECOND_FACTOR = False
    area = city.areas["oak1"]
    return Person.objects.create(
        code="R1", name="安娜", document="D1", area=area, path=area.path, source="test",
        as_of="2020-02-01", changed_at=EVENING,
    )  # fmt: skip


def signed_in(city: City, name: str) -> Client:
    """A browser in which somebody has signed in."""
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(
        city.accounts[name], backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


def sent(client: Client, data: bytes = LIST.encode()) -> str:
    """The page that tells what became of a list."""
    file = SimpleUploadedFile("results.csv", data)
    return client.post("/laboratory/take", {"file": file}).content.decode()


def test_a_list_is_taken_in_and_each_refused_row_says_why(city: City, anna: Person) -> None:
    told = sent(signed_in(city, "lil"))

    assert "Row 4:" in told
    assert "finding has to be one of" in told
    assert "Row 5:" in told
    assert "future" in told
    assert LabResult.objects.count() == 2
    assert Item.objects.get(loop="case").subject_id == anna.id


def test_the_same_list_twice_changes_nothing(city: City, anna: Person) -> None:
    lil = signed_in(city, "lil")
    sent(lil)
    sent(lil)

    assert LabResult.objects.count() == 2
    assert Item.objects.filter(loop="case").count() == 1


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n0000", b"a,b\n1,2\n"])
def test_a_file_that_is_no_list_is_one_sentence_and_nothing_is_kept(
    city: City, anna: Person, data: bytes
) -> None:
    answer = signed_in(city, "lil").post(
        "/laboratory/take", {"file": SimpleUploadedFile("x.csv", data)}
    )

    assert answer.status_code in {400, 422}
    assert not LabResult.objects.exists()


def test_a_tracer_sees_what_waits_and_says_whose_it_is(city: City, anna: Person) -> None:
    sent(signed_in(city, "lil"))
    tao = signed_in(city, "tao")
    page = tao.get("/laboratory?purpose=investigation").content.decode()
    assert "无名" in page
    row = LabResult.objects.get(match="")

    tao.post(f"/laboratory/results/{row.id}", {"person": str(anna.id)})

    row.refresh_from_db()
    assert (row.person_id, row.told) == (anna.id, {})
    assert "无名" not in tao.get("/laboratory?purpose=investigation").content.decode()


def test_the_laboratory_itself_sees_no_name(city: City, anna: Person) -> None:
    lil = signed_in(city, "lil")
    sent(lil)

    assert "无名" not in lil.get("/laboratory").content.decode()


def test_a_list_comes_in_at_the_prompt_and_refused_rows_end_with_one(
    city: City, anna: Person, tmp_path
) -> None:
    list_ = tmp_path / "results.csv"
    list_.write_bytes(io.BytesIO(LIST.encode()).getvalue())

    told = linli("laboratory", "take", str(list_), "--as", "lil", code=1)

    assert "4 rows: 2 new" in told.stdout
    assert "Row 4:" in told.stdout


def test_what_was_sampled_in_another_district_is_counted_on_the_page(
    city: City, anna: Person
) -> None:
    sent(signed_in(city, "lil"), LIST.replace("东区", "西区").encode())

    page = signed_in(city, "tao").get("/laboratory?purpose=investigation").content.decode()

    assert "无名" not in page
    assert "1 more waits at another desk" in page
    keeper = signed_in(city, "ida").get("/laboratory?purpose=registry").content.decode()
    assert "无名" in keeper


def test_a_test_that_is_not_done_is_cancelled_on_the_page_of_its_case(
    city: City, anna: Person
) -> None:
    sent(signed_in(city, "lil"))
    case = Item.objects.get(loop="case")
    new = NewOrder(anna.id, "pcr", "covid19", item_id=case.id)
    made = orders.order(city.actor("hal"), new, purpose="care", now=EVENING)
    hal = signed_in(city, "hal")
    assert made.sample in hal.get(f"/cases/{case.id}?purpose=care").content.decode()

    hal.post(f"/laboratory/orders/{made.id}/cancel", {"why": "refused", "case": case.id})

    made.refresh_from_db()
    assert (made.why, made.cancelled_by) == ("refused", city.accounts["hal"].id)
    assert made.sample not in hal.get(f"/cases/{case.id}?purpose=care").content.decode()


def test_a_test_is_cancelled_at_the_prompt(city: City, anna: Person) -> None:
    made = orders.order(
        city.actor("hal"), NewOrder(anna.id, "pcr", "covid19"), purpose="care", now=EVENING
    )

    told = linli("laboratory", "cancel", str(made.id), "--why", "again", "--as", "hal")

    assert "takes its place" in told.stdout
    assert LabOrder.objects.filter(done_at=None).count() == 1
