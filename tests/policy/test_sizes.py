"""Nobody fills the disk: what is too large is refused at every door before it is read."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.callers import still, token_for
from tests.cast import City

pytestmark = pytest.mark.db

HUGE = str(100 * 2**20)
DOORS = ["/requests/new", "/open311/v2/requests.json", "/api/requests", "/api/imports",
         "/registry/imports", "/account/login/"]  # fmt: skip


def send(client: Client, path: str, length: str, **headers: str):
    """A form that says how long it is; whoever reads it finds it shorter."""
    return client.generic(
        "POST", path, b"--x\r\n", "multipart/form-data; boundary=x",
        CONTENT_LENGTH=length, headers={"Accept-Language": "en", **headers},
    )  # fmt: skip


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("length", [HUGE, str(2**80)])
def test_a_visitor_sends_nothing_large(city: City, door: str, length: str):
    still()

    assert send(Client(), door, length).status_code == 413


@pytest.mark.parametrize("door", DOORS)
def test_a_length_that_is_no_number_breaks_nothing(city: City, door: str):
    still()

    assert 400 <= send(Client(), door, "-5").status_code < 500


def test_a_made_up_access_token_sends_nothing_large(city: City):
    still()

    answer = send(Client(), "/api/imports", HUGE, Authorization="Bearer linli_made-up")

    assert answer.status_code == 413


def test_who_takes_lists_in_may_send_a_large_one(city: City, settings):
    settings.SECOND_FACTOR = False
    still()
    bearer = f"Bearer {token_for(city.accounts['ida'])}"
    page = Client()
    page.force_login(city.accounts["ida"])

    by_api = Client().post("/api/imports", a_list(), headers={"Authorization": bearer})
    by_page = page.post("/registry/imports", a_list())

    assert by_api.status_code == 201, by_api.content
    assert by_page.status_code == 302, by_page.content[:500]


def a_list() -> dict:
    """A list that is larger than a form may be."""
    lines = b"code,topic\n" + b"".join(b"code-%d,%s\n" % (n, b"x" * 8_000) for n in range(800))
    assert len(lines) > 6 * 2**20
    return {"kind": "duties", "file": SimpleUploadedFile("duties.csv", lines)}
