"""Does a list come in by the pages: looked at first, and counted to the last row?"""

import io

import pytest
from django.test import Client

from linli.registry.sites import Site
from tests.web.furnished import Furnished, do_next_job

pytestmark = pytest.mark.db

TITLES = "kind,name_zh,area_code,as_of,source\n"


@pytest.fixture
def ida(here: Furnished) -> Client:
    """The data officer's browser."""
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(
        here.city.accounts["ida"], backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


def sent(client: Client, text: str, kind: str = "facts"):
    file = io.BytesIO(text.encode())
    file.name = "list.csv"
    return client.post("/registry/imports", {"kind": kind, "file": file})


def facts(here: Furnished, *rows: tuple[str, str]) -> str:
    """A list of facts about Oak Lane."""
    lines = [f"橡树里社区,{k},{v},persons,2020-02-08,census" for k, v in rows]
    return "\n".join(["area,key,value,unit,as_of,source", *lines]) + "\n"


def test_a_list_is_mapped_tried_and_taken_in_and_its_sums_balance(here, ida):
    where = sent(ida, facts(here, ("elders", "120"), ("children", "80"), ("cars", "x")))["Location"]
    page = ida.get(where).content.decode()
    assert "What the columns mean" in page
    assert 'value="value" selected' in page

    meaning = {f"column-{n}": name for n, name in enumerate(_meant(ida.get(where)))}
    tried = ida.post(where, meaning | {"dry": "1"})["Location"]
    assert "every 1s" in ida.get(tried).content.decode()
    do_next_job()

    done = ida.get(tried, HTTP_HX_REQUEST="true").content.decode()
    assert done.lstrip().startswith('<div id="run"')
    assert "every 1s" not in done
    assert "The five add up to the rows of the file." in done
    assert _counts(ida.get(tried)) == {"created": 2, "refused": 1}

    taken = ida.post(where, meaning | {"real": "1"})["Location"]
    do_next_job()
    assert _counts(ida.get(taken)) == {"created": 2, "refused": 1}
    lines = b"".join(ida.get(f"{taken}/lines").streaming_content).decode()
    assert len(lines.strip().splitlines()) == 4


def _meant(answer) -> list[str]:
    return [meaning for _, _, meaning, _ in answer.context["columns"]]


def _counts(answer) -> dict[str, int]:
    return {outcome: n for _, n, outcome in answer.context["counts"] if n}


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("", "facts", "The submitted file is empty"),
        ("\x00\x01\x02", "facts", ""),
        ("a,b\n1,2\n", "moonlight", "moonlight"),
    ],
)
def test_a_wrong_file_is_told_in_one_sentence(here, ida, text, kind, said):
    answer = sent(ida, text, kind)

    assert answer.status_code in {404, 422}
    page = answer.content.decode()
    assert 'role="alert"' in page


def test_no_file_at_all_is_told(here, ida):
    answer = ida.post("/registry/imports", {"kind": "facts"})

    assert answer.status_code == 422
    assert "Choose a file first" in answer.content.decode()
    assert 'value="facts" selected' in answer.content.decode()


def test_columns_that_mean_nothing_are_told_and_the_choices_stay(here, ida):
    where = sent(ida, "aa,bb\n1,2\n")["Location"]

    answer = ida.post(where, {"column-0": "key", "column-1": "key", "dry": "1"})

    assert answer.status_code == 422
    assert "Two columns are both said to mean" in answer.content.decode()
    assert answer.content.decode().count('value="key" selected') == 2


def test_nobody_else_sees_or_runs_an_import(here, ida):
    where = sent(ida, facts(here, ("elders", "120")))["Location"]
    sam = Client(HTTP_ACCEPT_LANGUAGE="en")
    sam.force_login(
        here.city.accounts["sam"], backend="allauth.account.auth_backends.AuthenticationBackend"
    )

    assert sam.get("/registry/imports").status_code == 403
    assert sam.get(where).status_code == 403
    assert Site.objects.filter(kind="clinic").count() == 1
