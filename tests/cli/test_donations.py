"""A gift is promised, counted in and given at the prompt; its code is told once."""

import json
from typing import Any

import pytest

from linli.loops.ledger import Item
from linli.registry.organisations import Organisation
from tests.callers import still
from tests.cast import City
from tests.cli.prompt import linli

pytestmark = pytest.mark.db


@pytest.fixture(autouse=True)
def evening(city: City) -> None:
    """The clock stands still."""
    still()


def answer(*said: str) -> Any:
    return json.loads(linli(*said, "--json").stdout)


def promised(city: City, *more: str) -> Any:
    area = str(city.areas["oak"].id)
    return answer("donations", "open", "Masks", "--quantity", "100", "--area", area, *more)


def test_a_gift_goes_from_its_promise_to_its_first_part_at_the_prompt(city: City) -> None:
    oak = city.areas["oak"]
    home = Organisation.objects.create(
        kind="charity", name_zh="养老院", area=oak, path=oak.path, valid_from="2020-01-01"
    )

    made = promised(city, "--donor", "Mei", "--as", "bo")
    item, number = Item.objects.get(id=made["id"]), str(made["id"])
    linli("donations", "step", number, "count_in", "--as", "bo",
          "--form", '{"quantity_received": 90, "kept_at": "The hall"}')  # fmt: skip
    linli("donations", "step", number, "share", "--as", "bo",
          "--form", json.dumps({"organisation_id": home.id, "quantity": 60}))  # fmt: skip

    told = answer("donations", "trace", number, "--as", "bo")
    assert (item.item_class, item.data["donor"], len(made["token"])) == ("goods", "Mei", 12)
    assert (told["came_in"], told["in_store"], told["on_the_way"]) == (90, 30, 60)


def test_anybody_promises_without_an_account_and_only_keepers_count_in(city: City) -> None:
    made = promised(city)
    number = str(made["id"])

    assert Item.objects.get(id=made["id"]).opened_by is None
    counted = ("count_in", "--form", '{"quantity_received": 1, "kept_at": "Hall"}')
    linli("donations", "step", number, *counted, "--as", "eve", code=2)
    assert Item.objects.get(id=made["id"]).stage == "promised"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (("--class", "love"), "love is no kind of gift. Choose one of: money, goods."),
        (("--quantity", "0"), "has to be more than 0"),
        (("--area", "999999"), "999999"),
    ],
)
def test_what_cannot_be_promised_is_told_in_a_sentence(
    city: City, said: tuple[str, ...], told: str
) -> None:
    area = str(city.areas["oak"].id)
    plain = {"--quantity": "1", "--area": area, "--class": "goods", said[0]: said[1]}

    found = linli("donations", "open", "Masks", *[w for pair in plain.items() for w in pair],
                  code=2)  # fmt: skip

    assert told in found.output
    assert not Item.objects.filter(loop="donation").exists()
