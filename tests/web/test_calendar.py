"""Is the office calendar entered and signed from its page, and by the other doors?"""

import html
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from typer.testing import CliRunner

from linli.loops import office
from linli.loops.office_text import read
from tests.cast import City

pytestmark = pytest.mark.db
YEAR = {"year": "2027", "holidays": "2027-01-01, 2027-02-05/2027-02-11", "source": "Notice 9"}


@pytest.fixture(autouse=True)
def one_factor(settings) -> None:
    settings.SECOND_FACTOR = False


def as_(city: City, who: str, language: str = "en") -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE=language)
    client.force_login(
        city.accounts[who], backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


def proposed(page: str) -> str:
    """The text that a page offers for signing."""
    return html.unescape(page.split("<textarea")[1].split(">", 1)[1].split("</textarea>")[0])


def test_a_year_is_typed_in_looked_at_and_signed(city: City) -> None:
    lou = as_(city, "lou")

    looked = lou.post("/calendar", YEAR | {"look": "1"}).content.decode()
    assert office.in_force().version == 1
    assert "+year = 2027" in looked

    lou.post("/calendar", {"text": proposed(looked), "note": "Announced", "sign": "1"})
    signed = office.in_force()
    assert (signed.version, signed.note) == (2, "Announced")
    assert len(next(y for y in read(signed.text).years if y.year == 2027).holidays) == 8


def test_a_file_of_days_is_taken_and_a_wrong_one_is_told_in_the_readers_language(city: City):
    lou = as_(city, "lou", "zh-hans")
    good = SimpleUploadedFile("d.csv", b"day,kind\n2027-01-01,holiday\n")
    for data, told in [
        (b"day,kind\n2027-01-01,free\n", "第 2 行：“free”不是日期类别"),
        (b"\xff\xfe\x00", "不是 UTF-8"),
        (b"x" * 100_000, "文件超过"),
    ]:
        wrong = SimpleUploadedFile("d.csv", data)
        answer = lou.post("/calendar", {"file": wrong, "source": "通知", "look": "1"})
        assert answer.status_code == 422
        assert told in html.unescape(answer.content.decode())

    looked = lou.post("/calendar", {"file": good, "source": "通知", "look": "1"})

    assert "+year = 2027" in looked.content.decode()


def test_what_was_typed_stays_when_it_cannot_be(city: City) -> None:
    answer = as_(city, "lou").post("/calendar", YEAR | {"holidays": "tomorrow", "look": "1"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="tomorrow"' in page
    assert 'value="Notice 9"' in page


def test_a_reader_sees_the_years_and_gets_no_form(city: City) -> None:
    page = as_(city, "cy").get("/calendar").content.decode()

    assert "2020-01-24/2020-02-02" in page
    assert "<textarea" not in page
    assert as_(city, "cy").post("/calendar", YEAR | {"sign": "1", "note": "x"}).status_code == 403


def test_a_year_nobody_entered_is_told_on_the_pages_of_limits(city: City) -> None:
    bare = "\n".join(["[[year]]", "year = 2019", 'source = "n"', 'holidays = ["2019-01-01"]'])
    office.write(bare, by=None, note="", now=0)

    for page in ("/limits", "/calendar"):
        told = as_(city, "cy").get(page).content.decode()
        assert "The office calendar holds no holidays for 20" in told


def test_the_api_shows_enters_and_signs_and_refuses_whoever_may_not(city: City) -> None:
    lou, cy = as_(city, "lou"), as_(city, "cy")
    year = {"source": "Notice 9", "holidays": ["2027-01-01"], "worked": ["2027-01-02"]}

    def put(client: Client, body: object) -> object:
        return client.put("/api/calendar/2027", json.dumps(body), "application/json")

    assert put(cy, year | {"note": "x"}).status_code == 403
    assert put(lou, year | {"note": ""}).status_code == 422
    assert put(lou, year | {"note": "x", "worked": ["2027-01-01"]}).status_code == 422
    assert put(lou, year | {"note": "x"}).json()["version"] == 2
    shown = cy.get("/api/calendar").json()
    assert (shown["version"], 2027 in shown["years"]) == (2, True)
    body = json.dumps({"text": shown["text"], "note": "again"})
    assert lou.post("/api/calendar", body, "application/json").json()["version"] == 3


def test_the_command_line_shows_takes_and_signs(city: City, tmp_path) -> None:
    from linli.cli import calendar as command

    days = tmp_path / "days.csv"
    days.write_text("day,kind\n2027-01-01,holiday\n", encoding="utf-8")
    lou = ["--as", city.accounts["lou"].username, "--note", "Announced"]
    run = CliRunner().invoke

    taken = run(command.app, ["take", str(days), "--source", "Notice 9", *lou])
    assert taken.exit_code == 0, taken.output
    shown = run(command.app, ["show"])
    whole = tmp_path / "calendar.toml"
    whole.write_text(shown.stdout, encoding="utf-8")
    signed = run(command.app, ["sign", str(whole), *lou])

    assert signed.exit_code == 0, signed.output
    assert office.in_force().version == 3
    assert read(office.in_force().text).knows(2027)


def test_the_check_of_a_deployment_names_a_year_nobody_entered(city: City) -> None:
    from linli.cli import doctor

    bare = '[[year]]\nyear = 2019\nsource = "n"\nholidays = ["2019-01-01"]'
    office.write(bare, by=None, note="", now=0)

    found = doctor._calendar()

    assert found.grade == doctor.Grade.WARNING
    assert "ordinary weeks" in found.found
