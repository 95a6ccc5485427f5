"""Visits, lists of contacts, schedules, figures and chains at the prompt."""

import json
from pathlib import Path

import pytest

from linli import clock
from linli.loops.ledger import Item
from tests.cast import City
from tests.cli.prompt import linli
from tests.journeys.chained import Outbreak

pytestmark = pytest.mark.db


@pytest.fixture
def outbreak(city: City) -> Outbreak:
    """A confirmed case, and somebody they may have met."""
    made = Outbreak(city)
    made.confirm("Gen0")
    made.person("Ren")
    clock.follow(lambda: clock.Dial(shown=made.now, speed=0))
    return made


def test_visits_come_in_once_and_are_shown(outbreak: Outbreak, tmp_path: Path) -> None:
    file = tmp_path / "visits.csv"
    file.write_text(
        "person,place,kind,from,until\n"
        "p-Ren,渔家,restaurant,2020-02-08 12:00,2020-02-08 13:00\n"
        "p-Ren,渔家,restaurant,lately,\n",
        "utf-8",
    )

    first = linli("visits", "take-in", str(file), "--as", "tao", "--json", code=1)
    second = linli("visits", "take-in", str(file), "--as", "tao", code=1)

    assert json.loads(first.stdout)["new"] == 1
    assert "0 visits are new, 1 were known, 1 were refused" in second.stdout
    shown = linli("visits", "show", str(outbreak.person("Ren").id), "--as", "tao")
    assert "渔家" in shown.stdout


def test_a_courier_is_refused_at_the_prompt_too(outbreak: Outbreak) -> None:
    person = str(outbreak.person("Ren").id)

    assert linli("visits", "show", person, "--as", "quin", code=2).stdout == ""


def test_a_list_of_contacts_comes_in_once(outbreak: Outbreak, tmp_path: Path) -> None:
    case = outbreak.case("Gen0").id
    file = tmp_path / "contacts.csv"
    file.write_text(
        f"case,person,last_met_on\n{case},p-Ren,2020-02-08\n{case},p-Nobody,2020-02-08\n"
        "x,p-Ren,2020-02-08\n",
        "utf-8",
    )

    first = linli("contacts", "take-in", str(file), "--as", "tao", "--json", code=1)
    second = linli("contacts", "take-in", str(file), "--as", "tao", "--json", code=1)

    assert json.loads(first.stdout) | {"refused": 0} == {
        "new": 1, "again": 0, "contacts": 1, "refused": 0,
    }  # fmt: skip
    assert [row["row"] for row in json.loads(first.stdout)["refused"]] == [3, 4]
    assert json.loads(second.stdout)["again"] == 1
    assert Item.objects.filter(loop="contact").count() == 1


def test_a_schedule_figures_and_a_chain_are_there_at_the_prompt(
    outbreak: Outbreak, tmp_path: Path
) -> None:
    file = tmp_path / "contacts.csv"
    case = outbreak.case("Gen0").id
    file.write_text(f"case,person,last_met_on\n{case},p-Ren,2020-02-08\n", "utf-8")
    linli("contacts", "take-in", str(file), "--as", "tao")

    oak = str(outbreak.city.areas["oak"].id)
    planned = linli("contacts", "plan", oak, "--as", "dee", "--deal", "nearest")
    told = linli("contacts", "figures", "--as", "tao", "--json")
    out = tmp_path / "chain.svg"
    linli("contacts", "chain", str(outbreak.person("Gen0").id), "--as", "tao", "--out", str(out))

    assert "1 contacts" in planned.stdout
    assert json.loads(told.stdout)["no_source"] == {"n": 1, "of": 1}
    behind = linli("contacts", "figures", "--as", "tao", "--list", "no_source")
    assert json.loads(behind.stdout) == [case]
    assert out.read_text("utf-8").startswith("<svg")
    assert "Ren" not in out.read_text("utf-8")
