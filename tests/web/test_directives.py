"""Is an order issued from the page, once, and does its receipt state stand there?"""

import pytest
from django.test import Client

from linli.loops.ledger import Item
from tests.cast import City

pytestmark = pytest.mark.db
UID = "6e5c2a52-7f0e-4f3c-9a58-0a8f4d2b9c11"


@pytest.fixture
def gil(city: City, settings) -> Client:
    settings.SECOND_FACTOR = False
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(
        city.accounts["gil"], backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


def order(city: City, **more: object) -> dict[str, object]:
    """What the form sends."""
    return {
        "uid": UID,
        "area": city.areas["w"].id,
        "title": "Masks at every gate",
        "text": "From tonight on.",
        "item_class": "normal",
        "tiers": ["0", "1"],
        "report": "on",
    } | more


def test_an_order_sent_twice_is_one_order_with_a_receipt_a_unit(gil: Client, city: City):
    gil.post("/directives/issue", order(city))
    gil.post("/directives/issue", order(city))

    assert Item.objects.filter(loop="directive").count() == 1
    assert Item.objects.filter(loop="receipt").count() == 2 + 3
    page = gil.get("/directives").content.decode()
    assert "Masks at every gate" in page
    assert ">5<" not in page  # by tier, not in one heap
    assert ">3<" in page


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"area": "x"}, "Choose the area"),
        ({"title": ""}, "title"),
        ({"tiers": []}, "tiers"),
        ({"tiers": ["7"]}, "tiers"),
        ({"item_class": "whenever"}, "is no class"),
    ],
)
def test_a_wrong_order_is_told_and_what_was_typed_stays(
    gil: Client, city: City, wrong: dict[str, object], said: str
):
    answer = gil.post("/directives/issue", order(city, **wrong))

    text = answer.content.decode()
    assert answer.status_code == 422
    assert said in text
    assert "From tonight on." in text
    assert not Item.objects.exists()


def test_a_community_is_offered_no_form_and_refused_at_the_door(city: City, settings):
    settings.SECOND_FACTOR = False
    sam = Client(HTTP_ACCEPT_LANGUAGE="en")
    sam.force_login(
        city.accounts["sam"], backend="allauth.account.auth_backends.AuthenticationBackend"
    )

    assert "Issue an order" not in sam.get("/directives").content.decode()
    refused = sam.post("/directives/issue", order(city, area=city.areas["oak"].id))
    assert refused.status_code == 403
